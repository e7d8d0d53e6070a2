"""``clone_model``: the same layers and connections once more, with weights of their own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tdlint.graph import Edge
from tdlint.interp.heap import StackEntry
from tdlint.interp.keras import nested
from tdlint.interp.run import Run
from tdlint.values import LayerObject, ModelValue, Site, TensorValue, Value


class NotCloned(Exception):
    """The model is not known well enough; the message is the reason."""


def clone(run: Run, model: ModelValue, site: Site) -> ModelValue:
    """A copy of a model, made at this place.

    Raises:
        NotCloned: a part of it is not known.
    """
    return ModelValue(_Cloning(run, site).model(model.key))


@dataclass
class _Cloning:
    """What was copied so far: layers and models by key, calls of layers by node."""

    run: Run
    site: Site
    keys: dict[int, int] = field(default_factory=dict)
    nodes: dict[int, int] = field(default_factory=dict)

    def model(self, key: int) -> int:
        if key in self.keys:
            return self.keys[key]
        found = self.run.model(key)
        if found is None or found.kind == "subclass" or found.instance_of is not None:
            raise NotCloned("a copy of a model with a class of its own")
        if found.unknown:
            raise NotCloned(f"a copy of a model that is not all known: {found.unknown[0]}")
        plain = replace(found, site=self.site, compiles=(), fits=(), copy_of=key)
        copied = self.keys[key] = self.run.allocate(plain)
        self.run.state.heap[copied] = replace(
            plain,
            stack=tuple(self._entry(entry) for entry in found.stack),
            inputs=tuple(self._tensor(value) for value in found.inputs),
            outputs=tuple(self._tensor(value) for value in found.outputs),
        )
        return copied

    def _entry(self, entry: StackEntry) -> StackEntry:
        if isinstance(entry, LayerObject):
            return self._layer(entry)
        if isinstance(entry, ModelValue):
            return ModelValue(self.model(entry.key))
        if isinstance(entry, TensorValue) and entry.producer is None:
            return self._tensor(entry)
        raise NotCloned("a copy of a model whose layers depend on the path")

    def _layer(self, layer: LayerObject) -> LayerObject:
        layer = self.run.layer(layer)
        if layer.custom or layer.repeated:
            raise NotCloned("a copy of a layer of the program, or of several")
        copied = self.keys.get(layer.key)
        if copied is None:
            copied = self.keys[layer.key] = self.run.fresh()
        bound = tuple(
            (name, self._layer(value) if isinstance(value, LayerObject) else value) for name, value in layer.args.bound
        )
        made = replace(layer, key=copied, args=replace(layer.args, bound=bound), copy_of=layer.key)
        if layer.key in self.run.lambdas:
            self.run.lambdas[copied] = self.run.lambdas[layer.key]
        if layer.type == "keras.layers.InputLayer":
            self.run.inputs[copied] = made
        elif isinstance(self.run.state.heap.get(layer.key), LayerObject):
            self.run.state.heap[copied] = made
        return made

    def _tensor(self, value: Value) -> TensorValue:
        if not isinstance(value, TensorValue) or value.joined:
            raise NotCloned("a copy of a model whose inputs or outputs are not known")
        if value.producer is not None:
            return replace(value, producer=self._node(value.producer), step=None)
        if value.input is None:
            raise NotCloned("a copy of a model whose inputs are not known")
        return replace(value, input=self._layer(value.input))

    def _node(self, number: int) -> int:
        """A copy of a call of a layer, after the calls that it is fed by; a loop, as models are deeper than stacks."""
        pending = [number]
        while pending:
            wanted = pending[-1]
            sources = [edge.producer for edge in self.run.nodes[wanted].edges if edge.producer is not None]
            before = [source for source in sources if source not in self.nodes]
            if before and wanted not in self.nodes:
                pending += before
                continue
            pending.pop()
            if wanted not in self.nodes:
                self.nodes[wanted] = self._copied_node(wanted)
        return self.nodes[number]

    def _copied_node(self, number: int) -> int:
        from tdlint.interp.keras.build import build  # builds graphs by calling layers: each needs the other

        node = self.run.nodes[number]
        edges = tuple(map(self._edge, node.edges))
        if node.inner is None:
            copied = replace(node, layer=self._layer(node.layer), edges=edges)
        else:
            key = self.model(node.layer.key)
            inner = nested.held(build(self.run, key, node.inputs))
            copied = replace(node, layer=replace(node.layer, key=key), edges=edges, inner=inner)
        copied = replace(copied, id=self.run.fresh())
        self.run.nodes[copied.id] = copied
        return copied.id

    def _edge(self, edge: Edge) -> Edge:
        if edge.producer is not None:
            return replace(edge, producer=self.nodes[edge.producer])
        found = self.run.inputs.get(edge.input) if edge.input is not None else None
        if found is None:
            raise NotCloned("a copy of a model whose inputs are not known")
        return replace(edge, input=self._layer(found).key)
