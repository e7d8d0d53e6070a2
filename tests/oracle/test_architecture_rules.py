"""What the rules say of kernels that start constant, and of layers without activation, against real Keras."""

from __future__ import annotations

from itertools import product

import keras
import numpy as np
import pytest
import tensorflow as tf

from tdlint.config import Settings
from tdlint.linting.engine import check_bytes
from tdlint.linting.registry import load_rules

RULES = load_rules()
INITIALIZERS = ["'glorot_uniform'", "'zeros'", "'ones'", "keras.initializers.Constant(0.1)"]
BETWEEN = ["", "keras.layers.BatchNormalization(), ", "keras.layers.ReLU(), ", "keras.layers.Dropout(0.5), "]
DATA = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
LABELS = np.random.default_rng(1).normal(size=(64, 3)).astype("float32")


def made(text: str) -> keras.Sequential:
    keras.utils.set_random_seed(0)
    found: dict[str, keras.Sequential] = {}
    exec(f"import keras\n{text}", found)  # the programs of this file
    return found["model"]


def reported(text: str, code: str) -> bool:
    """Whether a program gets a diagnostic of this rule that is more than advice."""
    result = check_bytes(f"import keras\n{text}".encode(), "program.py", Settings(select=(code,)), RULES)
    return any(one.severity.name != "ADVICE" for one in result.diagnostics)


def trained(model: keras.Sequential, steps: int) -> None:
    optimizer = keras.optimizers.SGD(0.1)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(DATA, training=True) - LABELS) ** 2)
        weights = model.trainable_weights
        optimizer.apply(tape.gradient(loss, [weight.value for weight in weights]), weights)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", None])
@pytest.mark.parametrize("between", BETWEEN, ids=["nothing", "normalization", "relu", "dropout"])
def test_kernels_that_stay_or_whose_units_stay_equal_are_errors(activation, between):
    wrong = []
    for first, second in product(INITIALIZERS, INITIALIZERS):
        text = (
            f"model = keras.Sequential([keras.Input((5,)), "
            f"keras.layers.Dense(4, {activation!r}, kernel_initializer={first}), {between}"
            f"keras.layers.Dense(3, kernel_initializer={second})])\n"
        )
        model = made(text)
        before = model.layers[0].get_weights()[0]
        trained(model, 5)
        kernel = model.layers[0].get_weights()[0]
        stays = np.array_equal(before, kernel) or np.allclose(kernel, kernel[:, :1], atol=1e-6)
        # zeros in both layers stay zero even with dropout between; the rule is silent there
        rare = "Dropout" in between and first == second == "'zeros'" and activation != "relu"
        if reported(text, "TDL601") != (stays and not rare):
            wrong.append((first, second, stays))
    assert not wrong


@pytest.mark.parametrize("between", [*BETWEEN, "keras.layers.LayerNormalization(), "])
@pytest.mark.parametrize("activation", ["relu", None])
def test_two_dense_layers_are_reported_if_they_are_one_linear_map(activation, between):
    text = (
        f"model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(4, {activation!r}), {between}"
        "keras.layers.Dense(3)])\nmodel.compile(loss='mse')\n"
    )
    model = made(text)
    trained(model, 2)
    left, right = DATA[:32], DATA[32:]
    middle, ends = model((left + right) / 2), (model(left) + model(right)) / 2
    assert reported(text, "TDL602") == np.allclose(middle, ends, atol=1e-5)
