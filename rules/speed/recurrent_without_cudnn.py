"""An argument keeps an LSTM or GRU off the fast implementation of the GPU.

On a GPU Keras computes LSTM and GRU by cuDNN, if the layer does what cuDNN can do. Else it runs step by step.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((100, 8)),
    layers.LSTM(64, recurrent_dropout=0.2),  # expect: TDL705
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((100, 8)),
    layers.LSTM(64, dropout=0.2, kernel_regularizer="l2", return_sequences=True),
    layers.SimpleRNN(8),
])
```

## Why

Read in Keras 3.15.1 and 2.15 and evaluated with the test for a GPU patched to true (FACTS F1), as no GPU was there:

| needed | arguments that break it |
|---|---|
| `activation="tanh"`, `recurrent_activation="sigmoid"` | any other |
| `recurrent_dropout=0`, `use_bias=True`, `unroll=False` | any other |
| GRU: `reset_after=True` | `False` |

`dropout`, regularizers, `return_sequences`, `return_state` and `go_backwards` do not break it, although it is often
said of regularizers. On the CPU, `recurrent_dropout` doubles the time of a step (24 against 12 ms, 100 steps, 32
units; FACTS F3).

## References

- https://keras.io/api/layers/recurrent_layers/lstm/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, LayerObject, ModelGraph, Report, Rule, Severity, layer_place, number, text

NEEDED = {"activation": "tanh", "recurrent_activation": "sigmoid"}
FLAGS = {"use_bias": True, "unroll": False, "reset_after": True}


class RecurrentWithoutCudnn(Rule):
    """Advice: the result is the same, and there may be no GPU."""

    code = "TDL705"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the argument, once for each layer."""
        for layer in model.layers():
            inner = layer.args.get("layer") if layer.type == "keras.layers.Bidirectional" else layer
            if not isinstance(inner, LayerObject) or inner.type not in ("keras.layers.LSTM", "keras.layers.GRU"):
                continue
            name = _breaking(inner)
            if name is not None:
                yield Report(
                    layer_place(inner, name),
                    f"{name} of this {inner.short_type} is one that cuDNN does not compute",
                    fact="on a GPU the layer runs step by step, without cuDNN (FACTS F1)",
                    help=f"leave {name} at its default, if the layer is to be fast on a GPU",
                )


def _breaking(layer: LayerObject) -> str | None:
    """The argument that the call passes and that breaks it."""
    for name, wanted in NEEDED.items():
        value = layer.args.get(name)
        if layer.args.passes(name) and (value.must_be(None) or text(value) not in (None, wanted)):
            return name
    for flag, default in FLAGS.items():
        if layer.args.passes(flag) and layer.args.get(flag).must_be(not default):
            return flag
    return "recurrent_dropout" if (number(layer.args.get("recurrent_dropout")) or 0) > 0 else None
