"""A `fit` that trains for no epoch at all.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=10)
model.fit(x, y, epochs=10, initial_epoch=10)  # expect: TDL515
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=10)
model.fit(x, y, epochs=20, initial_epoch=10)
```

## Why

`epochs` is the number of the last epoch, not how many are trained: with `initial_epoch=10` and `epochs=10` none is
left. Measured on Keras 3.15.1 and 2.15.0 (FACTS E6r): `fit` returns an empty history and says nothing.

## Fix safety

There is no automatic fix.

## Also checked by

- DeepFD epoch

## References

- https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Program, Report, Rule, Severity, integer

from ._logs import FITS


class EmptyTraining(Rule):
    """Both numbers must be known; an ``epochs=0`` that is written down is a switch, and not reported."""

    code = "TDL515"
    severity = Severity.WARNING

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at ``initial_epoch``."""
        if call.name not in FITS or not call.certain:
            return
        epochs, first = integer(call.args.get("epochs")), integer(call.args.get("initial_epoch"))
        if epochs is not None and first and first >= epochs:
            yield Report(
                call.place("initial_epoch"),
                f"training starts after epoch {first} and ends at epoch {epochs}: no epoch is left",
                fact="fit returns an empty history and says nothing (FACTS E6r)",
                help=f"epochs is the last epoch: epochs={first + epochs} trains {epochs} more",
            )
