"""``tdlint --fix`` as a user meets it: what is written where, and the exit code."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAFE = """\
from keras import Sequential, layers

model = Sequential([layers.Dense(8, activation="Relu"), layers.Dense(1)])
"""
SAFE_FIXED = SAFE.replace("Relu", "relu")
UNSAFE = """\
from keras import Sequential, layers

model = Sequential([
    layers.LSTM(8),
    layers.LSTM(8),
])
"""
UNSAFE_FIXED = UNSAFE.replace("LSTM(8),", "LSTM(8, return_sequences=True),", 1)


@pytest.fixture
def files(tmp_path) -> dict[str, Path]:
    """A file with a safe fix, one with an unsafe fix, and a clean one."""
    texts = {"safe.py": SAFE, "unsafe.py": UNSAFE, "clean.py": SAFE_FIXED}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return {name: tmp_path / name for name in texts}


def read(files: dict[str, Path]) -> list[str]:
    return [file.read_text() for file in files.values()]


CONCISE = ("--output-format", "concise")


def test_the_summary_says_what_can_be_fixed(run, files):
    assert "; 1 fixable with --fix (1 more with --unsafe-fixes).\n" in run(*CONCISE, ".")[1]
    assert "; 2 fixable with --fix.\n" in run("--unsafe-fixes", *CONCISE, ".")[1]
    assert "; 1 fixable with --fix --unsafe-fixes.\n" in run(*CONCISE, "unsafe.py")[1]
    assert "fixable" not in run(*CONCISE, "--unfixable", "TDL1,unknown-identifier", ".")[1]
    summary = json.loads(run("--output-format", "json", ".")[1])["summary"]
    assert (summary["fixable"], summary["fixable_unsafe"], summary["fixed"]) == (1, 1, 0)
    assert read(files) == [SAFE, UNSAFE, SAFE_FIXED]


def test_safe_fixes_are_written_and_the_rest_is_reported(run, files):
    code, out, err = run("--fix", *CONCISE, ".")
    assert (code, err) == (1, "")
    assert out.startswith("unsafe.py:4:5: TDL101 ")
    assert out.endswith("\nFound 1 error in 1 of 3 files; 1 fixed; 3 models; 1 fixable with --fix --unsafe-fixes.\n")
    assert read(files) == [SAFE_FIXED, UNSAFE, SAFE_FIXED]


def test_unsafe_fixes_are_written_if_asked_for(run, files):
    code, out, err = run("check", "--fix", "--unsafe-fixes", "--show-fixes", ".")
    assert (code, err) == (0, "")
    assert out == (
        "All checks passed in 3 files; 2 fixed; 3 models.\n\n"
        "Fixed 2:\n"
        "  safe.py\n"
        "       1  TDL409 [unknown-identifier]\n"
        "  unsafe.py\n"
        "       1  TDL101 [missing-return-sequences]\n"
    )
    assert read(files) == [SAFE_FIXED, UNSAFE_FIXED, SAFE_FIXED]
    assert run("check", "--fix", "--unsafe-fixes", "--show-fixes", ".")[1].endswith("\n\nNothing was fixed.\n")


def test_the_configuration_chooses_fixes(run, files, tmp_path):
    config = tmp_path / "pyproject.toml"
    config.write_text('[tool.tdlint]\nunsafe-fixes = true\nunfixable = ["TDL409"]\n')
    assert run("--fix", ".")[0] == 1
    assert read(files) == [SAFE, UNSAFE_FIXED, SAFE_FIXED]
    files["unsafe.py"].write_text(UNSAFE)
    assert run("--fix", "--no-unsafe-fixes", ".")[0] == 1
    assert read(files) == [SAFE, UNSAFE, SAFE_FIXED]
    rows = run("config")[1]
    assert "unfixable" in rows
    config.write_text('[tool.tdlint]\nunfixable = ["TDL999"]\n')
    assert "tool.tdlint.unfixable: no rule is called `TDL999`" in run("--fix", ".")[2]


@pytest.mark.parametrize("tool", [["git", "apply", "-p0", "-"], ["patch", "-p0"]], ids=lambda tool: tool[0])
def test_a_diff_is_what_a_patch_takes_and_nothing_is_written(run, files, tmp_path, tool):
    if not shutil.which(tool[0]):
        pytest.skip(f"needs {tool[0]}")
    (tmp_path / "end.py").write_text(SAFE.rstrip("\n"))
    (tmp_path / "form.py").write_bytes(SAFE.replace("\n", "\r\n").encode() + b"\x0c\r\nx = 1\r\n")
    code, out, err = run("--diff", "--unsafe-fixes", ".")
    assert (code, err) == (1, "Would fix 4 in 4 files.\n")
    assert read(files) == [SAFE, UNSAFE, SAFE_FIXED]
    assert out.startswith("--- end.py\n+++ end.py\n@@ -1,3 +1,3 @@\n")
    assert out.count("\\ No newline at end of file\n") == 2
    subprocess.run(tool, input=out.encode(), cwd=tmp_path, check=True)
    assert read(files) == [SAFE_FIXED, UNSAFE_FIXED, SAFE_FIXED]
    assert (tmp_path / "end.py").read_text() == SAFE_FIXED.rstrip("\n")
    assert (tmp_path / "form.py").read_bytes() == SAFE_FIXED.replace("\n", "\r\n").encode() + b"\x0c\r\nx = 1\r\n"


def test_a_diff_without_changes(run, files):
    assert run("--diff", "clean.py") == (0, "", "Nothing to fix.\n")
    assert run("--diff", "unsafe.py") == (0, "", "Nothing to fix; 1 more with --unsafe-fixes.\n")
    assert run("--diff", "safe.py", "--exit-zero")[0] == 0


def test_a_diff_tells_what_could_not_be_read(run, files, tmp_path):
    (tmp_path / "broken.py").write_text("import keras\nx = = 1\n")
    code, out, err = run("--diff", ".")
    assert code == 1
    assert out.startswith("--- safe.py\n")
    assert err.endswith("\nbroken.py:2:5: TDL001 [syntax-error] invalid syntax\n")


def test_a_diff_in_color(run, files, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = run("--diff", "safe.py")[1]
    assert "\x1b[1;32m+model = " in out
    assert "\x1b[1;31m-model = " in out


def test_fixing_only_reports_what_was_fixed(run, files):
    assert run("--fix-only", ".") == (0, "Fixed 1 in 1 file; 1 more with --unsafe-fixes.\n", "")
    assert run("--fix-only", ".") == (0, "Nothing to fix; 1 more with --unsafe-fixes.\n", "")
    code, out, _ = run("--fix-only", "--unsafe-fixes", "--show-fixes", ".")
    assert (code, out.splitlines()[-1]) == (0, "Fixed 1 in 1 file.")
    assert "TDL101" in out
    assert read(files) == [SAFE_FIXED, UNSAFE_FIXED, SAFE_FIXED]


@pytest.mark.parametrize("option", ["--fix", "--fix-only"])
def test_a_file_that_can_not_be_written_is_named(run, files, option):
    files["safe.py"].chmod(0o444)
    code, out, err = run(option, *CONCISE, ".")
    assert code == 2
    assert "safe.py: TDL006 [fix-failed] no fix was written: the file is read-only" in out + err
    assert read(files) == [SAFE, UNSAFE, SAFE_FIXED]


def test_machine_formats_report_what_is_left(run, files):
    report = json.loads(run("--fix", "--output-format", "json", ".")[1])
    assert [diagnostic["code"] for diagnostic in report["diagnostics"]] == ["TDL101"]
    assert (report["summary"]["fixed"], report["summary"]["fixed_by_rule"]) == (1, {"TDL409": 1})
    files["safe.py"].write_text(SAFE)
    assert run("--fix", "--output-format", "github", ".")[1].count("::error ") == 1
    files["safe.py"].write_text(SAFE)
    (sarif,) = json.loads(run("--fix", "--output-format", "sarif", ".")[1])["runs"]
    assert [result["ruleId"] for result in sarif["results"]] == ["TDL101"]


class _Bytes(io.TextIOWrapper):
    """A standard input that holds bytes."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))


