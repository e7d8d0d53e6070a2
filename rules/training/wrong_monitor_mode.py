"""A callback looks for the worst model: its `mode` is the wrong way round for what it watches.

## Bad

```python
import keras

stop = keras.callbacks.EarlyStopping(monitor="val_loss", mode="max", patience=3)  # expect: TDL503
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, validation_split=0.2, epochs=100, callbacks=[stop])
```

## Good

```python
import keras

stop = keras.callbacks.EarlyStopping(monitor="val_loss", mode="min", patience=3)
best = keras.callbacks.ModelCheckpoint("best.keras", monitor="val_auc", mode="max", save_best_only=True)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=[keras.metrics.AUC()])
model.fit(x, y, validation_split=0.2, epochs=100, callbacks=[stop, best])
```

## Fixed

```python
import keras

stop = keras.callbacks.EarlyStopping(monitor="val_loss", mode="min", patience=3)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, validation_split=0.2, epochs=100, callbacks=[stop])
```

## Why

With the wrong `mode` EarlyStopping counts every improvement as none and stops after `patience` epochs;
ModelCheckpoint keeps the worst model. `mode="auto"` is right for names with "acc" and for losses. For others it
depends on the version, measured (FACTS E3):

| `mode="auto"` and `val_auc`, `val_precision`, … | what happens |
|---|---|
| Keras 2, and 3 up to 3.10: ModelCheckpoint, ReduceLROnPlateau | lower counts as better: keeps the **worst** model |
| Keras 3 from 3.11 | right, as the metric tells |

## Fix safety

The fix of an explicit `mode` is unsafe: training stops at another epoch, or another model is kept.

## References

- https://keras.io/api/callbacks/early_stopping/
"""

from __future__ import annotations

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
    Sequence,
    Severity,
    Site,
    text,
)

from ._logs import FITS

WATCHING = frozenset({"EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint"})
LESS_IS_BETTER = frozenset(
    {
        *("loss", "mse", "mae", "mape", "msle", "mean_squared_error", "mean_absolute_error"),
        *("mean_absolute_percentage_error", "mean_squared_logarithmic_error", "root_mean_squared_error"),
        *("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy", "logcosh"),
        *("kl_divergence", "hinge", "squared_hinge", "categorical_hinge", "false_positives", "false_negatives"),
    }
)
MORE_IS_BETTER = frozenset(
    {
        *("accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy", "auc"),
        *("precision", "recall", "f1_score", "top_k_categorical_accuracy", "true_positives", "true_negatives"),
        *("sparse_top_k_categorical_accuracy", "r2_score", "mean_io_u", "binary_io_u", "io_u"),
    }
)


class WrongMonitorMode(Rule):
    """Metrics of Keras by their usual names only."""

    code = "TDL503"
    severity = Severity.WARNING

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at ``mode``, or at ``monitor`` where the mode is the default."""
        given = call.args.get("callbacks") if call.name in FITS else None
        listed = given.items if isinstance(given, Sequence) else (given,)
        for callback in listed:
            if not isinstance(callback, Instance) or not callback.type.startswith("keras.callbacks."):
                continue
            short = callback.type.rpartition(".")[2]
            if short in WATCHING and _saves_the_best(callback, short):
                yield from _check(callback, short, context)


def _saves_the_best(callback: Instance, short: str) -> bool:
    return short != "ModelCheckpoint" or callback.args.get("save_best_only").must_be(True)


def _check(callback: Instance, short: str, context: Context) -> Iterator[Report]:
    monitor, mode = text(callback.args.get("monitor")), text(callback.args.get("mode"))
    name = (monitor or "").removeprefix("val_")
    if name not in LESS_IS_BETTER | MORE_IS_BETTER:
        return
    right = "min" if name in LESS_IS_BETTER else "max"
    if mode in ("min", "max") and mode != right:
        yield Report(
            Place(callback.args.site("mode") or callback.site),
            f"{short} watches {monitor} with mode='{mode}', and takes worse for better",
            fact="it keeps the worst model, or stops after `patience` epochs however well training goes (FACTS E3)",
            help=f"mode='{right}'",
            fix=_with_mode(callback.args.site("mode"), right),
        )
    old = context.version(callback.namespace) < (3, 11)
    if mode == "auto" and right == "max" and "acc" not in name and old and short != "EarlyStopping":
        yield Report(
            Place(callback.args.site("monitor") or callback.site),
            f"{short} watches {monitor} with mode='auto', which takes lower for better before Keras 3.11",
            fact="measured on Keras 2.15 and 3.8: the worst model is kept (FACTS E3)",
            help="mode='max'",
        )


def _with_mode(site: Site | None, right: str) -> FixPlan | None:
    return None if site is None else FixPlan(f"Set mode='{right}'", (Rewrite(site, right),), Applicability.UNSAFE)
