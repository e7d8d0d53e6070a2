"""The data loss that a fresh model is expected to start from: closed forms, against the losses of real Keras."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from tdlint.data_loss import data_loss_at_start
from tdlint.graph import CallSite, ModelGraph
from tdlint.inspector.files.archive import read_archive
from tdlint.spec.loss_at_start import expected_data_loss
from tdlint.spec.losses import class_name
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


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


def measured(keras, loss, targets, output):
    arguments = {name: value.value for name, value in loss.args.bound}
    return float(getattr(keras.losses, loss.type.rpartition(".")[2])(**arguments)(targets, output))


ACTIVATIONS = ("linear", "relu", "tanh", "softplus", "exponential")


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    "loss",
    [
        *(given(name) for name in ("MeanSquaredError", "MeanAbsoluteError", "LogCosh", "Huber")),
        given("Huber", delta=0.3),
        given("Huber", delta=2.5),
    ],
)
def test_standardized_targets_by_monte_carlo(keras, loss, activation):
    import numpy as np

    expected = expected_data_loss(loss, 1, activation)
    if expected is None:
        assert activation in ("softplus", "exponential")
        assert class_name(loss) in ("LogCosh", "Huber")
        return
    targets = np.random.default_rng(1).normal(size=(200_000, 1)).astype("float32")
    output = np.asarray(getattr(keras.activations, activation)(np.zeros_like(targets)))
    assert expected.value == pytest.approx(measured(keras, loss, targets, output), rel=0.01)


CATEGORICAL = [
    *(given(name) for name in ("CategoricalCrossentropy", "CategoricalFocalCrossentropy", "KLDivergence")),
    given("CategoricalCrossentropy", label_smoothing=0.1),
    given("CategoricalCrossentropy", from_logits=True),
    given("CategoricalFocalCrossentropy", alpha=0.5, gamma=3.0),
    given("CategoricalHinge"),
    *(given(name) for name in ("MeanSquaredError", "MeanAbsoluteError", "Dice", "Tversky")),
    given("Tversky", alpha=0.3, beta=0.9),
]


@pytest.mark.parametrize("classes", [2, 5, 40])
@pytest.mark.parametrize("loss", CATEGORICAL)
def test_one_hot_classes_by_real_loss(keras, loss, classes):
    import numpy as np

    targets = np.eye(classes, dtype="float32")[np.random.default_rng(2).integers(classes, size=200)]
    raw = "from_logits" in dict(loss.args.bound)
    even = np.full_like(targets, 0.0 if raw else 1 / classes)
    expected = expected_data_loss(loss, classes, "linear" if raw else "softmax")
    assert expected.value == pytest.approx(measured(keras, loss, targets, even), rel=1e-4)


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        (given("BinaryCrossentropy", label_smoothing=0.2), "sigmoid"),
        (given("BinaryFocalCrossentropy"), "sigmoid"),
        (given("BinaryFocalCrossentropy", gamma=1.0), "sigmoid"),
        (given("BinaryFocalCrossentropy", from_logits=True), "linear"),
        *((given(name), activation) for name in ("Hinge", "SquaredHinge") for activation in ("linear", "sigmoid")),
        *((given(name), "sigmoid") for name in ("MeanSquaredError", "MeanAbsoluteError")),
        (given("SparseCategoricalCrossentropy"), "softmax"),
        (given("SparseCategoricalCrossentropy", from_logits=True, ignore_class=1), "linear"),
        (given("CategoricalGeneralizedCrossEntropy"), "softmax"),
        (given("CategoricalGeneralizedCrossEntropy", q=0.9), "softmax"),
        (given("Poisson"), "exponential"),
    ],
)
def test_binary_and_numbered_labels_by_real_loss(keras, loss, activation):
    import numpy as np

    if not hasattr(keras.losses, loss.type.rpartition(".")[2]):
        pytest.skip("this Keras has no such loss")
    numbered = "Categorical" in loss.type
    units = 2 if numbered else 1
    targets = np.arange(100).reshape(-1, 1) % 2
    output = np.asarray(getattr(keras.activations, activation)(np.zeros((100, units), "float32")))
    targets = targets if numbered else targets.astype("float32")
    expected = expected_data_loss(loss, units, activation)
    assert expected.value == pytest.approx(measured(keras, loss, targets, output), rel=1e-5)


@pytest.mark.parametrize("loss", [Const("dice"), Const("Dice"), Symbol("keras.losses.dice"), given("Dice")])
def test_overlap_of_classes(loss):
    assert expected_data_loss(loss, 4, "softmax").value == pytest.approx(3 / 4)
    assert expected_data_loss(loss, 1, "sigmoid") is None


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
