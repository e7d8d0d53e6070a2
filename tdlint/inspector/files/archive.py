"""A model file as a graph with its weights, read without Keras or TensorFlow; nothing in the file is executed."""

from __future__ import annotations

import contextlib
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tdlint.graph import ModelGraph
from tdlint.inspector.accounting.held import SHAPES_ONLY, Held, Inspected
from tdlint.inspector.accounting.steps import with_step_copies
from tdlint.inspector.errors import InspectionError, ModelFileError
from tdlint.inspector.files import weights_alone
from tdlint.inspector.files.architecture import Architecture, attached, described, json_file, read_architecture
from tdlint.inspector.files.config_only import held_by_config, unfitting
from tdlint.inspector.files.container import open_hdf5, open_member_as_hdf5, open_zip
from tdlint.inspector.files.hdf5 import Tree
from tdlint.inspector.files.layer_tree import held_in_tree
from tdlint.inspector.files.legacy_h5 import held_in_legacy
from tdlint.inspector.files.saved_model import held_in_bundle, is_saved_model, open_saved_model, without_layers
from tdlint.inspector.files.shards import is_index, open_shards
from tdlint.spec.version import NEWEST, KerasVersion, parse_version

ONLY_CONFIG = "there are no weights, only the config"
_WEIGHTS = ("model.weights.h5", "model.weights.json")


