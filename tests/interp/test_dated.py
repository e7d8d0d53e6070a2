"""Programs for older versions of Keras are understood as they were meant."""

from __future__ import annotations

import libcst

from tdlint.interp import Program, interpret
from tdlint.values import text


def read(source: str) -> Program:
    return interpret(libcst.parse_module(source)).program


def test_arguments_of_keras_1_make_the_model_that_was_meant():
    program = read(
        "from keras import Sequential\n"
        "from keras.layers import Convolution2D, Dense, Flatten\n"
        "model = Sequential()\n"
        "model.add(Convolution2D(nb_filter=4, nb_row=3, nb_col=5, border_mode='same', input_shape=(8, 8, 2)))\n"
        "model.add(Flatten())\n"
        "model.add(Dense(output_dim=3, init='uniform'))\n"
        "model.fit(x, y, nb_epoch=7)\n"
    )
    (model,) = program.models
    assert [node.outputs[0][1:] for node in model.nodes] == [(8, 8, 4), (256,), (3,)]
    assert model.weights[model.nodes[2].layer.key] is not None
    assert model.fits[0].args.get("epochs").must_be(7)
    assert not model.unknown


def test_calls_are_kept_as_they_are_written():
    program = read("import keras\nkeras.layers.MaxPooling2D(dim_ordering='th')\nkeras.layers.Dense(1)\n")
    (call,) = program.dated_calls
    assert call.name == "keras.layers.MaxPooling2D"
    assert text(call.args.get("dim_ordering")) == "th"
    assert call.certain


def test_values_have_their_new_names():
    program = read(
        "import keras\nx = keras.Input((3, 8, 8))\ny = keras.layers.MaxPooling2D(dim_ordering='th')(x)\n"
        "model = keras.Model(input=x, output=y)\n"
    )
    (model,) = program.models
    assert model.output_shapes[0][1:] == (3, 4, 4)


def test_a_program_that_asks_for_the_version_is_noticed():
    assert read("import keras\nold = keras.__version__ < '2'\n").by_version
    assert not read("import keras\nprint(keras.__version__)\n").by_version
