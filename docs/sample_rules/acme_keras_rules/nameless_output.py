"""A model has several outputs, and one of them is called what Keras happens to call it.

Losses, metrics and what `fit` returns are told apart by the names of the output layers. A layer that the program gives
no name is counted: `dense_5` in the first model that a process makes, `dense_8` in the next.

## Bad

```python
import keras
from keras import layers

inputs = keras.Input((16,))
hidden = layers.Dense(32, activation="relu")(inputs)
price = layers.Dense(1)(hidden)  # expect: ACME101
sold = layers.Dense(1, activation="sigmoid", name="sold")(hidden)
model = keras.Model(inputs, [price, sold])
```

## Good

```python
import keras
from keras import layers

inputs = keras.Input((16,))
hidden = layers.Dense(32, activation="relu")(inputs)
price = layers.Dense(1, name="price")(hidden)
sold = layers.Dense(1, activation="sigmoid", name="sold")(hidden)
model = keras.Model(inputs, [price, sold])
```

A model with one output has no need of a name:

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((16,)), layers.Dense(1)])
```

## Fixed

```python
import keras
from keras import layers

inputs = keras.Input((16,))
hidden = layers.Dense(32, activation="relu")(inputs)
price = layers.Dense(1, name="output_1")(hidden)
sold = layers.Dense(1, activation="sigmoid", name="sold")(hidden)
model = keras.Model(inputs, [price, sold])
```

## Why

Measured on Keras 3.15.1, for a function that makes and fits a model with two nameless `Dense` outputs: the keys of the
history were `dense_5_loss` and `dense_6_loss` after the first call, `dense_8_loss` and `dense_9_loss` after the second.
A callback that watches one of them watches nothing the next time.

## Fix safety

The fix adds a name. It is unsafe: whatever reads the old keys must be changed with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import AddArgument, Applicability, Context, FixPlan, LayerObject, ModelGraph, Report, Rule, layer_place


class NamelessOutput(Rule):
    """Looks at the layers that the outputs come from."""

    code = "ACME101"

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the layer, once for each output."""
        if len(model.output_edges) < 2:
            return
        for number, edge in enumerate(model.output_edges, 1):
            node = model.producer(edge)
            if node is not None and node.type.startswith("keras.layers.") and _is_nameless(node.layer):
                yield Report(
                    layer_place(node.layer),
                    f"output {number} of {len(model.output_edges)} is a {node.layer.short_type} without a name",
                    fact="Keras counts such layers: the keys of a history were dense_5_loss, then dense_8_loss",
                    help="give the layer a name; losses, metrics and callbacks can then use it",
                    fix=_name(node.layer, f"output_{number}"),
                )


def _is_nameless(layer: LayerObject) -> bool:
    # with **options among the arguments, nobody knows
    return layer.args.complete and not layer.args.passes("name")


def _name(layer: LayerObject, name: str) -> FixPlan | None:
    if layer.site is None:  # a layer of a model file
        return None
    return FixPlan(f'Name it "{name}"', (AddArgument(layer.site, f'name="{name}"'),), Applicability.UNSAFE)
