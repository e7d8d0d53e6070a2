"""keras.layers: layers around another layer. A weight of the inner layer keeps that layer as its ``layer``."""

from __future__ import annotations

from dataclasses import replace

from tdlint.shapes import AnyShape, UnknownShape
from tdlint.spec.layers.arithmetic import times
from tdlint.spec.layers.base import (
    Invalid,
    LayerArgs,
    LayerSpec,
    Ndim,
    Shapes,
    Undecided,
    WeightSpec,
    known_shape,
    signature,
)
from tdlint.spec.layers.registry import find, output_shapes, weight_specs
from tdlint.values import Arguments, Const, Instance, LayerObject

_RECURRENT = frozenset(
    f"keras.layers.{name}"
    for name in ("RNN", "LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "CuDNNLSTM", "CuDNNGRU")
)


def _step(inputs: Shapes) -> Shapes:
    if len(inputs) > 1:
        raise Invalid(f"it takes one input, received {len(inputs)}")
    shape = known_shape(inputs[0])
    return ((shape[0], *shape[2:]),)


def _distributed_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    inner = output_shapes(args.inner_layer("layer"), _step(inputs))
    if len(inner) != 1 or isinstance(inner[0], UnknownShape):
        raise Undecided("the wrapped layer does not have one known output")
    steps = known_shape(inputs[0])[1]
    return ((inner[0][0], steps, *inner[0][1:]),)


def _distributed_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    return weight_specs(args.inner_layer("layer"), _step(inputs))


def _directions(args: LayerArgs) -> tuple[LayerObject, LayerObject]:
    forward = args.inner_layer("layer")
    backward = forward if args.is_none("backward_layer") else args.inner_layer("backward_layer")
    for layer in (forward, backward):
        if layer.type not in _RECURRENT and find(layer.type) is not None:
            raise Invalid(f"{layer.short_type} is not a recurrent layer")
    if backward is not forward:
        _check_pair(LayerArgs(forward), LayerArgs(backward))
    elif forward.args.get("go_backwards").must_be(True):
        raise Invalid("the wrapped layer must not have go_backwards=True, as its copy has")
    return forward, backward


def _check_pair(forward: LayerArgs, backward: LayerArgs) -> None:
    for name in ("go_backwards", "return_sequences", "return_state", "stateful"):
        try:
            same = forward.boolean(name) == backward.boolean(name)
        except Undecided:
            continue
        if same and name == "go_backwards":
            raise Invalid("layer and backward_layer must differ in go_backwards")
        if not same and name != "go_backwards":
            raise Invalid(f"layer and backward_layer must agree in {name}")


def _merge_mode(args: LayerArgs) -> str | None:
    return None if args.is_none("merge_mode") else args.choice("merge_mode", "sum", "mul", "ave", "concat")


def _both(shape: AnyShape, mode: str | None) -> Shapes:
    if mode is None:
        return (shape, shape)
    known = known_shape(shape)
    return ((*known[:-1], times(known[-1], 2)),) if mode == "concat" else (known,)


def _bidirectional_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    if not args.value("merge_mode").may_be("sum", "mul", "ave", "concat", None):
        raise Invalid("merge_mode must be one of 'sum', 'mul', 'ave', 'concat' or None")
    forward, _ = _directions(args)
    first, *states = output_shapes(forward, inputs)
    inner = LayerArgs(forward)
    if states and inner.value("stateful").must_be(True):
        raise Invalid("stateful=True can't be combined with return_state=True")
    return (*_both(first, _merge_mode(args)), *states, *states)


def _bidirectional_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    return tuple(
        replace(weight, name=f"{side}_layer/{weight.name}")
        for side, layer in zip(("forward", "backward"), _directions(args), strict=True)
        for weight in weight_specs(layer, inputs)
    )


def _spectral_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    args.check_between("power_iterations", 1)
    return output_shapes(args.inner_layer("layer"), inputs)


def _spectral_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    inner = args.inner_layer("layer")
    weights = weight_specs(inner, inputs)
    normalized = next((weight for weight in weights if weight.name in ("kernel", "embeddings")), None)
    if normalized is None:
        raise Invalid(f"{inner.short_type} has neither a kernel nor embeddings")
    made_by = Instance("keras.initializers.TruncatedNormal", Arguments((("stddev", Const(0.02)),)))
    vector = WeightSpec("vector_u", (1, normalized.shape[-1]), made_by, args.layer, trainable=False)
    rest = (weight for weight in weights if weight is not normalized)
    return (normalized, vector, *rest)


LAYERS = (
    LayerSpec(
        "keras.layers.TimeDistributed",
        signature("layer"),
        _distributed_output,
        _distributed_weights,
        Ndim(minimum=3),
        mask="passes",
    ),
    LayerSpec(
        "keras.layers.Bidirectional",
        signature("layer", merge_mode="concat", weights=None, backward_layer=None),
        _bidirectional_output,
        _bidirectional_weights,
        mask="consumes",
        states=True,
    ),
    LayerSpec(
        "keras.layers.SpectralNormalization",
        signature("layer", power_iterations=1),
        _spectral_output,
        _spectral_weights,
        Ndim(minimum=1),
    ),
)
