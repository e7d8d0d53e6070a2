"""An L2 penalty on a kernel whose scale is normalized away by the next layer.

## Bad

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.Conv2D(16, 3, use_bias=False, kernel_regularizer="l2"),  # expect: TDL208
    layers.BatchNormalization(),
    layers.ReLU(),
    layers.GlobalAveragePooling2D(),
    layers.Dense(10),
])
```

## Good

```python
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.Conv2D(16, 3, activation="relu", kernel_regularizer="l2"),
    layers.BatchNormalization(),
    layers.GlobalAveragePooling2D(),
    layers.Dense(10, kernel_regularizer="l2"),
])
```

## Why

BatchNormalization divides by the standard deviation of what it gets, so a linear layer before it can be scaled by any
factor without changing the model: ten times the kernel changed the output by 0.0008 (Conv2D) and 0.021 (Dense), all
of it from epsilon (FACTS C11). The penalty can't limit what such a layer computes. It keeps the kernel small, which
makes the steps of the optimizer relatively larger: it acts as a learning rate. With an activation in between the
layer is not reported.

Many published networks do this and are trained well; it is advice, off by default.

## Fix safety

There is no automatic fix.

## References

- https://arxiv.org/abs/1706.05350
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Report, Rule, Severity, coefficients, layer_activation, layer_place

LINEAR = frozenset({"Dense", "Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose"})


class RegularizedBeforeNormalization(Rule):
    """A layer without activation that feeds BatchNormalization and nothing else."""

    code = "TDL208"
    severity = Severity.ADVICE

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the regularizer; the normalization is related."""
        fed_by: dict[int, int] = {}
        for consumer in model.nodes:
            for producer in model.producers(consumer):
                fed_by[producer.id] = fed_by.get(producer.id, 0) + 1
        for node in model.nodes:
            if node.type != "keras.layers.BatchNormalization" or len(node.edges) != 1:
                continue
            source = model.producer(node.edges[0])
            if source is None or source.layer.custom or source.layer.short_type not in LINEAR:
                continue
            layer = source.layer
            found = coefficients(layer.args.get("kernel_regularizer"), context.version(layer.namespace))
            if found is None or not found.l2 or fed_by[source.id] != 1 or layer_activation(layer) != "linear":
                continue
            yield Report(
                layer_place(layer, "kernel_regularizer"),
                f"the L2 penalty on {layer.short_type} limits nothing: BatchNormalization undoes its scale",
                fact="ten times the kernel changes the output by 0.0008 (Conv2D) and 0.021 (Dense) (FACTS C11)",
                help="leave it out, or take it as what it is: a way to keep the learning rate up",
                related=((node.place, "normalized here"),),
            )
