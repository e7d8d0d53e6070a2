"""keras.layers: reshaping, padding, cropping, upsampling."""

from __future__ import annotations

from tdlint import values
from tdlint.shapes import FREE, Dim, Free, Shape, UnknownDim, UnknownShape, format_shape, size
from tdlint.spec.layers.arithmetic import plus, product, times
from tdlint.spec.layers.base import (
    Invalid,
    LayerArgs,
    LayerSpec,
    Ndim,
    OutputFunction,
    ReshapeMismatch,
    Shapes,
    Undecided,
    WindowTooLarge,
    WrongNdim,
    known_shape,
    signature,
    sizes,
)
from tdlint.spec.layers.convolutional import assemble, split
from tdlint.values import Const, Value


def _flatten_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    args.channels_first()
    shape = known_shape(inputs[0])
    return ((shape[0], product(shape[1:])),)


def _reshape_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape, value = known_shape(inputs[0]), args.value("target_shape")
    target = values.shape_of(value)
    if isinstance(target, UnknownShape):
        if isinstance(value, Const):
            raise Invalid(f"target_shape must be a tuple, received {value.value!r}")
        raise Undecided("target_shape is not known")
    numbers = [dim for dim in target if isinstance(dim, int)]
    if any(number < -1 for number in numbers):
        raise Invalid("target_shape must have sizes from 0, or -1")
    if numbers.count(-1) > 1:
        raise Invalid("target_shape must have at most one -1")
    return ((shape[0], *_reshaped(shape[1:], target)),)


def _reshaped(source: Shape, target: Shape) -> Shape:
    if any(isinstance(dim, Free) for dim in (*source, *target)):
        return tuple(FREE if dim == -1 else dim for dim in target)
    have = size(source)
    rest = tuple(dim for dim in target if dim != -1)
    need = size(rest)
    if have is None or need is None:
        if source == rest:
            return tuple(1 if dim == -1 else dim for dim in target)
        unknown = UnknownDim("depends on a size that is not known")
        return tuple(unknown if dim == -1 else dim for dim in target)
    if len(rest) == len(target):
        if have != need:
            raise ReshapeMismatch(f"an input of {have} elements can't be reshaped to {need} elements")
        return target
    if need == 0 or have % need:
        raise ReshapeMismatch(f"an input of {have} elements can't be divided into {need}")
    return tuple(have // need if dim == -1 else dim for dim in target)


def _permute_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape, dims = known_shape(inputs[0]), args.axes("dims")
    if sorted(dims) != list(range(1, len(dims) + 1)):
        raise Invalid(f"dims must be a permutation that starts from 1, received {dims}")
    if len(shape) != len(dims) + 1:
        raise WrongNdim(f"its input must have {len(dims) + 1} axes, received {len(shape)}: {format_shape(shape)}")
    return ((shape[0], *(shape[dim] for dim in dims)),)


def _repeat_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = known_shape(inputs[0])
    return ((shape[0], args.size("n"), shape[1]),)


def _pairs(args: LayerArgs, name: str, rank: int) -> tuple[tuple[Dim, Dim], ...]:
    # what is added or taken before and after each axis: an int, or one per axis, or two per axis
    value = args.value(name)
    if rank == 1:
        before, after = sizes(value, name, 2, 0)
        return ((before, after),)
    if values.integer(value) is not None:
        return tuple((dim, dim) for dim in sizes(value, name, rank, 0))
    if isinstance(value, Const):
        raise Invalid(f"{name} must be an integer or {rank} entries, received {value.value!r}")
    if not (isinstance(value, values.Sequence) and value.complete):
        unknown = UnknownDim(f"{name} is not known")
        return ((unknown, unknown),) * rank
    if len(value.items) != rank:
        raise Invalid(f"{name} must have {rank} entries, received {len(value.items)}")
    return tuple(_pair(item, name) for item in value.items)


def _pair(item: Value, name: str) -> tuple[Dim, Dim]:
    before, after = sizes(item, f"every entry of {name}", 2, 0)
    return before, after


def _resized(args: LayerArgs, inputs: Shapes, name: str, sign: int) -> Shapes:
    shape = known_shape(inputs[0])
    has_format = name == "padding" or len(shape) > 3
    space, features = split(args, shape) if has_format else (shape[1:-1], shape[-1])
    after = []
    for length, (left, right) in zip(space, _pairs(args, name, len(space)), strict=True):
        change = plus(left, right)
        if sign < 0 and isinstance(length, int) and isinstance(change, int) and change >= length:
            raise WindowTooLarge(f"cropping takes {change} of the {length} positions that the input has along an axis")
        after.append(plus(length, -change if sign < 0 and isinstance(change, int) else change))
    if has_format:
        return (assemble(args, shape[0], tuple(after), features),)
    return ((shape[0], *after, features),)


def _padding_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    return _resized(args, inputs, "padding", 1)


def _cropping_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    return _resized(args, inputs, "cropping", -1)


def _upsampling_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = known_shape(inputs[0])
    if len(shape) == 3:
        if isinstance(args.value("size"), values.Sequence):
            raise Invalid("size must be an integer")
        return ((shape[0], times(shape[1], args.size("size")), shape[2]),)
    space, features = split(args, shape)
    factors = args.sizes("size", len(space))
    after = tuple(times(length, factor) for length, factor in zip(space, factors, strict=True))
    return (assemble(args, shape[0], after, features),)


def _layer(name: str, output: OutputFunction, ndim: int, *required: str, **defaults: object) -> LayerSpec:
    return LayerSpec(f"keras.layers.{name}", signature(*required, **defaults), output, ndim=Ndim.exactly(ndim))


LAYERS = (
    LayerSpec("keras.layers.Flatten", signature(data_format=None), _flatten_output, ndim=Ndim(minimum=1)),
    LayerSpec("keras.layers.Reshape", signature("target_shape"), _reshape_output),
    LayerSpec("keras.layers.Permute", signature("dims"), _permute_output),
    _layer("RepeatVector", _repeat_output, 2, "n"),
    _layer("ZeroPadding1D", _padding_output, 3, padding=1, data_format=None),
    _layer("ZeroPadding2D", _padding_output, 4, padding=(1, 1), data_format=None),
    _layer("ZeroPadding3D", _padding_output, 5, padding=((1, 1), (1, 1), (1, 1)), data_format=None),
    _layer("Cropping1D", _cropping_output, 3, cropping=(1, 1)),
    _layer("Cropping2D", _cropping_output, 4, cropping=((0, 0), (0, 0)), data_format=None),
    _layer("Cropping3D", _cropping_output, 5, cropping=((1, 1), (1, 1), (1, 1)), data_format=None),
    _layer("UpSampling1D", _upsampling_output, 3, size=2),
    _layer("UpSampling2D", _upsampling_output, 4, size=(2, 2), data_format=None, interpolation="nearest"),
    _layer("UpSampling3D", _upsampling_output, 5, size=(2, 2, 2), data_format=None),
)
