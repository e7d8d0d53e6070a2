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

## Fixed

```python
import keras
from keras import ops


@keras.utils.register_keras_serializable()
class ModelLoss(keras.layers.Layer):
    # adds the second of its inputs to the loss of the model, and returns the first
    def call(self, inputs):
        output, loss = inputs
        self.add_loss(loss)
        return output


inputs = keras.Input((8,))
code = keras.layers.Dense(2)(inputs)
outputs = keras.layers.Dense(8)(code)
model = keras.Model(inputs, outputs)
model = keras.Model(model.input, ModelLoss()([model.output, ops.mean(ops.square(code))]), name=model.name)
model.compile(optimizer="adam", loss="mse")
```

## Why

Measured on Keras 3.15.1 (FACTS L20): NotImplementedError without a message, whatever the model is given. It works in
Keras 2.15, where the loss is added to that of `compile`.

## Fix safety

Unsafe: the program could not run before, and its model gets a layer more, through which the output passes. There is an
automatic fix for a model with one output under a name of its own, which is compiled later, and a loss that certainly
is one number. What was made of the model before, such as another model around it, does not get the loss.

## References

- https://keras.io/guides/making_new_layers_and_models_via_subclassing/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    CallSite,
    Context,
    Define,
    FixPlan,
    Imported,
    ModelGraph,
    Program,
    ReplaceStatement,
    Report,
    Rule,
    Severity,
    TensorValue,
)

from .._helpers import version_of
from ._names import PACKAGES, importable

LAYER = "ModelLoss"
BODY = """):
    # adds the second of its inputs to the loss of the model, and returns the first
    def call(self, inputs):
        output, loss = inputs
        self.add_loss(loss)
        return output
"""


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
            help="give the output and the loss to a layer whose call adds the loss and returns the output, and make "
            "the model of what it returns",
            fix=_fix(call, model, program),
        )


def _fix(call: CallSite, model: ModelGraph, program: Program) -> FixPlan | None:
    """The model made anew, with a layer behind its output that adds the loss."""
    loss, site = call.args.get("losses"), call.args.site("losses")
    found = re.match(r"(\w+)\.add_loss\(", program.text(call.site)) if call.site is not None else None
    if call.site is None or site is None or found is None or not call.args.complete or len(call.args.bound) != 1:
        return None
    if not isinstance(loss, TensorValue) or loss.shape != () or len(model.output_edges) != 1:
        return None
    if not call.certain or call.repeated or model.key in program.parts or _is_used_before(call, model, program):
        return None
    namespace = _namespace(model, program)
    if namespace is None:
        return None
    name, keras = found[1], {word: Imported(importable(word, namespace)) for word in _WORDS}
    made_by = re.match(r"[\w.]*\bModel(?=\()", program.text(model.site)) if model.site is not None else None
    again = made_by[0] if made_by else keras["keras.Model"]
    model_of = (f"{name} = ", again, f"({name}.input, {LAYER}()([{name}.output, ")
    made = (*model_of, site, f"]), name={name}.name)")
    decorator = ("@", keras["keras.utils.register_keras_serializable"], "()\n")
    layer = (*decorator, f"class {LAYER}(", keras["keras.layers.Layer"], BODY)
    changes = (Define(call.site, LAYER, layer), ReplaceStatement(call.site, made, binds=name))
    return FixPlan("Make the model anew, with a layer that adds the loss", changes, Applicability.UNSAFE)


_WORDS = ("keras.Model", "keras.layers.Layer", "keras.utils.register_keras_serializable")


def _namespace(model: ModelGraph, program: Program) -> str | None:
    """The package of the model's layers; where they are models, that of the program."""
    layers = [node.layer.namespace for node in model.nodes if node.layer.namespace in PACKAGES]
    packages = [name for name, _ in program.namespaces]
    return layers[0] if layers else packages[0] if len(packages) == 1 and packages[0] in PACKAGES else None


def _is_used_before(call: CallSite, model: ModelGraph, program: Program) -> bool:
    """Whether the model is compiled or trained before, which would be lost."""
    return any(other.order < call.order and other.name != call.name for other in program.calls_on(model.key))
