"""Standard input, output and error that are closed, full, or read by nobody any more; other terminals and places."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from command_lines import BAD

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")

MODELS = Path(__file__).parents[2] / "fixtures" / "models"
COMMANDS = (
    "check --no-cache .",
    "check --output-format sarif .",
    "check --diff --unsafe-fixes .",
    "check --show-files .",
    "graph .",
    "migrate .",
    "rules",
    "rule TDL101",
    "config",
    "clean .",
    "inspect model.keras",
    "--help",
)
"""All that write to standard output, by each way that there is."""
FEW = ("check --no-cache .", "rules", "--help")


def at_once(shell, commands: tuple[str, ...], end: str) -> list[tuple[str, list[str]]]:
    """What each command line says on standard error, ended by its exit code; all run at the same time."""
    lines = [f"(tdlint {each} {end}) 2>err{number} & all+=($!)" for number, each in enumerate(commands)]
    ends = "for p in ${all[@]}; do wait $p; echo $?; done"
    done = shell("\n".join(["set -o pipefail", *lines, ends]))
    codes = done.stdout.split()
    assert len(codes) == len(commands), done
    return [(each, code) for each, code in zip(commands, codes, strict=True)]


@pytest.fixture
def said(tmp_path):
    """What the command of a number has said on standard error."""
    return lambda number: (tmp_path / f"err{number}").read_text().splitlines()


@pytest.fixture
def places(bad, tmp_path):
    """A folder with a program and a model file."""
    shutil.copy(MODELS / "sequence_head.keras", tmp_path / "model.keras")


def test_a_reader_that_goes_away(shell, places, said):
    for number, (line, code) in enumerate(at_once(shell, COMMANDS, "| (exec <&-; sleep 1; true)")):
        assert (code, said(number)) == ("141", []), line


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_full_disk(shell, places, said):
    for number, (line, code) in enumerate(at_once(shell, COMMANDS, ">/dev/full")):
        message = "tdlint: error: standard output can't be written: no space left on device"
        assert (code, said(number)[-1:]) == ("2", [message]), line


def test_standard_output_is_closed(shell, bad, said):
    for number, (line, code) in enumerate(at_once(shell, FEW, ">&-")):
        message = "tdlint: error: standard output can't be written: bad file descriptor"
        assert (code, said(number)) == ("2", [message]), line


def test_a_report_in_a_file_needs_no_standard_output(shell, bad, tmp_path):
    done = shell("tdlint check --output-file report.txt . <&- >&- 2>&-; echo $?")
    assert done.stdout == "1\n"
    assert "TDL101" in (tmp_path / "report.txt").read_text()


def test_standard_error_is_closed_or_full(shell, bad):
    done = shell("tdlint --no-cache --output-format concise . 2>&-; echo $?; tdlint gone.py 2>/dev/full; echo $?")
    assert done.stdout.startswith("bad.py:4:5: TDL101 ")
    assert done.stdout.splitlines()[-2:] == ["1", "2"]


def test_standard_input_is_closed(shell, bad):
    done = shell("tdlint - <&-; echo $?; tdlint server <&-; echo $?; tdlint --no-cache bad.py <&- >/dev/null; echo $?")
    assert done.stdout.splitlines() == ["2", "2", "1"]
    assert done.stderr.splitlines() == [
        "tdlint: error: standard input can't be read: bad file descriptor",
        "tdlint: error: standard input or output can't be used: bad file descriptor",
    ]


def test_no_home_no_terminal_and_no_encoding(shell, tmp_path):
    (tmp_path / "日.py").write_text(BAD.replace("8)", "8, name='日本')", 1), encoding="utf-8")
    bare = {"HOME": None, "TERM": None, "USER": None, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = shell("tdlint --no-cache --output-format full .", **bare, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (1, "")
    assert r"\udce6\udc97\udca5.py:4:5" in done.stdout  # the bytes of a name are no ASCII
    assert "name='日本'" in done.stdout  # click takes ASCII for a lack of knowledge, and writes UTF-8
