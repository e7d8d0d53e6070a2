"""Lines of code with a gutter and marks under the places that matter."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from tdlint.diagnostics import Location, Position
from tdlint.formatters.terminal import Paint, cells, printable, visible, wrap

MOST_LINES = 8
"""A span of more lines is shown by its first and last ones."""

MIN_CODE_WIDTH = 24


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the code, the character to underline it with, its style, and a label to put beside it."""

    location: Location
    character: str
    style: str
    label: str = ""

    @property
    def start(self) -> Position:
        """Where it begins; only places with code are marked."""
        return self.location.start or Position(1, 1)

    @property
    def end(self) -> Position:
        """Where it ends (exclusive); never before its start."""
        end = self.location.end or self.start
        return max(end, self.start, key=lambda position: (position.line, position.column))

    @property
    def several_lines(self) -> bool:
        """Whether it goes over more than one line."""
        return self.end.line > self.start.line


class _Line:
    """A line of code as it is shown: tabs and control characters replaced, cut to a window of the terminal."""

    def __init__(self, text: str, keep: int, width: int) -> None:
        shown = [visible(character) for character in text.rstrip("\r\n")]
        self._offsets = [0, *accumulate(cells(piece) for piece in shown)]
        self.width = width
        first, last = 0, len(shown)
        if self._offsets[-1] > width:
            # The place that matters stays in the window, with some code before it.
            while self._cell(keep) - self._offsets[first] > width - 2 - width // 4:
                first += 1
            while self._offsets[last] - self._offsets[first] > width - 2:
                last -= 1
        before, after = "…" if first else "", "…" if last < len(shown) else ""
        self.text = (before + "".join(shown[first:last]) + after).rstrip()
        self._first, self._last, self._lead = self._offsets[first], self._offsets[last], len(before)

    def _cell(self, index: int) -> int:
        return self._offsets[min(index, len(self._offsets) - 1)]

    def cell(self, column: int) -> int:
        """The cell, from 0, at which a column (from 1) is shown; those outside the window are at its edges."""
        return min(max(self._cell(column - 1), self._first), self._last) - self._first + self._lead


class Page:
    """Where code is drawn: the width of the terminal, the room for line numbers, and the colors."""

    def __init__(self, width: int, number_width: int, paint: Paint) -> None:
        self._paint = paint
        self._number_width = number_width
        self._code_width = max(width - number_width - 3, MIN_CODE_WIDTH)
        self.margin = paint(" " * number_width + " |", "gutter")

    def draw(self, marks: list[Mark]) -> list[str]:
        """The code of marks that lie in one file (and one cell), in the order of its lines, with their marks.

        A bar on the left joins the first and last line of the first mark if it goes over several lines; other such
        marks are underlined on their first line only.
        """
        bar = marks[0] if marks[0].several_lines else None
        texts: dict[int, str] = {}
        for mark in marks:
            last = mark.end.line if mark is bar else mark.start.line
            for number, text in enumerate(mark.location.lines[: last - mark.start.line + 1], mark.start.line):
                texts.setdefault(number, text)
        numbers = _without_middle(sorted(texts), bar, {mark.start.line for mark in marks})
        rows = [self.margin]
        for previous, number in zip([numbers[0], *numbers], numbers, strict=False):
            if number > previous + 1:
                rows.append(self._gap(bar if bar and _inside(bar, number) else None))
            here = [mark for mark in marks if mark.start.line == number]
            rows += self._line(number, texts[number], here, bar)
        return rows

    def _gap(self, bar: Mark | None) -> str:
        dots = self._paint("...", "gutter")
        return dots + " " * self._number_width + self._paint("|", bar.style) if bar else dots

    def _line(self, number: int, text: str, here: list[Mark], bar: Mark | None) -> list[str]:
        """One line of code and the rows under it."""
        width = self._code_width - (2 if bar else 0)
        line = _Line(text, min((mark.start.column - 1 for mark in here), default=0), width)
        margin = self._paint(f"{number:>{self._number_width}} |", "gutter")
        before = self._before(bar, _bar_beside(bar, number, text)) if bar else ""
        rows = [f"{margin} {before}{line.text}".rstrip()]
        if bar in here and not _starts_line(bar, text):
            rows.append(
                f"{self.margin}  {self._paint('_' * (line.cell(bar.start.column) + 1) + bar.character, bar.style)}"
            )
        under = self._before(bar, "|" if bar.start.line <= number < bar.end.line else " ") if bar else ""
        for mark in here:
            if mark is not bar:
                rows += [f"{self.margin} {under}{row}" for row in self._underline(mark, line, len(text) + 1)]
        if bar is not None and number == bar.end.line:
            tail = "|" + "_" * max(1, line.cell(bar.end.column)) + bar.character
            rows.append(f"{self.margin} {self._paint(tail, bar.style)}")
        return rows

    def _before(self, bar: Mark, character: str) -> str:
        return self._paint(character.strip(), bar.style) + " " * (2 - len(character.strip()))

    def _underline(self, mark: Mark, line: _Line, line_end: int) -> list[str]:
        """Rows that underline a mark and say its label: beside it if there is room, else below."""
        first = line.cell(mark.start.column)
        last = max(line.cell(line_end if mark.several_lines else mark.end.column), first + 1)
        underline, label = mark.character * (last - first), printable(mark.label)
        if not label or last + 1 + cells(label) <= line.width:
            return [" " * first + self._paint(f"{underline} {label}".rstrip(), mark.style)]
        indent = " " * max(min(first, line.width - cells(label)), 0)
        below = [indent + self._paint(row.lstrip(), mark.style) for row in wrap(label, line.width, indent, indent)]
        return [" " * first + self._paint(underline, mark.style), *below]


def _without_middle(numbers: list[int], bar: Mark | None, keep: set[int]) -> list[int]:
    """The numbers of the lines to show: a long span loses its middle, but no line with a mark."""
    if bar is None or bar.end.line - bar.start.line < MOST_LINES:
        return numbers
    head, tail = bar.start.line + MOST_LINES // 2, bar.end.line - MOST_LINES // 4
    return [number for number in numbers if not head <= number <= tail or number in keep]


def _inside(bar: Mark, number: int) -> bool:
    return bar.start.line < number <= bar.end.line


def _starts_line(bar: Mark, text: str) -> bool:
    return not text[: bar.start.column - 1].strip()


def _bar_beside(bar: Mark, number: int, text: str) -> str:
    """What stands between the gutter and a line of code, if a mark goes over several lines."""
    if number == bar.start.line:
        return "/" if _starts_line(bar, text) else " "
    return "|" if _inside(bar, number) else " "
