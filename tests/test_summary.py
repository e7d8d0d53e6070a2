"""Summaries of programs: sums in which a weight counts once, and None, with a reason, for all that is not certain."""

from __future__ import annotations

import pytest

from tdlint.linting.source_models import models_of_file
from tdlint.shapes import Symbolic
from tdlint.summary import Input, ModelSummary

HEAD = "import unseen\nfrom keras import Input, Model, Sequential, layers\n"


@pytest.fixture
def summarized(tmp_path):
    """``summarized(source)``: the summaries of the models of a program by their names."""

    def summarize_source(source: str) -> dict[str, ModelSummary]:
        path = tmp_path / "program.py"
        path.write_text(HEAD + source)
        return {model.name: model for model in models_of_file(str(path)).models}

    return summarize_source


def test_a_size_that_the_source_names_keeps_its_name(summarized):
    model = summarized(
        "timesteps = int(input())\n"
        "model = Sequential([Input((timesteps, 8)), layers.LSTM(64, return_sequences=True)])\n"
    )["sequential"]
    assert model.rows[0].output_shapes[0][1:] == (Symbolic("timesteps"), 64)
    assert (model.total_params, model.unknown) == (4 * 64 * (8 + 64 + 1), ())


def test_a_shared_layer_counts_once_and_says_where(summarized):
    model = summarized(
        "a, b, dense = Input((3,)), Input((3,)), layers.Dense(2)\n"
        "model = Model([a, b], layers.Add()([dense(a), dense(b)]))\n"
    )["functional"]
    first, second = [row for row in model.rows if row.name == "dense"]
    assert (first.params, first.same_as) == (8, None)
    assert (second.params, second.same_as) == (0, first.id)
    assert model.rows[-1].inputs == (Input(first.id), Input(second.id))
    assert model.total_params == 8


def test_a_layer_in_two_models_of_one_counts_once(summarized):
    model = summarized(
        "dense = layers.Dense(4)\ninner = Sequential([Input((4,)), dense])\na = Input((4,))\n"
        "outer = Model(a, dense(inner(a)))\n"
    )["functional_1"]
    assert [row.params for row in model.rows] == [0, 20, 20]
    assert model.total_params == 20


def test_freezing_a_nested_model_freezes_what_is_in_it(summarized):
    model = summarized(
        "base = Sequential([Input((8,)), layers.Dense(4), layers.BatchNormalization()])\nbase.trainable = False\n"
        "a = Input((8,))\nmodel = Model(a, layers.Dense(2)(base(a)), name='all')\n"
    )["all"]
    assert (model.total_params, model.trainable_params, model.non_trainable_params) == (62, 10, 52)


def test_a_model_without_input_is_built_where_it_is_called(summarized):
    models = summarized("tail = Sequential([layers.Dense(2)])\na = Input((5,))\nmodel = Model(a, tail(a))\n")
    assert models["sequential"].total_params == 12
    assert models["sequential"].rows[0].inputs == ()


