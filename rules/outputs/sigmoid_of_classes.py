"""A categorical crossentropy compares classes of which one is right, and sigmoid gives each its own probability.

Keras trains such a model as if it had softmax; what it predicts are sigmoids, whose sum is not 1.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="sigmoid")])  # expect: TDL407
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
```

## Good

```python
import keras
from keras import layers

one_of_three = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
one_of_three.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])

any_of_three = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="sigmoid")])
any_of_three.compile(optimizer="adam", loss="binary_crossentropy", metrics=["binary_accuracy"])
```

## Why

Measured on Keras 3.15.1 and 2.15 (FACTS D2c): `Dense(3, activation="sigmoid")` with `categorical_crossentropy` trains
exactly as softmax does, since Keras recovers the raw outputs (loss 0.0549 in both, accuracy 0.9975). The rows of
`predict` sum to 1.02 up to 2.0. With `hard_sigmoid` the loss becomes NaN (FACTS D2d). If several labels can be right at
once, `categorical_crossentropy` is the wrong loss.

## Fix safety

There is no automatic fix: softmax, or `binary_crossentropy`, depending on whether one or many labels are right.

## Also checked by

- AutoTrainer activation_issue
- DeepFD act
- DeepFD loss

## References

- https://keras.io/api/losses/probabilistic_losses/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Report, Severity

from ._compiled import CATEGORICAL, SPARSE, Compiled, HeadRule

FACTS = {
    "sigmoid": "it trains as softmax does, and then predicts rows that sum to 1.02 up to 2.0 (FACTS D2c)",
    "hard_sigmoid": "the loss becomes NaN (FACTS D2d)",
}


class SigmoidOfClasses(HeadRule):
    """Two units or more."""

    code = "TDL407"
    severity = Severity.WARNING

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at the activation."""
        for head in compiled.heads:
            last, units = head.activated, head.units
            if last is None or units is None or units < 2 or head.activation not in FACTS:
                continue
            if head.loss_class in CATEGORICAL | {SPARSE} and head.from_logits is False:
                yield Report(
                    last.place,
                    f"{head.loss_class} takes one of {units} classes to be right, and {head.activation} makes "
                    "their probabilities independent",
                    fact=FACTS[head.activation or ""],
                    help="softmax if one class is right, binary_crossentropy if any number of them can be",
                    related=((compiled.call.place("loss"), "the loss is set here"),),
                )
