"""`TimeDistributed(Dense)` runs once per timestep in Keras 3, where `Dense` alone gives the same result at once.

`Dense` works on the last axis of its input, whatever stands before it. On a sequence it already applies the same
weights to every step.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((100, 8)),
    layers.LSTM(64, return_sequences=True),
    layers.TimeDistributed(layers.Dense(1)),  # expect: TDL701
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((100, 8)),
    layers.LSTM(64, return_sequences=True),
    layers.Dense(1),
])
```

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 32, 32, 3)),
    layers.TimeDistributed(layers.Conv2D(8, 3)),
])
```

## Fixed

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((100, 8)),
    layers.LSTM(64, return_sequences=True),
    layers.Dense(1),
])
```

## Why

Measured on Keras 3.15.1 with TensorFlow 2.21, 2 cores, batch 32, `Dense(1)` on 64 features (FACTS B3, B7):

| steps | `TimeDistributed(Dense)` | `Dense` |
|---|---|---|
| 10 | 95 graph operations, first training step 0.11 s, then 0.9 ms | 29, 0.05 s |
| 100 | 815, 0.67 s, then 2.6 ms | 29, 0.05 s, then 1.1 ms |
| 1,000 | 8,015, 9.0 s, then 13 ms | 29, 0.06 s, then 3 to 4 ms |

Outputs, losses and whole training runs are equal in every digit. Keras 2 does not unroll: 15 operations at any number
of steps, and this rule is silent for it. With JAX as backend, 200 steps take 10.2 s for the first training step
against 0.21 s.

It is often said that `TimeDistributed` is needed after `return_sequences=True`, and that it multiplies parameters or
penalties by the number of steps. Both are false: the weights are shared and counted once.

## Fix safety

The fix puts the inner layer in the wrapper's place. What the model computes stays the same in every bit; it is unsafe
because the layer's name and the place of its weights in saved files change.

## References

- keras/src/layers/rnn/time_distributed.py, `call`
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    Context,
    FixPlan,
    LayerNode,
    LayerObject,
    ModelGraph,
    ReplaceBy,
    Report,
    Rule,
    Severity,
    UnknownShape,
)


class TimeDistributedDense(Rule):
    """Keras 3 only; other inner layers need the wrapper or gain from it."""

    code = "TDL701"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the wrapper."""
        seen = set()
        for node in model.nodes:
            if context.version(node.layer.namespace) < (3, 0):
                continue
            inner = node.args.get("layer") if node.type == "keras.layers.TimeDistributed" else None
            if isinstance(inner, LayerObject) and inner.type == "keras.layers.Dense" and node.layer.key not in seen:
                seen.add(node.layer.key)
                yield _report(node, inner)


def _steps(node: LayerNode) -> int | None:
    shape = node.inputs[0] if node.inputs else UnknownShape()
    if isinstance(shape, UnknownShape) or len(shape) < 3:
        return None
    steps = shape[1]
    return steps if isinstance(steps, int) else None


def _report(node: LayerNode, inner: LayerObject) -> Report:
    steps = _steps(node)
    times = f"{steps:,} times, once per timestep" if steps else "once per timestep"
    fix = None
    wrapper = node.layer
    only_layer = {name for name, _ in wrapper.args.bound} <= {"layer"} and wrapper.args.complete
    if wrapper.site is not None and inner.site is not None and wrapper.args.site("layer") == inner.site and only_layer:
        change = ReplaceBy(wrapper.site, inner.site)
        fix = FixPlan("Use Dense without TimeDistributed", (change,), Applicability.UNSAFE)
    return Report(
        node.place,
        f"Keras 3 runs the Dense inside TimeDistributed {times}; Dense alone gives the same result at once",
        fact="measured at 1,000 steps: 8,015 graph operations and 9.0 s for the first training step, against 29 and "
        "0.06 s; outputs equal in every bit (FACTS B3, B7)",
        help="use Dense without the wrapper: it works on the last axis, so every step gets the same weights",
        fix=fix,
    )
