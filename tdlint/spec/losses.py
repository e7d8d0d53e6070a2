"""Losses: their canonical class, and the data loss that a fresh model is expected to start from.

A fresh model knows nothing: its outputs are close to zero, its probabilities close to even. From that follows the
expected loss in closed form, for targets that are one-hot, binary or standardized (mean 0, variance 1), whichever the
loss is made for. It is an estimate of scale, to compare a penalty with; not a prediction of the first epoch.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from tdlint import values
from tdlint.values import Arguments, Const, Instance, Symbol, Value

_NAMES = {
    "mse": "MeanSquaredError",
    "mean_squared_error": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mean_absolute_error": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "huber": "Huber",
    "huber_loss": "Huber",
    "log_cosh": "LogCosh",
    "logcosh": "LogCosh",
    "hinge": "Hinge",
    "squared_hinge": "SquaredHinge",
    "categorical_hinge": "CategoricalHinge",
    "poisson": "Poisson",
    "cosine_similarity": "CosineSimilarity",
    "kld": "KLDivergence",
    "kl_divergence": "KLDivergence",
    "kullback_leibler_divergence": "KLDivergence",
    "bce": "BinaryCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}
_CLASSES = frozenset(_NAMES.values())
_LOWER = {name.lower(): name for name in _CLASSES}

_MEAN_ABSOLUTE_NORMAL = math.sqrt(2 / math.pi)
_MEAN_LOG_COSH_NORMAL = 0.374567  # of a standard normal, by numeric integration
_AVERAGING = frozenset({"auto", "mean", "mean_with_sample_weight", "sum_over_batch_size"})


class DataLoss(NamedTuple):
    """A data loss, in the units of the loss, and the reasoning behind it in a few words."""

    value: float
    why: str


def class_name(loss: Value) -> str | None:
    """The class of a Keras loss given as text, function, class or object; None for others and unknown ones."""
    if isinstance(loss, Const) and isinstance(loss.value, str):
        name = loss.value
    elif isinstance(loss, Symbol) and loss.name.startswith("keras."):
        name = loss.name.rpartition(".")[2]
    elif isinstance(loss, Instance) and loss.type.startswith("keras."):
        name = loss.type.rpartition(".")[2]
    else:
        return None
    if name in _CLASSES:
        return name
    return _NAMES.get(name) or _NAMES.get(name.lower()) or _LOWER.get(name.lower())


def _arguments(loss: Value) -> Arguments:
    return loss.args if isinstance(loss, Instance) else Arguments()


def _given(args: Arguments, name: str, default: float) -> float | None:
    if args.passes(name) or not args.complete:
        return values.number(args.get(name))
    return default


def _averages(args: Arguments) -> bool:
    if not args.passes("reduction"):
        return args.complete
    return values.text(args.get("reduction")) in _AVERAGING


def from_logits(loss: Value) -> bool | None:
    """Whether a loss reads raw outputs, and not probabilities; None if it is not known."""
    args = _arguments(loss)
    if not args.passes("from_logits"):
        return False if args.complete else None
    value = args.get("from_logits")
    return bool(value.value) if isinstance(value, Const) else None


def _crossentropy(loss: Value, name: str, units: int | None, activation: str | None) -> DataLoss | None:
    args, raw = _arguments(loss), from_logits(loss)
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


def _huber(delta: float) -> float:
    inside = math.erf(delta / math.sqrt(2))
    density = math.exp(-delta * delta / 2) / math.sqrt(2 * math.pi)
    return 0.5 * (inside - 2 * delta * density) + 2 * delta * density - 0.5 * delta * delta * (1 - inside)


def _standardized(name: str, args: Arguments) -> float | None:
    if name == "Huber":
        delta = _given(args, "delta", 1.0)
        return None if delta is None or delta <= 0 else _huber(delta)
    return {
        "MeanSquaredError": 1.0,
        "MeanAbsoluteError": _MEAN_ABSOLUTE_NORMAL,
        "LogCosh": _MEAN_LOG_COSH_NORMAL,
    }.get(name)


def _bounded(name: str, units: int | None, activation: str) -> DataLoss | None:
    """Squared and absolute errors of a head that gives probabilities: labels are 0 and 1 then."""
    power = {"MeanSquaredError": 2, "MeanAbsoluteError": 1}.get(name)
    if power is None:
        return None
    if activation == "sigmoid":
        return DataLoss(0.5**power, "outputs near 0.5 against targets of 0 and 1")
    if units is None or units < 2:
        return None
    share = 1 / units
    value = ((1 - share) ** power + (units - 1) * share**power) / units
    return DataLoss(value, f"even probabilities against {units} one-hot classes")


def expected_data_loss(loss: Value, units: int | None, activation: str | None) -> DataLoss | None:
    """The data loss that a fresh model is expected to start from; None where it can't be told.

    Args:
        loss: one loss as ``compile`` takes it: text, function, class or object.
        units: the size of the last axis of the output, None if it is not known.
        activation: the name of the last activation, ``"linear"`` if there is none, None if it is not known.
    """
    name = class_name(loss)
    args = _arguments(loss)
    if name is None or not _averages(args):
        return None
    if name.endswith("Crossentropy"):
        return _crossentropy(loss, name, units, activation)
    if name in ("Hinge", "SquaredHinge", "CategoricalHinge"):
        return DataLoss(1.0, "1 for outputs near 0 against labels of -1 and 1")
    if name == "KLDivergence" and activation == "softmax" and units is not None and units > 1:
        return DataLoss(math.log(units), f"ln {units} for {units} classes")
    if activation in ("sigmoid", "softmax"):
        return _bounded(name, units, activation)
    value = _standardized(name, args)
    return None if value is None else DataLoss(value, "standardized targets")
