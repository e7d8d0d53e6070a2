"""The labels do not fit the model's output under its loss.

Where the loss is mean squared error or another one that compares element by element, Keras often says nothing: it
broadcasts, every prediction is compared with every label of the batch, and the model can only learn their mean.

## Bad

```python
import numpy as np
import keras
from keras import layers

x, y = np.random.rand(100, 10, 8), np.random.rand(100)
model = keras.Sequential([
    keras.Input((10, 8)),
    layers.LSTM(16, return_sequences=True),
    layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=10)  # expect: TDL312
```

```python
import keras
from keras import layers

(x_train, y_train), _ = keras.datasets.cifar10.load_data()
model = keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="categorical_crossentropy")
model.fit(x_train, y_train)  # expect: TDL312
```

## Good

```python
import numpy as np
import keras
from keras import layers

x, y = np.random.rand(100, 10, 8), np.random.rand(100)
model = keras.Sequential([keras.Input((10, 8)), layers.LSTM(16), layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=10)

classifier = keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10, activation="softmax")])
(x_train, y_train), _ = keras.datasets.cifar10.load_data()
classifier.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
classifier.fit(x_train, y_train)
classifier.compile(optimizer="adam", loss="categorical_crossentropy")
classifier.fit(x_train, keras.utils.to_categorical(y_train, 10))
```

## Why

Measured on Keras 3.15.1 (FACTS A7, A8, A9, D5, D2b):

| output | labels | loss | what happens |
|---|---|---|---|
| `(B, T, 1)` | `(B,)` | mse, mae, huber… | **trains on a broadcast `(B, T, B)`**, learns the mean of the labels |
| `(B, T, 1)` | `(B, 1)` | mse, mae, huber… | trains; every step is compared with the one label |
| `(B, 1)` | `(B, k)`, and the reverse | mse, mae, huber… | trains on a broadcast |
| `(B, k)` | `(B, m)` | mse, mae, huber… | ValueError; with `(B,)` ValueError in Keras 3, a broadcast in Keras 2 |
| `(B, C)` | `(B,)`, `(B, 1)` | categorical_crossentropy | ValueError |
| `(B, C)` | `(B, C)` | sparse_categorical_crossentropy | ValueError |
| `(B, T, C)` | `(B,)`, `(B, 1)` | sparse_categorical_crossentropy | ValueError |

In the first case the mean squared error ended at 0.17244 where the labels' variance was 0.17245; without
`return_sequences=True` it reached 0.00006.

## Fix safety

There is no automatic fix: the output, the labels or the loss may be what is wrong.

## References

- https://keras.io/api/losses/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tdlint.api import (
    ArrayValue,
    CallSite,
    Context,
    Place,
    Program,
    Report,
    Rule,
    Severity,
    Shape,
    UnknownShape,
    format_shape,
    loss_class,
)

METHODS = ("keras.Model.fit", "keras.Model.evaluate")
ELEMENTWISE = frozenset(
    {
        "Huber",
        "LogCosh",
        "MeanAbsoluteError",
        "MeanAbsolutePercentageError",
        "MeanSquaredError",
        "MeanSquaredLogarithmicError",
    }
)
SPARSE = "SparseCategoricalCrossentropy"
CATEGORICAL = frozenset({"CategoricalCrossentropy", "CategoricalFocalCrossentropy"})


@dataclass(frozen=True)
class Misfit:
    """What Keras does with labels that do not fit, and what to do about it."""

    fact: str
    help: str
    severity: Severity = Severity.ERROR


class LabelsShapeMismatch(Rule):
    """One output, one array of labels, a loss of Keras; sizes that are not known fit."""

    code = "TDL312"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the labels given to ``fit`` or ``evaluate``."""
        if (
            call.name not in ("keras.Model.fit", "keras.Model.evaluate")
            or call.compiled is None
            or len(call.models) != 1
        ):
            return
        model = program.model(call.models[0])
        labels = call.args.get("y")
        if model is None or len(model.output_shapes) != 1 or not isinstance(labels, ArrayValue):
            return
        output, shape = model.output_shapes[0], labels.shape
        loss = loss_class(call.compiled.args.get("loss"))
        if loss is None or isinstance(output, UnknownShape) or isinstance(shape, UnknownShape):
            return
        found = misfit(loss, output, shape, context)
        if found is not None:
            yield Report(
                Place(call.args.site("y") or call.site),
                f"labels of {format_shape(shape)} do not fit the output {format_shape(output)} under {loss}",
                fact=found.fact,
                help=found.help,
                severity=found.severity,
            )


