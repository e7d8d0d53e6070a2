"""Notebooks whose JSON is broken, or whose every part is of another type than the format says."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from command_lines import BAD

GOOD: dict[str, Any] = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# text"]},
        {"cell_type": "code", "metadata": {}, "source": BAD.splitlines(True), "outputs": [], "execution_count": 1},
    ],
    "metadata": {"kernelspec": {"name": "python3", "language": "python"}, "language_info": {"name": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
TEXT = json.dumps(GOOD)
CONCISE = ("--no-cache", "--output-format", "concise")
BROKEN = {
    "empty": "",
    "cut off": TEXT[:-20],
    "in conflict": "<<<<<<< HEAD\n" + TEXT,
    "twice": TEXT + TEXT,
    "a number": '3 "keras"',
    "a list": '["keras"]',
    "deep": '{"keras": ' + "[" * 100_000,
    "a long number": '{"keras": ' + "9" * 10_000 + "}",
    "no cells": '{"keras": 1}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_notebook(run, bad, tmp_path, name):
    (tmp_path / "a.ipynb").write_text(BROKEN[name])
    code, out, err = run(*CONCISE, "a.ipynb", "bad.py")
    assert (code, err) == (1, "")
    lines = out.splitlines()
    if name != "empty":  # which has nothing to do with Keras
        assert lines.pop(0).startswith("a.ipynb: TDL004 [unreadable-file] the ")
    assert lines[0].startswith("bad.py:4:5: TDL101 ")


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in a JSON value."""
    found = [way] if way else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*way, key))
    return found


def changed(way: tuple[Any, ...], new: Any) -> dict[str, Any]:
    copy = json.loads(TEXT)
    inner: Any = copy
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = new
    return copy


OTHERS = (None, True, 3, -1.5, "", "keras", "\ud800", [], [None], [["keras"]], {}, {"keras": []}, [3, "import keras\n"])


def test_another_type_anywhere(run, tmp_path):
    for number, way in enumerate(places(GOOD)):
        for new in OTHERS:
            (tmp_path / f"n{number}_{OTHERS.index(new)}.ipynb").write_text(json.dumps(changed(way, new)) + " " * 5)
    code, out, err = run(*CONCISE, "-j", "1", ".")
    assert (code, err) == (1, "")  # 2 would say that the tool has failed
    assert {line.split()[1] for line in out.splitlines()[:-1]} <= {"TDL001", "TDL004", "TDL101"}
    assert "1 fixable" not in out


def test_fixing_writes_notebooks_that_can_be_read(run, tmp_path):
    draw = random.Random(7)
    for number, way in enumerate(places(GOOD)):
        (tmp_path / f"n{number}.ipynb").write_text(json.dumps(changed(way, draw.choice(OTHERS))))
    before = {path: json.loads(path.read_text()) for path in tmp_path.iterdir()}
    run("--no-cache", "--fix", "--unsafe-fixes", "-j", "1", ".")
    fixed = 0
    for path, old in before.items():
        new = json.loads(path.read_text())
        fixed += new != old
        for cell in (*old["cells"], *new["cells"]) if new != old else ():
            cell.pop("source", None)
        assert new == old
    assert fixed > 3


def test_large_outputs_cost_little_and_stay(run, tmp_path):
    image = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo" * 300_000}, "metadata": {}}
    notebook = changed(("cells", 1, "outputs"), [image] * 3)
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook, indent=1))
    assert run("--no-cache", "--fix", "--unsafe-fixes", "a.ipynb")[0] == 0
    written = json.loads((tmp_path / "a.ipynb").read_text())
    assert "return_sequences=True" in "".join(written["cells"][1].pop("source"))
    notebook["cells"][1].pop("source")
    assert written == notebook
