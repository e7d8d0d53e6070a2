"""A layer gets an input with another number of axes than it takes.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((28, 28)),
    layers.Conv2D(32, 3),  # expect: TDL301
    layers.Flatten(),
    layers.Dense(10),
])
```

```python
from keras.layers import LSTM, Dense
from keras.models import Sequential

model = Sequential()
model.add(LSTM(50, input_shape=(1000, 10, 8)))  # expect: TDL301
model.add(Dense(1))
```

```python
import keras
from keras import layers

inputs = keras.Input((32, 32, 3))
x = layers.Conv2D(16, 3)(inputs)
x = layers.LSTM(8)(x)  # expect: TDL301
model = keras.Model(inputs, x)
```

```python
import keras
from keras import layers

(x_train, y_train), _ = keras.datasets.cifar10.load_data()
model = keras.Sequential()
model.add(layers.Conv2D(32, 3, input_shape=x_train.shape))  # expect: TDL301
model.add(layers.Flatten())
model.add(layers.Dense(10))
model.compile(loss="sparse_categorical_crossentropy")
model.fit(x_train, y_train)
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(32, 3),
    layers.Reshape((26, 26 * 32)),
    layers.LSTM(8),
])
```

## Why

Measured on Keras 3.15.1 (FACTS A6, G1c): `Input 0 of layer "conv2d" is incompatible with the layer: expected
min_ndim=4, found ndim=3`. The batch axis counts, and no declared shape contains it. Keras 2.15 says the same; there a
convolution takes additional axes (FACTS A3b), so that too many are not reported for it.

A `Sequential` without a declared input shape raises only at the first `fit`. When a *model* is called, Keras 3 adds
or drops a last axis of size 1 by itself (FACTS A6e); between layers it does not.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f001
- NeuraLint f011

## References

- https://keras.io/api/layers/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    ArrayValue,
    Context,
    LayerNode,
    ModelGraph,
    Report,
    Rule,
    Severity,
    UnknownShape,
    format_shape,
    layer_spec,
)

from .._helpers import faults


class WrongInputNdim(Rule):
    """A recurrent layer that lost its time axis is told by missing-return-sequences instead."""

    code = "TDL301"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the layer; where its input comes from is related."""
        for node, fault in faults(model, context, "ndim"):
            yield _report(model, node, fault.reason)


def _report(model: ModelGraph, node: LayerNode, reason: str) -> Report:
    source = model.producer(node.edges[0]) if node.edges else None
    short = node.layer.short_type
    gives = f"{source.layer.short_type} gives {format_shape(source.outputs[0])}" if source is not None else ""
    return Report(
        node.place,
        f"{short} can't take this input: {reason}",
        fact="Keras raises ValueError: expected another ndim or min_ndim, the batch axis counted (FACTS G1c)",
        help=_samples_counted(model, node) or _cause(node, from_input=source is None),
        related=() if source is None else ((source.place, gives),),
    )


def _samples_counted(model: ModelGraph, node: LayerNode) -> str | None:
    """The cause where the declared input shape is that of all samples together."""
    shape = node.inputs[0]
    if isinstance(shape, UnknownShape) or node is not model.nodes[0]:
        return None
    for fitted in model.fits:
        data = fitted.args.get("x") if fitted.args.passes("x") else None
        if isinstance(data, ArrayValue) and data.shape == shape[1:]:
            sample = format_shape(shape[2:])
            return f"the declared shape {format_shape(shape[1:])} has the number of samples in it: declare {sample}"
    return None


def _cause(node: LayerNode, from_input: bool) -> str:
    shape = next((shape for shape in node.inputs if not isinstance(shape, UnknownShape)), ())
    spec = layer_spec(node.type)
    least = spec.ndim.minimum if spec is not None else None
    most = spec.ndim.maximum if spec is not None else None
    declared = f"({', '.join(format_shape((dim,))[1:-2] for dim in shape[1:])})"
    if from_input and least is not None and len(shape) == least - 1:
        if "2D" in node.layer.short_type or "3D" in node.layer.short_type:
            return f"declare the channel axis too: {declared[:-1]}, 1) for one channel"
        return "declare (timesteps, features) as the shape of the input"
    if from_input and most is not None and len(shape) == most + 1:
        return "declare the shape of one sample: the number of samples is no part of it"
    if most is not None and len(shape) > most:
        return "put Flatten, Reshape or a pooling layer in between"
    return "put Reshape in between, or leave out what takes the axis away"
