"""``tdlint inspect TARGET --data DATA``: what is loaded and run, and what is said where that fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

keras = pytest.importorskip("keras")

import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

from tdlint.__main__ import run  # noqa: E402
from tdlint.cli import cli  # noqa: E402
from tdlint.inspector import InspectionError  # noqa: E402
from tdlint.inspector.measure.target import measure_target  # noqa: E402

PROGRAM = """
import keras
import numpy as np

def build():
    kernel = keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(5.0), name="head")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), kernel], name="small")
    model.compile("adam", "mse")
    return model

def load():
    return np.random.normal(size=(50, 3)), np.random.normal(size=(50, 1))

def batches():
    while True:
        yield load()

PAIR = load()

def broken():
    raise RuntimeError("no disk")
"""


@pytest.fixture
def program(tmp_path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return path


def inspect(*arguments) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["inspect", *map(str, arguments), "--isolated"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_two_runs_measure_the_same(program):
    first, second = (measure_target(f"{program}:build", f"{program}:load").measurement for _ in range(2))
    assert first == second
    assert first.samples == 50


def test_the_command_line(program):
    _, text = inspect(f"{program}:build", "--data", f"{program}:load", "--output-format", "json")
    found = json.loads(text)
    measured = found["measurement"]
    assert (measured["samples"], measured["batch_size"], measured["complete"]) == (50, 32, True)
    assert measured["loss"] == pytest.approx(measured["data_loss"] + found["totals"]["penalty"], rel=1e-6)
    assert found["samples"]["samples"] == 50
    assert [one["layer"] for one in found["verdicts"]] == ["head"]
    assert found["verdicts"][0]["basis"] == "measured"
    _, text = inspect(f"{program}:build", "--data", f"{program}:batches", "--max-batches", "3")
    words = " ".join(text.split())
    assert "measured on the first 150 samples of" in words
    assert "in 3 batches" in words
    assert "of the measured data loss" in words or "times the measured data loss" in words
    _, text = inspect(f"{program}:build", "--data", f"{program}:PAIR", "--batch-size", "7")
    assert "in batches of 7" in " ".join(text.split())


def test_options_that_need_data(program):
    code, text = inspect(f"{program}:build", "--batch-size", "7")
    assert code == 2
    assert "--batch-size and --max-batches are for --data" in text


def test_a_keras_file_is_loaded_in_safe_mode(program, tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "data.npz", x=rng.normal(size=(40, 3)), y=rng.normal(size=(40, 1)))
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1, kernel_regularizer="l2")])
    model.compile("adam", "mse")
    model.save(tmp_path / "m.keras")
    found = measure_target(str(tmp_path / "m.keras"), str(tmp_path / "data.npz")).measurement
    with np.load(tmp_path / "data.npz") as data:
        assert found.loss == pytest.approx(model.evaluate(data["x"], data["y"], verbose=0), rel=1e-5)
    keras.Sequential([keras.Input((3,)), layers.Lambda(lambda x: x + 1), layers.Dense(1)]).save(
        tmp_path / "lambda.keras"
    )
    with pytest.raises(InspectionError, match=r"lambda.keras: Keras can't load it in safe mode"):
        measure_target(str(tmp_path / "lambda.keras"), str(tmp_path / "data.npz"))
    (tmp_path / "text.keras").write_text("no model")
    with pytest.raises(InspectionError, match=r"text.keras: Keras can't load it"):
        measure_target(str(tmp_path / "text.keras"), str(tmp_path / "data.npz"))


def test_a_file_with_a_layer_of_the_user_says_what_to_do(tmp_path):
    class Own(layers.Layer):
        def call(self, x):
            return x

    model = keras.Sequential([keras.Input((3,)), Own(), layers.Dense(1)])
    model.compile("adam", "mse")
    model.save(tmp_path / "own.keras")
    with pytest.raises(InspectionError, match="inspect the function that makes them"):
        measure_target(str(tmp_path / "own.keras"), "data.npz")


@pytest.mark.parametrize(
    ("target", "data", "said"),
    [
        ("{}:build", "{}:broken", "calling it without arguments failed: RuntimeError: no disk"),
        ("{}:build", "{}:laod", "did you mean 'load'"),
        ("{}:build", "missing.py:load", "missing.py: no such file"),
        ("{}:build", "missing.npz", "missing.npz: no such file"),
        ("{}:load", "{}:load", "expected it to return a Keras model"),
        ("m.h5", "{}:load", "no such file"),
    ],
)
def test_errors_name_the_thing(program, capsys, target, data, said):
    code = run(["inspect", target.format(program), "--data", data.format(program), "--isolated"])
    assert code == 2
    assert said in capsys.readouterr().err


def test_an_h5_file_is_not_computed_with(tmp_path):
    (tmp_path / "m.h5").write_bytes(b"")
    with pytest.raises(InspectionError, match=r"has to be a \.keras file"):
        measure_target(str(tmp_path / "m.h5"), "data.npz")
