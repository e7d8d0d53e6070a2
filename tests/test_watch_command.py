"""``tdlint check --watch`` as a user meets it: a process that goes on while files are edited."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue

import pytest

from tdlint.cli import watching

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes are told to end as on POSIX")

BAD = "from keras import Sequential, layers\n\nmodel = Sequential([layers.LSTM(8), layers.LSTM(8)])\n"
GOOD = BAD.replace("8)", "8, return_sequences=True)", 1)
UNKNOWN = GOOD.replace("LSTM(8)]", 'Dense(8, activation="Relu")]')
HEAD = "from keras import layers\n\ndef head():\n    return layers.LSTM(8, return_sequences=True)\n"
TAKES = "from keras import Sequential, layers\nfrom head import head\n\nmodel = Sequential([head(), layers.LSTM(8)])\n"
PATIENCE = 120.0
"""Seconds for what happens at once on a machine that has nothing else to do."""

FOUND, FINE = r"^Found 1 error in .*", r"^All checks passed in .*"


class Watching:
    """A process that watches; what it writes is read as it comes."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.folder = folder
        self.seen: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tdlint", "check", "--watch", "--output-format", "concise", *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **environment},
        )
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def line(self, pattern: str) -> str:
        """The next line that matches."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._lines.get(timeout=max(until - time.monotonic(), 0))
            except Empty:
                raise AssertionError(f"no line {pattern} after:\n" + "\n".join(self.seen)) from None
            self.seen.append(line)
            if re.search(pattern, line):
                return line

    def settled(self) -> None:
        self.line(r"^\[\d\d:\d\d:\d\d\] Watching .*; Ctrl-C ends\.$")

    def report(self) -> list[str]:
        """The lines of the last round, if it has ended."""
        begins = max(number for number, line in enumerate(self.seen) if "] Checking" in line)
        ended = "] Watching" in self.seen[-1]
        return [line for line in self.seen[begins + 1 : -1] if line] if ended else []

    def write(self, name: str, text: str) -> None:
        """Write a file as an editor does: the whole at once, under a new time even where times are in seconds."""
        file = self.folder / name
        self._written = getattr(self, "_written", int(time.time())) + 2
        other = file.with_name(f".{file.name}.new")
        other.write_text(text)
        os.utime(other, (self._written, self._written))
        other.replace(file)

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@pytest.fixture
def watch(tmp_path):
    """Starts a process that watches a folder, once its first round is done; ends it with the test."""
    pytest.importorskip("watchfiles")
    started: list[Watching] = []
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "model.py").write_text(BAD)

    def start(*arguments: str, **environment: str) -> Watching:
        one = Watching(tmp_path, *arguments, **environment)
        started.append(one)
        one.settled()
        return one

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


def changes(process: Watching) -> list[str]:
    return [line.partition("] ")[2] for line in process.seen if "Checking again" in line]


@pytest.mark.parametrize("polling", [False, True])
def test_files_that_change_come_and_go_are_checked(watch, tmp_path, polling):
    process = watch("src", *(["-j", "2"] if polling else []), **({"WATCHFILES_FORCE_POLLING": "1"} if polling else {}))
    assert re.match(r"\[\d\d:\d\d:\d\d\] Checking src\.$", process.seen[0])
    assert process.seen[1].startswith("src/model.py:3:21: TDL101 ")
    process.write("src/model.py", GOOD)
    process.line(FINE)
    process.settled()
    (tmp_path / "src" / "more").mkdir()
    process.write("src/more/other.py", BAD)
    process.line("^src/more/other.py:3:21: TDL101 ")
    process.settled()
    (tmp_path / "src" / "more" / "other.py").unlink()
    process.line(FINE)
    process.settled()
    assert changes(process) == [
        "Checking again: src/model.py changed.",
        "Checking again: src/more/other.py is new.",
        "Checking again: src/more/other.py was deleted.",
    ]


def test_what_is_left_out_or_of_no_concern_is_not_told(watch, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.tdlint]\nextend-exclude = ["made_*"]\n')
    process = watch()
    (tmp_path / "made_folder").mkdir()
    for name in ("src/made_model.py", "made_folder/model.py", "src/notes.txt", "src/model.py.swp"):
        process.write(name, BAD)
    (tmp_path / "src" / ".#model.py").symlink_to("user@host.1")
    process.write("src/model.py", GOOD)
    process.line(FINE)
    assert changes(process) == ["Checking again: src/model.py changed."]


def test_a_configuration_that_is_wrong_is_told_and_mended(watch):
    process = watch("src")
    process.write("pyproject.toml", "[tool.tdlint]\nignored = 1\n")
    process.line("^tdlint: error: pyproject.toml: unknown key `ignored`")
    process.settled()
    process.write("pyproject.toml", '[tool.tdlint]\nignore = ["TDL101"]\n')
    process.line(FINE)
    process.settled()
    process.write("pyproject.toml", '[tool.tdlint]\nignore = ["TDL999"]\n')
    process.line("^tdlint: error: .*TDL999")


def test_a_folder_that_goes_away_and_comes_back(watch, tmp_path):
    process = watch("src")
    (tmp_path / "src").rename(tmp_path / "kept")
    process.line("^tdlint: error: src: no such file or folder")
    process.settled()
    (tmp_path / "kept").rename(tmp_path / "src")
    process.line(FOUND)
    process.settled()
    process.write("src/model.py", GOOD)
    process.line(FINE)


def test_an_imported_file_of_the_project_counts_wherever_it_is(watch, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.tdlint]\n")
    (tmp_path / "head.py").write_text(HEAD)
    (tmp_path / "src" / "model.py").write_text(TAKES)
    process = watch("src/model.py")
    process.write("head.py", HEAD.replace(", return_sequences=True", ""))
    process.line("TDL101")
    assert changes(process) == ["Checking again: head.py changed."]


@pytest.mark.parametrize("no_cache", [[], ["--no-cache"]])
def test_fixes_are_written_and_do_not_count_as_changes(watch, tmp_path, no_cache):
    process = watch("--fix", *no_cache)
    process.write("src/unknown.py", UNKNOWN)
    process.line(r"^Found 1 error in 1 of 2 files; 1 fixed;")
    process.settled()
    assert (tmp_path / "src" / "unknown.py").read_text() == UNKNOWN.replace("Relu", "relu")
    process.write("src/model.py", GOOD)
    process.line(FINE)
    assert changes(process) == ["Checking again: src/unknown.py is new.", "Checking again: src/model.py changed."]


def test_a_report_in_a_file_is_written_again(watch, tmp_path):
    (tmp_path / "base.json").write_text("")
    process = watch("src", "--output-format", "json", "--output-file", "report.json")
    assert len(json.loads((tmp_path / "report.json").read_text())["diagnostics"]) == 1
    process.write("src/model.py", GOOD)
    process.settled()
    assert json.loads((tmp_path / "report.json").read_text())["diagnostics"] == []


def edit_at_random(source: Path, choice: random.Random) -> None:
    """Something that happens to a project: files and folders are written, moved and deleted."""
    files = sorted(source.rglob("*.py"))
    folders = [source, *sorted(path for path in source.rglob("*") if path.is_dir())]
    what = choice.choice(["write", "write", "edit", "edit", "delete", "move", "make", "remove", "rename"])
    new = choice.choice(folders) / f"f{choice.randrange(9)}.py"
    text = choice.choice(
        [GOOD, BAD, HEAD, HEAD.replace(", return_sequences=True", ""), TAKES.replace("head i", "f1 i")]
    )
    with suppress(OSError):  # a folder can't be moved into itself, or onto one with something in it
        if what == "write":
            new.write_text(text)
        elif what == "make":
            (choice.choice(folders) / f"d{choice.randrange(6)}").mkdir()
        elif what in ("remove", "rename") and len(folders) > 1:
            folder = choice.choice(folders[1:])
            shutil.rmtree(folder) if what == "remove" else folder.rename(source / f"d{choice.randrange(6)}")
        elif files:
            file = choice.choice(files)
            if what == "edit":
                file.write_text(text)
            elif what == "delete":
                file.unlink()
            else:
                file.rename(new)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(int(os.environ.get("WATCHED_EDITS", "3"))))
def test_whatever_happens_the_last_report_is_what_a_new_run_gives(watch, tmp_path, seed):
    choice = random.Random(seed)
    process = watch("src")
    for _ in range(40):
        edit_at_random(tmp_path / "src", choice)
        time.sleep(choice.choice([0, 0, 0.01, 0.1, 0.4]))
    (tmp_path / "src" / "f8.py").write_text(BAD)  # so that there is one
    command = [sys.executable, "-m", "tdlint", "check", "--no-cache", "--output-format", "concise", "src"]
    expected = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout.splitlines()
    while process.report() != expected:
        process.settled()


def test_only_a_terminal_is_cleared(watch, tmp_path):
    pty = pytest.importorskip("pty")
    process = watch("src")
    process.write("src/model.py", GOOD)
    process.line(FINE)
    assert "\x1b" not in "".join(process.seen)
    ours, theirs = pty.openpty()
    shown = subprocess.Popen(
        [sys.executable, "-m", "tdlint", "check", "--watch", "src"],
        cwd=tmp_path,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(theirs)
    killer = threading.Timer(PATIENCE, shown.kill)
    killer.start()
    text = ""
    while "Watching 1 file for changes" not in text:
        text += os.read(ours, 65536).decode()
    assert watching.CLEAR not in text
    process.write("src/model.py", BAD)
    while text.count("Watching 1 file for changes") < 2:
        text += os.read(ours, 65536).decode()
    assert re.search(re.escape(watching.CLEAR) + r"\S*\[\d\d:\d\d:\d\d\]\S* Checking again: src/model.py changed", text)
    shown.kill()
    shown.wait()
    killer.cancel()
    os.close(ours)


def test_it_ends_as_a_program_that_was_interrupted(watch):
    process = watch("src")
    assert process.interrupt() == 130
    process.line("^tdlint: interrupted$")
    assert "Traceback" not in "".join(process.seen)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-"], "--watch can't be joined with standard input"),
        (["--diff"], "--watch can't be joined with --diff"),
        (["--add-ignore"], "--watch can't be joined with --add-ignore"),
        (["--baseline", "b.json", "--update-baseline"], "--watch can't be joined with --update-baseline"),
        (["--show-files"], "--watch can't be joined with --show-files"),
        (["--output-format", "sarif"], "give --output-format concise or full, or --output-file"),
    ],
)
def test_what_makes_no_sense_is_refused(run, arguments, message):
    code, out, err = run("--watch", *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_the_first_round_has_to_be_possible(run):
    assert run("--watch", "nowhere")[::2] == (2, "tdlint: error: nowhere: no such file or folder\n")


def test_without_the_library_it_says_what_to_install(run, monkeypatch):
    monkeypatch.setattr(watching, "find_spec", lambda name: None)
    assert run("--watch")[::2] == (2, "tdlint: error: --watch needs watchfiles: pip install 'tdlint[watch]'\n")
