"""What `tdlint inspect` takes, and what it says to everything else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tdlint.inspector import InspectionError, inspect_target
from tdlint.inspector.live.made import parse_argument

MODELS = Path(__file__).parents[2] / "fixtures" / "models"
PROGRAM = """
import keras
from keras import layers

def build_model():
    return keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_regularizer="l2", name="head")], name="built")

def needs(size):
    return size

def sized(units, name="sized", *, activation=None):
    return keras.Sequential([keras.Input((3,)), layers.Dense(units, activation, kernel_regularizer="l2")], name=name)

def fails():
    raise RuntimeError("no luck")

model = build_model()
number = 3
unbuilt = keras.Sequential([layers.Dense(2)])
class Holder:
    model = model
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    pytest.importorskip("keras")
    path = tmp_path / "my_program.py"
    path.write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    yield path
    sys.modules.pop("my_program", None)


@pytest.mark.parametrize(
    "target", ["my_program.py:model", "my_program.py:build_model", "my_program:model", "my_program:Holder.model"]
)
def test_a_model_or_a_function_that_makes_one(program, target):
    account = inspect_target(target)
    assert account.name == "built"
    assert account.source == target
    assert [(layer.layer, layer.params, layer.regularized_params) for layer in account.layers] == [("head", 8, 6)]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("my_program.py:modle", "did you mean 'model'?"),
        ("my_program.py:number", "expected a model or a function that returns one, found int"),
        ("my_program.py:needs", "it needs the argument 'size'; give it as --arg size=VALUE"),
        ("my_program.py:fails", "calling it without arguments failed: RuntimeError: no luck"),
        ("my_program.py:unbuilt", "is not built"),
        ("my_program.py", "say which model in it, such as my_program.py:model"),
        ("other.py:model", "other.py: no such file"),
        ("no_such_package_x:model", "no module of this name can be imported"),
        ("model.keras", "model.keras: no such file"),
        ("nothing", "no such file; expected a model file"),
    ],
)
def test_errors_name_the_thing(program, target, message):
    with pytest.raises(InspectionError) as caught:
        inspect_target(target)
    assert message in str(caught.value)


@pytest.mark.parametrize("target", ["my_program.py:sized", "my_program:sized"])
def test_arguments_of_the_function(program, target):
    arguments = tuple(map(parse_argument, ["units=4", "name=given", "activation=relu"]))
    account = inspect_target(target, arguments=arguments)
    assert (account.name, account.totals.params) == ("given", 16)
    assert account.model.nodes[0].args.get("activation").must_be("relu")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=3", 3),
        ("a=[1, 2]", [1, 2]),
        ("a=None", None),
        ("a=adam", "adam"),
        ("a=b=c", "b=c"),
        ("a=", ""),
        ("a='3'", "3"),
    ],
)
def test_values_are_literals_or_else_text(text, value):
    assert parse_argument(text) == ("a", value)


@pytest.mark.parametrize("text", ["units", "=3", "my units=3", ""])
def test_arguments_have_a_form(text):
    with pytest.raises(InspectionError, match="expected NAME=VALUE"):
        parse_argument(text)


@pytest.mark.parametrize(
    ("target", "given", "message"),
    [
        (
            "my_program.py:sized",
            {"unit": 3},
            "no argument 'unit' (it takes units, name, activation); did you mean 'units'?",
        ),
        ("my_program.py:sized", {"name": "x"}, "it needs the argument 'units'"),
        ("my_program.py:sized", {"units": "many"}, "calling it with units='many' failed"),
        ("my_program.py:build_model", {"units": 3}, "no argument 'units' (it takes none)"),
        ("my_program.py:model", {"units": 3}, "a model takes no arguments"),
        (str(MODELS / "branches.keras"), {"units": 3}, "a file takes no arguments"),
    ],
)
def test_arguments_that_do_not_fit(program, target, given, message):
    with pytest.raises(InspectionError) as caught:
        inspect_target(target, arguments=tuple(given.items()))
    assert message in str(caught.value)


def test_an_architecture_that_code_makes(program, tmp_path):
    from keras import Input, Sequential, layers

    Sequential([Input((3,)), layers.Dense(5)]).save_weights(tmp_path / "trained.weights.h5")
    whole = inspect_target("my_program.py:sized", arguments=(("units", 5),))
    found = inspect_target(str(tmp_path / "trained.weights.h5"), "my_program.py:sized", (("units", 5),))
    assert found.totals.params == 20
    assert found.totals.penalty > 0
    assert found.totals.expected_penalty == whole.totals.expected_penalty
    with pytest.raises(InspectionError, match="only a file of weights needs an architecture"):
        inspect_target("my_program.py:sized", "my_program.py:sized")


@pytest.mark.parametrize("units", [4, 10**9])
def test_shapes_only_allocates_nothing(program, units):
    account = inspect_target("my_program.py:sized", arguments=(("units", units),), values=False)
    assert account.totals.params == 4 * units
    assert account.totals.penalty is None
    assert account.totals.expected_penalty == pytest.approx(0.01 * 3 * units * 2 / (3 + units))
    assert "only shapes were read" in account.notes[0]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("model.onnx", "expected a model file (.keras, .h5, .hdf5, .json)"),
        ("model.weights.h5", "not a readable HDF5 file"),
        ("text.keras", "not a readable .keras archive"),
        ("text.h5", "not a readable HDF5 file"),
    ],
)
def test_other_files(tmp_path, name, message):
    path = tmp_path / name
    path.write_text("text")
    with pytest.raises(InspectionError) as caught:
        inspect_target(str(path))
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_folders(tmp_path):
    with pytest.raises(InspectionError, match="a folder"):
        inspect_target(str(tmp_path))
    (tmp_path / "saved_model.pb").touch()
    with pytest.raises(InspectionError, match="index: not in the folder"):
        inspect_target(str(tmp_path))


def test_hdf5_suffix(tmp_path):
    path = shutil.copy(MODELS / "branches.h5", tmp_path / "branches.hdf5")
    assert inspect_target(str(path)).totals == inspect_target(str(MODELS / "branches.h5")).totals


@pytest.mark.parametrize("name", ["branches.keras", "branches.h5", "per_timestep.keras", "branches_keras2.h5"])
@pytest.mark.parametrize("read", ["files.archive.read_archive", "isolated.read_isolated"])
def test_reading_a_file_imports_no_keras(name, read):
    module, function = read.rsplit(".", 1)
    code = f"""
import sys
from pathlib import Path
from tdlint.formatters.inspection import MODULES, render
from tdlint.formatters.options import Options
from tdlint.inspector.{module} import {function} as read
from tdlint.inspector.accounting.penalty import account_of

account = account_of(read(Path({str(MODELS / name)!r})))
for name in MODULES:
    render(name, account, Options())
print(sorted({{name.partition(".")[0] for name in sys.modules}} & {{"keras", "tensorflow", "tf_keras", "jax"}}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_h5py_the_error_says_what_to_install(monkeypatch):
    from tdlint.inspector.files.archive import read_archive

    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(InspectionError, match=r"reading weights needs h5py; run: pip install 'tdlint\[archive\]'"):
        read_archive(MODELS / "branches.keras")
