"""The account as the output of a notebook's cell: a fragment of HTML in the colors of the notebook, without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from tdlint.formatters.inspection import table
from tdlint.formatters.inspection.columns import COLUMNS, sorted_rows
from tdlint.formatters.inspection.rows import Row, layer_rows, total_row
from tdlint.formatters.inspection.view import View
from tdlint.formatters.inspection.words import headline, sections, verdict
from tdlint.formatters.options import Options
from tdlint.formatters.page import marked, text
from tdlint.inspector.accounting.account import Account

_COLUMNS = ("name", "type", "params", "regularizer", "penalty", "start", "share")
_ROWS = 20
"""A longer table is that of the layers that cost most."""

_STYLE = """
.tdlint { font-size: 13px; line-height: 1.45; max-width: 64rem; }
.tdlint p { margin: .3em 0; } .tdlint .faint { opacity: .7; }
.tdlint table { font-size: inherit; border-collapse: collapse; margin: .6em 0; }
.tdlint th, .tdlint td { padding: .2em .8em .2em 0; text-align: left; vertical-align: top; background: none; }
.tdlint thead th, .tdlint tfoot th, .tdlint tfoot td { border-top: 1px solid; border-bottom: 1px solid; }
.tdlint th.number, .tdlint td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tdlint tbody th { font-weight: 600; } .tdlint .bar { display: inline-block; height: .7em; margin-right: .5em;
  min-width: 1px; background: #d9822b; } .tdlint summary { cursor: pointer; } .tdlint ul { margin: .2em 0 .6em; }
"""


class ShownAccount(Account):
    """An account that notebooks show as a table."""

    def _repr_html_(self) -> str:
        return render(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def __str__(self) -> str:
        return table.render(self, Options(), View())


def shown(account: Account) -> ShownAccount:
    """The same account, for people who look at it in Python."""
    return ShownAccount(**{each.name: getattr(account, each.name) for each in fields(account)})


def render(account: Account) -> str:
    """The account as a fragment of HTML."""
    return "\n".join(_parts(account))


def _parts(account: Account) -> Iterator[str]:
    yield f'<div class="tdlint"><style>{_STYLE}</style>'
    yield f"<p><b>{text(headline(account))}</b></p><p>{marked(verdict(account))}</p>"
    rows, left_out = _rows(account)
    yield from _table(rows, total_row(account))
    if left_out:
        yield f'<p class="faint">{left_out:,} more layers are not shown; they cost less.</p>'
    for title, items in sections(account):
        lines = "".join(f"<li>{marked(item)}</li>" for item in items)
        yield f"<details open><summary><b>{text(title)}</b></summary><ul>{lines}</ul></details>"
    yield "</div>"


def _rows(account: Account) -> tuple[Sequence[Row], int]:
    """What is shown, and how many layers are not."""
    rows = layer_rows(account)
    if len(rows) <= _ROWS:
        return rows, 0
    outer = layer_rows(account, 1)
    if len(outer) <= _ROWS:
        return outer, 0
    return sorted_rows(account, View(sort="penalty"))[:_ROWS], len(rows) - _ROWS


def _table(rows: Sequence[Row], total: Row) -> Iterator[str]:
    heads = "".join(f"<th{_kind(name)}>{text(COLUMNS[name].title)}</th>" for name in _COLUMNS)
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
    for row in rows:
        yield f"<tr>{''.join(_cell(name, row) for name in _COLUMNS)}</tr>"
    sums = "".join(
        f"<td{_kind(name)}>{text(COLUMNS[name].text(total)) if COLUMNS[name].summed else ''}</td>"
        for name in _COLUMNS[1:]
    )
    yield f"</tbody><tfoot><tr><th>total</th>{sums}</tr></tfoot></table>"


def _cell(name: str, row: Row) -> str:
    content = text(COLUMNS[name].text(row))
    if name == "name":
        return f"<th>{content}</th>"
    bar = f'<span class="bar" style="width:{4 * row.share:.2f}em"></span>' if name == "share" and row.share else ""
    return f"<td{_kind(name)}>{bar}{content}</td>"


def _kind(name: str) -> str:
    return ' class="number"' if COLUMNS[name].number else ""
