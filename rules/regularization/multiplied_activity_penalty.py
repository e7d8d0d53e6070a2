"""An activity penalty that grows with the batch, the timesteps, or the number of times a layer is used.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((100, 8)),
    layers.LSTM(16, return_sequences=True, activity_regularizer="l2"),  # expect: TDL214
    layers.LSTM(8),
    layers.Dense(1),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((100, 8)),
    layers.LSTM(16, return_sequences=True, kernel_regularizer="l2"),
    layers.LSTM(8, activity_regularizer="l2"),
    layers.Dense(1),
])
```

## Why

A weight penalty is there once, whatever the data. An activity penalty is a sum over all outputs, measured (FACTS C4,
C6, B2):

| grows with | Keras 3.15.1 | Keras 3.0 to 3.13 | Keras 2.15 |
|---|---|---|---|
| the batch | no: divided by it | **yes**: 64 times at 64 samples | no: divided by it |
| timesteps, pixels: the axes between batch and features | yes | yes | yes |
| the calls of a shared layer | yes | yes | yes |

A coefficient that fits 10 steps is ten times as strong at 100. It is advice, off by default.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/layers/regularizers/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tdlint.api import (
    Context,
    KerasVersion,
    LayerNode,
    ModelGraph,
    Report,
    Rule,
    Severity,
    UnknownShape,
    coefficients,
    format_shape,
    layer_place,
)

from ._penalties import see


class MultipliedActivityPenalty(Rule):
    """Where the coefficients are known and not zero."""

    code = "TDL214"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the regularizer, once for each layer."""
        calls = Counter(node.layer.key for node in model.nodes)
        seen = set()
        for node in model.nodes:
            layer = node.layer
            if layer.custom or not layer.args.passes("activity_regularizer") or layer.key in seen:
                continue
            seen.add(layer.key)
            keras = context.version(layer.namespace)
            found = coefficients(layer.args.get("activity_regularizer"), keras)
            reasons = _reasons(node, calls[layer.key], keras) if found is not None and found.active else []
            if reasons:
                yield Report(
                    layer_place(layer, "activity_regularizer"),
                    f"the activity penalty of {layer.short_type} is a sum over {' and '.join(reasons)}",
                    fact="measured: it is not divided by them (FACTS C4, C6)",
                    help="divide the coefficient by their number, or regularize the weights"
                    + see("says what each term grows with", model),
                )


def _reasons(node: LayerNode, calls: int, keras: KerasVersion) -> list[str]:
    reasons = []
    if (3, 0) <= keras < (3, 14):
        reasons.append("the samples of the batch")
    shape = node.outputs[0] if node.outputs else UnknownShape()
    if not isinstance(shape, UnknownShape) and len(shape) > 2:
        reasons.append(f"all positions of {format_shape(shape)}")
    if calls > 1:
        reasons.append(f"{calls} calls of the layer")
    return reasons
