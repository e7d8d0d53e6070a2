"""Worker processes that end, hang or are interrupted; all of them are real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tdlint.linting.pool import run_pool
from tdlint.linting.result import FileResult

ROOT = Path(__file__).parents[2]


def job(file: str) -> FileResult:
    """Does what the file's name says."""
    word = file.split("-")[0]
    if word == "exit":
        os._exit(3)
    if word == "signal":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "sleep":
        time.sleep(60)
    if word == "slow":
        time.sleep(0.2)
    if word == "raise":
        raise LookupError
    if word == "big":
        return FileResult(file, unknown=("x" * 1_000_000,))
    return FileResult(file)


def lost(file: str, reason: str) -> FileResult:
    return FileResult(file, failed=True, unknown=(reason,))


def run(files: list[str], jobs: int = 2, time_limit: float = 20.0) -> dict[str, str]:
    """The reason why each file was lost; all others must be there, and each once."""
    results = list(run_pool(files, job, lost, jobs, time_limit))
    assert sorted(file for file, _ in results) == sorted(files)
    assert all(result.path == file for file, result in results)
    return {file: result.unknown[0] for file, result in results if result.failed}


def fine(count: int) -> list[str]:
    return [f"fine-{number:03}" for number in range(count)]


@pytest.mark.parametrize("jobs", [1, 2, 7, 100])
def test_all_results(jobs):
    assert run(fine(40), jobs) == {}


def test_no_file():
    assert run([], 2) == {}


def test_a_worker_that_dies_costs_its_file_only():
    files = fine(100)
    files[10], files[11], files[50], files[99] = "exit-a", "signal-b", "exit-c", "exit-d"
    assert run(files) == {
        "exit-a": "ended with exit code 3",
        "signal-b": "was ended by the signal SIGKILL",
        "exit-c": "ended with exit code 3",
        "exit-d": "ended with exit code 3",
    }


def test_all_workers_may_die():
    files = [f"exit-{number}" for number in range(6)]
    assert set(run(files, 3)) == set(files)


def test_a_job_that_raises_ends_its_worker_only(capfd):
    assert run([*fine(5), "raise-a", *fine(5)]) == {"raise-a": "ended with exit code 1"}
    assert "LookupError" in capfd.readouterr().err


def test_a_worker_that_hangs_is_ended():
    started = time.monotonic()
    assert run([*fine(30), "sleep-a", *fine(30)], time_limit=0.5) == {
        "sleep-a": "took longer than 0.5 seconds and was ended"
    }
    assert time.monotonic() - started < 20


def test_the_limit_is_for_each_file_not_for_all():
    assert run([f"slow-{number}" for number in range(12)], jobs=2, time_limit=0.6) == {}


def test_large_results_pass():
    assert run(["big-a", "big-b", "big-c"]) == {}


def test_beside_other_threads_processes_are_spawned():
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert run(["fine-a", "exit-b", "fine-c"]) == {"exit-b": "ended with exit code 3"}
    finally:
        over.set()
        thread.join()


def _children() -> set[int]:
    return {int(line) for line in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux")
def test_no_process_is_left():
    before = _children()
    run([*fine(10), "exit-a", "sleep-b"], time_limit=0.5)
    assert _children() <= before


INTERRUPTED = """
import sys
from test_pool import job, lost, run_pool
if __name__ == "__main__":
    print("ready", flush=True)
    list(run_pool(["sleep-a", "sleep-b", "fine-c"], job, lost, 2, 60))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")
@pytest.mark.parametrize("group", [True, False])
def test_interruption_ends_all_processes_at_once(tmp_path, group):
    script = tmp_path / "run.py"
    script.write_text(INTERRUPTED)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])}
    with subprocess.Popen(
        [sys.executable, str(script)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.5)
        (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
        # both ends of the pipes are read to their end: a worker that is left would hold them open
        _, errors = process.communicate(timeout=15)
    assert process.returncode not in (0, None)
    assert errors.count(b"KeyboardInterrupt") == 1
