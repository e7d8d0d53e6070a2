"""A callback sets the learning rate of an optimizer that follows a schedule.

## Bad

```python
import keras

rate = keras.optimizers.schedules.ExponentialDecay(1e-2, decay_steps=1000, decay_rate=0.9)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
plateau = keras.callbacks.ReduceLROnPlateau(patience=2)  # expect: TDL505
model.fit(x, y, validation_split=0.2, epochs=50, callbacks=[plateau])
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(1e-2), loss="mse")
plateau = keras.callbacks.ReduceLROnPlateau(patience=2)
model.fit(x, y, validation_split=0.2, epochs=50, callbacks=[plateau])
```

## Why

Measured (FACTS E3e): Keras 3.15.1 raises TypeError, `This optimizer was created with a LearningRateSchedule object as
its learning_rate constructor argument, hence its learning rate is not settable`: LearningRateScheduler at the first
epoch, ReduceLROnPlateau when it first triggers, hours into training. Keras 2.15 ignores the callback without a word.

## Fix safety

There is no automatic fix: either of the two may be what is meant.

## References

- https://keras.io/api/optimizers/learning_rate_schedules/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Instance, Place, Program, Report, Rule, Sequence, Severity, Value

from ._logs import FITS

SCHEDULES = frozenset(
    {
        *("CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay"),
        *("PiecewiseConstantDecay", "PolynomialDecay"),
    }
)
SETTING = frozenset({"keras.callbacks.LearningRateScheduler", "keras.callbacks.ReduceLROnPlateau"})


class ScheduledTwice(Rule):
    """Schedules of Keras only."""

    code = "TDL505"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the callback; the schedule is related."""
        if call.name not in FITS or call.compiled is None:
            return
        optimizer = call.compiled.args.get("optimizer")
        schedule = optimizer.args.get("learning_rate") if isinstance(optimizer, Instance) else None
        if schedule is None or not _is_schedule(schedule):
            return
        given = call.args.get("callbacks")
        for callback in given.items if isinstance(given, Sequence) else (given,):
            if isinstance(callback, Instance) and callback.type in SETTING:
                new = context.version(callback.namespace) >= (3, 0)
                yield Report(
                    Place(callback.site),
                    f"{callback.type.rpartition('.')[2]} sets a learning rate that follows a schedule",
                    fact="Keras raises TypeError when it does: the learning rate is not settable (FACTS E3e)"
                    if new
                    else "Keras 2 ignores it without a word (FACTS E3e)",
                    help="drop the callback, or give the optimizer a number as its learning rate",
                    related=((call.compiled.place("optimizer"), "this optimizer has a schedule"),),
                    severity=Severity.ERROR if new else Severity.WARNING,
                )


def _is_schedule(value: Value) -> bool:
    return isinstance(value, Instance) and value.type.rpartition(".")[2] in SCHEDULES
