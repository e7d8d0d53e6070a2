"""The heads of a model: every output with the activations it comes through, and what compile and fit pair it with."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass, replace

from tdlint.graph import ESCAPED, CallSite, Edge, LayerNode, ModelGraph, Place, layer_place
from tdlint.naming import OPERATION
from tdlint.shapes import AnyShape, UnknownShape
from tdlint.spec import losses
from tdlint.values import (
    NONE,
    ArrayValue,
    Const,
    DatasetValue,
    Instance,
    LayerObject,
    Mapping,
    Sequence,
    Symbol,
    Unknown,
    Value,
    integer,
)

_KEEPING = frozenset(
    {
        *("ActivityRegularization", "Dropout", "GaussianDropout", "GaussianNoise", "AlphaDropout", "Identity"),
        *("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "Masking", "Flatten", "Permute", "Reshape"),
    }
)
"""Layers that pass on the values of their input, some of them elsewhere or scaled; they have no activation."""

_NORMALIZING = frozenset({"BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization"})
_MOVING = frozenset({"Flatten", "Permute", "Reshape"})
_ACTIVATING = {"Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leakyrelu", "ELU": "elu", "PReLU": "prelu"}
_LINEAR_UNLESS_TOLD = frozenset(
    {
        *("Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D", "Convolution1D", "Convolution2D", "Convolution3D"),
        *("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "DepthwiseConv1D", "DepthwiseConv2D"),
        *("SeparableConv1D", "SeparableConv2D", "LocallyConnected1D", "LocallyConnected2D"),
    }
)
_ACTIVATION_OPERATIONS = frozenset(
    {
        *("elu", "exponential", "gelu", "hard_sigmoid", "leaky_relu", "log_sigmoid", "log_softmax", "mish", "relu"),
        *("relu6", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign", "swish", "tanh"),
    }
)
_PASSED_AT_MOST = 16


@dataclass(frozen=True, slots=True)
class Passed:
    """A layer, or operation, that an output comes through.

    ``activation`` is the name of its activation in lower case, ``"linear"`` if it has none, None if it is not known.
    ``place`` is where the activation is set, or the layer. ``inner`` is the layer inside ``TimeDistributed``.
    """

    layer: LayerObject
    activation: str | None
    place: Place
    inner: LayerObject | None = None

    @property
    def type(self) -> str:
        """The class of the layer that computes, without its module."""
        return (self.inner or self.layer).short_type

    @property
    def keeps(self) -> bool:
        """Whether it computes nothing on the values that it passes on, as Dropout and Reshape."""
        return self.type in _KEEPING

    @property
    def computes(self) -> bool:
        """Whether it has weights or is not known: nothing before it matters to the head."""
        return not self.keeps and self.type not in _ACTIVATING and self.type not in _NORMALIZING | {"Activation"}


@dataclass(frozen=True, slots=True)
class Head:
    """One output of a model.

    ``name`` is its key in losses and labels that are given by name, None if it is not known. ``trail`` leads from the
    output back to the first layer that has weights, or is not known. ``units`` is the size of the last axis.
    ``loss`` is Keras' None where there is none, and unknown where it can't be told; ``metrics`` is None then.
    """

    index: int
    name: str | None
    shape: AnyShape
    trail: tuple[Passed, ...]
    loss: Value = NONE
    metrics: tuple[Value, ...] | None = ()

    @property
    def units(self) -> int | None:
        """The size of the last axis, None if it is not known."""
        if isinstance(self.shape, UnknownShape):
            last_layer = self.trail[0].inner or self.trail[0].layer if self.trail else None
            return integer(last_layer.args.get("units")) if last_layer is not None else None
        if not self.shape:
            return None
        last = self.shape[-1]
        return last if isinstance(last, int) else None

    @property
    def loss_class(self) -> str | None:
        """The class of the loss if it is one of Keras, given as text, function, class or object; else None."""
        return losses.class_name(self.loss)

    @property
    def from_logits(self) -> bool | None:
        """Whether the loss reads raw outputs, and not probabilities; None if it is not known."""
        return losses.from_logits(self.loss)

    @property
    def layer(self) -> Passed | None:
        """The layer with weights that the output comes from."""
        return self.trail[-1] if self.trail and self.trail[-1].computes else None

    @property
    def activation(self) -> str | None:
        """The last activation, ``"linear"`` if there is none; None if it is not known, or if something changes it."""
        passed = self.activated
        return None if passed is None else passed.activation

    @property
    def activated(self) -> Passed | None:
        """The layer that the activation is set on; the last one where there is no activation at all."""
        moved = False
        for passed in self.trail:
            if passed.keeps:
                # classes lie on the last axis, which these layers move
                moved = moved or passed.type in _MOVING
            elif passed.type == "Activation" and passed.activation == "linear":
                continue
            else:
                return None if moved and passed.activation == "softmax" else passed
        return None


@dataclass(frozen=True, slots=True)
class LabelsGiven:
    """The labels that a call gives for one head, and where; ``validation`` if they are for validation."""

    head: Head
    labels: ArrayValue
    place: Place
    validation: bool = False


def activation_name(activation: Value) -> str | None:
    """The name of an activation argument in lower case, ``"linear"`` for None, None if it is not known."""
    if activation.must_be(None):
        return "linear"
    if isinstance(activation, Const) and isinstance(activation.value, str):
        return activation.value.lower()
    if isinstance(activation, Symbol) and activation.name.startswith(("keras.", "tensorflow.")):
        return activation.name.rpartition(".")[2].lower()
    if isinstance(activation, Instance | LayerObject) and activation.type.startswith("keras."):
        return activation.type.rpartition(".")[2].lower()
    return None


def layer_activation(layer: LayerObject) -> str | None:
    """The activation of a layer, ``"linear"`` if it has none, None if it is not known."""
    short = layer.short_type
    if layer.type.startswith("keras.applications."):
        from tdlint.spec.applications import last_activation  # tables that few programs need

        ending = last_activation(layer)
        return None if ending is None else activation_name(ending)
    if layer.custom or not layer.type.startswith("keras.layers."):
        return None
    if short in _ACTIVATING:
        return _ACTIVATING[short]
    if layer.args.passes("activation") or any(name == "activation" for name, _ in layer.args.defaults):
        return activation_name(layer.args.get("activation"))
    plain = short in _LINEAR_UNLESS_TOLD or short in _KEEPING or short in _NORMALIZING
    return "linear" if plain and layer.args.complete else None


def trail(model: ModelGraph, edge: Edge) -> tuple[Passed, ...]:
    """What a tensor comes through, the last first, up to the first layer that has weights or is not known."""
    found: list[Passed] = []
    _follow(model, edge, found)
    return tuple(found)


def _follow(model: ModelGraph, edge: Edge, found: list[Passed]) -> None:
    while len(found) < _PASSED_AT_MOST:
        node = model.producer(edge)
        if node is None:
            return
        if node.inner is not None:
            # what lies before the nested model is of no matter if that ends with a layer that computes
            if edge.index < len(node.inner.output_edges):
                _follow(node.inner, node.inner.output_edges[edge.index], found)
            return
        passed = _passed(node)
        found.append(passed)
        if passed.computes or len(node.edges) != 1:
            return
        edge = node.edges[0]


def _passed(node: LayerNode) -> Passed:
    layer = node.layer
    if node.type.startswith(OPERATION):
        name = node.layer.short_type.lower()
        known = name in _ACTIVATION_OPERATIONS and len(node.edges) == 1
        as_layer = replace(layer, type="keras.layers.Activation") if known else layer
        return Passed(as_layer, name if known else None, Place(node.site, layer.name))
    inner = layer.args.get("layer") if layer.short_type == "TimeDistributed" else None
    if isinstance(inner, LayerObject):
        return Passed(layer, layer_activation(inner), layer_place(inner, "activation"), inner)
    return Passed(layer, layer_activation(layer), layer_place(layer, "activation"))


def per_output(value: Value, names: SequenceOf[str | None]) -> tuple[Value, ...] | None:
    """One value per output of an argument given as one, a list or a dict by name of the output; None if unknown."""
    if isinstance(value, Sequence):
        return value.items if value.complete and len(value.items) == len(names) else None
    if isinstance(value, Mapping):
        if value.rest is not None or None in names:
            return _only(value, names)
        return tuple(value.get(name) or NONE for name in names)
    return (value,) * len(names)


def _only(value: Mapping, names: SequenceOf[str | None]) -> tuple[Value, ...] | None:
    """The one entry of a dict for a model with one output, whose name is not known."""
    alone = value.rest is None and len(names) == len(value.items) == 1
    return (value.items[0][1],) if alone else None


def output_names(model: ModelGraph) -> tuple[str | None, ...]:
    """The key of every output: that of a dict, or the name of its layer; None where that is not known."""
    if model.output_keys is not None and len(model.output_keys) == len(model.output_edges):
        return model.output_keys
    nodes = [model.producer(edge) for edge in model.output_edges]
    return tuple(node.layer.name if node is not None else None for node in nodes)


def heads(model: ModelGraph, compiled: CallSite | None = None) -> tuple[Head, ...]:
    """The outputs of a model, with loss and metrics where a ``compile`` is given; none if the outputs are not certain.

    A Sequential that code which is not followed may have changed has no certain outputs, nor has a subclass.
    """
    harmless = {ESCAPED} if model.kind == "functional" else set()
    if set(model.doubts) - harmless or len(model.output_shapes) != len(model.output_edges):
        return ()
    names = output_names(model)
    count = len(names)
    losses: tuple[Value, ...] = (NONE,) * count
    metrics: tuple[tuple[Value, ...] | None, ...] = ((),) * count
    if compiled is not None:
        unknown = Unknown("which loss belongs to which output is not known")
        losses = per_output(compiled.args.get("loss"), names) or (unknown,) * count
        metrics = _metrics(compiled.args.get("metrics"), names)
    return tuple(
        Head(index, name, shape, trail(model, edge), loss, measured)
        for index, (name, shape, edge, loss, measured) in enumerate(
            zip(names, model.output_shapes, model.output_edges, losses, metrics, strict=True)
        )
    )


def _metrics(value: Value, names: SequenceOf[str | None]) -> tuple[tuple[Value, ...] | None, ...]:
    """The metrics of every output; a flat list belongs to the only output."""
    if value.must_be(None):
        return ((),) * len(names)
    if len(names) == 1 and isinstance(value, Sequence):
        return (_flat(value),)
    found = per_output(value, names)
    return (None,) * len(names) if found is None else tuple(map(_flat, found))


def _flat(value: Value) -> tuple[Value, ...] | None:
    if value.must_be(None):
        return ()
    if not isinstance(value, Sequence):
        return None if isinstance(value, Unknown) else (value,)
    if not value.complete:
        return None
    parts = [_flat(item) if isinstance(item, Sequence) else (item,) for item in value.items]
    return None if None in parts else tuple(item for part in parts if part is not None for item in part)


def labels_given(call: CallSite, of: SequenceOf[Head]) -> Iterator[LabelsGiven]:
    """The labels that ``fit`` or ``evaluate`` gives for every head, as far as they are known arrays."""
    data = call.args.get("x") if call.args.passes("x") else call.args.get("generator")
    labels = call.args.get("y")
    place = call.place("y")
    if isinstance(data, DatasetValue):
        labels, place = _second(data.element), call.place("x" if call.args.passes("x") else "generator")
    yield from _paired(labels, of, place, False)
    validation = call.args.get("validation_data")
    if isinstance(validation, DatasetValue):
        validation = validation.element
    yield from _paired(_second(validation), of, call.place("validation_data"), True)


def _second(value: Value) -> Value:
    """The labels of ``(x, y)`` or ``(x, y, weights)``."""
    if isinstance(value, Sequence) and value.complete and len(value.items) in (2, 3):
        return value.items[1]
    return Unknown("not a pair of data and labels")


def _paired(labels: Value, of: SequenceOf[Head], place: Place, validation: bool) -> Iterator[LabelsGiven]:
    found: tuple[Value, ...] | None = None
    if isinstance(labels, Sequence | Mapping):
        found = per_output(labels, [head.name for head in of])
    elif len(of) == 1:
        found = (labels,)
    for head, one in zip(of, found or (), strict=bool(found)):
        if isinstance(one, ArrayValue):
            yield LabelsGiven(head, one, place, validation)
