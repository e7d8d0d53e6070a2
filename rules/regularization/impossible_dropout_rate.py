"""A dropout rate that drops everything, or that Keras changes without a word.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 4)),
    layers.LSTM(8, dropout=20),  # expect: TDL211
    layers.Dense(1),
])
```

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10,)),
    layers.Dense(8),
    layers.Dropout(1.0),  # expect: TDL211
    layers.Dense(1),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((10, 4)), layers.LSTM(8, dropout=0.2), layers.Dropout(0.5), layers.Dense(1)])
```

## Why

The rate is the share that is dropped. Measured (FACTS G6, G6b, G6c):

| | Keras 3.15.1 | Keras 2 |
|---|---|---|
| `Dropout(1.0)` | the output is all zeros in training (ValueError before 3.14) | ValueError when called |
| `LSTM(dropout=20)`, `1.5`, and `recurrent_dropout` | set to 1.0, which **drops nothing** | ValueError when trained |
| `LSTM(dropout=-0.1)` | set to 0.0 | set to 0.0 |
| `Dropout(1.5)`, `Dropout(-0.1)` | ValueError (TDL306) | ValueError |

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/layers/regularization_layers/dropout/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, LayerObject, ModelGraph, Report, Rule, Severity, layer_place, number

from ._penalties import with_inner

RATES = {
    "LSTM": ("dropout", "recurrent_dropout"),
    "GRU": ("dropout", "recurrent_dropout"),
    "SimpleRNN": ("dropout", "recurrent_dropout"),
    "Dropout": ("rate",),
    "SpatialDropout1D": ("rate",),
    "SpatialDropout2D": ("rate",),
    "SpatialDropout3D": ("rate",),
}


class ImpossibleDropoutRate(Rule):
    """Rates that are known numbers; those that raise when the layer is made are invalid-layer-argument's."""

    code = "TDL211"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the rate."""
        for layer in with_inner(model):
            if layer.custom or not layer.type.startswith("keras.layers."):
                continue
            for name in RATES.get(layer.short_type, ()):
                rate = number(layer.args.get(name))
                recurrent = name != "rate"
                if rate is None or 0 <= rate < 1 or (not recurrent and rate != 1):
                    continue
                yield _report(layer, name, rate, recurrent)


def _report(layer: LayerObject, name: str, rate: float, recurrent: bool) -> Report:
    if not recurrent:
        return Report(
            layer_place(layer, name),
            f"{layer.short_type} with a rate of 1 drops everything",
            fact="the output is all zeros in training; before Keras 3.14, and in Keras 2, ValueError (FACTS G6b)",
            help="the rate is the share that is dropped, such as 0.5",
        )
    becomes = "0.0" if rate < 0 else "1.0"
    return Report(
        layer_place(layer, name),
        f"{layer.short_type} takes {name}={rate:g} for {becomes}, and drops nothing",
        fact="Keras 3 clips the rate to 0 and 1, and drops nothing at 1; Keras 2 raises ValueError (FACTS G6c)",
        help="the rate is the share that is dropped, such as 0.2",
    )
