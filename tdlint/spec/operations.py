"""The shapes of operations on symbolic tensors (``keras.ops``, slices, operators), as functions of shapes.

They differ from those of numpy in what a free axis makes: Keras keeps it free. ``Fails`` says that Keras raises.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tdlint.shapes import FREE, AnyShape, Dim, Free, Shape, UnknownDim, UnknownShape, dims_agree, format_shape
from tdlint.spec import arrays, indexing
from tdlint.spec.arrays import Fails, axis_of


def _broadcast_dims(left: Dim, right: Dim) -> Dim:
    both_free = isinstance(left, Free) and isinstance(right, Free)
    return FREE if both_free else arrays.broadcast_dims(left, right)


def broadcast(*shapes: AnyShape) -> AnyShape:
    """The shape of an elementwise operation."""
    result: Shape = ()
    for shape in shapes:
        if isinstance(shape, UnknownShape):
            return shape
        width = max(len(result), len(shape))
        left, right = ((1,) * (width - len(each)) + each for each in (result, shape))
        result = tuple(_broadcast_dims(a, b) for a, b in zip(left, right, strict=True))
    return result


def reshape(shape: Shape, target: Shape) -> Shape:
    """The target, its -1 computed unless an axis is free."""
    if sum(dim == -1 for dim in target) > 1 or any(isinstance(dim, int) and dim < -1 for dim in target):
        raise Fails("at most one size may be -1, and none less")
    if any(isinstance(dim, Free) for dim in shape):
        return tuple(FREE if dim == -1 else dim for dim in target)
    known = [dim for dim in (*shape, *target) if isinstance(dim, int)]
    if len(known) < len(shape) + len(target):
        return tuple(UnknownDim("a size computed by reshape") if dim == -1 else dim for dim in target)
    have, want = (math.prod(dim for dim in dims if isinstance(dim, int) and dim != -1) for dims in (shape, target))
    if have != want and (-1 not in target or not want or have % want):
        raise Fails(f"{format_shape(shape)} with {have} elements can't be reshaped to {format_shape(target)}")
    return tuple(have // want if dim == -1 else dim for dim in target)


def _agree(shapes: Sequence[Shape], but: int | None) -> None:
    for shape in shapes[1:]:
        pairs = [pair for axis, pair in enumerate(zip(shapes[0], shape, strict=False)) if axis != but]
        if len(shape) != len(shapes[0]) or any(dims_agree(*pair) is False for pair in pairs):
            raise Fails(f"{format_shape(shapes[0])} and {format_shape(shape)} can't be joined")


def concatenate(shapes: Sequence[Shape], axis: int) -> Shape:
    """Joined along an axis; the other axes are those of the first."""
    place = axis_of(axis, len(shapes[0]))
    _agree(shapes, place)
    along = [shape[place] for shape in shapes]
    total = FREE if any(isinstance(dim, Free) for dim in along) else arrays.add_dims(along)
    return (*shapes[0][:place], total, *shapes[0][place + 1 :])


def stack(shapes: Sequence[Shape], axis: int) -> Shape:
    """Joined along a new axis."""
    _agree(shapes, None)
    place = axis_of(axis, len(shapes[0]) + 1)
    return (*shapes[0][:place], len(shapes), *shapes[0][place:])


def matmul(left: Shape, right: Shape) -> AnyShape:
    """``left @ right``."""
    if len(left) < 2 or len(right) < 2:
        return arrays.matmul(left, right)
    if dims_agree(left[-1], right[-2]) is False:
        raise Fails(f"matmul of {format_shape(left)} and {format_shape(right)}")
    batch = broadcast(left[:-2], right[:-2])
    return batch if isinstance(batch, UnknownShape) else (*batch, left[-2], right[-1])


def squeeze(shape: Shape, axes: Sequence[int] | None) -> AnyShape:
    """Without the axes of size 1, or without the given ones."""
    if axes is not None:
        places = [axis_of(axis, len(shape)) for axis in axes]
        # what is free while the model is built is not 1 for Keras, although the data may have 1 there
        if any(isinstance(shape[place], Free) for place in places):
            raise Fails(f"an axis of free size can't be squeezed away: {format_shape(shape)}")
        return arrays.squeeze(shape, axes)
    if not all(isinstance(dim, int | Free) for dim in shape):
        return UnknownShape("squeeze of sizes that are not known")
    return tuple(dim for dim in shape if dim != 1)


def split(shape: Shape, parts: int | Sequence[int], axis: int) -> list[Shape]:
    """Cut into so many equal parts, or at these places."""
    place = axis_of(axis, len(shape))
    length = shape[place]
    sizes: list[Dim]
    if isinstance(parts, int):
        if parts < 1 or (isinstance(length, int) and length % parts):
            raise Fails(f"an axis of size {length} can't be split into {parts} equal parts")
        one = length // parts if isinstance(length, int) else FREE if isinstance(length, Free) else UnknownDim()
        sizes = [one] * parts
    elif isinstance(length, int):
        differences = [stop - start for start, stop in zip((0, *parts), (*parts, length), strict=True)]
        if min(differences) < 0:
            raise Fails(f"an axis of size {length} can't be split at {list(parts)}")
        sizes = list(differences)
    else:
        sizes = [UnknownDim("a part of an axis that is not known")] * (len(parts) + 1)
    return [(*shape[:place], part, *shape[place + 1 :]) for part in sizes]


def item(shape: AnyShape, entries: Sequence[indexing.Entry]) -> AnyShape:
    """The shape of ``x[entries]``: a slice of a free axis is free."""
    found = indexing.index(shape, entries)
    if isinstance(found, UnknownShape) or isinstance(shape, UnknownShape):
        return found
    # the same entries applied to the numbers of the axes, from 2 on, tell which axes are kept; a new axis has size 1
    numbers = tuple(range(2, 2 + len(shape)))
    plain = [indexing.Cut() if isinstance(entry, indexing.Cut) else _anywhere(entry) for entry in entries]
    kept = indexing.index(numbers, plain)
    assert not isinstance(kept, UnknownShape)
    return tuple(
        FREE if isinstance(number, int) and number > 1 and isinstance(shape[number - 2], Free) else dim
        for dim, number in zip(found, kept, strict=True)
    )


def _anywhere(entry: indexing.Entry) -> indexing.Entry:
    return indexing.At(None) if isinstance(entry, indexing.At) else entry
