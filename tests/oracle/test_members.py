"""Every row of the table of attributes and methods, tried on objects of Keras 3."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from tdlint.spec.migration.members import MemberChange, table

keras = pytest.importorskip("keras")
X, Y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")


def called(layer: Any, shape: tuple[int, ...]) -> Any:
    layer(keras.Input(shape))
    return layer


class Own(keras.Model):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.dense = keras.layers.Dense(1)

    def call(self, x: Any) -> Any:
        return self.dense(x)


def models() -> list[Any]:
    x = keras.Input((2,))
    made = [keras.Sequential([x, keras.layers.Dense(1)]), keras.Model(x, keras.layers.Dense(1)(x)), Own()]
    for model in made:
        model.compile("sgd", "mse", metrics=["mae"])
    return made


@cache
def objects() -> dict[str, list[Any]]:
    layers = keras.layers
    found = {
        "Model": models(),
        "KerasTensor": [keras.Input((2,))],
        "Shape": [keras.Input((2,)).shape],
        "Sequential": models()[:1],
        "Dense": [called(layers.Dense(1), (2,))],
        "Conv1D": [called(layers.Conv1D(1, 1), (4, 2))],
        "Conv2D": [called(layers.Conv2D(1, 1), (4, 4, 2))],
        "Conv3D": [called(layers.Conv3D(1, 1), (4, 4, 4, 2))],
        "Bidirectional": [called(layers.Bidirectional(layers.LSTM(1)), (3, 2))],
        "StringLookup": [layers.StringLookup()],
        "IntegerLookup": [layers.IntegerLookup()],
        "TextVectorization": [layers.TextVectorization()],
        "Metric": [keras.metrics.Mean(), keras.metrics.AUC(), keras.metrics.BinaryAccuracy()],
        "Optimizer": [keras.optimizers.SGD(), keras.optimizers.Adam()],
    }
    found["Layer"] = [
        *(found["Dense"] + found["Conv2D"] + found["Bidirectional"]),
        *(called(layers.LSTM(2), (3, 2)), called(layers.BatchNormalization(), (2,)), called(layers.Flatten(), (2, 2))),
        *(called(layers.Dropout(0.1), (2,)), called(layers.TimeDistributed(layers.Dense(1)), (3, 2))),
        *(called(layers.RNN(layers.LSTMCell(2)), (3, 2)), called(layers.Lambda(lambda x: x), (2,))),
    ]
    return found


ROWS = [change for changes in table().values() for change in changes.values()]


@pytest.mark.parametrize("change", ROWS, ids=lambda change: f"{change.owner}.{change.old}")
def test_member_is_gone_and_another_has_its_place(change: MemberChange) -> None:
    for each in objects()[change.owner]:
        if change.old == "add_metric":
            with pytest.raises(NotImplementedError):
                each.add_metric()
        else:
            assert hasattr(each, change.old) == (change.effect == "ignored")
        found = each
        for name in [] if change.new is None else change.new.removesuffix("[0]").split("."):
            found = getattr(found, name)
        assert not change.method or change.new in (None, "shape") or callable(found)


def test_metrics_names_do_not_name_the_metrics() -> None:
    for model in models():
        for _ in range(2):
            model.fit(X, Y, verbose=0)
            assert model.metrics_names == ["loss", "compile_metrics"]
            assert list(model.evaluate(X, Y, verbose=0, return_dict=True)) == ["loss", "mae"]
