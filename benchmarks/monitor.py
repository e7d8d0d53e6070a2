"""What ``tdlint.PenaltyMonitor`` costs, as a ratio: ``fit`` with it against ``fit`` without it, in one process.

    python benchmarks/monitor.py [--rounds N] [--smoke]

Each model is trained for some epochs with and without the monitor, in turn, after a round that compiles both. The
figures are medians over the rounds: the ratio of the times of an epoch, the time of one reading in steps of training,
and what comes on top once for each training, as the measurement is compiled. The goal: less than 2 % of an epoch.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers

import tdlint

BATCH = 32
STEPS = 300


def dense(width: int) -> keras.Model:
    """Three layers, all regularized."""
    inner = [layers.Dense(width, "relu", kernel_regularizer="l2", bias_regularizer="l2") for _ in range(2)]
    return keras.Sequential([keras.Input((64,)), *inner, layers.Dense(10, "softmax", kernel_regularizer="l2")])


def images() -> keras.Model:
    """Convolutions, normalization and dropout."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(32, 3, kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2D(64, 3, kernel_regularizer="l2"),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.3),
            layers.Dense(10, "softmax", kernel_regularizer="l2"),
        ]
    )


def sequence() -> keras.Model:
    """An LSTM over 16 steps, with L1 and L2 on each of its weights."""
    both = keras.regularizers.L1L2(1e-4, 1e-4)
    return keras.Sequential(
        [
            keras.Input((16, 4)),
            layers.LSTM(64, kernel_regularizer=both, recurrent_regularizer=both, bias_regularizer=both),
            layers.Dense(10, "softmax", kernel_regularizer=both),
        ]
    )


MODELS: dict[str, Callable[[], keras.Model]] = {
    "Dense(128), Dense(128), Dense(10)": lambda: dense(128),
    "Dense(1024), Dense(1024), Dense(10)": lambda: dense(1024),
    "two Conv2D with BatchNormalization": images,
    "LSTM(64) over 16 steps": sequence,
}


class Timed(tdlint.PenaltyMonitor):
    """The monitor, with the seconds that it takes at the end of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Measure how long it measures."""
        begin = time.perf_counter()
        super().on_epoch_end(epoch, logs)
        self.seconds.append(time.perf_counter() - begin)


class Clock(keras.callbacks.Callback):
    """The seconds of each epoch, with what callbacks before it do at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start."""
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop."""
        self.seconds.append(time.perf_counter() - self.start)


@dataclass(frozen=True)
class Round:
    """Seconds of an epoch without and with the monitor, of one reading, and of both whole trainings."""

    without: float
    watched: float
    reading: float
    once: float


def rounds_of(make: Callable[[], keras.Model], rounds: int, steps: int) -> Iterator[Round]:
    """Train in turn with and without the monitor; the first epoch of each training is left out."""
    keras.utils.set_random_seed(0)
    model = make()
    model.compile("adam", "sparse_categorical_crossentropy")
    generator = np.random.default_rng(0)
    x = generator.normal(size=(BATCH * steps, *model.input_shape[1:])).astype("float32")
    y = generator.integers(0, 10, len(x))
    fit: dict[str, Any] = {"batch_size": BATCH, "epochs": 4, "verbose": 0}
    model.fit(x, y, **fit)
    readings: list[float] = []
    for number in range(rounds):
        epoch: dict[bool, float] = {}
        whole: dict[bool, float] = {}
        for watched in (True, False) if number % 2 else (False, True):
            monitor, clock, begin = Timed(), Clock(), time.perf_counter()
            model.fit(x, y, **fit, callbacks=[monitor, clock] if watched else [clock])
            epoch[watched], whole[watched] = statistics.median(clock.seconds[1:]), time.perf_counter() - begin
            readings = monitor.seconds[1:] or readings
        reading = statistics.median(readings)
        yield Round(epoch[False], epoch[True], reading, whole[True] - whole[False] - 4 * reading)


def main() -> None:
    """Print a row for each model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--smoke", action="store_true", help="one short round of each model: does it still run?")
    options = parser.parse_args()
    rounds, steps = (1, 3) if options.smoke else (options.rounds, STEPS)
    print(f"keras {keras.__version__} on {keras.backend.backend()}, {steps} steps of {BATCH} samples an epoch\n")
    print("| model | ms a step | more with the monitor | a reading, in steps | of an epoch | once, in steps |")
    print("|---|---|---|---|---|---|")
    for name, make in MODELS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", tdlint.PenaltyWarning)  # there is nothing to learn from noise
            measured = list(rounds_of(make, rounds, steps))
        step = statistics.median(one.without for one in measured) / steps
        more = statistics.median(one.watched / one.without for one in measured) - 1
        reading = statistics.median(one.reading / one.without for one in measured)
        once = statistics.median(one.once for one in measured) / step
        print(f"| {name} | {1000 * step:.2f} | {more:.1%} | {reading * steps:.2f} | {reading:.2%} | {once:.0f} |")


if __name__ == "__main__":
    main()
