"""Activity terms of the account against the losses that a real call leaves: how many there are, and their sum."""

from __future__ import annotations

import numpy as np
import pytest

from tdlint.inspector import inspect_model

KERAS = [pytest.param("keras"), pytest.param("tf_keras", marks=pytest.mark.slow)]
STRENGTH, BATCH = 0.5, 3


@pytest.fixture(params=KERAS)
def keras(request):
    return pytest.importorskip(request.param)


def stack(keras, *layers, shape=(6, 4)):
    return keras.Sequential([keras.Input(shape), *layers])


def called(keras, build, *shapes):
    """The model of what ``build`` makes of its inputs."""
    inputs = [keras.Input(shape) for shape in shapes or [(6, 4)]]
    return keras.Model(inputs, build(*inputs))


def nested_models(keras):
    """By name: models in models, whose calls multiply."""
    layers = keras.layers

    def dense():
        return layers.Dense(4, activity_regularizer=keras.regularizers.L1(STRENGTH))

    shared, twice, crossed = dense(), dense(), dense()
    inner = called(keras, lambda x: twice(twice(x)), (4,))
    pair = stack(keras, dense(), dense(), shape=(4,))
    middle = called(keras, lambda x: pair(pair(x)), (4,))
    frozen = stack(keras, dense(), shape=(4,))
    frozen.trainable = False
    both = called(keras, lambda x, y: [crossed(x), crossed(y)], (4,), (4,))
    one, other = stack(keras, shared, shape=(4,)), called(keras, lambda x: shared(shared(x)), (4,))
    return {
        "two calls of two": called(keras, lambda x: inner(inner(x)), (4,)),
        "three levels": called(keras, lambda x: layers.Add()([middle(x), middle(middle(x))]), (4,)),
        "in sequence": stack(keras, pair, layers.ReLU(), stack(keras, pair, shape=(4,)), shape=(4,)),
        "frozen": called(keras, lambda x: frozen(frozen(x)), (4,)),
        "several inputs": called(keras, lambda x, y: both(both([x, y])), (4,), (4,)),
        "in two models": called(keras, lambda x: layers.Add()([one(x), other(x), shared(x)]), (4,)),
    }


def layer_models(keras):
    """By name: layers called several times, with several outputs, or wrapped."""
    layers, each = keras.layers, keras.regularizers.L1(STRENGTH)
    both, around = layers.Bidirectional, layers.TimeDistributed

    def dense(units=4):
        return layers.Dense(units, activity_regularizer=each)

    def lstm(**keywords):
        return layers.LSTM(2, activity_regularizer=each, **keywords)

    shared, own = dense(), layers.ActivityRegularization(l1=STRENGTH)
    ways, steps = both(lstm(return_sequences=True)), around(dense(), activity_regularizer=each)
    plain = layers.LSTM(2, return_sequences=True)
    return {
        "shared": called(keras, lambda x: shared(shared(shared(x)))),
        "of its own": called(keras, lambda x: own(layers.Dense(3)(own(x)))),
        "states": called(keras, lstm(return_state=True, return_sequences=True)),
        "unused state": called(keras, lambda x: layers.GRU(3, return_state=True, activity_regularizer=each)(x)[0]),
        "states in both ways": called(keras, both(lstm(return_state=True))),
        "states, not merged": called(keras, both(lstm(return_state=True), merge_mode=None)),
        "states around both ways": called(keras, both(layers.LSTM(2, return_state=True), activity_regularizer=each)),
        "not merged": called(keras, both(plain, merge_mode=None, activity_regularizer=each)),
        "within and around": stack(keras, both(lstm(), activity_regularizer=each)),
        "backward only": stack(keras, both(layers.LSTM(3), backward_layer=lstm(go_backwards=True))),
        "both ways twice": called(keras, lambda x: ways(ways(x))),
        "steps twice": called(keras, lambda x: steps(steps(x))),
        "steps of steps": stack(keras, around(around(dense(), activity_regularizer=each)), shape=(2, 6, 4)),
        "steps of both ways": stack(keras, around(both(plain, activity_regularizer=each)), shape=(2, 6, 4)),
        "convolutions": stack(keras, layers.Conv1D(2, 2, activity_regularizer=each), dense(3)),
        "frozen": stack(keras, layers.Dense(3, activity_regularizer=each, trainable=False)),
    }


