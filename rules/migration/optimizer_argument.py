"""An argument of an optimizer is not taken as it was: `lr`, `decay`, `epsilon=None` and the like.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
sgd = keras.optimizers.SGD(lr=0.1, decay=1e-6, momentum=0.9)  # expect: TDL815, TDL815
model.compile(optimizer=sgd, loss="mse")
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(
    optimizer=keras.optimizers.Adam(
        lr=0.001,  # expect: TDL815
        epsilon=None,  # expect: TDL815
        decay=0.0,  # expect: TDL815
    ),
    loss="mse",
)
```

```python
from tensorflow.keras.optimizers import Adam

model_optimizer = Adam(decay=1e-4)  # expect: TDL815
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.01, clipnorm=1.0, clipvalue=0.5), loss="mse")  # expect: TDL815
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
rate = keras.optimizers.schedules.InverseTimeDecay(0.1, decay_steps=1, decay_rate=1e-6)
model.compile(optimizer=keras.optimizers.SGD(learning_rate=rate, momentum=0.9), loss="mse")
```

```python
# keras-version: 2.9
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(lr=0.1, decay=1e-6, momentum=0.9), loss="mse")
```

## Fixed

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
sgd = keras.optimizers.SGD(learning_rate=keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 1e-6), momentum=0.9)
model.compile(optimizer=sgd, loss="mse")
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(
    optimizer=keras.optimizers.Adam(
        learning_rate=0.001,
    ),
    loss="mse",
)
```

```python
from tensorflow.keras.optimizers import Adam, schedules

model_optimizer = Adam(learning_rate=schedules.InverseTimeDecay(0.001, 1, 1e-4))
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.01, clipnorm=1.0), loss="mse")
```

## Why

Measured (FACTS L4):

| | Keras 3.15.1 | Keras 2.11 to 2.15 |
|---|---|---|
| `lr=` | ValueError: Argument(s) not recognized | ignored: the rate is the default |
| `decay=` | ignored, with a warning | ValueError |
| `epsilon=None` | ValueError in `fit`: None values not supported | the same |
| `jit_compile=`, `schedule_decay=` | ValueError | taken |
| `clipnorm=` beside `clipvalue=` | ValueError: only one can be set | `clipvalue` is ignored |

## Fix safety

Safe where the program could not run. A `decay` becomes the schedule that does what it did, `InverseTimeDecay(rate, 1,
decay)`: unsafe, as Keras 3 trained without it. `decay=0.0` is left out, which is safe. `clipvalue` beside `clipnorm` is
left out, which is unsafe: Keras 2.11 and newer ignored it, older ones did both.

## References

- https://keras.io/api/optimizers/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tdlint.api import (
    Applicability,
    CallSite,
    Context,
    DatedCall,
    FixPlan,
    Imported,
    Instance,
    KerasVersion,
    Place,
    Program,
    RemoveArgument,
    RenameArgument,
    ReplaceCode,
    Report,
    Rule,
    Severity,
    number,
)

from ._arguments import changed, report, short
from ._names import importable

CLIPPING = ("clipnorm", "clipvalue")
SCHEDULE = "keras.optimizers.schedules.InverseTimeDecay"
DEFAULTS = {"SGD": "0.01"}
"""The rates of optimizers that are not given one, in Keras 3, but for 0.001."""


class OptimizerArgument(Rule):
    """All of the table that is about optimizers, but those of `optimizers.legacy`."""

    code = "TDL815"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the value that is passed."""
        for call, change, target in changed(program, context, ("optimizer",)):
            made = report(call, change, program, target)
            if change.old == "decay":
                yield _of_decay(call, made, target)
            elif change.old == "lr" and target.major < 3:
                yield _ignored_rate(made)
            else:
                yield made

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report `clipvalue` beside `clipnorm`."""
        optimizer = call.args.get("optimizer") if call.name == "keras.Model.compile" else None
        if not isinstance(optimizer, Instance) or not optimizer.type.startswith("keras.optimizers."):
            return
        if context.version(optimizer.namespace) < (3, 0):
            return
        norm, value = (optimizer.args.get(name) for name in CLIPPING)
        site = optimizer.args.site("clipvalue")
        if site is None or number(norm) is None or number(value) is None:
            return
        gone = (RemoveArgument(optimizer.site, site),) if optimizer.site is not None else ()
        yield Report(
            Place(site),
            "this optimizer is given clipnorm and clipvalue, of which Keras 3 takes one",
            fact="Keras 3 raises ValueError: only one of them can be set (FACTS L14)",
            help="leave out clipvalue, as Keras 2.11 to 2.15 did, or clip by value alone",
            fix=FixPlan("Leave out clipvalue", gone, Applicability.UNSAFE) if gone else None,
        )


def _ignored_rate(made: Report) -> Report:
    """Since 2.11, Keras 2 takes the old name and does nothing with it."""
    fix = None if made.fix is None else replace(made.fix, applicability=Applicability.UNSAFE)
    fact = "Keras 2 ignores it since 2.11: the learning rate is the default (FACTS L4)"
    return replace(made, fact=fact, fix=fix, severity=Severity.WARNING)


def _of_decay(call: DatedCall, made: Report, target: KerasVersion) -> Report:
    value = number(call.args.get("decay"))
    if target.major < 3:
        return replace(made, fact="Keras 2 raises ValueError since 2.11 (FACTS L4)", severity=Severity.ERROR)
    if value == 0:
        return replace(made, severity=Severity.ADVICE)
    how_much = "" if value is None else f" of {value:g}"
    return replace(
        made,
        message=f"the decay{how_much} of this {short(call)} does nothing in Keras 3",
        fact="Keras 3 ignores it, with a warning: the learning rate stays as it is (FACTS L4)",
        fix=_schedule(call),
    )


def _schedule(call: DatedCall) -> FixPlan | None:
    """Give the rate as the schedule that does what the decay did."""
    decay = call.args.site("decay")
    given = next((name for name in ("learning_rate", "lr") if call.args.passes(name)), None)
    if decay is None or not call.args.complete or call.namespace is None:
        return None
    schedule = Imported(importable(SCHEDULE, call.namespace))
    changes: tuple[RenameArgument | ReplaceCode | RemoveArgument, ...]
    if given is None:
        default = DEFAULTS.get(short(call), "0.001")
        made = (schedule, f"({default}, 1, ", decay, ")")
        changes = (RenameArgument(call.site, decay, "learning_rate", made),)
    else:
        rate = call.args.site(given)
        if rate is None or isinstance(call.args.get(given), Instance):
            return None
        parts = (schedule, "(", rate, ", 1, ", decay, ")")
        by_place = any(rate == place for _, place in call.positional)
        moved = ReplaceCode(rate, parts) if by_place else RenameArgument(call.site, rate, "learning_rate", parts)
        changes = (moved, RemoveArgument(call.site, decay))
    return FixPlan("Give the learning rate as a schedule", changes, Applicability.UNSAFE)
