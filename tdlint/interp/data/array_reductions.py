"""Reductions of arrays along axes, and what goes along an axis: sums, extremes, sorting, differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from tdlint.graph import CallSite
from tdlint.interp.data.array_arguments import Function, Given, Handler, NotFollowed, function, made, scalar_of
from tdlint.interp.python import containers
from tdlint.shapes import AnyShape, Shape, UnknownDim, UnknownShape
from tdlint.spec import arrays as spec
from tdlint.spec import dtypes, ranges
from tdlint.spec.arrays import Fails
from tdlint.values import Arguments, ArrayValue, Const, Sequence, Unknown, Value


def _reduced(given: Given) -> tuple[ArrayValue, Shape]:
    array = given.known("a")
    assert not isinstance(array.shape, UnknownShape)
    return array, spec.reduce(array.shape, given.axes(), given.flag("keepdims"))


def _constants(given: Given) -> list[float] | None:
    """The items of a list of numbers: reductions of these are numbers that a shape may be made of."""
    listed = containers.as_list(given.run, given.need("a"))
    if listed is None or listed.rest is not None or given.values.keys() - {"a"}:
        return None
    found = [scalar_of(item) for item in listed.items]
    numbers = [value for value in found if value is not None and not isinstance(value, bool)]
    return numbers if len(numbers) == len(found) and numbers else None


_FOLDED_LISTS: dict[str, Callable[[list[float]], float]] = {
    "prod": math.prod,
    "product": math.prod,
    "sum": sum,
    "max": max,
    "amax": max,
    "min": min,
    "amin": min,
}


def _reduction(given: Given) -> Value:
    name = _EXTREMES.get(given.name, given.name)
    numbers = _constants(given)
    if numbers is not None and given.name in _FOLDED_LISTS:
        return Const(_FOLDED_LISTS[given.name](numbers))
    array, shape = _reduced(given)
    if name in ("max", "min"):
        return _extreme(given, array, shape)
    if name in ("any", "all"):
        return made(shape, "bool")
    if name in ("argmax", "argmin"):
        _record_position(given, array)
        return _position(given, array, shape)
    if name in ("mean", "median", "average"):
        return made(shape, given.dtype(dtypes.of_mean(array.dtype)), _mean_range(given, array))
    if name in ("std", "var"):
        return made(shape, given.dtype(dtypes.of_mean(array.dtype)))
    dtype = given.dtype(dtypes.of_sum(array.dtype))
    whole = array.labels in ("integer", "one-hot") and not dtypes.is_float(dtype)
    return made(shape, dtype, _sum_range(name, array, shape, dtype), "integer" if whole else None)


def _record_position(given: Given, array: ArrayValue) -> None:
    """Keep ``argmax`` along an axis of size 1, or of one number, for the rules; all others are of no interest."""
    axis = given.integer("axis")
    if given.name != "argmax" or isinstance(array.shape, UnknownShape) or not array.shape:
        return
    along = array.shape if axis is None else array.shape[axis : axis + 1 or None]
    if along and all(size == 1 for size in along):
        args = Arguments((("a", array), ("axis", Const(axis))))
        given.run.record_call(
            CallSite("numpy.argmax", args, given.run.site(given.node), certain=not given.run.uncertain)
        )


def _tensor_argmax(default: int | None) -> Handler:
    """``argmax`` of TensorFlow and Keras, of an array: rules are told of it, what it gives is a tensor."""

    def compute(given: Given) -> Value:
        values = {"axis": Const(default), **given.values}
        _record_position(replace(given, name="argmax", values=values), given.array("a"))
        raise NotFollowed("a tensor computed from an array")

    return compute


_EXTREMES = {"amax": "max", "amin": "min", "nanmax": "max", "nanmin": "min"}


def _refuse_nothing(given: Given, array: ArrayValue) -> None:
    assert not isinstance(array.shape, UnknownShape)
    axes = given.axes()
    if 0 in (array.shape if axes is None else [array.shape[axis] for axis in axes]):
        raise Fails(f"{given.name} of nothing")


def _extreme(given: Given, array: ArrayValue, shape: Shape) -> ArrayValue:
    _refuse_nothing(given, array)
    labels = array.labels if array.labels == "integer" else None
    return made(shape, array.dtype, array.range, labels)


def _position(given: Given, array: ArrayValue, shape: Shape) -> ArrayValue:
    assert not isinstance(array.shape, UnknownShape)
    if len(given.axes() or ()) > 1:
        raise Fails("argmax over several axes")
    _refuse_nothing(given, array)
    axes = given.axes()
    count = math.prod(d for d in array.shape if isinstance(d, int)) if axes is None else array.shape[axes[0]]
    known = isinstance(count, int) and (axes is not None or all(isinstance(d, int) for d in array.shape))
    range_ = (0, max(count - 1, 0)) if known and isinstance(count, int) else None
    found = made(shape, "int64", range_, "integer")
    last = axes is not None and spec.axis_of(axes[0], len(array.shape)) == len(array.shape) - 1
    return replace(found, classes=array.classes) if array.labels == "one-hot" and last else found


def _mean_range(given: Given, array: ArrayValue) -> tuple[float, float] | None:
    empty = isinstance(array.shape, UnknownShape) or 0 in array.shape
    return None if empty or given.get("dtype") is not None else array.range


def _sum_range(name: str, array: ArrayValue, shape: Shape, dtype: str | None) -> tuple[float, float] | None:
    if name not in ("sum", "cumsum") or array.range is None or isinstance(array.shape, UnknownShape):
        return None
    if not all(isinstance(dim, int) for dim in array.shape) or dtypes.is_float(dtype):
        return None
    count = math.prod(dim for dim in array.shape if isinstance(dim, int))
    low, high = array.range
    return ranges.fit((min(low, low * count), max(high, high * count)), dtype)


def _running(given: Given) -> Value:
    """``cumsum``, ``cumprod``: as many values as there are."""
    array, axis = given.known("a"), given.integer("axis")
    assert not isinstance(array.shape, UnknownShape)
    dtype = given.dtype(dtypes.of_sum(array.dtype))
    if axis is None:
        return made(spec.reshape(array.shape, (-1,)), dtype)
    spec.axis_of(axis, len(array.shape))
    return made(array.shape, dtype)


def _sorted(given: Given) -> Value:
    array = given.known("a")
    assert not isinstance(array.shape, UnknownShape)
    axis = -1 if "axis" not in given.values else given.integer("axis")
    shape = spec.reshape(array.shape, (-1,)) if axis is None else array.shape
    if axis is not None:
        spec.axis_of(axis, len(array.shape))
    if given.name == "argsort":
        return made(shape, "int64", None, "integer")
    return replace(
        array, shape=shape, labels="integer" if array.labels == "one-hot" else array.labels, memory=frozenset()
    )


def _difference(given: Given) -> Value:
    array, axis = given.known("a"), given.integer("axis", -1)
    assert not isinstance(array.shape, UnknownShape)
    times = given.integer("n", 1)
    if axis is None or times is None or times < 0 or array.dtype == "bool":
        raise NotFollowed("diff of a kind that is not followed")
    place = spec.axis_of(axis, len(array.shape))
    dim = array.shape[place]
    short = max(dim - times, 0) if isinstance(dim, int) else UnknownDim("a size minus another")
    return made((*array.shape[:place], short, *array.shape[place + 1 :]), array.dtype)


def _unique(given: Given) -> Value:
    array, axis = given.array("a"), given.integer("axis")
    shape: AnyShape = (UnknownDim("as many as differ"),)
    if axis is not None:
        if isinstance(array.shape, UnknownShape):
            raise NotFollowed(array.shape.reason)
        place = spec.axis_of(axis, len(array.shape))
        shape = tuple(UnknownDim("as many as differ") if n == place else dim for n, dim in enumerate(array.shape))
    labels = "integer" if array.labels == "one-hot" else array.labels
    values = replace(array, shape=shape, labels=labels, memory=frozenset())
    extra = [name for name in ("return_index", "return_inverse", "return_counts") if given.flag(name)]
    if not extra:
        return values
    return Sequence((values, *(Unknown(f"{name} of unique") for name in extra)), "tuple")


def _norm(given: Given) -> Value:
    if given.get("axis") is None:
        if given.flag("keepdims"):
            raise NotFollowed("norm with keepdims over all axes")
        return made((), dtypes.of_division(given.array("a").dtype))
    array, shape = _reduced(given)
    return made(shape, dtypes.of_division(array.dtype))


_REDUCE = "a axis dtype out keepdims"
FUNCTIONS: dict[str, Function] = {
    **{f"numpy.{name}": function(_REDUCE, _reduction) for name in ("sum", "prod", "mean", "std", "var", "product")},
    **{
        f"numpy.{name}": function("a axis out keepdims", _reduction)
        for name in ("max", "min", "amax", "amin", "any", "all", "argmax", "argmin", "nanmax", "nanmin")
    },
    "numpy.median": function("a axis out overwrite_input keepdims", _reduction),
    "numpy.cumsum": function("a axis dtype", _running),
    "numpy.cumprod": function("a axis dtype", _running),
    "numpy.sort": function("a axis kind order", _sorted),
    "numpy.argsort": function("a axis kind order", _sorted),
    "numpy.diff": function("a n axis", _difference),
    "numpy.unique": function("a return_index return_inverse return_counts axis", _unique),
    "numpy.linalg.norm": function("a ord axis keepdims", _norm),
    **dict.fromkeys(("tensorflow.argmax", "tensorflow.math.argmax"), function("a axis output_type", _tensor_argmax(0))),
    "keras.backend.argmax": function("a axis", _tensor_argmax(-1)),
    "keras.ops.argmax": function("a axis keepdims", _tensor_argmax(None)),
}
"""Functions that go along axes, by canonical name."""

METHODS: dict[str, Function] = {
    "mean": function(_REDUCE, _reduction),
    "sum": function(_REDUCE, _reduction),
    "prod": function(_REDUCE, _reduction),
    "std": function(_REDUCE, _reduction),
    "var": function(_REDUCE, _reduction),
    **{name: function("a axis out keepdims", _reduction) for name in ("max", "min", "any", "all", "argmax", "argmin")},
    "argsort": function("a axis kind", _sorted),
    "cumsum": function("a axis dtype", _running),
}
"""Methods of arrays that go along axes."""
