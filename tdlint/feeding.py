"""The data that a call gives to a model: which array goes to which input, and whether Keras takes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tdlint.graph import CallSite, LayerNode, ModelGraph, Place
from tdlint.shapes import Shape, UnknownShape
from tdlint.spec import layers as spec
from tdlint.values import NONE, ArrayValue, DatasetValue, Mapping, Sequence, Unknown, Value

_GENERATOR_METHODS = frozenset({"fit_generator", "evaluate_generator", "predict_generator"})
_WITH_LABELS = frozenset({"fit", "evaluate", "train_on_batch", "test_on_batch", "fit_generator", "evaluate_generator"})
_METHODS = frozenset({*_WITH_LABELS, "predict", "predict_on_batch", "predict_generator"})

DataKind: TypeAlias = Literal["arrays", "tf.data", "generator"]


@dataclass(frozen=True, slots=True)
class GivenData:
    """Data that a call gives, for training (or prediction) or for validation.

    ``x``, ``y`` and ``weights`` are Keras' None where nothing is given. Data that a ``tf.data.Dataset`` or a generator
    yields are at one place, that of the data set; ``batched`` is False if it yields single samples.
    """

    x: Value
    y: Value
    weights: Value
    x_place: Place
    y_place: Place
    kind: DataKind = "arrays"
    batched: bool = True
    validation: bool = False


@dataclass(frozen=True, slots=True)
class GivenInput:
    """One array and the input of the model that it goes to, with the shape that the model declares for it."""

    index: int
    name: str | None
    declared: Shape
    array: ArrayValue
    data: GivenData


def data_given(call: CallSite) -> tuple[GivenData, ...]:
    """The data that a call of ``fit``, ``evaluate``, ``predict`` and the like gives; none for other calls."""
    method = call.name.removeprefix("keras.Model.")
    if method not in _METHODS:
        return ()
    argument = "generator" if method in _GENERATOR_METHODS else "x"
    found = []
    if call.args.passes(argument):
        labels = call.args.get("y") if call.args.passes("y") else NONE
        weights = call.args.get("sample_weight") if call.args.passes("sample_weight") else NONE
        found.append(_given(call, argument, call.args.get(argument), labels, weights))
    held_out = call.args.get("validation_data") if call.args.passes("validation_data") else NONE
    place = call.place("validation_data")
    if isinstance(held_out, DatasetValue):
        found.append(_yielded(held_out, place, validation=True))
    elif isinstance(held_out, Sequence) and held_out.complete and len(held_out.items) in (2, 3):
        x, y, weights = (*held_out.items, NONE)[:3]
        found.append(GivenData(x, y, weights, place, place, validation=True))
    return tuple(found)


def _given(call: CallSite, argument: str, data: Value, labels: Value, weights: Value) -> GivenData:
    if isinstance(data, DatasetValue):
        return _yielded(data, call.place(argument), validation=False)
    return GivenData(data, labels, weights, call.place(argument), call.place("y"))


def _yielded(data: DatasetValue, place: Place, validation: bool) -> GivenData:
    element = data.element
    parts: tuple[Value, ...] = (element,)
    if isinstance(element, Sequence) and element.kind == "tuple":
        parts = element.items
        if not element.complete or not 1 <= len(parts) <= 3:
            parts = (Unknown("not a tuple of data, labels and weights"),) * 3
    elif isinstance(element, Unknown):
        parts = (element,) * 3
    x, y, weights = (*parts, NONE, NONE)[:3]
    return GivenData(x, y, weights, place, place, data.kind, data.batch_size is not None, validation)


def input_names(model: ModelGraph) -> tuple[str | None, ...]:
    """The key of every input: that of a dict, or the name that the program gives; None for others."""
    if model.input_keys is not None and len(model.input_keys) == len(model.input_shapes):
        return model.input_keys
    names = tuple(None if layer is None else layer.name for layer in model.input_layers)
    return names if len(names) == len(model.input_shapes) else (None,) * len(model.input_shapes)


def arrays_of(value: Value) -> tuple[Value, ...] | None:
    """The arrays that a value is for a model: itself, or those of a list or tuple; None if that can't be told.

    A list of numbers is an array to Keras 2 and refused by Keras 3, and not told.
    """
    if isinstance(value, ArrayValue):
        return (value,)
    if isinstance(value, Sequence) and value.complete and value.kind != "set":
        shaped = [isinstance(item, ArrayValue) and item.shape != () for item in value.items]
        return value.items if value.items and all(shaped) else None
    return None


def inputs_given(call: CallSite, model: ModelGraph) -> Iterator[GivenInput]:
    """Every known array that a call gives to an input of known ndim."""
    if model.kind == "subclass":
        return
    for data in data_given(call):
        for index, (name, value) in enumerate(_per_input(data.x, model)):
            declared = model.input_shapes[index]
            known = isinstance(value, ArrayValue) and not isinstance(value.shape, UnknownShape)
            if known and isinstance(value, ArrayValue) and not isinstance(declared, UnknownShape):
                yield GivenInput(index, name, declared, value, data)


def _per_input(value: Value, model: ModelGraph) -> Iterator[tuple[str | None, Value]]:
    names = input_names(model)
    if isinstance(value, Mapping):
        if value.rest is None and None not in names:
            yield from ((name, value.get(name) or NONE) for name in names)
        return
    if len(names) > 1 and isinstance(value, Sequence) and value.complete and len(value.items) == len(names):
        yield from zip(names, value.items, strict=True)
        return
    found = arrays_of(value)
    if found is not None and len(found) == len(names):
        yield from zip(names, found, strict=True)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a model does not take an array: the number of axes, the sizes, or a layer that was built for others."""

    kind: Literal["ndim", "size", "layer"]
    node: LayerNode | None = None
    reason: str = ""


