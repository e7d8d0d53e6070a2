"""Live models that no file tells all of: the user's own layers, models and regularizers."""

from __future__ import annotations

import pytest

keras = pytest.importorskip("keras")

import numpy as np  # noqa: E402
from keras import layers, regularizers  # noqa: E402
from test_account import weight_penalty  # noqa: E402

from tdlint.config import Settings  # noqa: E402
from tdlint.diagnostics import Severity  # noqa: E402
from tdlint.formatters.inspection import render  # noqa: E402
from tdlint.formatters.options import Options  # noqa: E402
from tdlint.inspector import InspectionError, inspect_model  # noqa: E402
from tdlint.inspector.accounting.penalty import account_of  # noqa: E402
from tdlint.inspector.files.archive import read_archive  # noqa: E402
from tdlint.linting.engine import check_graph  # noqa: E402
from tdlint.testing import load_rules  # noqa: E402


class PerStep(layers.Layer):
    """A Dense layer for each time step, and a weight of its own."""

    def __init__(self, copies=None, **kwargs):
        super().__init__(**kwargs)
        self.copies = copies

    def build(self, shape):
        strength = regularizers.L1L2(0.01, 0.02)
        self.steps = [layers.Dense(2, kernel_regularizer=strength) for _ in range(self.copies or shape[1])]
        for layer in self.steps:
            layer.build((shape[0], shape[2]))
        self.scale = self.add_weight(shape=(2,), initializer="ones", regularizer="l1", name="scale")

    def call(self, inputs):
        outputs = [self.steps[step % len(self.steps)](inputs[:, step]) for step in range(inputs.shape[1])]
        return keras.ops.stack(outputs, axis=1) * self.scale


class Fourth(regularizers.Regularizer):
    """Penalizes the fourth power; Keras has nothing like it."""

    def __init__(self, strength):
        self.strength = strength

    def __call__(self, weight):
        return self.strength * keras.ops.sum(weight**4)


class Own(keras.Model):
    """A subclassed model with a nested one."""

    def __init__(self):
        super().__init__(name="own")
        self.first = layers.Dense(4, kernel_regularizer="l2", name="first")
        self.rest = [layers.BatchNormalization(name="norm"), layers.Dense(1, bias_regularizer="l1", name="last")]
        self.extra = self.add_weight(shape=(3,), initializer="ones", regularizer="l2", name="extra")

    def call(self, inputs):
        x = self.first(inputs)
        for layer in self.rest:
            x = layer(x)
        return x + keras.ops.sum(self.extra)


def per_step(**kwargs):
    return keras.Sequential([keras.Input((5, 3)), PerStep(name="steps", **kwargs)])


def test_weights_of_a_custom_layer_carry_their_regularizers():
    model = per_step()
    account = inspect_model(model)
    (layer,) = account.layers
    assert account.totals.penalty == pytest.approx(weight_penalty(model), rel=1e-6)
    assert account.totals.params == model.count_params() == 5 * 8 + 2
    assert layer.regularized_params == 5 * 6 + 2
    kernels = [weight for weight in layer.weights if weight.name.endswith("kernel")]
    assert [weight.regularizer.describe() for weight in kernels] == ["L1L2(l1=0.01, l2=0.02)"] * 5
    assert all(weight.expected_penalty > 0 for weight in kernels)


def test_a_copy_per_time_step_is_seen_live_and_in_files(tmp_path):
    model = per_step()
    assert inspect_model(model).layers[0].step_copies == 5
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"m.{ending}")
        account = account_of(read_archive(tmp_path / f"m.{ending}"))
        assert account.model.nodes[0].step_copies == 5
        assert account.totals.params == model.count_params()
        assert account.totals.penalty is None
        assert account.totals.trainable_params is None


