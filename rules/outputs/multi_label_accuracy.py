"""Accuracy of several independent labels looks at the largest output only.

Of an output with more than one unit Keras makes `"accuracy"` a CategoricalAccuracy: it compares the place of the
largest output with that of the largest label, and says nothing of the others.

## Bad

```python
import numpy as np
import keras
from keras import layers

x, y = np.random.rand(200, 8), np.random.randint(0, 2, size=(200, 5))
model = keras.Sequential([keras.Input((8,)), layers.Dense(5, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])  # expect: TDL416
model.fit(x, y)
```

## Good

```python
import numpy as np
import keras
from keras import layers

x, y = np.random.rand(200, 8), np.random.randint(0, 2, size=(200, 5))
model = keras.Sequential([keras.Input((8,)), layers.Dense(5, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["binary_accuracy"])
model.fit(x, y)
```

## Why

Measured on Keras 3.15.1 and 2.15 (FACTS D7h): three labels with `Dense(3, activation="sigmoid")` and
`binary_crossentropy`: `"accuracy"` shows 0.7375, and 0.8625 of the labels are right (`"binary_accuracy"`). With one-hot
labels it is right, so only models whose labels are seen are reported.

## Fix safety

There is no automatic fix.

## References

- keras/src/trainers/compile_utils.py, `get_metric`
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Program, Report, Rule, Severity, UnknownShape, metric_class

from ._compiled import BINARY, given_labels


class MultiLabelAccuracy(Rule):
    """Labels of several columns that are seen and are not one-hot."""

    code = "TDL416"
    severity = Severity.WARNING

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at ``metrics`` of the ``compile`` that a ``fit`` uses."""
        for compiled, given in given_labels(call, program):
            head, labels = given.head, given.labels
            units = head.units
            if units is None or units < 2 or head.activation != "sigmoid" or head.loss_class not in BINARY:
                continue
            several = not isinstance(labels.shape, UnknownShape) and labels.shape[-1:] == (units,)
            if several and labels.labels in ("integer", "real") and "accuracy" in map(metric_class, head.metrics or ()):
                yield Report(
                    compiled.call.place("metrics"),
                    f"accuracy compares the largest of {units} outputs with the largest label, and these are "
                    "independent of each other",
                    fact="it showed 0.7375 where 0.8625 of the labels were right (FACTS D7h)",
                    help="metrics=['binary_accuracy']",
                )
                return
