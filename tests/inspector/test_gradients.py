"""Penalty, data loss and gradients of live models, against what Keras says when it is asked directly."""

from __future__ import annotations

import math

import pytest

keras = pytest.importorskip("keras")

import model_zoo  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers, regularizers  # noqa: E402
from test_live import Fourth, Own, PerStep  # noqa: E402

from tdlint.inspector import inspect_model  # noqa: E402
from tdlint.inspector.live.gradients import Gauge, LayerReading, Pull, Reading  # noqa: E402
from tdlint.inspector.live.kept_batch import Batch  # noqa: E402


def random(shape, dtype, generator):
    if "int" in dtype:
        return generator.integers(0, 3, shape)
    return generator.normal(size=shape).astype("float32")


def batch_for(model, samples=5):
    generator = np.random.default_rng(3)

    def inputs(tensor):
        return random((samples, *tensor.shape[1:]), tensor.dtype, generator)

    x = [inputs(tensor) for tensor in model.inputs]
    y = [generator.normal(size=(samples, *tensor.shape[1:])).astype("float32") for tensor in model.outputs]
    return Batch(x[0] if len(x) == 1 else x, y[0] if len(y) == 1 else y)


def directly(model, batch):
    """The losses and the gradients of all weights, as a training step without dropout gets them."""
    with tf.GradientTape(persistent=True) as tape:
        predicted = model(batch.x, training=True) if model._call_has_training_arg else model(batch.x)
        penalty = tf.add_n(model.losses) if model.losses else tf.constant(0.0)
        data = model.compute_loss(batch.x, batch.y, predicted) - penalty
    weights = model.trainable_weights
    zero = tf.constant(0.0)
    mine, theirs = (
        [zero if one is None else tf.convert_to_tensor(one) for one in tape.gradient(loss, weights)]
        for loss in (penalty, data)
    )
    pulled = [number for number, gradient in enumerate(mine) if np.any(gradient)]
    norms = (math.sqrt(sum(float(tf.reduce_sum(side[i] ** 2)) for i in pulled)) for side in (mine, theirs))
    return float(penalty), float(data), *norms


def zoo():
    for name in sorted(set(model_zoo.ZOO) - {"many_alike"}):
        yield pytest.param(name, marks=[pytest.mark.slow] if name == "recurrent" else [])


@pytest.fixture(params=zoo())
def model(request):
    made = model_zoo.built(request.param)
    for variable in made.weights:
        if "variance" in variable.path:
            variable.assign(keras.ops.abs(variable))
    return made


def test_reading_equals_what_keras_computes(model):
    model.compile("sgd", ["mse" for _ in model.outputs] if len(model.outputs) > 1 else "mse")
    batch = batch_for(model)
    before = [np.array(variable.numpy()) for variable in model.variables]
    reading = Gauge(model, batch).read()
    again = Gauge(model, batch).read()
    assert all(
        np.array_equal(old, new.numpy(), equal_nan=True) for old, new in zip(before, model.variables, strict=True)
    )
    assert again == reading
    assert math.isfinite(reading.pull.data)
    if any(isinstance(part, layers.Dropout | layers.SpectralNormalization) for part in model._flatten_layers()):
        return  # asking Keras again changes what it computes
    penalty, data, mine, theirs = directly(model, batch)
    assert reading.penalty == pytest.approx(penalty, rel=1e-5)
    assert reading.data_loss == pytest.approx(data, rel=1e-4, abs=1e-4 * max(1.0, penalty))
    assert reading.pull == pytest.approx((mine, theirs), rel=2e-3)


def test_layers_are_those_of_the_account(model):
    """Without a batch there are no activity terms, and each layer has the penalty that the account says."""
    found = {layer.layer: layer.penalty for layer in Gauge(model, None).read().layers}
    expected = {layer.layer: layer.penalty for layer in inspect_model(model).layers if layer.regularized_params}
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("make", ["per_step", "own", "custom"])
def test_layers_and_regularizers_of_the_user(make):
    keras.utils.set_random_seed(2)
    if make == "per_step":
        model = keras.Sequential([keras.Input((4, 3)), PerStep()])
    elif make == "own":
        model = Own()
        model(np.zeros((1, 3), "float32"))
    else:
        model = keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_regularizer=Fourth(0.3), name="d")])
    model.compile("sgd", "mse")
    shape = (6, 4, 3) if make == "per_step" else (6, 3)
    x = np.random.default_rng(1).normal(size=shape).astype("float32")
    y = np.zeros(model(x).shape, "float32")
    reading = Gauge(model, Batch(x, y)).read()
    penalty, data, mine, theirs = directly(model, Batch(x, y))
    assert reading.penalty == pytest.approx(penalty, rel=1e-5)
    assert reading.data_loss == pytest.approx(data, rel=1e-4)
    assert reading.pull == pytest.approx((mine, theirs), rel=1e-3)
    assert {"per_step": {"per_step"}, "own": {"first", "last", "own"}, "custom": {"d"}}[make] >= {
        layer.layer.rstrip("_0123456789") for layer in reading.layers
    }


def test_dropout_is_on_and_its_seed_stays():
    keras.utils.set_random_seed(4)
    model = keras.Sequential([keras.Input((50,)), layers.Dropout(0.5), layers.Dense(1, kernel_regularizer="l2")])
    model.compile("sgd", "mse")
    x, y = np.ones((4, 50), "float32"), np.zeros((4, 1), "float32")
    seed = model.layers[0].seed_generator.state.numpy()
    reading = Gauge(model, Batch(x, y)).read()
    assert np.array_equal(seed, model.layers[0].seed_generator.state.numpy())
    penalty, data, *_ = directly(model, Batch(x, y))  # the mask is the same, as the seed is
    assert reading.data_loss == pytest.approx(data, rel=1e-5)
    assert not np.isclose(reading.data_loss, float(model.compute_loss(x, y, model(x))) - penalty)


def test_an_own_loss_counts_as_data():
    class Summed(keras.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return 3 * keras.ops.mean((y - y_pred) ** 2) + keras.ops.sum(self.losses)

    x = keras.Input((3,))
    model = Summed(x, layers.Dense(2, kernel_regularizer=regularizers.L2(0.5))(x))
    model.compile("sgd")
    batch = batch_for(model)
    expected = 3 * float(np.mean((batch.y - model(batch.x).numpy()) ** 2))
    assert Gauge(model, batch).read().data_loss == pytest.approx(expected, rel=1e-5)


def test_regularizers_come_back_even_if_the_loss_fails():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_regularizer="l2")])
    model.compile("sgd", "mse")
    gauge = Gauge(model, Batch(np.zeros((4, 3), "float32"), np.zeros((5, 7), "float32")))
    with pytest.raises(Exception, match=r"shape|incompatible|Dimensions"):
        gauge.read()
    assert model.layers[0].kernel.regularizer is not None


@pytest.mark.parametrize(("pull", "ratio"), [(Pull(0, 3), 0), (Pull(6, 3), 2), (Pull(1, 0), math.inf)])
def test_ratio(pull, ratio):
    assert pull.ratio == ratio


def test_pulls_of_layers_are_joined_where_a_penalty_pulls():
    reading = Reading((LayerReading("a", 1, Pull(3, 1)), LayerReading("b", 2, Pull(4, 2))), 1.0)
    assert reading.penalty == 3
    assert reading.pull == pytest.approx((5, math.sqrt(5)))
    assert Reading((LayerReading("a", 1, Pull(3, 1)), LayerReading("b", 0, Pull(0, 9))), 1.0).pull == (3, 1)