@pytest.mark.parametrize(
    "building",
    [
        "model.build((None, 5))",
        "import numpy as np\nmodel.compile('sgd', 'mse')\nmodel.fit(np.zeros((9, 5)), np.zeros((9, 2)))",
    ],
    ids=["build", "fit"],
)
def test_a_model_without_input_that_is_built_later(summarized, building):
    model = summarized(f"model = Sequential([layers.Dense(2)])\n{building}\n")["sequential"]
    assert (model.total_params, model.unknown) == (12, ())


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("model = Sequential([layers.Dense(2)])", "no input shape is declared"),
        ("model = Sequential([Input((3,)), unseen.layer(), layers.Dense(2)])", "unseen.layer"),
        (
            "model = Sequential([Input((3,))])\nif unseen.flag:\n    model.add(layers.Dense(3))\n"
            "model.add(layers.Dense(2))",
            "on some paths",
        ),
        ("model = Sequential([Input((3,))])\nfor _ in range(unseen.n):\n    model.add(layers.Dense(3))", "a loop runs"),
        ("model = Sequential([Input((3,)), layers.Dense(2)])\nunseen.grow(model)", "passed to a function"),
        ("model = Sequential([Input((3,)), layers.Dense(unseen.units)])", "sizes that are not known"),
        (
            "a = x = Input((3,))\nif unseen.flag:\n    x = layers.Dense(3)(x)\nmodel = Model(a, layers.Dense(2)(x))",
            "by path",
        ),
        ("a = x = Input((3,))\nfor _ in range(unseen.n):\n    x = layers.Dense(3)(x)\nmodel = Model(a, x)", "loop"),
        ("a = Input((3,))\nmodel = Model(a, unseen.block(a))", "block"),
        ("a = Input((3,))\nmodel = Model(a, layers.Dense(2)(unseen.block(a)))", "block"),
        ("a = Input((3,))\nx = a\nif unseen.flag:\n    x = layers.Dense(3)(x)\nmodel = Model(a, x)", "by path"),
        (
            "class Own(layers.Layer):\n    def __init__(self):\n        super().__init__()\n"
            "        self.inner = unseen.layer()\n"
            "    def call(self, x):\n        return self.inner(x)\n"
            "model = Sequential([Input((3,)), Own(), layers.Dense(2)])",
            "a layer of the program",
        ),
        (
            "class Own(Model):\n    def __init__(self):\n        super().__init__()\n"
            "        self.dense = layers.Dense(2)\n"
            "    def call(self, x):\n        return self.dense(x)\nmodel = Own()",
            "Own",
        ),
    ],
)
def test_a_sum_that_is_not_certain_is_none_and_has_a_reason(summarized, source, reason):
    (model,) = summarized(source + "\n").values()
    assert model.total_params is None
    assert model.trainable_params is None
    assert any(reason in text for text in model.unknown), model.unknown


def test_layers_without_weights_on_some_paths_leave_the_sum_certain(summarized):
    model = summarized(
        "model = Sequential([Input((3,)), layers.Dense(2)])\nif unseen.flag:\n    model.add(layers.Dropout(0.5))\n"
    )["sequential"]
    assert (model.total_params, model.rows[1].certain) == (8, False)


def test_a_function_that_is_not_seen_may_freeze_a_functional_model_and_not_change_its_size(summarized):
    model = summarized("a = Input((3,))\nmodel = Model(a, layers.Dense(2)(a))\nunseen.train(model)\n")["functional"]
    assert (model.total_params, model.trainable_params) == (8, None)


def test_a_model_that_keras_refuses_has_no_sums(summarized):
    model = summarized("model = Sequential([Input((5, 3)), layers.LSTM(4), layers.LSTM(4)])\n")["sequential"]
    assert model.total_params is None
    assert [text.partition(":")[0] for text in model.refused] == ["lstm_1"]
    assert "3 axes" in (model.rows[1].fault or "")


def test_a_row_is_at_the_layer_it_is(summarized, tmp_path):
    path = tmp_path / "program.py"
    path.write_text(HEAD + "model = Sequential()\nmodel.add(Input((3,)))\nmodel.add(\n    layers.Dense(2))\n")
    source = models_of_file(str(path))
    (model,) = source.models
    assert source.place(model.site).start.line == 3
    assert source.place(model.rows[0].site).start.line == 6


def test_names_follow_the_order_of_making(summarized):
    models = summarized(
        "late = layers.Dense(3)\na = Input((3,))\ngiven = layers.Dense(3, name='given')(a)\n"
        "x = layers.Dense(3)(given)\nmodel = Model(a, late(x))\n"
        "other = Sequential([Input((3,)), layers.Dense(3, name=unseen.name), layers.Dense(3)], name='other')\n"
    )
    assert [row.name for row in models["functional"].rows] == ["input_layer", "given", "dense_1", "dense"]
    assert [row.name for row in models["other"].rows] == ["?", "dense_2"]
