"""The weights of a model as Keras 3 lays them out in HDF5: groups named by class and attribute (FACTS H7)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tdlint.graph import ModelGraph
from tdlint.inspector.accounting.held import Found, Held, fitted, match, measure, merged_adapters, unread
from tdlint.inspector.configs.values import inner_layers
from tdlint.inspector.files.hdf5 import Tree
from tdlint.spec.layers.base import WeightSpec
from tdlint.values import LayerObject

CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
"""The groups that hold the layers of a model, by the version of Keras."""
NOT_THE_MODEL = frozenset({"optimizer", "metrics", "vars", "_layer_checkpoint_dependencies", "layers"})
# the order in which a layer's weights lists those of its parts
_PARTS = {
    part: number
    for number, part in enumerate(
        ("layer", "cell", "forward_layer", "backward_layer", "query_dense", "key_dense", "value_dense", "output_dense")
    )
}


def held_in_tree(model: ModelGraph, tree: Tree) -> dict[int, tuple[Held, ...]]:
    """The weights of a model and of the models within it, by layer key; the rest belongs to the model's own key."""
    return _Keeper().model(model, tree)


def snake_case(name: str) -> str:
    """The name of a class as Keras writes it in the paths of weights."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _class_of(layer: LayerObject) -> str:
    return "Functional" if layer.type == "keras.Model" else re.split(r"[>.]", layer.type)[-1]


def _counted_names(layers: list[LayerObject]) -> dict[str, LayerObject]:
    """The names of layers in a list as Keras 3 makes them: class in snake case, and a number from the second on."""
    used: dict[str, int] = {}
    found = {}
    for layer in layers:
        base = snake_case(_class_of(layer))
        number = used[base] = used.get(base, -1) + 1
        found[f"{base}_{number}" if number else base] = layer
    return found


def _tree_of(tree: Tree, layers: list[LayerObject]) -> dict[int, Tree]:
    """Which group belongs to which layer: by the name that the group bears, else by class and place.

    Where names differ, as those that Keras gives do from one building of a model to the next, the place decides.
    """
    groups = tree.groups()
    given = {name: own.text("name") for name, group in groups.items() if (own := group.groups().get("vars"))}
    by_name = {layer.name: layer for layer in layers}
    counted = _counted_names(layers)
    # inputs are no layers of the graph
    named = all(group.startswith("input_layer") or name is None or name in by_name for group, name in given.items())
    found: dict[int, Tree] = {}
    for name, group in groups.items():
        bears = given.get(name) if named else None
        layer = by_name.get(bears) if bears is not None else counted.get(name)
        if layer is not None and layer.key not in found:
            found[layer.key] = group
    return found


class _Keeper:
    """Hands out the weights of a `.keras` file to the layers, and keeps account of what nobody took."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str | None]] = set()
        self._missing: list[tuple[LayerObject, tuple[WeightSpec, ...]]] = []

    def model(self, model: ModelGraph, tree: Tree) -> dict[int, tuple[Held, ...]]:
        """The weights of a model and of the models within it."""
        held = self._model(model, tree)
        for layer, specs in self._missing:
            # a layer that is shared with a model inside is saved once, where Keras comes upon it first
            if (layer.type, layer.name) not in self._taken:
                held[layer.key] = tuple(one for one in map(unread, specs) if one is not None)
        return held

    def _model(self, model: ModelGraph, tree: Tree | None) -> dict[int, tuple[Held, ...]]:
        held: dict[int, tuple[Held, ...]] = {}
        groups = tree.groups() if tree is not None else {}
        container = next((groups[name] for name in CONTAINERS if name in groups), None)
        # keys rise in the order of the config, which is that of `model.layers`
        layers = sorted(model.layers(), key=lambda layer: layer.key)
        taken = _tree_of(container, layers) if container is not None else {}
        done = set()
        for node in model.nodes:
            if node.layer.key in done:
                continue
            done.add(node.layer.key)
            own = taken.get(node.layer.key)
            if node.inner is not None:
                held.update(self._model(node.inner, own))
            elif own is not None:
                self._taken.add((node.layer.type, node.layer.name))
                held[node.layer.key] = self._layer(own, node.layer, model)
            else:
                self._missing.append((node.layer, model.weights.get(node.layer.key) or ()))
        if tree is None:
            return held
        rest = list(self._own_of_model(tree, container, {group.path for group in taken.values()}))
        if rest:
            held[model.key] = tuple(measure(found, None) for found in rest)
        return held

    def _layer(self, tree: Tree, layer: LayerObject, model: ModelGraph) -> tuple[Held, ...]:
        specs = model.weights.get(layer.key)
        found = list(stored(tree, layer, ""))
        if specs is None:
            specs = fitted(layer, [one.shape for one in found])
        if not found:
            return tuple(one for one in map(unread, specs or ()) if one is not None)
        return (*(measure(one, spec) for one, spec in match(found, specs)), *merged_adapters(found, specs))

    def _own_of_model(self, tree: Tree, container: Tree | None, taken: set[str]) -> Iterator[Found]:
        """What lies beside the layers of a model: its own weights, extra attributes, layers that the config has not."""
        yield from _own(tree, "")
        for name, group in tree.groups().items():
            if name not in NOT_THE_MODEL:
                yield from stored(group, None, f"{name}/")
        for name, group in container.groups().items() if container is not None else ():
            if group.path not in taken:
                yield from stored(group, None, f"{name}/")


def _own(tree: Tree, prefix: str) -> Iterator[Found]:
    own = tree.groups().get("vars")
    if own is not None:
        for name, dataset in own.datasets().items():
            if dataset.dtype.kind not in "OSU":  # vocabularies are no parameters
                yield own.found(dataset, f"{prefix}{name}", f"{own.path}/{name}")


def _part_order(item: tuple[str, Tree]) -> tuple[int, str, int]:
    name = item[0].lstrip("_")
    number = re.search(r"_(\d+)$", name)
    base = name[: number.start()] if number else name
    return (_PARTS.get(name, len(_PARTS)), base, int(number[1]) if number else 0)


def stored(tree: Tree, layer: LayerObject | None, prefix: str) -> Iterator[Found]:
    """The weights under the group of a layer: its own, then those of its parts, in the order of ``layer.weights``."""
    inner: dict[str, list[LayerObject]] = {}
    for name, part in inner_layers(layer) if layer is not None else ():
        inner.setdefault(name, []).append(part)
    # the first own variable of SpectralNormalization is the kernel of the layer within, saved a second time
    repeated = f"{prefix}0" if layer is not None and layer.type == "keras.layers.SpectralNormalization" else None
    yield from (one for one in _own(tree, prefix) if one.path != repeated)
    for name, group in sorted(tree.groups().items(), key=_part_order):
        if name == "vars":
            continue
        parts = inner.get(name, [])
        if "vars" in group.groups() or not parts:
            yield from stored(group, parts[0] if len(parts) == 1 else None, f"{prefix}{name}/")
            continue
        # a list of layers: in the order of the config, which sorting by name would lose
        children = group.groups()
        for child, part in _counted_names(parts).items():
            if child in children:
                yield from stored(children.pop(child), part, f"{prefix}{name}/{child}/")
        for child, left in sorted(children.items(), key=_part_order):
            yield from stored(left, None, f"{prefix}{name}/{child}/")
