"""Make the small model files in fixtures/models with real Keras: `python scripts/make_model_fixtures.py`.

`--keras-2` makes those in the form of Keras 2; it needs `tf_keras`.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
FOLDER = Path(__file__).parent.parent / "fixtures" / "models"


def fill(model: Any) -> Any:
    """The same weights on every run: a ramp from -0.5 to 0.5 in each."""
    import numpy

    model.set_weights([numpy.linspace(-0.5, 0.5, weight.size).reshape(weight.shape) for weight in model.get_weights()])
    return model


def sequence_head(keras: Any) -> Any:
    """The model that tdlint began with: a regularized head on every time step."""
    layers, l1_l2 = keras.layers, keras.regularizers.L1L2
    head = layers.Dense(1, kernel_regularizer=l1_l2(0.01, 0.01))
    model = keras.Sequential(
        [keras.Input((10, 4)), layers.LSTM(8, return_sequences=True), layers.TimeDistributed(head)],
        name="sequence_head",
    )
    model.compile("adam", "mse")
    return fill(model)


def branches(keras: Any) -> Any:
    """A Functional model with a nested one that is called twice, a shared layer and a frozen one."""
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input((6,)), layers.Dense(4, kernel_regularizer="l2"), layers.BatchNormalization()], name="inner"
    )
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    twin = layers.Dense(3, kernel_regularizer=keras.regularizers.L1(0.1), activity_regularizer="l2", name="twin")
    h = layers.Concatenate(name="both")([twin(inner(a)), twin(inner(b))])
    frozen = layers.Dense(5, kernel_regularizer="l2", trainable=False, name="frozen")
    model = keras.Model([a, b], layers.Dense(3, "softmax", name="kind")(frozen(h)), name="branches")
    model.compile("adam", "sparse_categorical_crossentropy")
    return fill(model)


def per_timestep(keras: Any) -> Any:
    """A user's own layer with a copy of a regularized layer for each of 5 time steps, and a Lambda."""
    layers = keras.layers

    class PerTimestep(layers.Layer):  # type: ignore[misc]
        def build(self, shape: tuple[int, ...]) -> None:
            strength = keras.regularizers.L1L2(0.01, 0.01)
            self.steps = [layers.Dense(2, kernel_regularizer=strength) for _ in range(shape[1])]
            for layer in self.steps:
                layer.build((shape[0], shape[2]))

        def call(self, inputs: Any) -> Any:
            outputs = [layer(inputs[:, step]) for step, layer in enumerate(self.steps)]
            return keras.ops.stack(outputs, axis=1)

    doubled = layers.Lambda(lambda x: x * 2, name="doubled")
    return fill(keras.Sequential([keras.Input((5, 3)), PerTimestep(name="own"), doubled], name="per_timestep"))


def main() -> None:
    """Write every file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--keras-2", action="store_true", help="write the files in the form of Keras 2 (needs tf_keras)"
    )
    if parser.parse_args().keras_2:
        import tf_keras as keras

        builders, suffix = [sequence_head, branches], "_keras2"
    else:
        import keras

        builders, suffix = [sequence_head, branches, per_timestep], ""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for build in builders:
        model = build(keras)
        for ending in ("keras", "h5"):
            model.save(FOLDER / f"{build.__name__}{suffix}.{ending}")
        keras.backend.clear_session()


if __name__ == "__main__":
    main()
