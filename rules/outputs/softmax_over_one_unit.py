"""Softmax over a last axis of one unit always gives 1.0.

Softmax divides by the sum over the last axis. Over one unit that is the unit itself: every prediction is 1.0, whatever
the weights are, and no gradient comes through.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="softmax"),  # expect: TDL401
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])

steps = keras.Input((10, 16))
weights = layers.Softmax(axis=1)(layers.Dense(1)(steps))
attended = keras.Model(steps, layers.Dot(axes=1)([weights, steps]))
```

## Fixed

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
```

## Why

Measured (FACTS D1), 400 samples, 40 epochs:

| loss | Keras 3.15.1 on TensorFlow | Keras 2.15 |
|---|---|---|
| binary_crossentropy | loss 0.65 to **0.02**, every prediction 1.0, accuracy 0.50; a warning | no warning |
| mean_squared_error | gradients are exactly 0 | the same |
| categorical_crossentropy | the loss is 0.0 from the start, the accuracy 0.50 | the same |

On JAX and PyTorch the loss does not move at all.

## Fix safety

Where the model is compiled with binary crossentropy the fix writes `"sigmoid"`. It is unsafe because it changes what
the model computes.

## Also checked by

- NeuraLint f017
- AutoTrainer activation_issue
- DeepLocalize MDL
- DeepDiagnosis unchanged-tensor
- DeepFD act

## References

- https://keras.io/api/layers/activations/#softmax-function
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
    Report,
    Rewrite,
    Rule,
    Severity,
    UnknownShape,
    heads,
    layer_activation,
    layer_place,
    text,
)

from ._compiled import BINARY


class SoftmaxOverOneUnit(Rule):
    """Any layer of any model: in an attention the weights are all 1 then."""

    code = "TDL401"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the activation, or at the layer where it is not an argument."""
        seen = set()
        for node in model.nodes:
            layer = node.args.get("layer") if node.type == "keras.layers.TimeDistributed" else node.layer
            if not isinstance(layer, LayerObject) or layer.key in seen or not _over_one_unit(layer, node):
                continue
            seen.add(layer.key)
            yield Report(
                layer_place(layer, "activation"),
                "softmax over one unit always gives 1.0",
                fact="with binary_crossentropy the loss falls from 0.65 to 0.02 while every prediction is 1.0 and the "
                "accuracy stays 0.50; with mean squared error all gradients are 0 (FACTS D1)",
                help="for two classes use one unit with sigmoid and binary_crossentropy, for a number no activation, "
                "for weights over time Softmax(axis=1)",
                fix=_fix(model, node, layer),
            )


def _over_one_unit(layer: LayerObject, node: LayerNode) -> bool:
    if layer_activation(layer) != "softmax" or not node.outputs:
        return False
    if layer.short_type == "Softmax" and not layer.args.get("axis").must_be(-1):
        return False
    shape = node.outputs[0]
    if isinstance(shape, UnknownShape):
        return layer.short_type == "Dense" and layer.args.get("units").must_be(1)
    return bool(shape) and shape[-1] == 1


def _fix(model: ModelGraph, node: LayerNode, layer: LayerObject) -> FixPlan | None:
    site = layer.args.site("activation")
    ends = [head for head in heads(model, model.compile) if head.trail and head.trail[0].layer.key == node.layer.key]
    binary = len(ends) == 1 and ends[0].loss_class in BINARY
    if site is None or not binary or text(layer.args.get("activation")) is None:
        return None
    return FixPlan("Use sigmoid", (Rewrite(site, "sigmoid"),), Applicability.UNSAFE)
