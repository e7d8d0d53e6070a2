"""The weights of an `.h5` model file: a group per layer, the weights of nested models in one flat list."""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.graph import LayerNode, ModelGraph
from tdlint.inspector.accounting.held import OF_LAYERS, Found, Held, Sums, concrete, fitted, match, measure, unread
from tdlint.inspector.errors import ModelFileError
from tdlint.inspector.files.hdf5 import Tree
from tdlint.naming import OPERATION
from tdlint.spec.layers.base import WeightSpec
from tdlint.values import LayerObject

TOP = "top_level_model_weights"


def held_in_legacy(model: ModelGraph, weights: Tree) -> tuple[dict[int, tuple[Held, ...]], tuple[str, ...]]:
    """The weights of a model by layer key, and what is to be said of them.

    Those that no layer claims belong to the model's own key.
    """
    held = _held(model, weights)
    repeats = _drop_repeats(model, held, {})
    return held, tuple(
        f"{name}: its {size:,} parameters are in the file twice, and counted once" for name, size in repeats
    )


def _drop_repeats(
    model: ModelGraph, held: dict[int, tuple[Held, ...]], seen: dict[tuple[object, ...], int]
) -> list[tuple[str, int]]:
    """A layer that a model shares with a model inside it is saved in both: keep its weights once.

    Names of such layers, and their sizes.

    Only random weights tell the same layer from an equal one, so a layer with nothing but constants is left alone.
    """
    repeats: list[tuple[str, int]] = []
    for node in model.nodes:
        if node.inner is not None:
            repeats += _drop_repeats(node.inner, held, seen)
            continue
        mine = held.get(node.layer.key, ())
        if not any(one.sums is not None and _varied(one.params, one.sums) for one in mine):
            continue
        content = (node.name, node.type, *((one.shape, one.sums) for one in mine))
        if seen.setdefault(content, node.layer.key) != node.layer.key:
            held[node.layer.key] = ()
            repeats.append((node.name, sum(one.params for one in mine)))
    return repeats


def _varied(size: int, sums: Sums) -> bool:
    """Whether the elements of a weight differ in size: the mean square is then above the square of the mean."""
    return size * sums.square > (1 + 1e-6) * sums.absolute**2


def _held(model: ModelGraph, weights: Tree) -> dict[int, tuple[Held, ...]]:
    groups = _by_layer(model, weights)
    held: dict[int, tuple[Held, ...]] = {}
    rest: list[Found] = list(listed(groups.pop(TOP))) if TOP in groups else []
    done = set()
    for node in model.nodes:
        if node.layer.key in done:
            continue
        done.add(node.layer.key)
        group = groups.pop(node.layer.name or "", None)
        found = list(listed(group)) if group is not None else []
        if node.inner is not None:
            _share_out(node.inner, found, held)
        else:
            held[node.layer.key] = matched(found, model.weights.get(node.layer.key), node.layer)
    rest += [one for group in groups.values() for one in listed(group)]
    if rest:
        held[model.key] = tuple(measure(one, None) for one in rest)
    return held


def _by_layer(model: ModelGraph, weights: Tree) -> dict[str, Tree]:
    """The groups by the name of their layer; where the names are others than in the model, by place, as Keras does."""
    groups = weights.groups()
    names = [name for name in weights.texts("layer_names") if name in groups and groups[name].texts("weight_names")]
    nodes = {node.layer.key: node for node in sorted(model.nodes, key=lambda node: node.layer.key)}.values()
    weighty = [node.name for node in nodes if node.inner is not None or model.weights.get(node.layer.key) != ()]
    if {node.name for node in nodes}.issuperset(names) or len(names) != len(weighty):
        return groups
    others = {name: group for name, group in groups.items() if name not in names}
    return {**others, **{layer: groups[name] for layer, name in zip(weighty, names, strict=True)}}


def listed(tree: Tree) -> Iterator[Found]:
    """The weights of a layer in the order of its attribute ``weight_names``."""
    for name in tree.texts("weight_names"):
        where, parts = tree, name.split("/")
        for part in parts[:-1]:
            below = where.groups().get(part)
            if below is None:
                raise ModelFileError(f"{tree.path}/{name}", "the weight is listed and not there")
            where = below
        dataset = where.datasets().get(parts[-1])
        if dataset is None:
            raise ModelFileError(f"{tree.path}/{name}", "the weight is listed and not there")
        if dataset.dtype.kind not in "OSU":
            yield tree.found(dataset, name, f"{tree.path}/{name}")


