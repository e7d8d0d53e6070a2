"""There are more classes among the labels than units in the last layer.

`sparse_categorical_crossentropy` takes a label as the place of a unit. A label that has no unit ends training, at best.

## Bad

```python
import keras
from keras import layers

(x, y), _ = keras.datasets.cifar100.load_data()
model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x, y)  # expect: TDL418
```

## Good

```python
import keras
from keras import layers

(x, y), _ = keras.datasets.cifar100.load_data()
model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.Flatten(),
    layers.Dense(100, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x, y)
```

## Why

Measured on Keras 3.15.1 (FACTS D5c): on TensorFlow (CPU) InvalidArgumentError at the first such label, on PyTorch
IndexError; JAX **trains on without a word**. Keras 2.15 raises as well.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/losses/probabilistic_losses/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Program, Report, Rule, Severity

from ._compiled import SPARSE, given_labels


class LabelBeyondUnits(Rule):
    """Labels whose number of classes is certain."""

    code = "TDL418"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the labels."""
        for _compiled, given in given_labels(call, program):
            units, classes = given.head.units, given.labels.classes
            if given.head.loss_class != SPARSE or units is None or units < 2 or classes is None:
                continue
            if given.labels.labels == "integer" and classes > units:
                last = given.head.layer
                yield Report(
                    given.place,
                    f"labels have {classes} classes, and the output has {units} units",
                    fact="Keras raises InvalidArgumentError at the first label without a unit; on JAX it trains on "
                    "without a word (FACTS D5c)",
                    help=f"the last layer needs {classes} units",
                    related=((last.place, f"this layer has {units} units"),) if last is not None else (),
                )
