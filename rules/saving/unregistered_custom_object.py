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

## Why

Measured on Keras 3.15.1 and tf_keras 2, `.keras` and `.h5` (FACTS H6b, H6c):

| | `load_model(path)` |
|---|---|
| a layer or model of the program | TypeError, or ValueError: Unknown layer |
| a loss function of the program | TypeError: Could not locate function 'weighted'; with `compile=False` it loads |
| either, registered or in `custom_objects` | loads |

## References

- https://keras.io/guides/serialization_and_saving/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, FunctionValue, ModelGraph, Program, Report, Rule, Severity

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
                names = [_missing(model, call, program) for model in models]
                if call.args.complete and call.args.get("custom_objects").must_be(None) and all(names):
                    yield Report(
                        call.place(),
                        f"{path} was saved with {names[0]}, which load_model can't find",
                        fact="load_model raises an error: could not locate it (FACTS H6b, H6c)",
                        help="put @keras.saving.register_keras_serializable() before it, or pass custom_objects",
                    )


def _missing(model: ModelGraph, call: CallSite, program: Program) -> str | None:
    """What of a model's own Keras does not find."""
    names = [layer.type for layer in layers_within(model) if layer.custom] if model.kind != "subclass" else []
    if model.kind == "subclass" and model.named_after:
        names.append(model.named_after)
    for name in names:
        cls = program.class_named(name)
        if cls is not None and cls.decorators == ():
            return f"the {cls.kind} {name}"
    loss = model.compile.args.get("loss") if model.compile is not None else None
    if isinstance(loss, FunctionValue) and call.args.get("compile").must_be(True) and loss.name != "<lambda>":
        function = program.function(loss)
        if function is not None and function.decorators == ():
            return f"the loss function {loss.name}"
    return None
