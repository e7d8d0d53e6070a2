"""keras.layers: convolutions, transposed, depthwise and separable ones."""

from __future__ import annotations

from tdlint.shapes import Dim, Shape, UnknownDim
from tdlint.spec.layers.arithmetic import conv_length, times, transposed_length
from tdlint.spec.layers.base import (
    Invalid,
    LayerArgs,
    LayerSpec,
    Ndim,
    Shapes,
    WeightSpec,
    accepting,
    aliases,
    channels,
    known_shape,
    signature,
)
from tdlint.spec.layers.core import low_rank
from tdlint.spec.signature import Signature


def split(args: LayerArgs, shape: Shape) -> tuple[Shape, Dim]:
    """The spatial axes of an input, and its channels.

    Raises:
        Undecided: the data format is not known.
    """
    return (shape[2:], shape[1]) if args.channels_first() else (shape[1:-1], shape[-1])


def assemble(args: LayerArgs, batch: Dim, space: Shape, features: Dim) -> Shape:
    """A shape from its batch, spatial axes and channels, in the layer's data format."""
    return (batch, features, *space) if args.channels_first() else (batch, *space, features)


def conv_space(args: LayerArgs, space: Shape, padding: str | None) -> Shape:
    """The spatial axes that a convolution leaves.

    Raises:
        Invalid: an argument is wrong, or nothing would be left.
    """
    rank = len(space)
    kernel, strides = args.sizes("kernel_size", rank), args.sizes("strides", rank)
    dilation = args.sizes("dilation_rate", rank)
    return tuple(conv_length(*axis, padding) for axis in zip(space, kernel, strides, dilation, strict=True))


def check_strides(args: LayerArgs, rank: int) -> None:
    """Strides and dilation exclude each other.

    Raises:
        Invalid: both are above 1.
    """
    strides, dilation = args.sizes("strides", rank), args.sizes("dilation_rate", rank)
    if any(isinstance(s, int) and s > 1 for s in strides) and any(isinstance(d, int) and d > 1 for d in dilation):
        raise Invalid("strides above 1 can't be combined with dilation_rate above 1")


def _same_like(args: LayerArgs, rank: int) -> str | None:
    return args.padding("valid", "same", "causal") if rank == 1 else args.padding("valid", "same")


def _conv_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = known_shape(inputs[0])
    space, _ = split(args, shape)
    check_strides(args, len(space))
    return (assemble(args, shape[0], conv_space(args, space, _same_like(args, len(space))), args.size("filters")),)


def _conv_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    space, features = split(args, known_shape(inputs[0]))
    filters, groups = args.size("filters"), args.size("groups")
    features = channels(features, "the channels axis of the input")
    per_group = _divided(features, groups, "the channels of the input")
    _divided(filters, groups, "filters")
    kernel = args.weight("kernel", (*args.sizes("kernel_size", len(space)), per_group, filters))
    weights = _with_bias(args, (kernel,), filters)
    return low_rank(args, weights, "kernel") if args.layer.args.passes("lora_rank") else weights


def _divided(number: Dim, groups: Dim, what: str) -> Dim:
    if groups == 1:
        return number
    if not (isinstance(number, int) and isinstance(groups, int)):
        return UnknownDim(f"{what} divided by groups")
    if number % groups:
        raise Invalid(f"{what} must be divisible by groups, received {number} and {groups}")
    return number // groups


def _with_bias(args: LayerArgs, weights: tuple[WeightSpec, ...], size: Dim) -> tuple[WeightSpec, ...]:
    return (*weights, args.weight("bias", (size,))) if args.boolean("use_bias") else weights


def _transposed_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = known_shape(inputs[0])
    space, _ = split(args, shape)
    rank = len(space)
    check_strides(args, rank)
    kernel, strides = args.sizes("kernel_size", rank), args.sizes("strides", rank)
    dilation, padding = args.sizes("dilation_rate", rank), args.padding("valid", "same")
    extra: tuple[Dim | None, ...] = (None,) * rank
    if not args.is_none("output_padding"):
        extra = args.sizes("output_padding", rank, 0)
        for more, stride in zip(extra, strides, strict=True):
            if isinstance(more, int) and isinstance(stride, int) and more >= stride:
                raise Invalid(f"output_padding must be less than strides, received {more} and {stride}")
    after = tuple(
        transposed_length(length, window, stride, step, padding, more)
        for length, window, stride, step, more in zip(space, kernel, strides, dilation, extra, strict=True)
    )
    return (assemble(args, shape[0], after, args.size("filters")),)


def _transposed_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    space, features = split(args, known_shape(inputs[0]))
    filters = args.size("filters")
    kernel = args.weight("kernel", (*args.sizes("kernel_size", len(space)), filters, channels(features)))
    return _with_bias(args, (kernel,), filters)


