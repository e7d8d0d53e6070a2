"""A mask that is made for a recurrent layer is lost on the way to it.

`Embedding(mask_zero=True)` and `Masking` mark timesteps that are padding. Layers that do not know about masks drop
the mark, and what comes after works on the padding as if it were data.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((50,), dtype="int32"),
    layers.Embedding(1000, 16, mask_zero=True),
    layers.Conv1D(32, 3, activation="relu"),  # expect: TDL104
    layers.LSTM(16),
    layers.Dense(1, activation="sigmoid"),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((50,), dtype="int32"),
    layers.Embedding(1000, 16, mask_zero=True),
    layers.Dropout(0.2),
    layers.LSTM(16),
    layers.Dense(1, activation="sigmoid"),
])
convolutional = keras.Sequential([
    keras.Input((50,), dtype="int32"),
    layers.Embedding(1000, 16),
    layers.Conv1D(32, 3, activation="relu"),
    layers.LSTM(16),
    layers.Dense(1, activation="sigmoid"),
])
```

## Why

Measured on Keras 3.15.1 and 2.15.0 by changing the padding and watching the output (FACTS A11b): after Conv1D, 1-D
max pooling, Reshape, Permute, Lambda, ZeroPadding1D and Flatten the output of an LSTM depends on the padding; after
Dense, Dropout, normalization, merging, attention and recurrent layers it does not. Keras 3 warns when the model is
built, Keras 2 says nothing.

## Fix safety

There is no automatic fix: the mask, or the layer that drops it, may be what is not meant.

## References

- https://keras.io/guides/understanding_masking_and_padding/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, LayerNode, ModelGraph, Report, Rule, Severity, layer_spec

USING = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "GlobalAveragePooling1D"})
# What takes the time axis away or is called for its own sake ends the search: nobody expects a mask after it.
ENDING = frozenset({"Flatten", "GlobalMaxPooling1D", "GlobalMaxPool1D", "Lambda"})


class LostMask(Rule):
    """Follows the mask from where it is made; reports only if something later would have used it."""

    code = "TDL104"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the layer that drops the mask; who makes it and who would use it are related."""
        makers: dict[int, LayerNode] = {}  # by node: who made the mask that comes out of it
        lost: dict[int, tuple[LayerNode, LayerNode]] = {}  # by node: who dropped the mask, and who made it
        for node in model.nodes:
            sources = list(model.producers(node))
            spec = layer_spec(node.type)
            if spec is None or node.layer.custom or node.inner is not None or not node.certain:
                continue
            made = [makers[source.id] for source in sources if source.id in makers]
            dropped = [lost[source.id] for source in sources if source.id in lost]
            if _makes(node):
                makers[node.id] = node
            elif made and spec.mask in ("passes", "consumes"):
                makers[node.id] = made[0]
            elif made and spec.mask == "destroys" and node.layer.short_type not in ENDING:
                lost[node.id] = node, made[0]
            elif dropped and not made:
                if node.layer.short_type in USING:
                    yield _report(*dropped[0], node)
                elif node.layer.short_type not in ENDING:
                    lost[node.id] = dropped[0]


def _makes(node: LayerNode) -> bool:
    if node.type == "keras.layers.Masking":
        return True
    return node.type == "keras.layers.Embedding" and node.args.get("mask_zero").must_be(True)


def _report(dropping: LayerNode, making: LayerNode, using: LayerNode) -> Report:
    short, maker, user = dropping.layer.short_type, making.layer.short_type, using.layer.short_type
    return Report(
        dropping.place,
        f"{short} drops the mask that {maker} makes, so {user} works on the padding",
        fact="the padding changes the output; Keras 3 warns when the model is built, Keras 2 does not (FACTS A11b)",
        help=f"leave the mask away if padding is data, or move {short} behind {user}",
        related=((making.place, "the mask is made here"), (using.place, f"{user} would use it")),
    )
