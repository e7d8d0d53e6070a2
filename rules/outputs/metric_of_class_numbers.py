"""A metric compares numbers of classes, and the model gives probabilities.

`keras.metrics.Accuracy` counts predictions that equal their label, and `MeanIoU` and `IoU` cut their decimals off:
every probability below 1 is class 0. The text `"accuracy"` is another thing: Keras makes a metric of it that fits.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile(loss="binary_crossentropy", metrics=[keras.metrics.Accuracy()])  # expect: TDL414
```

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((64, 64, 3)), layers.Conv2D(1, 1, activation="sigmoid")])
model.compile(loss="binary_crossentropy", metrics=[keras.metrics.MeanIoU(num_classes=2)])  # expect: TDL414
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile(loss="binary_crossentropy", metrics=["accuracy"])

segmented = keras.Sequential([keras.Input((64, 64, 3)), layers.Conv2D(1, 1, activation="sigmoid")])
segmented.compile(loss="binary_crossentropy", metrics=[keras.metrics.BinaryIoU()])
parts = keras.Sequential([keras.Input((64, 64, 3)), layers.Conv2D(3, 1, activation="softmax")])
parts.compile(
    loss="sparse_categorical_crossentropy",
    metrics=[keras.metrics.MeanIoU(num_classes=3, sparse_y_pred=False)],
)

accuracy = keras.metrics.Accuracy()
accuracy.update_state([0, 1, 2], [0, 1, 1])
```

## Why

Measured on Keras 3.15.1 and 2.15 (FACTS D7f, D7i), models that are right in all cases or nearly all:

| metric | sigmoid | softmax, one-hot labels | softmax, numbers of classes |
|---|---|---|---|
| `Accuracy()` | 0.0 | 0.003 | InvalidArgumentError (Keras 2: ValueError) |
| `"accuracy"` | 0.975 | 0.985 | 0.985 |
| `MeanIoU(…)` | 0.35 | 0.43 | InvalidArgumentError |
| `BinaryIoU()`, `OneHotMeanIoU(…)`, `MeanIoU(…, sparse_y_pred=False)` | 1.0 | 1.0 | 1.0 |

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/metrics/accuracy_metrics/#accuracy-class
- https://keras.io/api/metrics/segmentation_metrics/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Head, Instance, Place, Report, Severity, Value

from ._compiled import SPARSE, UNBOUNDED, Compiled, HeadRule

REAL = frozenset({"softmax", "sigmoid", *UNBOUNDED})
OVERLAPS = ("keras.metrics.MeanIoU", "keras.metrics.IoU")


class MetricOfClassNumbers(HeadRule):
    """Heads whose last activation gives no whole numbers."""

    code = "TDL414"
    severity = Severity.WARNING

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at the metric."""
        for head in compiled.heads:
            if head.activation not in REAL or head.loss_class is None:
                continue
            for metric in head.metrics or ():
                if isinstance(metric, Instance) and _of_numbers(metric):
                    yield _report(head, metric)


def _of_numbers(metric: Instance) -> bool:
    if metric.type == "keras.metrics.Accuracy":
        return True
    rounds: Value = metric.args.get("sparse_y_pred")
    return metric.type in OVERLAPS and rounds.must_be(True)


def _report(head: Head, metric: Instance) -> Report:
    exact = metric.type == "keras.metrics.Accuracy"
    raises = head.loss_class == SPARSE
    does = "counts predictions that equal their label" if exact else "cuts the decimals of predictions off"
    if raises:
        fact = "fit raises InvalidArgumentError (FACTS D7f, D7i)"
    elif exact:
        fact = "it showed 0.0 where 0.975 of the predictions were right (FACTS D7f)"
    else:
        fact = "it showed 0.35 of a model that was always right (FACTS D7i)"
    return Report(
        Place(metric.site),
        f"{metric.type.rpartition('.')[2]} {does}, and the output is not whole numbers",
        fact=fact,
        help=_help(head, exact),
        severity=Severity.ERROR if raises else Severity.WARNING,
    )


def _help(head: Head, exact: bool) -> str:
    if exact:
        return "metrics=['accuracy'], or BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy"
    return "BinaryIoU" if head.units == 1 else "sparse_y_pred=False, with sparse_y_true=False for one-hot labels"
