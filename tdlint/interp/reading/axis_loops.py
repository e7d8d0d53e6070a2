"""Python loops over the second axis of what a method gets: a layer's ``call`` that takes timesteps one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from tdlint.sources.plain_nodes import LazyBody

_FROM_THE_LAST = ("cases", "finalbody", "handlers", "orelse", "body")
_LISTS = (list, tuple, LazyBody)


def axis_loops(body: Any, tensor: str) -> Iterator[cst.BaseExpression]:
    """What ``for`` loops go over that count the second axis: ``range(x.shape[1])``, also through a name."""
    sizes: set[str] = set()
    for node in _statements(body):
        if isinstance(node, cst.Assign) and _is_size(node.value, tensor, sizes):
            sizes.update(each.target.value for each in node.targets if isinstance(each.target, cst.Name))
        elif isinstance(node, cst.For) and _counts(node.iter, tensor, sizes):
            yield node.iter


def _statements(node: Any) -> Iterator[Any]:
    """The statements of a body in their order, those of functions in it left out."""
    pending = [node]
    while pending:
        node = pending.pop()
        kind = type(node)
        if kind in _LISTS:
            pending.extend(reversed(node))
        elif kind is not cst.FunctionDef and kind is not cst.ClassDef:
            yield node
            pending.extend(block for name in _FROM_THE_LAST if (block := getattr(node, name, None)) is not None)


def _counts(node: Any, tensor: str, sizes: set[str]) -> bool:
    """Whether this is a ``range`` whose end is the size of an axis."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Name) or node.func.value != "range":
        return False
    ends = [arg.value for arg in node.args[:2] if arg.keyword is None]
    return bool(ends) and _is_size(ends[-1], tensor, sizes)


def _is_size(node: Any, tensor: str, sizes: set[str]) -> bool:
    """Whether this is the size of the tensor's second axis, ``x.shape[1]``, or a little more or less."""
    if isinstance(node, cst.Name):
        return node.value in sizes
    if isinstance(node, cst.BinaryOperation):
        return _is_size(node.left, tensor, sizes) and isinstance(node.right, cst.Integer)
    if not isinstance(node, cst.Subscript) or not isinstance(node.value, cst.Attribute):
        return False
    owner, index = node.value.value, node.slice[0].slice if len(node.slice) == 1 else None
    second = isinstance(index, cst.Index) and isinstance(index.value, cst.Integer) and index.value.value == "1"
    return second and node.value.attr.value == "shape" and isinstance(owner, cst.Name) and owner.value == tensor
