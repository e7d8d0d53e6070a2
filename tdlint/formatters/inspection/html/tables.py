"""The tables of layers and of weights; a script lets people sort them, they are complete without."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tdlint.formatters.inspection.columns import COLUMNS, sorted_rows
from tdlint.formatters.inspection.html.shade import step
from tdlint.formatters.inspection.rows import Row, total_row, weight_rows
from tdlint.formatters.inspection.view import View
from tdlint.formatters.page import text
from tdlint.inspector.accounting.account import Account

_LAYER_COLUMNS = ("name", "shape", "params", "regularizer", "penalty", "start", "share")
_WEIGHT_COLUMNS = ("name", "shape", "params", "regularizer", "penalty", "start", "share")
_MOST_WEIGHTS = 2000
"""A page with more rows is slow to open."""


def anchors(account: Account) -> dict[str, str]:
    """Where on the page each layer is told of, by its path."""
    return {name: f"layer-{number}" for number, name in enumerate(dict.fromkeys(each.layer for each in account.layers))}


def render(account: Account, view: View) -> Iterator[str]:
    """The layers, then the weights, which are folded away."""
    places = anchors(account)
    rows = sorted_rows(account, View(view.columns, view.depth, view.sort))
    yield "<h2>Layers</h2>"
    columns = view.columns or tuple(name for name in _LAYER_COLUMNS if any(map(COLUMNS[name].text, rows)))
    yield from _table("layers", rows, columns, total_row(account), places, view.sort)
    weights = [row for row in weight_rows(account) if row.weights]
    if not weights:
        return
    yield f'<details class="weights"{" open" if view.weights else ""}><summary>All {len(weights):,} weights</summary>'
    if len(weights) > _MOST_WEIGHTS:
        yield f'<p class="faint">The first {_MOST_WEIGHTS:,}; --output-format json has all.</p>'
    yield from _table("weights", weights[:_MOST_WEIGHTS], _WEIGHT_COLUMNS, None, {}, None)
    yield "</details>"


def _table(
    name: str, rows: Sequence[Row], columns: Sequence[str], total: Row | None, places: dict[str, str], sort: str | None
) -> Iterator[str]:
    yield f'<div class="scroll" role="region" aria-label="{name}" tabindex="0"><table class="sortable" id="{name}">'
    yield f"<thead><tr>{''.join(_head(column, sort) for column in columns)}</tr></thead>\n<tbody>"
    free = dict(places)
    for row in rows:
        place = f' id="{free.pop(row.name)}"' if row.name in free else ""
        faint = "" if row.params else ' class="faint"'
        yield f"<tr{place}{faint}>{''.join(_cell(column, row, 'type' not in columns) for column in columns)}</tr>"
    yield "</tbody>"
    if total is not None:
        cells = "".join(_sum_cell(column, total) for column in columns)
        yield f"<tfoot><tr>{cells}</tr></tfoot>"
    yield "</table></div>"


def _head(name: str, sort: str | None) -> str:
    column = COLUMNS[name]
    order = f' aria-sort="{"descending" if column.number else "ascending"}"' if name == sort else ""
    kind = ' class="number"' if column.number else ""
    return f'<th scope="col"{kind}{order} title="{text(column.about)}">{text(column.title)}</th>'


def _cell(name: str, row: Row, with_type: bool) -> str:
    column = COLUMNS[name]
    shown = text(column.text(row))
    if name == "share":
        shown = f"{_meter(row)}{shown}"
    if name == "name":
        kind = f' <span class="faint">{text(row.type)}</span>' if with_type and row.type else ""
        breakable = shown.replace("/", "/<wbr>").replace("_", "_<wbr>")
        return f'<th scope="row" data-value="{shown}">{breakable}{kind}</th>'
    kind = ' class="number"' if column.number else ' class="shape"' if name == "shape" else ""
    label = text(column.title)
    return f'<td{kind} data-label="{label}" data-value="{_value(column.value(row))}">{shown}</td>'


def _value(value: float | str | None) -> str:
    """What a script sorts by; empty for what is not known."""
    if isinstance(value, str):
        return text(value)
    return "" if value is None or math.isnan(value) else repr(value)


def _meter(row: Row) -> str:
    if not row.share:
        return ""
    return f'<i class="meter {step(row.share, True)}" style="width:{4 * row.share:.2f}rem"></i>'


def _sum_cell(name: str, total: Row) -> str:
    column = COLUMNS[name]
    if name == "name":
        return '<th scope="row">total</th>'
    kind = ' class="number"' if column.number else ""
    return f'<td{kind} data-label="{text(column.title)}">{text(column.text(total)) if column.summed else ""}</td>'
