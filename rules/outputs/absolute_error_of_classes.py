"""Probabilities of classes are trained by their absolute error.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((64,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(10, activation="softmax"),  # expect: TDL422
])
model.compile(optimizer="adam", loss="mae", metrics=["accuracy"])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((64,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
```

## Why

Measured on the digits of scikit-learn, 15 epochs, two seeds, test accuracy (FACTS D6f): 0.96 and 0.93 with
categorical crossentropy, 0.90 and 0.75 with the mean absolute error. The mean squared error (0.96 and 0.95) and Huber
do no harm and are not reported. It is advice, off by default.

## Fix safety

There is no automatic fix.

## Also checked by

- AutoTrainer loss_issue
- DeepFD loss

## References

- https://keras.io/api/losses/probabilistic_losses/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Report, Severity

from ._compiled import Compiled, HeadRule


class AbsoluteErrorOfClasses(HeadRule):
    """Softmax over more than one unit."""

    code = "TDL422"
    severity = Severity.ADVICE

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at the activation."""
        for head in compiled.heads:
            last, units = head.activated, head.units
            if last is None or units is None or units < 2 or head.activation != "softmax":
                continue
            if head.loss_class == "MeanAbsoluteError":
                yield Report(
                    last.place,
                    f"the mean absolute error trains softmax over {units} classes",
                    fact="measured: accuracy 0.90 and 0.75 in place of 0.96 and 0.93 (FACTS D6f)",
                    help="categorical_crossentropy for one-hot labels, sparse_categorical_crossentropy for numbers",
                    related=((compiled.call.place("loss"), "the loss is set here"),),
                )
