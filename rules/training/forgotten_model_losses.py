"""A training step of one's own leaves out `model.losses`, so that regularizers do nothing.

Penalties of regularizers, and what layers give to `add_loss`, are in `model.losses`. `fit` adds them; a training step
that computes the loss itself must.

## Bad

```python
import keras
import tensorflow as tf

class Model(keras.Model):
    def train_step(self, data):  # expect: TDL560
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((y - self(x, training=True)) ** 2)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}

inputs = keras.Input((4,))
model = Model(inputs, keras.layers.Dense(1, kernel_regularizer="l2")(inputs))
```

```python
import keras
import tensorflow as tf

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, kernel_regularizer="l2")])
optimizer = keras.optimizers.Adam()
for x, y in batches:
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((y - model(x, training=True)) ** 2)  # expect: TDL560
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

## Good

```python
import keras
import tensorflow as tf

class Model(keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(y=y, y_pred=self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}

inputs = keras.Input((4,))
model = Model(inputs, keras.layers.Dense(1, kernel_regularizer="l2")(inputs))
```

```python
import keras
import tensorflow as tf

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, kernel_regularizer="l2")])
optimizer = keras.optimizers.Adam()
for x, y in batches:
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((y - model(x, training=True)) ** 2) + sum(model.losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
```

## Why

Measured with a Dense under L2(1.0), inputs of zeros and SGD for 20 epochs, so that nothing but the penalty moves the
kernel (FACTS C14). What is left of Σw², from about 1:

| the loss of `train_step` | Keras 3.15.1 | tf_keras 2 |
|---|---|---|
| `self.compute_loss(y=y, y_pred=p)` | 0.0002 | 0.0005 |
| computed from `y` and `p` alone | 0.29: untouched | 1.7: untouched |
| `self.compiled_loss(y, p)` | 0.0003 | 1.9: untouched, it needs `regularization_losses=self.losses` |

## References

- https://keras.io/guides/custom_train_step_in_tensorflow/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    ClassFacts,
    Context,
    LayerObject,
    MethodFacts,
    ModelGraph,
    Place,
    Program,
    Report,
    Rule,
    Severity,
    coefficients,
)

ADDS_LOSSES = frozenset({"losses", "compute_loss", "_compute_loss", "regularization_losses", "add_loss"})
TRAINABLE = frozenset({"trainable_variables", "trainable_weights"})
FACT = "regularizers have no effect: their penalties are in model.losses, which the gradients do not see (FACTS C14)"


class ForgottenModelLosses(Rule):
    """Only models that certainly have a regularizer on a layer that learns."""

    code = "TDL560"
    severity = Severity.WARNING

    def check_class(self, cls: ClassFacts, program: Program, context: Context) -> Iterator[Report]:
        """Report at the class's ``train_step``."""
        if cls.kind != "model" or cls.open:
            return
        every = [method for name in (*cls.own, *cls.inherited) if (method := cls.method(name)) is not None]
        for method in cls.methods("train_step"):
            keras_3 = context.version(cls.namespace) >= (3, 0)
            if not _computes_loss(method, keras_3) or any(each.names & ADDS_LOSSES for each in every):
                continue
            models = [model for model in program.models if model.named_after == cls.name]
            penalized = next((layer for model in models for layer in _penalized(model, context)), None)
            if penalized is not None:
                yield _report(Place(method.site), f"train_step of {cls.name}", penalized)

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the model's call under the tape."""
        for taped in program.taped:
            model = program.model(taped.model)
            if model is None or model.unknown or taped.reads & ADDS_LOSSES or not taped.reads & TRAINABLE:
                continue
            penalized = next(_penalized(model, context), None)
            if penalized is not None:
                yield _report(Place(taped.site), "a training step", penalized)


def _computes_loss(method: MethodFacts, keras_3: bool) -> bool:
    """Whether a training step takes gradients of a loss that Keras did not put together."""
    if "gradient" not in method.names or any(method.calls_of("super.train_step")):
        return False
    return not (keras_3 and "compiled_loss" in method.names)


def _penalized(model: ModelGraph, context: Context) -> Iterator[LayerObject]:
    """Layers that learn and certainly have a penalty."""
    for layer in model.layers():
        for name, value in layer.args.bound:
            found = coefficients(value, context.keras) if name.endswith("_regularizer") else None
            if layer.trainable and not layer.custom and found is not None and (found.l1 > 0 or found.l2 > 0):
                yield layer


def _report(place: Place, what: str, layer: LayerObject) -> Report:
    return Report(
        place,
        f"{what} computes the loss without model.losses, and {layer.name or layer.short_type} has a regularizer",
        fact=FACT,
        help="add sum(model.losses) to the loss, or use self.compute_loss in train_step",
        related=((Place(layer.site), "the layer with the regularizer"),),
    )
