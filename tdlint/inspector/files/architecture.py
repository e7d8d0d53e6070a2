"""The config of a model where it is kept apart from the weights: ``model.to_json()``, or that of a whole model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tdlint.graph import ModelGraph
from tdlint.inspector.configs.graph import read_model
from tdlint.inspector.configs.values import Json
from tdlint.inspector.errors import ModelFileError
from tdlint.inspector.files.container import MAX_JSON_BYTES, open_hdf5, open_zip, parse_json, read_json
from tdlint.inspector.files.hdf5 import Tree


@dataclass(frozen=True)
class Architecture:
    """A serialized model: its config, that of its ``compile`` where it lies beside it, and who wrote it."""

    config: Json
    compiled: Json = None
    version: str = ""

    @property
    def frozen(self) -> bool:
        """Whether the model as a whole is not trainable."""
        inside = self.config.get("config") if isinstance(self.config, dict) else None
        return isinstance(inside, dict) and inside.get("trainable") is False

    def graph(self) -> ModelGraph:
        """The graph of the model.

        Raises:
            ModelFileError: the config is not what Keras writes.
        """
        return read_model(self.config, self.compiled)


def read_architecture(path: Path) -> Architecture:
    """The config in a file of ``model.to_json()``, in a model file, or in the folder of an unpacked archive.

    Raises:
        ModelFileError: there is none, or the file is damaged.
    """
    if path.is_dir():
        beside = path / "metadata.json"
        return described(json_file(path / "config.json"), json_file(beside) if beside.exists() else None)
    if path.suffix == ".json":
        return described(json_file(path), None)
    if path.suffix == ".keras":
        with open_zip(path) as archive:
            names = archive.namelist()
            metadata = read_json(archive, "metadata.json") if "metadata.json" in names else None
            return described(read_json(archive, "config.json"), metadata)
    with open_hdf5(path, str(path)) as file:
        found = attached(Tree(file))
    if found is None:
        raise ModelFileError("model_config", "the attribute is not there: the file holds weights alone")
    return found


def json_file(path: Path) -> Json:
    """A JSON file of bounded size.

    Raises:
        ModelFileError: not there, too large, or no JSON.
    """
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_JSON_BYTES + 1)
    except OSError as problem:
        raise ModelFileError(path.name, f"can't be read: {problem.strerror}") from None
    if len(text) > MAX_JSON_BYTES:
        raise ModelFileError(path.name, f"more than {MAX_JSON_BYTES} bytes")
    return parse_json(text, path.name)


def described(config: Json, metadata: Json) -> Architecture:
    """A config with what the metadata of an archive, or the config of Keras 2 itself, says of the version.

    Raises:
        ModelFileError: it is the config of something else.
    """
    if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
        raise ModelFileError("", "not the config of a Keras model: it has no class_name")
    version = metadata.get("keras_version") if isinstance(metadata, dict) else config.get("keras_version")
    return Architecture(config, version=version if isinstance(version, str) else "")


def attached(root: Tree) -> Architecture | None:
    """The config in the attributes of an `.h5` file, None if there is none.

    Raises:
        ModelFileError: it is damaged.
    """
    raw, training = root.text("model_config"), root.text("training_config")
    if raw is None:
        return None
    compiled = parse_json(training, "training_config") if training is not None else None
    return Architecture(parse_json(raw, "model_config"), compiled, root.text("keras_version") or "")
