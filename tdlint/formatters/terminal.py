"""What a terminal needs to know about text: colors, the width of characters, and characters it must not receive."""

from __future__ import annotations

import os
import shutil
import textwrap
import unicodedata
from typing import TextIO

from tdlint.diagnostics import Severity

TAB = "    "
MIN_WIDTH = 40

_CODES = {
    "bold": "1",
    "faint": "2",
    "gutter": "1;34",
    "related": "1;34",
    "good": "1;32",
    "help": "1;36",
    "error": "1;31",
    "warning": "1;33",
    "advice": "1;36",
}


def wants_color(stream: TextIO) -> bool:
    """Whether to color what is written to a stream: NO_COLOR, then FORCE_COLOR, then TERM, then what it is.

    The variables are those of https://no-color.org and https://force-color.org; an empty one counts as not set.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0", "false"):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()


def line_width() -> int:
    """Cells in a line of the terminal; 100 where there is none, at most 120, beyond which text is hard to read."""
    return max(MIN_WIDTH, min(shutil.get_terminal_size((100, 24)).columns, 120))


class Paint:
    """Puts ANSI colors around text, or leaves it as it is."""

    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, text: str, style: str) -> str:
        """``text`` in a style: ``bold``, ``gutter``, a severity's label, …"""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self._color and text else text

    def severity(self, text: str, severity: Severity) -> str:
        """``text`` in the color of a severity."""
        return self(text, severity.label)


def visible(character: str) -> str:
    """What to show for one character: itself, spaces for a tab, an escape for what could control a terminal."""
    if character.isprintable():
        return character
    if character == "\t":
        return TAB
    if unicodedata.category(character) == "Zs":
        return "  " if unicodedata.east_asian_width(character) in "WF" else " "
    return character.encode("unicode_escape").decode("ascii")


def printable(text: str) -> str:
    """Text whose every character is ``visible``: names in a program or a file can't send commands to the terminal."""
    return text if text.isprintable() else "".join(map(visible, text))


def cells(text: str) -> int:
    """How many cells of a terminal printable text takes: wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_character_cells(character) for character in text)


def _character_cells(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.category(character) in ("Mn", "Me") else 1


def wrap(text: str, width: int, first: str, rest: str) -> list[str]:
    """Lines of at most ``width`` cells, the first one after ``first`` and the others after ``rest``.

    Words are never broken, so a long path or name stays one thing to copy.
    """
    words = " ".join(printable(line) for line in text.splitlines())
    return textwrap.wrap(
        words, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
