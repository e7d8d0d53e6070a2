"""A convolution has fewer filters than the one before, and the picture has not become larger.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((64, 64, 3)),
    layers.Conv2D(64, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(32, 3, activation="relu"),  # expect: TDL607
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
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(10),
])
```

## Why

Pooling makes the maps smaller, and with fewer filters besides, the network narrows early. Published classifiers widen
with depth: VGG, ResNet, DenseNet and Inception of `keras.applications` do. Convolutions with a window of one, which
narrow on purpose, networks with branches and those that enlarge pictures are not reported. This is advice, off by
default.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f023

## References

- https://arxiv.org/abs/1409.1556
- https://arxiv.org/abs/1512.00567
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tdlint.api import Context, LayerNode, ModelGraph, Report, Rule, Sequence, Severity, layer_place

from ._chain import classifier, units


class DecreasingFilters(Rule):
    """Plain convolutional networks that end in Dense layers."""

    code = "TDL607"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the filters of the narrower convolution."""
        found = classifier(model)
        for first, second in pairwise(found.convolutions if found is not None else ()):
            before, now = units(first), units(second)
            if before is None or now is None or before <= now or _may_mix_channels_only(second):
                continue
            yield Report(
                layer_place(second.layer, "filters"),
                f"{second.layer.short_type} has {now} filters, and the convolution before has {before}",
                help="let the number of filters grow with depth, or stay",
                related=((first.place, f"this has {before} filters"),),
            )


def _may_mix_channels_only(node: LayerNode) -> bool:
    """Whether the window of a convolution may be one position."""
    size = node.layer.args.get("kernel_size")
    return all(item.may_be(1) for item in size.items) if isinstance(size, Sequence) else size.may_be(1)