def _depthwise_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = known_shape(inputs[0])
    space, features = split(args, shape)
    after = conv_space(args, space, args.padding("valid", "same"))
    return (assemble(args, shape[0], after, times(channels(features), args.size("depth_multiplier"))),)


def _depthwise_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    space, features = split(args, known_shape(inputs[0]))
    multiplier, features = args.size("depth_multiplier"), channels(features, "the channels axis of the input")
    kernel = args.weight("kernel", (*args.sizes("kernel_size", len(space)), features, multiplier), "depthwise")
    return _with_bias(args, (kernel,), times(features, multiplier))


def _separable_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = known_shape(inputs[0])
    space, _ = split(args, shape)
    after = conv_space(args, space, args.padding("valid", "same"))
    return (assemble(args, shape[0], after, args.size("filters")),)


def _separable_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    space, features = split(args, known_shape(inputs[0]))
    multiplier, filters = args.size("depth_multiplier"), args.size("filters")
    features = channels(features, "the channels axis of the input")
    kernel, ones = args.sizes("kernel_size", len(space)), (1,) * len(space)
    depthwise = args.weight("depthwise_kernel", (*kernel, features, multiplier), "depthwise")
    pointwise = args.weight("pointwise_kernel", (*ones, times(features, multiplier), filters), "pointwise")
    return _with_bias(args, (depthwise, pointwise), filters)


def _arguments(kinds: tuple[str, ...]) -> dict[str, object]:
    # activation, bias, then initializer, regularizer and constraint of every kind of weight
    result: dict[str, object] = {"activation": None, "use_bias": True}
    result |= {f"{kind}_initializer": "glorot_uniform" for kind in kinds} | {"bias_initializer": "zeros"}
    result |= {f"{kind}_regularizer": None for kind in (*kinds, "bias", "activity")}
    return result | {f"{kind}_constraint": None for kind in (*kinds, "bias")}


def _ones(rank: int) -> object:
    return 1 if rank == 1 else (1,) * rank


def _conv_signature(rank: int) -> Signature:
    named = signature(
        "filters",
        "kernel_size",
        strides=_ones(rank),
        padding="valid",
        data_format=None,
        dilation_rate=_ones(rank),
        groups=1,
        **_arguments(("kernel",)),
    )
    return accepting(named, "lora_rank", "lora_alpha")


def _transposed_signature(rank: int) -> Signature:
    middle = {"output_padding": None, "data_format": None}
    if rank == 3:  # Keras has them the other way round there
        middle = {"data_format": None, "output_padding": None}
    return signature(
        "filters",
        "kernel_size",
        strides=_ones(rank),
        padding="valid",
        **middle,
        dilation_rate=_ones(rank),
        **_arguments(("kernel",)),
    )


def _depthwise_signature(rank: int) -> Signature:
    return signature(
        "kernel_size",
        strides=_ones(rank),
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        dilation_rate=_ones(rank),
        **_arguments(("depthwise",)),
    )


def _separable_signature(rank: int) -> Signature:
    return signature(
        "filters",
        "kernel_size",
        strides=_ones(rank),
        padding="valid",
        data_format=None,
        dilation_rate=_ones(rank),
        depth_multiplier=1,
        **_arguments(("depthwise", "pointwise")),
    )


def _ndim(rank: int) -> Ndim:
    return Ndim.exactly(rank + 2)


_CONV = tuple(
    LayerSpec(f"keras.layers.Conv{rank}D", _conv_signature(rank), _conv_output, _conv_weights, _ndim(rank))
    for rank in (1, 2, 3)
)
_TRANSPOSED = tuple(
    LayerSpec(
        f"keras.layers.Conv{rank}DTranspose",
        _transposed_signature(rank),
        _transposed_output,
        _transposed_weights,
        _ndim(rank),
    )
    for rank in (1, 2, 3)
)
_DEPTHWISE = tuple(
    LayerSpec(
        f"keras.layers.DepthwiseConv{rank}D",
        _depthwise_signature(rank),
        _depthwise_output,
        _depthwise_weights,
        _ndim(rank),
    )
    for rank in (1, 2)
)
_SEPARABLE = tuple(
    LayerSpec(
        f"keras.layers.SeparableConv{rank}D",
        _separable_signature(rank),
        _separable_output,
        _separable_weights,
        _ndim(rank),
    )
    for rank in (1, 2)
)

LAYERS = (
    *_CONV,
    *_TRANSPOSED,
    *_DEPTHWISE,
    *_SEPARABLE,
    *aliases(*_CONV, old="Conv", new="Convolution"),
    *aliases(*_TRANSPOSED, old="Conv", new="Convolution"),
    *aliases(*_TRANSPOSED[1:], old="Conv", new="Deconvolution", drop="Transpose"),
    *aliases(*_SEPARABLE, old="Conv", new="Convolution"),
)
