"""A `Lambda` layer with a Python `lambda` is in a model that is saved or cloned.

Such a layer is saved as bytecode. Loading it could run anything, so Keras refuses, unless it is told to trust the file.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((4,)),
    layers.Lambda(lambda x: x / 255.0),  # expect: TDL909
    layers.Dense(1),
])
model.compile(loss="mean_squared_error")
model.fit(x, y)
model.save("model.keras")
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((4,)),
    layers.Rescaling(1 / 255.0),
    layers.Dense(1),
])
model.compile(loss="mean_squared_error")
model.fit(x, y)
model.save("model.keras")
```

```python
import keras
from keras import layers

model = keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: x / 255.0), layers.Dense(1)])
model.save_weights("model.weights.h5")
```

## Why

Measured (FACTS G12):

| | Keras 3.15.1 | tf_keras 2 |
|---|---|---|
| `save`, then `load_model` of `.keras` | ValueError: deserialization of a Lambda layer | ValueError |
| of `.h5` | ValueError | works, and runs what is in the file |
| with `safe_mode=False` | works | works |
| `clone_model`, `from_config`, `model_from_json` | ValueError | works, but for JSON and `from_config` |
| weights only | works | works |

It is an error where the program itself loads or clones the model. A function with a name needs
`@keras.saving.register_keras_serializable()` instead.

## References

- https://keras.io/api/layers/core_layers/lambda/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, FunctionValue, LayerObject, ModelGraph, Place, Program, Report, Rule, Severity

from .._saving import LOADS, Saved, layers_within, loads, saved_models, version_of

LAMBDA_CLONE_REFUSED = (3, 15)


class LambdaInSavedModel(Rule):
    """Silent where the program turns safe mode off."""

    code = "TDL909"
    severity = Severity.WARNING

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the Lambda layer, once."""
        version = version_of(program, context)
        if _trusts(program):
            return
        seen: set[int] = set()
        for saved in saved_models(program):
            if saved.path is not None and not saved.path.endswith((".keras", ".h5", ".hdf5")):
                continue  # refused by Keras 3, a SavedModel in Keras 2
            if version < (3, 0) and not (saved.path or "").endswith(".keras"):
                continue
            for layer in _lambdas(saved.model):
                if layer.key not in seen:
                    seen.add(layer.key)
                    yield _of_saved(layer, saved, bool(loads(program, saved.path)))
        if version >= LAMBDA_CLONE_REFUSED:
            yield from _cloned(program, seen)


def _trusts(program: Program) -> bool:
    for call in program.calls:
        if call.name == "keras.config.enable_unsafe_deserialization":
            return True
        if call.name in LOADS and not call.args.get("safe_mode").must_be(True):
            return True
    return False


def _lambdas(model: ModelGraph) -> Iterator[LayerObject]:
    if model.kind == "subclass":  # its layers are not in its configuration
        return
    for layer in layers_within(model):
        function = layer.args.get("function")
        if layer.type == "keras.layers.Lambda" and isinstance(function, FunctionValue) and function.name == "<lambda>":
            yield layer


def _of_saved(layer: LayerObject, saved: Saved, loaded: bool) -> Report:
    where = saved.path or "a file"
    return Report(
        Place(layer.site),
        f"a Lambda layer with a Python lambda is saved to {where}{', which the program loads' if loaded else ''}",
        fact="load_model raises ValueError: a lambda in a file could run anything (FACTS G12)",
        help="use a layer that does it, such as Rescaling or Reshape, or a class of your own",
        related=((saved.place, "saved here"),),
        severity=Severity.ERROR if loaded else None,
    )


def _cloned(program: Program, seen: set[int]) -> Iterator[Report]:
    for call in program.calls:
        model = program.model(call.models[0]) if call.name == "keras.models.clone_model" and call.models else None
        if model is None or call.args.passes("clone_function"):
            continue
        for layer in _lambdas(model):
            if layer.key not in seen:
                seen.add(layer.key)
                yield Report(
                    Place(layer.site),
                    "a Lambda layer with a Python lambda is in a model that is cloned",
                    fact="clone_model raises ValueError from Keras 3.15 on (FACTS G12)",
                    help="use a layer that does it, or a class of your own",
                    related=((call.place(), "cloned here"),),
                    severity=Severity.ERROR,
                )
