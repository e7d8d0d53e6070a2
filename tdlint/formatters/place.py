"""Names of places, the same in every text format."""

from __future__ import annotations

import os
from pathlib import Path

from tdlint.diagnostics import Diagnostic, Location


def shown_path(path: str, base: Path | None) -> str:
    """The path relative to ``base`` if it lies in there, else as it is; always with forward slashes."""
    if base is not None and Path(path).is_relative_to(base):
        path = str(Path(path).relative_to(base))
    return path.replace(os.sep, "/")


def place(location: Location, base: Path | None = None) -> str:
    """``model.py:3:5``, ``notes.ipynb:cell2:3:5``, ``model.keras:layer lstm``, or the path alone.

    There is no space before the numbers, so that problem matchers made for ``file:line:column:`` read notebooks too.
    """
    parts = [shown_path(location.path, base)]
    if location.cell is not None:
        parts.append(f"cell{location.cell}")
    if location.start is not None:
        parts += [str(location.start.line), str(location.start.column)]
    elif location.layer is not None:
        parts.append(f"layer {location.layer}")
    return ":".join(parts)


def described(diagnostic: Diagnostic, base: Path | None) -> str:
    """The message, after its place where that is no line of the file: a cell of a notebook, a layer of a model."""
    location = diagnostic.location
    if location.cell is None and location.layer is None:
        return diagnostic.message
    return f"{place(location, base)}: {diagnostic.message}"
