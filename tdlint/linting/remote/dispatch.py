"""A run whose files are checked by the tasks of an executor, be it threads, processes or a cluster."""

from __future__ import annotations

import os
import pickle
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from itertools import chain

from tdlint._version import __version__
from tdlint.errors import UsageError
from tdlint.linting.pool import run_pool
from tdlint.linting.remote.batches import Batch, batches
from tdlint.linting.remote.errands import Died, Outcome, carry_out, end_run
from tdlint.linting.remote.process import Begin, Missing, Refused
from tdlint.linting.remote.versions import packages_of, versions
from tdlint.linting.result import FileResult
from tdlint.linting.rule import Rule
from tdlint.sources.sent import Question

Job = Callable[[str], FileResult]
OnLoss = Callable[[str, str], FileResult]

MAX_WAITING = 64 * 2**20
"""Bytes that an executor has been given and not yet dealt with."""

MAX_ATTEMPTS = 10
"""How often a file is sent with more of what it needs, before it is checked here."""

_MAX_CHUNK = 16
_LOOK_EVERY = 5.0  # seconds without a result after which a cluster is asked how it is


class Cluster(Executor):
    """An executor on other machines, which it may lose."""

    def slots(self) -> int:
        """How many tasks it does at once."""
        raise NotImplementedError

    def trouble(self) -> str | None:
        """Why nothing more can be expected of it, None if all is well; asked now and then while nothing comes."""
        raise NotImplementedError

    def explain(self, error: BaseException) -> str:
        """Why a task could not be done, if it is not for its files; a sentence."""
        raise NotImplementedError


def run_by(
    executor: Executor,
    files: Sequence[str],
    job: Job,
    lost: OnLoss,
    rules: Sequence[type[Rule]],
    jobs: int | None,
    time_limit: float,
) -> Iterator[tuple[str, FileResult]]:
    """Each file with the job's result for it, as ``run_pool`` gives it; ``jobs`` is how many tasks are done at once.

    Raises:
        UsageError: the executor can't do it, or a worker has other versions of what results depend on.
    """
    run = _Run(executor, job, lost, rules, time_limit)
    slots = jobs or (executor.slots() if isinstance(executor, Cluster) else os.cpu_count() or 1)
    try:
        yield from run.results(files, max(1, min(_MAX_CHUNK, len(files) // (4 * slots))))
    finally:
        run.end()


class _Run:
    def __init__(
        self, executor: Executor, job: Job, lost: OnLoss, rules: Sequence[type[Rule]], time_limit: float
    ) -> None:
        self.executor = executor
        self.job = job
        self.lost = lost
        self.time_limit = time_limit
        self.name = uuid.uuid4().hex
        self.packages = packages_of(rules)
        self.here = versions(self.packages)
        self.pickled = _pickled(job)
        self.given: dict[Future[tuple[Outcome, ...] | Refused], Batch] = {}
        self.asked: dict[str, set[Question]] = {}
        self.attempts: Counter[str] = Counter()
        self.again: list[str] = []
        self.alone: list[str] = []
        self.suspects: list[str] = []
        self.accused: set[str] = set()

    def results(self, files: Sequence[str], count: int) -> Iterator[tuple[str, FileResult]]:
        """Hand out all files, collect all results."""
        source = batches(files, count, {})
        while True:
            while sum(batch.size for batch in self.given.values()) < MAX_WAITING:
                batch = next(source, None)
                if batch is None and (self.again or self.alone):
                    source = chain(batches(self.again, count, self.asked), batches(self.alone, 1, self.asked))
                    self.again, self.alone = [], []
                elif batch is None and self.suspects and not self.given:
                    self.accused.add(self.suspects[0])
                    source = batches([self.suspects.pop(0)], 1, self.asked)
                elif batch is None:
                    break
                elif isinstance(batch, str):
                    yield batch, FileResult(batch)
                else:
                    self._give(batch)
            if not self.given:
                return
            done, _ = wait(self.given, _LOOK_EVERY, FIRST_COMPLETED)
            for future in done:
                yield from self._outcomes(self.given.pop(future), future)
            if not done and isinstance(self.executor, Cluster):
                trouble = self.executor.trouble()
                if trouble is not None:
                    raise UsageError(trouble)

    def end(self) -> None:
        """Take back what was given out."""
        for future in self.given:
            future.cancel()
        end_run(self.name)

    def _give(self, batch: Batch) -> None:
        begin = Begin(self.here, self.packages, self.pickled, pickle.dumps(batch.sent))
        try:
            future = self.executor.submit(carry_out, self.name, begin, batch.files, self.time_limit)
        except (BrokenExecutor, RuntimeError) as error:
            raise UsageError(f"the executor takes no more work: {error}") from error
        self.given[future] = batch

    def _outcomes(
        self, batch: Batch, future: Future[tuple[Outcome, ...] | Refused]
    ) -> Iterator[tuple[str, FileResult]]:
        try:
            outcomes = future.result()
        except Exception as error:
            self._not_for_its_files(error)
            if len(batch.files) > 1:
                self.alone += batch.files  # one of them may be to blame
            elif batch.files[0] not in self.accused:
                self.suspects += batch.files  # or what its worker did beside it: it will have no other beside it
            else:
                yield batch.files[0], self.lost(batch.files[0], f"was lost with its worker: {_describe(error)}")
            return
        if isinstance(outcomes, Refused):
            raise UsageError(f"{outcomes.reason}: the same versions must be installed on all machines")
        for file, outcome in zip(batch.files, outcomes, strict=True):
            if isinstance(outcome, Died):
                yield file, self.lost(file, outcome.reason)
            elif isinstance(outcome, FileResult):
                yield file, outcome
            else:
                yield from self._answered(file, outcome)

    def _answered(self, file: str, missing: Missing) -> Iterator[tuple[str, FileResult]]:
        """Send a file once more, with what was missing."""
        self.attempts[file] += 1
        if self.attempts[file] >= MAX_ATTEMPTS:
            yield from run_pool([file], self.job, self.lost, 1, self.time_limit)
            return
        self.asked.setdefault(file, set()).update(missing.questions)
        self.again.append(file)

    def _not_for_its_files(self, error: Exception) -> None:
        """Refuse to go on where a task failed and no other would do better."""
        if not isinstance(error, (BrokenExecutor, CancelledError, ImportError, AttributeError)):
            return
        if isinstance(self.executor, Cluster):
            raise UsageError(self.executor.explain(error)) from error
        if isinstance(error, (BrokenExecutor, CancelledError)):
            raise UsageError(f"the executor has given up its tasks: {_describe(error)}") from error
        raise UsageError(f"a worker can't run tdlint {__version__}: {_describe(error)}") from error


def _pickled(job: Job) -> bytes:
    try:
        return pickle.dumps(job)
    except Exception as error:
        raise UsageError(f"the rules can't be sent to an executor: {_describe(error)}") from error


def _describe(error: BaseException) -> str:
    text = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
