"""A callback of the program looks for something in its logs that training does not log.

## Bad

```python
import keras

class Best(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(logs["val_acc"])  # expect: TDL522

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, validation_split=0.2, epochs=10, callbacks=[Best()])
```

```python
import keras

class Enough(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs={}):
        if logs.get("acc") > 0.9:  # expect: TDL522
            self.model.stop_training = True

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=10, callbacks=[Enough()])
```

## Good

```python
import keras

class Best(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        print(logs["val_accuracy"], logs.get("lr"), logs.get("acc", logs.get("accuracy")))

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, validation_split=0.2, epochs=10, callbacks=[Best()])
```

## Fixed

```python
import keras

class Best(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(logs["val_accuracy"])

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, validation_split=0.2, epochs=10, callbacks=[Best()])
```

```python
import keras

class Enough(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs={}):
        if logs.get("accuracy") > 0.9:
            self.model.stop_training = True

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=10, callbacks=[Enough()])
```

## Why

Measured on Keras 3.15.1 and tf_keras 2.21 (FACTS E4b): the logs have `loss` and every metric under the name that
`compile` gave it, at the end of an epoch also with `val_` before it if there are validation data; not so at the end
of a batch. `logs["acc"]` is a KeyError where "accuracy" is measured, and `logs.get("acc")` is None. Before Keras 2.3,
"accuracy" was logged as `acc`, and the logs of a batch had its `size`.

`logs.get` of something that is not measured at all is not reported: it asks whether it is there.

## Fix safety

A metric that is asked for by its other name, such as `acc` for `accuracy`, gets the name that it has: safe for
`logs["acc"]`, as the program raised before, unsafe for `logs.get("acc")`. There is no automatic fix for anything else,
or where the same callback is used in a training that has the name.

## References

- https://keras.io/guides/writing_your_own_callbacks/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tdlint.api import (
    Applicability,
    CallSite,
    Context,
    FixPlan,
    KeyRead,
    Place,
    Program,
    Report,
    Rewrite,
    Rule,
    Severity,
    Site,
)

from ._logs import FITS, as_measured, callbacks_of, is_measured, log_methods, logged, logs_nothing_more, validated

OF_EPOCH = ("on_epoch_end",)
OF_BATCH = ("on_batch_end", "on_train_batch_end")


@dataclass(frozen=True)
class _Looked:
    """A name that a callback looks for in the logs of a fit; ``names`` are the metrics there, with ``val_`` or not."""

    read: KeyRead
    fit: CallSite
    names: tuple[str, ...]
    of_batch: bool
    has_validation: bool | None

    @property
    def other(self) -> str | None:
        """The name that it has."""
        if self.read.key.startswith("val_") and (self.of_batch or self.has_validation is not True):
            return None
        return as_measured(self.read.key, self.names)

    @property
    def is_missing(self) -> bool:
        """Whether it is certainly not there."""
        key = self.read.key
        if key.startswith("val_") and (self.of_batch or self.has_validation is False):
            return True
        return not is_measured(key.removeprefix("val_"), self.names)


class UnavailableLogKey(Rule):
    """Needs a fit whose callbacks add nothing to the logs, and names that are all known."""

    code = "TDL522"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report where the name is read; the ``fit`` is related."""
        found: dict[Site, list[_Looked]] = {}
        for call in program.calls_of(*FITS):
            for looked in _looked_for(call, program, context):
                found.setdefault(looked.read.site, []).append(looked)
        for uses in found.values():
            missing = [looked for looked in uses if looked.is_missing]
            if missing and (missing[0].read.raises or (missing[0].other and len(missing) == len(uses))):
                yield _report(missing[0], len(missing) == len(uses))


def _looked_for(call: CallSite, program: Program, context: Context) -> Iterator[_Looked]:
    if not call.args.complete or not logs_nothing_more(call, program):
        return
    names = None
    for callback in callbacks_of(call) or ():
        for method in log_methods(callback, program) or ():
            if method.name not in OF_EPOCH + OF_BATCH or method.logs is None:
                continue
            names = logged(call, program, context) if names is None else names
            if names is None:
                return
            asked = {key.key for key in method.logs.keys}
            for key in method.logs.keys:
                other = as_measured(key.key, names)
                if not key.guarded and other not in asked:
                    yield _Looked(key, call, names, method.name in OF_BATCH, validated(call))


def _report(looked: _Looked, is_always_missing: bool) -> Report:
    read, other = looked.read, looked.other
    known = ", ".join(("loss", *looked.names))
    logs = f"{known} and their val_" if looked.has_validation and not looked.of_batch else known
    what = f"logs[{read.key!r}]" if read.raises else f"logs.get({read.key!r})"
    safe = Applicability.SAFE if read.raises else Applicability.UNSAFE
    fix = FixPlan(f"Read {other!r}, which is the same metric", (Rewrite(read.site, other),), safe) if other else None
    return Report(
        Place(read.site),
        f"{read.key} is read from logs that have {logs}",
        fact=f"KeyError: {read.key!r} (FACTS E4b)" if read.raises else f"{what} is None (FACTS E4b)",
        help=f"{what.replace(read.key, other)}" if other else f"name one of {logs}",
        severity=Severity.ERROR if read.raises else Severity.WARNING,
        related=((looked.fit.place(), "this fit"),),
        fix=fix if is_always_missing else None,
    )
