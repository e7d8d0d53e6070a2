"""A convolution, pooling or cropping takes more than what is left of its input.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(32, 5),
    layers.MaxPooling2D(4),
    layers.Conv2D(64, 5),
    layers.MaxPooling2D(4),  # expect: TDL305
    layers.Flatten(),
    layers.Dense(10),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(32, 5, padding="same"),
    layers.MaxPooling2D(4),
    layers.Conv2D(64, 5, padding="same"),
    layers.MaxPooling2D(4),
    layers.Flatten(),
    layers.Dense(10),
])
```

## Why

Measured on Keras 3.15.1 (FACTS G1, G1b): `Computed output size would be zero or negative`. Keras 2.15 raises as well.
It also happens where the channels come first in the input, as in `(3, 32, 32)`, and the layers take them last (FACTS
G1e).

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f013

## References

- https://keras.io/api/layers/convolution_layers/convolution2d/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, LayerNode, ModelGraph, Report, Rule, Severity, UnknownShape, format_shape

from .._helpers import faults

CHANNELS = (1, 3, 4)


class WindowLargerThanInput(Rule):
    """Sizes that are not known are never too small."""

    code = "TDL305"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the layer whose window does not fit."""
        for node, fault in faults(model, context, "window"):
            yield Report(
                node.place,
                f"{node.layer.short_type} does not fit into {format_shape(node.inputs[0])}: {fault.reason}",
                fact="Keras raises ValueError: Computed output size would be zero or negative (FACTS G1)",
                help=_help(model, node),
            )


def _help(model: ModelGraph, node: LayerNode) -> str:
    shape = model.input_shapes[0] if model.input_shapes else UnknownShape()
    if not isinstance(shape, UnknownShape) and len(shape) == 4 and shape[1] in CHANNELS and shape[3] not in CHANNELS:
        return f"the input {format_shape(shape)} seems to have its channels first; Keras takes them last by default"
    return "use padding='same', fewer or smaller windows and strides, or a larger input"
