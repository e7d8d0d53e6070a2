"""`add_loss` of a layer is given a function.

Keras 2 called the function at every step; regularizers were added to finished models that way.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(4), layers.Dense(1)])
for layer in model.layers:
    layer.add_loss(lambda: keras.regularizers.L2(1e-4)(layer.kernel))  # expect: TDL213
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(4, kernel_regularizer=keras.regularizers.L2(1e-4)),
    layers.Dense(1, kernel_regularizer=keras.regularizers.L2(1e-4)),
])
```

## Why

Measured (FACTS C20):

- Keras 3.15.1 raises ValueError: `add_loss()` can only be called from inside `build()` or `call()`, on a tensor input.
- Keras 2 takes the function. In a loop as above every function looks `layer` up when it is called, and finds the last
  one: two Dense layers added the same penalty of 1.50 twice, and none of 2.58.

## Fix safety

There is no automatic fix: pass the regularizer when the layer is made.

## References

- https://keras.io/api/layers/base_layer/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, FunctionValue, LayerObject, Program, Report, Rule, Severity


class FunctionAsLoss(Rule):
    """Keras 3, where it raises; Keras 2 only in a loop, where functions share their variable."""

    code = "TDL213"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the function."""
        loss = call.args.get("loss") if call.name == "keras.Layer.add_loss" else None
        if not isinstance(loss, FunctionValue):
            return
        layer = call.args.get("self")
        new = context.version(layer.namespace if isinstance(layer, LayerObject) else None) >= (3, 0)
        if not new and not (call.repeated and loss.name == "<lambda>"):
            return
        yield Report(
            call.place("loss"),
            "add_loss gets a function, and takes a tensor"
            if new
            else "every function that this loop adds finds the last layer when it is called",
            fact="Keras 3 raises ValueError: add_loss() can only be called from inside build() or call() (FACTS C20)"
            if new
            else "measured on two layers: the penalty of the second twice, none of the first (FACTS C20)",
            help="pass kernel_regularizer when the layer is made"
            if new
            else "bind the layer: lambda layer=layer: …, or pass kernel_regularizer when the layer is made",
            severity=Severity.ERROR if new else Severity.WARNING,
        )
