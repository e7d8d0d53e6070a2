"""A regularizer on a layer that is frozen: in Keras 3 it adds nothing.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(4, "relu", kernel_regularizer="l2", trainable=False),  # expect: TDL210
    layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y)
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(4, "relu", kernel_regularizer="l2"), layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y)
```

## Why

Measured (FACTS C7): from Keras 3.1 on, the penalty of a frozen layer is not in `model.losses`; in Keras 2 it stays
there as a constant that is reported and changes nothing.

This is advice, off by default: a layer may be frozen for a while only.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/guides/transfer_learning/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity, coefficients, layer_place

from ._penalties import regularizer_arguments, see, with_inner


class FrozenRegularizer(Rule):
    """The layer must be frozen on every path, and the coefficients not zero."""

    code = "TDL210"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the argument."""
        for layer in with_inner(model):
            if layer.trainable is not False:
                continue
            keras = context.version(layer.namespace)
            for name, value in regularizer_arguments(layer):
                found = coefficients(value, keras)
                if found is None or not found.active or name == "activity_regularizer":
                    continue
                yield Report(
                    layer_place(layer, name),
                    f"{layer.short_type} is frozen, and its {name} adds nothing"
                    if keras >= (3, 1)
                    else f"{layer.short_type} is frozen, and its {name} adds a constant",
                    fact="the penalty of a frozen layer is not in model.losses from Keras 3.1 on (FACTS C7)",
                    help="leave the regularizer out, or unfreeze the layer before compile"
                    + see("lists what never acts", model),
                )
