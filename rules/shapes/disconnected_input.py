"""An output of a functional model depends on an input that is not among the model's inputs.

## Bad

```python
import keras
from keras import layers

text = keras.Input((100,), name="text")
numbers = keras.Input((8,), name="numbers")
x = layers.Concatenate()([layers.Dense(16)(text), layers.Dense(16)(numbers)])
model = keras.Model(text, layers.Dense(1)(x))  # expect: TDL308
```

```python
import keras
from keras import layers

inputs = keras.Input((8,))
x = layers.Dense(16)(inputs)
inputs = keras.Input((8,))
model = keras.Model(inputs, layers.Dense(1)(x))  # expect: TDL308
```

## Good

```python
import keras
from keras import layers

text = keras.Input((100,), name="text")
numbers = keras.Input((8,), name="numbers")
x = layers.Concatenate()([layers.Dense(16)(text), layers.Dense(16)(numbers)])
model = keras.Model([text, numbers], layers.Dense(1)(x))
head = keras.Model(x, layers.Dense(1)(x))
```

## Why

Measured on Keras 3.15.1 (FACTS G10): ValueError when the model is made, ``Output with path `` is not connected to
`inputs` ``; tf_keras 2.21: `Graph disconnected: cannot obtain value for tensor`. A model may start at a tensor in the
middle of another one if every path from its outputs ends there. An input that no output depends on is allowed.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/guides/functional_api/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, LayerNode, LayerObject, ModelGraph, Place, Report, Rule, Severity

from .._helpers import version_of


class DisconnectedInput(Rule):
    """Functional models of a source; what leads to no known input is not reported."""

    code = "TDL308"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the model, once for each missing input."""
        for layer in model.missing_inputs:
            user = next((node for node in model.nodes if any(edge.input == layer.key for edge in node.edges)), None)
            # Keras 2 passes on an input that is nothing but an output
            if user is not None or version_of(model, context) >= (3, 0):
                yield _report(model, layer, user)


def _report(model: ModelGraph, missing: LayerObject, user: LayerNode | None) -> Report:
    named = f'Input "{missing.name}"' if missing.name else "an Input"
    used = "" if user is None else f" through {user.layer.short_type}"
    return Report(
        Place(model.site),
        f"an output depends on {named}{used} that is not among the inputs of this model",
        fact="Keras raises ValueError when the model is made: output is not connected to `inputs` (FACTS G10)",
        help="add it to the inputs, or connect the layers to the input that the model has",
        related=((Place(missing.site), "the input that is missing"),),
    )
