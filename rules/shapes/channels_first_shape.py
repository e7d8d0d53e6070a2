"""The input of convolutions has its channels first, and the layers take them last.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((3, 224, 224)),  # expect: TDL309
    layers.Conv2D(32, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(10),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((224, 224, 3)),
    layers.Conv2D(32, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(10),
])
first = keras.Sequential([keras.Input((3, 224, 224)), layers.Conv2D(32, 3, data_format="channels_first")])
```

## Why

Keras takes the channels last unless `data_format` says otherwise. Measured on Keras 3.15.1 (FACTS G1e): an input
`(3, 32, 32)` is taken for a picture of 3 by 32 pixels with 32 channels. The first convolution gives `(1, 30, filters)`
and learns a kernel for every column of the picture; a second one raises ValueError, which window-larger-than-input
reports instead. Nothing is reported where the source sets a data format.

## Fix safety

There is no automatic fix: the data have to be transposed, too.

## Also checked by

- UMLAUT check_input_shape

## References

- https://keras.io/api/layers/convolution_layers/convolution2d/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Context,
    LayerNode,
    ModelGraph,
    Place,
    Report,
    Rule,
    Sequence,
    Severity,
    Shape,
    UnknownShape,
    format_shape,
    integer,
    layer_place,
)

from .._helpers import faults

CHANNELS = (1, 3, 4)
LEAST_SIDE = 16
"""Pictures are rarely smaller; numbers of filters that are no picture often are."""

WINDOWS = {
    "Conv2D": "kernel_size",
    "SeparableConv2D": "kernel_size",
    "DepthwiseConv2D": "kernel_size",
    "MaxPooling2D": "pool_size",
    "AveragePooling2D": "pool_size",
}


class ChannelsFirstShape(Rule):
    """Square pictures only, and windows of more than one row: others are signals of several channels and the like."""

    code = "TDL309"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the declared input shape."""
        first = model.nodes[0] if model.nodes else None
        if first is None or model.kind == "subclass" or len(first.edges) != 1 or first.edges[0].producer is not None:
            return
        shape = first.inputs[0] if len(first.inputs) == 1 else UnknownShape()
        if isinstance(shape, UnknownShape) or not _channels_first(shape) or not _reads_rows(first):
            return
        formats = [node.args.get("data_format") for node in model.nodes if node.args.passes("data_format")]
        if formats or not first.args.get("data_format").must_be(None) or any(faults(model, context, "window")):
            return
        sample = f"({', '.join(map(str, (*shape[2:], shape[1])))})"
        yield Report(
            _declared_at(model, first),
            f"{first.layer.short_type} takes {format_shape(shape)} for {shape[1]} rows with {shape[3]} channels",
            fact="Keras takes the channels last unless data_format says otherwise (FACTS G1e)",
            help=f"declare {sample} and transpose the data, or set data_format='channels_first'",
        )


def _channels_first(shape: Shape) -> bool:
    if len(shape) != 4 or shape[1] not in CHANNELS or shape[2] != shape[3]:
        return False
    return isinstance(shape[2], int) and shape[2] >= LEAST_SIDE


def _reads_rows(node: LayerNode) -> bool:
    """Whether a layer looks at more than one row at a time."""
    argument = WINDOWS.get(node.layer.short_type)
    if argument is None or not node.type.startswith("keras.layers."):
        return False
    size = node.args.get(argument)
    rows = integer(size.items[0]) if isinstance(size, Sequence) and size.items else integer(size)
    return rows is not None and rows > 1


def _declared_at(model: ModelGraph, first: LayerNode) -> Place:
    declared = model.input_layers[0] if len(model.input_layers) == 1 else None
    if declared is not None:
        return layer_place(declared)
    return layer_place(first.layer, "input_shape")
