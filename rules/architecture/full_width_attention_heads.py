"""Every head of an attention is as wide as the whole model.

## Bad

```python
import keras
from keras import layers

tokens = keras.Input((50, 64))
attended = layers.MultiHeadAttention(num_heads=8, key_dim=64)(tokens, tokens)  # expect: TDL614
model = keras.Model(tokens, attended)
```

## Good

```python
import keras
from keras import layers

tokens = keras.Input((50, 64))
attended = layers.MultiHeadAttention(num_heads=8, key_dim=64 // 8)(tokens, tokens)
model = keras.Model(tokens, attended)
```

## Why

`key_dim` is the size of one head, not of all of them. Where it is the size of the model, queries, keys and values are
`num_heads` times as large as in the paper, where heads share the width. Measured on Keras 3.15.1 (FACTS I7): 8 heads
with `key_dim=64` on 64 features have 132,672 parameters, with `key_dim=8` 16,640. Examples of Keras do it, too, and
it works; it is advice, off by default.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/layers/attention_layers/multi_head_attention/
- https://arxiv.org/abs/1706.03762
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity, UnknownShape, integer, layer_place

from ._chain import kind


class FullWidthAttentionHeads(Rule):
    """MultiHeadAttention of several heads, where the size of its input is known."""

    code = "TDL614"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at key_dim."""
        for node in model.nodes:
            if kind(node) != "MultiHeadAttention" or not node.inputs or isinstance(node.inputs[0], UnknownShape):
                continue
            heads, size = (integer(node.layer.args.get(name)) for name in ("num_heads", "key_dim"))
            if heads and heads > 1 and size and node.inputs[0] and node.inputs[0][-1] == size:
                yield Report(
                    layer_place(node.layer, "key_dim"),
                    f"each of the {heads} heads has the size of the whole model, {size}",
                    fact="8 heads of 64: 132,672 parameters, 8 heads of 8: 16,640 (FACTS I7)",
                    help=f"pass key_dim={size // heads}" if size % heads == 0 else "divide it by num_heads",
                )
