"""Cuts what a program that was written for hours does down to seconds: one epoch, two batches, no downloads.

Nothing else is changed: what Keras refuses of the arguments it still refuses. Data sets that Keras would download are
random numbers of their shape and range. Nothing is drawn: what stands in the place of matplotlib takes every call. A
program that trains batch by batch ends after some of them.
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
BATCHES = 6
_IMAGES = {
    "mnist": ((60000, 10000), (28, 28), 10),
    "fashion_mnist": ((60000, 10000), (28, 28), 10),
    "cifar10": ((50000, 10000), (32, 32, 3), 10),
    "cifar100": ((50000, 10000), (32, 32, 3), 100),
}
_PLOTS = ("matplotlib", "matplotlib.pyplot", "matplotlib.image", "matplotlib.cm", "seaborn", "IPython.display", "PIL")


def cut() -> None:
    """Cut every training and every data set of this process."""
    import keras
    import tensorflow as tf

    for name in _PLOTS:
        sys.modules[name] = _Anything(name)
    for package in (keras, tf.keras):
        for name, (sizes, shape, classes) in _IMAGES.items():
            getattr(package.datasets, name).load_data = functools.partial(_images, sizes, shape, classes, name)
        package.datasets.imdb.load_data = functools.partial(_texts, 2)
        package.datasets.reuters.load_data = functools.partial(_texts, 46)
        package.datasets.boston_housing.load_data = _houses
    for name, module in list(sys.modules.items()):
        if name.endswith(("keras.utils", ".model_visualization", ".vis_utils")) and hasattr(module, "plot_model"):
            module.plot_model = MagicMock(name="plot_model")  # type: ignore[attr-defined]
    model = keras.Model
    model.train_on_batch = _ending(model.train_on_batch)
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


def _ending(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method after some calls of which the program is at its end."""
    calls = 0

    @functools.wraps(method)
    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > BATCHES:
            sys.exit(0)
        return method(self, *args, **kwargs)

    return counted


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


def _images(sizes: tuple[int, int], shape: tuple[int, ...], classes: int, name: str, *_: object, **__: object) -> Any:
    random = np.random.default_rng(0)
    columns = (1,) if name.startswith("cifar") else ()
    return tuple(
        (
            random.integers(0, 256, (size, *shape), dtype="uint8"),
            random.integers(0, classes, (size, *columns)).astype("uint8"),
        )
        for size in sizes
    )


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
