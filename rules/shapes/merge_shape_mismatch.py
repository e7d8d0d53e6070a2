"""The inputs of a merging layer have shapes that do not fit together.

## Bad

```python
import keras
from keras import layers

inputs = keras.Input((32,))
short = layers.Dense(16)(inputs)
model = keras.Model(inputs, layers.Add()([inputs, short]))  # expect: TDL303
```

```python
import keras
from keras import layers

inputs = keras.Input((32, 32, 3))
x = layers.Conv2D(8, 3)(inputs)
y = layers.Conv2D(8, 3, padding="same")(inputs)
model = keras.Model(inputs, layers.concatenate([x, y]))  # expect: TDL303
```

## Good

```python
import keras
from keras import layers

inputs = keras.Input((32,))
short = layers.Dense(32)(inputs)
scaled = layers.Multiply()([short, layers.Dense(1)(inputs)])
model = keras.Model(inputs, layers.Concatenate()([layers.Add()([inputs, short]), scaled, layers.Dense(3)(inputs)]))
```

## Why

Measured on Keras 3.15.1 and 2.15.0 (FACTS G3): Concatenate raises `requires inputs with matching shapes except for the
concatenation axis`, Add and its like `Inputs have incompatible shapes`. Sizes of 1 are broadcast, and so is an input
with fewer axes.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/layers/merging_layers/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity, format_shape

from .._helpers import faults


class MergeShapeMismatch(Rule):
    """Only sizes that are known numbers are compared."""

    code = "TDL303"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the merging layer; what makes each input is related."""
        for node, fault in faults(model, context, "merge"):
            related = tuple(
                (source.place, f"{source.layer.short_type} gives {format_shape(source.outputs[edge.index])}")
                for edge in node.edges
                if (source := model.producer(edge)) is not None
            )
            yield Report(
                node.place,
                f"{node.layer.short_type} can't merge {' and '.join(map(format_shape, node.inputs))}",
                fact=f"Keras raises ValueError: {fault.reason} (FACTS G3)",
                help="make the shapes equal: padding='same', a Dense of the right size, cropping or pooling",
                related=related,
            )