def misfit(loss: str, output: Shape, labels: Shape, context: Context) -> Misfit | None:
    """Why labels do not fit an output; None if they do or it can't be told."""
    if loss in ELEMENTWISE:
        return _elementwise(output, labels, context)
    if loss == SPARSE:
        return _sparse(output, labels)
    if loss in CATEGORICAL:
        return _categorical(output, labels)
    return None


def _elementwise(output: Shape, labels: Shape, context: Context) -> Misfit | None:
    if len(output) == 3 and output[2] == 1 and output[1] != 1:
        if len(labels) == 1:
            return Misfit(
                "Keras says nothing and compares every step with every label of the batch: the model learns the mean "
                "of the labels (final loss 0.17244, their variance 0.17245; FACTS A7)",
                "drop return_sequences=True from the last recurrent layer, or give one label for each step",
            )
        if len(labels) == 2 and labels[1] == 1:
            return Misfit(
                "Keras says nothing and compares every step with the one label of its sample (FACTS A7)",
                "drop return_sequences=True from the last recurrent layer, or give one label for each step",
                Severity.WARNING,
            )
    if len(output) != 2 or not isinstance(output[1], int):
        return None
    units = output[1]
    if len(labels) == 1 and units > 1:
        return _one_label_each(units, context)
    if len(labels) == 2 and isinstance(labels[1], int) and labels[1] != units:
        if 1 in (units, labels[1]):
            return Misfit(
                "Keras says nothing and broadcasts the one column over the others (FACTS A8)",
                f"the last layer needs {labels[1]} units for these labels",
                Severity.WARNING,
            )
        return Misfit(
            "Keras raises ValueError: Dimensions must be equal (FACTS A8)",
            f"the last layer needs {labels[1]} units for these labels",
        )
    return None


def _one_label_each(units: int, context: Context) -> Misfit:
    if context.keras >= (3, 0):
        return Misfit(
            f"Keras raises ValueError: Dimensions must be equal, unless the batch has {units} samples (FACTS A8)",
            "the last layer needs 1 unit for one label per sample",
        )
    return Misfit(
        "Keras 2 says nothing and broadcasts the label over the outputs (FACTS A8)",
        "the last layer needs 1 unit for one label per sample",
        Severity.WARNING,
    )


def _sparse(output: Shape, labels: Shape) -> Misfit | None:
    classes = output[-1]
    if not isinstance(classes, int) or classes < 2:
        return None
    if len(labels) > 1 and labels[-1] == classes and len(labels) == len(output):
        return Misfit(
            "Keras raises ValueError: Argument `output` must have rank (ndim) `target.ndim - 1` (FACTS D5)",
            "these labels are one-hot: use categorical_crossentropy, or give the numbers of the classes",
        )
    if len(output) == 3 and output[1] != 1 and (len(labels) == 1 or (len(labels) == 2 and labels[1] == 1)):
        return Misfit(
            "Keras raises ValueError: the ranks of target and output do not fit (FACTS A9)",
            "the output has a time axis: drop return_sequences=True, or give one label for each step",
        )
    return None


def _categorical(output: Shape, labels: Shape) -> Misfit | None:
    classes = output[-1]
    if not isinstance(classes, int) or classes < 2 or len(output) != 2:
        return None
    if len(labels) == 1 or (len(labels) == 2 and labels[1] == 1):
        return Misfit(
            "Keras raises ValueError: target and output must have the same rank or shape (FACTS D5)",
            "these labels are numbers of classes: use sparse_categorical_crossentropy, or keras.utils.to_categorical",
        )
    if len(labels) == 2 and isinstance(labels[1], int) and labels[1] != classes:
        return Misfit(
            "Keras raises ValueError: target and output must have the same shape (FACTS D5)",
            f"the last layer needs {labels[1]} units, one for each class",
        )
    return None
