"""Penalties as bars on one scale: now, at the start, and the data loss that they stand against."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tdlint.formatters.inspection.html.lines import finite, key, lines
from tdlint.formatters.inspection.rows import Row, layer_rows, total_row
from tdlint.formatters.inspection.words import amount
from tdlint.inspector.accounting.account import Account

_LAYERS = 10
"""So many layers have bars of their own: those with the largest penalties."""


def render(account: Account) -> Iterator[str]:
    """The bars; nothing for a model without a penalty."""
    total = total_row(account)
    if not total.regularized_params or not (total.penalty or total.expected_penalty):
        return
    rows = [row for row in layer_rows(account) if row.regularized_params]
    rows = sorted(rows, key=lambda row: -max(finite(row.penalty), finite(row.expected_penalty)))
    loss = account.totals.expected_data_loss
    meanings = [("now", "now"), ("start", "expected of fresh weights"), ("loss", "data loss of a fresh model")]
    yield "<h2>Penalty and data loss</h2>"
    yield key(*meanings[: 2 if loss is None else 3])
    shown = [total, *(rows[:_LAYERS] if len(rows) > 1 else [])]
    yield from lines(
        [
            *([] if loss is None else [("data loss", [("loss", loss)])]),
            *(_values(row) for row in shown),
        ]
    )
    if len(rows) > _LAYERS:
        rest = _sum(rows[_LAYERS:])
        yield f'<p class="faint">{len(rows) - _LAYERS} more layers cost {amount(rest, True)} now.</p>'


def _values(row: Row) -> tuple[str, list[tuple[str, float | None]]]:
    name = "whole penalty" if row.kind == "total" else row.name
    return name, [("now", row.penalty), ("start", row.expected_penalty)]


def _sum(rows: list[Row]) -> float | None:
    known = [row.penalty for row in rows]
    return None if None in known else math.fsum(value for value in known if value is not None)
