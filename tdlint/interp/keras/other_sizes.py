"""A model that leaves sizes of its inputs free, called on inputs of known sizes."""

from __future__ import annotations

from tdlint.graph import Edge, LayerNode, ModelGraph
from tdlint.interp.keras import layers
from tdlint.shapes import AnyShape, Free, UnknownShape

_OTHER = UnknownShape("the model is called on other sizes than it declares")


def outputs_on(model: ModelGraph, given: tuple[AnyShape, ...]) -> tuple[AnyShape, ...]:
    """The output shapes of a model for inputs of these shapes."""
    keys = [None if layer is None else layer.key for layer in model.input_layers]
    if model.kind != "functional" or not (len(given) == len(keys) == len(model.input_shapes)) or None in keys:
        return model.output_shapes
    if not any(map(_narrows, model.input_shapes, given)):
        return model.output_shapes
    of_input = dict(zip(keys, given, strict=True))
    of_node: dict[int, tuple[AnyShape, ...]] = {}

    def shape(edge: Edge, declared: AnyShape) -> AnyShape:
        found = of_node.get(edge.producer) if edge.producer is not None else (of_input.get(edge.input, declared),)
        return found[edge.index] if found is not None and edge.index < len(found) else declared

    for node in model.nodes:
        inputs = tuple(map(shape, node.edges, node.inputs))
        of_node[node.id] = node.outputs if inputs == node.inputs else _again(node, inputs)
    return tuple(map(shape, model.output_edges, model.output_shapes))


def _narrows(declared: AnyShape, given: AnyShape) -> bool:
    """Whether a size behind the batch is free where the model declares it, and not where it is called."""
    if isinstance(declared, UnknownShape) or isinstance(given, UnknownShape) or len(declared) != len(given):
        return False
    pairs = zip(declared[1:], given[1:], strict=True)
    return any(isinstance(one, Free) and not isinstance(other, Free) for one, other in pairs)


def _again(node: LayerNode, inputs: tuple[AnyShape, ...]) -> tuple[AnyShape, ...]:
    """What a node gives for other inputs."""
    if node.inner is not None:
        return outputs_on(node.inner, inputs)
    if node.type.startswith("keras."):
        return layers.outputs_of(node.layer, inputs)
    return inputs[:1] if len(inputs) == 1 and node.outputs == node.inputs else (_OTHER,) * len(node.outputs)
