"""``--add-ignore``: everything reported gets a comment that hides it, and the program stays what it was."""

from __future__ import annotations

import ast
import json

import pytest

PROGRAM = """\
from keras import Sequential, layers

model = Sequential([layers.LSTM(8), layers.TimeDistributed(layers.Dense(1))])
long = Sequential([
    layers.LSTM(
        8,
    ),
    layers.LSTM(8),
])
text = '''
''' + str(Sequential([layers.LSTM(8), layers.LSTM(8)])); more = \\
    Sequential([layers.LSTM(8), layers.GRU(8)])
"""


@pytest.fixture
def program(run, tmp_path):
    (tmp_path / "model.py").write_text(PROGRAM)
    return tmp_path / "model.py"


def codes(run, *arguments):
    return [each["code"] for each in json.loads(run("--output-format", "json", *arguments)[1])["diagnostics"]]


def test_what_a_comment_can_hide_is_hidden_and_the_program_is_the_same(run, program):
    found = codes(run, ".")
    assert len(found) >= 5
    code, out, err = run("--add-ignore", ".")
    # no comment can stand between the end of a text and a backslash
    assert code == 1
    assert "model.py:11:" in out
    assert err == f"{len(found) - 1} reports hidden by comments in 1 file.\n"
    assert f"{len(found) - 1} suppressed" in out
    assert codes(run, ".") == ["TDL101"]
    assert ast.dump(ast.parse(program.read_text())) == ast.dump(ast.parse(PROGRAM))
    assert run("--add-ignore", ".")[2] == "0 reports hidden by comments in 0 files.\n"


def test_a_notebook_keeps_what_is_not_source(run, tmp_path):
    cell = {"cell_type": "code", "metadata": {"a": 1}, "outputs": [], "execution_count": 3}
    source = ["import keras\n", "from keras import layers\n", "keras.Sequential([layers.LSTM(8), layers.LSTM(8)])"]
    notebook = {"cells": [{**cell, "source": source}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "n.ipynb").write_text(json.dumps(notebook, indent=1))
    (code,) = codes(run, ".")
    run("--add-ignore", ".")
    after = json.loads((tmp_path / "n.ipynb").read_text())
    assert after["cells"][0]["source"] == [*source[:2], f"{source[2]}  # tdlint: ignore[{code}]"]
    after["cells"][0]["source"] = source
    assert after == notebook


def test_what_can_not_be_hidden_is_still_reported(run, program):
    program.write_text(PROGRAM + "(\n")
    code, out, _ = run("--add-ignore", ".")
    assert code == 1
    assert "TDL001" in out
    assert program.read_text() == PROGRAM + "(\n"


def test_a_file_that_is_read_only_is_named(run, program):
    program.chmod(0o444)
    code, _, err = run("--add-ignore", ".")
    assert code == 2
    assert "model.py: the file is read-only" in err


@pytest.mark.parametrize("other", ["--fix", "--update-baseline"])
def test_what_does_not_go_together_is_refused(run, program, other):
    code, _, err = run("--add-ignore", other, ".")
    assert code == 2
    assert "--add-ignore can't be joined with" in err
