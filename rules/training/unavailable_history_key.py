"""A history is asked for something that training did not log.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, validation_split=0.2, epochs=10)
best = max(history.history["val_acc"])  # expect: TDL513
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
history = model.fit(x, y, epochs=10)
last = history.history["val_loss"][-1]  # expect: TDL513
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, validation_split=0.2, epochs=10)
best = max(history.history["val_accuracy"])
losses = history.history["loss"], history.history["val_loss"]
```

## Fixed

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, validation_split=0.2, epochs=10)
best = max(history.history["val_accuracy"])
```

## Why

The logs have `loss`, every metric under the name that `compile` gave it (`accuracy` for "accuracy", `acc` for "acc"),
and the same with `val_` if there are validation data. Measured on Keras 3.15.1 and 2.15.0 (FACTS E4): any other name
is a KeyError, after the whole training is done. Before Keras 2.3, "accuracy" was logged as `acc`; much old code has
it.

## Fix safety

Safe where a metric is read under its other name, such as `acc` for `accuracy`: the program raised before. There is no
automatic fix for anything else.

## References

- https://keras.io/api/callbacks/
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from tdlint.api import Applicability, CallSite, Context, FixPlan, Program, ReplaceCode, Report, Rule, Severity, text

from ._logs import as_measured, is_measured, logged, logs_nothing_more, validated

LOGS = "keras.callbacks.History.history"


class UnavailableHistoryKey(Rule):
    """Needs a fit whose callbacks add nothing to the logs, and names that are all known."""

    code = "TDL513"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report where the name is read; the ``fit`` is related."""
        fit = call.result_of if call.name == LOGS else None
        key = text(call.args.get("key"))
        if fit is None or key is None or not call.certain or not fit.args.complete:
            return
        if not logs_nothing_more(fit, program):
            return
        has_validation, names = validated(fit), logged(fit, program, context)
        if key.startswith("val_") and has_validation is False:
            yield _report(call, fit, f"{key} is read from the history of a fit without validation data", None)
        elif names is not None and has_validation is not None and not is_measured(key.removeprefix("val_"), names):
            prefix = "val_" if key.startswith("val_") else ""
            close = difflib.get_close_matches(key.removeprefix("val_"), names, n=1, cutoff=0.3)
            known = ", ".join(("loss", *names))
            message = f"{key} is read from a history that has {known}{' and their val_' if has_validation else ''}"
            other = as_measured(key, names)
            meant = other or (f"{prefix}{close[0]}" if close else None)
            yield _report(call, fit, message, meant, _fix(call, key, other, program) if other else None)


def _fix(call: CallSite, key: str, name: str, program: Program) -> FixPlan | None:
    site = call.args.site("key")
    written = program.text(site) if site is not None else ""
    quoted = [f"{quote}{key}{quote}" for quote in "'\"" if written.count(f"{quote}{key}{quote}") == 1]
    if site is None or len(quoted) != 1:
        return None
    code = written.replace(quoted[0], quoted[0].replace(key, name))
    return FixPlan(f"Read {name!r}, which is the same metric", (ReplaceCode(site, (code,)),), Applicability.SAFE)


def _report(call: CallSite, fit: CallSite, message: str, name: str | None, fix: FixPlan | None = None) -> Report:
    return Report(
        call.place("key"),
        message,
        fact="KeyError, after the training is done (FACTS E4)",
        help=f"history.history[{name!r}]"
        if name
        else "pass validation_data or validation_split to fit"
        if "without validation" in message
        else "print(history.history.keys()) shows what there is",
        related=((fit.place(), "this fit"),),
        fix=fix,
    )