def refusal(model: ModelGraph, given: GivenInput, major: int, traced: bool = False) -> Refusal | None:
    """Why Keras of this major version refuses what it is given; None if it does not, or if it can't be told.

    Keras adds or drops a last axis of size 1 by itself (FACTS A6e). Keras 3 compares sizes for functional models only
    (FACTS A6c, A6d), Keras 2 does not where a generator yields them, and both do not once a function is ``traced``,
    which is called a second time (FACTS A6g); then it is the layers that fail.
    """
    found = given.array.shape
    assert not isinstance(found, UnknownShape)
    fitted = _with_ndim(found, len(given.declared), given.declared)
    if fitted is None:
        return Refusal("ndim")
    compares = model.kind == "functional" if major >= 3 else given.data.kind != "generator"
    if compares and not traced:
        # where a last axis of 1 may be dropped, Keras does not compare it
        sizes = zip(_without_last_one(given.declared)[1:], _without_last_one(fitted)[1:], strict=False)
        return Refusal("size") if any(_differ(*pair) for pair in sizes) else None
    return _refused_by_layer(model, (given.declared[0], *fitted[1:])) if len(model.input_shapes) == 1 else None


def _with_ndim(found: Shape, ndim: int, declared: Shape) -> Shape | None:
    """The shape with a last axis of 1 added or dropped where Keras does it; None if that is not enough."""
    if len(found) == ndim:
        return found
    if len(found) == ndim + 1 and not (isinstance(found[-1], int) and found[-1] != 1):
        return found[:-1]
    if len(found) == ndim - 1 and not (isinstance(declared[-1], int) and declared[-1] != 1):
        return (*found, 1)
    return None


def _without_last_one(shape: Shape) -> Shape:
    return shape[:-1] if shape[-1] == 1 else shape


def _differ(left: object, right: object) -> bool:
    return isinstance(left, int) and isinstance(right, int) and left != right


_BUILT_FOR_A_SIZE = frozenset(
    {
        *("BatchNormalization", "Bidirectional", "Conv1D", "Conv2D", "Conv3D", "Dense", "DepthwiseConv2D", "GRU"),
        *("LSTM", "SeparableConv2D", "SimpleRNN", "TimeDistributed"),
    }
)
"""Layers that were seen to fail on an input that needs other weights than those they have."""


def _refused_by_layer(model: ModelGraph, shape: Shape) -> Refusal | None:
    """The first layer of a chain that fails on another shape than it was built for."""
    before: int | None = None
    for node in model.nodes:
        layer = node.layer
        built_for = node.inputs[0] if len(node.edges) == 1 and node.edges[0].producer == before else UnknownShape()
        if isinstance(built_for, UnknownShape) or not any(map(_differ, built_for, shape)):
            return None
        plain = node.inner is None and not layer.custom and layer.type.startswith("keras.layers.")
        if not plain or not node.certain or spec.fault(layer, node.inputs) is not None:
            return None
        fault = spec.fault(layer, (shape,))
        if fault is not None:
            return Refusal("layer", node, fault.reason)
        built, needed = spec.weights(layer, node.inputs), spec.weights(layer, (shape,))
        if built is None or needed is None:
            return None
        pairs = zip((weight.shape for weight in built), (weight.shape for weight in needed), strict=False)
        if any(_differ(*sizes) for pair in pairs for sizes in zip(*pair, strict=False)):
            known = layer.short_type in _BUILT_FOR_A_SIZE
            return Refusal("layer", node, "its weights are made for another size") if known else None
        result = spec.outputs(layer, (shape,))[0]
        if isinstance(result, UnknownShape):
            return None
        shape, before = result, node.id
    return None
