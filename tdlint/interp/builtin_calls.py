"""Python's own functions, and the methods of text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import libcst as cst

from tdlint.interp import attributes, classes, containers, loops, names
from tdlint.interp.arguments import CallArguments
from tdlint.interp.array_items import length
from tdlint.interp.run import Run
from tdlint.interp.state import BoundMethod, DictObject, RangeValue, Ref, ZipValue
from tdlint.values import (
    NONE,
    Const,
    FunctionValue,
    Sequence,
    Symbol,
    Unknown,
    Value,
    integer,
    text,
)

MAX_RANGE = 4096


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
    plain = args.complete and not args.keywords
    if name in _CONVERSIONS and plain and len(values) == 1 and isinstance(values[0], Const):
        try:
            return Const(_CONVERSIONS[name](values[0].value))
        except (TypeError, ValueError, OverflowError):
            return Unknown(f"{name} fails")
    if name in ("int", "float") and len(values) == 1 and isinstance(values[0], Unknown):
        return Unknown(values[0].reason, values[0].name)
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


_CONVERSIONS: dict[str, Callable[[Any], object]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "abs": abs,
    "chr": chr,
    "ord": ord,
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
    found = length(values[0])
    if found is not None:
        return found
    if isinstance(values[0], Unknown) and values[0].name == attributes.WORD_INDEX:
        return Unknown("as many as there are words", f"len({attributes.WORD_INDEX})")
    listed = containers.as_list(run, values[0])
    items, rest = (listed.items, listed.rest) if listed is not None else containers.iterate(run, values[0])
    return Const(len(items)) if rest is None else Unknown("a length that is not known")


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
        made = containers.spread(run, made, containers.as_dict(run, values[0]))
    for key, (value, _) in args.keywords.items():
        made = containers.with_entry(run, made, Const(key), value)
    return Ref(run.allocate(made))


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
    from tdlint.interp import calls

    return calls.apply(run, callee, CallArguments(((item, None),)), _NOWHERE)


_NOWHERE = cst.Call(cst.Name("map"))


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


def _type(run: Run, args: CallArguments, values: list[Value]) -> Value:
    found = classes.attributes_of(run, values[0]) if len(values) == 1 else None
    own = None if found is None else found.get("__class__")
    return own if own is not None else Unknown("the result of type")


def _getattr(run: Run, args: CallArguments, values: list[Value]) -> Value:
    name = text(values[1]) if len(values) > 1 else None
    if name is None or len(values) != 2:
        run.lose(*values[:1])
        return Unknown("the result of getattr")
    return attributes.get(run, values[0], name, _NOWHERE)


_TYPES: dict[str, type] = {
    each.__name__: each for each in (bool, int, float, str, bytes, tuple, list, dict, set, complex, object)
}


def _sum(run: Run, args: CallArguments, values: list[Value]) -> Value:
    items, rest = containers.iterate(run, values[0]) if values else ((), None)
    numbers = [item.value for item in items if isinstance(item, Const) and isinstance(item.value, int | float)]
    if rest is not None or len(numbers) < len(items) or len(values) != 1 or args.keywords:
        return Unknown("a sum of what is not known")
    return Const(sum(numbers))


def _isinstance(run: Run, args: CallArguments, values: list[Value]) -> Value:
    found = containers.as_list(run, values[1]) if len(values) == 2 else None
    wanted = found.items if found is not None and found.rest is None else values[1:]
    names_of = [value.name.removeprefix("builtins.") if isinstance(value, Symbol) else "" for value in wanted]
    real: type | None = None
    if isinstance(values[0], Const):
        real = type(values[0].value)
    elif isinstance(values[0], Sequence) and values[0].kind == "tuple":
        return Unknown("the result of isinstance")  # ranges and the like are described as tuples
    elif isinstance(values[0], Ref):
        thing = run.state.heap.get(values[0].key)
        real = dict if isinstance(thing, DictObject) else _TYPES.get(getattr(thing, "kind", ""))
    if real is None or not all(name in _TYPES for name in names_of):
        return Unknown("the result of isinstance")
    return Const(issubclass(real, tuple(_TYPES[name] for name in names_of)))


def _setattr(run: Run, args: CallArguments, values: list[Value]) -> Value:
    name = text(values[1]) if len(values) == 3 else None
    if name is None:
        run.lose(*values)
    else:
        attributes.set_attribute(run, values[0], name, values[2], args.positional[2][1])
    return NONE


def _delattr(run: Run, args: CallArguments, values: list[Value]) -> Value:
    run.lose(*values)
    return NONE


def _execute(run: Run, args: CallArguments, values: list[Value]) -> Value:
    """``exec`` and the like may bind any name."""
    for number in (names.module_of(run, run.frame.number), run.frame.number):
        frame = run.state.own(number)
        run.lose(*frame.values())
        frame.update({name: Unknown(f"{name} may be set by exec", name) for name in frame})
    return Unknown("the result of exec")


def _extreme(run: Run, args: CallArguments, values: list[Value], largest: bool) -> Value:
    items = tuple(values)
    if len(values) == 1:
        items, rest = containers.iterate(run, values[0])
        if rest is not None:
            return Unknown("the largest or smallest of something that is not known")
    numbers = [item.value for item in items if isinstance(item, Const) and isinstance(item.value, int | float)]
    if not numbers or len(numbers) != len(items) or args.keywords:
        return Unknown("the largest or smallest of something that is not known")
    return Const(max(numbers) if largest else min(numbers))


_HANDLERS: dict[str, Callable[[Run, CallArguments, list[Value]], Value]] = {
    "delattr": _delattr,
    "dict": _dict,
    "enumerate": _enumerate,
    "eval": _execute,
    "exec": _execute,
    "filter": _calls_for_each,
    "getattr": _getattr,
    "globals": _execute,
    "isinstance": _isinstance,
    "len": _len,
    "list": _list,
    "map": _map,
    "max": lambda run, args, values: _extreme(run, args, values, True),
    "min": lambda run, args, values: _extreme(run, args, values, False),
    "range": _range,
    "reversed": _reversed,
    "set": _set,
    "setattr": _setattr,
    "sorted": _calls_for_each,
    "sum": _sum,
    "tuple": _tuple,
    "type": _type,
    "zip": _zip,
}


def _computed_text(run: Run, owner: str, name: str, given: list[str]) -> Value:
    try:
        result = getattr(owner, name)(*given)
    except (TypeError, ValueError):
        return Unknown(f"{name} fails")
    return containers.make_list(run, map(Const, result)) if isinstance(result, list) else Const(result)


_WIDE = re.compile(r"\d{4}")  # a width that would make a huge text


def call_text_method(run: Run, owner: str, name: str, args: CallArguments) -> Value:
    """A method call on a known text."""
    values = args.values
    if name in ("lower", "upper", "strip", "title", "capitalize") and not values:
        return Const(getattr(owner, name)())
    if name in ("startswith", "endswith") and len(values) == 1 and isinstance(values[0], Const):
        prefix = values[0].value
        if isinstance(prefix, str):
            return Const(getattr(owner, name)(prefix))
    if name in ("split", "replace", "lstrip", "rstrip", "removeprefix", "removesuffix") and not args.keywords:
        texts = [text(value) for value in values]
        known = [value for value in texts if value is not None]
        if args.complete and len(known) == len(texts) and len(owner) <= 256:
            return _computed_text(run, owner, name, known)
    if name == "format" and args.complete and "{" in owner and not _WIDE.search(owner):
        given = [value.value for value in values if isinstance(value, Const)]
        named = {key: value.value for key, (value, _) in args.keywords.items() if isinstance(value, Const)}
        if len(given) == len(values) and len(named) == len(args.keywords):
            try:
                return Const(owner.format(*given, **named))
            except (IndexError, KeyError, ValueError, AttributeError, TypeError):
                return Unknown("a format that fails")
    return Unknown(f"the result of {name}")
