"""The order in which Keras lists the layers of a functional model: the farthest from the outputs first.

Layers at the same distance come in the order in which a search from the outputs back to the inputs meets them.
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.graph import Edge, LayerNode, ModelGraph
from tdlint.shapes import UnknownShape


def as_listed(model: ModelGraph) -> tuple[LayerNode, ...]:
    """The nodes in Keras' order; for a functional model with a node for each of its inputs that has a layer."""
    if model.kind != "functional":
        return model.nodes
    inputs = tuple(_input_nodes(model))
    search = _Search({node.id: node for node in (*inputs, *model.nodes)})
    for edge in model.output_edges:
        search.follow(edge)
    depths = search.depths()
    last = len(search.met)

    def position(node: LayerNode) -> tuple[int, int, int]:
        # An input that leads nowhere is listed with the outputs, before them.
        return -depths.get(node.id, 0), search.met.get(node.layer.key, -1 if node in inputs else last), node.id

    return tuple(sorted(search.nodes.values(), key=position))


def _input_nodes(model: ModelGraph) -> Iterator[LayerNode]:
    for number, layer in enumerate(model.input_layers):
        if layer is not None:
            known = number < len(model.input_shapes)
            shape = model.input_shapes[number] if known else UnknownShape("not told by the reader")
            yield LayerNode(layer.key, layer, outputs=(shape,), site=layer.site)


class _Search:
    """From the outputs back: which layer is met when, and which node is done when all before it are."""

    def __init__(self, nodes: dict[int, LayerNode]) -> None:
        self.nodes = nodes
        self.met: dict[int, int] = {}
        self.done: dict[int, None] = {}

    def _sources(self, node: LayerNode) -> Iterator[LayerNode]:
        for edge in node.edges:
            found = self._source(edge)
            if found is not None:
                yield found

    def _source(self, edge: Edge) -> LayerNode | None:
        number = edge.input if edge.producer is None else edge.producer
        return None if number is None else self.nodes.get(number)

    def follow(self, edge: Edge) -> None:
        """Depth first, with a stack of its own: models are deeper than Python's."""
        start = self._source(edge)
        if start is None or start.id in self.done:
            return
        path = [(start, self._sources(start))]
        self.met.setdefault(start.layer.key, len(self.met))
        while path:
            node, sources = path[-1]
            before = next((source for source in sources if source.id not in self.done), None)
            if before is None:
                self.done[node.id] = None
                path.pop()
            else:
                self.met.setdefault(before.layer.key, len(self.met))
                path.append((before, self._sources(before)))

    def depths(self) -> dict[int, int]:
        """How far each node is from the outputs; the calls of a shared layer are at least as far as the farthest."""
        depths: dict[int, int] = {}
        of_layer: dict[int, int] = {}
        for number in reversed(self.done):
            node = self.nodes[number]
            depth = max(depths.get(number, 0), of_layer.get(node.layer.key, 0))
            depths[number] = of_layer[node.layer.key] = depth
            for source in self._sources(node):
                depths[source.id] = max(depth + 1, depths.get(source.id, 0))
        return depths
