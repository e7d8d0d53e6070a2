"""How people want to see an account."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """``columns`` are names of ``columns.COLUMNS``, those that fit if there are none.

    ``depth`` is how many levels of nested models are shown layer by layer, all if None. ``sort`` is the column whose
    largest value comes first, the order of the model if None.
    """

    columns: tuple[str, ...] = ()
    depth: int | None = None
    sort: str | None = None
