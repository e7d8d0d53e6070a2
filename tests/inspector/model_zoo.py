"""Models of every kind that the account must get right, each with an untrained but not fresh state.

Imports Keras, so only tests that need it import this module.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import Sequential, layers, regularizers

L1L2 = regularizers.L1L2
ZOO: dict[str, Callable[[], keras.Model]] = {}


def model(build: Callable[[], keras.Model]) -> Callable[[], keras.Model]:
    """Register a model by the name of its function."""
    ZOO[build.__name__] = build
    return build


def built(name: str) -> keras.Model:
    """A fresh model of the zoo; all its weights are random, so that none has a penalty of zero by accident."""
    keras.backend.clear_session()
    made = ZOO[name]()
    generator = np.random.default_rng(7)
    for variable in made.weights:
        if variable.dtype.startswith("float") or variable.dtype.startswith("bfloat"):
            variable.assign(generator.normal(size=tuple(variable.shape)).astype("float32"))
    return made


@model
def dense() -> keras.Model:
    return Sequential(
        [
            keras.Input((7,)),
            layers.Dense(5, "relu", kernel_regularizer="l2", bias_regularizer=regularizers.L1(0.3)),
            layers.Dense(3, kernel_regularizer=L1L2(0.01, 0.02)),
            layers.Dense(1, kernel_regularizer="l1l2"),
        ]
    )


@model
def head_on_a_sequence() -> keras.Model:
    made = Sequential(
        [
            keras.Input((10, 4)),
            layers.LSTM(6, return_sequences=True, kernel_regularizer=L1L2(0.01, 0.01), recurrent_regularizer="l2"),
            layers.TimeDistributed(layers.Dense(1, kernel_regularizer=L1L2(0.01, 0.01), bias_regularizer="l2")),
        ]
    )
    made.compile("adam", "mse")
    return made


@model
def convolutions() -> keras.Model:
    return Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Conv2D(4, 3, kernel_regularizer="l2"),
            layers.DepthwiseConv2D(3, depthwise_regularizer="l1"),
            layers.SeparableConv2D(5, 3, depthwise_regularizer="l1", pointwise_regularizer="l2", bias_regularizer="l2"),
            layers.Conv2DTranspose(2, 3, kernel_regularizer=regularizers.L2(0.5), use_bias=False),
            layers.Reshape((-1, 2)),
            layers.Conv1D(3, 3, groups=1, kernel_regularizer="l1"),
            layers.GlobalAveragePooling1D(),
        ]
    )


@model
def recurrent() -> keras.Model:
    return Sequential(
        [
            keras.Input((5,), dtype="int32"),
            layers.Embedding(11, 4, embeddings_regularizer="l1"),
            layers.GRU(3, return_sequences=True, kernel_regularizer="l2", bias_regularizer="l1"),
            layers.GRU(3, return_sequences=True, reset_after=False, recurrent_regularizer="l2"),
            layers.SimpleRNN(4, return_sequences=True, bias_regularizer=regularizers.L2(0.2)),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True, kernel_regularizer="l1", bias_regularizer="l2")),
            layers.Bidirectional(
                layers.GRU(2, return_sequences=True),
                backward_layer=layers.GRU(2, return_sequences=True, go_backwards=True, kernel_regularizer="l2"),
            ),
            layers.RNN([layers.LSTMCell(3, kernel_regularizer="l2"), layers.GRUCell(3, recurrent_regularizer="l1")]),
        ]
    )


@model
def attention_and_norms() -> keras.Model:
    x = keras.Input((6, 8))
    h = layers.MultiHeadAttention(2, 3, kernel_regularizer="l2", bias_regularizer="l1")(x, x)
    h = layers.LayerNormalization(gamma_regularizer="l1")(layers.Add()([x, h]))
    h = layers.BatchNormalization(beta_regularizer="l2", gamma_regularizer=L1L2(0.1, 0.2))(h)
    h = layers.GroupNormalization(2, gamma_regularizer="l2")(h)
    h = layers.EinsumDense("abc,cd->abd", (6, 5), bias_axes="d", kernel_regularizer="l1")(h)
    h = layers.PReLU(alpha_regularizer="l2")(h)
    return keras.Model(x, layers.SpectralNormalization(layers.Dense(2, kernel_regularizer="l2"))(h[:, -1]))


@model
def shared() -> keras.Model:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    twin = layers.Dense(3, kernel_regularizer=regularizers.L1(0.1), activity_regularizer="l2", name="twin")
    model = keras.Model([a, b], layers.Subtract()([twin(a), twin(b)]))
    model.compile("sgd", keras.losses.Huber())
    return model


@model
def nested() -> keras.Model:
    inner_most = Sequential([keras.Input((4,)), layers.Dense(3, kernel_regularizer="l2")], name="core")
    x = keras.Input((4,))
    inner = keras.Model(x, layers.Dense(2, bias_regularizer="l1")(layers.Dropout(0.5)(inner_most(x))), name="inner")
    y = keras.Input((4,))
    tail = layers.Dense(5, "softmax", kernel_regularizer=L1L2(0.001, 0.002), name="tail")
    model = keras.Model(y, tail(layers.Concatenate()([inner(y), inner(layers.ReLU()(y)), y])))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@model
def shared_with_nested() -> keras.Model:
    common = layers.Dense(4, kernel_regularizer="l2", name="common")
    x = keras.Input((4,))
    inner = keras.Model(x, layers.Dense(4)(common(x)), name="inner")
    y = keras.Input((4,))
    return keras.Model(y, layers.Add()([inner(y), common(y)]))


@model
def frozen() -> keras.Model:
    base = Sequential(
        [keras.Input((4,)), layers.Dense(6, kernel_regularizer="l2"), layers.BatchNormalization()], name="base"
    )
    base.trainable = False
    return Sequential(
        [
            keras.Input((4,)),
            base,
            layers.Dense(3, kernel_regularizer="l1", trainable=False),
            layers.Dense(2, kernel_regularizer="l2"),
        ]
    )


@model
def frozen_within_a_wrapper() -> keras.Model:
    return Sequential(
        [
            keras.Input((5, 4)),
            layers.TimeDistributed(layers.Dense(2, kernel_regularizer="l2", trainable=False)),
            layers.TimeDistributed(layers.Dense(2, kernel_regularizer="l1"), trainable=False),
            layers.Bidirectional(layers.LSTM(2, kernel_regularizer="l2"), trainable=False),
            layers.Dense(2, kernel_regularizer=regularizers.L2(0.1)),
        ]
    )


@model
def timedistributed_activity() -> keras.Model:
    return Sequential(
        [
            keras.Input((5, 4)),
            layers.TimeDistributed(layers.Dense(2, activity_regularizer="l2", kernel_regularizer="l2")),
            layers.Dense(2, activity_regularizer="l1"),
        ]
    )


@model
def orthogonal() -> keras.Model:
    return Sequential(
        [
            keras.Input((6,)),
            layers.Dense(4, kernel_regularizer=regularizers.OrthogonalRegularizer(0.3)),
            layers.Dense(3, kernel_regularizer=regularizers.OrthogonalRegularizer(0.3, mode="columns")),
        ]
    )


@model
def two_heads() -> keras.Model:
    x = keras.Input((8,))
    h = layers.Dense(6, "relu", kernel_regularizer="l2")(x)
    model = keras.Model(x, [layers.Dense(4, "softmax", name="kind")(h), layers.Dense(1, name="size")(h)])
    model.compile("adam", {"kind": "categorical_crossentropy", "size": "mse"}, loss_weights={"kind": 2.0, "size": 0.5})
    return model


@model
def time_distributed_model() -> keras.Model:
    step = Sequential([keras.Input((4,)), layers.Dense(3, kernel_regularizer="l2"), layers.Dense(2)], name="step")
    return Sequential([keras.Input((5, 4)), layers.TimeDistributed(step), layers.Flatten()])


@model
def many_alike() -> keras.Model:
    return Sequential(
        [keras.Input((3,)), *(layers.Dense(3, kernel_regularizer=regularizers.L2(i / 100)) for i in range(12))]
    )


@model
def nested_same_names() -> keras.Model:
    def tower(name: str, strength: float) -> keras.Model:
        out = layers.Dense(3, kernel_regularizer=regularizers.L2(strength), name="out")
        return Sequential([keras.Input((4,)), out, layers.BatchNormalization(name="norm")], name=name)

    x = keras.Input((4,))
    return keras.Model(x, layers.Add()([tower("left", 0.1)(x), tower("right", 0.5)(x)]))