def _in_file_order(specs: tuple[WeightSpec, ...], frozen: bool) -> list[WeightSpec]:
    """Trainable weights come first; of a frozen layer none is trainable, and a layer within may be frozen alone."""
    if frozen:
        return list(specs)
    return sorted(specs, key=lambda spec: not _is_trained(spec))


def _is_trained(spec: WeightSpec) -> bool:
    return spec.trainable and spec.layer.trainable is not False


def _was_made_frozen(node: LayerNode) -> bool:
    """Keras 3 does not freeze the layers of attention that was made with ``trainable=False``, only later."""
    return node.layer.short_type in OF_LAYERS and node.layer.trainable is False


def matched(found: list[Found], specs: tuple[WeightSpec, ...] | None, layer: LayerObject | None) -> tuple[Held, ...]:
    """The weights of a layer in the order of ``layer.weights``, measured."""
    if not found:
        return tuple(one for one in map(unread, specs or ()) if one is not None)
    if specs is None and layer is not None:
        specs = fitted(layer, [one.shape for one in found])
    frozen = layer is not None and layer.trainable is False
    ordered = _in_file_order(specs, frozen) if specs is not None else None
    return tuple(measure(one, spec) for one, spec in match(found, ordered))


def _expected(model: ModelGraph, trainable: bool) -> Iterator[tuple[LayerNode, WeightSpec | None, bool]]:
    """Every weight that a nested model should have, and whether it is trained; None for the weights of a layer that
    are not known.
    """
    done = set()
    for node in sorted(model.nodes, key=lambda node: node.layer.key):
        if node.layer.key in done:
            continue
        done.add(node.layer.key)
        free = trainable and node.layer.trainable is not False
        if node.inner is not None:
            yield from _expected(node.inner, free)
            continue
        specs = model.weights.get(node.layer.key)
        if specs is None and not node.layer.type.startswith(OPERATION):
            yield node, None, free
        for spec in specs or ():
            yield node, spec, free and _is_trained(spec)


def _shapes(expected: list[tuple[LayerNode, WeightSpec | None, bool]]) -> list[tuple[int, ...] | None]:
    return [concrete(spec) if spec else None for _, spec, _ in expected]


def _named_alike(found: list[Found], expected: list[tuple[LayerNode, WeightSpec | None, bool]]) -> int:
    return sum(node.layer.name in one.path.split("/") for one, (node, _, _) in zip(found, expected, strict=False))


def _share_out(model: ModelGraph, found: list[Found], held: dict[int, tuple[Held, ...]]) -> None:
    """Give the flat list of a nested model's weights to its layers: in order if all shapes agree, else by name."""
    expected = list(_expected(model, True))
    shapes = [one.shape for one in found]
    orders = [
        sorted(expected, key=lambda item: not item[2]),
        sorted(expected, key=lambda item: not item[2] and not _was_made_frozen(item[0])),
    ]
    # where both fit, layers are alike, and the names of the weights tell them apart
    ordered = max(orders, key=lambda order: (shapes == _shapes(order), _named_alike(found, order)))
    pieces: dict[int, list[Held]] = {}
    if shapes == _shapes(ordered):
        for one, (node, spec, _) in zip(found, ordered, strict=True):
            pieces.setdefault(node.layer.key, []).append(measure(one, spec))
    else:
        by_name: dict[str, list[Found]] = {}
        names = {node.layer.name: node for node, _, _ in expected}
        for one in found:
            owner = next((part for part in one.path.split("/")[:-1] if part in names), "")
            by_name.setdefault(owner, []).append(one)
        for name, mine in by_name.items():
            owned = names.get(name)
            specs = tuple(spec for node, spec, _ in expected if node is owned and spec is not None)
            key = owned.layer.key if owned is not None else model.key
            pieces[key] = list(matched(mine, specs or None, owned.layer if owned is not None else None))
    held.update({key: tuple(weights) for key, weights in pieces.items()})
