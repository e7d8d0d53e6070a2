"""What an executor's task does: it has a batch of files checked by a process of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tdlint.linting.remote.process import IDLE_LIMIT, START_LIMIT, Begin, Lost, Missing, Process, Refused
from tdlint.linting.result import FileResult


@dataclass(frozen=True)
class Died:
    """What became of a file that ended its process: a predicate of that."""

    reason: str


Outcome = FileResult | Missing | Died


def carry_out(run: str, begin: Begin, files: Sequence[str], time_limit: float) -> tuple[Outcome, ...] | Refused:
    """The outcome of each file; or why none can be checked here, a sentence."""
    outcomes: list[Outcome] = []
    processes = _of_run(run)
    try:
        while len(outcomes) < len(files):
            process = processes.begun(begin)
            if isinstance(process, Refused):
                return Refused(f"the worker on {socket.gethostname()} {process.reason}")
            try:
                for file in files[len(outcomes) :]:
                    answer = process.ask(file, time_limit)
                    assert isinstance(answer, (FileResult, Missing))
                    outcomes.append(answer)
            except Lost as error:
                outcomes.append(Died(str(error)))
                processes.give_up(process)
            else:
                processes.give_back(process)
    except (Lost, OSError) as error:
        return Refused(f"the worker on {socket.gethostname()} has no process to analyse files: it {error}")
    return tuple(outcomes)


@dataclass
class _Processes:
    """The processes that one run has here: those in work, and those that wait for it since when."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    busy: list[Process] = field(default_factory=list)
    idle: list[tuple[float, Process]] = field(default_factory=list)
    over: bool = False

    def begun(self, begin: Begin) -> Process | Refused:
        """A process that is ready for the files of a batch.

        Raises:
            Lost: it does not start, or loading the rules ends it.
        """
        while True:
            known = self._taken()
            process = known or self._started()
            try:
                refused = process.ask(begin, START_LIMIT)
            except Lost:
                self.give_up(process)
                if known is None:
                    raise
                continue
            if isinstance(refused, Refused):
                self.give_back(process)
                return refused
            return process

    def give_back(self, process: Process) -> None:
        """Keep a process for the next batch."""
        with self.lock:
            self.busy.remove(process)
            over = self.over
            if not over:
                self.idle.append((time.monotonic(), process))
        if over:
            process.end()

    def give_up(self, process: Process) -> None:
        """End a process."""
        with self.lock:
            self.busy.remove(process)
        process.end()

    def end(self) -> None:
        """End all processes, whatever they do, and start none any more."""
        with self.lock:
            self.over = True
            processes = [*self.busy, *(process for _, process in self.idle)]
            self.idle.clear()
        for process in processes:
            process.end()

    def _taken(self) -> Process | None:
        """A process that waits for work, if there is one that will not end of waiting just now."""
        with self.lock:
            since, process = self.idle.pop() if self.idle else (0.0, None)
            if process is not None:
                self.busy.append(process)
        if process is None or time.monotonic() - since < IDLE_LIMIT / 2:
            return process
        self.give_up(process)
        return None

    def _started(self) -> Process:
        process = Process()
        with self.lock:
            self.busy.append(process)
            over = self.over
        if over:
            self.give_up(process)
            raise Lost("is not needed any more")
        return process


_runs: dict[str, _Processes] = {}
_lock = threading.Lock()


def _of_run(run: str) -> _Processes:
    """The processes of a run; those of runs of which nothing was heard for long are forgotten."""
    with _lock:
        for other in [other for other in _runs if other != run]:
            _forget_idle(other)
        return _runs.setdefault(run, _Processes())


def _forget_idle(run: str) -> None:
    processes = _runs[run]
    now = time.monotonic()
    with processes.lock:
        late = [process for since, process in processes.idle if now - since > IDLE_LIMIT]
        processes.idle = [(since, process) for since, process in processes.idle if now - since <= IDLE_LIMIT]
        nothing = not processes.busy and not processes.idle
    for process in late:
        process.end()
    if nothing and (late or processes.over):
        del _runs[run]


def end_run(run: str) -> None:
    """End what a run has left in this process."""
    with _lock:
        processes = _runs.get(run)
    if processes is not None:
        processes.end()
