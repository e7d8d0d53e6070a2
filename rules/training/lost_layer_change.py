"""A layer is put into the list of a model's layers, or taken out of it, and the model stays as it is.

## Bad

```python
import keras

base = keras.applications.VGG16(weights=None)
base.layers.pop()  # expect: TDL518
features = keras.Model(base.input, base.layers[-1].output)
```

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(16, activation="relu"), layers.Dense(10)])
model.layers[-1] = layers.Dense(3)  # expect: TDL518
```

## Good

```python
import keras
from keras import layers

base = keras.applications.VGG16(weights=None)
features = keras.Model(base.input, base.layers[-2].output)

model = keras.Sequential([keras.Input((8,)), layers.Dense(16, activation="relu"), layers.Dense(10)])
model.pop()
model.add(layers.Dense(3))
```

## Why

`model.layers` is a new list each time that it is asked for. Measured on a Sequential and a functional model in Keras
3.15.1, and the same in Keras 2 (FACTS E28): after `layers.pop()`, `layers.append(…)` and `layers[-1] = …` the model has
the same layers and the same output as before, and Keras says nothing. In the first example above, `features` gives
the 1,000 classes and not the 4,096 features of the layer before.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/models/model/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Program, Report, Rule


class LostLayerChange(Rule):
    """Where the change is a statement of its own: the result of ``pop`` is the layer, which a program may want."""

    code = "TDL518"

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the change."""
        if call.name == "keras.Model.layers":
            yield Report(
                call.place(),
                "the list of layers that is changed is a copy: the model keeps its layers",
                fact="the layers and the output are the same as before, and Keras says nothing (FACTS E28)",
                help="use pop() and add() of a Sequential, or make a keras.Model that ends at another layer's output",
            )
