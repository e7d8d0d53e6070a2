"""A model is saved as `.h5` with the loss `"mse"` or `"mae"`, and Keras 3 can't load that file.

The file has the loss by its short name, and Keras 3 does not find it when it reads the file back.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y)
model.save("model.h5")  # expect: TDL906
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mean_squared_error")
model.fit(x, y)
model.save("model.h5")
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y)
model.save("model.h5")
again = keras.models.load_model("model.h5", compile=False)
```

## Why

Measured on Keras 3.15.1 (FACTS H6), with `compile(loss=…)`, `save("m.h5")` and `load_model("m.h5")`:

| loss | `load_model` |
|---|---|
| `"mse"`, `"MSE"`, `"mae"`, `"mape"`, `"msle"`, `"kld"`, `"bce"`, also in a list or dict | ValueError |
| `"mean_squared_error"`, `"binary_crossentropy"`, `"huber"`, `keras.losses.MeanSquaredError()` | loads |
| any of them, saved as `.keras` | loads |
| `metrics=["mse"]` alone | loads |

The error is: Could not deserialize 'keras.metrics.mse' because it is not a KerasSaveable subclass. Keras 2 loads all of
them. With `compile=False` Keras 3 loads them too, without optimizer and loss.

## References

- https://keras.io/guides/serialization_and_saving/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Mapping, Place, Program, Report, Rule, Sequence, Severity, Value, text

from .._saving import LOADS, Saved, saved_models, version_of

SHORT = frozenset({"mse", "MSE", "mae", "MAE", "mape", "MAPE", "msle", "MSLE", "kld", "KLD", "bce", "BCE"})


class UnloadableH5Loss(Rule):
    """Keras 3 only; silent where the program loads files without compiling, as that works."""

    code = "TDL906"
    severity = Severity.WARNING

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call that saves."""
        if version_of(program, context) < (3, 0):
            return
        loaded = [call for call in program.calls if call.name in LOADS]
        if any(not call.args.get("compile").must_be(True) for call in loaded):
            return
        for saved in saved_models(program):
            loss = _short_loss(saved)
            if loss is not None and saved.path is not None and saved.path.endswith((".h5", ".hdf5")):
                yield _report(saved, loss, any(text(call.args.get("filepath")) == saved.path for call in loaded))


def _short_loss(saved: Saved) -> str | None:
    """The loss that has a short name."""
    compiled = saved.call.compiled or saved.model.compile
    if compiled is None or not saved.call.args.complete or saved.call.args.passes("include_optimizer"):
        return None
    return next((name for name in _texts(compiled.args.get("loss")) if name in SHORT), None)


def _texts(value: Value) -> Iterator[str]:
    parts: tuple[Value, ...] = (value,)
    if isinstance(value, Sequence):
        parts = value.items
    elif isinstance(value, Mapping):
        parts = tuple(item for _, item in value.items)
    yield from (name for part in parts if (name := text(part)) is not None)


def _report(saved: Saved, loss: str, loaded: bool) -> Report:
    compiled = saved.call.compiled or saved.model.compile
    related = ((Place(compiled.args.site("loss") or compiled.site), "the loss"),) if compiled is not None else ()
    return Report(
        saved.place,
        f"{saved.path} is written with the loss {loss!r}, and Keras 3 can't load such a file",
        fact=f"load_model raises ValueError: Could not deserialize 'keras.metrics.{loss}' (FACTS H6)",
        help="save as .keras, or name the loss in full in compile",
        related=related,
        severity=Severity.ERROR if loaded else None,
    )
