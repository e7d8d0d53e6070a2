"""Labels have values that the last activation or the loss can't reach.

Binary crossentropy is made for labels between 0 and 1: with others it is negative and has no end. A sigmoid, tanh or
relu can't give what lies outside of its range.

## Bad

```python
import keras
from keras import layers

(x, y), _ = keras.datasets.mnist.load_data()
model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit(x / 255, y)  # expect: TDL417
```

```python
import keras
from keras import layers

(x, y), _ = keras.datasets.boston_housing.load_data()
model = keras.Sequential([keras.Input((13,)), layers.Dense(16, "relu"), layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y)  # expect: TDL417
```

## Good

```python
import keras
from keras import layers

(x, y), _ = keras.datasets.mnist.load_data()
model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x / 255, y)

x = x.reshape((-1, 784)) / 255
autoencoder = keras.Sequential([
    keras.Input((784,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(784, activation="sigmoid"),
])
autoencoder.compile(optimizer="adam", loss="binary_crossentropy")
autoencoder.fit(x, x)
```

## Why

Measured on Keras 3.15.1 and 2.15 (FACTS D5g, D6c):

- `binary_crossentropy` with labels of -1 and 1, of 1 and 2, or with numbers: the loss is -271, -390, -321 and falls on.
- Standardized numbers, mean squared error: 0.60 with sigmoid at the end, 0.53 with relu, 0.16 with tanh, 0.0008 with no
  activation.

## Fix safety

There is no automatic fix.

## Also checked by

- UMLAUT check_no_activation_last_layer
- DeepDiagnosis out-of-range
- DeepFD act
- DeepFD loss

## References

- https://keras.io/api/losses/probabilistic_losses/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import ArrayValue, CallSite, Context, Head, LabelsGiven, Program, Report, Rule, Severity

from ._compiled import BINARY, ELEMENTWISE, Compiled, given_labels

REACHED: dict[str, tuple[float, float]] = {
    "sigmoid": (0, 1),
    "hard_sigmoid": (0, 1),
    "softmax": (0, 1),
    "tanh": (-1, 1),
    "softsign": (-1, 1),
    "relu": (0, float("inf")),
    "softplus": (0, float("inf")),
    "exponential": (0, float("inf")),
}
TOLERANCE = 0.01  # label smoothing and rounding


class LabelsOutsideOutput(Rule):
    """Labels whose range is known; one-hot labels are within every range."""

    code = "TDL417"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the labels."""
        for compiled, given in given_labels(call, program):
            head, values = given.head, _values(given.labels)
            if values is None:
                continue
            if head.loss_class in BINARY and not _within(values, (0, 1)):
                yield _report(
                    compiled,
                    given,
                    f"labels are {_range(values)}, and {head.loss_class} takes 0 to 1",
                    "the loss is negative and falls without end, measured -271 to -390 (FACTS D5g)",
                    _help(given.labels),
                )
            elif head.loss_class in ELEMENTWISE and head.activation in REACHED:
                reached = REACHED[head.activation]
                if not _within(values, reached) and not (head.activation == "softmax" and head.units == 1):
                    yield _of_activation(compiled, given, head, values)


def _values(labels: ArrayValue) -> tuple[float, float] | None:
    """The least and the largest label; None if they are not known."""
    if labels.labels == "one-hot":
        return None
    if labels.labels != "integer" or labels.range is None:
        return labels.range
    # the range is a bound: classes that a program has picked may be fewer, but not the pixels of images
    low, high = labels.range
    certain = labels.classes is not None or low < 0 or low >= 1 or high >= 255
    return labels.range if certain else (low, min(high, 1))


def _within(values: tuple[float, float], allowed: tuple[float, float]) -> bool:
    return allowed[0] - TOLERANCE <= values[0] and values[1] <= allowed[1] + TOLERANCE


def _range(values: tuple[float, float]) -> str:
    return f"{values[0]:g} to {values[1]:g}"


def _help(labels: ArrayValue) -> str:
    if labels.labels == "integer" and labels.classes is not None and labels.classes > 2:
        return f"for {labels.classes} classes: as many units, softmax and sparse_categorical_crossentropy"
    return "bring the labels to 0…1; for classes other than 0 and 1: a categorical crossentropy, for numbers: mse"


def _of_activation(compiled: Compiled, given: LabelsGiven, head: Head, values: tuple[float, float]) -> Report:
    low, high = REACHED[head.activation or ""]
    gives = f"{low:g} or more" if high == float("inf") else f"{low:g} to {high:g}"
    return _report(
        compiled,
        given,
        f"labels are {_range(values)}, and {head.activation} gives {gives}",
        "on standardized labels the mean squared error was 0.60 with sigmoid, 0.53 with relu, 0.16 with tanh, and "
        "0.0008 with no activation (FACTS D6c)",
        "no activation on the last layer, or labels brought to the range",
        Severity.WARNING,
    )


def _report(
    compiled: Compiled, given: LabelsGiven, message: str, fact: str, help: str, severity: Severity = Severity.ERROR
) -> Report:
    last = given.head.activated
    related = [(compiled.call.place("loss"), "the loss is set here")]
    if last is not None:
        related.append((last.place, "the last activation"))
    return Report(given.place, message, fact=fact, help=help, related=tuple(related), severity=severity)
