"""Layers of Keras 2 that Keras 3 no longer has. Source: the API of Keras 2.3 and 2.15."""

from __future__ import annotations

from dataclasses import replace

from tdlint.shapes import FREE, Dim, Shape
from tdlint.spec.layers.arithmetic import conv_length, product, times
from tdlint.spec.layers.base import (
    LayerArgs,
    LayerSpec,
    Ndim,
    Shapes,
    WeightSpec,
    channels,
    identity,
    known_shape,
    signature,
)
from tdlint.spec.layers.convolutional import assemble, split
from tdlint.spec.layers.normalization import LAYERS as NORMALIZATION
from tdlint.spec.layers.rnn import check_batch, with_steps
from tdlint.spec.signature import Signature
from tdlint.values import Unknown


def _local_space(args: LayerArgs, space: Shape) -> Shape:
    kernel, strides = args.sizes("kernel_size", len(space)), args.sizes("strides", len(space))
    padding = args.padding("valid", "same")
    return tuple(
        conv_length(length, window, stride, 1, padding)
        for length, window, stride in zip(space, kernel, strides, strict=True)
    )


def _local_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = known_shape(inputs[0])
    space, _ = split(args, shape)
    return (assemble(args, shape[0], _local_space(args, space), args.size("filters")),)


def _local_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    space, features = split(args, known_shape(inputs[0]))
    after = tuple(channels(dim, "every axis of the input but the first") for dim in _local_space(args, space))
    window, filters = product((*args.sizes("kernel_size", len(space)), channels(features))), args.size("filters")
    kernel = args.weight("kernel", (product(after), window, filters))
    return (kernel, args.weight("bias", (*after, filters))) if args.boolean("use_bias") else (kernel,)


def _cudnn_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    batch, steps, _ = known_shape(inputs[0])
    check_batch(args, batch)
    state = (args.size("units"),)
    return with_steps(args, batch, steps, state, (state,) * _cudnn_states(args))


def _cudnn_states(args: LayerArgs) -> int:
    return 2 if args.layer.short_type == "CuDNNLSTM" else 1


def _cudnn_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    features = known_shape(inputs[0])[-1]
    units, states = args.size("units"), _cudnn_states(args)
    width: Dim = times(units, 4 if states == 2 else 3)
    bias = args.value("bias_initializer") if states == 1 else Unknown("the forget gate of its bias may be ones")
    return (
        args.weight("kernel", (channels(features), width)),
        args.weight("recurrent_kernel", (units, width), "recurrent"),
        # one half for the input, one for the state
        args.weight("bias", (times(width, 2),), initializer=bias),
    )


def _random_size_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = list(known_shape(inputs[0]))
    shape[-3 if args.layer.short_type == "RandomHeight" else -2] = FREE
    return (tuple(shape),)


def _local_signature(strides: object) -> Signature:
    return signature(
        "filters",
        "kernel_size",
        strides=strides,
        padding="valid",
        data_format=None,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        implementation=1,
    )


def _cudnn(name: str, **forget: object) -> LayerSpec:
    arguments = signature(
        "units",
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        **forget,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
    )
    # they refuse masks, so none is passed on
    return LayerSpec(f"keras.layers.{name}", arguments, _cudnn_output, _cudnn_weights, Ndim.exactly(3), states=True)


_IMAGE = signature("factor", interpolation="bilinear", seed=None)

LAYERS = (
    _cudnn("CuDNNLSTM", unit_forget_bias=True),
    _cudnn("CuDNNGRU"),
    LayerSpec("keras.layers.LocallyConnected1D", _local_signature(1), _local_output, _local_weights, Ndim.exactly(3)),
    LayerSpec(
        "keras.layers.LocallyConnected2D", _local_signature((1, 1)), _local_output, _local_weights, Ndim.exactly(4)
    ),
    LayerSpec("keras.layers.ThresholdedReLU", signature(theta=1.0), identity, keeps_steps=True, mask="passes"),
    LayerSpec("keras.layers.RandomHeight", _IMAGE, _random_size_output, ndim=Ndim(minimum=3)),
    LayerSpec("keras.layers.RandomWidth", _IMAGE, _random_size_output, ndim=Ndim(minimum=3)),
    *(
        replace(spec, name="keras.layers.SyncBatchNormalization")
        for spec in NORMALIZATION
        if spec.name == "keras.layers.BatchNormalization"
    ),
)
