"""A hidden Dense layer is wider than the one before.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((100,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(256, activation="relu"),  # expect: TDL608
    layers.Dense(10, activation="softmax"),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((100,)),
    layers.Dense(256, activation="relu"),
    layers.Dense(32, activation="relu"),
    layers.Dense(10, activation="softmax"),
])

autoencoder = keras.Sequential([
    keras.Input((100,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(64, activation="relu"),
    layers.Dense(100),
])
```

## Why

What a narrow layer has left out, a wider one after it can't bring back. Classifiers narrow towards their few outputs.
Decoders and generators widen on purpose: models whose last layer is wider than their first are not reported. This is
advice, off by default; it is a rule of thumb, and a network with equal widths is as good.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f019

## References

- https://arxiv.org/abs/2105.08095
- https://arxiv.org/abs/1512.00567
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tdlint.api import Context, ModelGraph, Report, Rule, Severity, layer_place

from ._chain import in_a_row, kind, units


class GrowingDenseWidths(Rule):
    """Models that are one chain and end in a Dense that is narrower than all before."""

    code = "TDL608"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the units of the wider layer."""
        chain = in_a_row(model)
        dense = [node for node in chain if kind(node) == "Dense"]
        widths = [units(node) or 0 for node in dense]
        if len(dense) < 3 or not all(widths) or widths[-1] > min(widths) or "Reshape" in {kind(one) for one in chain}:
            return
        for (first, before), (second, now) in pairwise(list(zip(dense, widths, strict=True))[:-1]):
            if now > before:
                yield Report(
                    layer_place(second.layer, "units"),
                    f"this hidden Dense has {now} units, and the one before has {before}",
                    help="let hidden layers narrow towards the output, or keep their width",
                    related=((first.place, f"this has {before} units"),),
                )
