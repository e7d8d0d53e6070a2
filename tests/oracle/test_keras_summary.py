"""Real Keras and the static summary agree: names, order, output shapes, parameters, connections, sums.

Every program is executed by real Keras and followed by tdlint; nothing is written down but the program itself.
"""

from __future__ import annotations

import inspect
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdlint.linting.source_models import SourceModels, models_of_file
from tdlint.naming import snake_case
from tdlint.shapes import AnyShape, Free, UnknownShape
from tdlint.summary import ModelSummary

keras = pytest.importorskip("keras", minversion="3.15")

PROGRAMS = {
    "sequential": """
        model = Sequential([layers.Input((28, 28, 1)), layers.Conv2D(8, 3), layers.MaxPooling2D(), layers.Flatten(),
                            layers.Dropout(0.5), layers.Dense(10, activation="softmax")])
    """,
    "added one by one": """
        model = Sequential(name="stack")
        model.add(layers.Embedding(100, 16))
        model.add(layers.Bidirectional(layers.LSTM(8, return_sequences=True)))
        model.add(layers.TimeDistributed(layers.Dense(3)))
        model.add(layers.GRU(5, name="last"))
        model.build((None, 12))
    """,
    "first layer with an input shape": """
        first = Sequential([layers.Dense(4, input_shape=(3,)), layers.BatchNormalization()])
        inputs = Input((3,))
        model = Model(inputs, layers.PReLU()(layers.Dense(2)(inputs)))
    """,
    "branches": """
        image, other = Input((16, 16, 3)), Input((5,), name="other")
        left = layers.Conv2D(4, 1, activation="relu")(image)
        right = layers.Conv2D(4, 3, padding="same")(layers.Conv2D(2, 1)(image))
        merged = layers.Concatenate()([left, right, image])
        pooled = layers.GlobalAveragePooling2D()(layers.SeparableConv2D(6, 3)(merged))
        joined = layers.concatenate([pooled, layers.Dense(7)(other)])
        model = Model([image, other], [layers.Dense(10)(joined), layers.Dense(1, name="value")(joined)], name="two")
    """,
    "residual blocks": """
        def block(x, width):
            y = layers.BatchNormalization()(layers.Conv1D(width, 3, padding="same")(x))
            y = layers.ReLU()(y)
            if x.shape[-1] != width:
                x = layers.Conv1D(width, 1)(x)
            return layers.add([x, y])
        x = inputs = Input((32, 2))
        for width in (4, 4, 8):
            x = block(x, width)
        model = Model(inputs, layers.Dense(3)(layers.Flatten()(x)))
    """,
    "shared layers": """
        a, b = Input((10,)), Input((10,))
        shared = layers.Dense(4)
        model = Model([a, b], layers.Add()([shared(a), shared(b)]))
    """,
    "one tensor twice": """
        a = Input((10,))
        b = layers.Dense(4)(a)
        model = Model(a, layers.Multiply()([b, b]))
    """,
    "nested models": """
        inside = Input((6,))
        encoder = Model(inside, layers.Dense(3)(inside), name="encoder")
        decoder = Sequential([layers.Dense(6), layers.Dropout(0.1)])
        outside = Input((6,))
        model = Model(outside, decoder(encoder(outside)))
    """,
    "a nested model twice": """
        tower = Sequential([Input((4,)), layers.Dense(8), layers.Dense(2)], name="tower")
        a, b = Input((4,)), Input((4,))
        model = Model([a, b], layers.Dot(axes=1)([tower(a), tower(b)]))
    """,
    "a layer inside and outside": """
        shared = layers.Dense(4)
        inner = Sequential([Input((4,)), shared, layers.Dense(4)])
        a = Input((4,))
        model = Model(a, shared(inner(a)))
    """,
    "wrapped twice": """
        dense = layers.Dense(3)
        a = Input((5, 3))
        model = Model(a, layers.TimeDistributed(dense)(layers.TimeDistributed(dense)(a)))
    """,
    "frozen": """
        base = Sequential([Input((8,)), layers.Dense(16), layers.BatchNormalization()])
        base.trainable = False
        head = layers.Dense(2)
        a = Input((8,))
        model = Model(a, head(base(a)))
    """,
    "a frozen layer": """
        model = Sequential([Input((8,)), layers.Dense(16, trainable=False), layers.Dense(2)])
        model.layers[1].trainable = True
    """,
    "attention": """
        a = Input((20, 16))
        x = layers.MultiHeadAttention(num_heads=2, key_dim=8)(a, a)
        x = layers.LayerNormalization()(layers.Add()([a, x]))
        model = Model(a, layers.GlobalMaxPooling1D()(x))
    """,
    "cells": """
        model = Sequential([Input((7, 3)), layers.RNN([layers.LSTMCell(4), layers.GRUCell(5)], return_sequences=True),
                            layers.RNN(layers.SimpleRNNCell(2))])
    """,
    "names that count": """
        for size in (3, 4):
            a = Input((size,))
            x = layers.Dense(size, name="dense_7")(a)
            x = layers.Dense(2)(x)
            model = Model(a, layers.Dense(1)(x))
        last = Sequential([Input((2,)), layers.Conv1DTranspose(1, 1) if False else layers.Dense(2)])
    """,
    "several outputs": """
        a = Input((9, 4))
        sequence, hidden, cell = layers.LSTM(6, return_sequences=True, return_state=True)(a)
        decoded = layers.LSTM(6)(sequence, initial_state=[hidden, cell])
        model = Model(a, [decoded, hidden])
    """,
    "arithmetic": """
        a, b = Input((4,)), Input((4,))
        model = Model([a, b], layers.Dense(2)((a + b) * 2.0 - a))
    """,
    "an input used late and one not at all": """
        a, b, c = Input((4,)), Input((4,)), Input((2,))
        x = layers.Dense(4)(layers.Dense(4)(a))
        model = Model([a, b, c], layers.Subtract()([x, b]))
    """,
}
HEAD = "import keras\nfrom keras import Input, Model, Sequential, layers\n"


