"""The verdict: what an account means, a sentence per layer, with the coefficient that would make its penalty small.

A penalty is linear in its coefficients, so the one at which it is a given part of the data loss follows exactly, for
the weights as they are. What a ratio means for training is as measured in FACTS C12, and says nothing of models that
are trained already: there both have shrunk, and a penalty above the data loss is no fault by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from tdlint.inspector.accounting.account import Account, LayerAccount, Regularizer, WeightAccount, total
from tdlint.inspector.measurement import Measurement

TARGET = 0.1
"""The part of the data loss that advice aims at; below it, a layer is left alone."""
NEARLY_ALL = 0.9

Basis = Literal["start", "now", "measured"]


@dataclass(frozen=True)
class Advice:
    """The regularizer of one weight with which the penalty of its layer would be a tenth of the data loss."""

    weight: str
    regularizer: Regularizer


@dataclass(frozen=True)
class Verdict:
    """What is to be said of one layer, of the model as a whole where ``layer`` is None.

    ``basis`` says what is compared: penalty and data loss expected of a fresh model (``start``), the penalty now with
    the data loss expected of a fresh model (``now``, where the start is not known), or both as measured on data.
    """

    layer: str | None
    sentence: str
    penalty: float
    data_loss: float
    ratio: float
    basis: Basis
    advice: tuple[Advice, ...] = ()


def verdicts(account: Account) -> tuple[Verdict, ...]:
    """The verdicts on all layers whose penalty is a tenth of the data loss or more, then that on all of them together.

    None on layers that are fine, and none at all if there is no data loss to compare with.
    """
    loss, why = data_loss(account)
    if loss is None or not loss > 0 or not math.isfinite(loss):
        return ()
    regularized = [layer for layer in account.layers if layer.regularized_params]
    found: list[Verdict] = []
    for layer in regularized:
        basis, penalty = _penalty(account, layer)
        if layer.penalty is not None and not math.isfinite(layer.penalty):
            found.append(_broken(layer, layer.penalty, loss))
        elif penalty is not None and penalty / loss >= TARGET:
            found.append(_on_layer(account, layer, basis, penalty, loss, why))
    if len(regularized) > 1:
        found += _together(account, regularized, loss, why)
    return tuple(found)


def data_loss(account: Account) -> tuple[float | None, str]:
    """The data loss that penalties are compared with, and where it comes from."""
    if account.measurement is not None:
        return account.measurement.data_loss, "measured"
    return account.totals.expected_data_loss, account.totals.data_loss_reason or ""


def _penalty(account: Account, layer: LayerAccount) -> tuple[Basis, float | None]:
    if account.measurement is not None:
        return "measured", layer.penalty
    return ("start", layer.expected_penalty) if layer.expected_penalty is not None else ("now", layer.penalty)


def _amount(weight: WeightAccount, basis: Basis) -> float:
    return (weight.expected_penalty if basis == "start" else weight.penalty) or 0.0


def _broken(layer: LayerAccount, penalty: float, loss: float) -> Verdict:
    named = ", ".join(weight.name for weight in layer.weights if weight.non_finite)
    sentence = f"its penalty is not finite: {named or 'one of its weights'} holds NaN, infinite or huge values"
    return Verdict(layer.layer, sentence, penalty, loss, penalty / loss, "now")


def _on_layer(account: Account, layer: LayerAccount, basis: Basis, penalty: float, loss: float, why: str) -> Verdict:
    ratio = penalty / loss
    costing = [weight for weight in layer.weights if weight.counted and _amount(weight, basis) > 0]
    advice = _advice(costing, TARGET / ratio)
    parts = [f"{_compared(basis, penalty, ratio, loss, why)}{_pull(account, layer)}{_meaning(account, basis, ratio)}"]
    if advice:
        with_time = ", at all time steps alike" if layer.once_for_all_steps else ""
        parts.append(f"with {_described(advice)} it would be {TARGET:.0%} of the data loss{with_time}")
    else:
        parts.append("its regularizer is not one of Keras, so tdlint can't name a coefficient")
    return Verdict(layer.layer, "; ".join(parts), penalty, loss, ratio, basis, advice)


def _together(account: Account, layers: list[LayerAccount], loss: float, why: str) -> Iterator[Verdict]:
    """All penalties at once; quiet where some are not known, they are small, or one layer is nearly all of it."""
    amounts = [_penalty(account, layer) for layer in layers]
    penalty = total(amount for _, amount in amounts)
    if penalty is None or not math.isfinite(penalty) or penalty / loss < TARGET:
        return
    if max(amount or 0.0 for _, amount in amounts) >= NEARLY_ALL * penalty:
        return
    bases = {basis for basis, _ in amounts}
    basis: Basis = bases.pop() if len(bases) == 1 else "now"
    ratio = penalty / loss
    compared = _compared(basis, penalty, ratio, loss, why).removeprefix("its penalty")
    yield Verdict(
        None,
        f"the penalties of {len(layers)} layers together: the sum{compared}{_meaning(account, basis, ratio)}; with all "
        f"coefficients divided by {ratio / TARGET:.3g} it would be {TARGET:.0%} of the data loss",
        penalty,
        loss,
        ratio,
        basis,
    )


def _compared(basis: Basis, penalty: float, ratio: float, loss: float, why: str) -> str:
    size = f"{ratio:.0%} of" if ratio < 1 else f"{ratio:,.3g} times"
    if basis == "measured":
        return f"its penalty is {penalty:.3g}, {size} the measured data loss of {loss:.3g}"
    verb = "starts at" if basis == "start" else "is"
    return f"its penalty {verb} about {penalty:.3g}, {size} the data loss of about {loss:.3g} of a fresh model ({why})"


def _pull(account: Account, layer: LayerAccount) -> str:
    """How hard penalty and data pull at the layer's weights, where that was measured."""
    measurement = account.measurement
    found = (
        [one for one in measurement.gradients if one.layer == layer.layer and one.penalty > 0] if measurement else []
    )
    if not found:
        return ""
    penalty = math.sqrt(math.fsum(one.penalty**2 for one in found))
    data = math.sqrt(math.fsum(one.data**2 for one in found))
    if not data > 0 or not math.isfinite(penalty / data):
        return ", and the data do not pull at its weights at all" if data == 0 else ""
    return f", and it pulls at its weights {penalty / data:.3g} times as hard as the data"


