"""Feature maps are flattened as large as they came in.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((64, 64, 3)),
    layers.Conv2D(32, 3, activation="relu"),
    layers.Conv2D(64, 3, activation="relu"),
    layers.Flatten(),  # expect: TDL611
    layers.Dense(128, activation="relu"),
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
    layers.Dense(128, activation="relu"),
    layers.Dense(10),
])
```

## Why

Without a pooling or a stride, the Dense layer after Flatten has a weight for every place of every map: above, 29
million, and 20 thousand otherwise. And each unit before it has seen five places of the picture only. Strides count as
pooling. Reported from two convolutions on, whose result has more than 10,000 numbers. This is advice, off by default.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f002

## References

- https://arxiv.org/abs/1412.6806
- https://arxiv.org/abs/1312.4400
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from tdlint.api import Context, LayerNode, ModelGraph, Report, Rule, Sequence, Severity, UnknownShape

from ._chain import POOLINGS, classifier, kind

MANY = 10_000


class MissingPooling(Rule):
    """Plain convolutional networks that end in Dense layers."""

    code = "TDL611"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at Flatten."""
        found = classifier(model)
        if found is None or kind(found.flat) != "Flatten" or len(found.convolutions) < 2:
            return
        pooled = any(kind(node) in POOLINGS | {"Reshape", "Cropping2D"} for node in found.images)
        count = _count(found.flat)
        if not pooled and count is not None and count > MANY and all(map(_full, found.convolutions)):
            yield Report(
                found.flat.place,
                f"{len(found.convolutions)} convolutions without pooling or strides give {count:,} numbers to Dense",
                help="put pooling layers between the convolutions, or GlobalAveragePooling in the place of Flatten",
            )


def _count(flat: LayerNode) -> int | None:
    shape = flat.inputs[0] if flat.inputs else ()
    if isinstance(shape, UnknownShape):
        return None
    sizes = [size for size in shape[1:] if isinstance(size, int)]
    return prod(sizes) if len(sizes) == len(shape) - 1 else None


def _full(node: LayerNode) -> bool:
    strides = node.layer.args.get("strides")
    if isinstance(strides, Sequence):
        return strides.complete and all(item.must_be(1) for item in strides.items)
    return strides.must_be(1)