def source_of(name: str) -> str:
    return HEAD + textwrap.dedent(PROGRAMS[name])


def real_models(source: str) -> list[object]:
    """The models that a program makes, in the order of their variables."""
    keras.backend.clear_session()
    variables: dict[str, object] = {}
    exec(compile(source, "program.py", "exec"), variables)
    return [value for value in variables.values() if isinstance(value, keras.Model)]


def static_models(source: str, tmp_path) -> SourceModels:
    path = tmp_path / "program.py"
    path.write_text(source)
    return models_of_file(str(path))


def plain(shape: AnyShape) -> object:
    assert not isinstance(shape, UnknownShape), shape
    return tuple(None if isinstance(dim, Free) else dim for dim in shape)


def described(model: ModelSummary) -> list[tuple[str, int | None]]:
    """What a summary says of layers; a shared one once."""
    return [(row.name, row.params) for row in model.rows if row.same_as is None]


def real_layers(model: object) -> list[object]:
    """As Keras' summary lists them, operations included."""
    return model.operations if hasattr(model, "operations") and type(model).__name__ == "Functional" else model.layers


@pytest.mark.parametrize("name", PROGRAMS)
def test_layers_and_sums(name, tmp_path):
    source = source_of(name)
    static = {model.name: model for model in static_models(source, tmp_path).models}
    real = real_models(source)
    assert real
    for model in real:
        found = static[model.name]
        assert not found.unknown
        layers = real_layers(model)
        counts = [(layer.name, layer.count_params() if hasattr(layer, "weights") else 0) for layer in layers]
        assert described(found) == counts
        assert found.total_params == model.count_params()
        assert found.trainable_params == sum(weight.shape.num_elements() for weight in model.trainable_weights)
        assert found.non_trainable_params == sum(weight.shape.num_elements() for weight in model.non_trainable_weights)
        assert [plain(shape) for shape in found.output_shapes] == [tuple(output.shape) for output in model.outputs]


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_call_of_a_layer(name, tmp_path):
    """The output shape of every call, its type, and which calls it is fed by."""
    source = source_of(name)
    static = {model.name: model for model in static_models(source, tmp_path).models}
    for model in real_models(source):
        found = static[model.name]
        if found.kind == "functional":
            assert calls(found) == real_calls(model)
        else:
            shapes = [plain(row.output_shapes[0]) for row in found.rows]
            assert shapes == [tuple(layer.output.shape) for layer in model.layers]
            assert [row.type for row in found.rows] == [type(layer).__name__ for layer in model.layers]


def calls(model: ModelSummary) -> list[tuple[object, ...]]:
    return sorted(
        (
            row.name,
            row.type,
            tuple(plain(shape) for shape in row.output_shapes),
            tuple((model.rows[entry.row].name, entry.index) for entry in row.inputs if entry.row is not None),
        )
        for row in model.rows
    )


def real_calls(model: object) -> list[tuple[object, ...]]:
    return sorted(
        (
            node.operation.name,
            type(node.operation).__name__,
            tuple(tuple(output.shape) for output in node.outputs),
            tuple(
                (tensor._keras_history.operation.name, tensor._keras_history.tensor_index)
                for tensor in node.input_tensors
            ),
        )
        for nodes in model._nodes_by_depth.values()
        for node in nodes
    )


@settings(max_examples=300, deadline=None)
@given(st.from_regex(r"\A[A-Za-z][A-Za-z0-9_]{0,12}\Z"))
def test_names_in_snake_case(name):
    from keras.src.utils.naming import to_snake_case

    assert snake_case(name) == to_snake_case(name)


@pytest.mark.parametrize("name", ["VGG16", "MobileNetV2"])
def test_a_function_of_keras_itself(name):
    """Its own source, entered by name: the same layers in the same order, with the same parameters."""
    function = getattr(keras.applications, name)
    (found,) = models_of_file(inspect.getsourcefile(inspect.unwrap(function)), name).models
    keras.backend.clear_session()
    with keras.StatelessScope(initialize_variables=False):
        real = function(weights=None)
    assert described(found) == [(layer.name, layer.count_params()) for layer in real.layers]
    assert found.total_params == real.count_params()
    assert calls(found) == real_calls(real)
