"""Dropout before BatchNormalization: what is normalized in training is not what comes later.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(64, activation="relu"),
    layers.Dropout(0.5),  # expect: TDL604
    layers.BatchNormalization(),
    layers.Dense(3, activation="softmax"),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(64, use_bias=False),
    layers.BatchNormalization(),
    layers.ReLU(),
    layers.Dropout(0.5),
    layers.Dense(3, activation="softmax"),
])
```

## Why

Dropout keeps the mean and makes the variance larger, in training only. BatchNormalization learns that variance and
divides by it when the model predicts, where nothing is dropped. Measured on Keras 3.15.1 (FACTS I4): after
`Dropout(0.5)` the learned variance is 2.3 times what there is when the model predicts, and what should have a
standard deviation of 1 has 0.65; after `Dropout(0.2)` 1.3 times, and 0.87. With a Dense layer between the two it is
2.0 and 1.25 times. This is advice, off by default: models are trained well in spite of it.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f006

## References

- https://arxiv.org/abs/1801.05134
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity, number

from ._chain import CONVOLUTIONS, DROPOUTS, after, kind, only_readers

PASSING = CONVOLUTIONS | {"Activation", "Dense", "ELU", "Flatten", "LeakyReLU", "ReLU"}


class DropoutBeforeNormalization(Rule):
    """With at most one layer that has weights between the two."""

    code = "TDL604"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the dropout."""
        following = only_readers(model)
        for node in model.nodes:
            rate = number(node.layer.args.get("rate")) if kind(node) in DROPOUTS else None
            if not rate:
                continue
            path = list(after(following, node, PASSING))
            weighted = [one for one in path if kind(one) in CONVOLUTIONS | {"Dense"}]
            if path and kind(path[-1]) == "BatchNormalization" and len(weighted) < 2:
                yield Report(
                    node.place,
                    f"{node.layer.short_type}({rate:g}) changes the variance that BatchNormalization learns",
                    fact="after Dropout(0.5) the variance that is learned is 2.3 times what it is later (FACTS I4)",
                    help="put the dropout after all BatchNormalization layers, before the last layer",
                    related=((path[-1].place, "normalized here"),),
                )
