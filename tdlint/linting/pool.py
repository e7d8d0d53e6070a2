"""Worker processes that may die: one that ends or hangs is replaced, and costs the one file that it had.

``concurrent.futures`` ends the whole run with ``BrokenProcessPool`` in that case, and does not say which file it was.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from tdlint.linting.exit_codes import how_it_ended
from tdlint.linting.result import FileResult
from tdlint.sources.interruption import hear_signals, signals_wait

Job = Callable[[str], FileResult]
OnLoss = Callable[[str, str], FileResult]

_MAX_CHUNK = 16
_GRACE = 5.0  # seconds for a process to end after it was told to


def run_pool(
    files: Sequence[str],
    job: Job,
    lost: OnLoss,
    jobs: int,
    time_limit: float,
    begun: Callable[[str], None] = lambda file: None,
) -> Iterator[tuple[str, FileResult]]:
    """Each file with the job's result for it, as soon as it is there; every file comes once, in any order.

    ``lost(file, reason)`` makes the result for a file whose worker died or took longer than ``time_limit`` seconds for
    it; ``reason`` is a predicate, such as ``was ended by the signal SIGSEGV``. ``begun`` is told of each file that a
    worker takes up.
    """
    pool = _Pool(files, job, lost, min(jobs, len(files)), time_limit, begun)
    try:
        yield from pool.run()
    finally:
        pool.close()


@dataclass
class _Worker:
    """A process, our end of its pipe, the files that it has (the first is the one in work), and since when."""

    process: BaseProcess
    connection: Connection
    files: deque[int] = field(default_factory=deque)
    since: float = 0.0


class _Pool:
    def __init__(
        self,
        files: Sequence[str],
        job: Job,
        lost: OnLoss,
        size: int,
        time_limit: float,
        begun: Callable[[str], None],
    ) -> None:
        self.files = files
        self.job = job
        self.lost = lost
        self.size = size
        self.time_limit = time_limit
        self.begun = begun
        self.waiting = deque(range(len(files)))
        self.left = len(files)
        self.ready: list[tuple[str, FileResult]] = []
        self.workers: list[_Worker] = []
        self.context = _context()

    def run(self) -> Iterator[tuple[str, FileResult]]:
        """Hand out all files, collect all results."""
        while self.left:
            while len(self.workers) < min(self.size, self.left):
                self._start()
            for worker in self.workers:
                if not worker.files:
                    self._hand_out(worker)
            self._collect()
            yield from self.ready
            self.ready.clear()

    def close(self) -> None:
        """End all workers, whatever they do."""
        for worker in self.workers:
            worker.process.terminate()
        for worker in self.workers:
            self._end(worker)
        self.workers.clear()

    def _start(self) -> None:
        ours, theirs = self.context.Pipe()
        # a forked child has copies of our ends of all pipes; while it holds them, no sibling sees us go away
        forked = self.context.get_start_method() == "fork"
        inherited = [worker.connection for worker in self.workers] + [ours] if forked else []
        process = self.context.Process(target=_work, args=(theirs, self.job, inherited), daemon=True)  # type: ignore[attr-defined]
        with signals_wait():
            process.start()
        theirs.close()
        self.workers.append(_Worker(process, ours))

    def _hand_out(self, worker: _Worker) -> None:
        chunk = max(1, min(_MAX_CHUNK, len(self.waiting) // (4 * self.size)))
        taken = [self.waiting.popleft() for _ in range(min(chunk, len(self.waiting)))]
        if not taken:
            return
        worker.files.extend(taken)
        self._take_up(worker)
        # one that has died is noticed when its results are collected
        with suppress(OSError):
            worker.connection.send([(number, self.files[number]) for number in taken])

    def _collect(self) -> None:
        busy = {worker.connection: worker for worker in self.workers if worker.files}
        until = min(worker.since for worker in busy.values()) + self.time_limit
        ready = wait(list(busy), timeout=max(until - time.monotonic(), 0))
        for connection in ready:
            self._receive(busy[connection])  # type: ignore[index]
        now = time.monotonic()
        for worker in busy.values():
            overdue = worker.files and now - worker.since >= self.time_limit
            if overdue and worker in self.workers and not worker.connection.poll():
                self._replace(worker, f"took longer than {self.time_limit:g} seconds and was ended")

    def _receive(self, worker: _Worker) -> None:
        try:
            number, result = worker.connection.recv()
        except (EOFError, OSError):
            worker.process.join(_GRACE)
            self._replace(worker, how_it_ended(worker.process.exitcode))
            return
        worker.files.remove(number)
        self._take_up(worker)
        self._done(number, result)

    def _take_up(self, worker: _Worker) -> None:
        worker.since = time.monotonic()
        if worker.files:
            self.begun(self.files[worker.files[0]])

    def _done(self, number: int, result: FileResult) -> None:
        self.left -= 1
        self.ready.append((self.files[number], result))

    def _replace(self, worker: _Worker, reason: str) -> None:
        """Give up the file in work, and put back those that were to follow."""
        blamed = worker.files.popleft()
        self._done(blamed, self.lost(self.files[blamed], reason))
        self.waiting.extendleft(reversed(worker.files))
        self.workers.remove(worker)
        self._end(worker)

    def _end(self, worker: _Worker) -> None:
        worker.connection.close()
        if worker.process.is_alive():
            worker.process.kill()
        worker.process.join(_GRACE)


def _work(connection: Connection, job: Job, inherited: Sequence[Connection]) -> None:
    """A worker's life: take files, send each result at once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes; the parent ends the workers
    hear_signals()
    for other in inherited:
        other.close()
    while True:
        try:
            chunk = connection.recv()
        except (EOFError, OSError):
            return
        for number, file in chunk:
            connection.send((number, job(file)))


def _context() -> BaseContext:
    """Fork where it is quick and safe: on Linux, from a process with one thread."""
    safe = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if safe else "spawn")
