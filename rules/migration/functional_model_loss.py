"""`add_loss` of a functional model, which Keras 3 does not have.

Variational autoencoders of Keras 2 add a tensor of the graph to the losses of the model. Keras 3 takes such a loss from
inside a layer only.

## Bad

```python
import keras
from keras import ops

inputs = keras.Input((8,))
code = keras.layers.Dense(2)(inputs)
outputs = keras.layers.Dense(8)(code)
model = keras.Model(inputs, outputs)
model.add_loss(ops.mean(ops.square(code)))  # expect: TDL840
model.compile(optimizer="adam", loss="mse")
```

## Good

```python
import keras
from keras import ops

class Penalty(keras.layers.Layer):
    def call(self, inputs):
        self.add_loss(ops.mean(ops.square(inputs)))
        return inputs

inputs = keras.Input((8,))
code = Penalty()(keras.layers.Dense(2)(inputs))
outputs = keras.layers.Dense(8)(code)
model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss="mse")
```

```python
# keras-version: 2.15
import keras
import keras.backend as K

inputs = keras.Input((8,))
outputs = keras.layers.Dense(8)(inputs)
model = keras.Model(inputs, outputs)
model.add_loss(K.mean(K.square(outputs - inputs)))
```

## Why

Measured on Keras 3.15.1 (FACTS L20): NotImplementedError without a message, whatever the model is given. It works in
Keras 2.15, where the loss is added to that of `compile`.

## Fix safety

There is no automatic fix: the loss has to move into the `call` of a layer that gets the tensors it is made of.

## References

- https://keras.io/guides/making_new_layers_and_models_via_subclassing/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Program, Report, Rule, Severity

from .._helpers import version_of


class FunctionalModelLoss(Rule):
    """Functional models of Keras 3."""

    code = "TDL840"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call."""
        model = program.model(call.models[0]) if call.name == "keras.Model.add_loss" and len(call.models) == 1 else None
        if model is None or model.kind != "functional" or version_of(model, context) < (3, 0):
            return
        yield Report(
            call.place(),
            "a functional model of Keras 3 has no add_loss",
            fact="Keras 3 raises NotImplementedError, without a message (FACTS L20)",
            help="call self.add_loss in the call of a layer that passes its input on",
        )
