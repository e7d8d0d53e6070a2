"""The rule pack in the docs, built and installed as a user would, and what the page about it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent.parent / "docs"
SAMPLE = DOCS / "sample_rules"
PAGE = (DOCS / "WRITING_RULES.md").read_text(encoding="utf-8")
FILES = sorted(path for path in SAMPLE.rglob("*") if path.suffix in (".py", ".toml"))
PROGRAM = """\
import keras
from keras import layers

inputs = keras.Input((16,))
hidden = layers.Dense(32, activation="relu")(inputs)
price = layers.Dense(1)(hidden)
sold = layers.Dense(1, activation="sigmoid", name="sold")(hidden)
model = keras.Model(inputs, [price, sold])
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """A folder in which the sample is installed; it is built from a copy, beside which setuptools may leave things."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(SAMPLE, folder / "source")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", "--quiet", *options, "--target", folder / "site"]
    subprocess.run([*command, folder / "source"], check=True)
    return folder / "site"


def run(site: Path, *command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site), "COLUMNS": "80"}
    command = (sys.executable, "-m", *command)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def test_the_rule_is_listed_and_has_its_page(site, tmp_path):
    assert "ACME101  nameless-output" in run(site, "tdlint", "rules", folder=tmp_path).stdout
    page = run(site, "tdlint", "rule", "acme101", folder=tmp_path).stdout
    assert page.startswith("# ACME101 [nameless-output]")
    assert "## Fix safety" in page


def test_the_program_reports_what_the_page_shows(site, tmp_path):
    (tmp_path / "model.py").write_text(PROGRAM)
    done = run(site, "tdlint", "check", "--isolated", "--no-cache", "model.py", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert f"$ tdlint model.py\n{done.stdout}```" in PAGE


@pytest.mark.slow
def test_the_tests_of_the_sample_pass(site, tmp_path):
    shutil.copytree(SAMPLE / "tests", tmp_path / "tests")
    done = run(site, "pytest", "-q", "-p", "no:cacheprovider", "tests", folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_a_rule_that_no_longer_reports_fails_its_tests(site, tmp_path):
    shutil.copytree(site / "acme_keras_rules", tmp_path / "site" / "acme_keras_rules")
    (about,) = site.glob("*.dist-info")
    shutil.copytree(about, tmp_path / "site" / about.name)
    module = tmp_path / "site" / "acme_keras_rules" / "nameless_output.py"
    module.write_text(module.read_text().replace("< 2:", "< 3:"))
    done = run(tmp_path / "site", "pytest", "-q", "-p", "no:cacheprovider", str(SAMPLE / "tests"), folder=tmp_path)
    assert done.returncode == 1
    assert "expected and not reported: ACME101 on line" in done.stdout


@pytest.mark.parametrize("block", re.findall(r"^```(?:python|toml)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
def test_the_code_on_the_page_is_that_of_the_sample(block):
    assert any(block in path.read_text(encoding="utf-8") for path in FILES)
