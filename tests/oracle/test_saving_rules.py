"""What the rules about saving say, against real Keras: names of files, losses in `.h5`, constructors and arguments."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest

from tdlint.config import Settings
from tdlint.linting.engine import check_bytes
from tdlint.linting.registry import load_rules

RULES = load_rules()
MODEL = "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
NAMES = ["m", "m/", "m.keras", "m.h5", "m.hdf5", "m.H5", "m.tf", "m.ckpt", "m.weights.h5", "a.b/m", "m.keras.bak"]
CALLS = [
    "model.save({name!r})",
    "keras.models.save_model(model, {name!r})",
    "model.save_weights({name!r})",
    "keras.callbacks.ModelCheckpoint({name!r})",
    "keras.callbacks.ModelCheckpoint({name!r}, save_weights_only=True)",
]
LOSSES = ["mse", "mae", "mape", "msle", "kld", "bce", "mean_squared_error", "huber", "hinge", "poisson"]

LAYER = """
@keras.saving.register_keras_serializable(package="{package}")
class Own(keras.layers.Layer):
    def __init__(self{parameters}):
        super().__init__({passed})

    def call(self, inputs):
        return inputs
{config}
model = keras.Sequential([keras.Input((2,)), Own({arguments}), keras.layers.Dense(1)])
model.save("m.keras")
keras.models.load_model("m.keras")
"""
CONFIGS = {
    "none": "",
    "extends": "\n    def get_config(self):\n        return {**super().get_config(), 'extra': 1}\n",
    "own": "\n    def get_config(self):\n        return {'extra': 1}\n",
}
SIGNATURES = [(", extra=1", ""), (", extra=1, **kwargs", "**kwargs"), (", extra=1, name=None", "name=name")]
ARGUMENTS = [
    "3",
    "'a'",
    "[1, 2]",
    "None",
    "(1, 'a')",
    "lambda x: x",
    "keras.layers.Dense(1)",
    "[keras.layers.Dense(1)]",
]


def reported(text: str, *codes: str) -> bool:
    """Whether a program gets a diagnostic of one of these rules that is more than advice."""
    result = check_bytes(f"import keras\n{text}".encode(), "program.py", Settings(select=codes), RULES)
    return any(one.severity.name != "ADVICE" for one in result.diagnostics)


def raises(text: str) -> bool:
    """Whether real Keras does not run a program to its end."""
    try:
        exec(compile(text, "program.py", "exec"), {"keras": keras, "__name__": "program"})
    except (TypeError, ValueError, NotImplementedError):
        return True
    return False


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.b").mkdir()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", NAMES)
def test_names_of_files(call: str, name: str) -> None:
    text = MODEL + call.format(name=name) + "\n"
    assert reported(text, "TDL905") == raises(text)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", ["m.h5", "m.keras"])
def test_losses_that_are_read_back(loss: str, name: str) -> None:
    text = f"{MODEL}model.compile(loss={loss!r})\nmodel.save({name!r})\nkeras.models.load_model({name!r})\n"
    assert reported(text, "TDL906") == raises(text)


@pytest.mark.parametrize("config", sorted(CONFIGS))
@pytest.mark.parametrize(("parameters", "passed"), SIGNATURES)
def test_constructors_of_layers_that_are_loaded(config: str, parameters: str, passed: str) -> None:
    package = f"{config}{SIGNATURES.index((parameters, passed))}"
    text = LAYER.format(
        package=package, parameters=parameters, passed=passed, config=CONFIGS[config], arguments="extra=2"
    )
    assert reported(text, "TDL908") == raises(text)


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_arguments_of_layers_that_are_saved(argument: str) -> None:
    text = LAYER.format(
        package=f"arguments{ARGUMENTS.index(argument)}",
        parameters=", extra=1, **kwargs",
        passed="**kwargs",
        config="",
        arguments=argument,
    )
    assert reported(text, "TDL914") == raises(text)
