"""What every format of ``tdlint inspect`` for people says about an account."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from tdlint.inspector.accounting.account import Account, ActivityTerm
from tdlint.inspector.accounting.shrinkage import Shrinkage
from tdlint.inspector.codes import PER_TIMESTEP, SAME_START, STRONG
from tdlint.inspector.statements import statements
from tdlint.inspector.verdicts import verdicts

DIAGNOSTICS = "Diagnostics"
"""The title of the section that says what rules report."""


def amount(value: float | None, relevant: bool) -> str:
    """A penalty in four digits, ``?`` if it is not known; empty where there is nothing to know."""
    if not relevant:
        return ""
    return "?" if value is None else f"{value:.4g}"


def percent(value: float | None) -> str:
    """``45 %``, ``0.3 %``; empty for what is not known or nothing."""
    if not value or not math.isfinite(value):
        return ""
    if value < 0.001:
        return "<0.1 %"
    return f"{value:,.0%}".replace("%", " %") if value >= 0.0995 else f"{value:.1%}".replace("%", " %")


def headline(account: Account) -> str:
    """``model (model.keras, Keras 3.15.1)``."""
    version = f", Keras {account.keras_version}" if account.keras_version else ""
    return f"{account.name} ({account.source}{version})"


def alarm(account: Account) -> Literal["warning", "error"] | None:
    """How loud the verdict is to be said: as what the ratio of penalty to data loss means, below."""
    ratio = account.totals.penalty_ratio
    if ratio is None or ratio < 1:
        return None
    return "warning" if ratio < 10 else "error"


def verdict(account: Account) -> str:
    """How much is regularized, what it costs, and what that means against the data loss."""
    totals = account.totals
    if totals.penalty is None:
        known = f"The penalty is at least {totals.known_penalty:.4g}. " if totals.known_penalty else ""
        return (
            f"{known}Of some weights the regularizer or the values are not known, so neither is the whole "
            "penalty; inspect the live model to know it."
        )
    if not totals.regularized_params:
        return "No weight is regularized: the loss is the data loss, and activity terms if there are any."
    share = totals.regularized_params / totals.params
    size = f"{totals.regularized_params:,} of {totals.params:,} parameters ({share:.0%})"
    lead = f"{size} are regularized and cost {totals.penalty:.4g} now."
    if totals.expected_data_loss is None or totals.penalty_ratio is None:
        return (
            f"{lead} The model does not tell what data loss it starts from, so there is nothing to compare this with."
        )
    loss = f"{totals.expected_data_loss:.3g} ({totals.data_loss_reason})"
    return f"{lead} A fresh model starts from a data loss of about {loss}: {_weight_of(totals.penalty_ratio)}."


def _weight_of(ratio: float) -> str:
    """What a ratio of penalty to data loss means, as measured (FACTS C12)."""
    if not math.isfinite(ratio):
        return "the penalty is not finite"
    size = f"the penalty is {ratio:.3g} times that"
    if ratio >= 100:
        return f"{size}, and collapse to a constant is to be expected"
    if ratio >= 10:
        return f"{size}; weights go sparse, and a weak signal is lost"
    if ratio >= 1:
        return f"{size}, so that training first shrinks weights"
    if ratio >= 0.1:
        return f"{size}, a noticeable part of the loss"
    return f"{size}, a small part of the loss"


def sections(account: Account) -> Iterator[tuple[str, list[str]]]:
    """What is to be said below the numbers: titles, and under each one or more sentences."""
    found = {
        "Verdict": (
            (f"{one.layer}: {one.sentence}" if one.layer else one.sentence) + _named(STRONG)
            for one in verdicts(account)
        ),
        "Against the data": statements(account),
        DIAGNOSTICS: diagnostics(account),
        "In a step of the optimizer": shrinkages(account),
        "Declared, and never acting": (
            f"{item.layer}: {item.argument}: {item.reason}{_named(item.code)}" for item in account.inactive
        ),
        "Notes": (*notes(account), *account.notes),
        "Not of Keras": (f"{item.layer}: {item.reason}{_named(item.code)}" for item in account.unsafe),
        "Not understood": account.unknown,
    }
    for title, items in found.items():
        texts = list(items)
        if texts:
            yield title, texts


def _named(code: str | None) -> str:
    """The code of the rule about something, to look up or to select."""
    return f" ({code})" if code else ""


def shrinkages(account: Account) -> Iterator[str]:
    """What each regularizer comes to in a step of the optimizer, once for all weights that have it."""
    said = set()
    for layer in account.layers:
        for weight in layer.weights:
            one, regularizer = weight.shrinkage, weight.regularizer
            if one is not None and regularizer is not None and (regularizer, one) not in said:
                said.add((regularizer, one))
                yield f"{regularizer.describe()} under {one.optimizer} (learning rate {one.learning_rate:.3g}): " + (
                    "; ".join(filter(None, (*_amounts(one), one.note)))
                )


def _amounts(one: Shrinkage) -> Iterator[str]:
    if one.l1_threshold:
        yield f"takes {one.l1_threshold:.3g} off |w|"
    if one.l2_decay:
        yield f"takes {percent(one.l2_decay) if one.l2_decay >= 0.001 else f'{one.l2_decay:.3g}'} of w"
    if one.without_data:
        yield f"takes about {one.without_data:.3g} off |w| where the data have no gradient"


def diagnostics(account: Account) -> Iterator[str]:
    """What rules report, a line each."""
    for one in account.diagnostics:
        where = f"{one.location.layer}: " if one.location.layer else ""
        yield f"{one.severity.label} {one.code} [{one.name}] {where}{one.message}" + (
            f"; {one.help}" if one.help else ""
        )


def notes(account: Account) -> Iterator[str]:
    """What the numbers of layers do not tell: what counts once, what grows with time, what depends on data."""
    for layer in account.layers:
        if layer.once_for_all_steps:
            yield f"{layer.layer}: its weights are shared by all time steps, so their penalty counts once"
        if layer.step_copies:
            yield (
                f"{layer.layer}: it holds {layer.step_copies} copies of one layer, one per time step: weights and "
                f"penalty grow with the number of steps{_named(PER_TIMESTEP)}"
            )
        if layer.calls > 1 and layer.regularized_params:
            yield f"{layer.layer}: it is called {layer.calls} times, and its penalty counts once"
        for term in layer.activity:
            if term.acts:
                yield f"{layer.layer}: {_activity_note(term)}{_named(term.code)}"
    for same in account.duplicates:
        others = ", ".join(same.weights[1:4]) + (f" and {len(same.weights) - 4} more" if len(same.weights) > 4 else "")
        yield f"{same.weights[0]} holds the same {same.params:,} values as {others}{_named(SAME_START)}"


def _activity_note(term: ActivityTerm) -> str:
    parts = ["divided by the batch size" if term.divided_by_batch else "not divided by the batch size"]
    if term.over_time:
        parts.append(f"summed over {term.steps} time steps" if term.steps else "growing with the number of time steps")
    if term.tensors > 1:
        parts.append(f"once for each of {term.tensors} tensors in the layer")
    if term.calls > 1:
        parts.append(f"once for each of {term.calls} calls")
    return f"{term.regularizer.describe()} on the output depends on the data, {', '.join(parts)}; it is not in the sums"
