"""Verdicts: true sentences on layers that are strongly regularized, and numbers that real Keras agrees with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tdlint.inspector import inspect_model
from tdlint.inspector.accounting.account import Account, LayerAccount, Regularizer, Totals, WeightAccount
from tdlint.inspector.measurement import GradientNorms, LabelStatistics, Measurement
from tdlint.inspector.statements import samples_sentence
from tdlint.inspector.verdicts import verdicts
from tdlint.shapes import UnknownShape
from tdlint.spec.version import NEWEST


def weight(name="kernel", penalty=None, expected=None, regularizer=None, **kwargs) -> WeightAccount:
    return WeightAccount(name, (10, 10), 100, True, regularizer, penalty, expected, True, **kwargs)


def regularized(l1=0.0, l2=0.01) -> Regularizer:
    return Regularizer("L1L2", (("l1", l1), ("l2", l2)))


def account(*layers: LayerAccount, loss: float | None = 2.0, **kwargs) -> Account:
    totals = Totals(1000, 900, 400, None, 0.0, None, loss, "because" if loss else None, None)
    return Account("m", "m.keras", "", NEWEST, layers, totals, **kwargs)


def layer(*weights: WeightAccount, name="dense") -> LayerAccount:
    return LayerAccount(name, "Dense", UnknownShape(), weights)


def measured(**kwargs) -> Measurement:
    numbers = {"loss": 3.0, "data_loss": 2.0, "weight_penalty": 1.0, "activity_penalty": 0.0, "training_steps": 0}
    return Measurement("x", "numpy", 32, 1, 32, True, **{**numbers, **kwargs})


def test_what_is_fine_is_left_alone():
    weak = layer(weight(expected=0.19, regularizer=regularized()))
    assert verdicts(account(weak)) == ()
    assert [one.layer for one in verdicts(account(weak, weak))] == [None]  # 0.38 together
    assert verdicts(account(layer(weight()))) == ()


@pytest.mark.parametrize("loss", [None, 0.0, -1.0, float("nan"), float("inf")])
def test_without_a_data_loss_there_is_nothing_to_compare_with(loss):
    assert verdicts(account(layer(weight(expected=50.0, regularizer=regularized())), loss=loss)) == ()


def test_the_coefficient_is_scaled_to_a_tenth():
    (found,) = verdicts(account(layer(weight(penalty=9.0, expected=4.0, regularizer=regularized(0.02, 0.01)))))
    assert (found.layer, found.basis, found.ratio) == ("dense", "start", 2.0)
    (advice,) = found.advice
    assert dict(advice.regularizer.coefficients) == pytest.approx({"l1": 0.001, "l2": 0.0005})
    assert found.sentence == (
        "its penalty starts at about 4, 2 times the data loss of about 2 of a fresh model (because): the reported loss "
        "is mostly penalty, and training first shrinks weights; with L1L2(l1=0.001, l2=0.0005) it would be 10% of the "
        "data loss"
    )


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(0.2, "mostly harmless"), (5, "mostly penalty"), (30, "go sparse"), (200, "collapsed to a constant")],
)
def test_what_a_ratio_means(ratio, words):
    (found,) = verdicts(account(layer(weight(expected=2 * ratio, regularizer=regularized()))))
    assert words in found.sentence


def test_a_start_that_is_not_known_is_replaced_by_what_is():
    (found,) = verdicts(account(layer(weight(penalty=3.0, regularizer=regularized()))))
    assert (found.basis, found.penalty) == ("now", 3.0)
    assert "starts" not in found.sentence


def test_a_regularizer_of_the_user_gets_no_number():
    own = Regularizer("Mine", (("strength", 0.5),), custom=True)
    (found,) = verdicts(account(layer(weight(penalty=3.0, regularizer=own))))
    assert found.advice == ()
    assert "can't name a coefficient" in found.sentence
    (found,) = verdicts(account(layer(weight(penalty=3.0, regularizer=Regularizer("Later", (("l1", None),))))))
    assert found.advice == ()


def test_all_together():
    both = [layer(weight(expected=1.5, regularizer=regularized()), name=name) for name in "ab"]
    *_, found = verdicts(account(*both, loss=20.0))
    assert (found.layer, found.ratio) == (None, 0.15)
    assert "with all coefficients divided by 1.5 it would be 10% of the data loss" in found.sentence
    assert verdicts(account(both[0], layer(weight(regularizer=regularized())), loss=20.0)) == ()


def test_weights_are_named_where_they_differ():
    four = [weight(name, expected=1.0, regularizer=regularized(l2=0.1)) for name in ("a/kernel", "b", "c", "d")]
    (found,) = verdicts(account(layer(*four[:2], weight("e", expected=1.0, regularizer=regularized(l2=0.3)))))
    assert "L1L2(l1=0, l2=0.00667) on kernel, b and L1L2(l1=0, l2=0.02) on e" in found.sentence
    (found,) = verdicts(account(layer(*four)))
    assert "L1L2(l1=0, l2=0.005) on 4 weights" in found.sentence


def test_what_is_not_finite():
    broken = weight(penalty=float("nan"), regularizer=regularized(), non_finite=3)
    (found,) = verdicts(account(layer(broken)))
    assert found.sentence == "its penalty is not finite: kernel holds NaN, infinite or huge values"


def test_measured_losses_come_first():
    one = layer(weight(penalty=1.0, expected=50.0, regularizer=regularized()))
    gradients = (GradientNorms("dense", "kernel", 0.3, 0.1), GradientNorms("other", "kernel", 0.3, 0.1))
    (found,) = verdicts(account(one, measurement=measured(gradients=gradients)))
    assert (found.basis, found.penalty, found.data_loss) == ("measured", 1.0, 2.0)
    assert (
        "50% of the measured data loss of 2, and it pulls at its weights 3 times as hard as the data" in found.sentence
    )
    assert "mostly harmless" in found.sentence
    (found,) = verdicts(account(one, measurement=measured(training_steps=400)))
    assert "after 400 training steps, which is no fault if the data loss is as small as it should be" in found.sentence
    assert "harmless" not in found.sentence
    still = (GradientNorms("dense", "kernel", 0.3, 0.0),)
    (found,) = verdicts(account(one, measurement=measured(gradients=still)))
    assert "the data do not pull at its weights at all" in found.sentence


@pytest.mark.parametrize(("constant", "said"), [(20.0, "no fault by itself"), (2.1, "next to nothing is learned")])
def test_after_training_what_counts_is_what_was_learned(constant, said):
    one = layer(weight(penalty=9.0, expected=50.0, regularizer=regularized()))
    labels = (LabelStatistics("y", "values", (1,), 0.0, constant, constant=constant),)
    (found,) = verdicts(account(one, measurement=measured(training_steps=400, labels=labels)))
    assert said in found.sentence
    assert f"the data loss is {2 / constant:.3g} times that of the best constant output" in found.sentence


def test_samples_against_parameters():
    text = samples_sentence(account(samples=200))
    assert "200 samples: 0.5 for each of 400 regularized parameters and 0.222 for each of 900 trainable" in text
    assert samples_sentence(account()) is None
    bare = replace(account(samples=5), totals=Totals(0, None, 0, 0.0, 0.0, 0.0, None, None, None))
    assert samples_sentence(bare) is None


def strong(keras, factors):
    """A model of every kind of regularizer that Keras has, with their coefficients times a factor."""
    layers, own = keras.layers, keras.regularizers
    one, two, three = factors
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((6, 4)),
            layers.LSTM(
                5,
                name="lstm",
                return_sequences=True,
                kernel_regularizer=own.L1L2(0.1 * one, 0.2 * one),
                recurrent_regularizer=own.L2(0.3 * one),
                bias_regularizer=own.L1(0.4 * one),
            ),
            layers.TimeDistributed(layers.Dense(4, kernel_regularizer=own.L1(0.5 * two)), name="steps"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(3, "softmax", kernel_regularizer=own.OrthogonalRegularizer(2.0 * three), name="head"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def test_with_the_advice_the_penalty_is_a_tenth_of_the_loss_on_real_keras():
    """Weights of a seed, so that the penalty now can be compared with the measured one, layer by layer."""
    keras = pytest.importorskip("keras")
    import numpy as np

    before = inspect_model(strong(keras, (1, 1, 1)))
    loss = 0.7
    found = {one.layer: one for one in verdicts(replace(before, measurement=measured(data_loss=loss))) if one.layer}
    assert set(found) == {"lstm", "steps", "head"}
    factors = [0.1 / found[name].ratio for name in ("lstm", "steps", "head")]
    model = strong(keras, factors)
    for name, advised in found.items():
        penalty = sum(float(np.asarray(term)) for term in model.get_layer(name).losses)
        assert penalty == pytest.approx(0.1 * loss, rel=1e-5)
        given = {
            variable.name: variable.regularizer.get_config()
            for variable in model.get_layer(name).trainable_variables
            if variable.regularizer
        }
        for advice in advised.advice:
            coefficients = {
                key: value for key, value in given[advice.weight.rpartition("/")[2]].items() if key != "mode"
            }
            assert dict(advice.regularizer.coefficients) == pytest.approx(coefficients)


def test_the_start_that_advice_is_about_is_that_of_fresh_models():
    """The mean over seeds of the penalty that Keras adds, with the coefficients that the verdict names."""
    keras = pytest.importorskip("keras")
    import numpy as np

    (found,) = verdicts(inspect_model(dense(keras, 0.1)))
    assert found.basis == "start"
    (advice,) = found.advice
    l2 = dict(advice.regularizer.coefficients)["l2"]
    penalties = [float(np.asarray(dense(keras, l2).losses[0])) for _ in range(20)]
    assert np.mean(penalties) == pytest.approx(0.1 * np.log(3), rel=0.02)


def dense(keras, l2):
    hidden = keras.layers.Dense(50, "relu", kernel_regularizer=keras.regularizers.L2(l2))
    model = keras.Sequential([keras.Input((40,)), hidden, keras.layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model
