"""A data set that never ends is used without a number of steps.

After `repeat()` a `tf.data.Dataset` has no last batch, so there is no last step of an epoch.

## Bad

```python
import keras
import tensorflow as tf

data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1000).batch(32).repeat()
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(data, epochs=5)  # expect: TDL538
```

## Good

```python
import keras
import tensorflow as tf

data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1000).batch(32)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(data, epochs=5)
model.fit(data.repeat(), epochs=5, steps_per_epoch=100)
```

## Why

Measured (FACTS E23): Keras 3 stays in the first epoch, in `fit`, in `evaluate` and in the validation, without a word.
Keras 2 raises a ValueError, an infinite data set needs the number of steps.

## References

- https://keras.io/api/models/model_training_apis/#fit-method
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, DatasetValue, Program, Report, Rule, Severity

from ._logs import only_kerass

_STEPS = {
    "keras.Model.fit": (("x", "steps_per_epoch"), ("validation_data", "validation_steps")),
    "keras.Model.evaluate": (("x", "steps"),),
    "keras.Model.predict": (("x", "steps"),),
}
"""The data of each call, and the argument that says how many batches to take of them."""


class EndlessDataset(Rule):
    """A callback of the program's own may end the epoch, so all must be Keras'."""

    code = "TDL538"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the data."""
        for argument, steps in _STEPS.get(call.name, ()):
            data = call.args.get(argument)
            if not isinstance(data, DatasetValue) or not data.endless:
                continue
            if call.args.get(steps).must_be(None) and only_kerass(call):
                short = call.name.rpartition(".")[2]
                yield Report(
                    call.place(argument),
                    f"{short} gets a data set that never ends, and no {steps}",
                    fact="measured: Keras 3 stays in the first epoch, Keras 2 raises ValueError (FACTS E23)",
                    help=f"pass {steps}, or leave repeat() away: {short} begins the data anew for each epoch",
                )