def test_regularized_copies_are_a_warning_where_they_are_seen(tmp_path):
    model = per_step()
    model.save(tmp_path / "m.keras")
    said = []
    for account in (inspect_model(model), account_of(read_archive(tmp_path / "m.keras"))):
        settings = Settings(select=("per-timestep-layers",), min_severity=Severity.ADVICE)
        (found,) = check_graph(account.model, "m", settings, load_rules())
        said.append((found.severity, found.message))
    assert said == [
        (Severity.WARNING, "PerStep holds 5 equal layers for 5 timesteps, so its weights and penalty grow with time"),
        (Severity.ADVICE, "PerStep holds 5 equal layers for 5 timesteps, so its weights grow with time"),
    ]


def test_other_numbers_of_copies_are_not_per_time_step(tmp_path):
    model = per_step(copies=3)
    assert inspect_model(model).layers[0].step_copies is None
    model.save(tmp_path / "m.keras")
    assert account_of(read_archive(tmp_path / "m.keras")).layers[0].step_copies is None


def test_a_custom_regularizer_is_called():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_regularizer=Fourth(0.5))])
    account = inspect_model(model)
    assert account.totals.penalty == pytest.approx(weight_penalty(model), rel=1e-6)
    kernel = account.layers[0].weights[0]
    assert kernel.regularizer.type == "Fourth"
    assert kernel.regularizer.custom
    assert kernel.expected_penalty is None
    assert account.model.kind == "sequential"


def test_arguments_of_a_layer_without_config_are_unknown_not_defaults():
    head = layers.Dense(2, "softmax", kernel_regularizer=Fourth(0.5))
    model = keras.Sequential([keras.Input((3,)), head])
    model.compile("adam", "categorical_crossentropy")
    (node,) = inspect_model(model).model.nodes
    assert not node.args.get("kernel_regularizer").must_be(None)
    assert not node.args.get("activation").must_be(None)
    assert inspect_model(model).totals.expected_data_loss is None


def test_a_custom_regularizer_in_a_file_is_named_and_not_counted(tmp_path):
    class Saved(Fourth):
        def get_config(self):
            return {"strength": self.strength}

    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_regularizer=Saved(0.5))])
    model.save(tmp_path / "m.keras")
    account = account_of(read_archive(tmp_path / "m.keras"))
    kernel = account.layers[0].weights[0]
    assert kernel.regularizer.describe() == "Saved(strength=0.5)"
    assert kernel.penalty is None
    assert account.totals.penalty is None


def test_a_subclassed_model_gives_its_layers_and_says_what_is_unknown():
    model = Own()
    model(np.zeros((2, 3), "float32"))
    account = inspect_model(model)
    assert account.totals.penalty == pytest.approx(weight_penalty(model), rel=1e-6)
    assert account.totals.params == model.count_params()
    assert [layer.layer for layer in account.layers] == ["first", "norm", "last", "own"]
    assert "subclassed" in account.unknown[0]
    assert all(not node.edges for node in account.model.nodes)


def test_a_frozen_wrapper_freezes_nothing_in_keras_3():
    inner = layers.TimeDistributed(layers.Dense(2, kernel_regularizer="l2"), trainable=False)
    model = keras.Sequential([keras.Input((5, 3)), inner])
    account = inspect_model(model)
    assert account.totals.trainable_params == 8
    assert account.totals.penalty == pytest.approx(weight_penalty(model), rel=1e-6)
    assert account.inactive == ()


def test_a_frozen_model_counts_nothing(tmp_path):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_regularizer="l2", name="head")])
    model.trainable = False
    model.save(tmp_path / "m.keras")
    for account in (inspect_model(model), account_of(read_archive(tmp_path / "m.keras"))):
        assert (account.totals.penalty, account.totals.regularized_params) == (0.0, 0)
        assert [(item.layer, item.argument) for item in account.inactive] == [("head", "kernel")]


@pytest.mark.parametrize("thing", [3, "model", keras.layers.Dense(2), keras.Model])
def test_what_is_no_model_is_refused(thing):
    with pytest.raises(InspectionError, match="expected a Keras model"):
        inspect_model(thing)


