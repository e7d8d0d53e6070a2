"""Reshape to a shape with another number of elements.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((28, 28)),
    layers.Reshape((28, 29)),  # expect: TDL304
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((28, 28)),
    layers.Reshape((-1, 14)),
    layers.Reshape((28, 28, 1)),
])
```

## Why

Measured (FACTS G4b): Keras 3.15.1 raises `The total size of the tensor must be unchanged`, Keras 2.15 `total size of
new array must be unchanged`. The batch axis is no part of the target shape.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f021

## References

- https://keras.io/api/layers/reshaping_layers/reshape/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity, format_shape, layer_place

from .._helpers import faults


class ReshapeSizeMismatch(Rule):
    """Both sizes must be known numbers."""

    code = "TDL304"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the target shape."""
        for node, fault in faults(model, context, "reshape"):
            yield Report(
                layer_place(node.layer, "target_shape"),
                f"{fault.reason}, the input being {format_shape(node.inputs[0])}",
                fact="Keras raises ValueError: The total size of the tensor must be unchanged (FACTS G4b)",
                help="give the sizes of one sample, the batch axis left out; -1 stands for what remains",
            )
