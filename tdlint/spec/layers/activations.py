"""keras.layers: activations. All keep the shape of their input."""

from __future__ import annotations

from tdlint.shapes import Dim
from tdlint.spec.layers.base import (
    Invalid,
    LayerArgs,
    LayerSpec,
    OutputFunction,
    Shapes,
    WeightsFunction,
    WeightSpec,
    accepting,
    channels,
    identity,
    known_shape,
    no_weights,
    signature,
)
from tdlint.spec.signature import Signature


def _relu_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    if not args.value("max_value").may_be(None):
        args.check_between("max_value", 0)
    args.check_between("negative_slope", 0)
    args.check_between("threshold", 0)
    return inputs


def _leaky_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    args.check_between("alpha" if args.layer.args.passes("alpha") else "negative_slope", 0)
    return inputs


def _prelu_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    shape: list[Dim] = list(known_shape(inputs[0])[1:])
    if not args.is_none("shared_axes"):
        for axis in args.axes("shared_axes"):
            if not -len(shape) < axis <= len(shape):
                raise Invalid(f"shared axis {axis} is out of bounds for an input of {len(shape) + 1} axes")
            shape[axis - 1] = 1
    return (args.weight("alpha", tuple(channels(dim, "every axis that is not shared") for dim in shape)),)


def _layer(
    name: str, arguments: Signature, output: OutputFunction = identity, weights: WeightsFunction = no_weights
) -> LayerSpec:
    return LayerSpec(f"keras.layers.{name}", arguments, output, weights, keeps_steps=True, mask="passes")


LAYERS = (
    _layer("Activation", signature("activation")),
    _layer("ELU", signature(alpha=1.0)),
    _layer("LeakyReLU", accepting(signature(negative_slope=0.3), "alpha"), _leaky_output),
    _layer("ReLU", signature(max_value=None, negative_slope=0.0, threshold=0.0), _relu_output),
    _layer("Softmax", signature(axis=-1)),
    _layer(
        "PReLU",
        signature(alpha_initializer="Zeros", alpha_regularizer=None, alpha_constraint=None, shared_axes=None),
        weights=_prelu_weights,
    ),
)
