"""The bounds of what happens in other files: their steps are counted apart, and the source itself keeps its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tdlint.interp.run import OutOfSteps, Run

Result = TypeVar("Result")


def within_bounds(run: Run, work: Callable[[], Result], too_large: Callable[[], Result]) -> Result:
    """Do work in another file; if that is too much, do ``too_large`` in the state from before."""
    outside = run.outside
    before, records, depth = run.state.fork(), run.records.sizes(), len(run.frames)
    counters = (run.uncertain, run.muted, run.in_try, run.loops_unknown, run.unrolled, run.depth)
    own = run.steps, run.max_steps
    run.steps, run.max_steps = outside.steps, outside.max_steps
    try:
        return work()
    except (OutOfSteps, RecursionError):
        run.keep_going(before)
        run.records.take_back(records)
        del run.frames[depth:]
        run.uncertain, run.muted, run.in_try, run.loops_unknown, run.unrolled, run.depth = counters
    finally:
        outside.steps = run.steps
        run.steps, run.max_steps = own
    return too_large()


@contextmanager
def from_the_top(run: Run) -> Iterator[None]:
    """While a module is executed: it runs once and for sure, wherever its first use is."""
    counters = (run.uncertain, run.muted, run.in_try, run.loops_unknown, run.unrolled, run.depth)
    tables = (run.tries, run.loop_floors, run.owners)
    run.uncertain = run.muted = run.in_try = run.loops_unknown = run.depth = 0
    run.unrolled = 1
    run.tries, run.loop_floors, run.owners = [], [], []
    try:
        yield
    finally:
        run.uncertain, run.muted, run.in_try, run.loops_unknown, run.unrolled, run.depth = counters
        run.tries, run.loop_floors, run.owners = tables
