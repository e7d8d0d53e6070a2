"""keras.layers: normalization. All keep the shape of their input."""

from __future__ import annotations

from tdlint import values
from tdlint.shapes import Dim, Shape
from tdlint.spec.layers.arithmetic import at
from tdlint.spec.layers.base import (
    Invalid,
    LayerArgs,
    LayerSpec,
    Shapes,
    WeightSpec,
    accepting,
    channels,
    known_shape,
    signature,
)
from tdlint.values import Unknown


def _normalized(args: LayerArgs, inputs: Shapes) -> Shape:
    # the sizes of the normalized axes, in the order of the axes
    shape, value = known_shape(inputs[0]), args.value("axis")
    axes = args.axes()
    found = tuple(at(shape, axis) for axis in (sorted(axes) if isinstance(value, values.Sequence) else axes))
    return tuple(channels(dim, "a normalized axis of the input") for dim in found)


def _one_axis(args: LayerArgs, inputs: Shapes) -> Dim:
    if isinstance(args.value("axis"), values.Sequence):
        raise Invalid("axis must be an integer")
    return channels(at(known_shape(inputs[0]), args.integer("axis")), "the normalized axis of the input")


def _gamma_and_beta(args: LayerArgs, shape: Shape) -> tuple[WeightSpec, ...]:
    gamma = (args.weight("gamma", shape),) if args.boolean("scale") else ()
    return (*gamma, args.weight("beta", shape)) if args.boolean("center") else gamma


def _checks_axis(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = known_shape(inputs[0])
    for axis in args.axes():
        at(shape, axis)
    return inputs


def _batch_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    _one_axis(args, inputs)
    return inputs


def _batch_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    shape = (_one_axis(args, inputs),)
    mean, variance = args.value("moving_mean_initializer"), args.value("moving_variance_initializer")
    moving = [("moving_mean", mean), ("moving_variance", variance)]
    if args.boolean("renorm"):
        deviation = variance if variance.must_be("ones") else Unknown("the square root of moving_variance_initializer")
        moving += [("moving_stddev", deviation), ("renorm_mean", mean), ("renorm_stddev", deviation)]
    return (
        *_gamma_and_beta(args, shape),
        *(WeightSpec(name, shape, made_by, args.layer, trainable=False) for name, made_by in moving),
    )


def _layer_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    if args.layer.args.passes("rms_scaling") and args.boolean("rms_scaling"):
        return (args.weight("gamma", _normalized(args, inputs)),)
    if not (args.boolean("scale") or args.boolean("center")):
        return ()  # then the axis may be free
    return _gamma_and_beta(args, _normalized(args, inputs))


def _group_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    features, groups = _one_axis(args, inputs), args.integer("groups")
    if groups <= 0 and groups != -1:
        raise Invalid(f"groups must be a positive integer or -1, received {groups}")
    if isinstance(features, int) and groups != -1 and (features < groups or features % groups):
        raise Invalid(f"the normalized axis must be divisible by groups, received {features} and {groups}")
    return inputs


def _group_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    return _gamma_and_beta(args, (_one_axis(args, inputs),))


def _rms_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    return (args.plain_weight("scale", _normalized(args, inputs), "ones", trainable=True),)


_AFFINE = {
    "center": True,
    "scale": True,
    "beta_initializer": "zeros",
    "gamma_initializer": "ones",
}
_AFFINE_PENALTIES = {
    "beta_regularizer": None,
    "gamma_regularizer": None,
    "beta_constraint": None,
    "gamma_constraint": None,
}

LAYERS = (
    LayerSpec(
        "keras.layers.BatchNormalization",
        signature(
            axis=-1,
            momentum=0.99,
            epsilon=0.001,
            **_AFFINE,
            moving_mean_initializer="zeros",
            moving_variance_initializer="ones",
            **_AFFINE_PENALTIES,
            renorm=False,
            renorm_clipping=None,
            renorm_momentum=0.99,
            synchronized=False,
        ),
        _batch_output,
        _batch_weights,
        keeps_steps=True,
        mask="passes",
    ),
    LayerSpec(
        "keras.layers.LayerNormalization",
        accepting(signature(axis=-1, epsilon=0.001, **_AFFINE, **_AFFINE_PENALTIES), "rms_scaling"),
        _checks_axis,
        _layer_weights,
        keeps_steps=True,
        mask="passes",
    ),
    LayerSpec(
        "keras.layers.GroupNormalization",
        signature(groups=32, axis=-1, epsilon=0.001, **_AFFINE, **_AFFINE_PENALTIES),
        _group_output,
        _group_weights,
        keeps_steps=True,
        mask="passes",
    ),
    LayerSpec(
        "keras.layers.RMSNormalization",
        signature(axis=-1, epsilon=1e-6),
        _checks_axis,
        _rms_weights,
        keeps_steps=True,
    ),
    LayerSpec(
        "keras.layers.UnitNormalization",
        signature(axis=-1),
        _checks_axis,
        keeps_steps=True,
        mask="passes",
    ),
)
