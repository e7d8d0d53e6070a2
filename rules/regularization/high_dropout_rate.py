"""A dropout rate that looks like the share to keep.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10,)),
    layers.Dense(64, activation="relu"),
    layers.Dropout(0.8),  # expect: TDL212
    layers.Dense(1),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10,)),
    layers.Dense(64, activation="relu"),
    layers.Dropout(0.5),
    layers.Dense(1),
])
```

## Why

`rate` is the share of inputs that is dropped. The `keep_prob` of TensorFlow 1 was the share that is kept, so code
that was carried over, or a paper's "0.8", may mean `Dropout(0.2)`. Rates over 0.5 are rare on purpose. This is
advice, off by default.

## Fix safety

There is no automatic fix.

## Also checked by

- UMLAUT check_dropout_p_less_than_half

## References

- https://keras.io/api/layers/regularization_layers/dropout/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity, layer_place, number

from ._penalties import with_inner

DROPOUTS = frozenset({"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout"})
HIGH = 0.7


class HighDropoutRate(Rule):
    """From 0.7 on."""

    code = "TDL212"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the rate."""
        for layer in with_inner(model):
            rate = number(layer.args.get("rate")) if layer.short_type in DROPOUTS and not layer.custom else None
            if rate is not None and HIGH <= rate < 1:
                yield Report(
                    layer_place(layer, "rate"),
                    f"{layer.short_type}({rate:g}) drops {rate:.0%} and keeps {1 - rate:.0%}",
                    help=f"if {rate:g} is the share to keep, the rate is {1 - rate:.2g}",
                )
