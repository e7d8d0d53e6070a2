"""A callback watches something that training does not measure.

`EarlyStopping`, `ReduceLROnPlateau` and `ModelCheckpoint` look up their `monitor` in the logs of every epoch. `val_…`
is there only if `fit` gets validation data; a metric is there only under the name that `compile` gave it.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=100, callbacks=[keras.callbacks.EarlyStopping(patience=2)])  # expect: TDL501
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(monitor="val_acc", patience=2)  # expect: TDL501
model.fit(x, y, validation_split=0.2, epochs=100, callbacks=[stop])
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=2)
model.fit(x, y, validation_split=0.2, epochs=100, callbacks=[stop])
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=100, callbacks=[keras.callbacks.EarlyStopping(monitor="loss", patience=2)])
```

## Why

Measured on Keras 3.15.1 and 2.15.0 (FACTS E1):

| callback | what happens |
|---|---|
| EarlyStopping | a warning, and it never stops: all epochs run |
| ReduceLROnPlateau | a warning, and the learning rate is never reduced |
| ModelCheckpoint with `save_best_only` | a warning; Keras 2 writes no file, Keras 3 writes one that is not the best |
| a metric under another name, `mode="auto"` | Keras 3: ValueError after the first epoch; Keras 2: never stops |

## Fix safety

Unsafe where a metric is watched under its other name, such as `acc` for `accuracy`, as Keras before 2.3 logged it: the
callback then acts. There is no automatic fix for anything else: which data to validate on is not for a tool to choose.

## References

- https://keras.io/api/callbacks/early_stopping/
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    CallSite,
    Context,
    FixPlan,
    Instance,
    Place,
    Program,
    Report,
    Rewrite,
    Rule,
    Severity,
    text,
)

from ._logs import FITS, as_measured, is_measured, keras_callbacks, logged, validated

WATCHING = {
    "keras.callbacks.EarlyStopping": "it never stops: all epochs run",
    "keras.callbacks.ReduceLROnPlateau": "the learning rate is never reduced",
    "keras.callbacks.ModelCheckpoint": "the best model is never told apart",
}


class MonitorUnavailable(Rule):
    """Needs a fit whose callbacks are of Keras, or only read their logs: others may add to them."""

    code = "TDL501"
    severity = Severity.WARNING

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the ``monitor`` argument, or at the callback where it is the default."""
        if call.name not in FITS or not call.args.complete:
            return
        callbacks = keras_callbacks(call, program)
        has_validation = validated(call)
        for callback in callbacks:
            monitor = text(callback.args.get("monitor"))
            if monitor is None or not _watches(callback):
                continue
            if has_validation is False and monitor.startswith("val_"):
                yield _without_validation(call, callback, monitor)
            elif has_validation is not None:
                yield from _unnamed(call, callback, monitor, program, context)


def _watches(callback: Instance) -> bool:
    if callback.type == "keras.callbacks.ModelCheckpoint":
        return callback.args.get("save_best_only").must_be(True)
    return callback.type in WATCHING


def _without_validation(call: CallSite, callback: Instance, monitor: str) -> Report:
    short = callback.type.rpartition(".")[2]
    return Report(
        Place(callback.args.site("monitor") or callback.site),
        f"{short} watches {monitor}, and fit gets no validation data",
        fact=f"Keras warns once per epoch, and {WATCHING[callback.type]} (FACTS E1)",
        help=f"pass validation_data or validation_split to fit, or monitor='{monitor[4:]}'",
        related=((call.place(), "this fit has neither validation_data nor validation_split"),),
    )


def _unnamed(call: CallSite, callback: Instance, monitor: str, program: Program, context: Context) -> Iterator[Report]:
    """A metric that the model's ``compile`` does not name; only where every name is known."""
    names = logged(call, program, context)
    wanted = monitor.removeprefix("val_")
    if names is None or is_measured(wanted, names):
        return
    prefix = "val_" if monitor.startswith("val_") else ""
    close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.3)
    other = as_measured(monitor, names)
    should = other or f"{prefix}{close[0] if close else 'loss'}"
    site = callback.args.site("monitor")
    raises = context.keras >= (3, 0) and callback.args.get("mode").must_be("auto")
    short = callback.type.rpartition(".")[2]
    known = ", ".join(("loss", *names))
    yield Report(
        Place(callback.args.site("monitor") or callback.site),
        f"{short} watches {monitor}, and the compiled model measures {known}",
        fact="Keras 3 raises ValueError after the first epoch: it can't tell whether more is better (FACTS E1d)"
        if raises
        else f"Keras warns once per epoch, and {WATCHING[callback.type]} (FACTS E1)",
        help=f"monitor='{should}'",
        severity=Severity.ERROR if raises else Severity.WARNING,
        fix=FixPlan(f"Watch {other!r}, which is the same metric", (Rewrite(site, other),), Applicability.UNSAFE)
        if other and site is not None
        else None,
    )
