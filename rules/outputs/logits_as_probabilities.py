"""A crossentropy that reads probabilities is given outputs that are none.

Unless it is told `from_logits=True`, a crossentropy takes what the model gives as probabilities. Outputs without an
activation, or with relu or tanh, are no probabilities: Keras clips them to 1e-7…1 - 1e-7, and where it clips there is
no gradient.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(16, activation="relu"), layers.Dense(3)])  # expect: TDL402
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
```

```python
import keras
from keras import layers

inputs = keras.Input((8,))
outputs = layers.Dense(3, activation="relu")(inputs)  # expect: TDL402
model = keras.Model(inputs, outputs)
model.compile("adam", loss=keras.losses.CategoricalCrossentropy())
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(16, activation="relu"), layers.Dense(3)])
model.compile(
    optimizer="adam",
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)

inputs = keras.Input((8,))
outputs = layers.Dense(3, activation="softmax")(inputs)
model = keras.Model(inputs, outputs)
model.compile("adam", loss=keras.losses.CategoricalCrossentropy())
```

## Why

Measured on Keras 3.15.1 and 2.15 (FACTS D3, D3c, D3e, D4), three separable classes, 40 epochs. With the right head
the accuracy is 0.9975:

| last layer | loss | accuracy |
|---|---|---|
| `Dense(3)` | categorical_crossentropy | 0.46 (Keras 2: 0.34) |
| `Dense(3)` | sparse_categorical_crossentropy | 0.50 to 0.80 |
| `Dense(3, activation="relu")` | categorical_crossentropy | **the loss is NaN** |
| `Dense(3, activation="relu")` | sparse_categorical_crossentropy | 0.40 to 0.70 |
| `Dense(3)` | kl_divergence | 0.54: the loss is 0.0 from the start (FACTS D3k) |
| `Dense(1)`, relu or tanh | binary_crossentropy | 0.92 to 1.0: it often works, with outputs outside of 0…1 |

## Fix safety

There is no automatic fix: an activation and `from_logits=True` are both right, and what reads the predictions decides.

## Also checked by

- NeuraLint f008
- NeuraLint f012
- NeuraLint f020
- UMLAUT check_softmax_computed_before_loss
- AutoTrainer activation_issue
- DeepLocalize loss
- DeepDiagnosis out-of-range
- DeepFD act
- DeepFD loss

## References

- https://keras.io/api/losses/probabilistic_losses/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Head, Passed, Report, Severity

from ._compiled import BINARY, CATEGORICAL, CROSSENTROPIES, UNBOUNDED, Compiled, HeadRule, computing

DIVERGENCE = "KLDivergence"


class LogitsAsProbabilities(HeadRule):
    """Losses of Keras by name, function or object, with activations whose range is known."""

    code = "TDL402"
    severity = Severity.ERROR

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at the activation, or at the layer that has none."""
        for head in compiled.heads:
            last = computing(head)
            reads = head.loss_class in CROSSENTROPIES or head.loss_class == DIVERGENCE
            if reads and head.from_logits is False and last is not None:
                activation = head.activation
                one_of_one = head.units == 1 and head.loss_class not in BINARY
                if activation in UNBOUNDED and not one_of_one:
                    yield _report(compiled, head, last, str(activation))


def _report(compiled: Compiled, head: Head, last: Passed, activation: str) -> Report:
    binary = head.loss_class in BINARY
    what = "has no activation and" if activation == "linear" else f"ends with {activation} and"
    right = "sigmoid" if binary else "softmax"
    return Report(
        last.place,
        f"the output {what} gives {UNBOUNDED[activation]}, and {head.loss_class} reads probabilities",
        fact=_fact(head.loss_class or "", activation),
        help=f'activation="{right}" on the last layer'
        + ("" if head.loss_class == DIVERGENCE else f", or none and keras.losses.{head.loss_class}(from_logits=True)"),
        related=((compiled.call.place("loss"), "the loss is set here"),),
        severity=Severity.WARNING if binary else Severity.ERROR,
    )


def _fact(loss: str, activation: str) -> str:
    if loss == DIVERGENCE:
        return "the loss is 0.0 or near it, and nothing is learned (FACTS D3k)"
    if activation == "relu" and loss in CATEGORICAL:
        return "the loss becomes NaN on three separable classes (FACTS D3e)"
    if loss in BINARY:
        return "outputs are clipped to 1e-7…1 - 1e-7, without a gradient outside: 0.92 to 1.0 accuracy (FACTS D3c, D4)"
    return (
        "outputs are clipped to 1e-7…1 - 1e-7, without a gradient outside: the accuracy was 0.34 to 0.80 in place of "
        "0.9975 (FACTS D3, D4)"
    )
