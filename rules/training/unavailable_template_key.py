"""The file name of a ModelCheckpoint asks for something that training does not log.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
save = keras.callbacks.ModelCheckpoint("{epoch:02d}-{val_acc:.2f}.keras")  # expect: TDL502
model.fit(x, y, validation_split=0.2, epochs=10, callbacks=[save])
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
save = keras.callbacks.ModelCheckpoint("{epoch:02d}-{val_accuracy:.2f}.keras")
model.fit(x, y, validation_split=0.2, epochs=10, callbacks=[save])
```

## Fixed

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
save = keras.callbacks.ModelCheckpoint("{epoch:02d}-{val_accuracy:.2f}.keras")
model.fit(x, y, validation_split=0.2, epochs=10, callbacks=[save])
```

## Why

Measured on Keras 3.15.1 and 2.15.0 (FACTS E2c): KeyError, `Failed to format this callback filepath`, at the end of
the first epoch: the epoch is lost. `val_…` needs validation data, a metric is there under the name that `compile`
gave it.

## Fix safety

Safe where a metric is asked for by its other name, such as `acc` for `accuracy`: the epoch was lost before. There is no
automatic fix for anything else.

## References

- https://keras.io/api/callbacks/model_checkpoint/
"""

from __future__ import annotations

import string
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


class UnavailableTemplateKey(Rule):
    """Needs a fit whose callbacks are of Keras, or only read their logs: others may add to them."""

    code = "TDL502"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the file name; the ``fit`` is related."""
        if call.name not in FITS or not call.args.complete:
            return
        has_validation, names = validated(call), logged(call, program, context)
        for callback in keras_callbacks(call, program):
            if callback.type != "keras.callbacks.ModelCheckpoint" or not callback.args.get("save_freq").must_be(
                "epoch"
            ):
                continue
            for key in _keys(callback):
                missing_data = key.startswith("val_") and has_validation is False
                unknown = names is not None and not is_measured(key.removeprefix("val_"), names)
                if missing_data or (unknown and has_validation is not None):
                    fix = _fix(callback, key, as_measured(key, names or ()))
                    yield _report(call, callback, key, missing_data, names, fix)
                    break


def _keys(callback: Instance) -> tuple[str, ...]:
    template = text(callback.args.get("filepath"))
    if template is None:
        return ()
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError:
        return ()
    fields = [field for _, field, _, _ in parsed if field]
    return tuple(field for field in fields if field.isidentifier() and field not in ("epoch", "batch"))


def _fix(callback: Instance, key: str, name: str | None) -> FixPlan | None:
    site, template = callback.args.site("filepath"), text(callback.args.get("filepath"))
    if name is None or site is None or template is None or not template.isprintable() or "\\" in template:
        return None
    written = template.replace(f"{{{key}", f"{{{name}")
    return FixPlan(
        f"Name {name!r}, which is the same metric", (Rewrite(site, written, by_name=True),), Applicability.SAFE
    )


def _report(
    call: CallSite,
    callback: Instance,
    key: str,
    missing_data: bool,
    names: tuple[str, ...] | None,
    fix: FixPlan | None,
) -> Report:
    known = ", ".join(("loss", *(names or ())))
    return Report(
        Place(callback.args.site("filepath") or callback.site),
        f"the file name asks for {key}, and fit gets no validation data"
        if missing_data
        else f"the file name asks for {key}, and the compiled model measures {known}",
        fact="KeyError: Failed to format this callback filepath, at the end of the first epoch (FACTS E2c)",
        help="pass validation_data or validation_split to fit" if missing_data else f"name one of {known}",
        related=((call.place(), "this fit"),),
        fix=fix,
    )
