"""What a callback of the program reads of its logs, by name, and whether it does nothing else with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import libcst as cst

from tdlint.interp.reading.class_facts import KeyRead, LogReads
from tdlint.sources.plain_nodes import fields_of
from tdlint.values import Site

_READING = frozenset({"copy", "get", "items", "keys", "values"})
_LOOKING = frozenset(
    {"bool", "dict", "enumerate", "format", "iter", "len", "list", "print", "repr", "set", "sorted", "str", "tuple"}
)
"""Functions that keep no hold of a dict that they are given."""


def log_reads(node: Any, site: Callable[[cst.CSTNode], Site]) -> LogReads | None:
    """The reads of the last parameter of ``on_epoch_end`` and the like, or of a lambda; None if it has none."""
    params = [*node.params.posonly_params, *node.params.params]
    if not params or node.params.star_kwarg is not None:
        return None
    name = params[-1].name.value
    keys: list[KeyRead] = []
    tested: set[str] = set()
    only_read = True
    for parents in _uses(node.body, name, ()):
        if _tests(parents, tested) or _looks_at(parents) or _renews(parents, name):
            continue
        key = _key(parents)
        if key is None:
            only_read = False
        elif isinstance(key[0], cst.SimpleString) and isinstance(key[0].evaluated_value, str):
            tried = any(isinstance(parent, cst.Try) for parent in parents)
            keys.append(KeyRead(key[0].evaluated_value, site(key[0]), raises=key[1], guarded=tried))
    guarded = (KeyRead(key.key, key.site, key.raises, key.guarded or key.key in tested) for key in keys)
    return LogReads(tuple(guarded), only_read)


def _uses(node: Any, name: str, parents: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The places where a name is used: each with the nodes around it, the nearest last."""
    if isinstance(node, Sequence) and not isinstance(node, str):
        for each in node:
            yield from _uses(each, name, parents)
    elif isinstance(node, cst.Name):
        if node.value == name:
            yield (*parents, node)
    elif isinstance(node, cst.CSTNode):
        if isinstance(node, cst.FunctionDef | cst.Lambda) and _takes(node, name):
            return
        for field in fields_of(type(node)):
            if not (field in ("keyword", "attr") or (field == "name" and isinstance(node, cst.FunctionDef))):
                yield from _uses(getattr(node, field), name, (*parents, node))


def _takes(node: cst.FunctionDef | cst.Lambda, name: str) -> bool:
    params = node.params
    return any(each.name.value == name for each in (*params.posonly_params, *params.params, *params.kwonly_params))


def _key(parents: tuple[Any, ...]) -> tuple[Any, bool] | None:
    """What ``logs[…]`` or ``logs.get(…)`` looks up, and whether it raises without; None for any other use."""
    *around, owner, name = parents
    above = around[-1] if around else None
    if isinstance(owner, cst.Subscript) and owner.value is name and len(owner.slice) == 1:
        stored = isinstance(above, cst.AssignTarget | cst.AugAssign | cst.Del | cst.AnnAssign | cst.For)
        stored = stored and getattr(above, "value", None) is not owner
        index = owner.slice[0].slice
        return (index.value, True) if isinstance(index, cst.Index) and not stored else None
    if isinstance(owner, cst.Attribute) and isinstance(above, cst.Call) and above.func is owner and above.args:
        return (above.args[0].value, False) if owner.attr.value == "get" else None
    return None


def _tests(parents: tuple[Any, ...], tested: set[str]) -> bool:
    """Whether the name is a part of a condition; keys that are looked for are added to those tested."""
    above = [each for each in parents[:-1] if not isinstance(each, cst.ComparisonTarget)]
    inner: Any = parents[-1]
    while above and isinstance(above[-1], cst.BooleanOperation):
        inner = above.pop()
    owner = above[-1] if above else None
    if isinstance(owner, cst.Comparison):
        if isinstance(owner.left, cst.SimpleString) and isinstance(owner.left.evaluated_value, str):
            tested.add(owner.left.evaluated_value)
        return True
    if isinstance(owner, cst.If | cst.IfExp):
        return owner.test is inner
    return isinstance(owner, cst.UnaryOperation)


def _looks_at(parents: tuple[Any, ...]) -> bool:
    """Whether what is around the name reads all that is in the logs, and keeps no hold of them."""
    *around, owner, _ = parents
    above = around[-1] if around else None
    if isinstance(owner, cst.Attribute):
        return isinstance(above, cst.Call) and owner.attr.value in _READING - {"get"}
    if isinstance(owner, cst.Arg) and isinstance(above, cst.Call):
        function = above.func
        if owner.star == "**" or (isinstance(function, cst.Name) and function.value in _LOOKING):
            return True
        return isinstance(function, cst.Attribute) and (_is_super(function.value) or function.attr.value == "format")
    formats = isinstance(owner, cst.BinaryOperation) and isinstance(owner.operator, cst.Modulo)
    return formats or isinstance(owner, cst.FormattedStringExpression | cst.StarredDictElement | cst.For | cst.CompFor)


def _is_super(node: Any) -> bool:
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "super"


def _renews(parents: tuple[Any, ...], name: str) -> bool:
    """Whether the name is in ``logs = logs or {}``, or in another of the ways to have a dict where there is None."""
    statement = next((each for each in reversed(parents) if isinstance(each, cst.Assign)), None)
    if statement is None or len(statement.targets) != 1:
        return False
    target, value = statement.targets[0].target, statement.value
    if not isinstance(target, cst.Name) or target.value != name:
        return False
    if isinstance(value, cst.BooleanOperation):
        return isinstance(value.left, cst.Name) and _is_empty(value.right)
    if isinstance(value, cst.IfExp):
        return all(isinstance(each, cst.Name) or _is_empty(each) for each in (value.body, value.orelse))
    return _is_empty(value)


def _is_empty(node: Any) -> bool:
    if isinstance(node, cst.Call):
        return isinstance(node.func, cst.Name) and node.func.value == "dict" and not node.args
    return isinstance(node, cst.Dict) and not node.elements
