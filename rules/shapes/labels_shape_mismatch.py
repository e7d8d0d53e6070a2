"""The labels do not fit the model's output under its loss.

Where the loss is mean squared error or another one that compares element by element, Keras often says nothing: it
broadcasts, every prediction is compared with every label of the batch, and the model can only learn their mean.

## Bad

```python
import numpy as np
import keras
from keras import layers

x, y = np.random.rand(100, 10, 8), np.random.rand(100)
model = keras.Sequential([
    keras.Input((10, 8)),
    layers.LSTM(16, return_sequences=True),
    layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=10)  # expect: TDL312
```

```python
import keras
from keras import layers

(x_train, y_train), _ = keras.datasets.cifar10.load_data()
model = keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="categorical_crossentropy")
model.fit(x_train, y_train)  # expect: TDL312
```

```python
import keras
from keras import layers

(x_train, y_train), _ = keras.datasets.mnist.load_data()
model = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(8, 3), layers.Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x_train, y_train)  # expect: TDL312
```

## Good

```python
import numpy as np
import keras
from keras import layers

x, y = np.random.rand(100, 10, 8), np.random.rand(100)
model = keras.Sequential([keras.Input((10, 8)), layers.LSTM(16), layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=10)

classifier = keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10, activation="softmax")])
(x_train, y_train), _ = keras.datasets.cifar10.load_data()
classifier.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
classifier.fit(x_train, y_train)
classifier.compile(optimizer="adam", loss="categorical_crossentropy")
classifier.fit(x_train, keras.utils.to_categorical(y_train, 10))
```

## Why

Measured on Keras 3.15.1 (FACTS A7, A8, A9, A12b, D5, D2b):

| output | labels | loss | what happens |
|---|---|---|---|
| `(B, T, 1)` | `(B,)` | mse, mae, huber… | **trains on a broadcast `(B, T, B)`**, learns the mean of the labels |
| `(B, T, 1)` | `(B, 1)` | mse, mae, huber… | trains; every step is compared with the one label. With a mask: error |
| `(B, T, 1)` | `(B, T)` | mse, mae, huber… | trains as meant. With a mask: error |
| `(B, T, k)` | `(B,)`, `(B, m)` | mse, mae, huber… | error |
| `(B, 1)` | `(B, k)`, and the reverse | mse, mae, huber… | trains on a broadcast |
| `(B, k)` | `(B, m)` | mse, mae, huber… | ValueError; with `(B,)` error in Keras 3, a broadcast in Keras 2 |
| `(B, k)` | `(B,)`, `(B, m)` | binary_crossentropy | ValueError in Keras 3; Keras 2 broadcasts sizes of 1 |
| `(B, C)` | `(B,)`, `(B, 1)` | categorical_crossentropy | ValueError |
| `(B, C)` | `(B, C)` | sparse_categorical_crossentropy | ValueError |
| `(B, T, C)` | `(B,)`, `(B, 1)`, `(B, S)` | sparse_categorical_crossentropy | ValueError |
| `(B, H, W, C)`, no Flatten | `(B,)`, `(B, C)` | crossentropies | ValueError |

In the first case the mean squared error ended at 0.17244 where the labels' variance was 0.17245; without
`return_sequences=True` it reached 0.00006.

## Fix safety

There is no automatic fix: the output, the labels or the loss may be what is wrong.

## Also checked by

- NeuraLint f001
- DeepFD loss

## References

- https://keras.io/api/losses/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    CallSite,
    Context,
    LabelsGiven,
    ModelGraph,
    Program,
    Report,
    Rule,
    Severity,
    UnknownShape,
    arrays_of,
    data_given,
    format_shape,
    heads,
    inputs_given,
    labels_given,
    layer_spec,
    loss_class,
    refusal,
)

from .._helpers import VECTOR_NDIM, is_refused, version_of
from ._misfit import Compared, misfit

METHODS = ("keras.Model.fit", "keras.Model.evaluate", "keras.Model.fit_generator", "keras.Model.train_on_batch")


class LabelsShapeMismatch(Rule):
    """Outputs and labels of known ndim under a loss of Keras; sizes that are not known fit."""

    code = "TDL312"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the labels, or at the data set that yields them."""
        if call.name not in METHODS or call.compiled is None or len(call.models) != 1:
            return
        model = program.model(call.models[0])
        if model is None or is_refused(model, context):
            return
        major, inputs = version_of(model, context).major, model.input_shapes
        miscounted = any(len(arrays_of(data.x) or inputs) != len(inputs) for data in data_given(call))
        if miscounted or any(refusal(model, given, major) for given in inputs_given(call, model)):
            return  # the data come first
        for given in labels_given(call, heads(model, call.compiled)):
            yield from _check(model, given, major)


def _check(model: ModelGraph, given: LabelsGiven, major: int) -> Iterator[Report]:
    loss = loss_class(given.head.loss)
    output, labels = given.head.shape, given.labels.shape
    if loss is None or isinstance(output, UnknownShape) or isinstance(labels, UnknownShape):
        return
    masked = _masked(model, given.head.index)
    found = misfit(loss, Compared(output, labels, _remedy(model, len(output)), major >= 3, masked))
    if found is not None:
        which = f"the output {format_shape(output)}"
        if len(model.output_shapes) > 1:
            which = f"{which} of {given.head.name or f'head {given.head.index + 1}'}"
        yield Report(
            given.place,
            f"labels of {format_shape(labels)} do not fit {which} under {loss}",
            fact=found.fact,
            help=found.help,
            severity=found.severity,
        )


def _remedy(model: ModelGraph, ndim: int) -> str:
    """How to be rid of the axes between the batch and the last one."""
    recurrent = any(node.layer.short_type in (*VECTOR_NDIM, "Bidirectional") for node in model.nodes)
    if ndim == 3 and recurrent:
        return "drop return_sequences=True from the last recurrent layer"
    return "put Flatten() or a pooling layer before the last layer"


def _masked(model: ModelGraph, index: int) -> bool:
    """Whether a mask certainly arrives at an output."""
    edge = model.output_edges[index]
    while True:
        node = model.producer(edge)
        spec = None if node is None or node.inner is not None else layer_spec(node.type)
        if node is None or spec is None or spec.mask == "destroys" or len(node.edges) != 1:
            return False
        if spec.mask == "makes":
            return node.layer.short_type == "Masking" or node.args.get("mask_zero").must_be(True)
        if spec.mask == "consumes" and not node.args.get("return_sequences").must_be(True):
            return False
        edge = node.edges[0]
