"""The process that analyses, and the other end of its pipes.

The task of an executor starts one and talks to it: so a file that ends or hangs a process costs that file only, and
neither the executor's own process nor its other tasks; and an analysis is never beside another one in a process.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import IO, Any

from tdlint.linting.pool import how_it_ended
from tdlint.linting.remote.versions import Version, difference, versions
from tdlint.linting.result import FileResult
from tdlint.sources.sent import Question, Sent

START_LIMIT = 60.0
"""Seconds that a process may take to start, or to load the rules."""

IDLE_LIMIT = 20.0
"""Seconds without work after which a process ends by itself; its starter gives it no work after half of them."""

_GRACE = 5.0
_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True)
class Begin:
    """The first message about a batch; ``job`` and ``sent`` are pickles, read only where the versions are the same."""

    here: tuple[Version, ...]
    packages: tuple[str, ...]
    job: bytes
    sent: bytes


@dataclass(frozen=True)
class Refused:
    """The answer that nothing can be done here, and why: a predicate of the worker."""

    reason: str


@dataclass(frozen=True)
class Missing:
    """The answer that a file can't be checked before these questions are answered."""

    questions: frozenset[Question]


Answer = FileResult | Missing | Refused | None


class Lost(Exception):
    """The process died or took too long; the text is a predicate, such as ``ended with exit code 3``."""


class Process:
    """A process, as the one that started it sees it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self._read(START_LIMIT)
        except Lost:
            self.end()
            raise

    def ask(self, message: Begin | str, time_limit: float) -> Answer:
        """The answer to a message: the begin of a batch, or the path of a file of it.

        Raises:
            Lost: there is none.
        """
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):  # that it is gone, or given up, is seen when the answer is read
            self._process.stdin.write(_frame(message))
            self._process.stdin.flush()
        answer: Answer = self._read(time_limit)
        return answer

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)

    def _read(self, time_limit: float) -> Any:
        overdue = threading.Event()

        def give_up() -> None:
            overdue.set()
            self._process.kill()

        timer = threading.Timer(time_limit, give_up)
        timer.daemon = True
        timer.start()
        message = None
        try:
            assert self._process.stdout is not None
            with suppress(ValueError):  # another thread has given it up
                message = _next(self._process.stdout)
        finally:
            timer.cancel()
        if message is not None:
            return pickle.loads(message)
        if overdue.is_set():
            raise Lost(f"took longer than {time_limit:g} seconds and was ended")
        try:
            raise Lost(how_it_ended(self._process.wait(_GRACE)))
        except subprocess.TimeoutExpired:
            raise Lost("closed its pipe") from None


def _command() -> list[str]:
    """The command that starts a process with the modules of this one, whatever is in the current folder."""
    code = f"import sys; sys.path[:] = {sys.path!r}; from tdlint.linting.remote.process import main; main()"
    return [sys.executable, "-c", code]


def _frame(message: object) -> bytes:
    body = pickle.dumps(message)
    return _LENGTH.pack(len(body)) + body


def _next(pipe: IO[bytes]) -> bytes | None:
    """The next message of a pipe, None at its end."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    size = _LENGTH.unpack(head)[0]
    body = pipe.read(size)
    return body if len(body) == size else None


def main() -> None:
    """The life of a process: take messages, answer each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes; the starter ends this one
    messages, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # what a rule prints goes to standard error
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    waiting: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_receive, args=(messages, waiting), daemon=True).start()
    work = _Work()
    answers.write(_frame(None))
    while True:
        answers.flush()
        try:
            message = waiting.get(timeout=IDLE_LIMIT)
        except Empty:
            return
        answers.write(_frame(work.begin(message) if isinstance(message, Begin) else work.check(message)))


def _receive(messages: IO[bytes], waiting: SimpleQueue[Any]) -> None:
    """Take messages; a thread of its own, so that the process ends with its starter even within an endless loop."""
    while True:
        message = _next(messages)
        if message is None:
            os._exit(0)
        waiting.put(pickle.loads(message))


class _Work:
    def __init__(self) -> None:
        self.here: dict[tuple[str, ...], tuple[Version, ...]] = {}
        self.jobs: dict[bytes, Callable[[str], FileResult]] = {}
        self.sent = Sent("", {})

    def begin(self, message: Begin) -> Refused | None:
        """Make ready for a batch."""
        from tdlint.linting import engine
        from tdlint.linting.runs import load_what_workers_need

        load_what_workers_need()
        if message.packages not in self.here:
            self.here[message.packages] = versions(message.packages)
        differs = difference(message.here, self.here[message.packages])
        if differs is not None:
            return Refused(differs)
        try:
            if message.job not in self.jobs:
                self.jobs = {message.job: pickle.loads(message.job)}
            self.sent = pickle.loads(message.sent)
        except Exception as error:
            return Refused(f"can't load the rules: {type(error).__name__}: {error}")
        self.job = self.jobs[message.job]
        engine.forget()
        return None

    def check(self, path: str) -> FileResult | Missing:
        """The result of a file of the batch."""
        from tdlint.linting import engine
        from tdlint.sources.disk import looking_at

        with looking_at(self.sent):
            result = self.job(path)
        if not self.sent.missing:
            return result
        missing = self.sent.missing
        self.sent.forget_missing()
        engine.forget()
        return Missing(missing)
