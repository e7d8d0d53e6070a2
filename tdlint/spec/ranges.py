"""Ranges of the values in arrays: intervals, and what arithmetic makes of them. Bounds hold up to rounding."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TypeAlias

from tdlint.spec.dtypes import is_float, limits

Range: TypeAlias = tuple[float, float]

LARGEST = {"float16": 6e4, "float32": 3e38}
"""Above these, values of the short dtypes become infinite."""


def union(left: Range | None, right: Range | None) -> Range | None:
    """The values of both; None if one of them is not known."""
    if left is None or right is None:
        return None
    return min(left[0], right[0]), max(left[1], right[1])


def fit(found: Range | None, dtype: str | None) -> Range | None:
    """A computed range in an array of this dtype: integers wrap around, so outside of their limits it is not known."""
    if found is None or dtype is None or not all(map(math.isfinite, found)):
        return None
    bounds = limits(dtype)
    if bounds is not None:
        return found if bounds[0] <= found[0] and found[1] <= bounds[1] else None
    largest = LARGEST.get(dtype, 1e300)
    return found if is_float(dtype) and max(abs(found[0]), abs(found[1])) <= largest else None


def _corners(left: Range, right: Range, compute: Callable[[float, float], float]) -> Range:
    values = [compute(a, b) for a in left for b in right]
    return min(values), max(values)


def _divide(left: Range, right: Range) -> Range | None:
    if right[0] <= 0 <= right[1]:
        return None
    return _corners(left, right, lambda a, b: a / b)


def _floor_divide(left: Range, right: Range) -> Range | None:
    if right[0] <= 0 <= right[1]:
        return None
    return _corners(left, right, lambda a, b: a // b)


def _mod(left: Range, right: Range) -> Range | None:
    if right[0] <= 0:
        return None
    return 0, right[1]


def _power(left: Range, right: Range) -> Range | None:
    exponent = right[0]
    if right[0] != right[1] or exponent < 0 or exponent > 16 or exponent != int(exponent):
        return None
    ends = [value ** int(exponent) for value in left]
    if exponent % 2 == 0 and left[0] <= 0 <= left[1]:
        ends.append(0 if exponent else 1)
    return min(ends), max(ends)


_OPERATIONS: dict[str, Callable[[Range, Range], Range | None]] = {
    "add": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "subtract": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "multiply": lambda a, b: _corners(a, b, lambda x, y: x * y),
    "divide": _divide,
    "floor_divide": _floor_divide,
    "mod": _mod,
    "power": _power,
    "maximum": lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
    "minimum": lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
}


def combine(operation: str, left: Range | None, right: Range | None) -> Range | None:
    """The range of ``left operation right``, element by element."""
    compute = _OPERATIONS.get(operation)
    if compute is None or left is None or right is None:
        return None
    try:
        return compute(left, right)
    except OverflowError:
        return None


def apply(name: str, found: Range | None) -> Range | None:
    """The range of a function of one array, element by element."""
    if name in _BOUNDED:
        return _BOUNDED[name]
    if found is None:
        return None
    low, high = found
    if name == "absolute":
        return (0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))
    if name == "negative":
        return -high, -low
    if name == "square":
        return _power(found, (2, 2))
    monotone = _MONOTONE.get(name)
    if monotone is None:
        return None
    try:
        return monotone(low), monotone(high)
    except (ValueError, OverflowError):
        return None


_BOUNDED: dict[str, Range] = {"tanh": (-1, 1), "sin": (-1, 1), "cos": (-1, 1)}

_MONOTONE: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log1p": math.log1p,
    "log2": math.log2,
    "log10": math.log10,
    "floor": math.floor,
    "ceil": math.ceil,
    "rint": round,
    "sign": lambda value: (value > 0) - (value < 0),
}


def of_numbers(values: Iterable[float]) -> Range | None:
    """The least and the greatest of some numbers; None without any, or with one that is not finite."""
    numbers = list(values)
    try:
        finite = all(map(math.isfinite, numbers))
    except OverflowError:  # an integer that no float can hold
        return None
    return (min(numbers), max(numbers)) if numbers and finite else None
