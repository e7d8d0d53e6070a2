"""SavedModel folders, read without TensorFlow, against the live models that Keras wrote there."""

from __future__ import annotations

import math
import os
import random
import shutil
from pathlib import Path

import pytest

from tdlint.inspector import Account, InspectionError, ModelFileError, inspect_model, inspect_path
from tdlint.inspector.accounting.penalty import account_of
from tdlint.inspector.files.archive import read_archive

np = pytest.importorskip("numpy")

# Written by tf_keras: a Sequential "small" of Dense(2, kernel_regularizer=L2(0.01), name="hidden") and
# Dense(1, name="out") on three inputs, after set_random_seed(7); its saved_model.pb was emptied, as it is not read.
SMALL = Path(__file__).parents[2] / "fixtures" / "models" / "saved_model_keras2"
SMALL_PENALTY = 0.0160397756844759
CORRUPTIONS = int(os.environ.get("CORRUPTED_FOLDERS", "300"))


def account(path: Path, values: bool = True) -> Account:
    return account_of(read_archive(path, values=values))


def refusal(path: Path) -> str | None:
    """What is said of a damaged folder; None if it could be read."""
    try:
        account(path)
    except ModelFileError as problem:
        return str(problem)
    return None


def pictured(found: Account) -> dict[str, list[tuple]]:
    """What must be equal in the account of a live model and in that of its folder."""
    return {
        layer.layer: [
            (weight.name, weight.shape, weight.trainable, weight.regularizer, weight.counted)
            for weight in layer.weights
        ]
        for layer in found.layers
    }


@pytest.fixture
def small(tmp_path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


def test_the_whole_account():
    found = inspect_path(SMALL)
    assert [(layer.layer, layer.params) for layer in found.layers] == [("hidden", 8), ("out", 3)]
    assert found.totals.penalty == pytest.approx(SMALL_PENALTY, rel=1e-6)
    assert found.name == "small"
    assert found.keras[0] == 2


def test_only_shapes():
    found = account(SMALL, values=False)
    assert found.totals.params == 11
    assert found.totals.penalty is None


def test_no_second_config(tmp_path):
    with pytest.raises(InspectionError, match="no second config"):
        inspect_path(SMALL, architecture=SMALL.parent / "branches.keras")


@pytest.mark.parametrize(
    "name", ["keras_metadata.pb", "variables/variables.index", "variables/variables.data-00000-of-00001", "variables"]
)
def test_links_are_refused(small, tmp_path, name):
    elsewhere = tmp_path / "elsewhere"
    (small / name).rename(elsewhere)
    (small / name).symlink_to(elsewhere)
    with pytest.raises(ModelFileError, match="a link, which is refused"):
        account(small)


@pytest.mark.parametrize("name", ["variables/variables.index", "variables/variables.data-00000-of-00001"])
def test_files_that_are_not_there(small, name):
    (small / name).unlink()
    with pytest.raises(ModelFileError, match=f"small.*{name}: not in the folder"):
        account(small)


def test_without_metadata_there_are_shapes_only(small):
    (small / "keras_metadata.pb").unlink()
    found = account(small)
    assert found.totals.params == 11
    assert found.totals.penalty is None
    assert any("model.save('model.keras')" in reason for reason in found.unknown)


def test_damaged_folders(small):
    """Bytes changed, cut off and repeated: an account, or an error that names the folder."""
    generator = random.Random(5)
    files = sorted(path for path in small.rglob("*") if path.is_file() and path.stat().st_size)
    refused = 0
    for number in range(CORRUPTIONS):
        path = files[number % len(files)]
        whole = path.read_bytes()
        damaged = bytearray(whole)
        for _ in range(generator.randint(1, 3)):
            damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        if generator.random() < 0.2:
            del damaged[generator.randrange(len(damaged)) :]
        path.write_bytes(damaged)
        problem = refusal(small)
        path.write_bytes(whole)
        refused += problem is not None
        assert problem is None or str(small) in problem
    assert refused > CORRUPTIONS // 3
    assert account(small).totals.params == 11


def live_models(k) -> dict:
    k.utils.set_random_seed(3)
    layers, l2 = k.layers, k.regularizers.L2(0.02)
    normed = k.Sequential(
        [layers.Dense(3, kernel_regularizer="l1", name="a"), layers.BatchNormalization(name="b"), layers.Dense(3)],
        name="inner",
    )
    given = k.Input((7, 3))
    shared = layers.Dense(3, name="shared", bias_regularizer=l2)
    inside = normed(shared(shared(given)))
    both = layers.Bidirectional(layers.LSTM(4, recurrent_regularizer=l2))(inside)
    frozen = layers.BatchNormalization(gamma_regularizer=l2, trainable=False)(both)
    nested = k.Model(given, layers.Dense(1, kernel_regularizer=l2)(frozen))
    sequence = k.Sequential(
        [
            k.Input((7, 3)),
            layers.TimeDistributed(layers.Dense(4, kernel_regularizer=l2)),
            layers.GRU(3, kernel_regularizer="l1"),
            layers.Dropout(0.5),
            layers.Dense(2, activation="softmax"),
        ]
    )
    sequence.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    sequence.fit(np.ones((4, 7, 3)), np.eye(2)[[0, 1, 0, 1]], verbose=0)
    half = k.Sequential([k.Input((5,)), layers.Dense(4, kernel_regularizer=l2, dtype="mixed_float16")])
    return {"nested": nested, "sequence": sequence, "half": half}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nested", "sequence", "half"])
def test_keras_2(tmp_path, name):
    k = pytest.importorskip("tf_keras")
    model = live_models(k)[name]
    model.save(str(tmp_path / "saved"), save_format="tf")
    found, live = inspect_path(tmp_path / "saved"), inspect_model(model)
    assert pictured(found) == pictured(live)
    assert found.totals.params == model.count_params()
    assert found.totals.penalty == pytest.approx(math.fsum(float(loss) for loss in model.losses), rel=1e-6)


@pytest.mark.slow
def test_subclassed_keras_2(tmp_path):
    k = pytest.importorskip("tf_keras")

    class Own(k.Model):
        def __init__(self):
            super().__init__()
            self.first = k.layers.Dense(3, name="first")

        def call(self, inputs):
            return self.first(inputs)

    model = Own()
    model(np.ones((1, 2), "float32"))
    model.save(str(tmp_path / "saved"), save_format="tf")
    found = inspect_path(tmp_path / "saved")
    assert found.totals.params == 9
    assert found.totals.penalty is None
    assert any("subclassed" in reason for reason in found.unknown)


@pytest.mark.slow
def test_export_of_keras_3(tmp_path):
    keras = pytest.importorskip("keras")
    model = keras.Sequential(
        [keras.Input((5,)), keras.layers.Dense(4, name="first"), keras.layers.BatchNormalization(name="second")]
    )
    model.export(tmp_path / "exported", verbose=False)
    found = inspect_path(tmp_path / "exported")
    weights = {
        f"{layer.layer}/{weight.name}": (weight.shape, weight.trainable)
        for layer in found.layers
        for weight in layer.weights
    }
    expected = {variable.path: (tuple(variable.shape), variable.trainable) for variable in model.weights}
    assert weights == expected
    assert found.totals.penalty is None
    assert any("no config of Keras" in reason for reason in found.unknown)
