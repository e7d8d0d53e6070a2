"""Python's own functions, and the methods of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from tdlint.interp import containers
from tdlint.interp.arguments import CallArguments
from tdlint.interp.run import Run
from tdlint.interp.state import DictObject, ListObject, RangeValue, Ref, ZipValue
from tdlint.values import (
    Const,
    Sequence,
    Unknown,
    Value,
    integer,
)

MAX_RANGE = 4096


def call_builtin(run: Run, name: str, args: CallArguments, node: cst.Call) -> Value:
    """A call of a Python builtin."""
    values = args.values
    handler = _HANDLERS.get(name)
    if handler is not None and args.complete:
        return handler(run, args, values)
    if name in ("exit", "quit"):
        run.state.dead = True
    if name in _CONVERSIONS and len(values) == 1 and isinstance(values[0], Const):
        try:
            return Const(_CONVERSIONS[name](values[0].value))
        except (TypeError, ValueError, OverflowError):
            return Unknown(f"{name} fails")
    if name in ("int", "float") and len(values) == 1 and isinstance(values[0], Unknown):
        return Unknown(values[0].reason, values[0].name)
    return Unknown(f"the result of {name}")


_CONVERSIONS: dict[str, Callable[[Any], object]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "abs": abs,
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
    items, rest = containers.iterate(run, values[0])
    return Const(len(items)) if rest is None else Unknown("a length that is not known")


def _zip(run: Run, args: CallArguments, values: list[Value]) -> Value:
    parts = [containers.iterate(run, value) for value in values]
    if any(rest is not None for _, rest in parts):
        return ZipValue(tuple(values))
    rows = zip(*(items for items, _ in parts), strict=False)
    return Sequence(tuple(Sequence(row, "tuple") for row in rows), "tuple")


def _enumerate(run: Run, args: CallArguments, values: list[Value]) -> Value:
    if not values:
        return Unknown("the result of enumerate")
    items, rest = containers.iterate(run, values[0])
    if rest is not None or len(values) > 1:
        return ZipValue((RangeValue(Unknown("a length that is not known")), values[0]))
    return Sequence(tuple(Sequence((Const(i), item), "tuple") for i, item in enumerate(items)), "tuple")


def _list(run: Run, args: CallArguments, values: list[Value]) -> Value:
    items, rest = containers.iterate(run, values[0]) if values else ((), None)
    return Ref(run.allocate(ListObject(items, rest)))


def _tuple(run: Run, args: CallArguments, values: list[Value]) -> Value:
    items, rest = containers.iterate(run, values[0]) if values else ((), None)
    return Sequence(items, "tuple", rest)


def _dict(run: Run, args: CallArguments, values: list[Value]) -> Value:
    start = containers.as_dict(run, values[0]) if values else DictObject()
    if start is None:
        start = DictObject((), Unknown("an item of a dict that is not known"))
    merged = dict(start.items)
    merged.update({Const(key): value for key, (value, _) in args.keywords.items()})
    return Ref(run.allocate(DictObject(tuple(merged.items()), start.rest)))


def _reversed(run: Run, args: CallArguments, values: list[Value]) -> Value:
    items, rest = containers.iterate(run, values[0]) if values else ((), None)
    return Sequence(items[::-1], "tuple", rest)


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
    "dict": _dict,
    "enumerate": _enumerate,
    "len": _len,
    "list": _list,
    "max": lambda run, args, values: _extreme(run, args, values, True),
    "min": lambda run, args, values: _extreme(run, args, values, False),
    "range": _range,
    "reversed": _reversed,
    "tuple": _tuple,
    "zip": _zip,
}


def call_text_method(owner: str, name: str, args: CallArguments) -> Value:
    """A method call on a known text."""
    values = args.values
    if name in ("lower", "upper", "strip", "title", "capitalize") and not values:
        return Const(getattr(owner, name)())
    if name in ("startswith", "endswith") and len(values) == 1 and isinstance(values[0], Const):
        prefix = values[0].value
        if isinstance(prefix, str):
            return Const(getattr(owner, name)(prefix))
    if name == "split" and not values:
        return Sequence(tuple(Const(part) for part in owner.split()), "tuple")
    if name == "format" and args.complete and "{" in owner:
        given = [value.value for value in values if isinstance(value, Const)]
        named = {key: value.value for key, (value, _) in args.keywords.items() if isinstance(value, Const)}
        if len(given) == len(values) and len(named) == len(args.keywords):
            try:
                return Const(owner.format(*given, **named))
            except (IndexError, KeyError, ValueError, AttributeError, TypeError):
                return Unknown("a format that fails")
    return Unknown(f"the result of {name}")