def read_archive(path: Path, architecture: Architecture | Path | None = None, values: bool = True) -> Inspected:
    """A model file, a file of weights, a config, or a folder of them.

    ``architecture`` is the config where the file has none, or the file that has it. Without ``values``, only shapes
    are read.

    Raises:
        InspectionError: h5py is missing.
        ModelFileError: the file is damaged, hostile, or not a model of Keras; it names the file and the place in it.
    """
    if isinstance(architecture, Path):
        with _naming(architecture):
            architecture = read_architecture(architecture)
            architecture.graph()
    with _naming(path):
        read = _read_folder if path.is_dir() else _READERS.get(path.suffix, _read_h5)
        inspected = read(path, architecture, values)
    return inspected if values else replace(inspected, notes=(*inspected.notes, SHAPES_ONLY))


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Errors that come out of here name the file."""
    try:
        yield
    except ModelFileError as problem:
        inside = problem.where if problem.where != str(path) else ""
        raise ModelFileError(": ".join(filter(None, (str(path), inside))), problem.problem) from None
    except MemoryError:
        raise ModelFileError(str(path), "needs more memory than there is") from None


def _read_keras(path: Path, architecture: Architecture | None, values: bool) -> Inspected:
    _refuse(architecture)
    with open_zip(path) as archive:
        own = read_architecture(path)
        if "model.weights.h5" not in archive.namelist():
            raise ModelFileError("model.weights.h5", "not in the archive: it has no weights that tdlint reads")
        with open_member_as_hdf5(path, archive, "model.weights.h5", values) as file:
            return _in_tree(own, path, Tree(file, values=values))


def _read_folder(path: Path, architecture: Architecture | None, values: bool) -> Inspected:
    """What ``model.save(..., zipped=False)`` writes, and presets of KerasHub."""
    if is_saved_model(path):
        return _read_saved_model(path, architecture, values)
    _refuse(architecture)
    own = read_architecture(path)
    weights = next((path / name for name in _WEIGHTS if (path / name).exists()), None)
    if weights is None:
        return _without_weights(own, path)
    if weights.suffix == ".json":
        with open_shards(json_file(weights), path, values) as tree:
            return _in_tree(own, path, tree)
    with open_hdf5(weights, weights.name) as file:
        return _in_tree(own, path, Tree(file, values=values))


def _read_saved_model(path: Path, architecture: Architecture | None, values: bool) -> Inspected:
    if architecture is not None:
        raise ModelFileError("", "a SavedModel takes no second config")
    if values and importlib.util.find_spec("numpy") is None:
        raise InspectionError("reading weights needs numpy; run: pip install 'tdlint[archive]'")
    try:
        saved = open_saved_model(path, values)
    except OSError as problem:
        raise ModelFileError("", f"can't be read: {problem}") from None
    model = saved.architecture.graph() if saved.architecture else None
    if model is None or not model.nodes:
        name, why = (model.name, model.unknown) if model is not None else (path.name, ())
        return _inspected(saved.architecture, path, *without_layers(saved, name, *why))
    held = held_in_bundle(model, saved)
    return _inspected(saved.architecture, path, model, held, notes=(unfitting(model, held),))


def _read_json(path: Path, architecture: Architecture | None, values: bool) -> Inspected:
    content = json_file(path)
    if not is_index(content):
        _refuse(architecture)
        return _without_weights(described(content, None), path)
    with open_shards(content, path.parent, values) as tree:
        return _in_tree(architecture, path, tree)


def _read_h5(path: Path, architecture: Architecture | None, values: bool) -> Inspected:
    with open_hdf5(path, str(path)) as file:
        root = Tree(file, values=values)
        whole = attached(root)
        if whole is None and root.texts("layer_names"):
            return _in_lists(architecture, path, root)
        if whole is None:
            return _in_tree(architecture, path, root)
        _refuse(architecture)
        groups = root.groups()
        if "model_weights" not in groups:
            raise ModelFileError("model_weights", "the group is not there")
        return _in_lists(whole, path, groups["model_weights"])


_READERS = {".keras": _read_keras, ".json": _read_json}


def _refuse(architecture: Architecture | None) -> None:
    if architecture is not None:
        raise ModelFileError("", "it has a config of its own; a second one is for files of weights alone")


def _in_tree(architecture: Architecture | None, path: Path, tree: Tree) -> Inspected:
    """Weights as Keras 3 lays them out."""
    model = architecture.graph() if architecture else None
    if model is None or not model.nodes:
        name, why = (model.name, model.unknown) if model is not None else (path.name.partition(".")[0], ())
        weighed = weights_alone.in_tree(tree, name, *why)
        return _inspected(architecture, path, *weighed)
    held = held_in_tree(model, tree)
    return _inspected(architecture, path, model, held, notes=(unfitting(model, held),))


def _in_lists(architecture: Architecture | None, path: Path, tree: Tree) -> Inspected:
    """Weights as Keras 2 lays them out."""
    version = tree.text("keras_version") or ""
    if architecture is None:
        return _inspected(None, path, *weights_alone.in_lists(tree, path.name.partition(".")[0]), version)
    model = architecture.graph()
    held, repeats = held_in_legacy(model, tree)
    return _inspected(architecture, path, model, held, version, notes=(unfitting(model, held), *repeats))


def _without_weights(architecture: Architecture, path: Path) -> Inspected:
    model = architecture.graph()
    held, missing = held_by_config(model)
    return _inspected(architecture, path, model, held, missing=missing, notes=(ONLY_CONFIG,))


def _inspected(
    architecture: Architecture | None,
    path: Path,
    model: ModelGraph,
    held: dict[int, tuple[Held, ...]],
    version: str = "",
    missing: frozenset[int] = frozenset(),
    notes: tuple[str, ...] = (),
) -> Inspected:
    text = (architecture.version if architecture else "") or version
    keras = read_version(text)
    unsaid = "" if keras else f"the file does not say which Keras wrote it; read as Keras {NEWEST}"
    notes = tuple(filter(None, (*notes, unsaid)))
    frozen = architecture is not None and architecture.frozen
    return Inspected(
        with_step_copies(model, held), str(path), text, keras or NEWEST, held, notes, frozen, missing=missing
    )


def read_version(text: str) -> KerasVersion | None:
    """A version as files and libraries write it (``3.15.1``, ``2.6.0-tf``, ``3.0.0.dev1``); None if it is none."""
    found = re.match(r"\d+\.\d+", text)
    try:
        return parse_version(found[0]) if found else None
    except ValueError:
        return None
