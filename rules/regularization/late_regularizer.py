"""A regularizer that is set on a layer after its weights are made has no effect.

## Bad

```python
import keras
from keras import layers

inputs = keras.Input((32,))
hidden = layers.Dense(64, activation="relu")
model = keras.Model(inputs, layers.Dense(1)(hidden(inputs)))
hidden.kernel_regularizer = keras.regularizers.L2(1e-4)  # expect: TDL204
model.compile(optimizer="adam", loss="mse")
```

```python
import keras

model = keras.applications.ResNet50(weights="imagenet")
for layer in model.layers:
    if hasattr(layer, "kernel_regularizer"):
        layer.kernel_regularizer = keras.regularizers.L2(1e-4)  # expect: TDL204
model.compile(optimizer="adam", loss="categorical_crossentropy")
```

## Good

```python
import keras
from keras import layers

inputs = keras.Input((32,))
hidden = layers.Dense(64, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-4))
model = keras.Model(inputs, layers.Dense(1)(hidden(inputs)))

base = keras.applications.ResNet50(weights="imagenet")
for layer in base.layers:
    if hasattr(layer, "kernel_regularizer"):
        layer.kernel_regularizer = keras.regularizers.L2(1e-4)
regularized = keras.models.model_from_json(base.to_json())
regularized.set_weights(base.get_weights())
```

## Why

A regularizer is handed to the weight when that is made. Measured on Keras 3.15.1 and Keras 2 (FACTS C19): set on a
layer that was called, or that is in a `Sequential` with a declared input, it adds nothing to `model.losses`; set
before, it acts. The setting goes into the configuration, so a model that is made from it again has the penalty;
programs that do so are not reported.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/layers/regularizers/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, LayerObject, Place, Program, Report, Rule, Severity

from ._penalties import see

REMAKING = frozenset(
    {
        "keras.Model.to_json",
        "keras.Model.get_config",
        "keras.Model.save",
        "keras.models.clone_model",
        "keras.models.model_from_config",
        "keras.models.model_from_json",
    }
)


class LateRegularizer(Rule):
    """Only layers that certainly have weights by then, in a program that makes no model from a configuration."""

    code = "TDL204"
    severity = Severity.WARNING

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the attribute that is set, once for each place."""
        if any(call.name in REMAKING for call in program.calls):
            return
        seen = set()
        for assignment in program.assignments:
            if not assignment.built or not assignment.attribute.endswith("_regularizer") or assignment.site in seen:
                continue
            if assignment.attribute == "activity_regularizer" or assignment.value.may_be(None):
                continue
            owner = assignment.owner
            if isinstance(owner, LayerObject) and owner.custom:
                continue
            seen.add(assignment.site)
            of = owner.short_type if isinstance(owner, LayerObject) else "the layers of a model"
            have = "has" if isinstance(owner, LayerObject) else "have"
            yield Report(
                Place(assignment.site),
                f"{assignment.attribute} is set on {of} when it already {have} weights, and never acts"
                if isinstance(owner, LayerObject)
                else f"{assignment.attribute} is set on {of} that already {have} weights, and never acts",
                fact="model.losses stays as it was: a regularizer is handed to a weight when that is made (FACTS C19)",
                help="pass it to the layer, or make the model again from its configuration: "
                "keras.models.model_from_json(model.to_json()), and set_weights" + see("lists it"),
            )
