"""The kernel of a hidden layer starts with the same number everywhere.

Zeros before relu never change. Two layers in a row with constants make all units of the first one equal, for ever.
Other constants train, and badly.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu", kernel_initializer="zeros"),  # expect: TDL601
    layers.Dense(3, activation="softmax"),
])
```

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="tanh", kernel_initializer="ones"),  # expect: TDL601
    layers.Dense(3, activation="softmax", kernel_initializer="ones"),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu", kernel_initializer="he_uniform"),
    layers.Dense(3, activation="softmax", kernel_initializer="zeros"),
])
```

## Why

Measured on Keras 3.15.1 (FACTS I1, I1b), `Dense(16)` and `Dense(3, softmax)`, 60 epochs; with the default 0.975:

| kernels | activation | accuracy | |
|---|---|---|---|
| zeros, default | relu | **0.363** | the kernel does not change at all: relu has no slope at 0 |
| zeros, default | relu after BatchNormalization | **0.363** | the same |
| ones, ones | tanh | **0.442** | 16 units with the same weights are one unit |
| ones, default | relu | 0.652 | units differ, as the next layer treats them differently |
| zeros, default | tanh | 0.495 (0.885 by default) | |
| 0.1, default | relu | 0.980 | |
| zeros, default | gelu | 0.988 (0.982 by default) | |

So kernels that stay, and units that stay equal, are errors, and the others are advice. A last layer, a layer without
activation (the zeros of a residual branch or of LoRA) and a frozen layer may start with constants.

## Fix safety

There is no automatic fix.

## Also checked by

- NeuraLint f004
- AutoTrainer relu
- DeepLocalize MDL
- DeepDiagnosis dead-node
- DeepDiagnosis unchanged-tensor

## References

- https://keras.io/api/layers/initializers/
- https://www.deeplearningbook.org/contents/optimization.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tdlint.api import (
    Context,
    Instance,
    LayerNode,
    LayerObject,
    ModelGraph,
    Report,
    Rule,
    Severity,
    Value,
    initializer_class,
    layer_activation,
    layer_place,
    number,
)

from ._chain import CONVOLUTIONS, POOLINGS, after, computing, frozen, kind, only_readers, units

WITH_KERNEL = CONVOLUTIONS | {"Dense"}
ALIKE = POOLINGS | {"Activation", "BatchNormalization", "ELU", "Flatten", "LeakyReLU", "ReLU"}
"""Layers after which equal units are equal."""

ZERO_AT_ZERO = frozenset({"elu", "gelu", "leaky_relu", "linear", "selu", "silu", "swish", "tanh"})
RELU = frozenset({"relu", "relu6"})
SQUASHING = frozenset({"elu", "gelu", "leaky_relu", "selu", "sigmoid", "silu", "softplus", "swish", "tanh"})


class ConstantKernelInitializer(Rule):
    """Dense and convolutions that are trained and have another layer after them."""

    code = "TDL601"
    severity = Severity.ERROR

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the initializer."""
        constant = [(node, value) for node in model.nodes if (value := _trained_constant(node)) is not None]
        following = only_readers(model) if constant else {}
        for node, value in constant:
            layer = computing(node.layer)
            report = _without_slope(node, layer, value, following) or _equal(node, layer, value, following)
            if report is not None:
                yield report
            elif node.id in following and layer_activation(layer) in RELU | SQUASHING and (units(node) or 0) > 1:
                yield Report(
                    layer_place(layer, "kernel_initializer"),
                    f"all weights of {layer.short_type} start as {value:g}",
                    fact="a hidden layer of ones trained to an accuracy of 0.652 in place of 0.975 (FACTS I1)",
                    help="leave out kernel_initializer, or choose a random one",
                    severity=Severity.ADVICE,
                )


def _without_slope(
    node: LayerNode, layer: LayerObject, value: float, following: Mapping[int, LayerNode]
) -> Report | None:
    if value != 0 or not _no_bias(layer):
        return None
    *_, reader = (None, *after(following, node, frozenset({"BatchNormalization"})))
    activation = layer_activation(layer)
    if activation in ZERO_AT_ZERO and reader is not None and kind(reader) in ("Activation", "ReLU"):
        plain = kind(reader) == "Activation" or all(
            reader.layer.args.get(name).must_be(0, 0.0) for name in ("negative_slope", "threshold")
        )
        activation = layer_activation(reader.layer) if plain else None
    if activation not in RELU:
        return None
    return Report(
        layer_place(layer, "kernel_initializer"),
        f"the weights of {layer.short_type} start as 0 before {activation}, and stay there",
        fact="relu has no slope at 0: after 60 epochs no weight had changed (FACTS I1)",
        help="leave out kernel_initializer, or choose a random one",
    )


def _equal(node: LayerNode, layer: LayerObject, value: float, following: Mapping[int, LayerNode]) -> Report | None:
    count = units(node)
    path = list(after(following, node, ALIKE))
    if count is None or count < 2 or not path or not _same_bias(layer):
        return None
    reader = path[-1]
    if kind(reader) not in WITH_KERNEL or _constant(computing(reader.layer)) is None:
        return None
    return Report(
        layer_place(layer, "kernel_initializer"),
        f"the {count} units of {layer.short_type} start equal, and stay so: the next layer has equal weights, too",
        fact="after 60 epochs all 16 units of a hidden layer had the same weights (FACTS I1b)",
        help="leave out kernel_initializer, or choose a random one",
        related=((layer_place(reader.layer, "kernel_initializer"), "these weights start equal, too"),),
    )


def _trained_constant(node: LayerNode) -> float | None:
    trained = kind(node) in WITH_KERNEL and not frozen(node.layer)
    return _constant(computing(node.layer)) if trained else None


def _constant(layer: LayerObject) -> float | None:
    """The number that a kernel starts with everywhere, None if it is not one."""
    return _number_of(layer.args.get("kernel_initializer"))


def _number_of(initializer: Value) -> float | None:
    name = initializer_class(initializer)
    if name in ("Zeros", "Ones"):
        return float(name == "Ones")
    if name != "Constant":
        return None
    given = initializer.args.passes("value") if isinstance(initializer, Instance) else False
    return number(initializer.args.get("value")) if given and isinstance(initializer, Instance) else 0.0


def _no_bias(layer: LayerObject) -> bool:
    return layer.args.get("use_bias").must_be(False) or _number_of(layer.args.get("bias_initializer")) == 0


def _same_bias(layer: LayerObject) -> bool:
    return layer.args.get("use_bias").must_be(False) or _number_of(layer.args.get("bias_initializer")) is not None
