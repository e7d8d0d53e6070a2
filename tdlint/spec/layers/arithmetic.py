"""Arithmetic on dimensions: a number gives a number, a free dimension a free one, anything else an unknown one."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tdlint.shapes import FREE, Dim, Free, Shape, UnknownDim, dims_agree, format_dim
from tdlint.spec.layers.base import Invalid, MergeMismatch, WindowTooLarge


def conv_length(length: Dim, window: Dim, stride: Dim, dilation: Dim, padding: str | None) -> Dim:
    """The length that a convolution or pooling leaves of one axis; ``causal`` counts as ``same``.

    Raises:
        Invalid: nothing would be left.
    """
    if isinstance(length, Free):
        return FREE
    if padding in ("same", "causal") and stride == 1:
        return length
    if padding == "valid" and window == 1 and stride == 1:
        return length
    if padding is None or not (isinstance(length, int) and isinstance(stride, int)):
        return UnknownDim("depends on a size that is not known")
    if padding != "valid":
        return (length - 1) // stride + 1
    if not (isinstance(window, int) and isinstance(dilation, int)):
        return UnknownDim("depends on a size that is not known")
    reach = dilation * (window - 1) + 1
    if length < reach:
        raise WindowTooLarge(
            f"the window reaches over {reach} of the {length} positions that the input has along this axis"
        )
    return (length - reach) // stride + 1


def transposed_length(
    length: Dim, window: Dim, stride: Dim, dilation: Dim, padding: str | None, extra: Dim | None
) -> Dim:
    """The length that a transposed convolution makes of one axis; ``extra`` is its output padding."""
    if isinstance(length, Free):
        return FREE
    if padding == "same" and extra is None:
        return times(length, stride)
    if padding is None or not (
        isinstance(length, int) and isinstance(window, int) and isinstance(stride, int) and isinstance(dilation, int)
    ):
        return UnknownDim("depends on a size that is not known")
    reach = dilation * (window - 1) + 1
    if extra is None:
        return (length - 1) * stride + max(reach, stride)
    if not isinstance(extra, int):
        return UnknownDim("depends on a size that is not known")
    return (length - 1) * stride + (reach if padding == "valid" else reach % 2) + extra


def times(left: Dim, right: Dim) -> Dim:
    """The product of two sizes."""
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    if right == 1:
        return left
    if left == 1:
        return right
    if isinstance(left, Free) or isinstance(right, Free):
        return FREE
    return UnknownDim(f"{format_dim(left)} times {format_dim(right)}")


def plus(left: Dim, right: Dim) -> Dim:
    """The sum of two sizes; ``right`` may be negative."""
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    if right == 0:
        return left
    if left == 0:
        return right
    if isinstance(left, Free) or isinstance(right, Free):
        return FREE
    return UnknownDim(f"{format_dim(left)} plus {format_dim(right)}")


def product(dims: Sequence[Dim]) -> Dim:
    """The product of sizes; free if one is free."""
    if any(isinstance(dim, Free) for dim in dims):
        return FREE
    result: Dim = 1
    for dim in dims:
        result = times(result, dim)
    return result


def broadcast(left: Dim, right: Dim) -> Dim:
    """The size that two aligned axes have together, as the merging layers compute it.

    Raises:
        Invalid: neither is 1 and they differ.
    """
    if isinstance(left, Free) or isinstance(right, Free):
        return FREE
    if left == 1:
        return right
    if right == 1:
        return left
    agree = dims_agree(left, right)
    if agree is False:
        raise MergeMismatch(f"the inputs differ along an axis: {format_dim(left)} and {format_dim(right)}")
    if agree:
        return left
    for dim in (left, right):
        # the other one is this number or 1, or Keras refuses
        if isinstance(dim, int):
            return dim
    return UnknownDim(f"{format_dim(left)} or {format_dim(right)}")


def differ(left: Dim, right: Dim) -> bool:
    """Whether Keras certainly finds two sizes unequal where None is not equal to a number."""
    if isinstance(left, Free) or isinstance(right, Free):
        return not (isinstance(left, Free) and isinstance(right, Free)) and (
            isinstance(left, int) or isinstance(right, int)
        )
    return dims_agree(left, right) is False


def at(shape: Shape, axis: int) -> Dim:
    """The size at an axis, which may be negative.

    Raises:
        Invalid: there is no such axis.
    """
    if not -len(shape) <= axis < len(shape):
        raise Invalid(f"axis {axis} is out of bounds for an input of {len(shape)} axes")
    return shape[axis]


def known_product(dims: Sequence[Dim]) -> float | None:
    """The product of sizes as a number, None unless all are known."""
    numbers = [dim for dim in dims if isinstance(dim, int)]
    return float(math.prod(numbers)) if len(numbers) == len(dims) else None
