"""Configuration files, baselines and lists of what git ignores that are broken, of wrong types, huge, or no files."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

CONCISE = ("--no-cache", "--output-format", "concise")
FOUND = "bad.py:4:5: TDL101 "
TABLE = "[tool.tdlint]\n"
BROKEN: dict[str, tuple[str | bytes, str]] = {
    "no TOML": ("[tool.tdlint\n", "not valid TOML: "),
    "latin-1": (b"[tool.tdlint]\nselect = ['\xe9']\n", "not valid TOML: "),
    "nested": (TABLE + "select = " + "[" * 10_000 + "]" * 10_000, "not valid TOML: "),
    "a long number": (TABLE + "select = " + "9" * 10_000, "not valid TOML: "),
    "a text": ("tool.tdlint = 'x'\n", "tool.tdlint must be a table, received the string 'x'"),
    "a list of tables": ("[[tool.tdlint]]\n", "tool.tdlint must be a table, received a list"),
    "a date": (TABLE + "keras-version = 2020-01-01\n", "tool.tdlint.keras-version: must be a string"),
    "lists in lists": (TABLE + "select = [['a']]\n", "tool.tdlint.select: must be a list of strings"),
    "a nan": (TABLE + "exclude = nan\n", "tool.tdlint.exclude: must be a list of strings, received the float nan"),
    "a NUL": (TABLE + 'cache-dir = "a\\u0000b"\n', "tool.tdlint.cache-dir: must be the name of a file"),
    "a NUL in a key": (TABLE + '"\\u0000" = 1\n', "unknown key `\\x00` in [tool.tdlint]"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_configuration(run, bad, tmp_path, name):
    content, says = BROKEN[name]
    (tmp_path / "pyproject.toml").write_bytes(content.encode() if isinstance(content, str) else content)
    code, out, err = run(*CONCISE, ".")
    assert (code, out) == (2, "")
    assert err.startswith(f"tdlint: error: pyproject.toml: {says}")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "table",
    [
        "select = [" + "'TDL101'," * 100_000 + "]",
        "exclude = ['[', '[!', '" + "*a" * 40 + "b', '\\u0000', '//', '..']",
        "per-file-ignores = {" + ", ".join(f"'f{number}*.py' = ['TDL1']" for number in range(2000)) + "}",
    ],
    ids=["long", "patterns", "many patterns"],
)
def test_a_strange_configuration(run, bad, tmp_path, table):
    (tmp_path / "pyproject.toml").write_text(TABLE + table)
    code, out, err = run(*CONCISE, ".")
    assert (code, err) == (1, "")
    assert out.startswith(FOUND)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "3", '{"version": 1}', '{"version": 9, "diagnostics": []}', '{"version": 1, "diagnostics": [3]}',
     "[" * 100_000, '{"version": ' + "9" * 10_000 + "}", '{"version": 1, "diagnostics": [{"code": 3}]}', "\ud800"],
    ids=lambda content: content[:24].encode("ascii", "backslashreplace").decode(),
)  # fmt: skip
def test_a_broken_baseline(run, bad, tmp_path, content):
    written = content.encode("utf-8", "surrogatepass")
    (tmp_path / "known.json").write_bytes(written)
    for more in ([], ["--update-baseline"]):
        code, out, err = run(*CONCISE, "--baseline", "known.json", *more, ".")
        assert (code, out) == (2, "")
        assert err.startswith("tdlint: error: known.json: ")
        assert len(err.splitlines()) == 1
    assert (tmp_path / "known.json").read_bytes() == written


@pytest.mark.skipif(sys.platform == "win32", reason="needs pipes that are files")
def test_pipes_instead_of_files(run, bad, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for option, what in (("--baseline", "can't read this baseline"), ("--config", "can't read this file")):
        code, _, err = run(*CONCISE, option, "pipe", ".")
        assert (code, err) == (2, f"tdlint: error: pipe: {what}: it is a named pipe and not a regular file\n")


def test_lines_of_gitignore_that_are_no_patterns(run: Any, bad, tmp_path):
    (tmp_path / ".gitignore").write_bytes(b"!\n/\n///\n[\n[!\n\\\n\0\n\xff\nold.py\n")
    (tmp_path / "old.py").write_text(bad.read_text())
    code, out, err = run(*CONCISE, ".")
    assert (code, err) == (1, "")
    assert out.startswith(FOUND)
    assert "old.py" not in out
