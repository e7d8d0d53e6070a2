"""What users install: the wheel, in an environment that has nothing else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NEVER_WHILE_LINTING = {"tensorflow", "keras", "tf_keras", "numpy", "h5py", "networkx", "rich"}
PROGRAM = """\
from tensorflow import keras

model = keras.Sequential([
    keras.layers.LSTM(64, input_shape=(10, 3)),
    keras.layers.TimeDistributed(keras.layers.Dense(1)),
])
"""


def modules(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")}


def test_every_folder_of_code_is_a_listed_package():
    listed = re.search(r"^packages = \[(.*?)^\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M | re.S)
    assert listed is not None
    folders = {path.parent for name in ("tdlint", "rules") for path in (ROOT / name).rglob("*.py")}
    names = {".".join(folder.relative_to(ROOT).parts) for folder in folders}
    assert set(re.findall(r'"([^"]+)"', listed[1])) == {re.sub(r"^rules\b", "tdlint_rules", name) for name in names}
    assert all((folder / "__init__.py").exists() for folder in folders)


@pytest.fixture(scope="module")
def built(copy_checkout, tmp_path_factory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("built")
    # A copy, because setuptools leaves a build folder beside the source.
    source = copy_checkout(folder / "source")
    subprocess.run([sys.executable, "-m", "build", "--outdir", folder, source], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def bin_folder(built, tmp_path_factory) -> Path:
    """The programs of an environment that has the wheel and what it requires, and nothing else."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=True)
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = built.glob("*.whl")
    subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", wheel], check=True)
    return programs


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    # Not in the checkout: its `tdlint` folder would be imported instead of the installed one.
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_wheel_and_the_sdist_have_every_module_and_the_license(built):
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    in_wheel = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in in_wheel if name.endswith(".py")} == {
        *(f"tdlint/{name}" for name in modules(ROOT / "tdlint")),
        *(f"tdlint_rules/{name}" for name in modules(ROOT / "rules")),
    }
    assert "tdlint/py.typed" in in_wheel
    tables = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tdlint").rglob("*.json")}
    assert tables
    assert tables <= in_wheel
    assert any(name.endswith("licenses/LICENSE") for name in in_wheel)
    with tarfile.open(sdist) as archive:
        assert any(name.endswith("/rules/tool/syntax_error.py") for name in archive.getnames())


@pytest.mark.slow
def test_the_installed_program_has_every_rule(bin_folder, tmp_path):
    done = run(bin_folder / "tdlint", "rules", "--output-format", "json", folder=tmp_path)
    rules = json.loads(done.stdout)["rules"]
    files = [path for path in (ROOT / "rules").rglob("*.py") if not path.name.startswith("_")]
    assert {rule["name"] for rule in rules} == {path.stem.replace("_", "-") for path in files}
    assert len(rules) == len(files)


@pytest.mark.slow
def test_the_installed_program_finds_a_mistake_without_importing_what_models_need(bin_folder, tmp_path):
    (tmp_path / "model.py").write_text(PROGRAM)
    command = (bin_folder / "python", "-X", "importtime", "-m", "tdlint", "model.py", "--output-format", "concise")
    done = run(*command, folder=tmp_path)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("model.py:4:5: TDL101 [missing-return-sequences] ")
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert {"tdlint", "libcst"} <= imported
    assert not NEVER_WHILE_LINTING & imported


@pytest.mark.slow
def test_an_inspection_that_needs_keras_says_how_to_get_it(bin_folder, tmp_path):
    (tmp_path / "builder.py").write_text("import keras\n\nmodel = keras.Sequential()\n")
    done = run(bin_folder / "tdlint", "inspect", "builder.py:model", folder=tmp_path)
    assert done.returncode == 2
    assert "tdlint[inspect]" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_start_up_is_quick(bin_folder, tmp_path):
    import resource  # not on Windows, where this is not measured

    def cpu_seconds(*arguments: str) -> float:
        times = []
        for _ in range(5):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            run(bin_folder / "python", "-m", "tdlint", *arguments, folder=tmp_path)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return min(times)

    (tmp_path / "model.py").write_text(PROGRAM)
    assert cpu_seconds("--version") < 0.15
    assert cpu_seconds("model.py") < 0.5
