"""Arrays that change in place: every name that shares the memory learns of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from tdlint.interp.state import DictObject, FrameValue, HeapObject, InstanceObject, ListObject
from tdlint.shapes import UnknownShape
from tdlint.spec.dtypes import INTEGERS, is_float
from tdlint.spec.ranges import fit, union
from tdlint.values import ArrayValue, Const, OneOf, Sequence, Value, number

if TYPE_CHECKING:
    from tdlint.interp.run import Run

Change: TypeAlias = Callable[[ArrayValue], ArrayValue]


def set_items(run: Run, owner: ArrayValue | FrameValue, value: Value) -> None:
    """``owner[…] = value``."""
    if isinstance(owner, FrameValue):
        change_frames(run)
        return
    found = number(value)
    if isinstance(value, Const) and isinstance(value.value, bool):
        found = int(value.value)
    written = value if isinstance(value, ArrayValue) else None
    if found is not None:
        written = ArrayValue((), None, (found, found), "integer" if found == int(found) else "real")
    store(run, owner, written)


def change_frames(run: Run) -> None:
    """Some table got or lost columns or rows; which others are the same table is not known."""

    def change(value: Value) -> Value:
        return FrameValue(value.ndim, indexer=value.indexer) if isinstance(value, FrameValue) else value

    change_values(run, change)


def store(run: Run, array: ArrayValue, written: ArrayValue | None) -> None:
    """``array[…] = written``: the values may now also be those of ``written``; None if they are not known."""
    range_ = None if written is None else written.range
    whole = written is not None and written.labels == "integer"
    if range_ is not None and not whole and not is_float(array.dtype):
        range_ = (math.floor(range_[0]), math.ceil(range_[1]))

    def widen(old: ArrayValue) -> ArrayValue:
        integer = old.dtype in INTEGERS or old.dtype == "bool" or (whole and old.labels in ("integer", "one-hot"))
        new = union(old.range, fit(range_, old.dtype))
        return replace(old, range=new, labels="integer" if integer else None, classes=None)

    if array.range is not None or array.labels is not None:
        change_shared(run, array, widen)


def forget(run: Run, value: Value) -> None:
    """An array, or a tuple with arrays, goes where its values may be changed."""
    if isinstance(value, ArrayValue):
        store(run, value, None)
    elif isinstance(value, Sequence):
        for item in value.items:
            forget(run, item)


def forget_shape(run: Run, array: ArrayValue) -> None:
    """An array gets another shape in place."""
    change_shared(run, array, lambda old: replace(old, shape=UnknownShape("the shape was changed in place")))


def change_shared(run: Run, array: ArrayValue, change: Change) -> None:
    """Replace every array of the program that may share memory with this one."""
    change_values(
        run,
        lambda value: change(value) if isinstance(value, ArrayValue) and value.memory & array.memory else value,
    )


def change_values(run: Run, change: Callable[[Value], Value]) -> None:
    """Replace values everywhere in the state of the program: in frames, lists, dicts and objects."""

    def changed(value: Value) -> Value:
        if isinstance(value, Sequence) and value.items:
            items = tuple(map(changed, value.items))
            return value if items == value.items else replace(value, items=items)
        if isinstance(value, OneOf):
            return OneOf(tuple(map(changed, value.options)))
        return change(value)

    for level, frame in list(run.state.frames.items()):
        for name, value in list(frame.items()):
            new = changed(value)
            if new is not value and new != value:
                run.state.own(level)[name] = new
    for key, thing in list(run.state.heap.items()):
        fresh = _changed_object(thing, changed)
        if fresh is not thing:
            run.state.heap[key] = fresh


def _changed_object(thing: HeapObject, changed: Callable[[Value], Value]) -> HeapObject:
    if isinstance(thing, ListObject):
        new = replace(
            thing, items=tuple(map(changed, thing.items)), rest=None if thing.rest is None else changed(thing.rest)
        )
        return thing if new == thing else new
    if isinstance(thing, DictObject):
        pairs = tuple((key, changed(value)) for key, value in thing.items)
        return thing if pairs == thing.items else replace(thing, items=pairs)
    if isinstance(thing, InstanceObject):
        attributes = tuple((name, changed(value)) for name, value in thing.attributes)
        return thing if attributes == thing.attributes else replace(thing, attributes=attributes)
    return thing
