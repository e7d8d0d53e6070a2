"""What a loop over arrays, tables and data sets sees, and how long they are."""

from __future__ import annotations

from dataclasses import replace

from tdlint.interp.heap import FrameValue
from tdlint.shapes import Dim, UnknownShape
from tdlint.values import ArrayValue, Const, DatasetValue, Unknown, Value

MAX_ROWS = 64
"""Rows of an array that are followed one by one."""


def size_value(dim: Dim) -> Value:
    """One size of a shape as a value of the program."""
    if isinstance(dim, int):
        return Const(dim)
    return Unknown(getattr(dim, "reason", "a size that is not known"), getattr(dim, "name", None))


def rows(value: Value) -> tuple[tuple[Value, ...], Value | None] | None:
    """The items of a loop, and a description of further ones, unknown in number; None for other values."""
    if isinstance(value, DatasetValue):
        return (), value.element
    if isinstance(value, FrameValue):
        return (), Unknown("an item of a table")
    if not isinstance(value, ArrayValue):
        return None
    if isinstance(value.shape, UnknownShape) or not value.shape:
        return (), Unknown("an item of an array whose shape is not known")
    labels = "integer" if value.labels == "one-hot" and len(value.shape) == 1 else value.labels
    row = replace(value, shape=value.shape[1:], labels=labels)
    count = value.shape[0]
    return ((row,) * count, None) if isinstance(count, int) and count <= MAX_ROWS else ((), row)


def as_argument(value: ArrayValue | FrameValue) -> Value:
    """Data as a rule sees it among the arguments of a call: without what only the interpreter needs."""
    if isinstance(value, FrameValue):
        return ArrayValue((value.rows, value.columns) if value.ndim == 2 else (value.rows,))
    return Unknown("a number computed from data") if value.shape == () else replace(value, memory=frozenset())


def length(value: Value) -> Value | None:
    """``len(value)``; None for values that are neither arrays nor tables."""
    if isinstance(value, FrameValue) and value.indexer is None:
        return size_value(value.rows)
    if isinstance(value, ArrayValue) and not isinstance(value.shape, UnknownShape) and value.shape:
        return size_value(value.shape[0])
    return Unknown("a length that is not known") if isinstance(value, ArrayValue | FrameValue | DatasetValue) else None
