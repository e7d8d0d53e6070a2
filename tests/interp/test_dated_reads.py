"""What is recorded of attributes, methods and tensors that Keras 3 treats otherwise."""

from __future__ import annotations

import libcst
import pytest

from tdlint.interp import Program, interpret

HEAD = "import keras\nimport tensorflow as tf\nx = keras.Input((4,))\n"


def read(source: str) -> Program:
    return interpret(libcst.parse_module(HEAD + source)).program


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("model = keras.Model(x, keras.layers.Dense(1)(x))\nmodel.fit_generator(g)\n", ["Model.fit_generator"]),
        ("def train(model):\n    model.fit_generator(g)\n", ["Model.fit_generator"]),
        ("class A:\n    def fit_generator(self, g): pass\ndef f(a):\n    a.fit_generator(g)\n", []),
        ("def train(model):\n    model.reset_states()\n", []),
        ("class A:\n    def fit_generator(self, g): pass\nA().fit_generator(g)\n", []),
        ("print(keras.layers.Dense(1).output_shape)\n", ["Layer.output_shape"]),
        ("model = keras.Model(x, x)\nprint(model.output_shape)\n", []),
        ("class M(keras.Model):\n    def reset_states(self): pass\nM().reset_states()\n", []),
        ("class C(keras.callbacks.Callback):\n    def f(self): return self.model.optimizer.lr\n", ["Optimizer.lr"]),
        ("class C(Other, keras.callbacks.Callback):\n    def f(self): return self.model.optimizer.lr\n", []),
        (
            "class C(keras.callbacks.Callback):\n    def __init__(self, m): self.model = m\n"
            "    def f(self): return self.model.optimizer.lr\n",
            [],
        ),
        ("class C:\n    def f(self): return self.model.optimizer.lr\n", []),
        ("x.shape.as_list()\n", ["Shape.as_list"]),
        ("x.get_shape()\n", ["KerasTensor.get_shape"]),
        ("tf.constant([1]).shape.as_list()\n", []),
        ("keras.layers.Lambda(lambda t: t * t.shape.as_list()[1])(x)\n", []),
        ("class L(keras.layers.Layer):\n    def call(self, t):\n        return t * t.get_shape()[1]\nL()(x)\n", []),
        ("if keras.__version__ < '3':\n    keras.metrics.Mean().reset_states()\n", []),
    ],
)
def test_reads(source, found):
    assert [f"{each.owner}.{each.name}" for each in read(source).dated_reads] == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("tf.abs(x)\n", ["tensorflow.abs"]),
        ("tf.nn.relu(keras.layers.Dense(2)(x))\n", ["tensorflow.nn.relu"]),
        ("y = tf.abs(x)\ntf.exp(y)\n", ["tensorflow.abs", "tensorflow.exp"]),
        ("tf.print(x)\n", []),
        ("keras.layers.Lambda(lambda t: tf.abs(t))(x)\n", []),
        ("model = keras.Model(x, x)\ntf.abs(model(images))\n", []),
        ("class L(keras.layers.Layer):\n    def call(self, t):\n        return tf.abs(t)\nL()(x)\n", []),
    ],
)
def test_functions_of_tensorflow_on_symbolic_tensors(source, found):
    assert [each.name for each in read(source).dated_calls] == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from tensorflow.keras import backend as K\nK.mean(x)\n", ["keras.backend.mean"]),
        ("from tensorflow.keras import backend as K\nK.concatenate([x, x])\n", ["keras.backend.concatenate"]),
        ("tf.keras.backend.exp(tf.keras.backend.abs(x))\n", ["keras.backend.abs", "keras.backend.exp"]),
        ("tf.keras.backend.int_shape(x)\n", []),
        ("tf.keras.backend.mean(tf.constant([1.0]))\n", []),
        # those are gone, which is told as that
        ("keras.backend.mean(x)\n", []),
        ("keras.layers.Lambda(lambda t: tf.keras.backend.mean(t))(x)\n", []),
    ],
)
def test_functions_of_the_backend_on_symbolic_tensors(source, found):
    assert [each.name for each in read(source).dated_calls] == found
