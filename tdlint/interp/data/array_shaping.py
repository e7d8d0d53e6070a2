"""numpy's functions that change the shape of arrays or put arrays together; the values stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tdlint.interp.data.array_arguments import (
    MAX_PARTS,
    Function,
    Given,
    NotFollowed,
    as_array,
    dtype_of,
    function,
    items_of,
    joined,
    made,
    new_shape,
    shape_of_known,
    sizes,
)
from tdlint.interp.data.array_creation import cast
from tdlint.shapes import AnyShape, Shape, UnknownDim, UnknownShape, size
from tdlint.spec import arrays as spec
from tdlint.spec.arrays import Fails
from tdlint.spec.ranges import union
from tdlint.values import ArrayValue, Const, Unknown, Value, integer
from tdlint.values import Sequence as SequenceValue


def reshaped(array: ArrayValue, target: AnyShape) -> ArrayValue:
    """An array in another shape, with -1 computed."""
    if isinstance(target, UnknownShape):
        raise NotFollowed(target.reason)
    shape = spec.reshape(array.shape, target)
    labels = array.labels
    if labels == "one-hot" and (isinstance(array.shape, UnknownShape) or shape[-1:] != array.shape[-1:]):
        labels = "integer"
    return replace(array, shape=shape, labels=labels)


def _reshape(given: Given) -> Value:
    value = given.values.get("shape") or given.need("newshape")
    if given.get("order") is not None:
        raise NotFollowed("reshape with an order")
    return reshaped(given.array("a"), sizes(given.run, value))


def _moved(array: ArrayValue, shape: Shape, last_stays: bool = False) -> ArrayValue:
    """The array with its axes in other places; rows of one-hot labels are rows no longer."""
    labels = "integer" if array.labels == "one-hot" and not last_stays else array.labels
    return replace(array, shape=shape, labels=labels)


def _expand_dims(given: Given) -> Value:
    array, axes = given.known("a"), given.axes()
    if axes is None:
        raise NotFollowed("expand_dims without an axis")
    shape = spec.expand_dims(shape_of_known(array), axes)
    return _moved(array, shape, shape[-1:] == shape_of_known(array)[-1:])


def _squeeze(given: Given) -> Value:
    array = given.known("a")
    axes = given.axes()
    # a number may be squeezed along its only axis that it does not have
    shape = () if not shape_of_known(array) and axes in ((0,), (-1,)) else spec.squeeze(shape_of_known(array), axes)
    return replace(array, shape=shape, labels="integer" if array.labels == "one-hot" else array.labels)


def _transpose(given: Given) -> Value:
    array = given.known("a")
    return _moved(array, spec.transpose(shape_of_known(array), given.axes("axes")))


def transposed(array: ArrayValue) -> ArrayValue:
    """``x.T``."""
    if isinstance(array.shape, UnknownShape):
        raise NotFollowed(array.shape.reason)
    return _moved(array, array.shape[::-1])


def _swapaxes(given: Given) -> Value:
    array = given.known("a")
    first, second = given.integer("axis1"), given.integer("axis2")
    if first is None or second is None:
        raise NotFollowed("swapaxes without axes")
    return _moved(array, spec.swapaxes(shape_of_known(array), first, second))


def _moveaxis(given: Given) -> Value:
    array = given.known("a")
    source, destination = given.axes("source"), given.axes("destination")
    return _moved(array, spec.moveaxis(shape_of_known(array), source or (), destination or ()))


def _rollaxis(given: Given) -> Value:
    array, axis, start = given.known("a"), given.integer("axis"), given.integer("start", 0)
    ndim = len(shape_of_known(array))
    if axis is None or start is None:
        raise NotFollowed("rollaxis without an axis")
    place, target = spec.axis_of(axis, ndim), start + ndim if start < 0 else start
    if not 0 <= target <= ndim:
        raise Fails(f"no place {start} among {ndim} axes")
    return _moved(array, spec.moveaxis(shape_of_known(array), [place], [target - 1 if place < target else target]))


def _flat(given: Given) -> Value:
    array = given.array("a")
    if isinstance(array.shape, UnknownShape):
        return _moved(array, (UnknownDim("the number of elements"),))
    return _moved(array, spec.reshape(array.shape, (-1,)))


def _kept(given: Given) -> Value:
    return given.array("a")


def _copied(given: Given) -> Value:
    return replace(given.array("a"), memory=frozenset())


def _permuted(given: Given) -> Value:
    array, axis = given.known("a"), given.axes()
    if axis is not None:
        spec.axes_of(axis, len(shape_of_known(array)))
    # a flipped array is another view of the same memory
    memory = frozenset[int]() if given.name == "roll" else array.memory
    return _moved(replace(array, memory=memory), shape_of_known(array), last_stays=True)


def _parts(given: Given, name: str) -> list[ArrayValue]:
    value = given.need(name)
    if isinstance(value, ArrayValue):
        length = None if isinstance(value.shape, UnknownShape) or not value.shape else value.shape[0]
        if isinstance(value.shape, UnknownShape) or not isinstance(length, int) or length > MAX_PARTS:
            raise NotFollowed("an array taken apart into many or an unknown number of parts")
        return [replace(value, shape=value.shape[1:])] * length
    return [as_array(given.run, item) for item in items_of(given.run, value)]


def _together(arrays: Sequence[ArrayValue], shape: AnyShape, rows: bool) -> ArrayValue:
    found = joined(shape, list(arrays))
    classes = {array.classes for array in arrays}
    rows = rows and not isinstance(shape, UnknownShape) and (len(shape) > 1 or found.labels != "one-hot")
    if found.labels == "one-hot" and not rows:
        return replace(found, labels="integer")
    return replace(found, classes=classes.pop() if len(classes) == 1 and rows else None)


def _concatenate(given: Given) -> Value:
    arrays = _parts(given, "arrays")
    axis = 0 if "axis" not in given.values else given.integer("axis")
    return _together(arrays, spec.concatenate([array.shape for array in arrays], axis), axis == 0)


def _append(given: Given) -> Value:
    arrays = [given.array("a"), given.array("values")]
    axis = given.integer("axis")
    return _together(arrays, spec.concatenate([array.shape for array in arrays], axis), axis == 0)


def _stack(given: Given) -> Value:
    arrays = _parts(given, "arrays")
    axis = given.integer("axis", 0) or 0
    return _together(arrays, spec.stack([array.shape for array in arrays], axis), axis == 0)


_STACKS: dict[str, tuple[Callable[[Shape], Shape], int]] = {
    "vstack": (lambda shape: spec.at_least(shape, 2), 0),
    "row_stack": (lambda shape: spec.at_least(shape, 2), 0),
    "hstack": (lambda shape: spec.at_least(shape, 1), 1),
    "dstack": (lambda shape: spec.at_least(shape, 3), 2),
    "column_stack": (spec.as_column, 1),
}


def _special_stack(given: Given) -> Value:
    arrays = _parts(given, "arrays")
    prepare, axis = _STACKS[given.name]
    shapes = [_prepared(array.shape, prepare) for array in arrays]
    first = next((shape for shape in shapes if not isinstance(shape, UnknownShape)), None)
    if axis and first is None:
        raise NotFollowed("arrays whose shapes are not known")
    if given.name == "hstack" and first is not None and len(first) == 1:
        axis = 0
    return _together(arrays, spec.concatenate(shapes, axis), axis == 0)


def _prepared(shape: AnyShape, prepare: Callable[[Shape], Shape]) -> AnyShape:
    return shape if isinstance(shape, UnknownShape) else prepare(shape)


def _at_least(given: Given) -> Value:
    array = given.known("a")
    shape = spec.at_least(shape_of_known(array), int(given.name[8]))
    return _moved(array, shape, shape[-1:] == shape_of_known(array)[-1:])


def _repeat(given: Given) -> Value:
    array = given.known("a")
    count = as_array(given.run, given.need("repeats"))
    if count.shape != ():
        raise NotFollowed("repeat with a number for each")
    shape = spec.repeat(shape_of_known(array), integer(given.need("repeats")), given.integer("axis"))
    return _moved(replace(array, memory=frozenset()), shape, shape[-1:] == shape_of_known(array)[-1:])


def _tile(given: Given) -> Value:
    array, counts = given.known("a"), sizes(given.run, given.need("reps"))
    if isinstance(counts, UnknownShape):
        raise NotFollowed(counts.reason)
    shape = spec.tile(shape_of_known(array), [count if isinstance(count, int) else None for count in counts])
    return _moved(replace(array, memory=frozenset()), shape, shape[-1:] == shape_of_known(array)[-1:])


def _pad(given: Given) -> Value:
    array = given.known("a")
    ndim = len(shape_of_known(array))
    widths = _pad_widths(given, ndim)
    shape = spec.pad(shape_of_known(array), widths)
    mode = given.get("mode") or Const("constant")
    if 0 in shape_of_known(array) and not mode.must_be("constant"):
        raise Fails("an empty axis can't be extended with its own values")
    inside = mode.must_be("edge", "reflect", "symmetric", "wrap", "maximum", "minimum")
    range_ = array.range if inside else None
    if mode.must_be("constant") and "constant_values" not in given.values:
        range_ = union(array.range, (0, 0))
    labels = array.labels if array.labels == "integer" and range_ is not None else None
    return made(shape, array.dtype, range_, labels)


def _pad_widths(given: Given, ndim: int) -> list[tuple[int | None, int | None]]:
    value = given.need("pad_width")
    if not (isinstance(value, Const) or ndim) or isinstance(value, ArrayValue | Unknown):
        raise NotFollowed("pad with widths that are not known")
    single = integer(value)
    if single is not None:
        return [(single, single)] * ndim
    items = items_of(given.run, value)
    if all(integer(item) is not None for item in items) and len(items) in (1, 2):
        return [(integer(items[0]), integer(items[-1]))] * ndim
    pairs = [items_of(given.run, item) for item in items]
    if any(len(pair) != 2 for pair in pairs):
        raise NotFollowed("pad with widths of another form")
    return [(integer(before), integer(after)) for before, after in (pairs * ndim if len(pairs) == 1 else pairs)]


def _split(given: Given) -> Value:
    array = given.known("a")
    parts = given.need("indices_or_sections")
    axis = given.integer("axis", 0) or 0
    if given.name in ("vsplit", "hsplit"):
        axis = 0 if given.name == "vsplit" or len(shape_of_known(array)) == 1 else 1
    count = integer(parts)
    even = given.name != "array_split"
    if count is not None:
        if count > MAX_PARTS:
            raise NotFollowed("a split into very many parts")
        shapes = spec.split(shape_of_known(array), count, axis, even)
    else:
        places = [integer(item) for item in items_of(given.run, parts)]
        known = [place for place in places if place is not None]
        if len(known) != len(places):
            place = spec.axis_of(axis, len(shape_of_known(array)))
            loose = tuple(UnknownDim("a part") if n == place else dim for n, dim in enumerate(shape_of_known(array)))
            shapes = [loose] * (len(places) + 1)
        else:
            shapes = spec.split(shape_of_known(array), known, axis, even)
    rows = spec.axis_of(axis, len(shape_of_known(array))) != len(shape_of_known(array)) - 1
    return SequenceValue(tuple(_moved(array, shape, rows) for shape in shapes), "list")


def _broadcast_to(given: Given) -> Value:
    array, target = given.array("a"), new_shape(given.run, given.need("shape"))
    if isinstance(target, UnknownShape):
        raise NotFollowed(target.reason)
    return _moved(array, spec.broadcast_to(array.shape, target))


def _astype(given: Given) -> Value:
    found = cast(given.array("a"), dtype_of(given.need("dtype")))
    return replace(found, memory=frozenset())


def _delete(given: Given) -> Value:
    array, axis = given.known("a"), given.integer("axis")
    if axis is None:
        return _moved(array, (UnknownDim("elements were deleted"),))
    place = spec.axis_of(axis, len(shape_of_known(array)))
    loose = tuple(
        UnknownDim("elements were deleted") if n == place else dim for n, dim in enumerate(shape_of_known(array))
    )
    return _moved(replace(array, memory=frozenset()), loose)


def _take(given: Given) -> Value:
    array, places = given.known("a"), given.known("indices")
    axis = given.integer("axis")
    if axis is None:
        return _moved(replace(array, memory=frozenset()), shape_of_known(places))
    place = spec.axis_of(axis, len(shape_of_known(array)))
    if shape_of_known(array)[place] == 0 and 0 not in shape_of_known(places):
        raise Fails("elements of an empty axis")
    shape = (*shape_of_known(array)[:place], *shape_of_known(places), *shape_of_known(array)[place + 1 :])
    return _moved(replace(array, memory=frozenset()), shape)


def _size(given: Given) -> Value:
    array = given.array("a")
    count = None if isinstance(array.shape, UnknownShape) else size(array.shape)
    return Unknown("the number of elements") if count is None else Const(count)


_ARRAYS = "arrays axis"
FUNCTIONS: dict[str, Function] = {
    "numpy.reshape": function("a shape order newshape", _reshape),
    "numpy.expand_dims": function("a axis", _expand_dims),
    "numpy.squeeze": function("a axis", _squeeze),
    "numpy.transpose": function("a axes", _transpose),
    "numpy.permute_dims": function("a axes", _transpose),
    "numpy.swapaxes": function("a axis1 axis2", _swapaxes),
    "numpy.moveaxis": function("a source destination", _moveaxis),
    "numpy.rollaxis": function("a axis start", _rollaxis),
    "numpy.ravel": function("a order", _flat),
    "numpy.copy": function("a order subok", _copied),
    "numpy.flip": function("m axis", lambda given: _permuted(_renamed(given, "m"))),
    "numpy.fliplr": function("a", _permuted),
    "numpy.flipud": function("a", _permuted),
    "numpy.roll": function("a shift axis", _permuted),
    "numpy.concatenate": function("arrays axis", _concatenate),
    "numpy.concat": function("arrays axis", _concatenate),
    "numpy.append": function("a values axis", _append),
    "numpy.stack": function(_ARRAYS, _stack),
    **{f"numpy.{name}": function("arrays", _special_stack) for name in _STACKS},
    **{f"numpy.atleast_{ndim}d": function("a", _at_least) for ndim in (1, 2, 3)},
    "numpy.repeat": function("a repeats axis", _repeat),
    "numpy.tile": function("a reps", _tile),
    "numpy.pad": function("a pad_width mode constant_values", _pad),
    "numpy.split": function("a indices_or_sections axis", _split),
    "numpy.array_split": function("a indices_or_sections axis", _split),
    "numpy.vsplit": function("a indices_or_sections", _split),
    "numpy.hsplit": function("a indices_or_sections", _split),
    "numpy.broadcast_to": function("a shape subok", _broadcast_to),
    "numpy.delete": function("a obj axis", _delete),
    "numpy.take": function("a indices axis mode", _take),
    "numpy.size": function("a", _size),
    "tensorflow.reshape": function("a shape name", _reshape),
    "tensorflow.expand_dims": function("a axis name", _expand_dims),
    "tensorflow.squeeze": function("a axis name", _squeeze),
    "tensorflow.transpose": function("a axes name", _transpose),
    "tensorflow.concat": function("arrays axis name", _concatenate),
    "tensorflow.stack": function("arrays axis name", _stack),
    "tensorflow.cast": function("a dtype name", _astype),
}
"""Functions that keep the values of arrays, by canonical name."""

METHODS: dict[str, Function] = {
    "astype": function("a dtype order casting subok copy", _astype),
    "copy": function("a order", _copied),
    "flatten": function("a order", lambda given: replace(_array(_flat(given)), memory=frozenset())),
    "ravel": function("a order", _flat),
    "repeat": function("a repeats axis", _repeat),
    "squeeze": function("a axis", _squeeze),
    "swapaxes": function("a axis1 axis2", _swapaxes),
    "take": function("a indices axis", _take),
    "numpy": function("a", _kept),
}
"""Methods of arrays that keep their values."""


def _array(value: Value) -> ArrayValue:
    assert isinstance(value, ArrayValue)
    return value


def _renamed(given: Given, name: str) -> Given:
    return replace(given, values={"a" if key == name else key: value for key, value in given.values.items()})
