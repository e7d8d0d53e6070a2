"""What a formatter may know besides the result."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tdlint.linting.rule import Rule


@dataclass(frozen=True, slots=True)
class Options:
    """How to show a result.

    ``base`` is the directory that shown paths are relative to (None: paths as they are). ``width`` is the number of
    terminal cells in a line. ``rules`` are the rules that ran, for formats that describe them. ``unsafe_fixes`` says
    that ``--fix`` would apply these as well.
    """

    color: bool = False
    width: int = 100
    base: Path | None = None
    rules: tuple[type[Rule], ...] = ()
    unsafe_fixes: bool = False
