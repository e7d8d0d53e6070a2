"""``isinstance`` of two layer classes is told as Keras 3 and Keras 2 have it, and not where they differ."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest

from tdlint.spec.layers import find
from tdlint.spec.layers.hierarchy import extends

keras = pytest.importorskip("keras", minversion="3.15")
tf_keras = pytest.importorskip("tf_keras")


def layer_classes(module: ModuleType) -> dict[str, type]:
    """The public layer classes that tdlint knows."""
    found = {name: value for name, value in vars(module).items() if inspect.isclass(value)}
    return {name: value for name, value in found.items() if find(f"keras.layers.{name}") is not None}


@pytest.mark.parametrize("library", [keras, tf_keras], ids=["keras 3", "keras 2"])
def test_every_pair_of_layer_classes(library: ModuleType) -> None:
    classes = layer_classes(library.layers)
    assert len(classes) > 100
    told = 0
    for name, layer in classes.items():
        for other, base in classes.items():
            answer = extends(f"keras.layers.{name}", f"keras.layers.{other}")
            assert answer in (None, issubclass(layer, base)), f"{name} and {other}"
            told += answer is not None
    assert told > 0.99 * len(classes) ** 2


def test_every_layer_is_a_layer_and_none_is_a_model() -> None:
    for name in layer_classes(keras.layers):
        assert extends(f"keras.layers.{name}", "keras.Layer") is True
        assert extends(f"keras.layers.{name}", "keras.Model") is False
