"""What `tdlint inspect` takes, and what it says to everything else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tdlint.inspector import InspectionError, inspect_target

MODELS = Path(__file__).parents[2] / "fixtures" / "models"
PROGRAM = """
import keras
from keras import layers

def build_model():
    return keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_regularizer="l2", name="head")], name="built")

def needs(size):
    return size

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
        ("my_program.py:needs", "calling it without arguments failed: TypeError"),
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


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("model.onnx", "expected a model file (.keras, .h5, .hdf5)"),
        ("model.weights.h5", "weights without a model"),
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
    with pytest.raises(InspectionError, match="SavedModel folders are not supported yet"):
        inspect_target(str(tmp_path))


def test_hdf5_suffix(tmp_path):
    path = shutil.copy(MODELS / "branches.h5", tmp_path / "branches.hdf5")
    assert inspect_target(str(path)).totals == inspect_target(str(MODELS / "branches.h5")).totals


@pytest.mark.parametrize("name", ["branches.keras", "branches.h5", "per_timestep.keras", "branches_keras2.h5"])
@pytest.mark.parametrize("read", ["archive.read_archive", "isolated.read_isolated"])
def test_reading_a_file_imports_no_keras(name, read):
    module, function = read.split(".")
    code = f"""
import sys
from pathlib import Path
from tdlint.formatters.inspection import MODULES, render
from tdlint.formatters.options import Options
from tdlint.inspector.{module} import {function} as read
from tdlint.inspector.penalty import account_of

account = account_of(read(Path({str(MODELS / name)!r})))
for name in MODULES:
    render(name, account, Options())
print(sorted({{name.partition(".")[0] for name in sys.modules}} & {{"keras", "tensorflow", "tf_keras", "jax"}}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_h5py_the_error_says_what_to_install(monkeypatch):
    from tdlint.inspector.archive import read_archive

    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(InspectionError, match=r"reading weights needs h5py; run: pip install 'tdlint\[archive\]'"):
        read_archive(MODELS / "branches.keras")
