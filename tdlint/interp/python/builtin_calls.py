"""Python's own functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeAlias

import libcst as cst

from tdlint.interp.data.array_items import length
from tdlint.interp.heap import BoundMethod, DictObject, ListObject, RangeValue, Ref, ZipValue
from tdlint.interp.python import attributes, containers, expressions, loops, names, objects
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import Run
from tdlint.values import (
    NONE,
    ArrayValue,
    Const,
    DatasetValue,
    FunctionValue,
    Sequence,
    Unknown,
    Value,
    integer,
)

MAX_RANGE = 4096

Given: TypeAlias = tuple[Value, cst.CSTNode | None]


def call_builtin(run: Run, name: str, args: CallArguments, node: cst.Call) -> Value:
    """A call of a Python builtin."""
    values = args.values
    handler = _HANDLERS.get(name)
    if handler is not None and args.complete:
        return handler(run, args, values)
    if handler is not None:
        run.lose(*args.everything())
    if name in ("exit", "quit"):
        run.state.dead = True
    given = [value.value for value in values if isinstance(value, Const)]
    if name in _COMPUTED and args.complete and not args.keywords and given and len(given) == len(values):
        return _computed(name, given)
    if name in ("int", "float") and len(values) == 1 and isinstance(values[0], Unknown):
        return Unknown(values[0].reason, values[0].name)
    number = values[0] if name == "float" and args.complete and len(values) == 1 else None
    if isinstance(number, ArrayValue) and not number.shape:
        return replace(number, dtype="float64")
    if name not in _READERS:
        run.lose(*args.everything())
    return Unknown(f"the result of {name}")


_READERS = frozenset(
    {
        *("print", "isinstance", "issubclass", "hasattr", "id", "repr", "str", "sum", "any", "all", "abs", "round"),
        *("bool", "int", "float", "callable", "format", "hash", "open", "input", "divmod", "pow", "dir"),
    }
)
"""Builtins that neither change their arguments nor keep them."""


def _computed(name: str, given: list[object]) -> Value:
    try:
        result = _COMPUTED[name](*given)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return Unknown(f"{name} fails")
    if isinstance(result, tuple):
        return Sequence(tuple(map(Const, result)), "tuple")
    return Unknown("a complex number") if isinstance(result, complex) else Const(result)


def _power(base: Any, exponent: Any) -> object:
    if max(abs(base), abs(exponent)) > 64:
        raise OverflowError("a number too large to compute")
    return base**exponent


_COMPUTED: dict[str, Callable[..., object]] = {
    "divmod": divmod,
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "abs": abs,
    "chr": chr,
    "ord": ord,
    "pow": _power,
    "round": round,
}


def _range(run: Run, args: CallArguments, values: list[Value]) -> Value:
    bounds = [integer(value) for value in values]
    known = [bound for bound in bounds if bound is not None]
    if len(known) != len(values) or not 1 <= len(known) <= 3 or (len(known) == 3 and known[2] == 0):
        return RangeValue(values[1] if len(values) > 1 else values[0]) if values else Unknown("range without an end")
    numbers = range(*known)
    if len(numbers) > MAX_RANGE:
        return RangeValue(Const(numbers.stop))
    return Sequence(tuple(Const(number) for number in numbers), "tuple")


def _len(run: Run, args: CallArguments, values: list[Value]) -> Value:
    if len(values) != 1:
        return Unknown("the result of len")
    found = length(values[0]) or objects.protocol(run, values[0], "__len__")
    if found is not None:
        return found
    if isinstance(values[0], Unknown) and values[0].name == attributes.WORD_INDEX:
        return Unknown("as many as there are words", f"len({attributes.WORD_INDEX})")
    listed = containers.as_list(run, values[0])
    items, rest = (listed.items, listed.rest) if listed is not None else containers.iterate(run, values[0])
    return Const(len(items)) if rest is None else Unknown("a length that is not known")


def _next(run: Run, args: CallArguments, values: list[Value]) -> Value:
    """``next``: of a data set one item, of a generator expression in its place the first."""
    source = values[0] if values else NONE
    if isinstance(source, DatasetValue):
        return source.element
    thing = run.state.heap.get(source.key) if isinstance(source, Ref) else None
    place = args.positional[0][1] if values else None
    # any other generator may have given items before
    if not isinstance(thing, ListObject) or thing.rest is not None or type(place) is not cst.GeneratorExp:
        run.lose(*values)
        return Unknown("the result of next")
    if thing.items:
        return thing.items[0]
    return values[1] if len(values) == 2 else Unknown("next of nothing")


def _iter(run: Run, args: CallArguments, values: list[Value]) -> Value:
    if len(values) == 1 and isinstance(values[0], DatasetValue):
        return values[0]
    run.lose(*values)
    return Unknown("the result of iter")


def _zip(run: Run, args: CallArguments, values: list[Value]) -> Value:
    parts = [containers.iterate(run, value) for value in values]
    if any(rest is not None for _, rest in parts):
        return ZipValue(tuple(values))
    rows = zip(*(items for items, _ in parts), strict=False)
    return Sequence(tuple(Sequence(row, "tuple") for row in rows), "tuple")


def _enumerate(run: Run, args: CallArguments, values: list[Value]) -> Value:
    given = args.keywords.get("start")
    start = values[1] if len(values) > 1 else given[0] if given else Const(0)
    first = integer(start)
    if not values:
        return Unknown("the result of enumerate")
    items, rest = containers.iterate(run, values[0])
    if rest is not None or first is None:
        return ZipValue((RangeValue(Unknown("a length that is not known")), values[0]))
    return Sequence(tuple(Sequence((Const(i), item), "tuple") for i, item in enumerate(items, first)), "tuple")


def _list(run: Run, args: CallArguments, values: list[Value]) -> Value:
    items, rest = containers.iterate(run, values[0]) if values else ((), None)
    return containers.make_list(run, items, rest)


def _tuple(run: Run, args: CallArguments, values: list[Value]) -> Value:
    items, rest = containers.iterate(run, values[0]) if values else ((), None)
    return Sequence(items, "tuple", rest)


def _dict(run: Run, args: CallArguments, values: list[Value]) -> Value:
    made = DictObject()
    if values:
        made = _dict_of(run, values[0])
    for key, (value, _) in args.keywords.items():
        made = containers.with_entry(run, made, Const(key), value)
    return Ref(run.allocate(made))


def _dict_of(run: Run, value: Value) -> DictObject:
    """``dict(value)``: a copy of a dict, or of key and value pairs."""
    found = containers.as_dict(run, value)
    items, rest = ((), None) if found is not None else containers.iterate(run, value)
    pairs = [pair.items for pair in items if isinstance(pair, Sequence) and pair.complete and len(pair.items) == 2]
    if (
        found is not None
        or rest is not None
        or len(pairs) < len(items)
        or not all(_is_constant(key) for key, _ in pairs)
    ):
        return containers.spread(run, DictObject(), found)
    made = DictObject()
    for key, item in pairs:
        assert isinstance(key, Const)
        made = containers.with_entry(run, made, key, item)
    return made


def _is_constant(value: Value) -> bool:
    return isinstance(value, Const)


def _set(run: Run, args: CallArguments, values: list[Value]) -> Value:
    listed = containers.as_list(run, values[0]) if values else None
    if listed is not None:
        return containers.make_set(run, listed.items, listed.rest)
    return containers.make_set(run, *(containers.iterate(run, values[0]) if values else ((), None)))


def _reversed(run: Run, args: CallArguments, values: list[Value]) -> Value:
    items, rest = containers.iterate(run, values[0]) if values else ((), None)
    if rest is not None:
        return Sequence((), "tuple", containers.any_of(run, items, rest))
    return Sequence(items[::-1], "tuple")


def _map(run: Run, args: CallArguments, values: list[Value]) -> Value:
    """``map(f, items)``, as if its items were taken at once."""
    if len(values) != 2:
        run.lose(*values)
        return Unknown("the result of map")
    items, rest = containers.iterate(run, values[1])
    made = [_call(run, values[0], item) for item in items] if rest is None and len(items) <= loops.MAX_ROUNDS else None
    if made is not None:
        return Sequence(tuple(made), "tuple")
    item = containers.any_of(run, items, rest)
    found: list[Value] = []

    def one_round() -> None:
        found[:] = [_call(run, values[0], item)]

    loops.widen(run, one_round)
    return Sequence((), "tuple", found[0])


def _call(run: Run, callee: Value, item: Value) -> Value:
    from tdlint.interp.python import calls

    return calls.apply(run, callee, CallArguments(((item, None),)), _NOWHERE)


_NOWHERE = cst.Call(cst.Name("map"))


def _filter(run: Run, args: CallArguments, values: list[Value]) -> Value:
    items, rest = containers.iterate(run, values[1]) if len(values) == 2 else ((), containers.ANY_ITEM)
    if rest is not None or len(items) > loops.MAX_ROUNDS:
        return _calls_for_each(run, args, values)
    kept: list[Value] = []
    more: Value | None = None
    for item in items:
        known = expressions.truth(run, item if values[0].must_be(None) else _call(run, values[0], item))
        if known is None or more is not None:
            more = containers.any_of(run, (item,), more) if known is not False else more
        elif known:
            kept.append(item)
    return containers.make_list(run, kept, more)


def _sorted(run: Run, args: CallArguments, values: list[Value]) -> Value:
    key = args.keywords.get("key")
    items, rest = containers.iterate(run, values[0]) if len(values) == 1 else ((), containers.ANY_ITEM)
    listed = containers.as_list(run, values[0]) if values else None
    if key is None and listed is not None and listed.kind == "set":
        items, rest = listed.items, listed.rest
    known = rest is None and len(items) <= loops.MAX_ROUNDS
    keys = _keys(run, items, key) if known else None
    order = None if keys is None else ranked(keys, args.keywords.get("reverse"))
    if order is not None:
        return containers.make_list(run, (items[place] for place in order))
    if known:
        return containers.make_list(run, (), containers.any_of(run, items))
    return _calls_for_each(run, args, values)


def _keys(run: Run, items: Iterable[Value], key: Given | None) -> list[Value]:
    """What items are ordered by; the function is called once for each."""
    if key is None or key[0].must_be(None):
        return list(items)
    return [_call(run, key[0], item) for item in items]


def ranked(keys: list[Value], reverse: Given | None = None) -> list[int] | None:
    """The places of constants in their order, None if it can't be told."""
    known = [key.value for key in keys if isinstance(key, Const)]
    backwards = Const(False) if reverse is None else reverse[0]
    if len(known) < len(keys) or not isinstance(backwards, Const):
        return None
    try:
        return sorted(range(len(known)), key=known.__getitem__, reverse=bool(backwards.value))  # type: ignore[arg-type]
    except TypeError:
        return None


