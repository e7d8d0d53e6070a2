"""keras.layers: ConvLSTM1D, ConvLSTM2D and ConvLSTM3D."""

from __future__ import annotations

from tdlint.shapes import Dim, Free, Shape
from tdlint.spec.layers.arithmetic import times
from tdlint.spec.layers.base import (
    LayerArgs,
    LayerSpec,
    Ndim,
    Shapes,
    UnknownAxis,
    WeightSpec,
    channels,
    known_shape,
    signature,
)
from tdlint.spec.layers.convolutional import check_strides, conv_space, split
from tdlint.spec.layers.rnn import check_batch, forget_gate, with_steps


def _step(args: LayerArgs, inputs: Shapes) -> tuple[Shape, Dim]:
    # the spatial axes of one step of the input, and its channels
    shape = known_shape(inputs[0])
    space, features = split(args, (shape[0], *shape[2:]))
    if any(isinstance(dim, Free) for dim in space):
        raise UnknownAxis("the spatial axes of the input must be known, received None")
    check_strides(args, len(space))
    return space, features


def _state(args: LayerArgs, space: Shape) -> Shape:
    after, filters = conv_space(args, space, args.padding("valid", "same")), args.size("filters")
    return (filters, *after) if args.channels_first() else (*after, filters)


def _output(args: LayerArgs, inputs: Shapes) -> Shapes:
    space, _ = _step(args, inputs)
    batch, steps, *_ = known_shape(inputs[0])
    check_batch(args, batch)
    state = _state(args, space)
    return with_steps(args, batch, steps, state, (state, state))


def _weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    space, features = _step(args, inputs)
    kernel, filters = args.sizes("kernel_size", len(space)), args.size("filters")
    width = times(filters, 4)
    result = (
        args.weight("kernel", (*kernel, channels(features), width)),
        args.weight("recurrent_kernel", (*kernel, filters, width), "recurrent"),
    )
    if not args.boolean("use_bias"):
        return result
    return (*result, args.weight("bias", (width,), initializer=forget_gate(args)))


_SIGNATURE = signature(
    "filters",
    "kernel_size",
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
    activation="tanh",
    recurrent_activation="sigmoid",
    use_bias=True,
    kernel_initializer="glorot_uniform",
    recurrent_initializer="orthogonal",
    bias_initializer="zeros",
    unit_forget_bias=True,
    kernel_regularizer=None,
    recurrent_regularizer=None,
    bias_regularizer=None,
    activity_regularizer=None,
    kernel_constraint=None,
    recurrent_constraint=None,
    bias_constraint=None,
    dropout=0.0,
    recurrent_dropout=0.0,
    seed=None,
    return_sequences=False,
    return_state=False,
    go_backwards=False,
    stateful=False,
)

LAYERS = tuple(
    LayerSpec(
        f"keras.layers.ConvLSTM{rank}D",
        _SIGNATURE,
        _output,
        _weights,
        Ndim.exactly(rank + 3),
        mask="consumes",
        states=True,
    )
    for rank in (1, 2, 3)
)
