"""A saved layer or model can't be made again: its constructor does not take what Keras gives it.

When a model is loaded or cloned, every layer is made with the keywords of its configuration, among them `name`,
`trainable` and `dtype`.

## Bad

```python
import keras

@keras.saving.register_keras_serializable()
class Scale(keras.layers.Layer):
    def __init__(self, factor):  # expect: TDL908
        super().__init__()
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

model = keras.Sequential([keras.Input((4,)), Scale(2.0)])
model.save("model.keras")
```

## Good

```python
import keras

@keras.saving.register_keras_serializable()
class Scale(keras.layers.Layer):
    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

model = keras.Sequential([keras.Input((4,)), Scale(2.0)])
model.save("model.keras")
```

```python
import keras

class Scale(keras.layers.Layer):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return {"factor": self.factor}

model = keras.Sequential([keras.Input((4,)), Scale(2.0)])
model.save("model.keras")
```

## Why

Measured with a model that is saved and loaded, or cloned (FACTS H6e):

| `__init__` without `**kwargs` | Keras 3.15.1 | tf_keras 2 |
|---|---|---|
| a layer without `get_config`, with or without arguments | TypeError: unexpected keyword argument 'trainable' | works |
| a layer whose `get_config` extends `super().get_config()` | TypeError: unexpected keyword argument 'name' | the same |
| a subclass of Model without `get_config` | TypeError | works |
| `get_config` that returns the layer's own arguments only | works | works |
| `__init__(self, factor, name=None, trainable=True, dtype=None)` | works | works |

It is an error where the program itself loads or clones the model, a warning where it saves it, else advice: such a
layer works as long as its model is not loaded.

## References

- https://keras.io/guides/serialization_and_saving/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import ClassFacts, Context, MethodFacts, ModelGraph, Place, Program, Report, Rule, Severity

from .._saving import layers_within, loads, saved_models, version_of

CONFIG = ("name", "trainable", "dtype")


class ConstructorRefusesConfig(Rule):
    """Only classes all of whose ancestors are known, and whose configuration is what Keras makes or extends it."""

    code = "TDL908"
    severity = Severity.WARNING

    def check_class(self, cls: ClassFacts, program: Program, context: Context) -> Iterator[Report]:
        """Report at the class's ``__init__``."""
        keras_3 = version_of(program, context) >= (3, 0)
        for method in cls.methods("__init__"):
            missing = _missing(cls, method, keras_3)
            if not missing:
                continue
            severity, how = _use(cls, program, keras_3)
            yield Report(
                Place(method.site),
                f"__init__ of {cls.name} takes no **kwargs, and its configuration has {missing}{how}",
                fact=f"load_model and clone_model raise TypeError: unexpected keyword argument {missing!r} (FACTS H6e)",
                help="add **kwargs, and pass them on: super().__init__(**kwargs)",
                severity=severity,
            )


def _missing(cls: ClassFacts, method: MethodFacts, keras_3: bool) -> str | None:
    """The first keyword of the configuration that ``__init__`` does not take."""
    if cls.kind not in ("layer", "model") or cls.open or method.keywords or method.decorators:
        return None
    if cls.has("from_config") or cls.has("__new__"):
        return None
    taken = {each.name for each in method.parameters}
    if not cls.has("get_config"):
        if cls.kind == "model" and cls.has("call") and any(each.required for each in method.parameters):
            return None  # it can't even be saved, which another rule says
        return "trainable" if keras_3 and "trainable" not in taken else None
    config = cls.method("get_config")
    if config is None or cls.kind == "model" or config.names & {"pop", "del", "items"}:
        return None
    if not any(call.certain for call in config.calls_of("super.get_config")):
        return None
    return next((name for name in CONFIG if name not in taken), None)


def _use(cls: ClassFacts, program: Program, keras_3: bool) -> tuple[Severity, str]:
    """How bad that is in this program; a SavedModel of Keras 2 is loaded without its classes."""
    found: tuple[Severity, str] = (Severity.ADVICE, "")
    for saved in saved_models(program):
        has_config = keras_3 if saved.path is None else saved.path.endswith((".keras", ".h5", ".hdf5"))
        if has_config and _contains(saved.model, cls):
            if loads(program, saved.path):
                return Severity.ERROR, f"; the program saves it to {saved.path} and loads it"
            found = (Severity.WARNING, f"; it is saved to {saved.path or 'a file'}")
    for call in program.calls_of("keras.models.clone_model"):
        models = [program.model(key) for key in call.models]
        if any(model is not None and _contains(model, cls) for model in models):
            return Severity.ERROR, "; the program clones a model with it"
    return found


def _contains(model: ModelGraph, cls: ClassFacts) -> bool:
    if model.kind == "subclass":  # Keras makes the object again, which makes its layers
        return model.named_after == cls.name
    return any(layer.custom and layer.type == cls.name for layer in layers_within(model))
