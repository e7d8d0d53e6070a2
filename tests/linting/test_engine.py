"""Linting one source: gates, places, failures."""

from __future__ import annotations

import gc
import json
import sys

import pytest
from sample_rules import Crash, EveryLayer, Twice

import tdlint.interp
import tdlint.linting.engine as engine
from tdlint.config import Settings
from tdlint.diagnostics import Position, Severity
from tdlint.graph import ModelGraph
from tdlint.linting.trees import forget

MODEL = """\
import keras
from keras.layers import Dense

model = keras.Sequential([
    keras.Input((3,)),
    Dense(4),
    Dense(
        5),
])
"""


def codes(result) -> list[tuple[str, int]]:
    return [(diagnostic.code, diagnostic.location.start.line) for diagnostic in result.diagnostics]


def dense(result):
    return [diagnostic for diagnostic in result.diagnostics if diagnostic.message == "a Dense"]


def test_reports_are_where_their_nodes_are(lint):
    first, second = dense(lint(MODEL))
    assert (first.location.start, first.location.end) == (Position(6, 5), Position(6, 13))
    assert (second.location.start, second.location.end) == (Position(7, 5), Position(8, 11))
    assert second.location.lines == ("    Dense(", "        5),")
    assert MODEL[second.location.span.start : second.location.span.end] == "Dense(\n        5)"
    assert (first.code, first.name, first.severity) == ("TDL991", "everylayer", Severity.WARNING)
    assert first.related[0].location.start == Position(4, 9)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("head", ["", "é = 'é'\n", "\x0c", "\n\x0c\n", "x = '''\n\x0c\n'''\n"])
def test_places_do_not_depend_on_how_the_file_is_written(lint, newline, mark, head):
    text = (head + MODEL).replace("\n", newline)
    result = lint(mark + text)
    first, _ = dense(result)
    assert text[first.location.span.start : first.location.span.end] == "Dense(4)"
    assert first.location.start == Position(6 + head.count("\n"), 5)
    assert first.location.lines == ("    Dense(4),",)
    assert not result.failed


def test_counts_of_models(lint):
    result = lint(MODEL + "\nother = keras.Sequential([unknown()])\n")
    assert (result.models, len(result.partly)) == (2, 1)


def test_what_is_unknown_is_told_with_its_place_if_asked(lint):
    text = MODEL + "\nother = keras.Sequential([unknown()])\n"
    assert lint(text).unknown == ()
    reasons = lint(text, explain_unknown=True).unknown
    assert any(reason.startswith("m.py:11: ") for reason in reasons), reasons


@pytest.mark.parametrize("text", ["x = 1\n", "\xe9 nothing", "def (\n"])
def test_files_without_keras_are_not_read(monkeypatch, text):
    monkeypatch.setattr(engine, "read", None)
    assert engine.check_bytes(text.encode("latin-1"), "m.py", Settings(), ()) == engine.FileResult("m.py")


@pytest.mark.parametrize(
    ("text", "analysed"),
    [
        ("# keras\nx = 'import keras'\n", False),
        ("x = 'keras'\n", False),
        ("from tensorflow import keras\n", True),
        ("import tensorflow as tf\ntf.keras.Input\n", True),
        ("from tensorflow import (\n    keras,\n)\n", True),
        ("import tensorflow as tf\ntf . \\\n keras\n", True),
        ("from tensorflow.\\\n  keras import layers\n", True),
        ("import os, \\\n   keras\n", True),
    ],
)
def test_only_what_uses_keras_is_interpreted(lint, monkeypatch, text, analysed):
    calls = []
    original = tdlint.interp.interpret
    monkeypatch.setattr(
        tdlint.interp, "interpret", lambda *args, **kwargs: calls.append(1) or original(*args, **kwargs)
    )
    assert not lint(text).failed
    assert bool(calls) is analysed


def test_syntax_error(lint):
    result = lint("import keras\nx = = 1\n")
    (diagnostic,) = result.diagnostics
    assert (diagnostic.code, diagnostic.name, diagnostic.severity) == ("TDL001", "syntax-error", Severity.ERROR)
    assert diagnostic.location.start == Position(2, 5)
    assert "invalid syntax" in diagnostic.message
    assert not result.failed


def test_python_2(lint):
    (diagnostic,) = lint("import keras\nprint 'a'\n").diagnostics
    assert diagnostic.message.startswith("a print statement: this looks like Python 2 (missing parentheses in call to")
    assert diagnostic.help is not None
    assert diagnostic.help.startswith("Write `print(x)`. A converter such as 2to3 ")


def test_python_3_before_3_7(lint):
    (diagnostic,) = lint("import keras\nf(async=True)\n").diagnostics
    assert diagnostic.message == "`async` as a name: this looks like Python before 3.7 (invalid syntax)"
    assert "2to3" not in (diagnostic.help or "")


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="not newer than this Python")
def test_newer_syntax_is_analysed(lint):
    assert len(dense(lint(MODEL + "type X = int\n"))) == 2


def test_null_bytes(lint):
    (diagnostic,) = lint("import keras\nx\0\n").diagnostics
    assert (diagnostic.code, diagnostic.location.start) == ("TDL001", Position(2, 2))


