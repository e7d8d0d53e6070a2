"""The sums of an account, large."""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.formatters.inspection.words import amount, percent
from tdlint.formatters.page import text
from tdlint.inspector.accounting.account import Account


def render(account: Account) -> Iterator[str]:
    """A tile per sum."""
    totals = account.totals
    trained = "?" if totals.trainable_params is None else f"{totals.trainable_params:,}"
    part = totals.regularized_params / totals.params if totals.params else 0
    yield '<div class="tiles">'
    yield _tile(f"{totals.params:,}", "parameters", f"{trained} are trained")
    yield _tile(percent(part) or "0 %", "regularized", f"{totals.regularized_params:,} parameters")
    yield _tile(amount(totals.penalty, True), "penalty now", f"{amount(totals.expected_penalty, True)} at the start")
    loss = totals.expected_data_loss
    if loss is None:
        yield _tile("?", "data loss at the start", "the model does not tell")
    else:
        yield _tile(f"{loss:.4g}", "data loss at the start", totals.data_loss_reason or "")
    yield "</div>"


def _tile(number: str, what: str, more: str) -> str:
    return f'<div class="tile"><b>{text(number)}</b>{text(what)}<p class="faint">{text(more)}</p></div>'
