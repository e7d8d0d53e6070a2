"""Every comment in ``fixtures/interp`` is what the interpreter says at its line, and is true of the real program."""

from __future__ import annotations

import builtins
import os
import re
import sys
import warnings
from pathlib import Path
from typing import Any

import fixture_notation as notation
import fixture_values as values
import libcst as cst
import pytest

from tdlint.interp import Program, interpret
from tdlint.interp.python import calls, expressions
from tdlint.interp.run import Run
from tdlint.values import ModelValue, Unknown, Value

FOLDER = Path(__file__).parent.parent.parent / "fixtures" / "interp"
NAMES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.suffix in (".py", ".ipynb"))
LATE = ("layers", "summary")
"""What is told of a model when the program has ended."""

_HEAVY = re.compile(r"^\s*(?:import|from)\s+(?:keras|tensorflow|tf_keras|sklearn|pandas)\b", re.MULTILINE)


def fixture(name: str) -> notation.Fixture:
    return notation.read(FOLDER / name, f"fixtures/interp/{name}")


def is_heavy(name: str) -> bool:
    return _HEAVY.search(fixture(name).program) is not None


PLAIN = [name for name in NAMES if not is_heavy(name)]
HEAVY = [name for name in NAMES if is_heavy(name)]


def follow(program: str, monkeypatch: pytest.MonkeyPatch, words: dict[int, list[str]]) -> tuple[Program, Any]:
    """Interpret a program; for each line that reveals something its value and what is said of it, by word."""
    seen: dict[int, tuple[Value, dict[str, str]]] = {}
    call = calls.call

    def watch(run: Run, node: cst.Call) -> Value:
        if not (isinstance(node.func, cst.Name) and node.func.value == notation.REVEAL):
            return call(run, node)
        line, value = (expressions.evaluate(run, arg.value) for arg in node.args)
        if not run.muted:
            number = line.value  # type: ignore[attr-defined]
            seen[number] = (value, {word: values.said(value, word, run) for word in words[number]})
        return value

    monkeypatch.setattr(calls, "call", watch)
    return interpret(cst.parse_module(program), program.count("\n")).program, seen


@pytest.mark.parametrize("name", NAMES)
def test_the_interpreter_says_so(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = fixture(name)
    words: dict[int, list[str]] = {}
    for each in given.expectations:
        words.setdefault(each.line, []).append(each.word)
    program, seen = follow(given.program, monkeypatch, words)
    wrong = []
    for each in given.expectations:
        value, said = seen.get(each.line, (None, {}))
        if value is None:
            got = "unreachable"
        elif each.word in LATE:
            graph = program.model(value.key) if isinstance(value, ModelValue) else None
            got = values.describe_model(graph, each.word, each.text) if graph else f"no model: {value}"
        else:
            got = said.get(each.word, "reached")
        if each.word == "unknown" and isinstance(value, Unknown):
            good = each.text in got
        else:
            good = got == (each.text or each.word)
        if not good:
            because = values.why_unknown(value) if value is not None and "?" in got else ""
            wrong.append(f"{given.place(each.line)}: expected {each.word}: {each.text}\n    got {got}  {because}")
            graph = program.model(value.key) if isinstance(value, ModelValue) else None
            wrong += [f"    {reason}" for reason in graph.unknown] if graph else []
    assert not wrong, "\n" + "\n".join(wrong)


def execute(
    given: notation.Fixture, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> dict[notation.Expectation, str | None]:
    """Run a program in an empty folder; what is really there where an expectation is wrong, None where it is right."""
    revealed: dict[int, Any] = {}
    wrong: dict[notation.Expectation, str | None] = {}

    def reveal(line: int, value: Any) -> Any:
        revealed[line] = value
        for each in given.expectations:
            if each.line == line and each.word not in (*LATE, "unknown", "unreachable"):
                wrong[each] = values.real_agrees(value, each.word, each.text)
        return value

    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["program"])
    monkeypatch.setattr(builtins, "input", lambda prompt="": "3")
    names = {notation.REVEAL: reveal, "__name__": "__main__", "_": None}  # _ stands for the result of a magic
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(given.program, given.source.path, "exec"), names)
    for each in given.expectations:
        if each.word == "unreachable":
            wrong[each] = "reached" if each.line in revealed else None
        elif each.word != "unknown" and each.line not in revealed:
            wrong[each] = "not reached"
        elif each.word in LATE:
            wrong[each] = values.real_agrees(revealed[each.line], each.word, each.text)
    return wrong


def check_against_reality(name: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    given = fixture(name)
    wrong = [
        f"{given.place(each.line)}: expected {each.word}: {each.text}\n    really {real}"
        for each, real in execute(given, monkeypatch, folder).items()
        if real is not None
    ]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("name", PLAIN)
def test_python_does_so(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    check_against_reality(name, monkeypatch, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", HEAVY)
def test_keras_does_so(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    keras = pytest.importorskip("keras", minversion="3.15")
    keras.backend.clear_session()
    check_against_reality(name, monkeypatch, tmp_path)
