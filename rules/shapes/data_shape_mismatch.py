"""The data that a model is given have another number of axes than its input.

## Bad

```python
import numpy as np
import keras
from keras import layers

model = keras.Sequential([keras.Input((784,)), layers.Dense(10, activation="softmax")])
model.compile(loss="sparse_categorical_crossentropy")
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
model.fit(x_train, y_train)  # expect: TDL311
```

```python
import numpy as np
import keras
from keras import layers

x = np.random.rand(100, 10, 8)
model = keras.Sequential([keras.Input((10, 8)), layers.LSTM(4), layers.Dense(1)])
prediction = model.predict(x[0])  # expect: TDL311
```

## Good

```python
import numpy as np
import keras
from keras import layers

model = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(8, 3), layers.Flatten(), layers.Dense(10)])
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
model.predict(x_train)
model.predict(x_train[:1])
model.predict(x_train[0][np.newaxis])
```

## Why

Measured on Keras 3.15.1 and 2.15.0 (FACTS E10, A6d): ValueError, `expected shape=(None, 8, 8, 3), found shape=(8, 8,
3)`. A last axis of size 1 that is missing or additional is put right by Keras itself (FACTS A6e) and not reported.
Sizes are compared for functional models only: a `Sequential` of Keras 3 does not check them (FACTS A6c).

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
    ModelGraph,
    Place,
    Program,
    Report,
    Rule,
    Sequence,
    Severity,
    Shape,
    UnknownShape,
    Value,
    format_shape,
)

METHODS = ("keras.Model.fit", "keras.Model.evaluate", "keras.Model.predict")


class DataShapeMismatch(Rule):
    """Models with one input of known ndim, given one array of known ndim."""

    code = "TDL311"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the argument that holds the data."""
        model = program.model(call.models[0]) if call.name in METHODS and len(call.models) == 1 else None
        if model is None or model.kind == "subclass" or len(model.input_shapes) != 1:
            return
        expected = model.input_shapes[0]
        if isinstance(expected, UnknownShape):
            return
        for argument, value in _data(call):
            found = value.shape if isinstance(value, ArrayValue) else UnknownShape()
            if not isinstance(found, UnknownShape) and not _fits(model, expected, found, context):
                yield _report(call, argument, expected, found)


def _data(call: CallSite) -> Iterator[tuple[str, Value]]:
    if call.args.passes("x"):
        yield "x", call.args.get("x")
    held_out = call.args.get("validation_data") if call.args.passes("validation_data") else None
    if isinstance(held_out, Sequence) and held_out.items:
        yield "validation_data", held_out.items[0]


def _fits(model: ModelGraph, expected: Shape, found: Shape, context: Context) -> bool:
    if len(found) == len(expected) + 1:
        if isinstance(found[-1], int) and found[-1] != 1:
            return False
        found = found[:-1]
    elif len(found) == len(expected) - 1:
        if isinstance(expected[-1], int) and expected[-1] != 1:
            return False
        found = (*found, 1)
    if len(found) != len(expected):
        return False
    if model.kind == "sequential" and context.keras >= (3, 0):
        return True
    # where a last axis of 1 may be dropped, Keras does not compare it
    sizes = zip(_without_last_one(expected)[1:], _without_last_one(found)[1:], strict=False)
    return not any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in sizes)


def _without_last_one(shape: Shape) -> Shape:
    return shape[:-1] if shape[-1] == 1 else shape


def _report(call: CallSite, argument: str, expected: Shape, found: Shape) -> Report:
    return Report(
        Place(call.args.site(argument) or call.site),
        f"the model takes {format_shape(expected)} and gets an array of {format_shape(found)}",
        fact="Keras raises ValueError: expected another shape than the one it found (FACTS E10, A6d)",
        help=_help(expected, found),
    )


def _help(expected: Shape, found: Shape) -> str:
    if len(found) == len(expected) - 1 and _could_be(found, expected[1:]):
        return "this is one sample without its batch axis: x[np.newaxis], or x[:1] of the whole array"
    if len(expected) == 2 and len(found) > 2:
        return f"flatten each sample: x.reshape(len(x), {format_shape(expected[1:])[1:-2]}), or start with Flatten()"
    return f"reshape the data to {format_shape(expected)}, or declare the input as {format_shape(found[1:])}"


def _could_be(found: Shape, sample: Shape) -> bool:
    pairs = zip(found, sample, strict=True)
    return all(a == b or not isinstance(a, int) or not isinstance(b, int) for a, b in pairs)
