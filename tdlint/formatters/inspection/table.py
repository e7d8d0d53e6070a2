"""The account for a terminal: a table of layers, with the verdict and what is to be said below.

Columns that were asked for and don't fit beside each other are written below each other, a paragraph per layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdlint.formatters.drawing import drawn
from tdlint.formatters.inspection.columns import COLUMNS, DEFAULT, sorted_rows
from tdlint.formatters.inspection.rows import Row, total_row
from tdlint.formatters.inspection.view import View
from tdlint.formatters.inspection.words import DIAGNOSTICS, alarm, headline, sections, verdict
from tdlint.formatters.options import Options
from tdlint.formatters.terminal import Paint, cells, printable, wrap
from tdlint.inspector.accounting.account import Account

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_GAP = 2
_NARROW = 14
_WIDE = 40
"""Texts are broken at ``_NARROW`` cells where nothing else helps; a column is left out rather than breaking one below
``_WIDE``."""
_BARS = "share"
"""The column that has a bar before its numbers where there is room."""
_BAR = 8
_ALWAYS = 4  # so many columns of DEFAULT are shown even if that breaks names


def render(account: Account, options: Options, view: View) -> str:
    """A table of layers, then a paragraph per section; at most ``options.width`` cells wide."""
    paint, width = Paint(options.color), options.width
    grid = _grid(account, view, width)
    shown = _table(grid, width) if grid.fits(width) else None
    title = drawn([_bold(printable(headline(account)))], options)
    lines = [*title, "", *(_records(grid, options) if shown is None else drawn([shown], options)), ""]
    tone = alarm(account)
    said = wrap(verdict(account), width, "", "")
    lines += [paint(line, tone) for line in said] if tone else said
    for heading, items in sections(account):
        lines += ["", paint(heading, "bold")]
        for item in items:
            first, *rest = wrap(item, width, "  ", "    ")
            lines += [_toned(first, paint) if heading == DIAGNOSTICS else first, *rest]
    return "\n".join(lines)


def _toned(line: str, paint: Paint) -> str:
    """The first line of what a rule reports, whose first word is the severity."""
    label, space, rest = line.strip().partition(" ")
    return f"  {paint(label, label)}{space}{rest}"


@dataclass(frozen=True)
class _Grid:
    """The texts of the columns that are shown, the sums last."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    texts: Mapping[str, tuple[str, ...]]

    def natural(self, name: str) -> int:
        """Cells that a column takes if nothing is broken or left out."""
        return self._text_width(name) + (_BAR + 1 if name == _BARS else 0)

    def least(self, name: str) -> int:
        """Cells without which a column can't be read: numbers are never broken."""
        natural = self._text_width(name)
        return natural if COLUMNS[name].number else min(natural, max(_NARROW, cells(COLUMNS[name].title)))

    def _text_width(self, name: str) -> int:
        return max(map(cells, (COLUMNS[name].title, *self.texts[name])))

    def fits(self, width: int) -> bool:
        """Whether the columns have room beside each other."""
        return _sum(self.least(name) for name in self.names) <= width

    def widths(self, width: int) -> dict[str, int]:
        """The cells of each column; what is left goes to texts and bars, the first ones first."""
        found = {name: self.least(name) for name in self.names}
        for name in self.names:
            found[name] += min(self.natural(name) - found[name], width - _sum(found.values()))
        return found


def _sum(widths: Iterable[int]) -> int:
    each = list(widths)
    return sum(each) + _GAP * (len(each) - 1)


def _grid(account: Account, view: View, width: int) -> _Grid:
    rows = sorted_rows(account, view)
    wanted = view.columns or tuple(name for name in COLUMNS if name in DEFAULT)
    texts = {name: tuple(_texts(name, rows, total_row(account), "type" in view.columns)) for name in wanted}
    every = _Grid(wanted, tuple(rows), texts)
    return every if view.columns else _Grid(_chosen(every, width), every.rows, texts)


def _texts(name: str, rows: Sequence[Row], total: Row, with_type: bool) -> Iterator[str]:
    column = COLUMNS[name]
    for row in rows:
        text = printable(column.text(row))
        yield text if name != "name" or with_type or _evident(row) else f"{text} ({printable(row.type)})"
    yield column.text(total) if column.summed else "total" if name == "name" else ""


def _chosen(grid: _Grid, width: int) -> tuple[str, ...]:
    """The default columns that have something to say and fit, in their order."""
    taken: list[str] = []
    for rank, name in enumerate(DEFAULT):
        if name != "name" and not any(grid.texts[name][:-1]):
            continue
        least = rank < _ALWAYS
        sizes = [grid.least(each) if least else min(grid.natural(each), _WIDE) for each in taken]
        sizes.append(grid.least(name) if least or COLUMNS[name].number else min(grid.natural(name), _WIDE))
        if _sum(sizes) <= width:
            taken.append(name)
    return tuple(name for name in grid.names if name in taken)


def _evident(row: Row) -> bool:
    """Whether the name of a layer tells its type, as the names do that Keras gives."""
    name = row.name.rpartition("/")[2].rstrip("0123456789_").replace("_", "")
    return not row.type or name.lower() == row.type.lower()


def _table(grid: _Grid, width: int) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE,
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),
        header_style="bold",
        footer_style="bold",
        show_footer=True,
    )
    widths = grid.widths(width)
    bars = widths.get(_BARS) == grid.natural(_BARS) if _BARS in grid.names else False
    for name in grid.names:
        column = COLUMNS[name]
        table.add_column(
            column.title,
            grid.texts[name][-1],
            justify="right" if column.number and not (bars and name == _BARS) else "left",
            width=widths[name],
            overflow="fold",
            no_wrap=column.number,
        )
    for number, row in enumerate(grid.rows):
        shown = [
            _with_bar(row.share, grid.texts[name][number], widths[name])
            if bars and name == _BARS
            else Text(grid.texts[name][number])
            for name in grid.names
        ]
        table.add_row(*shown, style=None if row.params else "dim")
    return table


def _with_bar(share: float | None, text: str, width: int) -> Text:
    """A bar as long as the share, and the share as a number."""
    from rich.text import Text

    eighths = round(max(0.0, min(share or 0.0, 1.0)) * _BAR * 8)
    blocks = "█" * (eighths // 8) + (" ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else "")
    return Text.assemble((f"{blocks:{_BAR}}", "cyan"), f"{text:>{width - _BAR}}")


def _records(grid: _Grid, options: Options) -> Iterator[str]:
    """A paragraph per row: the name, and the columns that have something to say of it."""
    paint = Paint(options.color)
    for number in range(len(grid.rows) + 1):
        first = grid.texts["name"][number] if "name" in grid.names else ""
        if first:
            yield from (paint(line, "bold") for line in drawn([_plain(first)], options))
        facts = [
            f"{COLUMNS[name].title}: {grid.texts[name][number]}"
            for name in grid.names
            if name != "name" and grid.texts[name][number]
        ]
        yield from (line for fact in facts for line in drawn([_plain(fact)], options, indent=2))


def _plain(text: str) -> Text:
    from rich.text import Text

    return Text(text, overflow="fold")


def _bold(text: str) -> Text:
    from rich.text import Text

    return Text(text, "bold", overflow="fold")
