"""EarlyStopping waits for more epochs than training has.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
stop = keras.callbacks.EarlyStopping(patience=20)  # expect: TDL504
model.fit(x, y, validation_split=0.2, epochs=10, callbacks=[stop])
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
stop = keras.callbacks.EarlyStopping(patience=3)
model.fit(x, y, validation_split=0.2, epochs=10, callbacks=[stop])
```

## Why

Training stops when the monitor has not improved for `patience` epochs, and the first epoch always counts as an
improvement: with `patience` of `epochs - 1` or more it can't stop early. With `restore_best_weights=True` Keras 3
still restores the best weights at the end, Keras 2 does not (FACTS E3c). It is advice, off by default: programs are
often shortened to try them.

## Fix safety

There is no automatic fix.

## Also checked by

- DeepFD epoch

## References

- https://keras.io/api/callbacks/early_stopping/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Instance, Place, Program, Report, Rule, Sequence, Severity, integer

from ._logs import FITS


class PatienceBeyondTraining(Rule):
    """Both must be known numbers."""

    code = "TDL504"
    severity = Severity.ADVICE

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the ``patience``; the ``fit`` is related."""
        epochs = integer(call.args.get("epochs")) if call.name in FITS else None
        given = call.args.get("callbacks")
        for callback in given.items if isinstance(given, Sequence) else (given,):
            if epochs is None or not isinstance(callback, Instance):
                continue
            patience = integer(callback.args.get("patience"))
            if callback.type != "keras.callbacks.EarlyStopping" or patience is None or patience < max(epochs - 1, 1):
                continue
            yield Report(
                Place(callback.args.site("patience") or callback.site),
                f"EarlyStopping waits {patience} epochs, and training has {epochs}",
                fact="it can never stop early; Keras 3 can still restore the best weights at the end (FACTS E3c)",
                help="a smaller patience, or more epochs",
                related=((call.place("epochs"), f"{epochs} epochs"),),
            )
