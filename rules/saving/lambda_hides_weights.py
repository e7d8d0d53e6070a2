"""A `Lambda` layer calls another layer, whose weights the model then does not have.

A Lambda has no weights. What its function calls is not found by the model, and stays as it was initialized.

## Bad

```python
import keras
from keras import layers

dense = layers.Dense(8)
model = keras.Sequential([
    keras.Input((4,)),
    layers.Lambda(lambda x: dense(x) * 2),  # expect: TDL910
    layers.Dense(1),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(8),
    layers.Lambda(lambda x: x * 2),
    layers.Dense(1),
])
```

```python
import keras
from keras import layers

dense = layers.Dense(8)
dense.trainable = False
model = keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: dense(x)), layers.Dense(1)])
```

## Why

Measured on Keras 3.15.1 (FACTS G12c): the model has the weights of the other layers only; the kernel of `dense` does
not change in training and is not saved, without a warning. tf_keras 2 raises ValueError: the following Variables were
created within a Lambda layer but are not tracked.

## References

- https://keras.io/api/layers/core_layers/lambda/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Context,
    FunctionValue,
    LayerNode,
    LayerObject,
    ModelGraph,
    Place,
    Program,
    Report,
    Rule,
    Severity,
)

from .._saving import layers_within

WEIGHTED = ("Dense", "Conv", "LSTM", "GRU", "SimpleRNN", "Embedding", "BatchNormalization", "LayerNormalization")


class LambdaHidesWeights(Rule):
    """Only layers that no model of the program has otherwise, that are trainable and certainly have weights."""

    code = "TDL910"
    severity = Severity.WARNING

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the Lambda layer."""
        tracked = {layer.key for model in program.models for layer in layers_within(model)}
        seen: set[int] = set()
        for model in program.models:
            for node in _lambdas(model):
                if node.layer.key in seen:
                    continue
                seen.add(node.layer.key)
                hidden = _hidden(node, program)
                if hidden is not None and hidden.key not in tracked:
                    name = hidden.name or hidden.short_type
                    yield Report(
                        Place(node.layer.site),
                        f"a Lambda layer calls {name}, whose weights no model has",
                        fact="they are not trained and not saved; Keras 3 does not say so (FACTS G12c)",
                        help=f"call {name} itself in the model, or write a layer class that holds it",
                        related=((Place(hidden.site), f"{hidden.short_type} is made here"),),
                    )


def _lambdas(model: ModelGraph) -> Iterator[LayerNode]:
    for node in model.nodes:
        if node.inner is not None:
            yield from _lambdas(node.inner)
        elif node.type == "keras.layers.Lambda":
            yield node


def _hidden(node: LayerNode, program: Program) -> LayerObject | None:
    """A layer with weights that the Lambda's function certainly calls."""
    value = node.args.get("function")
    function = program.function(value) if isinstance(value, FunctionValue) else None
    for call in function.calls if function is not None else ():
        layer = call.callee
        if not call.certain or not isinstance(layer, LayerObject) or layer.custom:
            continue
        if layer.trainable and layer.short_type.startswith(WEIGHTED):
            return layer
    return None
