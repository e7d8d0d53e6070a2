"""Rules on steps, layers, states, applications and sorted labels against what Keras does with the same program."""

from __future__ import annotations

import itertools
import warnings
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from tdlint.config import Settings
from tdlint.linting.engine import check_bytes
from tdlint.testing import load_rules

keras = pytest.importorskip("keras", minversion="3.15")
pytestmark = pytest.mark.slow

RULES = load_rules()


def reported(source: str) -> set[str]:
    return {one.code for one in check_bytes(source.encode(), "program.py", Settings(), RULES).diagnostics}


def run(source: str, **names: Any) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "program", **names}
    exec(source, space)
    return space


def refused(source: str) -> bool:
    try:
        run(source)
    except ValueError:
        return True
    return False


LAYERS = {
    "GRU(4)": 1,
    "GRU(4, return_state=True)": 2,
    "LSTM(4, return_state=True, return_sequences=True)": 3,
    "Bidirectional(layers.GRU(4), merge_mode=None)": 2,
    "Bidirectional(layers.GRU(4, return_state=True))": 3,
    "Bidirectional(layers.GRU(4), merge_mode='sum')": 1,
}


FOLLOWING = [
    *(
        "Dense(2)",
        "Dropout(0.5)",
        "BatchNormalization()",
        "Activation('relu')",
        "Flatten()",
        "RepeatVector(3)",
        "ReLU()",
    ),
    *("LayerNormalization()", "Conv1D(2, 1)", "GlobalMaxPooling1D()", "TimeDistributed(layers.Dense(2))", None),
]


@pytest.mark.parametrize(("layer", "following"), list(itertools.product(LAYERS, FOLLOWING)))
def test_states_in_a_sequential(layer: str, following: str | None) -> None:
    after = "" if following is None else f", layers.{following}"
    source = (
        "import keras\nfrom keras import layers\n"
        f"model = keras.Sequential([keras.Input((5, 3)), layers.{layer}{after}])\n"
    )
    assert ("TDL109" in reported(source)) == (LAYERS[layer] > 1 and refused(source))


