"""A data set that is shuffled anew each time is split, so that the model trains on its validation data.

## Bad

```python
import numpy as np
import tensorflow as tf
from tensorflow import keras

data = tf.data.Dataset.from_tensor_slices((np.random.rand(200, 20), np.random.randint(0, 2, 200))).shuffle(200)
held_out = data.take(40).batch(16)
train = data.skip(40).batch(16)
model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(train, validation_data=held_out, epochs=40)  # expect: TDL544
```

## Good

```python
import numpy as np
import tensorflow as tf
from tensorflow import keras

data = tf.data.Dataset.from_tensor_slices((np.random.rand(200, 20), np.random.randint(0, 2, 200)))
data = data.shuffle(200, reshuffle_each_iteration=False)
held_out = data.take(40).batch(16)
train = data.skip(40).shuffle(160).batch(16)
model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(train, validation_data=held_out, epochs=40)
```

## Why

`shuffle` puts the samples in another order whenever the data set is read, with a seed, too, unless it is told
`reshuffle_each_iteration=False`; `take` and `skip` then cut another part each time. Measured (FACTS E33): of 20
samples that are taken from 100, 19 are among those that are trained on after one epoch, and all 20 after two. The
model of the first example learns 200 random labels by heart and shows a validation accuracy of 1.0; with the split of
the second it is 0.45 to 0.65.

`image_dataset_from_directory` shuffles in the same way unless it is told `shuffle=False`: 28 of 40 images are in both
parts after one epoch. Its `validation_split` and `subset` make parts that stay.

## Fix safety

There is no automatic fix: training data must still be shuffled after the split.

## References

- https://www.tensorflow.org/api_docs/python/tf/data/Dataset#shuffle
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, DatasetValue, Place, Program, Report, Rule, Value

_FIT, _EVALUATE = "keras.Model.fit", "keras.Model.evaluate"


class ReshuffledSplit(Rule):
    """Where one call of ``shuffle`` is before both parts, and no ``cache`` is between."""

    code = "TDL544"

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the validation data, or at the data of ``evaluate``."""
        if call.name == _FIT and _overlap(call.args.get("x"), call.args.get("validation_data")):
            yield _report(call.place("validation_data"), "validation", ())
        if call.name != _EVALUATE or not call.certain:
            return
        for fit in program.calls_on(call.models[0]) if call.models else program.calls_of(_FIT):
            same = fit.name == _FIT and fit.order < call.order and fit.models == call.models and fit.certain
            if same and _overlap(fit.args.get("x"), call.args.get("x")):
                yield _report(call.place("x"), "test", ((fit.place("x"), "these data are trained on"),))
                return


def _overlap(train: Value, other: Value) -> bool:
    """Whether two data sets are the parts that are taken and skipped of one, which is shuffled anew each time."""
    if not isinstance(train, DatasetValue) or not isinstance(other, DatasetValue):
        return False
    one, two = train.reshuffled, other.reshuffled
    return one is not None and two is not None and one[0] == two[0] and {one[1], two[1]} == {"taken", "skipped"}


def _report(place: Place, what: str, related: tuple[tuple[Place, str], ...]) -> Report:
    return Report(
        place,
        f"the {what} data and the training data are cut with take and skip from data that are shuffled anew each time",
        fact="measured: a validation accuracy of 1.0 for random labels, which the model has learned (FACTS E33)",
        help="shuffle(…, reshuffle_each_iteration=False) before the split, and shuffle the training data after it",
        related=related,
    )