def test_inactive_and_activity_terms():
    model = keras.Sequential(
        [
            keras.Input((5, 3)),
            layers.TimeDistributed(layers.Dense(2, activity_regularizer="l2"), name="wrapped"),
            layers.Dense(2, activity_regularizer=regularizers.L1(0.5), kernel_regularizer="l1l2", name="plain"),
            layers.Dense(2, use_bias=False, bias_regularizer="l2", name="no_bias"),
        ]
    )
    account = inspect_model(model)
    assert [(item.layer, item.argument) for item in account.inactive] == [
        ("wrapped", "activity_regularizer"),
        ("plain", "kernel_regularizer"),
        ("no_bias", "bias_regularizer"),
    ]
    terms = {layer.layer: layer.activity for layer in account.layers}
    assert [term.acts for term in terms["wrapped"]] == [False]
    (term,) = terms["plain"]
    assert (term.acts, term.steps, term.calls, term.regularizer.describe()) == (True, 5, 1, "L1(0.5)")


def test_spread_and_shares():
    def build():
        normal = keras.initializers.RandomNormal(stddev=0.2)
        return keras.Sequential(
            [
                keras.Input((7,)),
                layers.Dense(5, kernel_regularizer="l1", bias_regularizer="l2", bias_initializer=normal),
                layers.Dense(3, kernel_initializer="orthogonal", kernel_regularizer=regularizers.L1L2(0.02, 0.01)),
            ]
        )

    keras.utils.set_random_seed(4)
    drawn = [weight_penalty(build()) for _ in range(200)]
    account = inspect_model(build())
    totals = account.totals
    assert totals.expected_penalty == pytest.approx(np.mean(drawn), abs=5 * np.std(drawn) / 200**0.5)
    assert totals.expected_spread == pytest.approx(np.std(drawn), rel=0.25)
    weights = [weight for layer in account.layers for weight in layer.weights]
    assert sum(weight.share for weight in weights) == pytest.approx(1)
    assert [layer.share for layer in account.layers] == pytest.approx(
        [layer.penalty / totals.penalty for layer in account.layers]
    )


def test_weights_of_one_seed_have_no_spread_together():
    seeded = keras.initializers.HeNormal(seed=1)
    head = [layers.Dense(4, kernel_initializer=seeded, kernel_regularizer="l2") for _ in range(2)]
    account = inspect_model(keras.Sequential([keras.Input((4,)), *head]))
    assert all(layer.expected_spread > 0 for layer in account.layers)
    assert account.totals.expected_spread is None


def test_what_a_penalty_comes_to_in_a_step(tmp_path):
    frozen = layers.Dense(3, kernel_regularizer="l2", trainable=False)
    model = keras.Sequential(
        [keras.Input((3,)), frozen, layers.Dense(2, kernel_regularizer=regularizers.L1L2(0.01, 0.02))]
    )
    assert inspect_model(model).layers[1].weights[0].shrinkage is None
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.save(tmp_path / "m.keras")
    for account in (inspect_model(model), account_of(read_archive(tmp_path / "m.keras"))):
        found = account.layers[1].weights[0].shrinkage
        assert (found.optimizer, found.note) == ("SGD", "")
        assert (found.l1_threshold, found.l2_decay) == (pytest.approx(0.001), pytest.approx(0.004))
        assert account.layers[0].weights[0].shrinkage is None
        assert account.layers[1].weights[1].shrinkage is None
    model.optimizer.learning_rate = 0.05  # as ReduceLROnPlateau does
    assert inspect_model(model).layers[1].weights[0].shrinkage.l2_decay == pytest.approx(0.002)
    model.compile("adam", "mse")
    text = render("table", inspect_model(model), Options())
    assert "L1L2(l1=0.01, l2=0.02) under Adam (learning rate 0.001): takes about 0.001 off |w|" in text
