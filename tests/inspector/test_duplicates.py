"""Weights that hold the same values, live and from files."""

from __future__ import annotations

import pytest

keras = pytest.importorskip("keras")

import model_zoo  # noqa: E402
import numpy as np  # noqa: E402
from keras import initializers, layers  # noqa: E402

from tdlint.config import Settings  # noqa: E402
from tdlint.diagnostics import Severity  # noqa: E402
from tdlint.inspector import inspect_model  # noqa: E402
from tdlint.inspector.accounting.penalty import account_of  # noqa: E402
from tdlint.inspector.files.archive import read_archive  # noqa: E402
from tdlint.linting.engine import check_graph  # noqa: E402
from tdlint.testing import load_rules  # noqa: E402


def branches(first, second, chained=False):
    inputs = keras.Input((16,))
    left = layers.Dense(16, kernel_initializer=first, name="left")(inputs)
    right = layers.Dense(16, kernel_initializer=second, name="right")(left if chained else inputs)
    return keras.Model(inputs, layers.Add()([left, right]))


def accounts(model, folder):
    yield inspect_model(model)
    for ending in ("keras", "h5"):
        model.save(folder / f"m.{ending}")
        yield account_of(read_archive(folder / f"m.{ending}"))


def found(account):
    return [(one.weights, one.params) for one in account.duplicates]


def severities(account):
    settings = Settings(select=("TDL510",), min_severity=Severity.ADVICE)
    return [one.severity for one in check_graph(account.model, "m", settings, load_rules())]


def test_initializers_of_one_seed(tmp_path):
    for account in accounts(branches(initializers.HeNormal(3), initializers.HeNormal(3)), tmp_path):
        assert found(account) == [(("left/kernel", "right/kernel"), 256)]
        assert severities(account) == [Severity.WARNING]


def test_one_object_without_a_seed():
    start = initializers.HeNormal()
    account = inspect_model(branches(start, start, chained=True))
    assert found(account) == [(("left/kernel", "right/kernel"), 256)]
    assert severities(account) == [Severity.ADVICE]


@pytest.mark.parametrize(
    "start", ["he_normal", "zeros", "ones", initializers.Constant(0.3), initializers.Constant(1 / 3)]
)
def test_what_is_equal_by_design_or_not_at_all(start, tmp_path):
    for account in accounts(branches(start, start), tmp_path):
        assert found(account) == []
        assert severities(account) == []


def test_a_single_different_value_is_a_difference():
    model = branches(initializers.HeNormal(3), initializers.HeNormal(3))
    kernel = np.array(model.get_layer("right").kernel)
    kernel[-1, -1] += 1e-3
    model.get_layer("right").kernel.assign(kernel)
    assert found(inspect_model(model)) == []


def test_parts_of_one_layer():
    inputs = keras.Input((6, 16))
    attention = layers.MultiHeadAttention(2, 8, kernel_initializer=initializers.HeNormal(3), name="attention")
    (same,) = inspect_model(keras.Model(inputs, attention(inputs, inputs))).duplicates
    assert [path.rpartition("/")[0].partition("/")[0] for path in same.weights] == ["attention"] * 3
    plain = layers.MultiHeadAttention(2, 8)
    assert inspect_model(keras.Model(inputs, plain(inputs, inputs))).duplicates == ()


def test_fresh_recurrent_biases_are_no_copies():
    model = keras.Sequential([keras.Input((6, 4)), layers.Bidirectional(layers.LSTM(32))])
    assert inspect_model(model).duplicates == ()


def test_a_layer_that_is_in_the_file_twice_is_said_to_be(tmp_path):
    model = model_zoo.built("shared_with_nested")
    model.save(tmp_path / "m.h5")
    account = account_of(read_archive(tmp_path / "m.h5"))
    assert account.totals.params == model.count_params()
    assert any("in the file twice, and counted once" in note for note in account.notes), account.notes


@pytest.mark.parametrize("name", sorted(model_zoo.ZOO))
def test_shared_layers_and_nested_models_are_no_copies(name, tmp_path):
    for account in accounts(model_zoo.built(name), tmp_path):
        assert account.duplicates == ()
