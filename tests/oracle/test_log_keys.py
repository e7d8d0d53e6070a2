"""The names under which metrics are logged, against real Keras."""

from __future__ import annotations

import keras
import pytest

from tdlint.spec.metrics import DEFAULT_NAMES, log_keys, snake_case
from tdlint.values import Arguments, Const, Instance, Sequence

NEEDS_ARGUMENTS = {
    "IoU": {"num_classes": 2, "target_class_ids": [0]},
    "MeanIoU": {"num_classes": 2},
    "OneHotIoU": {"num_classes": 2, "target_class_ids": [0]},
    "OneHotMeanIoU": {"num_classes": 2},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
}


@pytest.mark.parametrize("name", sorted(DEFAULT_NAMES))
def test_default_name_of_a_metric(name: str) -> None:
    keras.utils.clear_session()
    metric = getattr(keras.metrics, name)(**NEEDS_ARGUMENTS.get(name, {}))
    assert DEFAULT_NAMES[name] == metric.name


@pytest.mark.parametrize(
    "name", ["AUC", "MeanIoU", "R2Score", "LogCoshError", "SparseTopKCategoricalAccuracy", "KLDivergence"]
)
def test_snake_case(name: str) -> None:
    assert snake_case(name) == keras.src.utils.naming.to_snake_case(name)


@pytest.mark.parametrize(
    "names", [["accuracy"], ["acc"], ["mse", "mae"], ["mean_squared_error"], ["binary_accuracy", "AUC"], ["MAE"]]
)
def test_history_keys_of_strings(names: list[str]) -> None:
    keras.utils.clear_session()
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=names)
    x = keras.ops.convert_to_numpy(keras.ops.ones((4, 2)))
    history = model.fit(x, x[:, :1], verbose=0).history
    assert set(log_keys(Sequence(tuple(map(Const, names)))) or ()) == history.keys() - {"loss"}


def test_history_key_of_a_named_object() -> None:
    metric = Instance("keras.metrics.AUC", Arguments((("name", Const("area")),)))
    assert log_keys(Sequence((metric,))) == (keras.metrics.AUC(name="area").name,)
