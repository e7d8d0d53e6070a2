"""The shapes that numpy's calls give, as pure functions of shapes.

Each raises ``Fails`` where numpy raises, with the numbers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from tdlint.shapes import (
    AnyShape,
    Dim,
    Shape,
    UnknownDim,
    UnknownShape,
    dims_agree,
    format_shape,
    size,
)

_DATA = "depends on the data"


class Fails(Exception):
    """Numpy raises on these shapes; the message is a fact with its numbers."""


def axis_of(axis: int, ndim: int) -> int:
    """An axis counted from the front.

    Raises:
        Fails: there is no such axis.
    """
    if not -ndim <= axis < ndim:
        raise Fails(f"axis {axis} of an array with {ndim} axes")
    return axis % ndim


def axes_of(axes: Iterable[int], ndim: int) -> tuple[int, ...]:
    """Several axes counted from the front, each once.

    Raises:
        Fails: there is no such axis, or one is named twice.
    """
    found = tuple(axis_of(axis, ndim) for axis in axes)
    if len(set(found)) != len(found):
        raise Fails("an axis is named twice")
    return found


def broadcast_dims(left: Dim, right: Dim) -> Dim:
    """The size of an axis of an elementwise operation."""
    if left == 1:
        return right
    if right == 1:
        return left
    if isinstance(left, int) and isinstance(right, int):
        if left != right:
            raise Fails(f"axes of size {left} and {right} do not broadcast")
        return left
    # an unknown size that meets a known one other than 1 is that size, or 1
    if isinstance(left, int):
        return left
    if isinstance(right, int):
        return right
    return left if dims_agree(left, right) else UnknownDim("broadcast of sizes that are not known")


def broadcast(*shapes: AnyShape) -> AnyShape:
    """The shape of an elementwise operation."""
    result: Shape = ()
    for shape in shapes:
        if isinstance(shape, UnknownShape):
            return shape
        width = max(len(result), len(shape))
        left = (1,) * (width - len(result)) + result
        right = (1,) * (width - len(shape)) + shape
        result = tuple(broadcast_dims(a, b) for a, b in zip(left, right, strict=True))
    return result


def broadcast_to(shape: AnyShape, target: Shape) -> Shape:
    """The target, if the shape can be repeated to it."""
    if not isinstance(shape, UnknownShape):
        found = broadcast(shape, target)
        if len(shape) > len(target) or (found != target and size(target) is not None):
            raise Fails(f"shape {format_shape(shape)} can't be broadcast to {format_shape(target)}")
    return target


def _split_sizes(dims: Shape) -> tuple[int, list[Dim]]:
    """The product of the known sizes, and the others."""
    known = [dim for dim in dims if isinstance(dim, int)]
    return math.prod(known), [dim for dim in dims if not isinstance(dim, int)]


def reshape(shape: AnyShape, target: Shape) -> Shape:
    """The target with -1 (at most one) and unknown sizes computed from the number of elements where that is certain."""
    if sum(dim == -1 for dim in target) > 1:
        raise Fails("a shape with two sizes -1")
    if any(isinstance(dim, int) and dim < -1 for dim in target):
        raise Fails(f"a negative size in {format_shape(target)}")
    have, loose = _split_sizes((UnknownDim(),) if isinstance(shape, UnknownShape) else shape)
    open_axes = [axis for axis, dim in enumerate(target) if dim == -1 or not isinstance(dim, int)]
    want, _ = _split_sizes(tuple(dim for dim in target if dim != -1))
    if not loose and (have % want if open_axes and want else have != want):
        raise Fails(f"shape {format_shape(shape)} with {have} elements can't be reshaped to {format_shape(target)}")
    result = list(target)
    if len(open_axes) == 1:
        # certain also where the program gives a size that tdlint does not know: any other raises
        axis = open_axes[0]
        left_over = _left_over(have, loose, want)
        if not loose and want:
            result[axis] = have // want
        elif left_over is not None:
            result[axis] = left_over
    elif -1 in target:
        others = [dim for dim in target if not isinstance(dim, int)]
        remaining = list(loose)
        for dim in others:
            if dim in remaining and not isinstance(dim, UnknownDim):
                remaining.remove(dim)
            else:
                return tuple(UnknownDim("a size computed by reshape") if dim == -1 else dim for dim in target)
        if want and have % want == 0 and not remaining:
            result[target.index(-1)] = have // want
    return tuple(UnknownDim("a size computed by reshape") if dim == -1 else dim for dim in result)


def _left_over(have: int, loose: list[Dim], want: int) -> Dim | None:
    """The one named size that stays when all known sizes are used up."""
    if len(loose) == 1 and not isinstance(loose[0], UnknownDim) and have == want and want:
        return loose[0]
    return None


def expand_dims(shape: Shape, axes: Sequence[int]) -> Shape:
    """With new axes of size 1 at these places of the result."""
    ndim = len(shape) + len(axes)
    places = axes_of(axes, ndim)
    rest = iter(shape)
    return tuple(1 if axis in places else next(rest) for axis in range(ndim))


def squeeze(shape: Shape, axes: Sequence[int] | None) -> AnyShape:
    """Without the axes of size 1, or without the given ones, which must be 1."""
    if axes is None:
        if not all(isinstance(dim, int) for dim in shape):
            return UnknownShape("squeeze of sizes that are not known")
        return tuple(dim for dim in shape if dim != 1)
    places = axes_of(axes, len(shape))
    for axis in places:
        if isinstance(shape[axis], int) and shape[axis] != 1:
            raise Fails(f"axis {axis} of {format_shape(shape)} is not 1")
    return tuple(dim for axis, dim in enumerate(shape) if axis not in places)


def transpose(shape: Shape, axes: Sequence[int] | None) -> Shape:
    """With axes in another order; reversed without ``axes``."""
    if axes is None:
        return shape[::-1]
    if len(axes) != len(shape):
        raise Fails(f"{len(axes)} axes for an array with {len(shape)}")
    return tuple(shape[axis] for axis in axes_of(axes, len(shape)))


def swapaxes(shape: Shape, first: int, second: int) -> Shape:
    """With two axes exchanged."""
    order = list(range(len(shape)))
    a, b = axis_of(first, len(shape)), axis_of(second, len(shape))
    order[a], order[b] = order[b], order[a]
    return tuple(shape[axis] for axis in order)


def moveaxis(shape: Shape, source: Sequence[int], destination: Sequence[int]) -> Shape:
    """With axes moved to other places, the others keeping their order."""
    if len(source) != len(destination):
        raise Fails("as many places as axes are needed")
    froms, places = axes_of(source, len(shape)), axes_of(destination, len(shape))
    order = [axis for axis in range(len(shape)) if axis not in froms]
    for place, axis in sorted(zip(places, froms, strict=True)):
        order.insert(place, axis)
    return tuple(shape[axis] for axis in order)


def reduce(shape: Shape, axes: Sequence[int] | None, keepdims: bool = False) -> Shape:
    """Without the axes that are summed over, or with 1 in their place."""
    places = tuple(range(len(shape))) if axes is None else axes_of(axes, len(shape))
    if keepdims:
        return tuple(1 if axis in places else dim for axis, dim in enumerate(shape))
    return tuple(dim for axis, dim in enumerate(shape) if axis not in places)


def add_dims(dims: Iterable[Dim]) -> Dim:
    """The sum of sizes."""
    total = 0
    for dim in dims:
        if not isinstance(dim, int):
            return UnknownDim("a sum of sizes that are not known")
        total += dim
    return total


def concatenate(shapes: Sequence[AnyShape], axis: int | None) -> AnyShape:
    """Joined along an axis; flattened first without one."""
    if not shapes:
        raise Fails("nothing to concatenate")
    known = [shape for shape in shapes if not isinstance(shape, UnknownShape)]
    if axis is None:
        sizes = [UnknownDim() if isinstance(s, UnknownShape) or size(s) is None else size(s) for s in shapes]
        return (add_dims(dim if dim is not None else UnknownDim() for dim in sizes),)
    if not known:
        return UnknownShape("concatenation of shapes that are not known")
    ndim = len(known[0])
    if any(len(shape) != ndim for shape in known) or not ndim:
        raise Fails(f"shapes {', '.join(map(format_shape, known))} can't be concatenated")
    place = axis_of(axis, ndim)
    result: list[Dim] = []
    for number in range(ndim):
        dims = [shape[number] for shape in known]
        if number == place:
            result.append(add_dims(dims) if len(known) == len(shapes) else UnknownDim("a sum of sizes"))
        else:
            result.append(_same_dim(dims, "concatenated"))
    return tuple(result)


def _same_dim(dims: Sequence[Dim], what: str) -> Dim:
    """The size of an axis that must be the same in all."""
    numbers = {dim for dim in dims if isinstance(dim, int)}
    if len(numbers) > 1:
        raise Fails(f"axes of size {' and '.join(map(str, sorted(numbers)))} can't be {what}")
    return numbers.pop() if numbers else dims[0]


def stack(shapes: Sequence[AnyShape], axis: int) -> AnyShape:
    """Joined along a new axis."""
    known = [shape for shape in shapes if not isinstance(shape, UnknownShape)]
    if not shapes:
        raise Fails("nothing to stack")
    if not known:
        return UnknownShape("stack of shapes that are not known")
    if len({len(shape) for shape in known}) > 1:
        raise Fails(f"shapes {', '.join(map(format_shape, known))} can't be stacked")
    dims = tuple(_same_dim(column, "stacked") for column in zip(*known, strict=True))
    place = axis_of(axis, len(dims) + 1)
    return (*dims[:place], len(shapes), *dims[place:])


def at_least(shape: Shape, ndim: int) -> Shape:
    """As ``atleast_1d``, ``_2d``, ``_3d`` make it."""
    if ndim == 3 and len(shape) == 2:
        return (*shape, 1)
    if ndim == 3 and len(shape) == 1:
        return (1, *shape, 1)
    return (1,) * (ndim - len(shape)) + shape


def as_column(shape: Shape) -> Shape:
    """As ``column_stack`` takes it: a row of numbers as a column."""
    return (*at_least(shape, 1), 1) if len(shape) < 2 else shape


def matmul(left: Shape, right: Shape) -> AnyShape:
    """``left @ right``."""
    if not left or not right:
        raise Fails("matmul of a number")
    inner = left[-1], right[-2 if len(right) > 1 else 0]
    if dims_agree(*inner) is False:
        raise Fails(f"matmul of {format_shape(left)} and {format_shape(right)}")
    batch = broadcast(left[:-2], right[:-2])
    if isinstance(batch, UnknownShape):
        return batch
    return (*batch, *left[:-1][-1:], *(right[-1:] if len(right) > 1 else ()))


def dot(left: Shape, right: Shape) -> AnyShape:
    """``numpy.dot``: of the last axis of one and the last but one of the other."""
    if not left or not right:
        return left or right
    if dims_agree(left[-1], right[-2 if len(right) > 1 else 0]) is False:
        raise Fails(f"dot of {format_shape(left)} and {format_shape(right)}")
    return (*left[:-1], *right[:-2], *(right[-1:] if len(right) > 1 else ()))


def repeat(shape: Shape, count: int | None, axis: int | None) -> Shape:
    """Every element ``count`` times along an axis; flattened first without one."""
    if count is not None and count < 0:
        raise Fails("a negative number of repeats")
    if axis is None:
        total = size(shape)
        return (UnknownDim(_DATA) if total is None or count is None else total * count,)
    place = axis_of(axis, len(shape))
    return tuple(_times(dim, count) if number == place else dim for number, dim in enumerate(shape))


def _times(dim: Dim, count: int | None) -> Dim:
    if count == 1:
        return dim
    return dim * count if isinstance(dim, int) and count is not None else UnknownDim("a size times another")


def tile(shape: Shape, counts: Sequence[int | None]) -> Shape:
    """The whole array repeated along every axis."""
    width = max(len(shape), len(counts))
    full = (1,) * (width - len(shape)) + shape
    times = [1] * (width - len(counts)) + list(counts)
    if any(count is not None and count < 0 for count in times):
        raise Fails("a negative number of repeats")
    return tuple(_times(dim, count) for dim, count in zip(full, times, strict=True))


def pad(shape: Shape, widths: Sequence[tuple[int | None, int | None]]) -> Shape:
    """With so many elements before and after along every axis."""
    if len(widths) != len(shape):
        raise Fails(f"{len(widths)} pairs of widths for {len(shape)} axes")
    if any(width is not None and width < 0 for pair in widths for width in pair):
        raise Fails("a negative padding")
    known = [[UnknownDim() if width is None else width for width in pair] for pair in widths]
    return tuple(dim if pair == [0, 0] else add_dims((dim, *pair)) for dim, pair in zip(shape, known, strict=True))


def split(shape: Shape, parts: int | Sequence[int], axis: int, even: bool) -> list[Shape]:
    """The shapes after ``split`` (``even``) or ``array_split``.

    ``parts`` is a number, or the places where it is cut.
    """
    place = axis_of(axis, len(shape))
    total = shape[place]

    def with_size(dim: Dim) -> Shape:
        return (*shape[:place], dim, *shape[place + 1 :])

    if isinstance(parts, int):
        if parts <= 0:
            raise Fails("a split into no parts")
        if not isinstance(total, int):
            return [with_size(UnknownDim("a part of a size that is not known"))] * parts
        if even and total % parts:
            raise Fails(f"an axis of size {total} does not split into {parts} equal parts")
        small, more = divmod(total, parts)
        return [with_size(small + (number < more)) for number in range(parts)]
    if not isinstance(total, int):
        return [with_size(UnknownDim("a part of a size that is not known"))] * (len(parts) + 1)
    bounds = [0, *parts, total]
    return [with_size(len(range(total)[slice(*pair)])) for pair in itertools.pairwise(bounds)]


def arange_size(start: float, stop: float, step: float) -> int:
    """How many numbers ``arange`` gives."""
    if not step:
        raise Fails("arange with a step of 0")
    return max(0, math.ceil((stop - start) / step))
