"""All poolings between convolutions take the average.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((64, 64, 3)),
    layers.Conv2D(32, 3, activation="relu"),
    layers.AveragePooling2D(),  # expect: TDL612
    layers.Conv2D(64, 3, activation="relu"),
    layers.GlobalAveragePooling2D(),
    layers.Dense(10),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((64, 64, 3)),
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation="relu"),
    layers.GlobalAveragePooling2D(),
    layers.Dense(10),
])
```

## Why

A feature that is present at one of four places is a quarter as strong after averaging; its maximum stays. Studies that
compared the two found the maximum better for sparse features. Networks with average pooling exist (LeNet, the
transitions of DenseNet). Reported once, where all poolings before Flatten or the global pooling average. This is
advice, off by default.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f027

## References

- https://www.di.ens.fr/willow/pdfs/icml2010b.pdf
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity

from ._chain import AVERAGE_POOLINGS, POOLINGS, classifier, kind


class AveragingPooling(Rule):
    """Plain convolutional networks that end in Dense layers."""

    code = "TDL612"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report once, at the first pooling."""
        found = classifier(model)
        poolings = [node for node in found.images if kind(node) in POOLINGS] if found is not None else []
        if poolings and all(kind(node) in AVERAGE_POOLINGS for node in poolings):
            yield Report(
                poolings[0].place,
                f"the pooling between the convolutions averages ({len(poolings)} of {len(poolings)})",
                help="use max pooling",
            )
