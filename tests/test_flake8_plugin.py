"""The rules in real flake8."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """\
import keras

s = "é🧠"; model = keras.Sequential([keras.layers.LSTM(64, input_shape=(10, 8)), keras.layers.LSTM(32)])
"""


@pytest.fixture
def flake8(tmp_path):
    """Runs flake8 with the rules of tdlint only; what it writes."""

    def run(text: str = PROGRAM, *arguments: str, stdin: bool = False) -> str:
        (tmp_path / "model.py").write_text(text, encoding="utf-8")
        names = ["-", "--stdin-display-name", "model.py"] if stdin else ["model.py"]
        command = [sys.executable, "-m", "flake8", "--isolated", "--select", "TDL", *arguments, *names]
        done = subprocess.run(command, capture_output=True, cwd=tmp_path, input=text.encode(), check=False)
        assert done.stderr.decode() == ""
        return done.stdout.decode()

    run.folder = tmp_path
    return run


@pytest.mark.parametrize("stdin", [False, True])
def test_flake8_shows_what_tdlint_finds(flake8, stdin):
    column = PROGRAM.splitlines()[2].index("keras.layers.LSTM(64") + 1
    start = f"model.py:3:{column}: TDL101 [missing-return-sequences] LSTM returns its last output only"
    assert flake8(stdin=stdin).startswith(start)


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: TDL101", "# tdlint: ignore[TDL101]"])
def test_comments_hide(flake8, comment):
    assert flake8(PROGRAM.rstrip() + f"  {comment}\n") == ""


def test_the_settings_of_the_project_count(flake8):
    (flake8.folder / "pyproject.toml").write_text('[tool.tdlint]\nignore = ["TDL101"]\n')
    assert flake8() == ""
    (flake8.folder / "pyproject.toml").write_text('[tool.tdlint]\nextend-exclude = ["model.py"]\n')
    assert flake8() == ""


def test_a_mistake_in_the_settings_is_a_report(flake8):
    (flake8.folder / "pyproject.toml").write_text("[tool.tdlint]\nselct = []\n")
    assert flake8().startswith("model.py:1:1: TDL005 pyproject.toml: unknown key `selct`")


def test_a_text_in_another_encoding_is_read(flake8):
    (flake8.folder / "latin.py").write_bytes(b"# coding: latin-1\ns = '\xe9'\n" + PROGRAM.encode("ascii", "replace"))
    assert flake8(PROGRAM, "latin.py").startswith("latin.py:5:")
