"""The tensors of a Sequential: ``model.input``, ``model.output`` and ``layer.output``, to make other models of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tdlint.graph import Edge, LayerNode
from tdlint.interp.heap import ModelObject, StackEntry
from tdlint.interp.run import Run
from tdlint.shapes import UnknownShape
from tdlint.values import LayerObject, ModelValue, TensorValue


@dataclass(frozen=True)
class SequentialTensors:
    """The input of a Sequential, and what comes out of each of its layers, by the layer's key."""

    input: TensorValue
    outputs: dict[int, TensorValue]

    @property
    def output(self) -> TensorValue:
        """What comes out of the last layer."""
        return list(self.outputs.values())[-1]


def tensors_of(run: Run, key: int) -> SequentialTensors | None:
    """The tensors of a Sequential that has its input, the same ones until layers come or go; None of others."""
    model = run.model(key)
    if model is None or model.kind != "sequential" or model.instance_of is not None or model.unknown:
        return None
    kept = run.sequential_tensors.get(key)
    if kept is not None and kept[0] == model.stack:
        found: SequentialTensors | None = kept[1]
        return found
    found = None if run.uncertain else _made(run, key, model)
    run.sequential_tensors[key] = (model.stack, found)
    return found


def output_in_model(run: Run, layer: LayerObject) -> TensorValue | None:
    """``layer.output`` of a layer that is in one Sequential and was not called."""
    holders = [
        key
        for key, thing in run.state.heap.items()
        if isinstance(thing, ModelObject) and any(_is(entry, layer) for entry in thing.stack)
    ]
    found = tensors_of(run, holders[0]) if len(holders) == 1 else None
    return None if found is None else found.outputs.get(layer.key)


def _is(entry: StackEntry, layer: LayerObject) -> bool:
    return isinstance(entry, LayerObject) and entry.key == layer.key


def _made(run: Run, key: int, model: ModelObject) -> SequentialTensors | None:
    from tdlint.interp.keras.build import build, declared_shape  # builds graphs by calling layers: each needs the other

    first, rest = model.stack[0] if model.stack else None, model.stack[1:]
    if isinstance(first, TensorValue) and first.input is not None:
        start = first
    elif isinstance(first, LayerObject):
        shape = declared_shape(first)
        if shape is None:
            return None
        is_input = first.type == "keras.layers.InputLayer"
        rest = rest if is_input else model.stack
        layer = first if is_input else LayerObject(run.fresh(), "keras.layers.InputLayer", site=first.site)
        run.inputs[layer.key] = layer
        start = TensorValue(shape, input=layer)
    else:
        return None
    nodes = build(run, key).nodes
    plain = all(isinstance(entry, LayerObject | ModelValue) for entry in rest)
    if not plain or not nodes or len(nodes) != len(rest) or isinstance(start.shape, UnknownShape):
        return None
    assert start.input is not None
    return SequentialTensors(start, _register(run, nodes, start.input))


def _register(run: Run, nodes: tuple[LayerNode, ...], start: LayerObject) -> dict[int, TensorValue]:
    """Keep the calls of layers as if the program had made them one by one."""
    outputs: dict[int, TensorValue] = {}
    edge = Edge(None, 0, "an input", start.key)
    for node in nodes:
        made = replace(node, id=run.fresh(), edges=(edge,))
        run.nodes[made.id] = made
        outputs[node.layer.key] = TensorValue(made.outputs[0], None, made.id)
        edge = Edge(made.id)
    return outputs
