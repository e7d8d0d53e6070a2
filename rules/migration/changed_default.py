"""A default that the program relies on is another one than it was, and nobody says so.

For programs that show by something else that they were written for the older version, this is a warning; for others,
advice.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8, 8, 3)),
    layers.AveragePooling2D(),  # expect: TDL814
    layers.Flatten(),
    layers.Dense(10, "softmax"),
])
model.compile(keras.optimizers.Adadelta(), "sparse_categorical_crossentropy")  # expect: TDL814
model.fit(x, y, nb_epoch=5)
```

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((5, 8, 8, 3)),
    layers.ConvLSTM2D(4, 3),  # expect: TDL814
    layers.Flatten(),
    layers.Dense(1),
])
model.compile("adagrad", "mse")  # expect: TDL814
model.fit(x, y, nb_epoch=5)
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8, 8, 3)),
    layers.AveragePooling2D(2),
    layers.Flatten(),
    layers.Dense(10, "softmax"),
])
model.compile(keras.optimizers.Adadelta(1.0), "sparse_categorical_crossentropy")
```

## Fixed

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8, 8, 3)),
    layers.AveragePooling2D(pool_size=2),
    layers.Flatten(),
    layers.Dense(10, "softmax"),
])
model.compile(keras.optimizers.Adadelta(learning_rate=1.0), "sparse_categorical_crossentropy")
model.fit(x, y, nb_epoch=5)
```

## Why

Measured (FACTS L10):

| | was | is |
|---|---|---|
| pool_size of AveragePooling1D, 2D, 3D | 2, until 2.15 | none: TypeError |
| recurrent_activation of ConvLSTM1D, 2D, 3D | hard_sigmoid, until 2.15 | sigmoid |
| learning_rate of Lion | 0.0001, until 2.15 | 0.001 |
| learning_rate of Adadelta, Adagrad | 1.0 and 0.01, until 2.3 | 0.001 |
| learning_rate of Adamax, Nadam | 0.002, until 2.3 | 0.001 |
| recurrent_activation of LSTM and GRU, reset_after of GRU | hard_sigmoid, False, until 2.3 | sigmoid, True |

Adadelta without a rate is the one that tutorials suffer from: at 0.001, it hardly moves.

## Fix safety

Safe where the call raises; unsafe elsewhere, as the program computes again what it did in the older version.
`hard_sigmoid` is another function in Keras 3 (TDL821): ConvLSTM1D, 2D and 3D of older programs get one that computes
what it did, LSTM and GRU have no fix, as it would keep them from the fast kernels.

## References

- https://keras.io/guides/migrating_to_keras_3/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    AddArgument,
    Applicability,
    CallSite,
    Context,
    DatedCall,
    DefaultChange,
    FixPlan,
    Imported,
    Place,
    Program,
    ReplaceCode,
    Report,
    Rule,
    Severity,
    argument_changes,
    defaults_of,
    text,
)

from .._saving import version_of
from ._arguments import is_passed_over, short, version
from ._hard_sigmoid import NAME, defined, written_for
from ._names import importable

OPTIMIZERS = {"adadelta": "Adadelta", "adagrad": "Adagrad"}
"""Texts for optimizers whose default matters much."""


class ChangedDefault(Rule):
    """What is not passed; what matters little only in programs that are older than the change."""

    code = "TDL814"
    severity = Severity.WARNING

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call."""
        age = written_for(program)
        seen = set()
        for call in program.dated_calls:
            if call.site in seen or not call.args.complete or is_passed_over(call, program):
                continue
            for change in defaults_of(call.name):
                older = age is not None and age <= change.since
                if version(call, program, context) < change.since or _passes(call, change.argument):
                    continue
                if change.weight == "little" and not older:
                    continue
                seen.add(call.site)
                yield _report(Place(call.site), short(call), change, older, _fix(call, change, older, program))
                break

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the text for an optimizer."""
        name = OPTIMIZERS.get((text(call.args.get("optimizer")) or "").lower())
        if call.name != "keras.Model.compile" or name is None:
            return
        age = written_for(program)
        for change in defaults_of(f"keras.optimizers.{name}"):
            if version_of(program, context) >= change.since:
                older = age is not None and age <= change.since
                yield _report(call.place("optimizer"), name, change, older, _object(call, name, change, program))


def _passes(call: DatedCall, argument: str) -> bool:
    """Whether the argument is passed, be it by an older name."""
    older = (change.old for change in argument_changes(call.name).values() if change.new == argument)
    return call.args.passes(argument) or any(call.args.passes(name) for name in older)


def _fix(call: DatedCall, change: DefaultChange, older: bool, program: Program) -> FixPlan | None:
    if NAME in change.was:
        made = defined(call.site, program) if older and change.weight == "much" else None
        added = AddArgument(call.site, f"{change.argument}={NAME}")
        return FixPlan("Keep the function of Keras 2", (made, added), Applicability.UNSAFE) if made else None
    said = f"{change.argument}={change.was}"
    safe = Applicability.SAFE if change.weight == "raises" else Applicability.UNSAFE
    return FixPlan(f"Say {said}", (AddArgument(call.site, said),), safe)


def _object(call: CallSite, name: str, change: DefaultChange, program: Program) -> FixPlan | None:
    """An object in the place of its name."""
    site = call.args.site("optimizer")
    used = {namespace for namespace, _ in program.namespaces}
    if site is None or program.text(site)[:1] not in "\"'" or not used <= {"keras", "tf.keras"}:
        return None
    said = f"{change.argument}={change.was}"
    made = Imported(importable(f"keras.optimizers.{name}", "keras" if "keras" in used else "tf.keras"))
    return FixPlan(f"Say {said}", (ReplaceCode(site, (made, f"({said})")),), Applicability.UNSAFE)


def _report(at: Place, name: str, change: DefaultChange, older: bool, fix: FixPlan | None = None) -> Report:
    if change.now is None:
        message = f"{name} has no default of {change.argument} in Keras 3: it was {change.was}"
        fact, severity = "Keras 3 raises TypeError (FACTS L10)", Severity.ERROR
    else:
        message = f"the {change.argument} of {name} is {change.now} since Keras {change.since}: it was {change.was}"
        fact = "Keras says nothing of it (FACTS L10)"
        severity = Severity.WARNING if older and change.weight == "much" else Severity.ADVICE
    return Report(at, message, fact=fact, help=change.remark or f"say {change.argument}=…", fix=fix, severity=severity)
