"""A model with a layer or loss of the program's own is loaded, and Keras can't find that class or function.

A file has only the name of what is not part of Keras. It must be registered, or passed as `custom_objects`.

## Bad

```python
import keras

class Double(keras.layers.Layer):
    def call(self, inputs):
        return inputs * 2

model = keras.Sequential([keras.Input((4,)), Double(), keras.layers.Dense(1)])
model.save("model.keras")
again = keras.models.load_model("model.keras")  # expect: TDL911
```

```python
import keras

def weighted(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss=weighted)
model.save("model.keras")
again = keras.models.load_model("model.keras")  # expect: TDL911
```

## Good

```python
import keras

@keras.saving.register_keras_serializable()
class Double(keras.layers.Layer):
    def call(self, inputs):
        return inputs * 2

model = keras.Sequential([keras.Input((4,)), Double(), keras.layers.Dense(1)])
model.save("model.keras")
again = keras.models.load_model("model.keras")
```

```python
import keras

def weighted(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss=weighted)
model.save("model.keras")
again = keras.models.load_model("model.keras", custom_objects={"weighted": weighted})
for_predictions = keras.models.load_model("model.keras", compile=False)
```

## Fixed

```python
import keras

class Double(keras.layers.Layer):
    def call(self, inputs):
        return inputs * 2

model = keras.Sequential([keras.Input((4,)), Double(), keras.layers.Dense(1)])
model.save("model.keras")
again = keras.models.load_model("model.keras", custom_objects={"Double": Double})
```

```python
import keras

def weighted(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss=weighted)
model.save("model.keras")
again = keras.models.load_model("model.keras", custom_objects={"weighted": weighted})
```

## Why

Measured on Keras 3.15.1 and tf_keras 2, `.keras` and `.h5` (FACTS H6b, H6c):

| | `load_model(path)` |
|---|---|
| a layer or model of the program | TypeError, or ValueError: Unknown layer |
| a loss function of the program | TypeError: Could not locate function 'weighted'; with `compile=False` it loads |
| either, registered or in `custom_objects` | loads |

## Fix safety

Safe, as the program could not run: all that Keras can't find is passed as `custom_objects`.

## References

- https://keras.io/guides/serialization_and_saving/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    AddArgument,
    Applicability,
    CallSite,
    Context,
    FixPlan,
    FunctionValue,
    ModelGraph,
    Program,
    Report,
    Rule,
    Severity,
)

from .._saving import SCOPES, layers_within, loads, saved_models


class UnregisteredCustomObject(Rule):
    """Only files that the program writes itself, and programs without any scope of custom objects."""

    code = "TDL911"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call that loads."""
        if any(call.name in SCOPES for call in program.calls):
            return
        written: dict[str, list[ModelGraph]] = {}
        for saved in saved_models(program):
            if saved.path is not None and saved.path.endswith((".keras", ".h5", ".hdf5")):
                written.setdefault(saved.path, []).append(saved.model)
        for path, models in written.items():
            for call in loads(program, path):
                missing = [list(_missing(model, call, program)) for model in models]
                if call.args.complete and call.args.get("custom_objects").must_be(None) and all(missing):
                    kind, name = missing[0][0]
                    yield Report(
                        call.place(),
                        f"{path} was saved with the {kind} {name}, which load_model can't find",
                        fact="load_model raises an error: could not locate it (FACTS H6b, H6c)",
                        help="put @keras.saving.register_keras_serializable() before it, or pass custom_objects",
                        fix=_fix(call, [name for each in missing for _, name in each]),
                    )


def _fix(call: CallSite, names: list[str]) -> FixPlan | None:
    if call.site is None or call.args.passes("custom_objects"):
        return None
    objects = ", ".join(f'"{name}": {name}' for name in dict.fromkeys(names))
    added = AddArgument(call.site, f"custom_objects={{{objects}}}")
    return FixPlan("Pass custom_objects", (added,), Applicability.SAFE)


def _missing(model: ModelGraph, call: CallSite, program: Program) -> Iterator[tuple[str, str]]:
    """What of a model's own Keras does not find: what it is, and its name."""
    names = [layer.type for layer in layers_within(model) if layer.custom] if model.kind != "subclass" else []
    if model.kind == "subclass" and model.named_after:
        names.append(model.named_after)
    for name in names:
        cls = program.class_named(name)
        if cls is not None and cls.decorators == ():
            yield cls.kind, name
    loss = model.compile.args.get("loss") if model.compile is not None else None
    if isinstance(loss, FunctionValue) and call.args.get("compile").must_be(True) and loss.name != "<lambda>":
        function = program.function(loss)
        if function is not None and function.decorators == ():
            yield "loss function", loss.name
