"""A layer is made with an argument that Keras refuses.

## Bad

```python
import keras
from keras import layers

x = layers.Input((8, 8, 4))
y = layers.Conv2D(6, 3, groups=3)(x)  # expect: TDL306
z = layers.Dense(0)(y)  # expect: TDL306
model = keras.Model(x, z)
```

## Good

```python
import keras
from keras import layers

x = layers.Input((8, 8, 4))
y = layers.Conv2D(6, 3, groups=2, padding="SAME")(x)
z = layers.Dense(1)(y)
model = keras.Model(x, z)
```

## Why

Measured on Keras 3.15.1 (FACTS G1g, G1h): ValueError for sizes that are no positive integer, groups that do not
divide the channels, strides together with dilation, axes out of bounds and the like. Keras 2.15 accepts some of them
(`Dense(0)`), so that nothing is reported for it.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/layers/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity

from .._helpers import faults


class InvalidLayerArgument(Rule):
    """Keras 3 only."""

    code = "TDL306"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the layer."""
        for node, fault in faults(model, context, "argument"):
            yield Report(
                node.place,
                f"Keras refuses this {node.layer.short_type}: {fault.reason}",
                fact="ValueError when the layer is made or first called (FACTS G1g, G1h)",
            )
