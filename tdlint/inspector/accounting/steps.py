"""Layers of the user that hold one copy of a layer per time step: their weights do grow with time (FACTS C9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tdlint.graph import LayerNode, ModelGraph
from tdlint.inspector.accounting.held import Held, step_copies
from tdlint.shapes import UnknownShape


def time_steps(node: LayerNode) -> int | None:
    """The number of time steps of a node's first input, None if it has no time axis or its size is not known."""
    shape = node.inputs[0] if node.inputs else UnknownShape()
    if isinstance(shape, UnknownShape) or len(shape) < 3:
        return None
    return shape[1] if isinstance(shape[1], int) else None


def with_step_copies(model: ModelGraph, held: Mapping[int, tuple[Held, ...]]) -> ModelGraph:
    """The graph with ``step_copies`` set where the weights of a layer tell of them."""
    nodes = []
    for node in model.nodes:
        if node.inner is not None:
            node = replace(node, inner=with_step_copies(node.inner, held))
        elif node.layer.custom:
            paths = [(one.name, one.shape) for one in held.get(node.layer.key, ())]
            node = replace(node, step_copies=step_copies(paths, time_steps(node)))
        nodes.append(node)
    return replace(model, nodes=tuple(nodes))
