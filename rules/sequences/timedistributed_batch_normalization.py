"""`TimeDistributed(BatchNormalization)` of Keras 3 normalizes every timestep by itself, but not when it predicts.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 8)),
    layers.LSTM(16, return_sequences=True),
    layers.TimeDistributed(layers.BatchNormalization()),  # expect: TDL103
    layers.LSTM(16),
    layers.Dense(1),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 8)),
    layers.LSTM(16, return_sequences=True),
    layers.BatchNormalization(),
    layers.LSTM(16),
    layers.Dense(1),
])
```

## Fixed

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 8)),
    layers.LSTM(16, return_sequences=True),
    layers.BatchNormalization(),
    layers.LSTM(16),
    layers.Dense(1),
])
```

## Why

Measured with 6 timesteps and a momentum of 0.9 on one batch (FACTS B5):

| | training | moving mean after one batch | predicting |
|---|---|---|---|
| Keras 3.0 to 3.15 | each step by its own mean | 0.4686 of the way: one update for each step | one mean for all |
| Keras 2.15 | all steps together | 0.1 of the way | one mean for all |

So training and prediction compute different things in Keras 3, the more the steps differ. `BatchNormalization`
without the wrapper normalizes every feature over batch and time, as Keras 2 did in both cases.

## Fix safety

The fix leaves the wrapper out. It is unsafe: the program computes something else than before.

## References

- https://keras.io/api/layers/normalization_layers/batch_normalization/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    Context,
    FixPlan,
    LayerObject,
    ModelGraph,
    ReplaceBy,
    Report,
    Rule,
    Severity,
    layer_place,
)


class TimedistributedBatchNormalization(Rule):
    """Keras 3 only."""

    code = "TDL103"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the wrapper."""
        for layer in model.layers():
            inner = layer.args.get("layer") if layer.type == "keras.layers.TimeDistributed" else None
            if not isinstance(inner, LayerObject) or inner.type != "keras.layers.BatchNormalization":
                continue
            if context.version(layer.namespace) < (3, 0) or inner.trainable is False or layer.trainable is False:
                continue
            fix = None
            if layer.site is not None and inner.site is not None and inner.site != layer.site:
                change = ReplaceBy(layer.site, inner.site)
                fix = FixPlan("Use BatchNormalization without TimeDistributed", (change,), Applicability.UNSAFE)
            yield Report(
                layer_place(layer),
                "TimeDistributed(BatchNormalization) trains with one mean for each step and predicts with one for all",
                fact="with 6 timesteps the moving mean went 0.4686 of the way in one batch instead of 0.1 (FACTS B5)",
                help="use BatchNormalization without the wrapper: it normalizes each feature over batch and time",
                fix=fix,
            )
