"""A layer of one's own is made with something that Keras can't save, and its class does not say how.

Keras notes by itself what a layer is made with, as long as that is numbers, texts and lists of them. For anything
else the class needs `get_config`.

## Bad

```python
import keras
from keras import layers

@keras.saving.register_keras_serializable()
class Residual(layers.Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, inputs):
        return inputs + self.inner(inputs)

model = keras.Sequential([keras.Input((8,)), Residual(layers.Dense(8))])  # expect: TDL914
model.save("model.keras")
```

## Good

```python
import keras
from keras import layers

@keras.saving.register_keras_serializable()
class Residual(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.inner = layers.Dense(units)

    def call(self, inputs):
        return inputs + self.inner(inputs)

model = keras.Sequential([keras.Input((8,)), Residual(8)])
model.save("model.keras")
```

## Why

Measured on Keras 3.15.1 and tf_keras 2 with `save` and `clone_model`, class without `get_config` (FACTS H6d):

| made with | |
|---|---|
| numbers, texts, True, None, lists, tuples and dicts of them | saved and loaded again |
| a layer, model, function, array, tensor, initializer, regularizer, dtype | NotImplementedError in `save` |

## References

- https://keras.io/guides/serialization_and_saving/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    ArrayValue,
    ClassFacts,
    Context,
    FunctionValue,
    Instance,
    LayerObject,
    Place,
    Program,
    Report,
    Rule,
    Sequence,
    Severity,
    UnknownShape,
    Value,
)

from .._saving import layers_within, saved_models, version_of


class UnsavedLayerArguments(Rule):
    """Only classes all of whose ancestors are known, in models that are certainly saved with their configuration."""

    code = "TDL914"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the argument, once for each layer."""
        keras_3 = version_of(program, context) >= (3, 0)
        seen: set[int] = set()
        for saved in saved_models(program):
            has_config = keras_3 if saved.path is None else saved.path.endswith((".keras", ".h5", ".hdf5"))
            if not has_config or saved.model.kind == "subclass":
                continue
            for layer in layers_within(saved.model):
                cls = program.class_named(layer.type) if layer.custom and layer.key not in seen else None
                if cls is None or not _says_nothing(cls):
                    continue
                seen.add(layer.key)
                for value, site in program.made_with.get(layer.key, ()):
                    what = _unsaveable(value)
                    if what is not None:
                        yield Report(
                            Place(site or layer.site),
                            f"{cls.name} is made with {what}, is saved, and has no get_config",
                            fact="save raises NotImplementedError: it must override get_config() (FACTS H6d)",
                            help="define get_config and from_config, or make the layer with numbers and texts",
                            related=((saved.place, "saved here"),),
                        )
                        break


def _says_nothing(cls: ClassFacts) -> bool:
    names = ("get_config", "__new__")
    return not cls.open and cls.direct and cls.bases == ("keras.Layer",) and not any(map(cls.has, names))


def _unsaveable(value: Value) -> str | None:
    if isinstance(value, LayerObject):
        return f"a {value.short_type} layer"
    if isinstance(value, FunctionValue):
        return "a function"
    if isinstance(value, ArrayValue) and not isinstance(value.shape, UnknownShape) and value.shape:
        return "an array"
    if isinstance(value, Instance) and value.type.startswith(("keras.initializers.", "keras.regularizers.")):
        return f"a {value.type.rpartition('.')[2]} object"
    if isinstance(value, Sequence) and value.kind != "set":
        return next((f"{found} in a {value.kind}" for item in value.items if (found := _unsaveable(item))), None)
    return None
