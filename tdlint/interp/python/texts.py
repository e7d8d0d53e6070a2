"""Text that is put together from constants: methods of text, ``%``, and the parts of an f-string."""

from __future__ import annotations

import re
from collections.abc import Callable

from tdlint.interp.python import containers
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import Run
from tdlint.values import Const, Sequence, Unknown, Value

MAX_TEXT = 10_000
_WIDE = re.compile(r"\d{4}|\*")  # a width that would make a huge text, or one that is computed

_METHODS = frozenset(
    {
        *("lower", "upper", "strip", "lstrip", "rstrip", "title", "capitalize", "casefold", "swapcase"),
        *("removeprefix", "removesuffix", "replace", "split", "rsplit", "splitlines", "partition", "rpartition"),
        *("startswith", "endswith", "count", "find", "rfind", "index", "isdigit", "isalpha", "isnumeric", "isalnum"),
        *("isupper", "islower", "isspace", "zfill"),
    }
)


def call_method(run: Run, owner: str, name: str, args: CallArguments) -> Value:
    """A method call on a known text."""
    if name == "join":
        return _joined(run, owner, args)
    values = [containers.constant(run, value) for value in args.values]
    named = {key: containers.constant(run, value) for key, (value, _) in args.keywords.items()}
    given = [value.value for value in values if value is not None]
    keywords = {key: value.value for key, value in named.items() if value is not None}
    known = args.complete and len(given) == len(values) and len(keywords) == len(named)
    plain = name in _METHODS and not any(isinstance(value, int) and value > 256 for value in given)
    if name == "format":
        plain = "{" in owner and not _WIDE.search(owner)
    if not known or not plain or len(owner) > MAX_TEXT:
        return Unknown(f"the result of {name}")
    try:
        result = getattr(owner, name)(*given, **keywords)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return Unknown(f"{name} fails")
    if isinstance(result, list):
        return containers.make_list(run, map(Const, result))
    if isinstance(result, tuple):
        return Sequence(tuple(map(Const, result)), "tuple")
    return _bounded(result)


def _bounded(result: object) -> Value:
    return Unknown("a long text") if isinstance(result, str) and len(result) > MAX_TEXT else Const(result)


def _joined(run: Run, owner: str, args: CallArguments) -> Value:
    items, rest = containers.iterate(run, args.values[0]) if len(args.values) == 1 else ((), None)
    parts = [item.value for item in items if isinstance(item, Const) and isinstance(item.value, str)]
    if rest is not None or len(parts) < len(items) or not args.values:
        return Unknown("the result of join")
    return _bounded(owner.join(parts))


def percent(run: Run, template: str, value: Value) -> Value:
    """``template % value``."""
    given = containers.constant(run, value)
    if given is None or _WIDE.search(template):
        return Unknown("formatted text")
    try:
        return _bounded(template % given.value)
    except (KeyError, TypeError, ValueError, OverflowError):
        return Unknown("an operation that fails")


_CONVERSIONS: dict[str, Callable[[object], str]] = {"r": repr, "s": str, "a": ascii}


def part(value: object, conversion: str | None, spec: str) -> str | None:
    """One ``{value!conversion:spec}`` of an f-string; None if it can't be told."""
    if _WIDE.search(spec):
        return None
    shown = _CONVERSIONS[conversion](value) if conversion else value
    try:
        return format(shown, spec)
    except (TypeError, ValueError):
        return None
