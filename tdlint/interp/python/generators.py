"""Generators of the program that yield batches: how many samples each of these has."""

from __future__ import annotations

from tdlint.interp.python.containers import snapshot
from tdlint.interp.run import Run
from tdlint.values import Arguments, ArrayValue, Const, Instance, Sequence, Unknown, Value

BATCHES = "builtins.generator"
"""The type of a generator whose batches are all of one size, which is its argument ``samples``."""


def noted(run: Run, value: Value | None) -> None:
    """Something is yielded; None is for what another generator yields."""
    run.yielded.append(None if value is None else _samples(snapshot(run, value)))


def made(run: Run, since: int) -> Value:
    """What a call of a generator function gives; its body was entered when ``since`` batches had been yielded."""
    sizes = set(run.yielded[since:])
    del run.yielded[since:]
    size = sizes.pop() if len(sizes) == 1 else None
    if size is None:
        return Unknown("a generator")
    return Instance(BATCHES, Arguments((("samples", Const(size)),)), run.fresh())


def _samples(batch: Value) -> int | None:
    """The size of the first axis of an array, or of the first array in lists."""
    while isinstance(batch, Sequence) and batch.items and batch.complete:
        batch = batch.items[0]
    size = batch.shape[0] if isinstance(batch, ArrayValue) and isinstance(batch.shape, tuple) and batch.shape else None
    return size if isinstance(size, int) and size > 0 else None
