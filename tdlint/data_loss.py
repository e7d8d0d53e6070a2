"""The data loss that a whole model is expected to start from, by its outputs, activations and losses."""

from __future__ import annotations

from collections.abc import Sequence as SequenceOf

from tdlint import values
from tdlint.graph import Edge, LayerNode, ModelGraph
from tdlint.shapes import UnknownShape
from tdlint.spec.losses import DataLoss, expected_data_loss
from tdlint.values import Const, Instance, LayerObject, Mapping, Sequence, Symbol, Value

_PASSING = frozenset({"ActivityRegularization", "Dropout", "GaussianDropout", "GaussianNoise", "Identity", "Masking"})
_RESHAPING = frozenset({"Flatten", "Permute", "Reshape"})


def activation_name(activation: Value) -> str | None:
    """The name of an activation argument in lower case, ``"linear"`` for None, None if it is not known."""
    if activation.must_be(None):
        return "linear"
    if isinstance(activation, Const) and isinstance(activation.value, str):
        return activation.value.lower()
    if isinstance(activation, Symbol):
        return activation.name.rpartition(".")[2].lower()
    if isinstance(activation, Instance | LayerObject) and activation.type.startswith("keras."):
        return activation.type.rpartition(".")[2].lower()
    return None


def _layer_activation(layer: LayerObject) -> str | None:
    if layer.short_type in ("Softmax", "ReLU"):
        return layer.short_type.lower()
    if layer.short_type == "TimeDistributed":
        inner = layer.args.get("layer")
        return _layer_activation(inner) if isinstance(inner, LayerObject) else None
    if layer.custom or not layer.type.startswith("keras."):
        return None
    takes_one = layer.args.passes("activation") or any(name == "activation" for name, _ in layer.args.defaults)
    if not takes_one:
        return "linear" if layer.args.complete else None
    return activation_name(layer.args.get("activation"))


def head_activation(model: ModelGraph, edge: Edge) -> str | None:
    """The activation that the tensor of ``edge`` comes out of, ``"linear"`` if none, None if it is not known."""
    node = model.producer(edge)
    if node is None:
        return None
    if node.inner is not None:
        inner = node.inner.output_edges
        return head_activation(node.inner, inner[edge.index]) if edge.index < len(inner) else None
    short = node.layer.short_type
    if short in _PASSING | _RESHAPING and len(node.edges) == 1:
        before = head_activation(model, node.edges[0])
        # classes lie on the last axis, which these layers move
        return None if short in _RESHAPING and before == "softmax" else before
    return _layer_activation(node.layer)


def _units(node: LayerNode | None, index: int) -> int | None:
    if node is None or index >= len(node.outputs):
        return None
    shape = node.outputs[index]
    if isinstance(shape, UnknownShape):
        return values.integer(node.args.get("units"))
    if not shape:
        return None
    last = shape[-1]
    return last if isinstance(last, int) else None


def _per_output(value: Value, names: SequenceOf[str | None]) -> tuple[Value, ...] | None:
    """One value per output of an argument given as one, a list or a dict by name of the output."""
    if isinstance(value, Sequence):
        return value.items if value.complete and len(value.items) == len(names) else None
    if isinstance(value, Mapping):
        if value.rest is not None or None in names:
            return None
        return tuple(value.get(name) or values.NONE for name in names)
    return (value,) * len(names)


def data_loss_at_start(model: ModelGraph) -> DataLoss | None:
    """The expected first data loss of a compiled model, weighted and summed over its outputs; None if not known."""
    if model.compile is None or not model.output_edges:
        return None
    args = model.compile.args
    loss = args.get("loss")
    if isinstance(loss, values.Unknown) or loss.must_be(None):
        return None
    producers = [model.producer(edge) for edge in model.output_edges]
    names = [node.layer.name if node else None for node in producers]
    losses = _per_output(loss, names)
    weights = _per_output(args.get("loss_weights") if args.passes("loss_weights") else values.NONE, names)
    if losses is None or weights is None:
        return None
    terms = []
    for edge, node, one, weight in zip(model.output_edges, producers, losses, weights, strict=True):
        if one.must_be(None):
            continue
        found = expected_data_loss(one, _units(node, edge.index), head_activation(model, edge))
        factor = 1.0 if weight.must_be(None) else values.number(weight)
        if found is None or factor is None:
            return None
        terms.append(DataLoss(factor * found.value, found.why))
    if not terms:
        return None
    return DataLoss(sum(term.value for term in terms), " + ".join(dict.fromkeys(term.why for term in terms)))


def head_loss_at_start(model: ModelGraph) -> DataLoss | None:
    """The same for a model that is not compiled in sight, where its only head leaves no doubt; None elsewhere."""
    if model.compile is not None or len(model.output_edges) != 1:
        return None
    edge = model.output_edges[0]
    activation = head_activation(model, edge)
    loss = {"softmax": "categorical_crossentropy", "sigmoid": "binary_crossentropy"}.get(activation or "")
    if loss is None:
        return None
    return expected_data_loss(Const(loss), _units(model.producer(edge), edge.index), activation)
