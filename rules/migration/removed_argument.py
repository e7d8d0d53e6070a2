"""An argument that Keras 3 does not take any more.

## Bad

```python
import keras

model = keras.Sequential([
    keras.Input((4, 2)),
    keras.layers.LSTM(3, time_major=False),  # expect: TDL811
    keras.layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse", sample_weight_mode="temporal")  # expect: TDL811
best = keras.callbacks.ModelCheckpoint("best.keras", period=1)  # expect: TDL811
model.fit(x, y, callbacks=[best], workers=4, use_multiprocessing=True)  # expect: TDL811, TDL811
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4, 2)), keras.layers.LSTM(3), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
best = keras.callbacks.ModelCheckpoint("best.keras", save_freq="epoch")
model.fit(x, y, callbacks=[best])
```

```python
# keras-version: 2.15
import keras

model = keras.Sequential([keras.Input((4, 2)), keras.layers.LSTM(3, time_major=False), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, workers=4, use_multiprocessing=True)
```

## Fixed

```python
import keras

model = keras.Sequential([
    keras.Input((4, 2)),
    keras.layers.LSTM(3),
    keras.layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse")
best = keras.callbacks.ModelCheckpoint("best.keras")
model.fit(x, y, callbacks=[best])
```

## Why

Measured on Keras 3.15.1 (FACTS L1): TypeError or ValueError, for each row of the table. `workers`,
`use_multiprocessing` and `max_queue_size` are arguments of the PyDataset by now; `weights` of a layer is taken by
Embedding alone; `reduction="auto"` of a loss was what is the default.

## Fix safety

The fix leaves the argument out. It is safe where that does not change what is computed, such as `workers` or
`time_major=False`, and unsafe elsewhere; there is none where something else must take its place.

## References

- https://keras.io/guides/migrating_to_keras_3/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, Program, Report, Rule, Severity

from ._arguments import changed, report


class RemovedArgument(Rule):
    """All of the table that has no new name; the arguments of optimizers and the shapes of inputs have other rules."""

    code = "TDL811"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the value that is passed."""
        for call, change, target in changed(program, context, ("other",)):
            if change.new is None:
                yield report(call, change, program, target)
