"""Attention over tensors without a time axis attends across the samples of the batch.

## Bad

```python
import keras
from keras import layers

inputs = keras.Input((16,))
features = layers.Dense(8, activation="relu")(inputs)
attended = layers.Attention()([features, features])  # expect: TDL102
model = keras.Model(inputs, layers.Dense(1)(attended))
```

## Good

```python
import keras
from keras import layers

inputs = keras.Input((10, 16))
steps = layers.Dense(8, activation="relu")(inputs)
attended = layers.Attention()([steps, steps])
model = keras.Model(inputs, layers.Dense(1)(layers.GlobalAveragePooling1D()(attended)))
```

## Why

`Attention` works on the axis before the last. On `(batch, features)` that is the batch: measured on Keras 3.15.1 and
2.15.0 (FACTS A1), changing the other samples of a batch changed a sample's output by 0.72, and predictions depend on
which samples are predicted together. Keras says nothing. `MultiHeadAttention` builds in Keras 3 and fails when it
runs with IndexError; Keras 2 raises when it is built.

After a recurrent layer without `return_sequences=True`, `missing-return-sequences` says so instead.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/layers/attention_layers/attention/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, LayerNode, ModelGraph, Report, Rule, Severity, UnknownShape, format_shape

from .._helpers import last_output_of

SILENT = frozenset({"keras.layers.Attention", "keras.layers.AdditiveAttention"})
FAILING = frozenset({"keras.layers.MultiHeadAttention"})


class AttentionAcrossBatch(Rule):
    """Needs query and value with two axes each."""

    code = "TDL102"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the attention layer; what gives its query is related."""
        for node in model.nodes:
            if node.type not in SILENT | FAILING or len(node.inputs) < 2 or node.layer.custom:
                continue
            if any(last_output_of(model, edge) is not None for edge in node.edges[:2]):
                continue
            if all(not isinstance(shape, UnknownShape) and len(shape) == 2 for shape in node.inputs[:2]):
                yield _report(model, node)


def _report(model: ModelGraph, node: LayerNode) -> Report:
    short = node.layer.short_type
    source = model.producer(node.edges[0])
    what = format_shape(node.inputs[0])
    return Report(
        node.place,
        f"{short} gets {what}, which has no time axis, and attends across the samples of the batch",
        fact="Keras 3 builds it and fails when it runs: IndexError: tuple index out of range (FACTS A1)"
        if node.type in FAILING
        else "Keras says nothing; other samples of the batch changed a sample's output by 0.72 (FACTS A1)",
        help="give it (batch, steps, features): keep the time axis of what comes before, or add one with Reshape",
        related=() if source is None else ((source.place, f"{source.layer.short_type} gives {what}"),),
    )
