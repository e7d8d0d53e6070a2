"""Accounts of models that are adapted, quantized, of low precision, frozen in part, or built of code of the user.

A file is held to the model that Keras loads from it: what was frozen or set after building is not always in the file.
"""

from __future__ import annotations

import pytest

keras = pytest.importorskip("keras", minversion="3.15")

import numpy as np  # noqa: E402
from keras import Input, Model, Sequential, layers, regularizers  # noqa: E402
from test_account import WAYS, account  # noqa: E402

from tdlint.inspector import inspect_model  # noqa: E402

BUILDERS = {}


def model(build):
    BUILDERS[build.__name__] = build
    return build


@keras.saving.register_keras_serializable("unusual")
class Fourth(regularizers.Regularizer):
    def __init__(self, strength=0.5):
        self.strength = strength

    def __call__(self, weight):
        return self.strength * keras.ops.sum(weight**4)

    def get_config(self):
        return {"strength": self.strength}


@keras.saving.register_keras_serializable("unusual")
def cubes(weight):
    return 0.1 * keras.ops.sum(keras.ops.abs(weight) ** 3)


@model
def adapted():
    made = Sequential(
        [
            Input((6,)),
            layers.Dense(5, kernel_regularizer="l2", bias_regularizer="l1"),
            layers.Reshape((5, 1)),
            layers.EinsumDense("abc,cd->abd", (5, 3), kernel_regularizer="l2"),
        ]
    )
    made.layers[0].enable_lora(2)
    made.layers[2].enable_lora(2)
    return made


@model
def adapted_embedding():
    embedding = layers.Embedding(9, 4, embeddings_regularizer="l2")
    made = Sequential([Input((5,), dtype="int32"), embedding, layers.Conv1D(3, 2, kernel_regularizer="l1")])
    embedding.enable_lora(2)
    made.layers[1].enable_lora(2)
    return made


@model
def mixed_precision():
    half = layers.Dense(5, kernel_regularizer="l2", dtype="mixed_float16")
    return Sequential([Input((6,)), half, layers.Dense(3, kernel_regularizer="l1", dtype="mixed_bfloat16")])


@model
def double_precision():
    return Sequential([Input((6,)), layers.Dense(5, kernel_regularizer=regularizers.L1L2(0.1, 0.2), dtype="float64")])


@model
def grouped_attention():
    x = Input((6, 8))
    attention = layers.GroupQueryAttention(4, 6, 2, kernel_regularizer="l2", bias_regularizer="l1")
    return Model(x, attention(x, x))


@model
def attention_frozen_when_made():
    x = Input((6, 8))
    return Model(x, layers.MultiHeadAttention(2, 3, kernel_regularizer="l2", trainable=False)(x, x))


@model
def attention_frozen_later():
    x = Input((6, 8))
    attention = layers.MultiHeadAttention(2, 3, kernel_regularizer="l2")
    made = Model(x, attention(x, x))
    attention.trainable = False
    return made


@model
def one_direction_frozen():
    both = layers.Bidirectional(layers.LSTM(2, kernel_regularizer="l2"))
    made = Sequential([Input((4, 3)), both])
    both.forward_layer.trainable = False
    return made


@model
def one_cell_frozen():
    stack = layers.RNN([layers.LSTMCell(2, kernel_regularizer="l2"), layers.GRUCell(2, kernel_regularizer="l1")])
    made = Sequential([Input((4, 3)), stack, layers.Dense(1, kernel_regularizer="l2")])
    stack.cell.cells[0].trainable = False
    return made


@model
def frozen_after_compile():
    made = Sequential([Input((6,)), layers.Dense(5, kernel_regularizer="l2"), layers.Dense(3, kernel_regularizer="l1")])
    made.compile("sgd", "mse")
    made.layers[0].trainable = False
    return made


@model
def frozen_inside_a_model_inside():
    core = Sequential([Input((6,)), layers.Dense(5, kernel_regularizer="l2")], name="core")
    x = Input((6,))
    middle = Model(x, layers.Dense(5, kernel_regularizer="l1")(core(x)), name="middle")
    core.trainable = False
    y = Input((6,))
    return Model(y, layers.Dense(2, kernel_regularizer="l1")(middle(y)))


@model
def reversible_embedding():
    x = Input((5,), dtype="int32")
    embedding = layers.ReversibleEmbedding(9, 4, embeddings_regularizer="l2")
    return Model(x, embedding(embedding(x), reverse=True))


@model
def wrapped_twice():
    both = layers.Bidirectional(layers.GRU(3, kernel_regularizer="l2", bias_regularizer="l1"))
    twice = layers.TimeDistributed(layers.TimeDistributed(layers.Dense(4, kernel_regularizer="l2")))
    return Sequential([Input((5, 6, 4)), twice, layers.TimeDistributed(both)])


