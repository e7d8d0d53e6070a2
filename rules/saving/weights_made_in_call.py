"""A layer's `call` makes weights, anew each time.

`call` runs whenever a batch passes. What has weights must be made once, in `__init__` or `build`.

## Bad

```python
import keras
from keras import layers

class Block(layers.Layer):
    def call(self, inputs):
        return layers.Dense(8)(inputs)  # expect: TDL901
```

```python
import keras

class Scale(keras.layers.Layer):
    def call(self, inputs):
        gain = self.add_weight(shape=(1,), initializer="ones", name="gain")  # expect: TDL901
        return inputs * gain
```

## Good

```python
import keras
from keras import layers

class Block(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(8)

    def call(self, inputs):
        return layers.Flatten()(self.dense(inputs))
```

## Why

Measured on Keras 3.15.1 and tf_keras 2 (FACTS C8b), on a functional model, a Sequential and a subclass of Model:

| made in `call` | in `fit` | called eagerly |
|---|---|---|
| Dense, LSTM, BatchNormalization | ValueError about singleton variables | new random weights each time, not tracked |
| Dropout, GaussianNoise | Keras 3: the same ValueError (they hold a seed) | works |
| `self.add_weight`, `self.x = Dense()` | ValueError | Keras 3: ValueError |
| `tf.Variable` | ValueError | a new variable each time |
| Flatten, Activation | works | works |

What is made under a condition, such as `if self.dense is None`, is not reported.

## References

- keras/src/backend/common/tracking.py: no state may be added to a layer that is built
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallFact, ClassFacts, Context, Place, Program, Report, Rule, Severity

WEIGHTED = frozenset(
    f"keras.layers.{name}"
    for name in (
        *("Dense", "EinsumDense", "Embedding", "LSTM", "GRU", "SimpleRNN", "Conv1D", "Conv2D", "Conv3D", "PReLU"),
        *("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "DepthwiseConv1D", "DepthwiseConv2D"),
        *("SeparableConv1D", "SeparableConv2D", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "BatchNormalization"),
        *("LayerNormalization", "GroupNormalization", "MultiHeadAttention", "GroupQueryAttention"),
    )
)
SEEDED = frozenset(
    f"keras.layers.{name}"
    for name in ("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "SpatialDropout1D", "SpatialDropout2D")
)
VARIABLES = frozenset({"self.add_weight", "self.add_variable", "tensorflow.Variable", "keras.Variable"})


KNOWN_DECORATORS = frozenset({"tensorflow.function", "typing.override", "typing_extensions.override"})
"""Others may keep what is made, as ``track_tf1_style_variables`` does."""


class WeightsMadeInCall(Rule):
    """Only what is made on every call, whatever its input."""

    code = "TDL901"
    severity = Severity.ERROR

    def check_class(self, cls: ClassFacts, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call that makes the weights."""
        if cls.kind not in ("layer", "model"):
            return
        keras_3 = context.version(cls.namespace) >= (3, 0)
        for method in cls.methods("call"):
            if set(method.decorators) - KNOWN_DECORATORS:
                continue
            for call in method.calls:
                seeded = keras_3 and call.name in SEEDED and call.constant("") not in (0, None)
                if call.certain and (call.name in WEIGHTED or call.name in VARIABLES or seeded):
                    yield _report(cls, call)


def _report(cls: ClassFacts, call: CallFact) -> Report:
    short = call.name.rpartition(".")[2]
    what = "a weight" if call.name in VARIABLES else f"a new {short}"
    holds = "seed" if call.name in SEEDED else "weights"
    return Report(
        Place(call.site),
        f"{cls.name} makes {what} each time it is called",
        fact="in fit: ValueError, tf.function only supports singleton tf.Variables created on the first call; called "
        f"eagerly, its {holds} are new each time and never tracked (FACTS C8b)",
        help="make it once, in __init__ or build, and keep it in an attribute",
    )
