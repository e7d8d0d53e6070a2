"""Running the rules of other packs: what they do to the process stays in a copy of it.

A rule that is not tdlint's own may raise, loop, print, change what it is given or the process, or end it. So the rules
of a pack run in a forked child, one pack after the other, which sends what each rule says. A rule after which nothing
comes any more is to blame; those after it get another child. Where there is no ``fork``, and where TensorFlow is loaded
into the process (which can't be copied then), rules run in the process, and only what they raise is caught.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tdlint.diagnostics import Diagnostic
from tdlint.interp.program import Program
from tdlint.linting.exit_codes import manner_of
from tdlint.linting.resolve import Found
from tdlint.linting.rule import Context, Report, Rule
from tdlint.linting.running_rules import GIVEN_UP, Resolve, described, reports
from tdlint.linting.valid_reports import NoReport, valid
from tdlint.sources.disk import disk
from tdlint.sources.inputs import Input, look_again, recorded
from tdlint.sources.interruption import signals_wait
from tdlint.sources.syntax import NeedsLibCST

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

TIME_LIMIT = 5.0
"""Seconds that the first rule may take for a file; one that took longer is not run again, the next have half of it."""

SHORTEST_LIMIT = 1.0

JUDGING_LIMIT = 60.0
"""Seconds that finding the places of its reports, and making its fixes, may take."""

MAX_REPORTS = 10_000
"""Reports of one rule in one file."""

MAX_MEMORY = 4 * 2**30
"""Bytes that the rules of a pack may take for a file."""

_GRACE = 1.0  # seconds after which a child is ended that did not end by itself
_NOT_COPIED = ("tensorflow", "jax", "torch")  # they have threads and locks


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule says of a file, what that depends on, and how the rule failed, if it did.

    ``again`` says that all must be judged anew with LibCST's own tree; ``missing`` is what the disk could not answer.
    """

    diagnostics: tuple[Diagnostic, ...] = ()
    failure: str | None = None
    inputs: tuple[Input, ...] = ()
    again: bool = False
    missing: frozenset[tuple[Any, ...]] = frozenset()


@dataclass(frozen=True, slots=True)
class _Work:
    """How to have a rule report, and how to make an outcome of that."""

    run: Callable[[type[Rule]], tuple[list[Found], str | None]]
    judge: Callable[[type[Rule], list[Found], str | None], Outcome]

    def do(self, rule: type[Rule]) -> Outcome:
        """Both."""
        with recorded() as seen:
            outcome = self.judge(rule, *self.run(rule))
        return replace(outcome, inputs=seen.inputs(), missing=disk().missing)


_given_up: dict[type[Rule], str] = {}
"""Rules that took too long in this process, and what is said of them."""

_here = False
_in_child = False


@contextmanager
def in_this_process() -> Iterator[None]:
    """Runs rules where a debugger and a coverage tool see them."""
    global _here
    before, _here = _here, True
    try:
        yield
    finally:
        _here = before


def run_packs(
    rules: Sequence[type[Rule]], program: Program, context: Context, resolve: Resolve, path: str, models_only: bool
) -> Iterator[tuple[type[Rule], Outcome]]:
    """Each rule with what it says."""

    def run(rule: type[Rule]) -> tuple[list[Found], str | None]:
        return _run(reports(rule, program, context, models_only), rule)

    def judge(rule: type[Rule], found: list[Found], failure: str | None) -> Outcome:
        return _judge(rule, found, failure, resolve)

    work = _Work(run, judge)
    for _, pack in groupby(rules, lambda rule: rule.__module__.partition(".")[0]):
        for rule, outcome in _run_pack(list(pack), work, path):
            if outcome.again:
                raise NeedsLibCST
            look_again(outcome.inputs)
            disk().miss(outcome.missing)
            yield rule, outcome


def _run_pack(rules: Sequence[type[Rule]], work: _Work, path: str) -> Iterator[tuple[type[Rule], Outcome]]:
    waiting = []
    for rule in rules:
        if rule in _given_up:
            yield rule, Outcome(failure=_given_up[rule])
        else:
            waiting.append(rule)
    while waiting:
        outcomes = _in_copy(waiting, work, path) if _can_copy() else list(map(work.do, waiting))
        yield from zip(waiting, outcomes, strict=False)
        del waiting[: len(outcomes)]


