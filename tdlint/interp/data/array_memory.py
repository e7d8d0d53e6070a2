"""Arrays that change in place: every name that shares the memory learns of it."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from tdlint.interp.heap import DictObject, FrameValue, HeapObject, InstanceObject, ListObject
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
        fresh = FrameValue(value.ndim, indexer=value.indexer) if isinstance(value, FrameValue) else value
        return value if fresh == value else fresh

    change_values(run, change)


def store(run: Run, array: ArrayValue, written: ArrayValue | None) -> None:
    """``array[…] = written``: the values may now also be those of ``written``; None if they are not known."""
    range_ = None if written is None else written.range
    whole = written is not None and written.labels == "integer"
    if range_ is not None and not whole and not is_float(array.dtype):
        range_ = (math.floor(range_[0]), math.ceil(range_[1]))

    def widen(old: ArrayValue) -> ArrayValue:
        integer = _whole_dtype(old) or (whole and old.labels in ("integer", "one-hot"))
        new = replace(
            old,
            range=union(old.range, fit(range_, old.dtype)),
            labels="integer" if integer else None,
            classes=None,
            ascending=False,
        )
        return old if new == old else new

    # what shares the memory of an array of which nothing is known is not known either
    nothing = array.range is None and (array.labels is None or (_whole_dtype(array) and array.classes is None))
    if not nothing or len(array.memory) > 1:
        change_shared(run, array, widen)


def _whole_dtype(array: ArrayValue) -> bool:
    return array.dtype in INTEGERS or array.dtype == "bool"


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
    """Replace arrays and tables everywhere in the state of the program: in frames, lists, dicts and objects.

    ``change`` gives the same object for a value that stays.
    """

    def changed(value: Value) -> Value:
        kind = type(value)
        if kind is ArrayValue or kind is FrameValue:
            return change(value)
        if kind is Sequence:
            items = _changed_items(value.items, changed)  # type: ignore[attr-defined]
            return value if items is None else replace(value, items=items)  # type: ignore[call-arg]
        if kind is OneOf:
            options = _changed_items(value.options, changed)  # type: ignore[attr-defined]
            return value if options is None else OneOf(options)
        return value

    for level, frame in list(run.state.frames.items()):
        for name, value in list(frame.items()):
            if type(value) in _HOLDERS:
                new = changed(value)
                if new is not value:
                    run.state.own(level)[name] = new
    for key, thing in run.state.heap.items():
        if type(thing) in _CONTAINERS:
            fresh = _changed_object(thing, changed)
            if fresh is not thing:
                run.state.heap[key] = fresh


_HOLDERS = frozenset({ArrayValue, FrameValue, Sequence, OneOf})
"""The values that arrays are in."""

_CONTAINERS = frozenset({ListObject, DictObject, InstanceObject})


def _changed_items(items: tuple[Value, ...], changed: Callable[[Value], Value]) -> tuple[Value, ...] | None:
    """The items after a change; None if none of them changes."""
    if _HOLDERS.isdisjoint(map(type, items)):
        return None
    fresh = tuple(map(changed, items))
    return None if all(map(operator.is_, fresh, items)) else fresh


def _changed_object(thing: HeapObject, changed: Callable[[Value], Value]) -> HeapObject:
    if isinstance(thing, ListObject):
        items = _changed_items(thing.items, changed)
        rest = None if thing.rest is None else changed(thing.rest)
        same = items is None and rest is thing.rest
        return thing if same else replace(thing, items=thing.items if items is None else items, rest=rest)
    if isinstance(thing, DictObject):
        values = _changed_items(tuple(value for _, value in thing.items), changed)
        if values is None:
            return thing
        return replace(thing, items=tuple((key, value) for (key, _), value in zip(thing.items, values, strict=True)))
    if isinstance(thing, InstanceObject):
        values = _changed_items(tuple(value for _, value in thing.attributes), changed)
        if values is None:
            return thing
        pairs = tuple((name, value) for (name, _), value in zip(thing.attributes, values, strict=True))
        return replace(thing, attributes=pairs)
    return thing
