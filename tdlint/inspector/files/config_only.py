"""The weights that a config tells of: shapes, regularizers and initializers, and no values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from tdlint.graph import ModelGraph
from tdlint.inspector.accounting.held import Held, concrete, unread
from tdlint.naming import OPERATION
from tdlint.spec.layers.base import WeightSpec


def held_by_config(model: ModelGraph) -> tuple[dict[int, tuple[Held, ...]], frozenset[int]]:
    """The weights by layer key, and the keys of the layers whose weights the config does not tell."""
    held: dict[int, tuple[Held, ...]] = {}
    missing: set[int] = set()
    for node in model.nodes:
        if node.inner is not None:
            below, unknown = held_by_config(node.inner)
            held.update(below)
            missing |= unknown
        elif node.layer.key not in held and not node.type.startswith(OPERATION):
            specs = model.weights.get(node.layer.key)
            if specs is None or any(concrete(spec) is None for spec in specs):
                missing.add(node.layer.key)
            held[node.layer.key] = tuple(one for one in map(unread, specs or ()) if one is not None)
    if not model.nodes:
        missing.add(model.key)
    return held, frozenset(missing)


def unfitting(model: ModelGraph, held: Mapping[int, tuple[Held, ...]]) -> str:
    """The first layer whose weights in a file have other shapes than its config makes, as a sentence."""
    for name, specs, found in _stored(model, held):
        made, there = Counter(map(concrete, specs)), Counter(one.shape for one in found)
        if None not in made and there != made:
            theirs, ours = (
                ", ".join(str(list(shape)) for shape in shapes if shape is not None) for shapes in (there, made)
            )
            return f"{name}: the file has weights of the shapes {theirs}; its config makes {ours}"
    return ""


def _stored(
    model: ModelGraph, held: Mapping[int, tuple[Held, ...]]
) -> Iterator[tuple[str, tuple[WeightSpec, ...], tuple[Held, ...]]]:
    """The layers whose weights are known and are in the file: name, what is known, what is there."""
    for node in model.nodes:
        specs, found = model.weights.get(node.layer.key), held.get(node.layer.key)
        if node.inner is not None:
            yield from _stored(node.inner, held)
        elif specs and found:
            yield node.name, specs, found