MODELS = ["VGG16", "MobileNet", "MobileNetV2", "InceptionV3", "Xception", "EfficientNetB0", "DenseNet121"]
ARGUMENTS = [
    "classes=10",
    "classes=1000",
    "include_top=False",
    "include_top=False, input_shape=(80, 80, 3)",
    "include_top=False, input_shape=(40, 40, 3)",
    "include_top=False, input_shape=(80, 80, 1)",
    "weights=None, include_top=False, input_shape=(80, 80, 1)",
    "weights=None, include_top=False, input_shape=(31, 80, 3)",
    "input_shape=(80, 80, 3)",
    "weights=None, input_shape=(80, 80, 3), classes=10",
    "weights='noisy', include_top=False",
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("model", "arguments"), list(itertools.product(MODELS, ARGUMENTS)))
def test_applications_refuse(model: str, arguments: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Downloads(Exception):
        pass

    def download(*_: object, **__: object) -> None:
        raise Downloads

    module = import_module(getattr(keras.applications, model).__module__)
    monkeypatch.setattr(module.file_utils, "get_file", download)
    source = f"import keras\nmodel = keras.applications.{model}({arguments})\n"
    try:
        raises = refused(source)
    except Downloads:
        raises = False
    assert ("TDL315" in reported(source)) == raises
    keras.backend.clear_session()


CHANGES = {
    "model.layers.pop()": True,
    "model.layers.append(layers.Dense(7))": True,
    "model.layers.insert(0, layers.Dense(7))": True,
    "model.layers[-1] = layers.Dense(7)": True,
    "last = model.layers.pop()": False,
    "model.layers[-1].trainable = False": False,
}
MADE = {
    "sequential": "model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])",
    "functional": "inputs = keras.Input((4,))\nmodel = keras.Model(inputs, layers.Dense(2)(layers.Dense(3)(inputs)))",
}


@pytest.mark.parametrize(("change", "kind"), list(itertools.product(CHANGES, MADE)))
def test_a_changed_list_of_layers_changes_nothing(change: str, kind: str) -> None:
    source = f"import keras\nfrom keras import layers\n{MADE[kind]}\nbefore = list(model.layers)\n{change}\n"
    space = run(source)
    assert space["model"].layers == space["before"]
    assert space["model"].output_shape == (None, 2)
    assert ("TDL518" in reported(source)) == CHANGES[change]


GIVEN = [
    "x, y, batch_size=16, steps_per_epoch={steps}",
    "x, y, batch_size=16, validation_split=0.5, steps_per_epoch={steps}",
    "x, y, batch_size=16, validation_data=(x, y), validation_steps={steps}",
    "x, y, batch_size=64, validation_batch_size=16, validation_data=(x, y), validation_steps={steps}",
    "x, y, steps_per_epoch={steps}",
]


@pytest.mark.parametrize(("given", "steps"), list(itertools.product(GIVEN, [1, 2, 3, 4, 5])))
def test_steps_beyond_the_data(given: str, steps: int) -> None:
    source = (
        "import keras\nimport numpy as np\n"
        "x, y = np.zeros((64, 4)), np.zeros((64, 1))\n"
        "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\nmodel.compile('sgd', 'mse')\n"
        f"model.fit({given.format(steps=steps)}, verbose=0)\n"
    )
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        run(source)
    ran_out = any("ran out of data" in str(one.message) for one in told)
    assert ("TDL519" in reported(source)) == ran_out


@pytest.mark.parametrize("function", ["keras.ops.argmax", "tf.argmax", "tf.math.argmax", "np.argmax"])
@pytest.mark.parametrize(("shape", "axis"), [((5, 1), 1), ((5, 1), -1), ((5, 1), 0), ((5, 3), 1), ((1, 4), 0)])
def test_argmax_that_is_always_zero(function: str, shape: tuple[int, ...], axis: int) -> None:
    source = (
        "import keras\nimport numpy as np\nimport tensorflow as tf\n"
        f"found = {function}(np.random.rand(*{shape}), axis={axis})\n"
    )
    always = all(not np.asarray(run(source)["found"]).any() for _ in range(20))
    assert ("TDL420" in reported(source.replace(f"rand(*{shape})", f"rand{shape}"))) == always


LABELS = {
    "load_iris().target": True,
    "load_wine().target": True,
    "load_breast_cancer().target": False,
    "load_digits().target": False,
    "shuffle(load_iris().target, random_state=0)": False,
    "np.concatenate([np.zeros(30), np.ones(30)])": True,
    "np.concatenate([np.ones(30), np.zeros(30)])": False,
    "np.append(np.zeros(30), np.ones(30)).astype('int32')": True,
    "np.array([0] * 30 + [1] * 30 + [2] * 30)": True,
    "np.array([0, 1] * 30)": False,
    "load_iris().target[::-1]": False,
    "load_iris().target[np.random.permutation(150)]": False,
    "np.random.permutation(load_iris().target)": False,
}


@pytest.mark.parametrize("labels", LABELS)
def test_labels_that_are_sorted(labels: str) -> None:
    source = (
        "import keras\nimport numpy as np\nfrom sklearn.datasets import *\nfrom sklearn.utils import shuffle\n"
        f"y = {labels}\nmodel = keras.Sequential([keras.Input((2,)), keras.layers.Dense(10, activation='softmax')])\n"
        "model.compile('sgd', 'sparse_categorical_crossentropy')\n"
        "model.fit(np.zeros((len(y), 2)), y, validation_split=0.2, verbose=0)\n"
    )
    source = source.replace("import *", "import load_breast_cancer, load_digits, load_iris, load_wine")
    assert LABELS[labels] == bool((np.diff(run(source)["y"]) >= 0).all())
    assert ("TDL536" in reported(source)) == LABELS[labels]


SHUFFLED = {
    "data.shuffle(60)": True,
    "data.shuffle(60, seed=1)": True,
    "data.shuffle(60).batch(1).unbatch()": True,
    "data.shuffle(60, reshuffle_each_iteration=False)": False,
    "data.shuffle(60).cache()": False,
    "data": False,
    "data.shuffle(60, reshuffle_each_iteration=False).shuffle(60)": True,
}


@pytest.mark.parametrize("shuffled", SHUFFLED)
def test_parts_of_data_that_are_shuffled_anew(shuffled: str) -> None:
    source = (
        "import keras\nimport numpy as np\nimport tensorflow as tf\n"
        "x = np.arange(60.0).reshape(60, 1)\ndata = tf.data.Dataset.from_tensor_slices((x, x))\n"
        f"data = {shuffled}\ntrain, held = data.take(40), data.skip(40)\n"
        "model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])\nmodel.compile('sgd', 'mse')\n"
        "model.fit(train.batch(4), validation_data=held.batch(4), verbose=0)\n"
    )
    space = run(source)
    trained = {float(x[0]) for _ in range(3) for x, _ in space["train"]}
    assert bool(trained & {float(x[0]) for x, _ in space["held"]}) == SHUFFLED[shuffled]
    assert ("TDL544" in reported(source)) == SHUFFLED[shuffled]


@pytest.mark.parametrize("layer", ["BatchNormalization()", "Dropout(0.5)", "Dropout(0.0)", "LayerNormalization()"])
@pytest.mark.parametrize("given", ["x", "x, training=True", "x, training=False"])
def test_models_that_are_called_under_a_tape(layer: str, given: str) -> None:
    source = (
        "import keras\nimport tensorflow as tf\nfrom keras import layers\n"
        f"model = keras.Sequential([keras.Input((4,)), layers.{layer}, layers.Dense(1)])\n"
        "x = tf.random.normal((32, 4)) + 5.0\n"
        f"with tf.GradientTape() as tape:\n    trained = model({given})\n    value = tf.reduce_mean(trained**2)\n"
        "gradients = tape.gradient(value, model.trainable_variables)\n"
    )
    space = run(source)
    differs = not np.allclose(space["trained"], space["model"](space["x"], training=True), atol=1e-3)
    random = "Dropout(0.5)" in layer and "training=True" in given
    wrong = differs and not random
    assert ("TDL545" in reported(source)) == (wrong and given == "x")


SET = {
    'model.loss = "mae"': True,
    "model.loss_weights = [10.0]": True,
    "model.layers[0].use_bias = False": True,
    'model.layers[0].kernel_initializer = "zeros"': True,
    "model.layers[0].units = 7": True,
    "model.layers[0].activation = keras.activations.sigmoid": False,
    'model.loss = "mae"; model.compile("sgd", "mae")': False,
    "model.layers[0].set_weights([np.ones((4, 1)), np.ones(1)])": False,
}


@pytest.mark.parametrize("change", SET)
def test_what_is_set_too_late(change: str) -> None:
    source = (
        "import keras\nimport numpy as np\n"
        "x, y = np.ones((8, 4)), np.full((8, 1), 9.0)\n"
        "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\nmodel.compile('sgd', 'mse')\n"
        f"before = np.append(model.evaluate(x, y, verbose=0), model(x))\n{change}\n"
        "after = np.append(model.evaluate(x, y, verbose=0), model(x))\n"
    )
    space = run(source)
    assert np.array_equal(space["before"], space["after"]) == SET[change]
    assert ("TDL521" in reported(source)) == SET[change]
