"""Ctrl-C and the signals that end processes: one line, an honest exit code, no process and no half of a file left."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_lines import BAD, FIXED, command, environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

INTERRUPTED = {signal.SIGINT: "interrupted", signal.SIGTERM: "ended by SIGTERM", signal.SIGHUP: "ended by SIGHUP"}


def processes_of(session: int) -> list[int]:
    """The processes of a session that are not dead."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def wait_until(holds, seconds: float = 60.0) -> bool:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def tree(tmp_path) -> Path:
    """Files that take long to check."""
    for number in range(40):
        (tmp_path / f"m{number:02}.py").write_text(BAD * 400)
    return tmp_path


@pytest.mark.parametrize(
    ("whom", "number"),
    [(os.kill, signal.SIGINT), (os.killpg, signal.SIGINT), (os.killpg, signal.SIGTERM), (os.kill, signal.SIGHUP)],
)
def test_a_run_with_workers_ends_at_once(tree, whom, number):
    line = command("check", "--no-cache", "-j", "2", ".")
    with subprocess.Popen(
        line, cwd=tree, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert wait_until(lambda: len(processes_of(process.pid)) == 3), "no worker has started"
        whom(process.pid, number)
        out, err = process.communicate(timeout=30)
    assert (out, err.decode()) == (b"", f"tdlint: {INTERRUPTED[number]}\n")
    assert process.returncode == 128 + number
    assert wait_until(lambda: not processes_of(process.pid), 10), "a worker is left"


@pytest.mark.parametrize("delay", [0.0, 0.03, 0.1])
def test_fixing_leaves_whole_files_and_nothing_beside_them(tmp_path, delay):
    names = [f"m{number:03}.py" for number in range(150)]
    for name in names:
        (tmp_path / name).write_text(BAD)
    line = command("--fix", "--unsafe-fixes", "--no-cache", "-j", "1", ".")
    with subprocess.Popen(
        line, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert wait_until(lambda: (tmp_path / names[0]).read_text() == FIXED)
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) in ((130, b"tdlint: interrupted\n"), (0, b""))  # or it was done before
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert {(tmp_path / name).read_text() for name in names} <= {BAD, FIXED}


def test_an_ignored_signal_is_ignored(tmp_path):
    line = command("--no-cache", "-")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    ignoring = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)}  # as nohup does
    with subprocess.Popen(line, cwd=tmp_path, env=environment(), **pipes, **ignoring) as process:
        process.send_signal(signal.SIGHUP)
        _, err = process.communicate(BAD.encode(), timeout=60)
    assert (process.returncode, err) == (1, b"")


@pytest.mark.parametrize("arguments", [["--no-cache", "-"], ["graph", "/dev/stdin"], ["migrate", "/dev/stdin"]])
def test_a_command_that_waits_can_be_interrupted(tmp_path, arguments):
    read, write = os.pipe()
    line = command(*arguments)
    pipes = {"stdin": read, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, cwd=tmp_path, env=environment(), **pipes) as process:
        os.write(write, BAD.encode())
        assert wait_until(lambda: not select.select([read], [], [], 0)[0]), "nothing was read"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    os.close(read)
    os.close(write)
    assert (process.returncode, out, err) == (130, b"", b"tdlint: interrupted\n")


def test_workers_end_when_the_run_is_killed(tree):
    with subprocess.Popen(
        command("check", "--no-cache", "-j", "2", "."), cwd=tree, env=environment(), start_new_session=True
    ) as process:
        assert wait_until(lambda: len(processes_of(process.pid)) == 3), "no worker has started"
        process.kill()
    assert wait_until(lambda: not processes_of(process.pid), 60), "a worker is left"
