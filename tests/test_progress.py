"""The bar of long runs: it is there on a terminal, gone at the end, and nowhere else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tdlint.cli import progress as progress_module
from tdlint.cli.progress import Progress, is_looked_at, progress

pty = pytest.importorskip("pty", reason="terminals as on POSIX")

AT_ONCE = "import sys\nfrom tdlint.cli import progress as p\np.DELAY = p.SLOW = 0\n"
BY_HAND = f"""{AT_ONCE}
with p.progress("Checking") as told:
    told.begun("a.py")
    told.done(1, 3, "a.py")
    told.begun("[b].py")
    sys.stdin.readline()
sys.stderr.write("the end\\n")
"""
WHOLE = f"""{AT_ONCE}
from tdlint.__main__ import run
sys.exit(run(sys.argv[1:]))
"""
BAD = "from keras import Sequential, layers\n\nmodel = Sequential([layers.LSTM(8), layers.LSTM(8)])\n"
PATIENCE = 120


class Terminal:
    """A process whose standard error is a terminal; what is written there is read until a text comes or it ends."""

    def __init__(self, code: str, *arguments: str, cwd: Path, **environment: str) -> None:
        self.ours, theirs = pty.openpty()
        self.output = cwd / "output.txt"
        known = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "FORCE_COLOR")}
        with self.output.open("wb") as output:  # a pipe that nobody reads may get full
            self.process = subprocess.Popen(
                [sys.executable, "-c", code, *arguments],
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=theirs,
                env={**known, "TERM": "xterm", "COLUMNS": "100", **environment},
            )
        os.close(theirs)
        self.written = ""
        self._timer = threading.Timer(PATIENCE, self.process.kill)
        self._timer.start()

    def until(self, text: str | None) -> str:
        """What was written until the text came; with None, until the process ended."""
        while text is None or text not in self.written:
            try:
                some = os.read(self.ours, 65536)
            except OSError:  # the process has ended
                some = b""
            if not some:
                assert text is None, self.written
                break
            self.written += some.decode(errors="replace")
        return self.written

    def end(self) -> str:
        """Let the process go on and end; gives what it has written to standard output."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.until(None)
        self.process.wait()
        self._timer.cancel()
        os.close(self.ours)
        return self.output.read_text(encoding="utf-8")


def test_it_shows_what_is_done_and_what_takes_long_and_leaves_nothing(tmp_path):
    terminal = Terminal(BY_HAND, cwd=tmp_path)
    terminal.until("[b].py (0 s)")
    assert "Checking" in terminal.written
    assert "1/3" in re.sub(r"\x1b\[[0-9;]*m", "", terminal.written)
    terminal.end()
    after = terminal.written.rpartition("(0 s)")[2]
    assert "\x1b[2K" in after, "the line is deleted"
    assert "\x1b[?25h" in after, "the cursor is shown again"
    assert after.endswith("the end\r\n")


@pytest.mark.parametrize("environment", [{"CI": "true"}, {"TERM": "dumb"}], ids=str)
def test_it_is_not_there_where_nobody_looks(tmp_path, environment):
    terminal = Terminal(BY_HAND, cwd=tmp_path, **environment)
    terminal.end()
    assert terminal.written == "the end\r\n"


def test_no_color_takes_the_colors_out(tmp_path):
    terminal = Terminal(BY_HAND, cwd=tmp_path, NO_COLOR="1")
    terminal.until("[b].py (0 s)")
    terminal.end()
    assert not re.search(r"\x1b\[[0-9;]*3[0-9][0-9;]*m", terminal.written)


@pytest.mark.parametrize(
    "command", [["check"], ["check", "-j", "2"], ["check", "--diff", "--unsafe-fixes"], ["migrate"]]
)
def test_a_report_is_as_it_is_without(tmp_path, command):
    for number in range(3):
        (tmp_path / f"{number}.py").write_text(BAD * 5)
    arguments = [*command, "--no-cache", "."]
    terminal = Terminal(WHOLE, *arguments, cwd=tmp_path)
    there = terminal.end()
    plain = subprocess.run(
        [sys.executable, "-c", WHOLE, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100"},
    )
    assert there == plain.stdout
    assert terminal.process.returncode == plain.returncode
    assert "\x1b[?25l" not in plain.stderr
    assert terminal.written.count("\x1b[?25l") == terminal.written.count("\x1b[?25h") == 1


def test_a_short_run_shows_nothing(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(Progress, "_draw_bar", lambda self: drawn.append(self))
    monkeypatch.setattr(progress_module, "is_looked_at", lambda: True)
    monkeypatch.setattr(progress_module, "DELAY", PATIENCE)
    with progress("Checking") as told:
        told.begun("a.py")
        told.done(1, 1, "a.py")
    assert not drawn


def test_a_run_without_files_ends_too(monkeypatch):
    monkeypatch.setattr(progress_module, "is_looked_at", lambda: True)
    with progress("Checking"):
        pass


def test_a_bar_that_can_not_be_drawn_costs_nothing(monkeypatch):
    tried = threading.Event()

    def fail(self):
        tried.set()
        raise OSError

    monkeypatch.setattr(Progress, "_draw_bar", fail)
    monkeypatch.setattr(progress_module, "is_looked_at", lambda: True)
    monkeypatch.setattr(progress_module, "DELAY", 0)
    with progress("Checking") as told:
        told.begun("a.py")
        assert tried.wait(PATIENCE)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are copied")
def test_no_copy_of_the_process_is_made_while_it_draws(monkeypatch):
    """A copy has no thread that would open the locks which the thread holds."""
    drawing, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(progress_module, "_bar", lambda no_color: drawing.set() or go_on.wait(PATIENCE))
    monkeypatch.setattr(progress_module, "is_looked_at", lambda: True)
    monkeypatch.setattr(progress_module, "DELAY", 0)
    with progress("Checking") as told:
        told.begun("a.py")
        assert drawing.wait(PATIENCE)
        threading.Timer(0.2, go_on.set).start()
        child = os.fork()
        if child == 0:
            os._exit(0 if go_on.is_set() else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_of_a_long_name_the_end_is_shown(monkeypatch):
    monkeypatch.setattr(progress_module, "SLOW", 0)
    told = Progress("Checking", no_color=True, shown=False)
    told.begun("a/long/way/to/the/model.py")
    told.begun("later.py")
    assert told.slowest(100) == "a/long/way/to/the/model.py (0 s)"
    assert told.slowest(14) == "…model.py (0 s)"
    told.done(1, 2, "a/long/way/to/the/model.py")
    assert told.slowest(100) == "later.py (0 s)"


def test_a_pipe_is_no_terminal():
    assert not is_looked_at()
