"""`TimeDistributed` around a layer that treats every timestep alike anyway.

Activation, Dropout, LayerNormalization and the like work on any number of axes. In Keras 3 the wrapper makes one copy
of the computation for every timestep.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((100, 8)),
    layers.LSTM(64, return_sequences=True),
    layers.TimeDistributed(layers.LayerNormalization()),  # expect: TDL708
    layers.Dense(1),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((100, 8)),
    layers.LSTM(64, return_sequences=True),
    layers.LayerNormalization(),
    layers.Dense(1),
])
```

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 32, 32, 3)),
    layers.TimeDistributed(layers.Flatten()),
])
```

## Fixed

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((100, 8)),
    layers.LSTM(64, return_sequences=True),
    layers.LayerNormalization(),
    layers.Dense(1),
])
```

## Why

Measured on Keras 3.15.1, 2 cores, batch 32, 16 features: the first training step of a small model, and each further
one (FACTS B8). Outputs are equal, but for rounding in LayerNormalization and the random numbers of Dropout:

| steps | inner layer | in TimeDistributed | alone |
|---|---|---|---|
| 100 | Activation | 0.94 s | 0.17 s, 3 ms |
| 100 | Dropout | 3.8 s, 9 ms | 0.21 s, 4 ms |
| 100 | LayerNormalization | 6.6 s, 8 ms | 0.28 s, 5 ms |
| 500 | Activation | 3.6 s, 8 ms | 0.17 s, 4 ms |
| 500 | Dropout | 27 s, 41 ms | 0.25 s, 9 ms |
| 500 | LayerNormalization | 41 s, 49 ms | 0.27 s, 9 ms |

Keras 2 does not copy, and there is no difference there. BatchNormalization is not among these: TimeDistributed
changes what it computes.

## Fix safety

The fix puts the inner layer in the wrapper's place. What the model computes stays the same; it is unsafe because the
layer's name and the place of its weights in saved files change.

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
    text,
)

SAME_ALONE = frozenset(
    f"keras.layers.{name}"
    for name in ("ReLU", "LeakyReLU", "ELU", "Dropout", "GaussianDropout", "GaussianNoise", "Rescaling", "Embedding")
)
SAME_OVER_LAST_AXIS = frozenset(
    f"keras.layers.{name}" for name in ("LayerNormalization", "Softmax", "UnitNormalization")
)


class TimedistributedElementwise(Rule):
    """Keras 3 only; layers whose result per step does not depend on how many axes come before."""

    code = "TDL708"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the wrapper."""
        seen = set()
        for node in model.nodes:
            inner = node.args.get("layer") if node.type == "keras.layers.TimeDistributed" else None
            if not isinstance(inner, LayerObject) or context.version(node.layer.namespace) < (3, 0):
                continue
            if node.layer.key not in seen and _same_alone(inner):
                seen.add(node.layer.key)
                yield _report(node, inner)


def _same_alone(inner: LayerObject) -> bool:
    if inner.type == "keras.layers.Activation":
        return text(inner.args.get("activation")) is not None
    if inner.type == "keras.layers.Dropout":
        return not inner.args.passes("noise_shape")
    if inner.type in SAME_OVER_LAST_AXIS:
        return not inner.args.passes("axis") or inner.args.get("axis").must_be(-1)
    return inner.type in SAME_ALONE


def _report(node: LayerNode, inner: LayerObject) -> Report:
    shape = node.inputs[0] if node.inputs else UnknownShape()
    steps = None if isinstance(shape, UnknownShape) or len(shape) < 3 else shape[1]
    times = f"{steps:,} times, once per timestep" if isinstance(steps, int) else "once per timestep"
    wrapper = node.layer
    fix = None
    only_layer = {name for name, _ in wrapper.args.bound} <= {"layer"} and wrapper.args.complete
    if wrapper.site is not None and inner.site is not None and wrapper.args.site("layer") == inner.site and only_layer:
        change = ReplaceBy(wrapper.site, inner.site)
        fix = FixPlan(f"Use {inner.short_type} without TimeDistributed", (change,), Applicability.UNSAFE)
    return Report(
        node.place,
        f"Keras 3 runs the {inner.short_type} inside TimeDistributed {times}; alone it gives the same result at once",
        fact="measured at 500 steps: 4 to 41 s for the first training step, against 0.3 s (FACTS B8)",
        help=f"use {inner.short_type} without the wrapper",
        fix=fix,
    )
