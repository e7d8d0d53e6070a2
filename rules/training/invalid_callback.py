"""A callback that Keras refuses: a class in place of an object, or an argument that can't be.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=10, callbacks=[keras.callbacks.TerminateOnNaN])  # expect: TDL517
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
slower = keras.callbacks.ReduceLROnPlateau(factor=2)  # expect: TDL517
model.fit(x, y, validation_split=0.2, epochs=10, callbacks=[slower])
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
slower = keras.callbacks.ReduceLROnPlateau(factor=0.5)
model.fit(x, y, validation_split=0.2, epochs=10, callbacks=[slower, keras.callbacks.TerminateOnNaN()])
```

## Fixed

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=10, callbacks=[keras.callbacks.TerminateOnNaN()])
```

## Why

Measured on Keras 3.15.1 and 2.15.0 (FACTS E3d, E3g): TypeError, `Callback.set_model() missing 1 required positional
argument`; ValueError, `ReduceLROnPlateau does not support a factor >= 1.0`.

## Fix safety

Safe, as the program could not run: an object is made of a class of Keras that needs no arguments. There is no automatic
fix for anything else.

## References

- https://keras.io/api/callbacks/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    CallSite,
    ClassValue,
    Context,
    FixPlan,
    Instance,
    Place,
    Program,
    ReplaceCode,
    Report,
    Rule,
    Sequence,
    Severity,
    Symbol,
    Value,
    number,
)

WITHOUT_ARGUMENTS = frozenset({"EarlyStopping", "History", "ReduceLROnPlateau", "TensorBoard", "TerminateOnNaN"})
CALLBACK = "keras.callbacks.Callback"


class InvalidCallback(Rule):
    """Everything that takes ``callbacks``."""

    code = "TDL517"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the callback."""
        if not call.name.startswith("keras.Model.") or not call.args.passes("callbacks"):
            return
        given = call.args.get("callbacks")
        for callback in given.items if isinstance(given, Sequence) else (given,):
            name = _class_name(callback)
            if name is not None:
                yield Report(
                    call.place("callbacks"),
                    f"{name} among the callbacks is a class, not an object",
                    fact="Keras raises TypeError: set_model() missing 1 required positional argument (FACTS E3g)",
                    help=f"make one: {name}(…)",
                    fix=_fix(call, name, program) if isinstance(callback, Symbol) else None,
                )
            factor = _factor(callback)
            if isinstance(callback, Instance) and factor is not None and factor >= 1:
                yield Report(
                    Place(callback.args.site("factor") or callback.site),
                    f"ReduceLROnPlateau with a factor of {factor:g} does not reduce",
                    fact="Keras raises ValueError: it does not support a factor >= 1.0 (FACTS E3d)",
                    help="the new rate is the old one times the factor: 0.1 or 0.5",
                )


def _class_name(callback: Value) -> str | None:
    if isinstance(callback, ClassValue) and CALLBACK in callback.bases:
        return callback.name
    if isinstance(callback, Symbol) and callback.name.startswith("keras.callbacks."):
        short = callback.name.rpartition(".")[2]
        return short if short[:1].isupper() else None
    return None


def _factor(callback: Value) -> float | None:
    if isinstance(callback, Instance) and callback.type == "keras.callbacks.ReduceLROnPlateau":
        return number(callback.args.get("factor"))
    return None


def _fix(call: CallSite, name: str, program: Program) -> FixPlan | None:
    site = call.args.site("callbacks")
    written = program.text(site) if site is not None else ""
    made, count = re.subn(rf"\b{name}\b(?!\s*\()", f"{name}()", written)
    if name not in WITHOUT_ARGUMENTS or site is None or count != 1 or not written.startswith(("[", "(")):
        return None
    return FixPlan("Make an object of it", (ReplaceCode(site, (made,)),), Applicability.SAFE)