def _calls_for_each(run: Run, args: CallArguments, values: list[Value]) -> Value:
    """``filter`` and ``sorted`` with a function: it is called on every item."""
    called = (*values[:1], *(value for value, _ in args.keywords.values()))
    items = containers.any_of(run, *containers.iterate(run, values[-1])) if values else Unknown("nothing")
    for value in called:
        if isinstance(value, FunctionValue | BoundMethod):

            def one_round(callee: Value = value) -> None:
                _call(run, callee, items)

            loops.widen(run, one_round)
    return containers.make_list(run, (), items)


def _sum(run: Run, args: CallArguments, values: list[Value]) -> Value:
    items, rest = containers.iterate(run, values[0]) if values else ((), None)
    numbers = [item.value for item in items if isinstance(item, Const) and isinstance(item.value, int | float)]
    if rest is not None or len(numbers) < len(items) or len(values) != 1 or args.keywords:
        return Unknown("a sum of what is not known")
    return Const(sum(numbers))


def _any_or_all(run: Run, values: list[Value], wants: bool) -> Value:
    items, rest = containers.iterate(run, values[0]) if len(values) == 1 else ((), containers.ANY_ITEM)
    known = [expressions.truth(run, item) for item in items]
    if wants in known:
        return Const(wants)
    return Const(not wants) if rest is None and None not in known else Unknown("a condition that is not known")


