"""The process that analyses, and the other end of its pipes.

The task of an executor starts one and talks to it: so a file that ends or hangs a process costs that file only, and
neither the executor's own process nor its other tasks; and an analysis is never beside another one in a process.
"""

from __future__ import annotations

import pickle
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tdlint.linting.exit_codes import how_it_ended
from tdlint.linting.pipes import command, frame, next_message, serve
from tdlint.linting.remote.versions import Version, difference, versions
from tdlint.linting.result import FileResult
from tdlint.sources.sent import Question, Sent

START_LIMIT = 60.0
"""Seconds that a process may take to start, or to load the rules."""

IDLE_LIMIT = 20.0
"""Seconds without work after which a process ends by itself; its starter gives it no work after half of them."""

_GRACE = 5.0


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
        self._process = subprocess.Popen(command(__name__), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
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
            self._process.stdin.write(frame(message))
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
                message = next_message(self._process.stdout)
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


def main() -> None:
    """The life of a process: take messages, answer each."""
    serve(lambda: _Work().answer, IDLE_LIMIT)


class _Work:
    def __init__(self) -> None:
        self.here: dict[tuple[str, ...], tuple[Version, ...]] = {}
        self.jobs: dict[bytes, Callable[[str], FileResult]] = {}
        self.sent = Sent("", {})

    def answer(self, message: Begin | str) -> Answer:
        """The answer to a message of either kind."""
        return self.begin(message) if isinstance(message, Begin) else self.check(message)

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
