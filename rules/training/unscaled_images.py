"""Images with pixels from 0 to 255 train a new network by plain gradient descent.

Weights are made for inputs of about size 1. Pixels a hundred times as large make gradients a hundred times as large,
and the first steps of SGD throw the units out of where they can learn.

## Bad

```python
import keras

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
model = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x_train, y_train)  # expect: TDL533
```

## Good

```python
import keras

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
model = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x_train, y_train)
```

## Why

Measured on the digits of scikit-learn, 8 epochs, `relu`, two seeds, in Keras 2 and 3 (FACTS E24): with pixels from 0
to 255 and SGD, with and without momentum, the accuracy stays at 0.08 to 0.1, which is chance, and the loss is 2.3 or
NaN, for two and four Dense layers and for convolutions; divided by 255 the accuracy is 0.89 to 0.98. With Adam and
RMSprop the difference is small, and they are not reported.

## Also checked by

- UMLAUT check_input_normalization
- AutoTrainer abnormal_data

## References

- https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    CallSite,
    Context,
    Instance,
    LayerNode,
    ModelGraph,
    Program,
    Report,
    Rule,
    Value,
    layer_activation,
    number,
    text,
)

from ._pixels import entered, images_given, is_raw

_FITS = frozenset({"keras.Model.fit", "keras.Model.fit_generator"})
_NORMALIZING = ("Normalization", "Rescaling")
_COMPUTING = frozenset({"Dense", "Conv2D"})
SGD_RATE = 0.01
"""The learning rate of SGD by default; a much smaller one may suit large inputs."""


class UnscaledImages(Rule):
    """A network whose first layer with weights is ``relu``, without any normalization."""

    code = "TDL533"

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the images."""
        if call.name not in _FITS or call.compiled is None:
            return
        for model, given in images_given(call, program):
            first = entered(model)
            if given.data.validation or not is_raw(given.array) or first is None or not _harmed(model, first):
                continue
            if _is_plain(call.compiled.args.get("optimizer")):
                yield Report(
                    given.data.x_place,
                    "pixels from 0 to 255 train a new network with SGD",
                    fact="measured: accuracy of chance, and 0.89 to 0.98 with pixels from 0 to 1 (FACTS E24)",
                    help="divide by 255, or begin the model with keras.layers.Rescaling(1 / 255)",
                    related=((first.place, "the first layer with weights"),),
                )


def _harmed(model: ModelGraph, first: LayerNode) -> bool:
    """Whether the network is one of the kind that was measured."""
    if first.layer.short_type not in _COMPUTING or layer_activation(first.layer) != "relu":
        return False
    return all(
        node.inner is None and not node.layer.custom and not node.layer.short_type.endswith(_NORMALIZING)
        for node in model.nodes
    )


def _is_plain(value: Value) -> bool:
    """Whether it is SGD with a learning rate not smaller than by default, and gradients of any size."""
    named = text(value)
    if named is not None:
        return named.lower() == "sgd"
    if not isinstance(value, Instance) or value.type != "keras.optimizers.SGD" or not value.args.complete:
        return False
    given = dict(value.args.bound)
    if any("clip" in name for name in given):
        return False
    rates = [given[name] for name in ("learning_rate", "lr") if name in given]
    rate = number(rates[0]) if rates else SGD_RATE
    return rate is not None and rate >= SGD_RATE
