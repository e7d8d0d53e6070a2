"""Dropout or a normalization comes after the output of a model that is trained.

Dropout sets outputs to zero, which the loss then compares with the labels. A normalization of probabilities gives
numbers that are no probabilities, of which a crossentropy can't make sense.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(3, activation="softmax"),
    layers.Dropout(0.5),  # expect: TDL406
])
model.compile(optimizer="adam", loss="categorical_crossentropy")
```

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(1, activation="sigmoid"),
    layers.BatchNormalization(),  # expect: TDL406
])
model.compile(optimizer="adam", loss="binary_crossentropy")
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu"),
    layers.Dropout(0.5),
    layers.Dense(3, activation="softmax"),
])
model.compile(optimizer="adam", loss="categorical_crossentropy")

encoder = keras.Sequential([keras.Input((8,)), layers.Dense(16, activation="relu"), layers.Dropout(0.5)])
```

## Why

Measured on Keras 3.15.1 (FACTS D15), 40 epochs:

| after the output | with it | without |
|---|---|---|
| `Dropout(0.5)` after softmax | **the loss is NaN**, accuracy 0.53 | 0.995 |
| `Dropout(0.5)` after sigmoid | loss 3.4, accuracy 0.79 | 0.02, 1.0 |
| `Dropout(0.5)` after `Dense(1)`, mean squared error | loss 52.6 | 0.85 |
| BatchNormalization after softmax | loss 8.9, accuracy 0.45 | 0.03, 0.995 |
| LayerNormalization after softmax | **the loss is NaN**, accuracy 0.38 | 0.03, 0.995 |

## Fix safety

There is no automatic fix: the layer may be meant for a place before the last layer.

## Also checked by

- DeepLocalize loss

## References

- https://keras.io/api/layers/regularization_layers/dropout/
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from tdlint.api import Context, Head, Passed, Report, Severity

from ._compiled import CROSSENTROPIES, DROPOUTS, NORMALIZATIONS, PROBABILITIES, Compiled, HeadRule


class LayerAfterOutput(HeadRule):
    """Needs a loss of Keras: what is not trained as it is may end with any layer."""

    code = "TDL406"
    severity = Severity.WARNING

    def check_compiled(self, compiled: Compiled, context: Context) -> Iterator[Report]:
        """Report at the layer that comes after."""
        for head in compiled.heads:
            late = _late(head) if head.loss_class is not None else None
            if late is not None:
                yield Report(
                    late.place,
                    f"{late.type} comes after the output that {head.loss_class} compares with the labels",
                    fact=_fact(late),
                    help=f"put {late.type} before the last layer that has weights",
                    related=((head.trail[-1].place, "this is the output"),) if head.layer is not None else (),
                )


def _late(head: Head) -> Passed | None:
    """A layer after the last layer with weights that spoils what it gives; None if there is none."""
    if head.layer is None:
        return None
    after = tuple(takewhile(lambda passed: not passed.computes, head.trail))
    for number, passed in enumerate(after):
        if passed.type in DROPOUTS and not passed.layer.args.get("rate").may_be(0, 0.0):
            # an activation that comes later makes probabilities of what is left
            later = any(each.activation not in (None, "linear") for each in after[:number] if not each.keeps)
            return None if later else passed
        before = {each.activation for each in head.trail[number + 1 :]}
        if passed.type in NORMALIZATIONS and head.loss_class in CROSSENTROPIES and before & PROBABILITIES:
            return passed if number == 0 else None
    return None


def _fact(late: Passed) -> str:
    if late.type in DROPOUTS:
        return (
            "outputs are set to zero while training: after softmax the loss became NaN, after a linear output the "
            "mean squared error was 52.6 in place of 0.85 (FACTS D15)"
        )
    return "the outputs are no probabilities: the loss was 8.9 in place of 0.03, or NaN (FACTS D15)"
