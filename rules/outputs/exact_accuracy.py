"""The metric `Accuracy` counts predictions that equal their label, which probabilities never do.

The object `keras.metrics.Accuracy()` is not what the text `"accuracy"` stands for: that becomes a metric which compares
classes.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile(loss="binary_crossentropy", metrics=[keras.metrics.Accuracy()])  # expect: TDL414
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile(loss="binary_crossentropy", metrics=["accuracy"])

accuracy = keras.metrics.Accuracy()
accuracy.update_state([0, 1, 2], [0, 1, 1])
```

## Why

Measured on Keras 3.15.1 and 2.15 (FACTS D7f): with sigmoid it shows 0.0 where 0.975 of the predictions are right, with
softmax and one-hot labels 0.003 in place of 0.985. With numbers of classes `fit` raises InvalidArgumentError (Keras 2:
ValueError).

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/metrics/accuracy_metrics/#accuracy-class
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Instance, Place, Report, Severity

from ._compiled import SPARSE, UNBOUNDED, Compiled, HeadRule

REAL = frozenset({"softmax", "sigmoid", *UNBOUNDED})


class ExactAccuracy(HeadRule):
    """Heads whose last activation gives no whole numbers."""

    code = "TDL414"
    severity = Severity.WARNING

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at the metric."""
        for head in compiled.heads:
            for metric in head.metrics or ():
                exact = isinstance(metric, Instance) and metric.type == "keras.metrics.Accuracy"
                if exact and isinstance(metric, Instance) and head.activation in REAL and head.loss_class is not None:
                    raises = head.loss_class == SPARSE
                    yield Report(
                        Place(metric.site),
                        "Accuracy counts predictions that equal their label, and the output is not whole numbers",
                        fact="fit raises InvalidArgumentError (FACTS D7f)"
                        if raises
                        else "it showed 0.0 where 0.975 of the predictions were right (FACTS D7f)",
                        help="metrics=['accuracy'], or BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy",
                        severity=Severity.ERROR if raises else Severity.WARNING,
                    )
