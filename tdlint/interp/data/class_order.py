"""Whether labels come class by class: which functions make such labels, and which leave them so."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from tdlint.interp.python import containers
from tdlint.interp.run import Run
from tdlint.shapes import UnknownShape
from tdlint.values import ArrayValue, Instance, Sequence, Value, number

_SORTED_DATA = frozenset({"load_iris", "load_wine"})
"""Data sets of scikit-learn whose samples are sorted by class."""

_JOINING = frozenset({"concatenate", "hstack", "append", "concat"})
_LISTED = frozenset({"array", "asarray"})
_KEEPING = frozenset(
    {
        *("array", "asarray", "asanyarray", "ascontiguousarray", "copy", "astype", "reshape", "ravel", "flatten"),
        *("expand_dims", "squeeze", "to_categorical", "fit_transform", "transform"),
    }
)


def after(run: Run, name: str, values: dict[str, Value], result: Value) -> Value:
    """What a function gives, which keeps ``ascending`` only where the order is known to stay."""
    given = list(values.values())
    if name in _SORTED_DATA:
        return _of_dataset(result)
    if not isinstance(result, ArrayValue):
        return _dropped(result)
    first = given[0] if given else None
    sorts = name in _KEEPING and isinstance(first, ArrayValue) and first.ascending
    if name in _JOINING and "axis" not in values and given:
        sorts = _ascend([_bounds(run, part) for part in _parts(run, given)])
    elif name in _LISTED and first is not None and not isinstance(first, ArrayValue):
        bounds = _bounds(run, first)
        sorts = bounds is not None and bounds[0] < bounds[1]
    return result if result.ascending == sorts else replace(result, ascending=sorts)


def _dropped(result: Value) -> Value:
    """Parts, and shuffled copies, are in no order that is known."""
    if isinstance(result, ArrayValue):
        return replace(result, ascending=False) if result.ascending else result
    if isinstance(result, Sequence) and any(isinstance(item, ArrayValue) and item.ascending for item in result.items):
        return replace(result, items=tuple(map(_dropped, result.items)))
    return result


def _of_dataset(result: Value) -> Value:
    """The labels are the second of two arrays; an object with both has them, too."""
    if isinstance(result, Sequence) and len(result.items) == 2 and isinstance(result.items[1], ArrayValue):
        return replace(result, items=(result.items[0], replace(result.items[1], ascending=True)))
    target = result.args.get("target") if isinstance(result, Instance) else None
    if isinstance(result, Instance) and isinstance(target, ArrayValue):
        return replace(result, args=result.args.replace("target", replace(target, ascending=True)))
    return result


def _parts(run: Run, given: list[Value]) -> list[Value]:
    """The arrays of ``concatenate([a, b])``, or of ``append(a, b)``."""
    listed = containers.as_list(run, given[0])
    if len(given) == 1 and listed is not None and listed.rest is None:
        return list(listed.items)
    return given


def _bounds(run: Run, value: Value) -> tuple[float, float] | None:
    """The first and last class of labels that are sorted, or all of one class; None for others."""
    if isinstance(value, ArrayValue):
        flat = not isinstance(value.shape, UnknownShape) and len(value.shape) == 1
        plain = value.range is not None and (value.ascending or value.range[0] == value.range[1])
        return value.range if flat and plain else None
    listed = containers.as_list(run, value)
    if listed is None or listed.rest is not None or not listed.items:
        return None
    numbers = [number(item) for item in listed.items]
    known = [item for item in numbers if item is not None]
    return (known[0], known[-1]) if len(known) == len(numbers) and known == sorted(known) else None


def _ascend(bounds: list[tuple[float, float] | None]) -> bool:
    known = [pair for pair in bounds if pair is not None]
    in_order = all(one[1] <= two[0] for one, two in pairwise(known))
    return len(known) == len(bounds) and bool(known) and in_order and known[0][0] < known[-1][1]
