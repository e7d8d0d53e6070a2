"""A convolution has a smaller window than the one before.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((64, 64, 3)),
    layers.Conv2D(16, 3, activation="relu"),
    layers.Conv2D(32, 7, activation="relu"),
    layers.Conv2D(64, 3, activation="relu"),  # expect: TDL609
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
    layers.Conv2D(16, 7, strides=2, activation="relu"),
    layers.Conv2D(32, 3, activation="relu"),
    layers.Conv2D(64, 3, activation="relu"),
    layers.GlobalAveragePooling2D(),
    layers.Dense(10),
])
```

## Why

Large windows are expensive, and two of three see as much as one of five; published networks have one size of window
behind their first layer. The first convolution is not compared: it is larger in AlexNet (11), ResNet and DenseNet (7)
of `keras.applications`, so the advice that windows should never shrink is not true of them. Windows of one, which see
nothing, are not compared either. This is advice, off by default.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f016

## References

- https://arxiv.org/abs/1512.00567
- https://arxiv.org/abs/2105.08095
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tdlint.api import Context, LayerNode, ModelGraph, Report, Rule, Sequence, Severity, integer, layer_place

from ._chain import classifier


class ShrinkingWindows(Rule):
    """Plain convolutional networks that end in Dense layers."""

    code = "TDL609"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the smaller window."""
        found = classifier(model)
        convolutions = found.convolutions[1:] if found is not None else []
        windows = [(node, size) for node in convolutions if (size := _window(node)) != 1]
        for (first, before), (second, now) in pairwise(windows):
            if before is not None and now is not None and now < before:
                yield Report(
                    layer_place(second.layer, "kernel_size"),
                    f"the window of {second.layer.short_type} is {now} wide, and that of the one before is {before}",
                    help="use one size of window behind the first layer",
                    related=((first.place, f"this window is {before} wide"),),
                )


def _window(node: LayerNode) -> int | None:
    """The size of a window that is equal in all directions, None if it is not or not known."""
    given = node.layer.args.get("kernel_size")
    if isinstance(given, Sequence):
        sizes = {integer(item) for item in given.items} if given.complete else {None}
        return sizes.pop() if len(sizes) == 1 else None
    return integer(given)
