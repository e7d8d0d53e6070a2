"""A categorical crossentropy compares classes, and the model has one output.

Over one unit `categorical_crossentropy` is 0 whatever the model predicts, and `sparse_categorical_crossentropy` knows
class 0 only.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])  # expect: TDL403
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])

classifier = keras.Sequential([keras.Input((8,)), layers.Dense(2, activation="softmax")])
classifier.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
```

## Why

Measured on Keras 3.15.1 and 2.15 (FACTS D1d, D1e):

| loss of `Dense(1, activation="sigmoid")` | what happens |
|---|---|
| categorical_crossentropy | the loss is exactly 0.0, yet gradients push every prediction to 0; accuracy 0.50 |
| sparse_categorical_crossentropy | InvalidArgumentError at the first label that is not 0 |

## Fix safety

There is no automatic fix: the loss or the number of units may be what is wrong.

## Also checked by

- AutoTrainer loss_issue
- DeepLocalize MDL
- DeepFD loss

## References

- https://keras.io/api/losses/probabilistic_losses/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Report, Severity

from ._compiled import CATEGORICAL, SPARSE, Compiled, HeadRule


class CategoricalLossOfOneUnit(HeadRule):
    """Softmax over one unit is another rule's."""

    code = "TDL403"
    severity = Severity.ERROR

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at the loss."""
        for head in compiled.heads:
            loss = head.loss_class
            if head.units != 1 or loss not in CATEGORICAL | {SPARSE} or head.activation == "softmax":
                continue
            last = head.activated or head.layer
            yield Report(
                compiled.call.place("loss"),
                f"{loss} compares classes, and the output has one unit",
                fact="Keras raises InvalidArgumentError at the first label that is not 0 (FACTS D1e)"
                if loss == SPARSE
                else "the loss is 0.0 whatever is predicted, and training pushes every prediction to 0 (FACTS D1d)",
                help="for two classes: one unit, sigmoid and binary_crossentropy; else one unit for each class",
                related=((last.place, "this is the output"),) if last is not None else (),
            )
