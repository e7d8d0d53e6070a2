"""What is given as a regularizer is none, or is one that Keras refuses.

## Bad

```python
import keras
from keras import layers

dense = layers.Dense(8, kernel_regularizer=0.01)  # expect: TDL206
model = keras.Sequential([keras.Input((4,)), dense])
```

```python
import keras
from keras import layers

dense = layers.Dense(8, kernel_regularizer=keras.constraints.MaxNorm(2.0))  # expect: TDL206
model = keras.Sequential([keras.Input((4,)), dense])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(8, kernel_regularizer=keras.regularizers.L2(0.01), kernel_constraint=keras.constraints.MaxNorm(2.0)),
    layers.Dense(8, kernel_regularizer="l2", bias_regularizer=None),
])
```

## Why

Measured (FACTS C1g, C2c, C18):

| given | Keras 3.15.1 | Keras 2 |
|---|---|---|
| a number, a list | ValueError: Could not interpret regularizer identifier | ValueError |
| a constraint, as `MaxNorm(2.0)` | **no error: the sum of the constrained weights is added to the loss** | ValueError |
| an initializer | ValueError in training | TypeError |
| a negative coefficient | ValueError | accepted: rewards large weights |

A constraint belongs into `kernel_constraint`; as a regularizer it constrains nothing.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/layers/regularizers/
- https://keras.io/api/layers/constraints/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Const,
    Context,
    Instance,
    KerasVersion,
    LayerObject,
    ModelGraph,
    Report,
    Rule,
    Sequence,
    Severity,
    Value,
    layer_place,
    number,
)

from ._penalties import described, regularizer_arguments, with_inner


class InvalidRegularizer(Rule):
    """Arguments of layers of Keras that are certainly no regularizer; texts are another rule's."""

    code = "TDL206"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the argument."""
        for layer in with_inner(model):
            keras = context.version(layer.namespace)
            for name, value in regularizer_arguments(layer):
                found = _fault(value, keras)
                if found is not None:
                    yield _report(layer, name, value, *found)


def _fault(value: Value, keras: KerasVersion) -> tuple[str, str] | None:
    """What Keras does, and what to do instead; None if it may be a regularizer."""
    if isinstance(value, Instance) and value.type.startswith("keras.constraints."):
        return (
            "Keras says nothing, and adds the sum of the constrained weights to the loss (FACTS C18)"
            if keras >= (3, 0)
            else "Keras 2 raises ValueError (FACTS C18)",
            f"pass it as the constraint: kernel_constraint={described(value)}(…)",
        )
    if isinstance(value, Instance) and value.type.startswith("keras.initializers."):
        return "training fails: an initializer takes a shape, not a weight (FACTS C18)", "pass it as the initializer"
    if isinstance(value, Instance) and value.type.startswith("keras.regularizers."):
        return _negative(value, keras)
    if isinstance(value, Sequence):
        return "Keras raises ValueError: Could not interpret regularizer identifier (FACTS C2c)", "give one: L1L2(…)"
    if isinstance(value, Const) and isinstance(value.value, int | float) and not isinstance(value.value, bool):
        return (
            "Keras raises ValueError: Could not interpret regularizer identifier (FACTS C2c)",
            f"keras.regularizers.L2({value.value!r})",
        )
    return None


def _negative(value: Instance, keras: KerasVersion) -> tuple[str, str] | None:
    for name, given in value.args.bound:
        coefficient = number(given)
        if name in ("l1", "l2") and coefficient is not None and coefficient < 0:
            return (
                "Keras raises ValueError: expected a non-negative float (FACTS C1g)"
                if keras >= (3, 0)
                else "Keras 2 takes it, and rewards large weights (FACTS C1g)",
                f"{name}={-coefficient}",
            )
    return None


def _report(layer: LayerObject, name: str, value: Value, fact: str, advice: str) -> Report:
    what = "a negative coefficient" if "negative" in fact or "rewards" in fact else described(value)
    message = f"the {name} of {layer.short_type} is {what}"
    if isinstance(value, Instance) and not value.type.startswith("keras.regularizers."):
        message += f", which is {'a constraint' if '.constraints.' in value.type else 'an initializer'}"
    return Report(layer_place(layer, name), message, fact=fact, help=advice)
