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

Measured (FACTS D7d, D7e, D7j, D7k):

| loss or output | metric | Keras 3.15.1 | Keras 2.15 |
|---|---|---|---|
| sparse_categorical_crossentropy | Precision, Recall, AUC | InvalidArgumentError | ValueError |
| | binary_accuracy | InvalidArgumentError; 0.32 for labels `(N, 1)` | 0.33 in place of 0.98 |
| | categorical_accuracy | 0.22 in place of 0.985 | 0.39 in place of 0.98 |
| | mse, mae | InvalidArgumentError; without meaning for labels `(N, 1)` | without meaning |
| categorical_crossentropy | sparse_categorical_accuracy | InvalidArgumentError | ValueError |
| | binary_accuracy, 10 classes | 0.90 before training | 0.90 |
| one unit | categorical_accuracy | always 1.0 | always 1.0 |
| | sparse_categorical_accuracy | the share of zeros among the labels | the same |
| | F1Score without threshold | 0.68 of a model that is always right | 0.69 |

`"accuracy"` as text is right for all of them: Keras chooses by the shapes.

## Fix safety

There is no automatic fix.

## Also checked by

- DeepDiagnosis accuracy-not-increasing

## References

- https://keras.io/api/metrics/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tdlint.api import Arguments, Context, Head, Instance, Report, Severity, metric_class

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


ELEMENTS = frozenset(
    {
        *(
            "CategoricalHinge",
            "CosineSimilarity",
            "F1Score",
            "FBetaScore",
            "Hinge",
            "KLDivergence",
            "MeanAbsoluteError",
        ),
        *("MeanSquaredError", "RootMeanSquaredError", "SquaredHinge", "TopKCategoricalAccuracy"),
    }
)


@dataclass(frozen=True)
class Misfit:
    """Why a metric is of no use, and what to do about it."""

    message: str
    fact: str
    help: str
    severity: Severity = Severity.ERROR


class MetricUnfitForLoss(HeadRule):
    """The loss says what the labels are."""

    code = "TDL412"
    severity = Severity.ERROR

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at ``metrics``."""
        for head in compiled.heads:
            for metric in head.metrics or ():
                name = metric_class(metric)
                args = metric.args if isinstance(metric, Instance) else Arguments()
                own = not args.complete or args.passes("class_id") or args.passes("top_k")
                found = None if name is None or own else _misfit(head, name, args)
                if found is not None:
                    yield Report(
                        compiled.call.place("metrics"),
                        found.message,
                        fact=found.fact,
                        help=found.help,
                        severity=found.severity,
                    )


def _misfit(head: Head, metric: str, args: Arguments) -> Misfit | None:
    if head.units == 1:
        return _of_one_unit(head, metric, args)
    if head.loss_class == SPARSE:
        return _with_numbers(metric)
    if head.loss_class in CATEGORICAL and metric in SPARSE_METRICS:
        return Misfit(
            f"{metric} takes numbers of classes, and {head.loss_class} one-hot labels",
            "fit raises InvalidArgumentError (FACTS D7d)",
            "metrics=['accuracy'], which fits the labels by itself",
        )
    if head.loss_class in CATEGORICAL and metric == "BinaryAccuracy" and head.activation == "softmax":
        return Misfit(
            f"{metric} counts every output by itself, and {head.loss_class} takes one of {head.units} classes",
            "of 10 classes it shows 0.90 before any training, where accuracy is 0.10 (FACTS D7k)",
            "metrics=['accuracy']",
            Severity.WARNING,
        )
    return None


def _of_one_unit(head: Head, metric: str, args: Arguments) -> Misfit | None:
    if head.loss_class is None or head.loss_class in CATEGORICAL | {SPARSE}:
        return None
    help = "metrics=['accuracy'] for two classes, ['mae'] or the like for a number"
    if metric == "CategoricalAccuracy":
        message = f"{metric} takes the place of the largest of one output, which is always the first"
        return Misfit(message, "it is 1.0 whatever the model predicts (FACTS D7e)", help, Severity.WARNING)
    if metric == "SparseCategoricalAccuracy":
        message = f"{metric} takes the place of the largest of one output, which is always 0"
        fact = "it is the share of zeros among the labels, measured 0.55 (FACTS D7e)"
        return Misfit(message, fact, help, Severity.WARNING)
    if metric in ("F1Score", "FBetaScore") and not args.passes("threshold"):
        message = f"{metric} without a threshold takes the largest of one output as right, which is every one"
        fact = "it showed 0.68 of a model that was always right (FACTS D7j)"
        return Misfit(message, fact, f"{metric}(threshold=0.5)", Severity.WARNING)
    return None


def _with_numbers(metric: str) -> Misfit | None:
    message = f"{metric} compares every output with a label, and {SPARSE} takes numbers of classes"
    if metric in CONFUSION:
        help = "one-hot labels and categorical_crossentropy, or metrics=['accuracy']"
        return Misfit(message, "fit raises InvalidArgumentError (Keras 2: ValueError; FACTS D7d)", help)
    if metric == "BinaryAccuracy" or metric in ELEMENTS:
        fact = (
            "fit raises InvalidArgumentError for labels (N,), and shows a number without meaning for labels (N, 1), "
            "as Keras 2 does for both (FACTS D7d, D7j)"
        )
        return Misfit(message, fact, "metrics=['accuracy']")
    if metric == "CategoricalAccuracy":
        message = f"{metric} takes one-hot labels, and {SPARSE} takes numbers of classes"
        return Misfit(message, "it shows 0.22 in place of 0.985 (FACTS D7d)", "metrics=['accuracy']", Severity.WARNING)
    return None
