"""A file of weights without a config: the names of the layers, and the shapes and sizes of their weights."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tdlint.graph import LayerNode, ModelGraph
from tdlint.inspector.accounting.held import Found, Held, measure
from tdlint.inspector.files.hdf5 import Tree
from tdlint.inspector.files.layer_tree import CONTAINERS, NOT_THE_MODEL, stored
from tdlint.inspector.files.legacy_h5 import listed
from tdlint.shapes import UnknownShape
from tdlint.values import Arguments, LayerObject

Weighed = tuple[ModelGraph, dict[int, tuple[Held, ...]]]
_UNKNOWN = UnknownShape("not in the file")
WHY = "there is no config: what regularizes the weights, and which are trained, is not known"


def in_tree(tree: Tree, name: str, why: str = WHY) -> Weighed:
    """The layers of a file as Keras 3 writes it: their names, and their classes in snake case."""
    layers = []
    for prefix, group in _layer_groups(tree):
        own = group.groups().get("vars")
        given = own.text("name") if own is not None else None
        found = list(stored(group, None, ""))
        if found:
            layers.append((given or prefix, re.sub(r"_\d+$", "", prefix.rpartition("/")[2]), found))
    own_weights = [one for one in stored(tree, None, "") if re.match(r"\d+$", one.path)]
    return model_of(name, layers, own_weights, why)


def in_lists(tree: Tree, name: str, why: str = WHY) -> Weighed:
    """The layers of a file as Keras 2 writes it: a group for each."""
    groups = tree.groups()
    names = [layer for layer in tree.texts("layer_names") if layer in groups]
    found = [(layer, "layer", list(listed(groups[layer]))) for layer in names]
    return model_of(name, [item for item in found if item[2]], [], why)


def _layer_groups(tree: Tree) -> Iterator[tuple[str, Tree]]:
    groups = tree.groups()
    for container in CONTAINERS:
        if container in groups:
            yield from groups[container].groups().items()
    for name, group in groups.items():
        if name not in NOT_THE_MODEL:
            yield name, group


def model_of(name: str, layers: list[tuple[str, str, list[Found]]], own: list[Found], why: str) -> Weighed:
    """Layers of which the names, the kinds and the weights are known, as a model."""
    nodes, held = [], {}
    for number, (layer, kind, found) in enumerate(layers):
        described = LayerObject(number + 1, kind, Arguments(complete=False), None, layer, trainable=None)
        nodes.append(LayerNode(number, described, (_UNKNOWN,), (_UNKNOWN,)))
        held[described.key] = tuple(measure(one, None) for one in found)
    if own:
        held[0] = tuple(measure(one, None) for one in own)
    return ModelGraph(0, name, "subclass", tuple(nodes), origin="archive", unknown=(why,)), held
