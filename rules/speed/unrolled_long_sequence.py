"""A recurrent layer is unrolled over many timesteps.

`unroll=True` writes every step into the graph. That saves a little time per step, and costs much when the graph is
made.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((200, 8)),
    layers.LSTM(32, unroll=True),  # expect: TDL706
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 8)),
    layers.LSTM(32, unroll=True),
])
```

## Fixed

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((200, 8)),
    layers.LSTM(32),
])
```

## Why

Measured with LSTM(32) on 2 cores (FACTS F2):

| steps | operations | first training step | each further one |
|---|---|---|---|
| 10 | 215 | 0.25 s | 1.2 ms (2.0 not unrolled) |
| 50 | 935 | 0.98 s | 4.1 ms (6.0) |
| 200 | 3,635 | 4.85 s | 16.9 ms (21.6) |
| any, not unrolled | 79 | 0.25 s | |

In Keras 2 the first step takes 8.1 s at 200. An unrolled layer does not use cuDNN on a GPU (FACTS F1).

## Fix safety

Safe: the layer computes the same, up to rounding.

## References

- https://keras.io/api/layers/recurrent_layers/lstm/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    Context,
    FixPlan,
    LayerObject,
    ModelGraph,
    RemoveArgument,
    Report,
    Rule,
    Severity,
    UnknownShape,
    layer_place,
)

MANY_STEPS = 50


class UnrolledLongSequence(Rule):
    """Advice, where the number of steps is known."""

    code = "TDL706"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at ``unroll``."""
        for node in model.nodes:
            shape = node.inputs[0] if node.inputs else UnknownShape()
            if not node.args.passes("unroll") or not node.args.get("unroll").must_be(True):
                continue
            steps = None if isinstance(shape, UnknownShape) or len(shape) < 3 else shape[1]
            if isinstance(steps, int) and steps >= MANY_STEPS:
                yield Report(
                    layer_place(node.layer, "unroll"),
                    f"{node.layer.short_type} is unrolled over {steps} timesteps",
                    fact="measured at 200 steps: 4.85 s for the first training step, against 0.25 s (FACTS F2)",
                    help="leave unroll=True away",
                    fix=_fix(node.layer),
                )


def _fix(layer: LayerObject) -> FixPlan | None:
    site = layer.args.site("unroll")
    if layer.site is None or site is None:
        return None
    return FixPlan("Leave out unroll", (RemoveArgument(layer.site, site),), Applicability.SAFE)
