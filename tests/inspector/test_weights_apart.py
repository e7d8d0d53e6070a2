"""Weights and configs in files of their own: each alone, and put together, against the file of the whole model."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

h5py = pytest.importorskip("h5py")

from tdlint.inspector import Account, InspectionError, ModelFileError, inspect_path, inspect_target  # noqa: E402
from tdlint.inspector.accounting.penalty import account_of  # noqa: E402
from tdlint.inspector.files.archive import read_archive  # noqa: E402

MODELS = Path(__file__).parents[2] / "fixtures" / "models"
WHOLE = MODELS / "sequence_head.keras"


def account(path: Path, architecture: Path | None = None, values: bool = True) -> Account:
    return account_of(read_archive(path, architecture, values))


@pytest.fixture
def apart(tmp_path) -> Path:
    """A folder with the parts of a model: ``config.json``, ``metadata.json`` and ``model.weights.h5``."""
    folder = tmp_path / "parts"
    with zipfile.ZipFile(WHOLE) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def sharded(apart) -> Path:
    """The same, with every weight in one of three files; returns the index."""
    weight_map: dict[str, list[str]] = {}
    with h5py.File(apart / "model.weights.h5") as whole:
        shards = [h5py.File(apart / f"model_{number:05}.weights.h5", "w") for number in range(3)]
        weights: list[str] = []
        whole.visititems(lambda name, item: weights.append(name) if isinstance(item, h5py.Dataset) else None)
        for number, name in enumerate(weights):
            shards[number % 3][name] = whole[name][()]
            files = weight_map.setdefault("/" + name.rpartition("/")[0], [])
            files.append(f"model_{number % 3:05}.weights.h5")
        for shard in shards:
            shard.close()
    (apart / "model.weights.h5").unlink()
    index = apart / "model.weights.json"
    index.write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": weight_map}))
    return index


def test_weights_with_a_config(apart):
    whole = account(WHOLE)
    for config in (apart / "config.json", WHOLE, apart, MODELS / "sequence_head.h5"):
        found = account(apart / "model.weights.h5", config)
        assert found.totals == whole.totals
        assert [layer.weights for layer in found.layers] == [layer.weights for layer in whole.layers]


def test_a_folder(apart):
    assert account(apart).totals == account(WHOLE).totals
    assert account(apart).keras_version == account(WHOLE).keras_version


def test_shards(sharded):
    whole = account(WHOLE)
    assert account(sharded, sharded.with_name("config.json")).totals == whole.totals
    assert account(sharded.parent).layers == whole.layers


def test_a_config_alone(apart):
    found, whole = account(apart / "config.json"), account(WHOLE)
    assert found.totals.params == whole.totals.params
    assert found.totals.trainable_params == whole.totals.trainable_params
    assert found.totals.expected_penalty == pytest.approx(whole.totals.expected_penalty, rel=1e-12)
    assert found.totals.penalty is None
    assert "there are no weights, only the config" in found.notes


def test_weights_alone(sharded):
    found = account(sharded)
    assert found.totals.params == account(WHOLE).totals.params
    assert found.totals.penalty is None
    assert found.totals.trainable_params is None
    assert not found.unsafe
    assert "there is no config" in found.unknown[0]


def test_weights_alone_keep_the_names_of_layers(apart):
    names = {layer.layer: layer.params for layer in account(apart / "model.weights.h5").layers}
    assert names == {layer.layer: layer.params for layer in account(WHOLE).layers if layer.params}


@pytest.mark.parametrize("name", ["branches_keras2.h5", "branches.h5"])
def test_the_weights_of_an_old_file(name, tmp_path):
    """As ``save_weights('x.h5')`` of Keras 2 writes them: the group of a whole model as the root."""
    loose = tmp_path / "loose.h5"
    with h5py.File(MODELS / name) as whole, h5py.File(loose, "w") as file:
        for key in whole["model_weights"]:
            whole.copy(f"model_weights/{key}", file)
        file.attrs.update(whole["model_weights"].attrs)
    assert account(loose, MODELS / name).totals == account(MODELS / name).totals
    assert account(loose).totals.params == account(MODELS / name).totals.params


@pytest.mark.parametrize("source", [WHOLE, MODELS / "sequence_head_keras2.h5"], ids=["keras", "keras2"])
def test_layers_of_another_name_are_found_by_their_place(source, apart, tmp_path):
    with h5py.File(MODELS / "sequence_head_keras2.h5") as whole, h5py.File(tmp_path / "old.h5", "w") as file:
        for key in whole["model_weights"]:
            whole.copy(f"model_weights/{key}", file)
        file.attrs.update(whole["model_weights"].attrs)
    config = json.loads((apart / "config.json").read_text())
    for number, layer in enumerate(config["config"]["layers"]):
        layer["config"]["name"] = f"other_{number}"
    (tmp_path / "renamed.json").write_text(json.dumps(config))
    weights = apart / "model.weights.h5" if source == WHOLE else tmp_path / "old.h5"
    found = account(weights, tmp_path / "renamed.json")
    assert found.totals.penalty == pytest.approx(account(source).totals.penalty)
    assert found.totals.params == account(source).totals.params


def test_shapes_only_reads_no_value(apart, monkeypatch):
    monkeypatch.setattr("tdlint.inspector.files.hdf5._read", None)
    whole = account(WHOLE, values=False)
    assert whole.totals.penalty is None
    assert "only shapes were read" in whole.notes[0]
    assert account(apart, values=False).totals == whole.totals


def test_a_config_that_does_not_fit_is_said(apart):
    config = json.loads((apart / "config.json").read_text())
    config["config"]["layers"][1]["config"]["units"] += 1
    (apart / "other.json").write_text(json.dumps(config))
    found = account(apart / "model.weights.h5", apart / "other.json")
    assert any("the file has weights of the shapes" in note for note in found.notes)
    assert not account(WHOLE).notes


def test_layers_without_known_input_leave_the_sums_unknown(apart):
    config = json.loads((apart / "config.json").read_text())
    config["config"]["layers"].pop(0)
    for block in (config, config["config"], *config["config"]["layers"]):
        block.pop("build_config", None)
        block.pop("build_input_shape", None)
    (apart / "unbuilt.json").write_text(json.dumps(config))
    found = account(apart / "unbuilt.json")
    assert found.totals.expected_penalty is None
    assert found.totals.trainable_params is None
    assert any("does not tell the weights of" in note for note in found.notes)


@pytest.mark.parametrize(
    "name", ["../model.weights.h5", "/etc/passwd", "a/b.h5", "..", 3, "model.weights.txt", "a\\b.h5"]
)
def test_shards_are_files_beside_the_index(sharded, name):
    sharded.write_text(json.dumps({"weight_map": {"/layers/dense/vars": name}}))
    with pytest.raises(ModelFileError, match=r"expected the name of an \.h5 file beside it"):
        account(sharded)


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ({"weight_map": {}}, "names no file"),
        ({"weight_map": []}, "expected an object"),
        ({"weight_map": {"/x": "gone.h5"}}, "named by the index and not there"),
        ({"weight_map": {str(i): f"{i}.h5" for i in range(2000)}}, "names 2000 files"),
    ],
)
def test_broken_indexes(sharded, index, message):
    sharded.write_text(json.dumps(index))
    with pytest.raises(ModelFileError, match=message):
        account(sharded)


def test_a_weight_in_two_shards(sharded):
    first = sharded.with_name("model_00000.weights.h5")
    shutil.copy(first, sharded.with_name("model_00001.weights.h5"))
    with pytest.raises(ModelFileError, match="in two of the files"):
        account(sharded)


def test_other_json_is_no_model(tmp_path):
    path = tmp_path / "package.json"
    for content in ({"name": "x"}, [], {"class_name": 3}, None):
        path.write_text(json.dumps(content))
        with pytest.raises(ModelFileError, match="not the config of a Keras model"):
            account(path)


def test_a_second_config_is_refused(apart):
    for path in (WHOLE, apart, MODELS / "branches.h5", apart / "config.json"):
        with pytest.raises(ModelFileError, match="a config of its own"):
            account(path, apart / "config.json")


def test_in_a_process_of_its_own(apart):
    found = inspect_path(apart / "model.weights.h5", apart / "config.json")
    assert found.totals == account(WHOLE).totals
    assert inspect_target(str(apart)).totals == account(WHOLE).totals
    with pytest.raises(InspectionError, match="no such file"):
        inspect_path(apart / "model.weights.h5", "none.json")
