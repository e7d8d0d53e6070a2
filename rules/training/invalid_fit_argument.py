"""An argument of `fit` of a type or size that Keras refuses.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=10, steps_per_epoch=1000 / 32)  # expect: TDL516
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=10, steps_per_epoch=1000 // 32, batch_size=32, validation_split=0.1)
```

## Why

Measured (FACTS E6f, E6q, E6r):

| argument | Keras 3.15.1 | Keras 2.15.0 |
|---|---|---|
| `steps_per_epoch`, `validation_steps` with a fraction: `N / batch_size` | TypeError | accepted |
| `epochs=2.0`, `epochs="2"`, `batch_size=32.0` | TypeError | TypeError |
| `validation_split=1.0` or more | ValueError | ValueError |

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Const, Context, Program, Report, Rule, Severity, Value, number

from ._logs import FITS


class InvalidFitArgument(Rule):
    """Constants only."""

    code = "TDL516"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at each argument."""
        if call.name not in FITS:
            return
        names = ["epochs", "batch_size"]
        if context.keras >= (3, 0) and call.name == "keras.Model.fit":
            names += ["steps_per_epoch", "validation_steps"]
        for name in names:
            value = call.args.get(name) if call.args.passes(name) else None
            if value is not None and _is_no_count(value):
                assert isinstance(value, Const)
                yield Report(
                    call.place(name),
                    f"{name} must be an integer, received {value.value!r}",
                    fact="Keras raises TypeError (FACTS E6f, E6r)",
                    help="divide with //, or round: math.ceil(…)",
                )
        share = number(call.args.get("validation_split"))
        if share is not None and share >= 1:
            yield Report(
                call.place("validation_split"),
                f"validation_split must be less than 1, received {share:g}",
                fact="Keras raises ValueError: no samples are left to train on (FACTS E6q)",
                help="the share of the samples to validate on, such as 0.2",
            )


def _is_no_count(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, float | str)
