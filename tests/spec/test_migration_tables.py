"""The tables of names of Keras 1, 2 and 3; whether they are true is asked of Keras in the oracle tests."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tdlint.spec import migration


@pytest.mark.parametrize(
    ("name", "namespace", "missing", "new"),
    [
        ("keras.layers.core.Dense", "keras", "keras.layers.core", "keras.layers.Dense"),
        ("keras.layers.core.Dense", "tf.keras", "keras.layers.core", "keras.layers.Dense"),
        ("keras.layers.core", "keras", "keras.layers.core", "keras.layers"),
        ("keras.layers.core.of_nobody", "keras", "keras.layers.core", None),
        ("keras.engine.topology.Layer", "keras", "keras.engine", "keras.layers.Layer"),
        ("keras.losses.mse", "keras", "keras.losses.mse", "keras.losses.mean_squared_error"),
        ("keras.losses.mean_squared_error", "tf.keras", "keras.losses.mean_squared_error", "keras.losses.mse"),
        ("keras.layers.LocallyConnected1D", "keras", "keras.layers.LocallyConnected1D", None),
        ("keras.preprocessing.text.Tokenizer", "keras", "keras.preprocessing.text", None),
    ],
)
def test_a_name_that_is_gone(name: str, namespace: str, missing: str, new: str | None) -> None:
    found = migration.removed(name, namespace)
    assert found is not None
    assert (found.missing, found.new) == (missing, new)
    assert new is None or migration.exists(new, namespace)


def test_a_name_that_only_tensorflow_still_has() -> None:
    found = migration.removed("keras.preprocessing.image.ImageDataGenerator", "keras")
    assert found is not None
    assert found.elsewhere == "tf.keras"
    assert migration.removed("keras.preprocessing.image.ImageDataGenerator", "tf.keras") is None


@pytest.mark.parametrize("name", ["keras.layers.Dense", "keras.layers.of_nobody", "keras.losses.mean_squared_error"])
def test_names_of_keras_3_and_of_nobody_are_not_gone(name: str) -> None:
    assert migration.removed(name, "keras") is None


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("keras.optimizers.legacy.Adam", "keras.optimizers.Adam"),
        ("keras.optimizers.legacy.Nadam", None),
        ("keras.optimizers.Adam", None),
        ("keras.optimizers.legacy", None),
    ],
)
def test_what_has_the_place_of_a_legacy_optimizer(name: str, new: str | None) -> None:
    assert migration.instead_of_legacy(name) == new


def test_other_packages_have_no_rows() -> None:
    assert migration.removed("keras.layers.core.Dense", "tf_keras") is None


def test_no_table_is_read_before_it_is_asked_for() -> None:
    program = "from tdlint.spec import migration; print(migration.rows.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


@pytest.mark.parametrize("table", ["modules", "names", "backend", "tensor_functions"])
def test_tables_have_each_row_once(table: str) -> None:
    rows = migration.rows(table)
    assert rows
    assert len({str(row) for row in rows}) == len(rows)
