"""Data, labels and weights of one call have different numbers of samples.

## Bad

```python
import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile(loss="sparse_categorical_crossentropy")
model.fit(x_train, y_train, validation_data=(x_test, y_train))  # expect: TDL313
model.evaluate(x_test, y_train)  # expect: TDL313
```

## Good

```python
import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile(loss="sparse_categorical_crossentropy")
model.fit(x_train[:1000], y_train[:1000], validation_data=(x_test, y_test))
model.evaluate(x_test, y_test)
```

## Why

Measured on Keras 3.15.1 and tf_keras 2.21 (FACTS E6j): ValueError, `Data cardinality is ambiguous. Make sure all arrays
contain the same number of samples. 'x' sizes: 60000 'y' sizes: 10000`. All inputs, all labels and the sample weights
count.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    ArrayValue,
    CallSite,
    Context,
    GivenData,
    Mapping,
    Program,
    Report,
    Rule,
    Severity,
    UnknownShape,
    Value,
    arrays_of,
    data_given,
)

METHODS = ("keras.Model.fit", "keras.Model.evaluate")


class SampleCountMismatch(Rule):
    """Whole arrays only: what data sets and generators yield has no number of samples."""

    code = "TDL313"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the labels, or at the validation data."""
        for data in data_given(call) if call.name in METHODS else ():
            counts = _counts(data)
            if data.kind == "arrays" and len({count for _, count in counts}) > 1:
                yield _report(data, counts)


def _counts(data: GivenData) -> list[tuple[str, int]]:
    """What is given, by name, with its number of samples, as far as that is known."""
    parts = (("x", data.x), ("y", data.y), ("sample_weight", data.weights))
    return [(name, count) for name, value in parts for array in _arrays(value) for count in _samples(array)]


def _arrays(value: Value) -> tuple[Value, ...]:
    if isinstance(value, Mapping):
        return tuple(item for _, item in value.items)
    return arrays_of(value) or ()


def _samples(array: Value) -> Iterator[int]:
    if isinstance(array, ArrayValue) and not isinstance(array.shape, UnknownShape) and array.shape:
        count = array.shape[0]
        if isinstance(count, int):
            yield count


def _report(data: GivenData, counts: list[tuple[str, int]]) -> Report:
    given = ", ".join(f"{name} has {count:,}" for name, count in dict.fromkeys(counts))
    where = " in validation_data" if data.validation else ""
    return Report(
        data.y_place,
        f"the numbers of samples{where} differ: {given}",
        fact="Keras raises ValueError: Data cardinality is ambiguous (FACTS E6j)",
        help="give data and labels of the same split, and transpose data whose samples are not on the first axis",
    )
