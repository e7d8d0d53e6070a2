"""Weights that hold the same values: copies, or layers whose initializers have one seed (FACTS C22, C22b)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tdlint.graph import ModelGraph, Twins
from tdlint.inspector.accounting.account import Duplicate
from tdlint.inspector.accounting.held import Held

LEAST = 64
"""Of so many elements on, equal values are no accident."""


def duplicates_of(weights: Iterable[tuple[str, Held]]) -> tuple[Duplicate, ...]:
    """Groups of weights that are equal, by path; the values of none of them are just zeros and ones."""
    groups: dict[object, list[tuple[str, Held]]] = {}
    for path, held in weights:
        content = content_of(held)
        if content is not None:
            groups.setdefault(content, []).append((path, held))
    return tuple(
        Duplicate(tuple(path for path, _ in alike), alike[0][1].shape, alike[0][1].params)
        for alike in groups.values()
        if len(alike) > 1
    )


def content_of(held: Held) -> tuple[object, ...] | None:
    """What two weights have in common only if they are equal; None of those that are often equal anyway."""
    sums = held.sums
    if sums is None or held.params < LEAST or sums.non_finite or not sums.start:
        return None
    # as many as it is large: zeros and ones, such as the biases of a fresh LSTM
    if sums.absolute == sums.square or held.params * sums.square <= (1 + 1e-6) * sums.absolute**2:
        return None
    return (held.shape, sums.absolute, sums.square, sums.start)


def with_twins(model: ModelGraph, held: Mapping[int, tuple[Held, ...]]) -> ModelGraph:
    """The graph, and those within it, with the layers of each that have an equal weight."""
    first: dict[object, int] = {}
    twins: list[Twins] = []
    nodes = []
    done: set[int] = set()
    for node in model.nodes:
        key = node.layer.key
        if node.inner is not None:
            node = replace(node, inner=with_twins(node.inner, held))
        elif key not in done:
            for one in held.get(key, ()):
                content = content_of(one)
                before = first.setdefault(content, key) if content is not None else key
                if before != key:
                    twins.append(Twins(before, key, one.name, one.params))
        done.add(key)
        nodes.append(node)
    return replace(model, nodes=tuple(nodes), twins=tuple(twins))
