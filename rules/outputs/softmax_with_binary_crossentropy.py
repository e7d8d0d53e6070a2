"""Binary crossentropy takes every output by itself, and softmax makes them depend on each other.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])  # expect: TDL408
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
```

## Why

Measured on Keras 3.15.1 and 2.15 (FACTS D2, D2b): with one-hot labels it trains as three independent classifiers, and
the class with the largest output is right in 0.9875 of the cases (0.9925 in Keras 2), against 0.9975. The probabilities
are not those of the classes. With the numbers of the classes as labels Keras raises ValueError.

## Fix safety

There is no automatic fix: `categorical_crossentropy`, `sparse_categorical_crossentropy` or sigmoid, depending on the
labels.

## Also checked by

- AutoTrainer activation_issue
- AutoTrainer loss_issue
- DeepFD act
- DeepFD loss

## References

- https://keras.io/api/losses/probabilistic_losses/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Report, Severity

from ._compiled import BINARY, Compiled, HeadRule


class SoftmaxWithBinaryCrossentropy(HeadRule):
    """It is usable, so it is advice."""

    code = "TDL408"
    severity = Severity.ADVICE

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at the activation."""
        for head in compiled.heads:
            last, units = head.activated, head.units
            if last is None or units is None or units < 2 or head.activation != "softmax":
                continue
            if head.loss_class in BINARY and head.from_logits is False:
                yield Report(
                    last.place,
                    f"{head.loss_class} takes each of {units} outputs by itself, and softmax makes them sum to 1",
                    fact="one-hot labels: accuracy 0.9875 in place of 0.9975, and the probabilities are not those of "
                    "the classes; numbers of classes: ValueError (FACTS D2, D2b)",
                    help="categorical_crossentropy for one-hot labels, sparse_categorical_crossentropy for numbers",
                    related=((compiled.call.place("loss"), "the loss is set here"),),
                )