def _execute(run: Run, args: CallArguments, values: list[Value]) -> Value:
    """``exec`` and the like may bind any name."""
    for number in (names.module_of(run, run.frame.number), run.frame.number):
        frame = run.state.own(number)
        run.lose(*frame.values())
        frame.update({name: Unknown(f"{name} may be set by exec", name) for name in frame})
    return Unknown("the result of exec")


def _extreme(run: Run, args: CallArguments, values: list[Value], largest: bool) -> Value:
    why = Unknown("the largest or smallest of something that is not known")
    items, rest = containers.iterate(run, values[0]) if len(values) == 1 else (tuple(values), None)
    key, default = args.keywords.get("key"), args.keywords.get("default")
    if rest is not None or len(items) > loops.MAX_ROUNDS:
        if key is not None:
            run.lose(*args.everything())
        return why
    if not items:
        return why if default is None else default[0]
    keys = _keys(run, items, key)
    order = ranked(keys)
    if order is None:
        return why
    best = keys[order[-1 if largest else 0]]
    return items[keys.index(best)]  # of several that are equal Python takes the first


_HANDLERS: dict[str, Callable[[Run, CallArguments, list[Value]], Value]] = {
    "all": lambda run, args, values: _any_or_all(run, values, False),
    "any": lambda run, args, values: _any_or_all(run, values, True),
    "delattr": objects.call_delattr,
    "dict": _dict,
    "enumerate": _enumerate,
    "eval": _execute,
    "exec": _execute,
    "filter": _filter,
    "getattr": objects.call_getattr,
    "globals": _execute,
    "hasattr": objects.call_hasattr,
    "isinstance": objects.call_isinstance,
    "iter": _iter,
    "len": _len,
    "list": _list,
    "map": _map,
    "max": lambda run, args, values: _extreme(run, args, values, True),
    "min": lambda run, args, values: _extreme(run, args, values, False),
    "next": _next,
    "range": _range,
    "reversed": _reversed,
    "set": _set,
    "setattr": objects.call_setattr,
    "sorted": _sorted,
    "sum": _sum,
    "tuple": _tuple,
    "type": objects.call_type,
    "zip": _zip,
}