@pytest.fixture
def give(monkeypatch):
    return lambda data: monkeypatch.setattr(sys, "stdin", _Bytes(data))


def test_a_program_from_standard_input_is_written_to_standard_output(run, give):
    data = (SAFE + UNSAFE).replace("\n", "\r\n").encode()
    give(data)
    code, out, err = run("--fix", *CONCISE, "-")
    assert (code, out) == (1, data.decode().replace("Relu", "relu"))
    assert err.startswith("<stdin>:7:5: TDL101 ")
    give(UNSAFE.encode())
    code, out, err = run("--fix", "--unsafe-fixes", "--stdin-filename", "a/m.py", *CONCISE, "-")
    assert (code, out, err) == (0, UNSAFE_FIXED, "All checks passed in 1 file; 1 fixed; 1 model.\n")


@pytest.mark.parametrize("program", [b"", b"x = 1", b"import keras\nx = = 1\n", SAFE_FIXED.encode(), b"\xff\xfe"])
def test_what_can_not_be_fixed_comes_out_as_it_went_in(program):
    command = [sys.executable, "-m", "tdlint", "--fix", "--isolated", "-"]
    done = subprocess.run(command, input=program, capture_output=True, check=False)
    assert done.stdout == program
    assert done.returncode in (0, 1)


def test_a_diff_of_standard_input(run, give):
    give(SAFE.encode())
    code, out, err = run("--diff", "--stdin-filename", "m.py", "-")
    assert (code, err) == (1, "Would fix 1 in 1 file.\n")
    assert out.startswith("--- m.py\n+++ m.py\n")


def notebook(*cells: str) -> str:
    made = [
        {"cell_type": "code", "metadata": {}, "outputs": [{"text": "é"}], "source": cell.splitlines(keepends=True)}
        for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {"a": 1.50}, "nbformat": 4}, indent=1, ensure_ascii=False) + "\n"


def test_a_notebook_is_fixed_in_place(run, tmp_path):
    before = notebook("%matplotlib inline\n" + SAFE, "!ls\n" + UNSAFE)
    (tmp_path / "n.ipynb").write_text(before, encoding="utf-8")
    code, out, _ = run("--diff", "--unsafe-fixes", ".")
    assert code == 1
    assert "--- n.ipynb:cell1\n+++ n.ipynb:cell1\n@@ -1,4 +1,4 @@\n %matplotlib inline\n" in out
    assert "--- n.ipynb:cell2\n" in out
    assert run("--fix", "--unsafe-fixes", ".")[0] == 0
    after = before.replace("Relu", "relu").replace("LSTM(8)", "LSTM(8, return_sequences=True)", 1)
    assert (tmp_path / "n.ipynb").read_text(encoding="utf-8") == after
