"""A SavedModel folder of TensorFlow, read without it: what Keras wrote into it, and its variables.

``model.save`` of Keras 2 adds the config in ``keras_metadata.pb``; ``model.export`` writes nothing but variables and
functions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tdlint.graph import ModelGraph
from tdlint.inspector.accounting.held import Found, Held, measure
from tdlint.inspector.configs.values import Json
from tdlint.inspector.errors import ModelFileError
from tdlint.inspector.files import weights_alone
from tdlint.inspector.files.architecture import Architecture, described
from tdlint.inspector.files.bundle import Bundle, plain_file
from tdlint.inspector.files.config_only import held_by_config
from tdlint.inspector.files.container import parse_json
from tdlint.inspector.files.legacy_h5 import matched
from tdlint.inspector.files.protobuf_wire import content, fields, text

MAX_METADATA = 64 * 2**20
MAX_DEPTH = 256
METADATA = "keras_metadata.pb"
NO_CONFIG = (
    "the SavedModel has no config of Keras: what regularizes the weights is not known; "
    "model.save('model.keras') writes a file that says it"
)


@dataclass(frozen=True)
class SavedModel:
    """What the folder tells: the config if it has one, the variables, and the names of layers by node."""

    architecture: Architecture | None
    bundle: Bundle
    names: dict[int, str]


def is_saved_model(folder: Path) -> bool:
    """Whether a folder is a SavedModel."""
    return (folder / "saved_model.pb").exists()


def open_saved_model(folder: Path, values: bool) -> SavedModel:
    """The content of a folder.

    Raises:
        ModelFileError: it is damaged.
    """
    bundle = Bundle(folder, values)
    if not (folder / METADATA).exists():
        return SavedModel(None, bundle, {})
    architecture, names = None, {}
    for number, value in fields(plain_file(folder, METADATA, MAX_METADATA).read_bytes(), METADATA):
        if number != 1:
            continue
        node = dict(fields(content(value, METADATA), METADATA))
        path = text(node.get(3, b""), METADATA)
        metadata = parse_json(content(node.get(5, b"{}"), METADATA), f"{METADATA}: {path}")
        if not isinstance(metadata, dict):
            raise ModelFileError(f"{METADATA}: {path}", "expected an object")
        if path == "root":
            architecture = _architecture(metadata)
        place = bundle.at(path.split(".")[1:])
        name = metadata.get("name")
        if place is not None and isinstance(name, str):
            names[place] = name
    return SavedModel(architecture, bundle, names)


def _architecture(metadata: dict[str, Json]) -> Architecture:
    config = metadata.get("model_config")
    found = described(_lists(config if isinstance(config, dict) else metadata, 0), _lists(metadata, 0))
    return replace(found, compiled=_lists(metadata.get("training_config"), 0))


def _lists(value: Json, depth: int) -> Json:
    """Tuples and shapes as the lists that they are in the other files of Keras."""
    if depth > MAX_DEPTH:
        raise ModelFileError(METADATA, f"nested more than {MAX_DEPTH} deep")
    if isinstance(value, list):
        return [_lists(one, depth + 1) for one in value]
    if not isinstance(value, dict):
        return value
    items = value.get("items")
    if value.get("class_name") in ("__tuple__", "TensorShape") and isinstance(items, list):
        return [_lists(one, depth + 1) for one in items]
    return {key: _lists(one, depth + 1) for key, one in value.items()}


def held_in_bundle(model: ModelGraph, saved: SavedModel) -> dict[int, tuple[Held, ...]]:
    """The weights of a model and of the models within it, by layer key; the rest belongs to the model's own key."""
    held: dict[int, tuple[Held, ...]] = {}
    taken: set[int] = set()
    _hand_out(model, saved, 0, held, taken)
    rest = [place for place in saved.bundle.listed(0, "variables") or [] if place not in taken]
    if rest:
        held[model.key] = tuple(measure(one, None) for one in _found(saved.bundle, rest))
    return held


def _hand_out(
    model: ModelGraph, saved: SavedModel, place: int, held: dict[int, tuple[Held, ...]], taken: set[int]
) -> None:
    bundle = saved.bundle
    layers = {saved.names[child]: child for child in bundle.nodes[place].children.values() if child in saved.names}
    for node in {node.layer.key: node for node in model.nodes}.values():
        own = layers.get(node.name)
        if own in taken:
            held[node.layer.key] = ()  # shared with a model inside, and held there
            continue
        if own is not None:
            taken.add(own)
        if node.inner is not None:
            if own is not None:
                _hand_out(node.inner, saved, own, held, taken)
            else:
                held.update(held_by_config(node.inner)[0])
            continue
        places = bundle.listed(own, "variables") or [] if own is not None else []
        taken.update(places)
        held[node.layer.key] = matched(_found(bundle, places), model.weights.get(node.layer.key), node.layer)


def _found(bundle: Bundle, places: list[int]) -> list[Found]:
    every = (bundle.found(place, bundle.nodes[place].name.rpartition("/")[2]) for place in places)
    return [one for one in every if one is not None]


def without_layers(saved: SavedModel, name: str, *why: str) -> weights_alone.Weighed:
    """The variables of a model whose layers are not told, by the names that they have in the program."""
    bundle = saved.bundle
    places = bundle.listed(0, "variables")
    if places is None:
        places = [place for place, node in enumerate(bundle.nodes) if node.key]
    listed = bundle.listed(0, "trainable_variables")
    trained = None if listed is None else frozenset(listed)
    layers: dict[str, list[Found]] = {}
    trainable: dict[tuple[str, str], bool | None] = {}
    for place in places:
        layer, _, weight = bundle.nodes[place].name.rpartition("/")
        found = bundle.found(place, weight)
        if found is not None:
            layers.setdefault(layer or name, []).append(found)
            trainable[layer or name, weight] = None if trained is None else place in trained
    grouped = [(layer, "layer", found) for layer, found in layers.items()]
    model, held = weights_alone.model_of(name, grouped, [], *(why or (NO_CONFIG,)))
    for node in model.nodes:
        held[node.layer.key] = tuple(
            replace(one, trainable=trainable[node.name, one.name]) for one in held[node.layer.key]
        )
    return model, held
