"""A layer makes one regularized layer per timestep, so weights and penalty grow with time.

A `TimeDistributed` layer shares its weights over all steps and its penalty counts once. A custom layer that keeps a
list with one `Dense` per step and applies the i-th to `inputs[:, i]` has T times the weights and T times the penalty,
and works for one length of sequence only.

## Bad

```python
import keras
from keras import layers, ops


class PerStep(layers.Layer):
    def __init__(self, timesteps, **kwargs):
        super().__init__(**kwargs)
        self.timesteps = timesteps

    def build(self, input_shape):
        self.steps = [
            layers.Dense(1, kernel_regularizer=keras.regularizers.L1L2(0.01, 0.01))  # expect: TDL203
            for _ in range(self.timesteps)
        ]

    def call(self, inputs):
        return ops.stack([self.steps[i](inputs[:, i]) for i in range(self.timesteps)], axis=1)
```

## Good

```python
import keras
from keras import layers


class SharedSteps(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(1, kernel_regularizer=keras.regularizers.L1L2(0.01, 0.01))

    def call(self, inputs):
        return self.dense(inputs)
```

```python
from keras import layers, ops


class Heads(layers.Layer):
    def __init__(self, heads, **kwargs):
        super().__init__(**kwargs)
        self.heads = [layers.Dense(1, kernel_regularizer="l2") for _ in range(heads)]

    def call(self, inputs):
        return ops.concatenate([head(inputs) for head in self.heads], axis=-1)
```

## Why

Measured on Keras 3.15.1 and 2.15.0 (FACTS C9): six `Dense` layers made in `build` for six steps are tracked, 12
weights with 6 regularization losses, so the penalty is that of one `Dense` times 6. `TimeDistributed(Dense)` on the
same input has one loss, at any number of steps (FACTS B1: `[0.3]` at 6, 100 and an unknown number of steps).

In a built model the layer's own code is not known, only its weights: there the rule reports a layer of the user that
holds as many equal layers as its input has steps. It is a warning in a live model where some of them are regularized,
else advice: a file does not say what regularizes the weights of such a layer.

## Fix safety

There is no automatic fix: weights of their own for every step may be what is wanted. Then divide the coefficients by
the number of steps, so that the whole penalty stays what it is for one layer.

## References

- https://keras.io/api/layers/recurrent_layers/time_distributed/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Context,
    LayerNode,
    LayerObject,
    ModelGraph,
    Place,
    Program,
    Report,
    Rule,
    Severity,
    StepLayer,
    layer_place,
)

from ._penalties import see

REGULARIZERS = ("kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "embeddings_regularizer")


MEASURED = "six steps gave six penalties, where TimeDistributed or Dense on the sequence gives one (FACTS C9, B1)"


class PerTimestepLayers(Rule):
    """In source from the layer's own code; in a built model from the weights that it holds."""

    code = "TDL203"
    severity = Severity.WARNING

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report where the layers are made."""
        for found in program.step_layers:
            argument = _regularized_by(found.layer)
            if argument is not None:
                yield _from_source(found, argument)

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the layer that holds the copies."""
        for node in model.nodes:
            if node.step_copies is not None:
                yield _from_weights(node, node.step_copies)


def _regularized_by(layer: LayerObject) -> str | None:
    for name in REGULARIZERS:
        if layer.args.passes(name) and not layer.args.get(name).may_be(None):
            return name
    return None


def _from_source(found: StepLayer, argument: str) -> Report:
    many = f"{found.count} {found.layer.short_type} layers" if found.count else f"one {found.layer.short_type}"
    each = "one for each timestep" if found.count else "for every timestep"
    return Report(
        layer_place(found.layer),
        f"{found.owner} makes {many}, {each}, so its weights and the penalty of {argument} grow with time",
        fact=MEASURED,
        help="apply one layer to the whole sequence, or divide the coefficients by the number of steps"
        + see("counts the copies and their penalties"),
        related=((Place(found.call), "each copy is applied to its own timestep here"),),
    )


def _from_weights(node: LayerNode, copies: int) -> Report:
    regularized = node.copies_regularized
    grows = "weights and penalty grow" if regularized else "weights grow"
    return Report(
        node.place,
        f"{node.layer.short_type} holds {copies} equal layers for {copies} timesteps, so its {grows} with time",
        fact=MEASURED,
        help="apply one layer to the whole sequence, or divide the coefficients by the number of steps",
        severity=Severity.WARNING if regularized else Severity.ADVICE,
    )
