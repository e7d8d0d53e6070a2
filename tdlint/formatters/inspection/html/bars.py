"""Penalties as bars on one scale: now, at the start, and the data loss that they stand against."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tdlint.formatters.inspection.rows import Row, layer_rows, total_row
from tdlint.formatters.inspection.words import amount
from tdlint.formatters.page import text
from tdlint.inspector.account import Account

_LAYERS = 10
"""So many layers have bars of their own: those with the largest penalties."""


def render(account: Account) -> Iterator[str]:
    """The bars; nothing for a model without a penalty."""
    total = total_row(account)
    if not total.regularized_params or not (total.penalty or total.expected_penalty):
        return
    rows = [row for row in layer_rows(account) if row.regularized_params]
    rows = sorted(rows, key=lambda row: -max(_finite(row.penalty), _finite(row.expected_penalty)))
    loss = account.totals.expected_data_loss
    scale = max(_finite(total.penalty), _finite(total.expected_penalty), _finite(loss)) or 1.0
    yield "<h2>Penalty and data loss</h2>"
    yield '<p class="faint"><i class="key now"></i> now <i class="key start"></i> expected of fresh weights'
    yield ' <i class="key loss"></i> data loss of a fresh model</p>' if loss is not None else "</p>"
    yield '<div class="bars" role="list">'
    if loss is not None:
        yield from _line("data loss", [("loss", loss)], scale)
    yield from _line("whole penalty", [("now", total.penalty), ("start", total.expected_penalty)], scale)
    for row in rows[:_LAYERS] if len(rows) > 1 else []:
        yield from _line(row.name, [("now", row.penalty), ("start", row.expected_penalty)], scale)
    yield "</div>"
    if len(rows) > _LAYERS:
        rest = _sum(rows[_LAYERS:])
        yield f'<p class="faint">{len(rows) - _LAYERS} more layers cost {amount(rest, True)} now.</p>'


def _sum(rows: list[Row]) -> float | None:
    known = [row.penalty for row in rows]
    return None if None in known else math.fsum(value for value in known if value is not None)


def _finite(value: float | None) -> float:
    return value if value is not None and math.isfinite(value) else 0.0


def _line(name: str, values: list[tuple[str, float | None]], scale: float) -> Iterator[str]:
    yield f'<div class="line" role="listitem"><span class="label" title="{text(name)}">{text(name)}</span><span>'
    for kind, value in values:
        width = 100 * _finite(value) / scale
        yield f'<span class="track"><i class="{kind}" style="width:{width:.2f}%"></i>{amount(value, True)}</span>'
    yield "</span></div>"
