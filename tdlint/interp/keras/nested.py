"""Models as layers of other models: each call holds the graph of the model, which grows with every level of nesting."""

from __future__ import annotations

from dataclasses import replace

from tdlint.graph import ModelGraph

MAX_INNER_NODES = 4000
"""Calls of layers in a model that is a layer, those in its own models included; of a larger one only the ends are
known."""

TOO_LARGE = "a model in it has too many layers to be followed"


def held(inner: ModelGraph) -> ModelGraph:
    """The graph of a model as another one holds it."""
    if size(inner) <= MAX_INNER_NODES:
        return inner
    return replace(inner, nodes=(), weights={}, unknown=(*inner.unknown, TOO_LARGE))


def size(graph: ModelGraph) -> int:
    """How many nodes there are; what the graph holds is bounded already."""
    return len(graph.nodes) + sum(size(node.inner) for node in graph.nodes if node.inner is not None)