def _meaning(account: Account, basis: Basis, ratio: float) -> str:
    """What such a ratio led to where training started with it (FACTS C12)."""
    measurement = account.measurement
    if basis == "measured" and measurement is not None and measurement.training_steps:
        return _trained(measurement, measurement.training_steps)
    if ratio >= 100:
        return ": where training started so, models collapsed to a constant (FACTS C12)"
    if ratio >= 10:
        return ": weights go sparse, and a weak signal is lost (FACTS C12)"
    if ratio >= 1:
        return ": the reported loss is mostly penalty, and training first shrinks weights"
    return ": mostly harmless, but the reported loss contains it"


def _trained(measurement: Measurement, steps: int) -> str:
    """After training, what counts is whether the model has learned: both sides of the ratio have shrunk."""
    after, constant = f", after {steps:,} training steps", measurement.constant_loss
    if not constant or not constant > 0:
        return f"{after}, which is no fault if the data loss is as small as it should be"
    share = measurement.data_loss / constant
    reached = f"the data loss is {share:.3g} times that of the best constant output"
    if share > NEARLY_ALL:
        return f"{after}, and next to nothing is learned from the inputs: {reached}"
    return f"{after}, which is no fault by itself: {reached}"


def _advice(weights: list[WeightAccount], factor: float) -> tuple[Advice, ...]:
    """The coefficients times ``factor``; none if those of some weight are not known to be linear in the penalty."""
    found = []
    for weight in weights:
        old = weight.regularizer
        if old is None or old.custom or not old.coefficients or any(value is None for _, value in old.coefficients):
            return ()
        scaled = tuple((name, value * factor) for name, value in old.coefficients if value is not None)
        found.append(Advice(weight.name, replace(old, coefficients=scaled)))
    return tuple(found)


def _described(advice: tuple[Advice, ...]) -> str:
    """``L2(0.001) on kernel, recurrent_kernel``; just the regularizer where there is one for all weights."""
    groups: dict[str, list[str]] = {}
    for one in advice:
        groups.setdefault(one.regularizer.describe(), []).append(one.weight.rpartition("/")[2])
    if len(groups) == 1 and len(advice) == 1:
        return next(iter(groups))
    parts = []
    for text, names in groups.items():
        unique = list(dict.fromkeys(names))
        parts.append(f"{text} on {', '.join(unique) if len(unique) <= 3 else f'{len(names)} weights'}")
    return " and ".join(parts)
