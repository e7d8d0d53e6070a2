"""All entries of the layer spec by canonical name, loaded at the first question."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from tdlint.shapes import UnknownShape, format_shape
from tdlint.spec.layers.base import Invalid, LayerArgs, LayerSpec, Shapes, Undecided, WeightSpec, WrongNdim
from tdlint.values import LayerObject, text

FAMILIES = (
    "core",
    "activations",
    "attention",
    "convolutional",
    "merging",
    "normalization",
    "pooling",
    "preprocessing",
    "audio",
    "images",
    "regularization",
    "reshaping",
    "rnn",
    "conv_lstm",
    "wrappers",
    "legacy",
)


@cache
def entries() -> dict[str, LayerSpec]:
    """Every entry by its canonical name, aliases included."""
    found: dict[str, LayerSpec] = {}
    for family in FAMILIES:
        for spec in import_module(f"tdlint.spec.layers.{family}").LAYERS:
            found[spec.name] = spec
    return found


def find(type_name: str) -> LayerSpec | None:
    """The entry of a layer class by canonical name, such as ``keras.layers.Dense``, or of a model of applications."""
    if type_name.startswith("keras.applications."):
        from tdlint.spec import applications  # describes its models in the terms of this package

        return applications.find(type_name)
    return entries().get(type_name)


def check_inputs(spec: LayerSpec, inputs: Shapes) -> None:
    """Check the number of inputs and of their axes.

    Raises:
        Invalid: Keras takes another number.
        Undecided: an input is a number where the entry needs axes, or there is no input.
    """
    if not inputs and spec.name != "keras.layers.InputLayer":
        raise Undecided("it is called without inputs")
    if () in inputs and spec.name.endswith(("Attention", "Cell", "Cells")):
        raise Undecided("a number, which has no axes")
    minimum, maximum = spec.ndim.minimum, spec.ndim.maximum
    if minimum is None and maximum is None:
        return
    if spec.inputs == "one" and len(inputs) > 1 and not spec.states:
        raise Invalid(f"it takes one input, received {len(inputs)}")
    for shape in inputs[:1] if spec.states else inputs:
        if isinstance(shape, UnknownShape):
            continue
        ndim = len(shape)
        if (minimum is None or ndim >= minimum) and (maximum is None or ndim <= maximum):
            continue
        bound = (
            f"{minimum}" if minimum == maximum else f"at least {minimum}" if maximum is None else f"at most {maximum}"
        )
        raise WrongNdim(f"its input must have {bound} axes, received {ndim}: {format_shape(shape)}")


def known_spec(layer: LayerObject) -> LayerSpec:
    """The entry of a layer.

    Raises:
        Undecided: there is none.
    """
    spec = find(layer.type)
    if spec is None:
        raise Undecided(f"{layer.short_type} is not a known layer")
    return spec


def output_shapes(layer: LayerObject, inputs: Shapes, switched: bool = False) -> Shapes:
    """The output shapes of a layer; ``switched`` says that its call passes a true ``LayerSpec.switch``.

    Raises:
        Undecided: they can't be told.
        Invalid: Keras refuses the layer or the inputs.
    """
    spec = known_spec(layer)
    check_inputs(spec, inputs)
    output = spec.switch[1] if switched and spec.switch is not None else spec.output
    return output(LayerArgs(layer), inputs)


def weight_specs(layer: LayerObject, inputs: Shapes) -> tuple[WeightSpec, ...]:
    """The weights of a layer, in Keras' order.

    Raises:
        Undecided: they can't be told.
        Invalid: Keras refuses the layer or the inputs.
    """
    spec = known_spec(layer)
    check_inputs(spec, inputs)
    _check_quantization(layer)
    return spec.weights(LayerArgs(layer), inputs)


def _check_quantization(layer: LayerObject) -> None:
    # quantized layers hold their kernels in other shapes, with scales beside them
    policy = text(layer.args.get("dtype")) if layer.args.passes("dtype") else None
    if (policy is not None and "_from_" in policy) or not layer.args.get("quantization_config").may_be(None):
        raise Undecided("the weights of quantized layers are not known")
