"""Accounts of tf_keras models, live and from `.h5`, against what tf_keras itself says of them."""

from __future__ import annotations

import numpy as np
import pytest

from tdlint.inspector import Account, inspect_model
from tdlint.inspector.accounting.penalty import account_of
from tdlint.inspector.files.archive import read_archive

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("tf_keras")


def chain(keras, shape, *layers):
    return keras.Sequential([keras.Input(shape), *layers])


def simple_models(keras):
    """By name: one kind of layer each."""
    layers, both = keras.layers, keras.regularizers.L1L2(0.01, 0.02)
    rnn = {"kernel_regularizer": both, "recurrent_regularizer": "l2", "bias_regularizer": "l1"}
    conv = {"kernel_regularizer": both, "bias_regularizer": "l1"}
    return {
        "dense": chain(keras, (7,), layers.Dense(5, **conv), layers.Dense(3, kernel_regularizer="l1_l2")),
        "conv": chain(keras, (8, 8, 3), layers.Conv2D(4, 3, **conv), layers.Conv2DTranspose(2, 3, **conv)),
        "separable": chain(
            keras,
            (8, 8, 3),
            layers.SeparableConv2D(4, 3, depthwise_regularizer="l2", pointwise_regularizer="l1"),
            layers.DepthwiseConv2D(3, depthwise_regularizer="l2"),
        ),
        "lstm": chain(keras, (6, 4), layers.LSTM(5, return_sequences=True, **rnn), layers.GRU(3, **rnn)),
        "cells": chain(keras, (6, 4), layers.RNN([layers.LSTMCell(3, **rnn), layers.GRUCell(2, **rnn)])),
        "both ways": chain(keras, (6, 4), layers.Bidirectional(layers.LSTM(3, **rnn)), layers.Dense(1, **conv)),
        "steps": chain(keras, (6, 4), layers.TimeDistributed(layers.Dense(3, **conv))),
        "steps of convolutions": chain(keras, (2, 6, 6, 3), layers.TimeDistributed(layers.Conv2D(3, 3, **conv))),
        "embedding": chain(keras, (6,), layers.Embedding(11, 4, embeddings_regularizer=both), layers.Flatten()),
        "normalization": chain(
            keras,
            (6, 4),
            layers.BatchNormalization(gamma_regularizer="l2", beta_regularizer="l1"),
            layers.LayerNormalization(gamma_regularizer="l2", beta_regularizer="l1"),
        ),
        "orthogonal": chain(
            keras, (6,), layers.Dense(4, kernel_regularizer=keras.regularizers.OrthogonalRegularizer())
        ),
    }


def composed_models(keras):
    """By name: layers and models in several places, frozen in part or whole."""
    layers, both = keras.layers, keras.regularizers.L1L2(0.01, 0.02)

    def dense(**keywords):
        return layers.Dense(4, kernel_regularizer=both, bias_regularizer="l2", **keywords)

    def normalized():
        return chain(keras, (4,), dense(), layers.BatchNormalization(gamma_regularizer="l2"))

    inputs, shared, inner, frozen = keras.Input((4,)), dense(), normalized(), normalized()
    frozen.trainable = False
    frozen_whole = chain(keras, (4,), dense(), normalized())
    frozen_whole.trainable = False
    query = keras.Input((6, 4))
    return {
        "nested": chain(keras, (4,), normalized(), chain(keras, (4,), normalized(), dense()), dense()),
        "shared": keras.Model(inputs, layers.Add()([shared(inputs), shared(shared(inputs))])),
        "shared model": keras.Model(inputs, inner(inner(inputs))),
        "frozen layer": chain(keras, (4,), dense(trainable=False), dense()),
        "frozen model": keras.Model(inputs, dense()(frozen(inputs))),
        "frozen whole": frozen_whole,
        "frozen both ways": chain(
            keras, (6, 4), layers.Bidirectional(layers.LSTM(3, kernel_regularizer=both), trainable=False)
        ),
        "attention": keras.Model(query, layers.MultiHeadAttention(2, 3, kernel_regularizer=both)(query, query)),
        "model in steps": chain(keras, (6, 4), layers.TimeDistributed(normalized())),
    }


def size(weights) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


def assert_agrees(account: Account, model, name: str) -> None:
    assert account.totals.params == model.count_params(), name
    assert account.totals.trainable_params == size(model.trainable_weights), name
    assert account.totals.penalty == pytest.approx(sum(map(float, model.losses)), rel=1e-6, abs=1e-9), name


@pytest.mark.parametrize("models", [simple_models, composed_models])
def test_accounts_agree_with_tf_keras(keras, models, tmp_path):
    for number, (name, model) in enumerate(models(keras).items()):
        generator = np.random.default_rng(number)
        model.set_weights([generator.normal(size=weight.shape).astype("float32") for weight in model.weights])
        assert any(float(loss) > 0 for loss in model.losses), name
        assert_agrees(inspect_model(model), model, name)
        for ending in ("h5", "keras"):
            path = tmp_path / f"{number}.{ending}"
            model.save(path)
            assert_agrees(account_of(read_archive(path)), model, f"{name}.{ending}")


def test_a_regularizer_of_the_user_is_measured_alive_and_named_in_a_file(keras, tmp_path):
    class Fourth(keras.regularizers.Regularizer):
        def __call__(self, x):
            return 0.1 * keras.backend.sum(x**4)

        def get_config(self):
            return {}

    model = chain(keras, (5,), keras.layers.Dense(3, kernel_regularizer=Fourth(), bias_regularizer="l2"))
    assert_agrees(inspect_model(model), model, "live")
    model.save(tmp_path / "own.h5")
    account = account_of(read_archive(tmp_path / "own.h5"))
    kernel, bias = account.layers[-1].weights
    assert kernel.regularizer is not None
    assert (kernel.regularizer.type, kernel.regularizer.custom) == ("Fourth", True)
    assert (kernel.penalty, bias.penalty, account.totals.penalty) == (None, 0.0, None)
    assert account.totals.params == model.count_params()
