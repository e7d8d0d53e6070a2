"""The bias of a hidden layer does not start at zero.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu", bias_initializer="ones"),  # expect: TDL606
    layers.Dense(1),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, bias_initializer=keras.initializers.Constant(-2.5)),
])
```

## Why

Random kernels make units different, so the bias need not. A bias above zero keeps units of relu alive, and whether
that helps is disputed. Measured on Keras 3.15.1 (FACTS I6): two hidden layers of 16, 60 epochs: accuracy 0.995 with
zeros, 0.998 with 0.1, 0.983 with random_normal, 0.935 with ones. The last layer is not reported: there, a bias that
fits the mean of the labels saves the first epochs. The forget gates of an LSTM, which start at one, are not either.
This is advice, off by default.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f024

## References

- https://cs231n.github.io/neural-networks-2/
- https://www.deeplearningbook.org/contents/optimization.html
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Instance, ModelGraph, Report, Rule, Severity, Value, initializer_class, layer_place

from ._chain import CONVOLUTIONS, computing, frozen, kind, only_readers


class NonzeroBiasInitializer(Rule):
    """Dense and convolutions with an activation that another layer follows."""

    code = "TDL606"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the initializer."""
        following = only_readers(model)
        for node in model.nodes:
            layer = computing(node.layer)
            if kind(node) not in CONVOLUTIONS | {"Dense"} or node.id not in following or frozen(node.layer):
                continue
            value = layer.args.get("bias_initializer")
            name = initializer_class(value)
            if name is not None and _not_zero(value, name) and layer.args.get("use_bias").must_be(True):
                yield Report(
                    layer_place(layer, "bias_initializer"),
                    f"the bias of {layer.short_type} starts with {name}, and not with zeros",
                    help="leave out bias_initializer",
                )


def _not_zero(initializer: Value, name: str) -> bool:
    if name == "Constant":
        given = isinstance(initializer, Instance) and initializer.args.passes("value")
        return given and isinstance(initializer, Instance) and not initializer.args.get("value").may_be(0, 0.0)
    return name != "Zeros"
