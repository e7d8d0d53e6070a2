"""A Dense layer after Flatten has ten million weights or more.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((128, 128, 3)),
    layers.Conv2D(32, 3, activation="relu", padding="same"),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(512, activation="relu"),  # expect: TDL615
    layers.Dense(10),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((128, 128, 3)),
    layers.Conv2D(32, 3, activation="relu", padding="same"),
    layers.MaxPooling2D(),
    layers.GlobalAveragePooling2D(),
    layers.Dense(512, activation="relu"),
    layers.Dense(10),
])
```

## Why

Flatten gives every place of every map its own weight for every unit: above 67 million of them, in one layer, 268 MB of
memory, and three times as much with Adam. Networks since Network in Network average over the places first: the Dense
layer above has 17 thousand weights then. This is advice, off by default.

## Fix safety

There is no automatic fix.

## References

- https://arxiv.org/abs/1312.4400
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity

from ._chain import DROPOUTS_AND_NOISE, after, features, kind, only_readers, units

MANY = 10_000_000
PASSING = DROPOUTS_AND_NOISE | {"BatchNormalization"}


class HugeFlatten(Rule):
    """Dense right after Flatten, or with dropout and normalization between."""

    code = "TDL615"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the Dense layer."""
        following = only_readers(model)
        for node in model.nodes:
            path = list(after(following, node, PASSING))
            if kind(node) != "Flatten" or not path or kind(path[-1]) != "Dense":
                continue
            inputs, width = features(path[-1]), units(path[-1])
            if inputs is not None and width is not None and inputs * width >= MANY:
                yield Report(
                    path[-1].place,
                    f"Dense({width}) has {inputs * width:,} weights for the {inputs:,} numbers that Flatten gives",
                    help="pool before it, with GlobalAveragePooling in the place of Flatten",
                    related=((node.place, "flattened here"),),
                )
