"""The data loss that a fresh model is expected to start from, in closed form, for the losses where one is right.

A fresh model knows nothing: what goes into its last activation is close to zero, so its probabilities are close to
even. From that follows the expected loss for targets that are one-hot, binary or standardized (mean 0, variance 1),
whichever the loss is made for. It is an estimate of scale, to compare a penalty with; not a prediction of the first
epoch. Losses that depend on more than that, such as relative errors, have none here.

The formulas are checked against the losses of real Keras in tests/inspector/test_data_loss.py.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from tdlint import values
from tdlint.spec.losses import arguments, class_name, from_logits
from tdlint.values import Arguments, Const, Instance, Symbol, Value

_MEAN_ABSOLUTE_NORMAL = math.sqrt(2 / math.pi)
_MEAN_LOG_COSH_NORMAL = 0.374567  # of a standard normal, by numeric integration
_AVERAGING = frozenset({"auto", "mean", "mean_with_sample_weight", "sum_over_batch_size"})
_STARTS_AT = {"softplus": math.log(2), "exponential": 1.0, "sigmoid": 0.5, "hard_sigmoid": 0.5}
"""What these activations make of zero; most others make zero of it."""
_OF_EVEN_CLASSES = frozenset({"dice", "tversky", "categoricalgeneralizedcrossentropy"})


class DataLoss(NamedTuple):
    """A data loss, in the units of the loss, and the reasoning behind it in a few words."""

    value: float
    why: str


def expected_data_loss(loss: Value, units: int | None, activation: str | None) -> DataLoss | None:
    """The data loss that a fresh model is expected to start from; None where it can't be told.

    Args:
        loss: one loss as ``compile`` takes it: text, function, class or object.
        units: the size of the last axis of the output, None if it is not known.
        activation: the name of the last activation, ``"linear"`` if there is none, None if it is not known.
    """
    name, args = class_name(loss), arguments(loss)
    if not averages(args):
        return None
    if name is None:
        return _of_even_classes(loss, args, units, activation)
    if name.endswith("Crossentropy"):
        return _crossentropy(loss, name, units, activation)
    if name in ("Hinge", "SquaredHinge", "CategoricalHinge"):
        return _hinge(name, activation)
    if name == "KLDivergence" and activation == "softmax" and units is not None and units > 1:
        return DataLoss(math.log(units), f"ln {units} for {units} classes")
    if name == "Poisson" and activation == "exponential":
        return DataLoss(1.0, "1 for outputs near 1, whatever the counts")
    if activation in ("sigmoid", "hard_sigmoid", "softmax"):
        return _bounded(name, units, activation)
    value = _standardized(name, args, _STARTS_AT.get(activation or "", 0.0))
    return None if value is None else DataLoss(value, "standardized targets")


def averages(args: Arguments) -> bool:
    """Whether a loss that is made with these arguments is a mean over the batch; False if that is not certain."""
    if not args.passes("reduction"):
        return args.complete
    return values.text(args.get("reduction")) in _AVERAGING


def _given(args: Arguments, name: str, default: float) -> float | None:
    if args.passes(name) or not args.complete:
        return values.number(args.get(name))
    return default


def _crossentropy(loss: Value, name: str, units: int | None, activation: str | None) -> DataLoss | None:
    args, raw = arguments(loss), from_logits(loss)
    # raw outputs are read as probabilities: the loss is then a matter of clipping, not of chance (FACTS D3)
    if raw is None or (not raw and activation not in ("softmax", "sigmoid")):
        return None
    gamma = _given(args, "gamma", 2.0) if "Focal" in name else 0.0
    if gamma is None:
        return None
    if name.startswith("Binary"):
        if args.passes("apply_class_balancing") and not args.get("apply_class_balancing").must_be(False):
            return None
        return DataLoss(math.log(2) * 0.5**gamma, "ln 2 for binary labels" + (", focal" if gamma else ""))
    if units is None or units < 2:
        return None
    alpha = _given(args, "alpha", 0.25) if "Focal" in name else 1.0
    if alpha is None:
        return None
    value = alpha * (1 - 1 / units) ** gamma * math.log(units)
    return DataLoss(value, f"ln {units} for {units} classes" + (", focal" if gamma else ""))


def _of_even_classes(loss: Value, args: Arguments, units: int | None, activation: str | None) -> DataLoss | None:
    """Losses that only even probabilities of one-hot classes make a constant."""
    name = _short_name(loss)
    if name not in _OF_EVEN_CLASSES or activation != "softmax" or units is None or units < 2:
        return None
    share, why = 1 / units, f"even probabilities against {units} classes"
    if name not in ("dice", "tversky"):
        power = _given(args, "q", 0.5)
        return DataLoss((1 - share**power) / power, why) if power else None
    if not args.complete or (args.passes("axis") and not args.get("axis").must_be(None)):
        return None
    alpha, beta = _given(args, "alpha", 0.5), _given(args, "beta", 0.5)
    if alpha is None or beta is None:
        return None
    return DataLoss(1 - share / (share + (alpha + beta) * (1 - share)), why)


def _short_name(loss: Value) -> str:
    if isinstance(loss, Const) and isinstance(loss.value, str):
        return loss.value.lower()
    name = loss.name if isinstance(loss, Symbol) else loss.type if isinstance(loss, Instance) else ""
    return name.rpartition(".")[2].lower() if name.startswith("keras.losses.") else ""


def _hinge(name: str, activation: str | None) -> DataLoss | None:
    start = _STARTS_AT.get(activation or "", 0.0)
    if name == "CategoricalHinge":
        return DataLoss(1.0, "1 for outputs that are alike")
    if activation == "softmax":
        return None
    value = 1.0 + (start * start if name == "SquaredHinge" else 0.0)
    return DataLoss(value, f"{value:.3g} for outputs near {start:.3g} against labels of -1 and 1")


def _huber(delta: float) -> float:
    inside = math.erf(delta / math.sqrt(2))
    density = math.exp(-delta * delta / 2) / math.sqrt(2 * math.pi)
    return 0.5 * (inside - 2 * delta * density) + 2 * delta * density - 0.5 * delta * delta * (1 - inside)


def _standardized(name: str, args: Arguments, start: float) -> float | None:
    """The error of a constant output against a standard normal."""
    if name == "MeanSquaredError":
        return 1.0 + start * start
    if name == "MeanAbsoluteError":
        return _MEAN_ABSOLUTE_NORMAL * math.exp(-start * start / 2) + start * math.erf(start / math.sqrt(2))
    if start:
        return None
    if name == "Huber":
        delta = _given(args, "delta", 1.0)
        return None if delta is None or delta <= 0 else _huber(delta)
    return _MEAN_LOG_COSH_NORMAL if name == "LogCosh" else None


def _bounded(name: str, units: int | None, activation: str) -> DataLoss | None:
    """Squared and absolute errors of a head that gives probabilities: labels are 0 and 1 then."""
    power = {"MeanSquaredError": 2, "MeanAbsoluteError": 1}.get(name)
    if power is None:
        return None
    if activation != "softmax":
        return DataLoss(0.5**power, "outputs near 0.5 against targets of 0 and 1")
    if units is None or units < 2:
        return None
    share = 1 / units
    value = ((1 - share) ** power + (units - 1) * share**power) / units
    return DataLoss(value, f"even probabilities against {units} one-hot classes")
