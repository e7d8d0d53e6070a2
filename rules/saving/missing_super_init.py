"""A layer, model, loss or metric does not initialize its base class.

Names, weights and what is tracked are kept by the base class. Without `super().__init__()` nothing of it is there.

## Bad

```python
import keras

class Scale(keras.layers.Layer):
    def __init__(self, factor):  # expect: TDL902
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor
```

## Good

```python
import keras

class Scale(keras.layers.Layer):
    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

class LogEpochs(keras.callbacks.Callback):
    def __init__(self, path):
        self.path = path
```

## Why

Measured on Keras 3.15.1 and tf_keras 2 (FACTS H6f):

| class | Keras 3 | Keras 2 |
|---|---|---|
| Layer | RuntimeError when it is called: you forgot to call `super().__init__()` | the same |
| Model | RuntimeError when it is called | RuntimeError when a layer is assigned |
| Loss | AttributeError when it is called | the same |
| Metric | RuntimeError at `add_weight` | AttributeError |
| Callback, Initializer | works | works |

`super().__init__()` after the first attribute works in Keras 3, and for layers in Keras 2 too.

## References

- keras/src/layers/layer.py, `_check_super_called`
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import ClassFacts, Context, Place, Program, Report, Rule, Severity

RAISES = {
    "layer": "RuntimeError when it is called: you forgot to call super().__init__()",
    "model": "RuntimeError: you forgot to call super().__init__()",
    "loss": "AttributeError when it is called",
    "metric": "an error when it makes its weights: you forgot to call super().__init__()",
}


class MissingSuperInit(Rule):
    """Only classes all of whose ancestors are known, and that name no ``__init__`` at all."""

    code = "TDL902"
    severity = Severity.ERROR

    def check_class(self, cls: ClassFacts, program: Program, context: Context) -> Iterator[Report]:
        """Report at the class's ``__init__``."""
        if cls.kind not in RAISES or cls.open or not cls.direct:
            return
        for method in cls.methods("__init__"):
            if "__init__" in method.names or method.decorators:
                continue
            yield Report(
                Place(method.site),
                f"__init__ of the {cls.kind} {cls.name} does not call super().__init__()",
                fact=f"Keras raises {RAISES[cls.kind]} (FACTS H6f)",
                help="make super().__init__(**kwargs) its first statement",
            )
