"""The data loss that a fresh model is expected to start from: closed forms, against the losses of real Keras."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from tdlint.data_loss import data_loss_at_start
from tdlint.graph import CallSite, ModelGraph
from tdlint.inspector.archive import read_archive
from tdlint.spec.losses import class_name, expected_data_loss
from tdlint.values import Arguments, Const, Instance, Mapping, Sequence, Symbol, Unknown

MODELS = Path(__file__).parents[2] / "fixtures" / "models"


def given(name, **arguments):
    return Instance(f"keras.losses.{name}", Arguments(tuple((key, Const(value)) for key, value in arguments.items())))


@pytest.mark.parametrize("loss", [Const("mse"), Const("mean_squared_error"), Const("MSE"), given("MeanSquaredError"),
                                  Symbol("keras.losses.MeanSquaredError"), Symbol("keras.losses.mse")])  # fmt: skip
def test_a_loss_has_many_names(loss):
    assert class_name(loss) == "MeanSquaredError"
    assert expected_data_loss(loss, 1, "linear") == (1.0, "standardized targets")


@pytest.mark.parametrize(
    ("loss", "units", "activation", "value"),
    [
        (Const("categorical_crossentropy"), 10, "softmax", math.log(10)),
        (Const("sparse_categorical_crossentropy"), 7, "softmax", math.log(7)),
        (given("SparseCategoricalCrossentropy", from_logits=True), 7, "linear", math.log(7)),
        (Const("binary_crossentropy"), 1, "sigmoid", math.log(2)),
        (given("BinaryCrossentropy", from_logits=True), None, None, math.log(2)),
        (Const("hinge"), 1, "tanh", 1.0),
        (Const("mse"), 4, "sigmoid", 0.25),
        (Const("mse"), 4, "softmax", 3 / 16),
    ],
)
def test_closed_forms(loss, units, activation, value):
    assert expected_data_loss(loss, units, activation).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("loss", "units", "activation"),
    [
        (Const("categorical_crossentropy"), 10, "linear"),
        (Const("categorical_crossentropy"), None, "softmax"),
        (Const("sparse_categorical_crossentropy"), 1, "softmax"),
        (Const("binary_crossentropy"), 1, None),
        (Const("poisson"), 1, "linear"),
        (Const("my_loss"), 1, "linear"),
        (Const(None), 1, "linear"),
        (Unknown("somewhere else"), 1, "linear"),
        (Symbol("mine.mse"), 1, "linear"),
        (given("MeanSquaredError", reduction="sum"), 1, "linear"),
    ],
)
def test_unknown_stays_unknown(loss, units, activation):
    assert expected_data_loss(loss, units, activation) is None


@pytest.mark.parametrize(
    "loss",
    [
        given("MeanSquaredError"),
        given("MeanAbsoluteError"),
        given("LogCosh"),
        given("Huber"),
        given("Huber", delta=0.3),
    ],
)
def test_standardized_targets_by_monte_carlo(loss):
    keras = pytest.importorskip("keras")
    import numpy as np

    targets = np.random.default_rng(1).normal(size=(200_000, 1)).astype("float32")
    arguments = {name: value.value for name, value in loss.args.bound}
    made = getattr(keras.losses, class_name(loss))(**arguments)
    measured = float(made(targets, np.zeros_like(targets)))
    assert expected_data_loss(loss, 1, "linear").value == pytest.approx(measured, rel=0.01)


@pytest.mark.parametrize("name", ["CategoricalCrossentropy", "CategoricalFocalCrossentropy"])
def test_classes_by_real_loss(name):
    keras = pytest.importorskip("keras")
    import numpy as np

    measured = float(getattr(keras.losses, name)()(np.eye(5), np.full((5, 5), 0.2)))
    assert expected_data_loss(given(name), 5, "softmax").value == pytest.approx(measured, rel=1e-5)


def compiled(model: ModelGraph, **arguments) -> ModelGraph:
    return replace(model, compile=CallSite("keras.Model.compile", Arguments(tuple(arguments.items()))))


@pytest.fixture
def branches() -> ModelGraph:
    return read_archive(MODELS / "branches.keras").model


def test_of_a_model(branches):
    assert data_loss_at_start(branches) == (math.log(3), "ln 3 for 3 classes")
    assert data_loss_at_start(replace(branches, compile=None)) is None
    assert data_loss_at_start(compiled(branches, optimizer=Const("adam"))) is None


def test_several_outputs_are_weighted_and_summed(branches):
    two = replace(branches, output_edges=branches.output_edges * 2, output_shapes=branches.output_shapes * 2)
    loss = Const("sparse_categorical_crossentropy")
    weights = Sequence((Const(0.5), Const(2.0)))
    assert data_loss_at_start(compiled(two, loss=loss)).value == pytest.approx(2 * math.log(3))
    assert data_loss_at_start(compiled(two, loss=loss, loss_weights=weights)).value == pytest.approx(2.5 * math.log(3))
    assert data_loss_at_start(compiled(two, loss=Sequence((loss, Const(None))))).value == pytest.approx(math.log(3))
    assert data_loss_at_start(compiled(two, loss=Sequence((loss,)))) is None
    assert data_loss_at_start(compiled(branches, loss=Mapping(((Const("kind"), loss),)))).value == pytest.approx(
        math.log(3)
    )
    assert data_loss_at_start(compiled(branches, loss=Unknown("from elsewhere"))) is None


def test_the_head_inside_time_distributed():
    model = read_archive(MODELS / "sequence_head.keras").model
    assert data_loss_at_start(model) == (1.0, "standardized targets")
