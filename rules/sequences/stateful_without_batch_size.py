"""A stateful recurrent layer whose batch size is not declared.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 8)),
    layers.LSTM(16, stateful=True),  # expect: TDL108
    layers.Dense(1),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input(batch_shape=(32, 10, 8)),
    layers.LSTM(16, stateful=True),
    layers.Dense(1),
])
```

## Why

The layer keeps one state for every sample of a batch, so it must know how many there are. Measured (FACTS E9): Keras
3.15.1 raises ValueError: When using `stateful=True` in a RNN, the batch size must be static; Keras 2.15.0 ValueError:
If a RNN is stateful, it needs to know its batch size.

## Fix safety

There is no automatic fix: the batch size is not for a tool to choose.

## References

- https://keras.io/api/layers/recurrent_layers/lstm/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity, format_shape, layer_place

from .._helpers import faults


class StatefulWithoutBatchSize(Rule):
    """The batch axis of the input is None, not merely unknown."""

    code = "TDL108"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the argument ``stateful``."""
        for node, _ in faults(model, context, "free-batch"):
            yield Report(
                layer_place(node.layer, "stateful"),
                f"{node.layer.short_type} is stateful, and its input {format_shape(node.inputs[0])} has no batch size",
                fact="Keras raises ValueError: the batch size must be static (FACTS E9)",
                help="declare it: keras.Input(batch_shape=(batch_size, timesteps, features))",
            )
