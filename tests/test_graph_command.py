"""``tdlint graph`` as a user meets it: what is written where, and the exit code."""

from __future__ import annotations

import json

import pytest

from tdlint import __main__ as program

MODEL = """\
from keras import Sequential, layers

model = Sequential([
    layers.Input((10, 3)),
    layers.LSTM(8),
    layers.Dense(1),
], name="small")
"""
TABLE = """\
small (sequential) model.py:3
layer (type)    output shape   params
─────────────────────────────────────
lstm (LSTM)     (None, 8)         384
dense (Dense)   (None, 1)           9
total params: 393; trainable: 393; non-trainable: 0
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs ``tdlint graph`` in a folder with ``model.py``; gives the exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "TDLINT_DEBUG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "model.py").write_text(MODEL)

    def run_line(*arguments: str) -> tuple[int, str, str]:
        code = program.run(["graph", *arguments])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run_line


def notebook(*cells: str) -> str:
    code = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    return json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_a_table(run):
    assert run("model.py") == (0, TABLE, "")


def test_models_of_several_files_each_with_its_place(run, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "other.py").write_text("\n" + MODEL.replace("small", "other"))
    (tmp_path / "folder" / "plain.py").write_text("x = 1\n")
    code, out, err = run("model.py", "folder")
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if ".py" in line] == [
        "other (sequential) folder/other.py:4",
        "small (sequential) model.py:3",
    ]


def test_a_notebook_is_followed_across_its_cells(run, tmp_path):
    cells = [
        "%pip install keras\nfrom keras import Sequential, layers\nunits = 8",
        "!ls",
        MODEL.replace("(8)", "(units)"),
    ]
    (tmp_path / "notes.ipynb").write_text(notebook(*cells))
    code, out, err = run("notes.ipynb")
    assert (code, err) == (0, "")
    assert out == TABLE.replace("model.py:3", "notes.ipynb:cell3:3")


def test_a_cell_that_is_no_python_is_told(run, tmp_path):
    (tmp_path / "notes.ipynb").write_text(notebook("from keras import Sequential", "this is no Python", MODEL))
    code, out, _ = run("notes.ipynb", "--explain-unknown")
    assert code == 0
    assert "total params: 393" in out
    assert "notes.ipynb:cell2:1: " in out


def test_one_model_by_name(run, tmp_path):
    (tmp_path / "two.py").write_text(MODEL + MODEL.replace("small", "large").replace("(8)", "(80)"))
    code, out, _ = run("two.py", "--model", "large")
    assert code == 0
    assert out.startswith("large (sequential) two.py:10\n")
    assert "small" not in out


def test_what_is_not_understood_is_counted_and_explained_when_asked_for(run, tmp_path):
    (tmp_path / "part.py").write_text("from keras import Sequential, layers\nmodel = Sequential([layers.Dense(2)])\n")
    _, out, _ = run("part.py")
    assert out.endswith("things not understood (--explain-unknown says why)\n")
    assert "no input shape" not in out
    code, out, _ = run("part.py", "--explain-unknown")
    assert code == 0
    assert "  part.py:2: sequential: no input shape is declared\n" in out


def test_what_keras_refuses_is_always_told(run, tmp_path):
    (tmp_path / "bad.py").write_text(MODEL.replace("layers.Dense(1)", "layers.GRU(1)"))
    code, out, _ = run("bad.py")
    assert code == 0
    assert "total params: ?" in out
    assert "Keras refuses gru: its input must have 3 axes, received 2: (None, 8)\n" in out


BUILDERS = """\
from keras import Input, Model, Sequential, layers

def block(width):
    return Sequential([layers.Dense(width)], name="block")

def build(width=4):
    inputs = Input((3,))
    return Model(inputs, block(width)(inputs), name="built")

def build_pair():
    return build(1), build(2)

def helper():
    return 1

other = Sequential([Input((3,)), layers.Dense(9)], name="other")
"""


def names_of(out: str) -> list[str]:
    return [line.partition(" (")[0] for line in out.splitlines() if ".py:" in line]


def test_call_enters_a_function_and_shows_what_it_returns(run, tmp_path):
    (tmp_path / "builders.py").write_text(BUILDERS)
    code, out, err = run("builders.py", "--call", "build")
    assert (code, err, names_of(out)) == (0, "", ["built"])
    assert "total params: 16; " in out
    assert names_of(run("builders.py", "--call", "build_pair")[1]) == ["built", "built"]


def test_call_of_a_function_that_returns_no_model(run, tmp_path):
    (tmp_path / "builders.py").write_text(BUILDERS)
    assert run("builders.py", "--call", "helper") == (0, "", "tdlint: builders.py: helper returns no model\n")


def test_output_file(run, tmp_path):
    assert run("model.py", "--output-file", "model.txt") == (0, "", "")
    assert (tmp_path / "model.txt").read_text(encoding="utf-8") == TABLE


@pytest.mark.parametrize("chosen", ["json", "mermaid", "dot", "svg"])
def test_every_format_names_the_layers(run, chosen):
    code, out, err = run("model.py", "--output-format", chosen)
    assert (code, err) == (0, "")
    assert "lstm" in out
    assert "384" in out


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("plain.py", "x = 1\n", "plain.py: it does not use Keras"),
        ("loss.py", "import keras\nloss = keras.losses.MeanSquaredError()\n", "loss.py: it builds no model"),
        (
            "other.ipynb",
            json.dumps({"cells": [], "metadata": {"kernelspec": {"language": "R", "name": "ir"}}, "nbformat": 4}),
            "other.ipynb: it is a notebook in another language than Python",
        ),
    ],
)
@pytest.mark.parametrize("chosen", ["table", "json"])
def test_a_file_without_models_is_no_error_and_is_told(run, tmp_path, name, text, message, chosen):
    (tmp_path / name).write_text(text)
    code, out, err = run(name, "--output-format", chosen)
    assert code == 0
    assert err == f"tdlint: {message}\n"
    assert out == "" if chosen == "table" else json.loads(out)["models"] == []


def test_a_folder_without_models_is_told(run, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "plain.py").write_text("x = 1\n")
    assert run("folder") == (0, "", "tdlint: folder: no file in it builds a model\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "PATHS"),
        (("gone.py",), "gone.py: no such file"),
        (("model.py", "--model", "smal"), "no model is called `smal`; did you mean `small`?"),
        (("model.py", "--call", "build"), "model.py: no function build in this file; there are: none"),
        (("model.py", "model.py", "--call", "build"), "give that file alone"),
        (("model.py", "--output-format", "png"), "svg"),
        (("model.py", "--output-format", "svg", "--explain-unknown"), "json always has the reasons"),
        (("model.py", "--output-file", "gone/model.txt"), "can't write this file"),
    ],
)
def test_errors_name_the_thing_and_end_with_2(run, arguments, message):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("tdlint: error: ")
    assert message in err


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"import keras\nx = (\n", "broken.py:2: syntax error: "),
        (b"import keras\nx = '\xff'\n", "broken.py: can't read this file: line 2"),
    ],
)
def test_a_broken_file_is_an_error_and_the_others_are_shown(run, tmp_path, data, message):
    (tmp_path / "broken.py").write_bytes(data)
    code, out, err = run("broken.py", "model.py")
    assert (code, out) == (2, TABLE)
    assert err.startswith(f"tdlint: error: {message}")


def test_colors_only_where_asked_for(run, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("model.py")[1]
    assert run("model.py", "--no-color") == (0, TABLE, "")
