"""A regularizer whose coefficients are all zero.

## Bad

```python
import keras
from keras import layers

dense = layers.Dense(8, kernel_regularizer=keras.regularizers.l1_l2())  # expect: TDL205
model = keras.Sequential([keras.Input((4,)), dense])
```

```python
import keras
from keras import layers

dense = layers.Dense(8, kernel_regularizer="l1l2")  # expect: TDL205
model = keras.Sequential([keras.Input((4,)), dense])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(8, kernel_regularizer=keras.regularizers.L1L2(0.001, 0.001)),
    layers.Dense(8, kernel_regularizer=keras.regularizers.L2(0.0)),
    layers.Dense(1, kernel_regularizer="l2"),
])
```

## Why

Measured (FACTS C1b, C1c, C2):

| | Keras 3.15.1 | Keras 2.15.0 |
|---|---|---|
| `l1_l2()` | **0, 0: no penalty** | 0.01, 0.01 |
| `L1L2()` | 0, 0 | 0, 0 |
| `"l1l2"`, `"L1L2"` | 0, 0 | TypeError when the layer is built |
| `"l1"`, `"l2"`, `L1()`, `L2()` | 0.01 | 0.01 |

A zero that is written down is not reported: it is a switch.

## Fix safety

There is no automatic fix: the coefficients are not for a tool to choose. Those of Keras 2 were 0.01 each.

## References

- https://keras.io/api/layers/regularizers/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Const,
    Context,
    Instance,
    KerasVersion,
    ModelGraph,
    Report,
    Rule,
    Severity,
    Symbol,
    Value,
    coefficients,
    layer_place,
)

from ._penalties import described, regularizer_arguments, see, with_inner


class InertRegularizer(Rule):
    """Zero by default, not by what the program says."""

    code = "TDL205"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the argument."""
        if model.origin != "source":
            return  # a file has the zeros that a default became, and those that somebody chose
        for layer in with_inner(model):
            keras = context.version(layer.namespace)
            for name, value in regularizer_arguments(layer):
                if _is_zero_by_default(value, keras):
                    was = " (0.01 each in Keras 2)" if described(value) in ("l1_l2", "L1L2") else ""
                    yield Report(
                        layer_place(layer, name),
                        f"the {name} of {layer.short_type} is {described(value)} without coefficients, which are zero",
                        fact=f"measured: no penalty is added{was} (FACTS C1c, C2)",
                        help="give the coefficients: keras.regularizers.L1L2(l1=…, l2=…)" + see("lists it"),
                    )


def _is_zero_by_default(value: Value, keras: KerasVersion) -> bool:
    if isinstance(value, Instance):
        if not value.args.complete or value.args.bound:
            return False
    elif not isinstance(value, Const | Symbol):
        return False
    found = coefficients(value, keras)
    return found is not None and not found.active
