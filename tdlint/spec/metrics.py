"""Metrics: their classes, and the keys under which they appear in the logs of an epoch, for one output.

Source: FACTS E4, D7 and measurements in tests/oracle/test_log_keys.py.
"""

from __future__ import annotations

import re

from tdlint import values
from tdlint.values import Const, FunctionValue, Instance, Sequence, Symbol, Value


def snake_case(name: str) -> str:
    """The name that Keras gives an object of a class: ``AUC`` is ``auc``, ``MeanIoU`` is ``mean_io_u``."""
    spaced = re.sub(r"\W+", "", name)
    spaced = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", spaced)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", spaced).lower()


def log_key(metric: Value) -> str | None:
    """The key of one entry of ``metrics``; None if it can't be told."""
    if isinstance(metric, Const) and isinstance(metric.value, str):
        return metric.value
    if isinstance(metric, FunctionValue):
        return metric.name
    if isinstance(metric, Symbol):
        return metric.name.rpartition(".")[2] if metric.namespace else None
    if isinstance(metric, Instance) and metric.type.startswith("keras.metrics."):
        if metric.args.passes("name") and not metric.args.get("name").must_be(None):
            return values.text(metric.args.get("name"))
        return DEFAULT_NAMES.get(metric.type.rpartition(".")[2]) if metric.args.complete else None
    return None


# Metrics whose default name is not that of their class in snake case get it from a default of their constructor.
DEFAULT_NAMES = {
    name: snake_case(name)
    for name in [
        "AUC",
        "Accuracy",
        "BinaryAccuracy",
        "BinaryCrossentropy",
        "BinaryIoU",
        "CategoricalAccuracy",
        "CategoricalCrossentropy",
        "CategoricalHinge",
        "CosineSimilarity",
        "F1Score",
        "FBetaScore",
        "FalseNegatives",
        "FalsePositives",
        "Hinge",
        "IoU",
        "KLDivergence",
        "LogCoshError",
        "Mean",
        "MeanAbsoluteError",
        "MeanAbsolutePercentageError",
        "MeanIoU",
        "MeanSquaredError",
        "MeanSquaredLogarithmicError",
        "OneHotIoU",
        "OneHotMeanIoU",
        "Poisson",
        "Precision",
        "PrecisionAtRecall",
        "R2Score",
        "Recall",
        "RecallAtPrecision",
        "RootMeanSquaredError",
        "SensitivityAtSpecificity",
        "SparseCategoricalAccuracy",
        "SparseCategoricalCrossentropy",
        "SparseTopKCategoricalAccuracy",
        "SpecificityAtSensitivity",
        "SquaredHinge",
        "TopKCategoricalAccuracy",
        "TrueNegatives",
        "TruePositives",
    ]
} | {"KLDivergence": "kl_divergence", "FBetaScore": "fbeta_score", "LogCoshError": "logcosh", "R2Score": "r2_score"}


_CLASS_OF = {snake_case(name): name for name in DEFAULT_NAMES} | {
    "accuracy": "accuracy",
    "acc": "accuracy",
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "bce": "BinaryCrossentropy",
    "rmse": "RootMeanSquaredError",
}


def metric_class(metric: Value) -> str | None:
    """The class of a metric of Keras given as text, function, class or object; None for others and unknown ones.

    ``"accuracy"`` as text is for Keras to make a class of, by the shapes that it meets; that is ``"accuracy"`` here.
    """
    if isinstance(metric, Const) and isinstance(metric.value, str):
        if metric.value.lower() in ("accuracy", "acc"):
            return "accuracy"
        return _CLASS_OF.get(snake_case(metric.value))
    if isinstance(metric, Symbol | Instance):
        name = metric.name if isinstance(metric, Symbol) else metric.type
        module, _, short = name.rpartition(".")
        if module in ("keras.metrics", "keras.losses"):
            return short if short in DEFAULT_NAMES else _CLASS_OF.get(short)
    return None


def log_keys(metrics: Value) -> tuple[str, ...] | None:
    """The keys of a whole ``metrics`` argument of a model with one output; None if some of them can't be told."""
    if metrics.must_be(None):
        return ()
    if not isinstance(metrics, Sequence) or not metrics.complete:
        return None
    found = [log_key(metric) for metric in metrics.items]
    known = tuple(key for key in found if key is not None)
    return known if len(known) == len(found) else None
