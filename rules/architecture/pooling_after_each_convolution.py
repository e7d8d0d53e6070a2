"""Every convolution is followed by a pooling.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((64, 64, 3)),
    layers.Conv2D(16, 3, activation="relu"),
    layers.MaxPooling2D(),  # expect: TDL610
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(10),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((64, 64, 3)),
    layers.Conv2D(16, 3, activation="relu"),
    layers.Conv2D(16, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(32, 3, activation="relu"),
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(10),
])
```

## Why

Each pooling drops three quarters of the places, so a network that pools after each convolution soon has none left and
stays shallow. Networks since VGG have blocks of two or more convolutions. Small models of tutorials pool after each
one, and do well on small pictures. Reported from three convolutions on. This is advice, off by default.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f025

## References

- https://arxiv.org/abs/1409.1556
- https://arxiv.org/abs/2105.08095
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity

from ._chain import CONVOLUTIONS, POOLINGS, classifier, kind

AT_LEAST = 3


class PoolingAfterEachConvolution(Rule):
    """Plain convolutional networks that end in Dense layers."""

    code = "TDL610"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report once, at the first pooling."""
        found = classifier(model)
        if found is None:
            return
        order = ["c" if kind(node) in CONVOLUTIONS else "p" for node in found.images if kind(node) in TOLD]
        count = order.count("c")
        if count >= AT_LEAST and "".join(order) == "cp" * count:
            first = next(node for node in found.images if kind(node) in POOLINGS)
            yield Report(
                first.place,
                f"each of the {count} convolutions is followed by a pooling",
                help="use blocks of two or more convolutions before a pooling",
            )


TOLD = CONVOLUTIONS | POOLINGS
