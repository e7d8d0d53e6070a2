"""Accuracy counts right classes, and the model is trained to predict a number.

## Bad

```python
import keras
from keras import layers

(x, y), _ = keras.datasets.boston_housing.load_data()
model = keras.Sequential([keras.Input((13,)), layers.Dense(64, activation="relu"), layers.Dense(1)])
model.compile(optimizer="adam", loss="mse", metrics=["accuracy"])  # expect: TDL415
model.fit(x, y)
```

## Good

```python
import keras
from keras import layers

(x, y), _ = keras.datasets.boston_housing.load_data()
model = keras.Sequential([keras.Input((13,)), layers.Dense(64, activation="relu"), layers.Dense(1)])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(x, y)
```

## Why

Measured on Keras 3.15.1 and 2.15 (FACTS D7g): `"accuracy"` of one output becomes BinaryAccuracy, which compares the
label with whether the output is above 0.5. It showed 0.0 on labels with fractions while the mean squared error fell to
0.01.

Of a model whose labels are not seen, this is reported with a lower confidence where the loss is one that only makes
sense for numbers: classes are trained with mean squared error too.

## Fix safety

There is no automatic fix.

## Also checked by

- DeepLocalize loss
- DeepDiagnosis accuracy-not-increasing

## References

- https://keras.io/api/metrics/regression_metrics/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Confidence,
    Context,
    Head,
    Report,
    Severity,
    labels_given,
    metric_class,
)

from ._compiled import ELEMENTWISE, Compiled, HeadRule

ACCURACIES = frozenset({"accuracy", "Accuracy", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy"})
OF_NUMBERS = ELEMENTWISE - {"MeanSquaredError", "MeanAbsoluteError"}


class AccuracyOfRegression(HeadRule):
    """The labels are seen, or the loss leaves no doubt."""

    code = "TDL415"
    severity = Severity.WARNING

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at ``metrics``."""
        for head in compiled.heads:
            named = [name for name in map(metric_class, head.metrics or ()) if name in ACCURACIES]
            if not named or head.loss_class not in ELEMENTWISE or head.activation != "linear":
                continue
            kinds = _kinds(compiled, head)
            if kinds == {"real"} or (not kinds and head.loss_class in OF_NUMBERS and head.units == 1):
                yield Report(
                    compiled.call.place("metrics"),
                    f"{named[0]} counts right classes, and {head.loss_class} trains the output to be a number",
                    fact="accuracy showed 0.0 while the mean squared error fell to 0.01 (FACTS D7g)",
                    help="metrics=['mae'], or another metric of numbers",
                    confidence=Confidence.HIGH if kinds else Confidence.LOW,
                )


def _kinds(compiled: Compiled, head: Head) -> set[str | None]:
    """What the labels are that are given for a head; None among them for labels of an unknown kind."""
    return {
        given.labels.labels
        for call in (compiled.program.calls_on(compiled.model.key) if compiled.program is not None else ())
        if call.name in ("keras.Model.fit", "keras.Model.evaluate", "keras.Model.fit_generator")
        for given in labels_given(call, compiled.heads)
        if given.head.index == head.index
    }
