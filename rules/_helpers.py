"""What several rules ask of a model graph."""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Context,
    Edge,
    Fault,
    KerasVersion,
    LayerNode,
    LayerObject,
    ModelGraph,
    UnknownShape,
    layer_fault,
    layer_spec,
)

VECTOR_NDIM = {
    "LSTM": 2,
    "GRU": 2,
    "SimpleRNN": 2,
    "RNN": 2,
    "CuDNNLSTM": 2,
    "CuDNNGRU": 2,
    "ConvLSTM1D": 3,
    "ConvLSTM2D": 4,
    "ConvLSTM3D": 5,
}
"""Axes of what a recurrent layer returns without ``return_sequences``."""


_FAR = 100


def version_of(model: ModelGraph, context: Context) -> KerasVersion:
    """The version of Keras that a model is made with, told by its layers."""
    return context.version(next((node.layer.namespace for node in model.nodes if node.layer.namespace), None))


def last_output_of(model: ModelGraph, edge: Edge) -> LayerObject | None:
    """The recurrent layer whose last output, without its time axis, arrives at this edge; None if it is not sure."""
    for _ in range(_FAR):  # a chain of thousands of layers must not be walked from each of them
        node = model.producer(edge)
        if node is None or node.inner is not None or edge.index != 0:
            return None
        recurrent = returning_vector(node.layer)
        if recurrent is not None:
            return recurrent
        spec = layer_spec(node.type)
        if spec is None or not spec.keeps_steps or len(node.edges) != 1:
            return None
        edge = node.edges[0]
    return None


def returning_vector(layer: LayerObject) -> LayerObject | None:
    """The layer that would have to return sequences and does not; for Bidirectional, the one inside."""
    if not layer.type.startswith("keras.layers."):
        return None
    if layer.short_type == "Bidirectional":
        inner = layer.args.get("layer")
        return returning_vector(inner) if isinstance(inner, LayerObject) else None
    if layer.short_type in VECTOR_NDIM and layer.args.get("return_sequences").must_be(False):
        return layer
    return None


def faults(model: ModelGraph, context: Context, kind: str) -> Iterator[tuple[LayerNode, Fault]]:
    """Every call of a layer that Keras refuses for a reason of this kind."""
    for node in model.nodes:
        fault = fault_of(model, node, context)
        if fault is not None and fault.kind == kind:
            yield node, fault


def fault_of(model: ModelGraph, node: LayerNode, context: Context) -> Fault | None:
    """Why Keras refuses this call of a layer; None where it does not, or where another rule names the cause."""
    if node.layer.custom or node.inner is not None or not node.inputs or not node.type.startswith("keras.layers."):
        return None
    understood = model.weights.get(node.layer.key) is not None
    understood = understood and not any(isinstance(shape, UnknownShape) for shape in node.outputs)
    if understood and not _lacks_axes(node):
        return None
    fault = layer_fault(node.layer, node.inputs)
    if fault is None or not _certain_in(context.version(node.layer.namespace).major, fault, node):
        return None
    if not node.certain and fault.kind == "argument":
        return None  # a path for one tensor is not taken with five
    lost = node.edges and last_output_of(model, node.edges[0])
    return None if fault.kind == "ndim" and lost else fault


def is_refused(model: ModelGraph, context: Context) -> bool:
    """Whether Keras refuses to make the model, so that nothing can be done with it."""
    return any(fault_of(model, node, context) is not None for node in model.nodes)


def _lacks_axes(node: LayerNode) -> bool:
    """Whether an input has too few axes; the interpreter goes on as if it had them, so that one fault is one report."""
    spec = layer_spec(node.type)
    least = spec.ndim.minimum if spec is not None else None
    shape = node.inputs[0]
    return least is not None and not isinstance(shape, UnknownShape) and len(shape) < least


def _certain_in(major: int, fault: Fault, node: LayerNode) -> bool:
    """Keras 2 takes more axes than Keras 3 in convolutions (FACTS A3b), and arguments that Keras 3 refuses (G1h)."""
    if major >= 3:
        return True
    return fault.kind != "argument" and not (fault.kind == "ndim" and "Conv" in node.layer.short_type)
