"""How people want to see an account."""

from __future__ import annotations

from dataclasses import dataclass

COLUMN_NAMES = (
    "name",
    "type",
    "shape",
    "calls",
    "params",
    "trainable",
    "regularized",
    "regularizer",
    "penalty",
    "start",
    "share",
    "loss",
)
"""What ``columns.COLUMNS`` describes, here for a command line that must start at once."""


@dataclass(frozen=True, slots=True)
class View:
    """``columns`` are names of ``columns.COLUMNS``, those that fit if there are none.

    ``depth`` is how many levels of nested models are shown layer by layer, all if None. ``sort`` is the column whose
    largest value comes first, the order of the model if None. ``weights`` asks for a row per weight.
    """

    columns: tuple[str, ...] = ()
    depth: int | None = None
    sort: str | None = None
    weights: bool = False
