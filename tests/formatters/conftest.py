"""Diagnostics about small texts, made as the engine makes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tdlint.diagnostics import Location, Position, Span


def position(text: str, offset: int) -> Position:
    return Position(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


@pytest.fixture
def locate() -> Callable[..., Location]:
    """``locate(text, "needle")``: the place of the first ``needle``, up to and with ``until`` if that is given."""

    def make(
        text: str, needle: str, until: str | None = None, path: str = "model.py", cell: int | None = None
    ) -> Location:
        first = text.index(needle)
        last = first + len(needle) if until is None else text.index(until, first) + len(until)
        start, end = position(text, first), position(text, last)
        lines = tuple(text.split("\n")[start.line - 1 : end.line])
        return Location(path, start, end, Span(first, last), cell, None, lines)

    return make