@model
def frozen_in_part_within_time():
    x = Input((4,))
    h = layers.Dense(3, kernel_regularizer="l1", trainable=False)(x)
    h = layers.SpectralNormalization(layers.Dense(3, kernel_regularizer="l2", bias_regularizer="l1"))(layers.PReLU()(h))
    step = Model(x, h)
    inner = Sequential([Input((5, 4)), layers.TimeDistributed(step), layers.Dense(2, kernel_regularizer="l2")])
    return Sequential([Input((5, 4)), layers.Conv1D(4, 2, padding="same", kernel_regularizer="l2"), inner])


@model
def model_called_twice_is_the_output():
    x = Input((4,))
    core = Model(x, layers.Dense(4, kernel_regularizer="l2")(x), name="core")
    y = Input((4,))
    middle = Model(y, core(layers.Multiply()([y, core(y)])), name="middle")
    z = Input((4,))
    return Model(z, layers.Dense(2, kernel_regularizer="l1")(middle(z)))


@model
def attention_frozen_when_made_inside():
    x = Input((6, 8))
    h = layers.MultiHeadAttention(2, 3, kernel_regularizer="l2", trainable=False)(x, x)
    step = Sequential([Input((8,)), layers.Dense(4, kernel_regularizer="l1")])
    inner = Model(x, layers.TimeDistributed(step)(h), name="inner")
    y = Input((6, 8))
    return Model(y, layers.Flatten()(inner(y)))


@model
def frozen_attention_beside_one_like_it():
    x = Input((6, 8))
    h = layers.MultiHeadAttention(2, 3, kernel_regularizer="l2", trainable=False)(x, x)
    h = layers.MultiHeadAttention(2, 3, bias_regularizer="l1")(h, h)
    y = Input((6, 8))
    return Model(y, layers.Flatten()(Model(x, h, name="inner")(y)))


def randomized(made):
    generator = np.random.default_rng(7)
    for variable in made.weights:
        if "float" in variable.dtype:
            variable.assign(generator.normal(size=tuple(variable.shape)).astype("float32"))
    return made


def loaded(made, way, folder):
    return made if way == "live" else keras.models.load_model(folder / f"model.{way}", compile=False)


def size(variables):
    return sum(int(np.prod(variable.shape)) for variable in variables)


def penalty(made):
    return sum(float(keras.ops.convert_to_numpy(keras.ops.cast(loss, "float64"))) for loss in made.losses)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_account_equals_keras(build, way, tmp_path):
    keras.backend.clear_session()
    made = randomized(build())
    found = account(made, way, tmp_path)
    real = loaded(made, way, tmp_path)
    assert found.totals.penalty == pytest.approx(penalty(real), rel=1e-6, abs=1e-12)
    assert found.totals.params == real.count_params()
    assert found.totals.trainable_params == size(real.trainable_weights)
    assert found.totals.regularized_params == size(v for v in real.trainable_weights if v.regularizer is not None)
    assert found.unknown == ()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision(dtype, tmp_path):
    parts = [
        layers.Dense(5, kernel_regularizer="l2", dtype=dtype),
        layers.Dense(3, kernel_regularizer="l1", dtype=dtype),
    ]
    made = randomized(Sequential([Input((6,)), *parts]))
    assert inspect_model(made).totals.penalty == pytest.approx(penalty(made), rel=1e-6)
    for way in WAYS[1:]:  # as it would be without the rounding of sums
        assert account(made, way, tmp_path).totals.penalty == pytest.approx(penalty(made), rel=1e-2)


def test_half_precision_overflows_as_in_keras():
    wide = layers.Dense(600, kernel_regularizer=regularizers.L1(1.0), kernel_initializer="ones", dtype="float16")
    found = inspect_model(Sequential([Input((600,)), wide]))
    assert found.totals.penalty == float("inf")
    assert any("the penalty of kernel is inf" in note for note in found.notes)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", WAYS)
def test_regularizers_of_the_user(way, tmp_path):
    head = layers.Dense(5, kernel_regularizer=Fourth(0.3), bias_regularizer=cubes, name="head")
    made = randomized(Sequential([Input((6,)), head, layers.Dense(3, kernel_regularizer="l2")]))
    found = account(made, way, tmp_path)
    assert [weight.regularizer.type for weight in found.layers[0].weights] == ["Fourth", "cubes"]
    assert all(weight.regularizer.custom and weight.understood for weight in found.layers[0].weights)
    assert found.totals.regularized_params == 6 * 5 + 5 + 5 * 3
    if way == "live":
        assert found.totals.penalty == pytest.approx(penalty(made), rel=1e-6)
    else:
        assert found.totals.penalty is None
        assert found.totals.known_penalty == pytest.approx(found.layers[1].penalty)


@pytest.mark.parametrize("way", WAYS)
def test_one_vector_is_orthogonal_to_nothing(way, tmp_path):
    one = layers.Dense(1, kernel_regularizer=regularizers.OrthogonalRegularizer(0.2, "columns"))
    made = Sequential([Input((4,)), one])
    found = account(made, way, tmp_path).totals.penalty
    assert np.isnan(penalty(made))
    assert found is not None
    assert np.isnan(found)
