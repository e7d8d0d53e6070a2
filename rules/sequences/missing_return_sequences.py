"""A recurrent layer without `return_sequences=True` feeds a layer that needs a sequence.

By default a recurrent layer returns its last output only: `(batch, units)`, without a time axis. Layers that work on
sequences need `(batch, time, features)`: another recurrent layer, `TimeDistributed`, `Conv1D` and 1-D pooling,
attention, or a layer of your own that subscripts the time axis.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 8)),
    layers.LSTM(64),  # expect: TDL101
    layers.Dropout(0.2),
    layers.LSTM(32),
    layers.Dense(1),
])
```

```python
import keras
from keras import layers

inputs = keras.Input((None, 8))
states = layers.Bidirectional(layers.GRU(32))(inputs)  # expect: TDL101
context = layers.Attention()([states, states])
model = keras.Model(inputs, context)
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 8)),
    layers.LSTM(64, return_sequences=True),
    layers.Dropout(0.2),
    layers.LSTM(32),
    layers.RepeatVector(10),
    layers.LSTM(32, return_sequences=True),
    layers.Dense(1),
])
```

## Fixed

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((10, 8)),
    layers.LSTM(64, return_sequences=True),
    layers.Dropout(0.2),
    layers.LSTM(32),
    layers.Dense(1),
])
```

## Why

Measured on Keras 3.15.1 and 2.15.0, after LSTM, GRU, SimpleRNN, RNN and Bidirectional alike (FACTS A1, A3):

| what follows | what happens |
|---|---|
| TimeDistributed | ValueError: `TimeDistributed` Layer should be passed an `input_shape` with at least 3 dimensions |
| recurrent layers, 1-D pooling, SpatialDropout1D | ValueError: expected ndim=3, found ndim=2 |
| Conv1D | ValueError: expected min_ndim=3, found ndim=2 |
| ConvLSTM2D, Conv3D after ConvLSTM2D | ValueError: expected ndim=5 (min_ndim=5), found ndim=4 |
| Attention, AdditiveAttention | **no error**: attends across the batch; other samples change the output by 0.72 |
| MultiHeadAttention | builds, then IndexError at run time (Keras 3); raises when built (Keras 2) |

A `Sequential` without a declared input shape raises only at the first `fit`.

## Fix safety

The fix adds `return_sequences=True`. It is unsafe: a model that encodes a sequence into one vector and unrolls it again
wants `RepeatVector` after the recurrent layer instead.

## References

- https://keras.io/api/layers/recurrent_layers/lstm/
- https://keras.io/api/layers/recurrent_layers/time_distributed/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    AddArgument,
    Applicability,
    Context,
    Edge,
    FixPlan,
    LayerNode,
    LayerObject,
    ModelGraph,
    Report,
    Rule,
    Severity,
    layer_place,
    layer_spec,
)

from .._helpers import VECTOR_NDIM, last_output_of

ATTENTION = frozenset({"Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention"})


class MissingReturnSequences(Rule):
    """Looks back from every layer that needs a sequence to what feeds it."""

    code = "TDL101"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the recurrent layer; the layer that needs the sequence is related."""
        for node in model.nodes:
            for edge in _sequence_edges(node):
                found = last_output_of(model, edge)
                if found is None:
                    continue
                ndim = VECTOR_NDIM[found.short_type]
                reason = _needs_sequence(node, ndim)
                if reason is not None:
                    yield _report(found, node, reason)
                    break


def _sequence_edges(node: LayerNode) -> tuple[Edge, ...]:
    # what follows the first input of a recurrent layer are its initial states
    return node.edges[:2] if node.layer.short_type in ATTENTION else node.edges[:1]


def _needs_sequence(node: LayerNode, ndim: int) -> str | None:
    """Why ``ndim`` axes are not enough for a layer that one more would satisfy; None if they are, or it would not."""
    short = node.layer.short_type
    if node.layer.custom:
        if node.required_ndim != ndim + 1:
            return None
        return (
            f"the call of {short} subscripts {node.required_ndim} axes of an input that has {ndim}: index out of range"
        )
    if short in ATTENTION and node.type.startswith("keras.layers.") and ndim == 2:
        if short == "MultiHeadAttention":
            return "Keras 3.15 builds it and fails at run time: IndexError: tuple index out of range"
        return (
            "Keras says nothing and attends across the batch: other samples change a sample's output (by 0.72 in the "
            "measurement, FACTS A1)"
        )
    if short == "TimeDistributed":
        return _time_distributed_needs(node, ndim)
    inner = node.args.get("layer") if short == "Bidirectional" else None
    spec = layer_spec(inner.type if isinstance(inner, LayerObject) else node.type)
    if spec is None or spec.ndim.minimum is None or spec.ndim.minimum != ndim + 1:
        return None
    bound = "ndim" if spec.ndim.maximum == spec.ndim.minimum else "min_ndim"
    return f"Keras raises ValueError: expected {bound}={ndim + 1}, found ndim={ndim} (FACTS A1, A3)"


def _time_distributed_needs(node: LayerNode, ndim: int) -> str | None:
    """With the time axis back, the inner layer gets ``ndim`` axes: that must be what it takes."""
    inner = node.args.get("layer")
    spec = layer_spec(inner.type) if isinstance(inner, LayerObject) else None
    least = spec.ndim.minimum if spec is not None else None
    if ndim == 2 and (least is None or least <= ndim):
        return (
            "Keras raises ValueError: `TimeDistributed` Layer should be passed an `input_shape` with at least 3 "
            "dimensions (FACTS A1)"
        )
    if spec is None or least != ndim:
        return None
    return f"{spec.name.rpartition('.')[2]} inside TimeDistributed gets {ndim - 1} axes and needs {ndim} (FACTS A3)"


def _report(recurrent: LayerObject, consumer: LayerNode, reason: str) -> Report:
    short = consumer.layer.short_type
    fix = None
    if recurrent.site is not None and not recurrent.args.passes("return_sequences") and recurrent.args.complete:
        change = AddArgument(recurrent.site, "return_sequences=True")
        fix = FixPlan("Add return_sequences=True", (change,), Applicability.UNSAFE)
    return Report(
        layer_place(recurrent),
        f"{recurrent.short_type} returns its last output only, and {short} needs the whole sequence",
        fact=reason,
        help="pass return_sequences=True, or put RepeatVector in between if one vector is to be repeated",
        related=((consumer.place, f"{short} needs a time axis here"),),
        fix=fix,
    )
