"""A layer of a Sequential returns several tensors, and the next one takes one.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((20, 8)),
    layers.LSTM(32, return_state=True),  # expect: TDL109
    layers.Dense(1),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((20, 8)),
    layers.LSTM(32),
    layers.Dense(1),
])

inputs = keras.Input((20, 8))
outputs, hidden, cell = layers.LSTM(32, return_state=True)(inputs)
encoder = keras.Model(inputs, [outputs, hidden, cell])
```

## Fixed

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((20, 8)),
    layers.LSTM(32),
    layers.Dense(1),
])
```

## Why

With `return_state=True` a recurrent layer returns its states beside its output: an LSTM three tensors, a GRU two, a
Bidirectional LSTM five; with `merge_mode=None` a Bidirectional returns two. Measured (FACTS A5): Keras 3.15.1 raises
ValueError, layer "dense" expects 1 input(s), but it received 3 input tensors; Keras 2 raises for such a layer anywhere
in a Sequential, all layers in a Sequential model should have a single output tensor. As the last layer, Keras 3 takes
it for three outputs.

## Fix safety

The fix is safe: the model could not be built before.

## References

- https://keras.io/guides/sequential_model/
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
    RemoveArgument,
    Report,
    Rule,
    Severity,
    layer_place,
    layer_spec,
)

from .._helpers import version_of

_WHY = {"return_state": True, "merge_mode": None}
"""Arguments that make a recurrent layer return several tensors."""


_CHECKING = ("BatchNormalization", "LayerNormalization")
"""Layers that take any number of axes, and one input."""


class StatesInSequential(Rule):
    """In the middle of a Sequential; at its end in Keras 2 only."""

    code = "TDL109"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the argument that makes the layer return several tensors."""
        if model.kind != "sequential":
            return
        keras_2 = version_of(model, context).major < 3
        for node, following in zip(model.nodes, (*model.nodes[1:], None), strict=False):
            found = _several(node)
            if len(node.outputs) < 2 or found is None or not node.certain or node.inner is not None:
                continue
            layer, why = found
            if not keras_2 and (following is None or not _takes_one(following)):
                continue
            takes = "a Sequential" if following is None else following.layer.short_type
            yield Report(
                layer_place(layer, why),
                f"{node.layer.short_type} returns {len(node.outputs)} tensors, and {takes} takes one",
                fact="Keras raises ValueError (FACTS A5)",
                help=f"leave {why} out, or make a functional model, which can use the states",
                fix=_without(layer, why),
            )


def _several(node: LayerNode) -> tuple[LayerObject, str] | None:
    """The layer, or for Bidirectional the one inside, and the argument by which it returns several tensors."""
    if node.layer.custom or not node.type.startswith("keras.layers."):
        return None
    inner = node.args.get("layer")
    layers = [node.layer]
    if node.layer.short_type == "Bidirectional" and isinstance(inner, LayerObject):
        layers.append(inner)
    for layer in layers:
        for name, value in _WHY.items():
            if layer.args.passes(name) and layer.args.get(name).must_be(value):
                return layer, name
    return None


def _without(layer: LayerObject, argument: str) -> FixPlan | None:
    site = layer.args.site(argument)
    if layer.site is None or site is None:
        return None
    return FixPlan(f"Remove {argument}", (RemoveArgument(layer.site, site),), Applicability.SAFE)


def _takes_one(node: LayerNode) -> bool:
    """Whether Keras checks that there is one input: Dropout and others without weights take lists."""
    spec = layer_spec(node.type)
    if not node.certain or node.layer.custom or spec is None or spec.inputs != "one" or spec.states:
        return False
    return spec.ndim.minimum is not None or node.layer.short_type in _CHECKING
