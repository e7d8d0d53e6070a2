"""What a model may cost: limits that CI holds it to.

A limit whose number is not known is not kept and not broken: that is a third outcome, and never silent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tdlint.inspector.accounting.account import Account

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12}


@dataclass(frozen=True)
class Budget:
    """Limits; None where there is none. ``max_penalty_ratio`` is the penalty over the data loss of a fresh model."""

    max_params: int | None = None
    max_penalty_ratio: float | None = None


@dataclass(frozen=True)
class Overrun:
    """A limit that is not kept, or can't be checked, and the sentence about it."""

    outcome: Literal["exceeded", "unknown"]
    text: str


def parse_count(text: str) -> int:
    """A number of parameters: ``1000000``, ``1_000_000``, ``1,000,000``, ``1e6``, ``1M``, ``2.5k``.

    Raises:
        ValueError: it is none.
    """
    match = re.fullmatch(r"(\d[\d_,]*(?:\.\d+)?(?:e\d+)?)([kmgbt]?)", text.strip().lower())
    if match:
        value = float(match[1].replace("_", "").replace(",", "")) * _UNITS[match[2]]
        if math.isfinite(value) and value == int(value):
            return int(value)
    raise ValueError(f"expected a number of parameters, such as 1_000_000 or 1M, received {text!r}")


def check_budget(account: Account, budget: Budget) -> tuple[Overrun, ...]:
    """Which limits a model does not keep, and which can't be checked."""
    return (*_params(account, budget.max_params), *_ratio(account, budget.max_penalty_ratio))


def _params(account: Account, limit: int | None) -> Iterator[Overrun]:
    params = account.totals.params
    if limit is None:
        return
    if params > limit:
        text = f"the model has {params:,} parameters, {params - limit:,} more than --max-params {limit:,}"
        yield Overrun("exceeded", text)
    # a config alone may not tell all weights of a layer
    untold = [layer.layer for layer in account.layers if not layer.complete]
    if untold and params <= limit:
        text = f"--max-params {limit:,} can't be checked: the weights of {', '.join(untold)} are not known"
        yield Overrun("unknown", text)


def _ratio(account: Account, limit: float | None) -> Iterator[Overrun]:
    if limit is None:
        return
    penalty, loss, option = account.totals.penalty, _loss_at_start(account), f"--max-penalty-ratio {limit:g}"
    if penalty is None:
        yield Overrun("unknown", f"{option} can't be checked: of some weights the regularizer or value is not known")
    elif not penalty:
        return
    elif loss is None or loss <= 0:
        told = (
            "the model does not tell what data loss it starts from" if loss is None else f"that data loss is {loss:g}"
        )
        yield Overrun("unknown", f"{option} can't be checked: {told}")
    elif not penalty / loss <= limit:  # NaN is no number that a limit allows
        yield Overrun(
            "exceeded",
            f"the penalty of {penalty:.4g} is {penalty / loss:.4g} times the data loss that a fresh model starts from "
            f"({loss:.4g}), more than {option}",
        )


def _loss_at_start(account: Account) -> float | None:
    """The data loss of a fresh model: by its head and loss, else by the labels that it was measured on."""
    if account.totals.expected_data_loss is None and account.measurement is not None:
        return account.measurement.expected_data_loss
    return account.totals.expected_data_loss
