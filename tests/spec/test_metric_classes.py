"""Metrics by text, function, class and object."""

from __future__ import annotations

import pytest

from tdlint.spec.metrics import metric_class
from tdlint.values import Const, Instance, Symbol, Value


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (Const("accuracy"), "accuracy"),
        (Const("ACC"), "accuracy"),
        (Const("auc"), "AUC"),
        (Const("AUC"), "AUC"),
        (Const("mse"), "MeanSquaredError"),
        (Const("SparseCategoricalAccuracy"), "SparseCategoricalAccuracy"),
        (Const("sparse_categorical_accuracy"), "SparseCategoricalAccuracy"),
        (Const("my_own"), None),
        (Symbol("keras.metrics.binary_accuracy", "keras"), "BinaryAccuracy"),
        (Symbol("keras.metrics.Recall", "keras"), "Recall"),
        (Symbol("sklearn.metrics.accuracy", None), None),
        (Instance("keras.metrics.Accuracy"), "Accuracy"),
        (Instance("Own"), None),
    ],
)
def test_class_of_a_metric(metric: Value, expected: str | None) -> None:
    assert metric_class(metric) == expected