@pytest.mark.parametrize(
    ("data", "path", "words"),
    [
        (b"import keras\nx = '\xe9'\n", "m.py", "line 2 has bytes"),
        ("import keras".encode("utf-16"), "m.py", "UTF-16"),
        (b"{keras", "n.ipynb", "not valid JSON"),
    ],
)
def test_unreadable_file(lint, data, path, words):
    (diagnostic,) = lint(data, path=path).diagnostics
    assert (diagnostic.code, diagnostic.location.start) == ("TDL004", None)
    assert words in diagnostic.message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x = " + "[" * 3000 + "]" * 3000, "TDL001"),
        ("x = " + "+".join(["a"] * 20_000), "TDL005"),
        ("x = " + " and ".join(["a"] * 20_000), "TDL005"),
        ("x = a" + ".f(1)" * 20_000, "TDL005"),
    ],
)
def test_deep_programs_are_reported_and_do_not_crash(lint, text, code):
    result = lint(f"import keras\n{text}\n")
    assert [diagnostic.code for diagnostic in result.diagnostics] == [code]
    assert result.failed is (code == "TDL005")


@pytest.mark.parametrize(
    "text", ["x = " + "+".join(["1"] * 450), "x = " + "[" * 90 + "]" * 90, "x = " + "-" * 450 + "1"]
)
def test_what_is_nested_within_the_limit_is_analysed(lint, text):
    result = lint(f"{MODEL}{text}\n")
    assert len(dense(result)) == 2
    assert not result.failed


def test_what_only_libcst_does_not_know_is_told(lint):
    text = "import keras\nmatch = x\ncase = x\ndef f():\n    (x): int\n    return x\n"
    (diagnostic,) = lint(text).diagnostics
    assert (diagnostic.code, diagnostic.message) == (
        "TDL005",
        "the file can't be analysed: LibCST can't parse its line 6",
    )


def test_a_rule_that_crashes_does_not_stop_the_others(lint):
    result = lint(MODEL, Crash, EveryLayer)
    assert result.failed
    assert len(dense(result)) == 2
    crash, before = (d for d in result.diagnostics if d.code in ("TDL002", "TDL993"))
    assert crash.message == "the rule TDL993 [crash] crashed: LookupError: no such thing"
    assert crash.location.start == before.location.start == Position(1, 1)


def test_a_crash_of_the_interpreter_is_a_diagnostic(lint, monkeypatch):
    def crash(*args, **kwargs):
        raise AssertionError("boom")

    monkeypatch.setattr(tdlint.interp, "interpret", crash)
    result = lint(MODEL)
    (diagnostic,) = result.diagnostics
    assert (diagnostic.code, diagnostic.name) == ("TDL005", "analysis-failed")
    assert "AssertionError: boom" in diagnostic.message
    assert result.failed
    assert gc.isenabled()


def test_interruption_is_no_crash(lint, monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(tdlint.interp, "interpret", interrupt)
    with pytest.raises(KeyboardInterrupt):
        lint(MODEL)
    assert gc.isenabled()


def test_the_collector_and_the_recursion_limit_are_restored(lint):
    limit = sys.getrecursionlimit()
    gc.disable()
    try:
        lint(MODEL)
        assert not gc.isenabled()
    finally:
        gc.enable()
    assert sys.getrecursionlimit() == limit


def test_nothing_is_left_of_an_analysis(lint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "other.py"
    forget()
    gc.unfreeze()
    gc.collect()
    for number in range(5):
        other.write_text(MODEL + f"size = {number}\n")  # which is parsed while the program is followed
        lint(f"import keras\nfrom other import size\nm = keras.Sequential([keras.layers.Dense(size + {number})])\n")
    gc.unfreeze()
    assert gc.collect() < 200  # each analysis has thousands of objects in cycles


def test_equal_reports_are_one_and_advice_is_for_those_who_ask(lint):
    assert lint(MODEL, Twice).diagnostics == ()
    places = [diagnostic.location.span for diagnostic in lint(MODEL, Twice, extend_select=("TDL994",)).diagnostics]
    assert len(places) == len(set(places)) == len({"import keras", "import Dense"})


def notebook(*cells: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells], "metadata": {}}).encode()


def test_notebooks(lint):
    result = lint(notebook("%pip install keras\nimport keras\n", "x = = 1", MODEL), path="n.ipynb")
    wrong = result.diagnostics[0]
    assert (wrong.code, wrong.location.cell, wrong.location.start) == ("TDL001", 2, Position(1, 5))
    first, _ = dense(result)
    assert (first.location.cell, first.location.start, first.location.lines) == (3, Position(6, 5), ("    Dense(4),",))


def test_other_languages(lint):
    data = json.dumps({"cells": [], "metadata": {"language_info": {"name": "R"}, "x": "keras"}}).encode()
    assert lint(data, path="n.ipynb").diagnostics == ()


def test_model_files_are_reported_by_layer():
    model = ModelGraph(1, "m", "sequential", (), origin="archive")
    (diagnostic,) = engine.check_graph(model, "m.keras", Settings(), (Crash,))[:1]
    assert (diagnostic.code, diagnostic.location.path, diagnostic.location.span) == ("TDL002", "m.keras", None)


def test_text_of_an_editor():
    result = engine.check_stdin(MODEL.encode(), "dir/m.py", Settings(), (EveryLayer,))
    assert {diagnostic.location.path for diagnostic in result.diagnostics} == {"dir/m.py"}
