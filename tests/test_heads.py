"""What a model's outputs come through, and which loss, metrics and labels belong to them."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from tdlint.heads import Head, heads, labels_given
from tdlint.interp import Program, interpret
from tdlint.shapes import format_shape
from tdlint.values import ArrayValue, text

START = """
import numpy as np
import keras
import tensorflow as tf
from keras import layers as L
inputs = keras.Input((8,))
hidden = L.Dense(4, activation="relu")(inputs)
"""


def program(source: str) -> Program:
    code = START + textwrap.dedent(source)
    return interpret(cst.parse_module(code), code.count("\n")).program


def last_heads(source: str) -> tuple[Head, ...]:
    model = program(source).models[-1]
    return heads(model, model.compile)


@pytest.mark.parametrize(
    ("head", "activation", "trail"),
    [
        ("L.Dense(3)(hidden)", "linear", ["Dense"]),
        ("L.Dense(3, 'softmax')(hidden)", "softmax", ["Dense"]),
        ("L.Dense(3, activation=tf.nn.sigmoid)(hidden)", "sigmoid", ["Dense"]),
        ("L.Softmax()(L.Dense(3)(hidden))", "softmax", ["Softmax", "Dense"]),
        ("L.Activation('softmax')(L.Dense(3, activation='softmax')(hidden))", "softmax", ["Activation", "Dense"]),
        ("L.Activation('linear', dtype='float32')(L.Dense(3, 'tanh')(hidden))", "tanh", ["Activation", "Dense"]),
        ("L.Dropout(0.5)(L.Dense(3, 'softmax')(hidden))", "softmax", ["Dropout", "Dense"]),
        ("L.BatchNormalization()(L.Dense(3, 'softmax')(hidden))", "linear", ["BatchNormalization", "Dense"]),
        ("L.Reshape((1, 3))(L.Dense(3, 'softmax')(hidden))", None, ["Reshape", "Dense"]),
        ("L.Reshape((3, 1))(L.Dense(3, 'sigmoid')(hidden))", "sigmoid", ["Reshape", "Dense"]),
        ("keras.ops.softmax(L.Dense(3)(hidden))", "softmax", ["Activation", "Dense"]),
        ("2 * L.Dense(3)(hidden)", None, None),
        ("L.Lambda(f)(L.Dense(3)(hidden))", None, ["Lambda"]),
        ("L.Dense(3, activation=f)(hidden)", None, ["Dense"]),
        ("L.Add()([hidden, hidden])", None, ["Add"]),
        ("keras.Sequential([L.Dense(5), L.Dense(3, 'softmax')])(hidden)", "softmax", ["Dense"]),
    ],
)
def test_the_last_activation(head: str, activation: str | None, trail: list[str] | None) -> None:
    (found,) = last_heads(f"model = keras.Model(inputs, {head})")
    assert found.activation == activation
    if trail is not None:
        assert [passed.type for passed in found.trail] == trail


@pytest.mark.parametrize(
    ("arguments", "activation"),
    [
        ("classes=10", "softmax"),
        ("classes=10, classifier_activation=None", "linear"),
        ("classes=10, classifier_activation='sigmoid'", "sigmoid"),
        ("include_top=False, pooling='avg'", None),
        ("include_top=unknown", None),
    ],
)
def test_the_activation_that_a_model_of_applications_ends_with(arguments: str, activation: str | None) -> None:
    (found,) = last_heads(f"from elsewhere import unknown\nkeras.applications.VGG16(weights=None, {arguments})")
    assert found.activation == activation


def test_a_time_distributed_layer_is_the_layer_inside() -> None:
    (found,) = last_heads("keras.Sequential([keras.Input((5, 8)), L.TimeDistributed(L.Dense(3, 'softmax'))])")
    assert (found.activation, found.units) == ("softmax", 3)
    assert found.layer is not None
    assert found.layer.type == "Dense"


@pytest.mark.parametrize(
    "loss",
    ["['mse', 'mae']", "{'a': 'mse', 'b': 'mae'}"],
)
@pytest.mark.parametrize("outputs", ["[a, b]", "{'a': a, 'b': b}"])
def test_losses_of_two_outputs(loss: str, outputs: str) -> None:
    first, second = last_heads(f"""
        a, b = L.Dense(1, name="a")(hidden), L.Dense(2, name="b")(hidden)
        model = keras.Model(inputs, {outputs})
        model.compile(loss={loss}, metrics=[["mse"], ["mae", "mse"]])
    """)
    assert (text(first.loss), text(second.loss)) == ("mse", "mae")
    assert first.metrics is not None
    assert [text(metric) for metric in first.metrics] == ["mse"]
    assert second.metrics is not None
    assert [text(metric) for metric in second.metrics] == ["mae", "mse"]


def test_one_loss_is_that_of_every_output() -> None:
    found = last_heads("""
        model = keras.Model(inputs, [L.Dense(1)(hidden), L.Dense(2)(hidden)])
        model.compile(loss="mse")
    """)
    assert [text(head.loss) for head in found] == ["mse", "mse"]
    assert [head.metrics for head in found] == [(), ()]


def test_labels_belong_to_outputs() -> None:
    found = program("""
        a, b = L.Dense(1, name="a")(hidden), L.Dense(2, name="b")(hidden)
        model = keras.Model(inputs, [a, b])
        model.compile(loss="mse")
        x, y, z = np.zeros((9, 8)), np.zeros((9, 1)), np.zeros((9, 2))
        model.fit(x, [y, z])
        model.fit(x, {"b": z, "a": y}, validation_data=(x, (y, z)))
        model.evaluate(tf.data.Dataset.from_tensor_slices((x, (y, z))).batch(3))
    """)
    of = heads(found.models[-1])
    given = [
        [(one.head.name, one.labels.shape[-1], one.validation) for one in labels_given(call, of)]  # type: ignore[index]
        for call in found.calls
        if call.name in ("keras.Model.fit", "keras.Model.evaluate")
    ]
    plain = [("a", 1, False), ("b", 2, False)]
    assert given == [plain, [*plain, ("a", 1, True), ("b", 2, True)], plain]


def test_a_sequential_that_others_may_have_changed_has_no_certain_head() -> None:
    source = "model = keras.Sequential([inputs, L.Dense(3)])\n{}\n"
    assert len(last_heads(source.format("print(model)"))) == 1
    assert last_heads(source.format("add_head(model)")) == ()
    assert len(last_heads("from watch import WatchCallback\n" + source.format("WatchCallback(model)"))) == 1


@pytest.mark.parametrize(
    ("loss", "class_name", "from_logits"),
    [
        ("'bce'", "BinaryCrossentropy", False),
        ("keras.losses.BinaryCrossentropy(True)", "BinaryCrossentropy", True),
        ("keras.losses.BinaryCrossentropy(from_logits=LOGITS)", "BinaryCrossentropy", None),
        ("keras.losses.binary_crossentropy", "BinaryCrossentropy", False),
        ("'mse' if x else 'mae'", None, False),
        ("own_loss", None, False),
    ],
)
def test_the_loss_of_a_head(loss: str, class_name: str | None, from_logits: bool | None) -> None:
    (found,) = last_heads(f"model = keras.Model(inputs, L.Dense(1)(hidden))\nmodel.compile(loss={loss})\n")
    assert (found.loss_class, found.from_logits) == (class_name, from_logits)


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        ("keras.Model(inputs, L.Dense(3)(hidden))", "(?, 3)"),
        ("keras.Sequential([keras.Input((None, 4)), L.Conv1D(2, 3)])", "(?, ?, 2)"),
        ("keras.Model(inputs, [hidden, hidden])", None),
        ("keras.Model(inputs, {'a': hidden})", None),
        ("keras.Sequential([L.Dense(3)])", None),
    ],
)
def test_a_prediction_is_an_array_like_the_only_output(model: str, shape: str | None) -> None:
    found = program(f"model = {model}\nmodel.evaluate(0, model.predict(0))\n")
    labels = found.calls[-1].args.get("y")
    assert (format_shape(labels.shape) if isinstance(labels, ArrayValue) else None) == shape


def test_argmax_along_an_axis_of_size_one_is_recorded() -> None:
    found = program("""
        model = keras.Model(inputs, L.Dense(1)(hidden))
        np.argmax(model.predict(0), axis=1)
        np.argmax(model.predict(0), axis=0)
        model.predict(0).argmax(-1)
    """)
    recorded = [call.args.get("axis") for call in found.calls if call.name == "numpy.argmax"]
    assert [axis.must_be(expected) for axis, expected in zip(recorded, (1, -1), strict=True)] == [True, True]


def test_the_backend_that_a_program_sets() -> None:
    assert program("import os\nos.environ['KERAS_BACKEND'] = 'jax'\n").backend == "jax"
    assert program("import os\nos.environ['KERAS_BACKEND'] = chosen\n").backend is None


def test_what_is_set_is_recorded_in_order() -> None:
    found = program("""
        layer = L.Dense(3)
        model = keras.Sequential([inputs, layer])
        model.compile("adam", "mse")
        layer.trainable = False
        model.optimizer.lr = 0.1
        model.fit(x, y)
    """)
    orders = [*((call.name.rpartition(".")[2], call.order) for call in found.calls if call.models)]
    orders += [(one.attribute, one.order) for one in found.assignments]
    assert [name for name, _ in sorted(orders, key=lambda pair: pair[1])] == ["compile", "trainable", "lr", "fit"]


def test_the_third_argument_of_compile_may_be_the_metrics_of_keras_2() -> None:
    (found,) = last_heads("""
        model = keras.Model(inputs, L.Dense(1)(hidden))
        model.compile("adam", "mse", ["mae"])
    """)
    assert found.metrics is not None
    assert [text(metric) for metric in found.metrics] == ["mae"]
    (weighted,) = last_heads("""
        model = keras.Model(inputs, L.Dense(1)(hidden))
        model.compile("adam", "mse", [0.5], ["mae", "mape"])
    """)
    assert weighted.metrics is not None
    assert len(weighted.metrics) == 2
