"""Cuts what a program that was written for hours does down to seconds: one epoch, two batches, small made-up data sets.

Nothing else is changed: what Keras refuses of the arguments it still refuses. Data sets that Keras would download are
random numbers of their shape and range. Nothing is drawn: what stands in the place of matplotlib takes every call.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import numpy as np

STEPS = 2
SAMPLES = 128
_IMAGES = {
    "mnist": ((28, 28), 10),
    "fashion_mnist": ((28, 28), 10),
    "cifar10": ((32, 32, 3), 10),
    "cifar100": ((32, 32, 3), 100),
}
_PLOTS = ("matplotlib", "matplotlib.pyplot", "matplotlib.image", "matplotlib.cm", "seaborn", "IPython.display")


def cut() -> None:
    """Cut every training and every data set of this process."""
    import keras
    import tensorflow as tf

    for name in _PLOTS:
        sys.modules[name] = _Anything(name)
    for package in (keras, tf.keras):
        for name, (shape, classes) in _IMAGES.items():
            getattr(package.datasets, name).load_data = functools.partial(_images, shape, classes, name)
        package.datasets.imdb.load_data = functools.partial(_texts, 2)
        package.datasets.reuters.load_data = functools.partial(_texts, 46)
        package.datasets.boston_housing.load_data = _houses
    model = keras.Model
    for method, arguments in {
        "fit": {"epochs": 1, "steps_per_epoch": STEPS, "validation_steps": STEPS},
        "fit_generator": {"epochs": 1, "steps_per_epoch": STEPS, "validation_steps": STEPS},
        "evaluate": {"steps": STEPS},
    }.items():
        if hasattr(model, method):
            setattr(model, method, _fewer(getattr(model, method), arguments))


class _Anything(ModuleType):
    """A module that has every name, each of which can be called, iterated over, indexed."""

    __path__: list[str] = []  # noqa: RUF012

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = MagicMock(name=name)
        made.subplots.return_value = (MagicMock(), MagicMock())
        setattr(self, name, _subplots if name == "subplots" else made)
        return getattr(self, name)


def _subplots(rows: int = 1, columns: int = 1, **_: object) -> tuple[MagicMock, Any]:
    axes = np.empty((rows, columns), dtype=object)
    for place in np.ndindex(axes.shape):
        axes[place] = MagicMock()
    return MagicMock(), axes.squeeze() if axes.size > 1 else axes[0, 0]


def _fewer(method: Callable[..., Any], most: dict[str, int]) -> Callable[..., Any]:
    @functools.wraps(method)
    def shorter(self: Any, *args: Any, **kwargs: Any) -> Any:
        for name, number in most.items():
            given = kwargs.get(name)
            if isinstance(given, int) and given > number:
                kwargs[name] = number + kwargs.get("initial_epoch", 0) if name == "epochs" else number
        return method(self, *_shorter(args), **{name: _short(value, name) for name, value in kwargs.items()})

    return shorter


def _shorter(args: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(_short(value, "x") for value in args)


def _short(value: Any, name: str) -> Any:
    """Fewer rows of arrays; all that is not an array stays."""
    if name in ("x", "y", "validation_data", "sample_weight"):
        if isinstance(value, np.ndarray) and value.ndim:
            return value[:SAMPLES]
        if isinstance(value, (list, tuple)) and value and all(isinstance(each, np.ndarray) for each in value):
            return type(value)(each[:SAMPLES] for each in value)
    return value


def _images(shape: tuple[int, ...], classes: int, name: str, *_: object, **__: object) -> Any:
    random = np.random.default_rng(0)
    labels = (SAMPLES, 1) if name.startswith("cifar") else (SAMPLES,)

    def part() -> tuple[np.ndarray, np.ndarray]:
        images = random.integers(0, 256, (SAMPLES, *shape)).astype("uint8")
        return images, random.integers(0, classes, labels).astype("uint8")

    return part(), part()


def _texts(classes: int, *_: object, num_words: int | None = None, maxlen: int | None = None, **__: object) -> Any:
    random = np.random.default_rng(0)

    def part() -> tuple[np.ndarray, np.ndarray]:
        texts = np.empty(SAMPLES, dtype=object)
        for place in range(SAMPLES):
            length = int(random.integers(10, min(maxlen or 200, 200)))
            texts[place] = random.integers(1, num_words or 5000, length).tolist()
        return texts, random.integers(0, classes, SAMPLES)

    return part(), part()


def _houses(*_: object, **__: object) -> Any:
    random = np.random.default_rng(0)

    def part() -> tuple[np.ndarray, np.ndarray]:
        return random.random((SAMPLES, 13)), random.random(SAMPLES) * 50

    return part(), part()
