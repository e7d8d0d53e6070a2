"""The data that a model is given do not fit its input.

They may be arrays, a `tf.data.Dataset` or a generator, for `fit`, `evaluate`, `predict` or the methods for single
batches.

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

```python
import numpy as np
import tensorflow as tf
import keras
from keras import layers

model = keras.Sequential([keras.Input((10, 8)), layers.LSTM(4), layers.Dense(1)])
model.compile(loss="mse")
data = tf.data.Dataset.from_tensor_slices((np.random.rand(100, 10, 8), np.random.rand(100)))
model.fit(data)  # expect: TDL311
```

```python
import keras
from keras import layers
from tensorflow.keras.preprocessing.image import ImageDataGenerator

model = keras.Sequential([keras.Input((150, 150, 1)), layers.Conv2D(8, 3), layers.Flatten(), layers.Dense(1)])
model.compile(loss="binary_crossentropy")
pictures = ImageDataGenerator(rescale=1 / 255).flow_from_directory("train", target_size=(150, 150), class_mode="binary")
model.fit(pictures)  # expect: TDL311
```

## Good

```python
import numpy as np
import tensorflow as tf
import keras
from keras import layers

model = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(8, 3), layers.Flatten(), layers.Dense(10, "softmax")])
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
model.predict(x_train)
model.predict(x_train[:1])
model.predict(x_train[0][np.newaxis])
model.compile(loss="sparse_categorical_crossentropy")
model.fit(tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(32))
```

## Why

Measured on Keras 3.15.1 (FACTS E6h, E10, A6d): ValueError, `Invalid input shape for input Tensor("data:0", shape=(8, 8,
3)). Expected shape (None, 8, 8, 3), but input has incompatible shape (8, 8, 3)`, or `expected shape=(None, 8, 8, 3),
found shape=(None, 9, 9, 3)`. A last axis of size 1 that is missing or additional is put right by Keras itself (FACTS
A6e).

A `Sequential` of Keras 3 does not compare sizes (FACTS A6c), nor does any model when the same method is called a second
time (FACTS A6g); then a layer fails whose weights are made for the declared size (FACTS A6f). `fit` on a data set that
is not batched fails for the missing axis.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    CallSite,
    Context,
    GivenInput,
    ModelGraph,
    Program,
    Refusal,
    Report,
    Rule,
    Severity,
    Shape,
    format_shape,
    inputs_given,
    refusal,
)

from .._helpers import is_refused, version_of

FUNCTIONS = {
    "fit": "train",
    "train_on_batch": "train",
    "evaluate": "test",
    "test_on_batch": "test",
    "predict": "predict",
    "predict_on_batch": "predict",
}
"""What Keras traces to run a method; it takes more sizes when it is called a second time (FACTS A6g)."""

FACTS = {
    "ndim": "Keras raises ValueError: invalid input shape, of another ndim than expected (FACTS E10)",
    "size": "Keras raises ValueError: expected another shape than the one it found (FACTS A6d)",
    "layer": "the layer raises ValueError: it is built for the declared input (FACTS A6f)",
}


class DataShapeMismatch(Rule):
    """Arrays of known ndim for inputs of known ndim; a model that Keras refuses to make is not given any data."""

    code = "TDL311"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the argument that holds the data."""
        model = program.model(call.models[0]) if len(call.models) == 1 else None
        if model is None or is_refused(model, context):
            return
        major = version_of(model, context).major
        for given in inputs_given(call, model):
            found = refusal(model, given, major, _traced(call, given, program))
            if found is not None:
                yield _report(model, call, given, found)


def _traced(call: CallSite, given: GivenInput, program: Program) -> bool:
    """Whether an earlier call ran the function that takes these data."""
    function = "test" if given.data.validation else _function(call)
    for other in program.calls_on(call.models[0]):
        if other.order < call.order:
            validates = other.args.passes("validation_data") or other.args.passes("validation_split")
            if _function(other) == function or (function == "test" and validates):
                return True
    return False


def _function(call: CallSite) -> str | None:
    return FUNCTIONS.get(call.name.rpartition(".")[2])


def _report(model: ModelGraph, call: CallSite, given: GivenInput, found: Refusal) -> Report:
    shape = format_shape(given.array.shape)
    several = len(model.input_shapes) > 1
    which = f"input {given.name or given.index + 1} of the model" if several else "the model"
    gets = f"an array of {shape}"
    if not given.data.batched:
        gets = f"single samples of {shape} from a data set without batches"
    elif given.data.kind != "arrays":
        gets = f"batches of {shape}"
    node = found.node
    fails = "" if node is None else f", on which {node.layer.short_type} fails"
    return Report(
        given.data.x_place,
        f"{which} takes {format_shape(given.declared)} and gets {gets}{fails}",
        fact=FACTS[found.kind] if given.data.batched else FACTS[found.kind].replace("E10", "E6h"),
        help=_help(given, fitted=call.name.startswith("keras.Model.fit")),
        related=() if node is None else ((node.place, found.reason),),
    )


def _help(given: GivenInput, fitted: bool) -> str:
    expected, found = given.declared, tuple(given.array.shape)  # type: ignore[arg-type]
    if not given.data.batched:
        return "make batches of the data set first: .batch(32)"
    if given.data.kind == "arrays" and len(found) == len(expected) - 1 and _could_be(found, expected[1:]):
        if fitted and not given.data.validation:
            sample = format_shape(found[1:])
            return f"the declared shape has the number of samples in it: declare {sample}, the shape of one sample"
        return "this is one sample without its batch axis: x[np.newaxis], or x[:1] of the whole array"
    if given.data.kind == "arrays" and len(expected) == 2 and len(found) > 2:
        return f"flatten each sample: x.reshape(len(x), {format_shape(expected[1:])[1:-2]}), or start with Flatten()"
    if len(found) == len(expected) == 4 and found[1:3] == expected[1:3]:
        return f"the channels differ: declare {format_shape(found[1:])}, or convert the pictures"
    data = "data" if given.data.kind == "arrays" else "batches"
    return f"reshape the {data} to {format_shape(expected)}, or declare the input as {format_shape(found[1:])}"


def _could_be(found: Shape, sample: Shape) -> bool:
    pairs = zip(found, sample, strict=True)
    return all(a == b or not isinstance(a, int) or not isinstance(b, int) for a, b in pairs)
