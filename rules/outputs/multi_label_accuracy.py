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
`binary_crossentropy`: `"accuracy"` shows 0.7375, and 0.8625 of the labels are right (`"binary_accuracy"`).

It is advice, because with one label for each sample the largest output is what counts.

## Fix safety

There is no automatic fix.

## References

- keras/src/trainers/compile_utils.py, `get_metric`
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Report, Severity, metric_class

from ._compiled import BINARY, Compiled, HeadRule, given_labels


class MultiLabelAccuracy(HeadRule):
    """Silent where labels are seen to be one-hot."""

    code = "TDL416"
    severity = Severity.ADVICE

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at ``metrics``."""
        for head in compiled.heads:
            units = head.units
            if units is None or units < 2 or head.activation != "sigmoid" or head.loss_class not in BINARY:
                continue
            if "accuracy" in map(metric_class, head.metrics or ()) and not _one_hot(compiled):
                yield Report(
                    compiled.call.place("metrics"),
                    f"accuracy compares the largest of {units} outputs with the largest label, and {head.loss_class} "
                    "takes each by itself",
                    fact="it showed 0.7375 where 0.8625 of the labels were right (FACTS D7h)",
                    help="metrics=['binary_accuracy']",
                )


def _one_hot(compiled: Compiled) -> bool:
    """Whether one-hot labels are given to a model that is compiled here."""
    program = compiled.program
    return program is not None and any(
        given.labels.labels == "one-hot"
        for fit in program.calls_on(compiled.call.models[0])
        for _, given in given_labels(fit, program)
    )
