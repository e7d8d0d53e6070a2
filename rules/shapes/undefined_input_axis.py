"""A layer would need weights for an axis whose size is declared as None.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((None, 16)),
    layers.Flatten(),
    layers.Dense(1),  # expect: TDL302
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((None, 16)),
    layers.GlobalAveragePooling1D(),
    layers.Dense(1),
])
```

## Why

Measured (FACTS G4, A6b): Keras 3.15.1 raises `Shapes used to initialize variables must be fully-defined (no None
dimensions)`, Keras 2.15 `The last dimension of the inputs to a Dense layer should be defined. Found None.`

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/layers/pooling_layers/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity, format_shape

from .._helpers import faults


class UndefinedInputAxis(Rule):
    """A symbolic size, which the source names and tdlint does not know, is not None."""

    code = "TDL302"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the layer that needs the size; what gives the axis is related."""
        for node, fault in faults(model, context, "unknown-axis"):
            source = model.producer(node.edges[0]) if node.edges else None
            gives = f"{source.layer.short_type} gives {format_shape(source.outputs[0])}" if source is not None else ""
            yield Report(
                node.place,
                f"{node.layer.short_type} can't be built on {format_shape(node.inputs[0])}: {fault.reason}",
                fact="Keras raises ValueError: Shapes used to initialize variables must be fully-defined (FACTS G4)",
                help="declare the size of the axis, or use a pooling layer that takes it away",
                related=() if source is None else ((source.place, gives),),
            )
