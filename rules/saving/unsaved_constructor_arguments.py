"""A subclass of Model that needs arguments is saved, and does not say which it had.

To load a model, Keras makes an object of its class again. What it must be made with has to come from `get_config`.

## Bad

```python
import keras

class Classifier(keras.Model):
    def __init__(self, classes, **kwargs):
        super().__init__(**kwargs)
        self.head = keras.layers.Dense(classes)

    def call(self, inputs):
        return self.head(inputs)

model = Classifier(10)
model.compile(loss="sparse_categorical_crossentropy")
model.fit(x, y)
model.save("model.keras")  # expect: TDL907
```

## Good

```python
import keras

class Classifier(keras.Model):
    def __init__(self, classes, **kwargs):
        super().__init__(**kwargs)
        self.classes = classes
        self.head = keras.layers.Dense(classes)

    def call(self, inputs):
        return self.head(inputs)

    def get_config(self):
        return {**super().get_config(), "classes": self.classes}

model = Classifier(10)
model.compile(loss="sparse_categorical_crossentropy")
model.fit(x, y)
model.save("model.keras")
```

## Why

Measured on Keras 3.15.1 (FACTS H6l): a subclass of Model whose `__init__` has a parameter without a default, and no
`get_config`, raises NotImplementedError in `save`, whatever the argument is: "Object Classifier was created by passing
non-serializable argument values in `__init__()`". With defaults and `**kwargs`, or no parameters, it is saved. Keras 2
saves it. Layers in a model are another matter: Keras notes numbers and texts that they are made with by itself.

## References

- https://keras.io/guides/serialization_and_saving/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import ClassFacts, Context, Program, Report, Rule, Severity

from .._saving import saved_models, version_of


class UnsavedConstructorArguments(Rule):
    """Keras 3 only, and classes with a ``call`` of their own; one made of inputs and outputs has a configuration."""

    code = "TDL907"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call that saves."""
        if version_of(program, context) < (3, 0):
            return
        for saved in saved_models(program):
            cls = program.class_named(saved.model.named_after or "") if saved.model.kind == "subclass" else None
            names = _required(cls) if cls is not None else []
            if cls is not None and names:
                yield Report(
                    saved.place,
                    f"{cls.name} is made with {', '.join(names)}, is saved, and has no get_config",
                    fact="Keras 3 raises NotImplementedError when it is saved (FACTS H6l)",
                    help="define get_config, which returns these arguments added to super().get_config()",
                )


def _required(cls: ClassFacts) -> list[str]:
    """The parameters without default of a class that says nothing of them."""
    if cls.open or cls.kind != "model" or "keras.Sequential" in cls.bases or not cls.direct:
        return []
    if any(cls.has(name) for name in ("get_config", "from_config", "save", "__new__")) or not cls.has("call"):
        return []
    method = cls.method("__init__")
    if method is None or method.decorators or "inputs" in method.names:
        return []
    return [each.name for each in method.parameters if each.required]
