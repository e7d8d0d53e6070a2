"""A model has L2 penalties, and its optimizer decays the same weights once more.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((8,)), layers.Dense(4, "relu", kernel_regularizer="l2"), layers.Dense(1)])
model.compile(optimizer=keras.optimizers.AdamW(1e-3, weight_decay=1e-2), loss="mse")  # expect: TDL209
```

## Good

```python
import keras
from keras import layers

decayed = keras.Sequential([keras.Input((8,)), layers.Dense(4, "relu"), layers.Dense(1)])
decayed.compile(optimizer=keras.optimizers.AdamW(1e-3, weight_decay=1e-2), loss="mse")
penalized = keras.Sequential([keras.Input((8,)), layers.Dense(4, "relu", kernel_regularizer="l2"), layers.Dense(1)])
penalized.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")
```

## Why

Measured on Keras 3.15.1 and 2.15.0 from a weight of 1.0 (FACTS C10d): SGD with a rate of 0.1 makes 0.99 of it by
L2(0.05), 0.99 by `weight_decay=0.1`, and 0.98 by both: they add. With Adam the two are not even the same thing:
L2(0.05) makes 0.90 of it whatever the coefficient, weight decay 0.99. `AdamW` decays by 0.004 if it is not told
otherwise.

This is advice, off by default.

## Fix safety

There is no automatic fix.

## References

- https://arxiv.org/abs/1711.05101
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    CallSite,
    Context,
    Instance,
    ModelGraph,
    Program,
    Report,
    Rule,
    Severity,
    coefficients,
    layer_place,
    number,
)

from ._penalties import regularizer_arguments, with_inner


class DoubleDecay(Rule):
    """Both must be known and not zero."""

    code = "TDL209"
    severity = Severity.ADVICE

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the optimizer; the first penalized layer is related."""
        model = program.model(call.models[0]) if call.name == "keras.Model.compile" and len(call.models) == 1 else None
        if model is not None:
            yield from _compiled(model, call, context)

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """The same for a model file or a live model."""
        if model.origin != "source" and model.compile is not None:
            yield from _compiled(model, model.compile, context)


def _compiled(model: ModelGraph, call: CallSite, context: Context) -> Iterator[Report]:
    optimizer = call.args.get("optimizer")
    decay = number(optimizer.args.get("weight_decay")) if isinstance(optimizer, Instance) else None
    if not isinstance(optimizer, Instance) or not decay or decay < 0:
        return
    for layer in with_inner(model):
        for name, value in regularizer_arguments(layer):
            found = coefficients(value, context.version(layer.namespace))
            if found is None or not found.l2 or name == "activity_regularizer" or layer.trainable is not True:
                continue
            short = optimizer.type.rpartition(".")[2]
            yield Report(
                call.place("optimizer"),
                f"{short} decays all weights by {decay:g}, and layers of the model have L2 penalties as well",
                fact="both act on the same weight, and add (FACTS C10d)",
                help="choose one: weight_decay with AdamW, or the penalties with another optimizer",
                related=((layer_place(layer, name), "an L2 penalty"),),
            )
            return