def _can_copy() -> bool:
    return not _here and hasattr(os, "fork") and not any(name in sys.modules for name in _NOT_COPIED)


def _run(reported: Iterator[Report], rule: type[Rule]) -> tuple[list[Found], str | None]:
    """What a rule reports, and how it failed."""
    found: list[Found] = []
    try:
        for report in reported:
            if len(found) == MAX_REPORTS:
                return [], f"reported more than {MAX_REPORTS:,} things, which are left out"
            found.append(Found(rule, valid(report)))
    except NoReport as error:
        return found, str(error)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and not _in_child:
            raise  # it is the user's; a child does not hear of that
        return found, f"crashed: {described(error)}"
    return found, None


def _judge(rule: type[Rule], found: list[Found], failure: str | None, resolve: Resolve) -> Outcome:
    try:
        return Outcome(resolve(found, (rule,)), failure)
    except NeedsLibCST:
        return Outcome(again=True)
    except Exception as error:
        return Outcome(failure=f"made reports that can't be used: {described(error)}")


def _in_copy(rules: Sequence[type[Rule]], work: _Work, path: str) -> list[Outcome]:
    """What the first rules say, up to one that ends the child; there is at least one outcome."""
    from multiprocessing.connection import Pipe

    limit = max(TIME_LIMIT / 2 ** len(_given_up), SHORTEST_LIMIT)
    ours, theirs = Pipe(duplex=False)
    try:
        child = _fork()
    except OSError:  # there are too many processes
        return list(map(work.do, rules))
    if child == 0:
        _live(theirs, rules, work, limit)
    theirs.close()
    outcomes: list[Outcome] = []
    late = has_run = False
    try:
        with ours, suppress(Exception):  # the end of the pipe, or what is no outcome
            while len(outcomes) < len(rules) and not late:
                late = not ours.poll(JUDGING_LIMIT if has_run else limit + _GRACE)
                if not late:
                    number, outcome = ours.recv()
                    # a rule may have made more processes, which go on as the child does
                    has_run = outcome is None and number == len(outcomes)
                    outcomes += [outcome] if outcome is not None and number == len(outcomes) else []
    finally:
        if len(outcomes) < len(rules):
            os.kill(child, signal.SIGKILL)  # which it does not hear of if it has ended
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if len(outcomes) < len(rules):
        guilty = rules[len(outcomes)]
        late = late or status == -signal.SIGALRM
        if late:
            _given_up[guilty] = f"took longer than {limit:g} seconds for {path} {GIVEN_UP}"
        outcomes.append(Outcome(failure=_given_up[guilty] if late else f"ended its process {manner_of(status)}"))
    return outcomes


def _fork() -> int:
    with warnings.catch_warnings(), signals_wait():
        warnings.simplefilter("ignore")  # other threads, which the child does without
        return os.fork()


def _live(answers: Connection, rules: Sequence[type[Rule]], work: _Work, limit: float) -> NoReturn:
    """The child's life. The system ends it when a rule takes too long, whatever that is doing."""
    global _here, _in_child
    try:
        _here = _in_child = True
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        sys.stdout = sys.stderr  # and what is in the buffer stays there
        _limit_memory()
        for number, rule in enumerate(rules):
            with recorded() as seen:
                signal.setitimer(signal.ITIMER_REAL, limit)
                found, failure = work.run(rule)
                # what comes now is tdlint's own work, which a large file makes long
                signal.setitimer(signal.ITIMER_REAL, JUDGING_LIMIT)
                answers.send((number, None))
                outcome = work.judge(rule, found, failure)
            answers.send((number, replace(outcome, inputs=seen.inputs(), missing=disk().missing)))
    finally:
        os._exit(0)


def _limit_memory() -> None:
    """Let memory run out for this process before it does for all."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_bytes().split()[0])
        limit = pages * resource.getpagesize() + MAX_MEMORY
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limit if most < 0 else min(limit, most), most))
