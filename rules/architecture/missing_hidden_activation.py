"""Two Dense layers in a row without an activation between them compute what one of them could.

A linear map of a linear map is a linear map. The first layer costs weights and time, and the model can learn no more
than without it.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(64),  # expect: TDL602
    layers.Dropout(0.2),
    layers.Dense(3, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(64),
    layers.BatchNormalization(),
    layers.ReLU(),
    layers.Dense(3, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")

bottleneck = keras.Sequential([keras.Input((784,)), layers.Dense(30), layers.Dense(784)])
bottleneck.compile(optimizer="adam", loss="mse")
```

## Why

Measured on Keras 3.15.1 (FACTS I2), three classes that no straight line tells apart, 60 epochs:

| layers | accuracy |
|---|---|
| Dense(3, softmax) | 0.382 |
| Dense(64), Dense(3, softmax) | 0.377 |
| Dense(64), Dense(64), Dense(3, softmax) | 0.380 |
| Dense(64), Dropout, Dense(3, softmax) | 0.378 |
| Dense(64, relu), Dense(3, softmax) | **1.000** |

A layer that is smaller than both its neighbours is not reported: it limits the rank, as in an autoencoder, LoRA or a
factorized embedding. BatchNormalization and Dropout are linear, too, when the model predicts: with BatchNormalization
between the two, the accuracy is 0.505 in training and 0.382 of `evaluate`. Models without `compile` are not reported.
Convolutions without an activation are advice, as they also widen what is seen.

## Fix safety

There is no automatic fix: which activation is meant is not known.

## Also checked by

- NeuraLint f009
- UMLAUT check_missing_activations
- DeepFD act

## References

- https://www.deeplearningbook.org/contents/mlp.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tdlint.api import Context, LayerNode, ModelGraph, Report, Rule, Severity, layer_place

from ._chain import (
    AVERAGE_POOLINGS,
    CONVOLUTIONS,
    DROPOUTS,
    after,
    computing,
    features,
    frozen,
    kind,
    linear,
    only_readers,
    units,
)

LINEAR = DROPOUTS | {"Activation", "ActivityRegularization", "BatchNormalization", "Identity"}
MOVING = AVERAGE_POOLINGS | {"Flatten", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "ZeroPadding2D"}


class MissingHiddenActivation(Rule):
    """In models that are compiled."""

    code = "TDL602"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the first of the two layers."""
        if model.compile is None or model.unknown:
            return
        following = only_readers(model)
        for node in model.nodes:
            if kind(node) in CONVOLUTIONS | {"Dense"} and linear(computing(node.layer)) and not frozen(node.layer):
                reader = _next(following, node)
                if reader is not None:
                    yield _report(node, reader)


def _report(node: LayerNode, reader: LayerNode) -> Report:
    dense = kind(node) == kind(reader) == "Dense"
    first, second = computing(node.layer), computing(reader.layer)
    size = f"({units(node)})" if units(node) is not None else ""
    return Report(
        layer_place(first),
        f"no activation between {first.short_type}{size} and {second.short_type}: together they are one linear map",
        fact="Dense(64) and Dense(3) learned what Dense(3) alone does (FACTS I2)" if dense else None,
        help=f"give this {first.short_type} an activation, such as relu, or leave it out",
        related=((layer_place(second), f"this {second.short_type} follows"),),
        severity=None if dense else Severity.ADVICE,
    )


def _next(following: Mapping[int, LayerNode], node: LayerNode) -> LayerNode | None:
    """The layer with weights that gets a linear map of what this one gives, if that is no bottleneck."""
    dense = kind(node) == "Dense"
    path = list(after(following, node, LINEAR if dense else LINEAR | MOVING))
    if not path or not all(linear(one.layer) for one in path[:-1] if kind(one) == "Activation"):
        return None
    reader = path[-1]
    if frozen(reader.layer) or not (kind(reader) == "Dense" or (not dense and kind(reader) in CONVOLUTIONS)):
        return None
    width, before, behind = units(node), features(node), units(reader)
    if width is None or behind is None:
        return None
    return reader if width >= behind or (before is not None and width >= before) else None