def all_parts(model):
    """Every layer of a model, and those within them, once."""
    return {id(part): part for part in model._flatten_layers(include_self=False)}.values()


def listen(model, monkeypatch):
    """A list that gets every output on which a layer of the model puts its activity regularizer."""
    outputs = []

    def hearing(original):
        def regularizer(output):
            outputs.append(np.asarray(output))
            return original(output)

        return regularizer

    for part in all_parts(model):
        # in Keras 2 the attribute without the underscore of a wrapper is that of the layer within
        name = "_activity_regularizer" if hasattr(part, "_activity_regularizer") else "activity_regularizer"
        if getattr(part, name, None) is not None:
            monkeypatch.setattr(part, name, hearing(getattr(part, name)))
    return outputs


@pytest.mark.parametrize("models", [nested_models, layer_models])
def test_terms_are_as_many_as_keras_adds_and_sum_to_the_losses(keras, models, monkeypatch):
    for name, model in models(keras).items():
        generator = np.random.default_rng(5)
        data = [generator.normal(size=(BATCH, *tensor.shape[1:])).astype("float32") for tensor in model.inputs]
        terms = [term for layer in inspect_model(model).layers for term in layer.activity]
        acting = [term for term in terms if term.acts]
        with monkeypatch.context() as patch:
            outputs = listen(model, patch)
            model(data if len(data) > 1 else data[0])
            losses = [float(loss) for loss in model.losses]
        assert len(losses) == len(outputs) == sum(term.calls * term.tensors for term in acting), name
        assert all(term.divided_by_batch for term in acting), name
        assert all(dict(term.regularizer.coefficients)["l1"] == STRENGTH for term in terms), name
        expected = [STRENGTH * float(np.abs(output).sum()) / len(output) for output in outputs]
        assert sum(losses) == pytest.approx(sum(expected), rel=1e-5), name


def test_a_model_in_time_distributed_has_a_term_per_step():
    keras = pytest.importorskip("keras")
    dense = keras.layers.Dense(4, activity_regularizer=keras.regularizers.L1(STRENGTH))
    model = stack(keras, keras.layers.TimeDistributed(stack(keras, dense, shape=(4,))))
    output = np.asarray(model(np.ones((BATCH, 6, 4), "float32")))
    [term] = inspect_model(model).layers[-1].activity
    assert (len(model.losses), term.over_time, term.steps) == (6, True, 6)
    assert sum(map(float, model.losses)) == pytest.approx(STRENGTH * float(np.abs(output).sum()) / BATCH, rel=1e-5)


@pytest.mark.slow
def test_keras_2_calls_a_model_in_time_distributed_twice():
    keras = pytest.importorskip("tf_keras")
    dense = [keras.layers.Dense(4, activity_regularizer=keras.regularizers.L1(STRENGTH)) for _ in range(2)]
    inner = stack(keras, dense[0], stack(keras, dense[1], shape=(4,)), shape=(4,))
    model = stack(keras, keras.layers.TimeDistributed(inner))
    model(np.ones((BATCH, 6, 4), "float32"))
    terms = inspect_model(model).layers[-1].activity
    assert len(model.losses) == sum(term.calls * term.tensors for term in terms) == 4


def test_calls_within_called_models_multiply_for_weights_too():
    keras = pytest.importorskip("keras")
    dense = keras.layers.Dense(4, kernel_regularizer="l2")
    inner = called(keras, lambda x: dense(dense(x)), (4,))
    account = inspect_model(called(keras, lambda x: inner(inner(inner(x))), (4,)))
    assert [layer.calls for layer in account.layers if layer.type == "Dense"] == [6]
