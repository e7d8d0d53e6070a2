"""A metric needs another output or other labels than the loss.

`sparse_categorical_crossentropy` takes the numbers of the classes, `categorical_crossentropy` takes one-hot rows; a
metric that compares every output with its label can't use the first, and a sparse one not the second. Over one unit the
largest output is always the first.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile(
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy", keras.metrics.Precision()],  # expect: TDL412
)
```

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile(loss="binary_crossentropy", metrics=["categorical_accuracy"])  # expect: TDL412
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile(loss="categorical_crossentropy", metrics=["accuracy", keras.metrics.Precision()])

binary = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
binary.compile(loss="binary_crossentropy", metrics=["accuracy", keras.metrics.AUC()])
```

## Why

Measured (FACTS D7d, D7e):

| loss or output | metric | Keras 3.15.1 | Keras 2.15 |
|---|---|---|---|
| sparse_categorical_crossentropy | Precision, Recall, AUC | InvalidArgumentError | ValueError |
| | binary_accuracy | InvalidArgumentError | 0.33 in place of 0.98 |
| | categorical_accuracy | 0.22 in place of 0.985 | 0.39 in place of 0.98 |
| categorical_crossentropy | sparse_categorical_accuracy | InvalidArgumentError | ValueError |
| one unit | categorical_accuracy | always 1.0 | always 1.0 |
| | sparse_categorical_accuracy | the share of zeros among the labels | the same |

`"accuracy"` as text is right for all of them: Keras chooses by the shapes.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/metrics/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Head, Report, Severity, metric_class

from ._compiled import CATEGORICAL, SPARSE, Compiled, HeadRule

SPARSE_METRICS = frozenset(
    {"SparseCategoricalAccuracy", "SparseCategoricalCrossentropy", "SparseTopKCategoricalAccuracy"}
)
CONFUSION = frozenset(
    {
        *("AUC", "FalseNegatives", "FalsePositives", "Precision", "PrecisionAtRecall", "Recall", "RecallAtPrecision"),
        *("SensitivityAtSpecificity", "SpecificityAtSensitivity", "TrueNegatives", "TruePositives"),
    }
)


class MetricUnfitForLoss(HeadRule):
    """The loss says what the labels are."""

    code = "TDL412"
    severity = Severity.ERROR

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at ``metrics``."""
        for head in compiled.heads:
            for metric in dict.fromkeys(map(metric_class, head.metrics or ())):
                found = _unfit(head, metric) if metric is not None else None
                if found is not None:
                    message, fact, help, severity = found
                    yield Report(compiled.call.place("metrics"), message, fact=fact, help=help, severity=severity)


def _unfit(head: Head, metric: str) -> tuple[str, str, str, Severity] | None:
    """Message, fact, help and severity."""
    if head.units == 1:
        return _of_one_unit(head, metric)
    if head.loss_class == SPARSE:
        return _with_numbers(metric)
    if head.loss_class in CATEGORICAL and metric in SPARSE_METRICS:
        return (
            f"{metric} takes numbers of classes, and {head.loss_class} one-hot labels",
            "fit raises InvalidArgumentError (FACTS D7d)",
            "metrics=['accuracy'], which fits the labels by itself",
            Severity.ERROR,
        )
    return None


def _of_one_unit(head: Head, metric: str) -> tuple[str, str, str, Severity] | None:
    known = head.loss_class is not None and head.loss_class not in CATEGORICAL | {SPARSE}
    help = "metrics=['accuracy'] for two classes, ['mae'] or the like for a number"
    if known and metric == "CategoricalAccuracy":
        message = f"{metric} takes the place of the largest of one output, which is always the first"
        return message, "it is 1.0 whatever the model predicts (FACTS D7e)", help, Severity.WARNING
    if known and metric == "SparseCategoricalAccuracy":
        message = f"{metric} takes the place of the largest of one output, which is always 0"
        return message, "it is the share of zeros among the labels, here 0.55 (FACTS D7e)", help, Severity.WARNING
    return None


def _with_numbers(metric: str) -> tuple[str, str, str, Severity] | None:
    message = f"{metric} compares every output with a label, and {SPARSE} takes numbers of classes"
    if metric in CONFUSION:
        help = "one-hot labels and categorical_crossentropy, or metrics=['accuracy']"
        return message, "fit raises InvalidArgumentError (Keras 2: ValueError; FACTS D7d)", help, Severity.ERROR
    if metric == "BinaryAccuracy":
        fact = "fit raises InvalidArgumentError; Keras 2 shows 0.33 in place of 0.98 (FACTS D7d)"
        return message, fact, "metrics=['accuracy']", Severity.ERROR
    if metric == "CategoricalAccuracy":
        message = f"{metric} takes one-hot labels, and {SPARSE} takes numbers of classes"
        return message, "it shows 0.22 in place of 0.985 (FACTS D7d)", "metrics=['accuracy']", Severity.WARNING
    return None
