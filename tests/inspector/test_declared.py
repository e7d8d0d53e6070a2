"""What layers declare and what of it acts, against the losses that real Keras has, of both generations."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from tdlint.inspector import Account, inspect_model
from tdlint.inspector.accounting.penalty import account_of
from tdlint.inspector.files.archive import read_archive

KERAS = [pytest.param("keras"), pytest.param("tf_keras", marks=pytest.mark.slow)]


@pytest.fixture(params=KERAS)
def keras(request):
    return pytest.importorskip(request.param)


def stack(keras, *layers, shape=(6, 4)):
    return keras.Sequential([keras.Input(shape), *layers])


def activity_models(keras):
    """By name: a model whose only losses are activity terms."""
    layers, l2 = keras.layers, keras.regularizers.L2(0.5)
    inputs = keras.Input((6, 4))
    attention = layers.MultiHeadAttention(2, 3, activity_regularizer=l2)
    sequence = keras.Sequential([layers.Dense(3, activity_regularizer=l2)])
    return {
        "dense": stack(keras, layers.Dense(3, activity_regularizer=l2)),
        "last": stack(keras, layers.LSTM(3, activity_regularizer=l2)),
        "both ways": stack(keras, layers.Bidirectional(layers.LSTM(3, activity_regularizer=l2))),
        "around both ways": stack(keras, layers.Bidirectional(layers.LSTM(3), activity_regularizer=l2)),
        "inside": stack(keras, layers.TimeDistributed(layers.Dense(3, activity_regularizer=l2))),
        "around": stack(keras, layers.TimeDistributed(layers.Dense(3), activity_regularizer=l2)),
        "layer inside": stack(keras, layers.TimeDistributed(layers.ActivityRegularization(l2=0.5))),
        "model inside": stack(keras, layers.TimeDistributed(sequence)),
        "of its own": stack(keras, layers.ActivityRegularization(l2=0.5)),
        "normalization": stack(keras, layers.BatchNormalization(activity_regularizer=l2)),
        "dropout": stack(keras, layers.Dropout(0.1, activity_regularizer=l2)),
        "cell": stack(keras, layers.RNN(layers.LSTMCell(3), activity_regularizer=l2)),
        "frozen": stack(keras, layers.Dense(3, activity_regularizer=l2, trainable=False)),
        "attention": keras.Model(inputs, attention(inputs, inputs)),
    }


PER_STEP = {"model inside"}
"""In Keras 3 a term for each of six steps; Keras 2 calls the model inside once more for its mask."""


def test_activity_terms_are_those_that_keras_adds(keras):
    for name, model in activity_models(keras).items():
        model(np.ones((2, 6, 4), "float32"))
        account = inspect_model(model)
        terms = [term for layer in account.layers for term in layer.activity]
        acting = sum(term.tensors * term.calls for term in terms if term.acts)
        if name in PER_STEP and keras.__version__ >= "3":
            assert (len(model.losses), acting) == (6, 1), name
        else:
            assert len(model.losses) == acting, name
        never = [item.code for item in account.inactive]
        assert never == (["TDL202"] if name in ("inside", "layer inside") and keras.__version__ >= "3" else []), name
        assert all((term.code == "TDL202") == (not term.acts) for term in terms)


def total(account: Account) -> float:
    return account.totals.penalty


def test_regularizers_that_are_set_late_do_not_act(keras):
    new, old = keras.regularizers.L2(0.5), keras.regularizers.L2(0.1)
    for before, after, code in ((None, new, "TDL204"), (old, new, "TDL204"), (old, None, None), (old, old, None)):
        layer = keras.layers.Dense(3, kernel_regularizer=before, name="late")
        model = stack(keras, layer)
        layer.kernel_regularizer = after
        account = inspect_model(model)
        assert total(account) == pytest.approx(sum(map(float, model.losses)), rel=1e-6)
        assert [(item.layer, item.argument, item.code) for item in account.inactive] == (
            [("late", "kernel_regularizer", code)] if code else []
        )


def test_late_regularizers_of_wrapped_layers_and_cells(keras):
    inner, recurrent = keras.layers.Dense(3), keras.layers.LSTM(3)
    model = stack(keras, keras.layers.TimeDistributed(inner, name="wrapper"), recurrent)
    inner.kernel_regularizer = recurrent.cell.recurrent_regularizer = keras.regularizers.L1(0.5)
    account = inspect_model(model)
    assert sum(map(float, model.losses)) == total(account) == 0
    assert [(item.layer, item.argument, item.code) for item in account.inactive] == [
        ("wrapper", "kernel_regularizer", "TDL204"),
        (recurrent.name, "recurrent_regularizer", "TDL204"),
    ]


def test_what_is_declared_for_no_weight_or_without_strength(keras, tmp_path):
    layers, regularizers = keras.layers, keras.regularizers
    model = stack(
        keras,
        layers.Dense(3, use_bias=False, bias_regularizer="l2", name="unbiased"),
        layers.BatchNormalization(scale=False, gamma_regularizer="l2", name="unscaled"),
        layers.Dense(3, kernel_regularizer=regularizers.L1L2(0.0, 0.0), name="zero"),
    )
    expected = [
        ("unbiased", "bias_regularizer", None),
        ("unscaled", "gamma_regularizer", None),
        ("zero", "kernel_regularizer", "TDL205"),
    ]
    model.save(tmp_path / "m.keras")
    model.save(tmp_path / "m.h5")
    for account in (
        inspect_model(model),
        *(account_of(read_archive(tmp_path / f"m.{end}")) for end in ("keras", "h5")),
    ):
        assert [(item.layer, item.argument, item.code) for item in account.inactive] == expected
        assert total(account) == 0


@pytest.mark.parametrize("mode", ["int8", "int4", "float8"])
def test_a_quantized_kernel_has_no_penalty(mode):
    keras = importlib.import_module("keras")
    layer = keras.layers.Dense(4, kernel_regularizer="l2", bias_regularizer="l2", name="small")
    model = stack(keras, layer, shape=(4,))
    layer.quantize(mode)
    account = inspect_model(model)
    assert total(account) == pytest.approx(sum(map(float, model.losses)), rel=1e-6)
    found = [(item.argument, item.reason) for item in account.inactive]
    reason = "the weight is quantized to int8, and has no penalty"
    assert found == ([] if mode == "float8" else [("kernel_regularizer", reason)])
