"""Runs programs, each in a process of its own, under one version of Keras; `migration.py` starts it.

    python benchmarks/program_worker.py 3 < jobs.jsonl
    python benchmarks/program_worker.py 2 < jobs.jsonl

Keras and TensorFlow are imported once, and a copy of the process (fork) runs each program: nothing that one program
does reaches the next, and none of them waits for the imports. Keras 2 is `tf_keras`, under the names `keras` and
`tf.keras`.

A job is a line of JSON, a `Job`; the answer to it is a line of JSON, an `Outcome`, in the order of the jobs.
"""

from __future__ import annotations

import json
import os
import random
import runpy
import signal
import sys
import tempfile
import time
import traceback
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", MPLBACKEND="Agg")


@dataclass(frozen=True)
class Job:
    """A script to run; ``carried`` is where a run under Keras 2 leaves weights, inputs and outputs for one under 3."""

    script: str
    seconds: float
    carried: str | None = None
    cut: bool = False
    library: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a job: the last line of the traceback if there was one, and how far models are from Keras 2."""

    error: str | None = None
    line: int | None = None
    seconds: float = 0.0
    differences: dict[str, float | str] | None = None


def run(job: Job, legacy: bool) -> Outcome:
    """Run a script to its end in this process, which is not fit for another one afterwards."""
    random.seed(0)
    sys.argv = [job.script]
    sys.path.insert(0, job.library or str(Path(job.script).parent))
    if job.cut:
        import cutting

        cutting.cut()
    try:
        names = runpy.run_path(job.script, run_name="__main__")
    except SystemExit as error:
        return Outcome() if not error.code else Outcome(f"SystemExit: {error.code}")
    except BaseException as error:  # whatever a program raises is what came of it
        return _failure(error, job.script)
    if job.carried is None:
        return Outcome()
    import comparing

    if legacy:
        return Outcome(differences=comparing.leave(names, Path(job.carried)))
    return Outcome(differences=comparing.compare(names, Path(job.carried)))


def _failure(error: BaseException, script: str) -> Outcome:
    text = "".join(traceback.format_exception_only(error)).strip()
    if isinstance(error, SyntaxError):
        return Outcome(f"SyntaxError: {error.msg}", error.lineno)
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == script]
    return Outcome(" ".join(text.split())[:300], lines[-1] if lines else None)


def in_a_process(job: Job, legacy: bool) -> Outcome:
    """Run a script in a copy of this process, in an empty folder, and end it when its time is over."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        answer = Path(folder, "answer.json")
        process = os.fork()
        if process == 0:
            _child(job, legacy, Path(folder), answer)
        status = _wait(process, start + job.seconds)
        seconds = round(time.monotonic() - start, 2)
        if status is None:
            return Outcome(f"TimeoutError: not done after {job.seconds:.0f} seconds", seconds=seconds)
        if not answer.exists():
            return Outcome(f"the process ended with status {status}", seconds=seconds)
        return Outcome(**{**json.loads(answer.read_text(encoding="utf-8")), "seconds": seconds})


def _child(job: Job, legacy: bool, folder: Path, answer: Path) -> None:
    work = folder / "work"
    work.mkdir()
    os.chdir(work)
    os.setpgrp()
    quiet = os.open(os.devnull, os.O_RDWR)
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT)
    for number, target in ((0, quiet), (1, log), (2, log)):
        os.dup2(target, number)
    warnings.simplefilter("ignore")
    outcome = run(job, legacy)
    # a process that dies while it writes has given no answer
    whole = answer.with_suffix(".part")
    whole.write_text(json.dumps(asdict(outcome)), encoding="utf-8")
    whole.replace(answer)
    os._exit(0)  # threads of TensorFlow must not hold up the end


def _wait(process: int, until: float) -> int | None:
    while time.monotonic() < until:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return status
        time.sleep(0.02)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return None


def import_keras(legacy: bool) -> None:
    """Import what nearly every program imports."""
    if legacy:
        import legacy_keras

        legacy_keras.install()
    import keras
    import tensorflow as tf

    assert keras.Model, tf.keras.Model  # both are loaded when they are first used


def main() -> None:
    """Answer the jobs on the standard input."""
    legacy = sys.argv[1] == "2"
    import_keras(legacy)
    for text in sys.stdin:
        outcome = in_a_process(Job(**json.loads(text)), legacy)
        print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    main()
