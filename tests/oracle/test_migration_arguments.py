"""Every row of the table of arguments, tried on Keras 3: the old form does what the row says, and the new one works."""

from __future__ import annotations

import ast
import functools
import inspect
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tdlint.spec.migration.arguments import ArgumentChange, changes_of, table
from tdlint.spec.migration.defaults import defaults_of
from tdlint.spec.migration.positions import shifts_of

keras = pytest.importorskip("keras")
tf_keras = pytest.importorskip("tf_keras")

MADE_WITH: dict[str, dict[str, Any]] = {
    **{key: {"units": 2} for key in ["Dense", "GRU", "LSTM", "SimpleRNN"]},
    **{
        key: {"filters": 2, "kernel_size": 2}
        for key in ["Conv1D", "Conv2D", "Conv3D", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"]
    },
    **{key: {"filters": 2, "kernel_size": 2} for key in ["Conv2DTranspose", "SeparableConv2D"]},
    **{key: {"rate": 0.5} for key in ["Dropout", "GaussianDropout", "SpatialDropout1D", "SpatialDropout2D"]},
    "SpatialDropout3D": {"rate": 0.5},
    "GaussianNoise": {"stddev": 0.5},
    **{key: {"pool_size": 2} for key in [f"{kind}Pooling{n}D" for kind in ("Average", "Max") for n in (1, 2, 3)]},
    **{name: {"units": 2} for name in ("GRUCell", "LSTMCell")},
    **{f"ConvNeXt{size}": {"weights": None} for size in ("Tiny", "Small", "Base", "Large", "XLarge")},
    "Embedding": {"input_dim": 4, "output_dim": 2},
    "CategoryEncoding": {"num_tokens": 3},
    "Discretization": {"bin_boundaries": [1.0]},
    "RNN": {"cell": keras.layers.SimpleRNNCell(2)},
    "StackedRNNCells": {"cells": [keras.layers.SimpleRNNCell(2)]},
    "relu": {"x": np.ones(2, "float32")},
    "ModelCheckpoint": {"filepath": "x.keras"},
    "BackupAndRestore": {"backup_dir": "x"},
    "to_categorical": {"x": [0, 1], "num_classes": 2},
    "normalize": {"x": np.ones((2, 2))},
    "img_to_array": {"img": np.ones((2, 2, 3))},
}
"""What callables need to be called at all."""

VALUES: dict[str, Any] = {
    **dict.fromkeys(["output_dim", "nb_filter", "filter_length", "nb_row", "nb_col", "pool_length", "length"], 2),
    **dict.fromkeys(["kernel_dim1", "kernel_dim2", "kernel_dim3", "subsample", "subsample_length", "stride"], 2),
    **dict.fromkeys(["atrous_rate", "max_tokens", "nb_classes", "nb_words", "input_length", "batch_size", "period"], 2),
    **dict.fromkeys(["init", "inner_init", "gamma_init", "beta_init", "forget_bias_init"], "ones"),
    **dict.fromkeys(["dropout_W", "dropout_U", "p", "sigma", "alpha", "l", "lr", "decay", "m", "low", "high"], 0.5),
    "inner_activation": "sigmoid",
    "border_mode": "same",
    "dim_ordering": "tf",
    "bins": [1.0],
    "input_shape": (2, 2),
    "batch_input_shape": (2, 2, 2),
    "input_dim": 2,
    "model_name": "x",
    "on_batch_begin": print,
    "on_batch_end": print,
    "y": [0, 1],
    "a": np.ones((2, 2)),
    "epsilon": 0.5,
}
LAYERS_OF_ALL = ["Dense", "Conv2D", "LSTM", "Flatten", "BatchNormalization", "Dropout"]
RECURRENT = ("LSTM", "GRU", "GRUCell", "LSTMCell")
DEFAULTED = [
    *(f"keras.layers.AveragePooling{axes}D" for axes in (1, 2, 3)),
    *(f"keras.layers.ConvLSTM{axes}D" for axes in (1, 2, 3)),
    *(f"keras.layers.{name}" for name in RECURRENT),
    *(f"keras.optimizers.{name}" for name in ("Adadelta", "Adagrad", "Adamax", "Nadam", "Lion")),
]
NOT_CALLED = ("serialize", "ConvNeXtLarge", "ConvNeXtXLarge", "deserialize", "directory", "load_img", "load_model")
NOT_PUBLIC_ANY_MORE = {"keras.preprocessing.text.Tokenizer", "keras.preprocessing.image.ImageDataGenerator"}
OFFLINE = {"keras.datasets.imdb.load_data", "keras.datasets.reuters.load_data"}


def find(name: str) -> Any:
    module, _, short = name.rpartition(".")
    if name in NOT_PUBLIC_ANY_MORE:
        import tensorflow

        module = f"tensorflow.{module}"
        found: Any = tensorflow
    else:
        found = keras
    for part in [*module.split(".")[1:], short]:
        found = getattr(found, part)
    return found


def rows() -> Iterator[tuple[str, ArgumentChange]]:
    for name, changes in table().items():
        module, _, short = name.rpartition(".")
        shorts = LAYERS_OF_ALL if name == "keras.layers.*" else ["MeanSquaredError"] if short == "*" else [short]
        for each in shorts:
            mine = changes_of(f"{module}.{each}")
            yield from ((f"{module}.{each}", change) for change in changes.values() if mine[change.old] is change)


def outcome(work: Callable[[], object]) -> str:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            work()
        except (TypeError, ValueError):
            return "raises"
    return "warned" if any("rgument" in str(each.message) for each in seen) else "ignored"


def value_of(change: ArgumentChange) -> Any:
    if change.only:
        return change.only[0]
    return VALUES.get(change.old, change.harmless[0] if change.harmless else None)


def given(name: str, change: ArgumentChange, new: bool) -> dict[str, Any]:
    base = dict(MADE_WITH.get(name.rpartition(".")[2], {}))
    if change.new is not None:
        base.pop(change.new, None)
    if name.endswith("MinMaxNorm"):
        base |= {"min_value": 0.0, "max_value": 1.0}
        base.pop(change.new or "")
    if not new:
        return {**base, change.old: value_of(change)}
    if change.new is None:
        return base
    value = change.values.get(value_of(change), value_of(change)) if change.values else value_of(change)
    return {**base, change.new: (2,) * (3 if "dim" in change.old else 2) if change.part is not None else value}


ROWS = list(rows())
CALLS = [
    row for row in ROWS if not row[0].startswith("keras.Model") and row[0] not in OFFLINE and row[1].only != (None,)
]


@pytest.mark.parametrize(("name", "change"), CALLS, ids=[f"{name}-{change.old}" for name, change in CALLS])
def test_old_form_does_what_the_row_says_and_new_one_works(name, change):
    callee = find(name)
    if name.endswith(NOT_CALLED):
        taken = inspect.signature(callee).parameters
        assert change.old not in taken
        assert all(each.kind is not each.VAR_KEYWORD for each in taken.values())
        return
    found = outcome(lambda: callee(**given(name, change, new=False)))
    # Keras warns of `decay`, which it ignores
    assert found == change.effect or (found == "warned" and change.old == "decay")
    callee(**given(name, change, new=True))


def model() -> Any:
    made = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


X, Y = np.ones((2, 2), "float32"), np.ones((2, 1), "float32")
METHODS = {
    "fit": lambda **extra: model().fit(X, Y, verbose=0, **extra),
    "evaluate": lambda **extra: model().evaluate(X, Y, verbose=0, **extra),
    "predict": lambda **extra: model().predict(X, verbose=0, **extra),
    "compile": lambda **extra: model().compile(**extra),
    "train_on_batch": lambda **extra: model().train_on_batch(X, Y, **extra),
    "test_on_batch": lambda **extra: model().test_on_batch(X, Y, **extra),
}
OF_MODELS = [
    row for row in ROWS if row[0].startswith("keras.Model.") and not row[0].endswith((".save", ".load_weights"))
]


@pytest.mark.parametrize(("name", "change"), OF_MODELS, ids=[f"{name}-{change.old}" for name, change in OF_MODELS])
def test_methods_of_models(name, change):
    work = METHODS[name.rpartition(".")[2]]
    assert outcome(lambda: work(**{change.old: 1})) == change.effect
    work(**({change.new: 1} if change.new else {}))


def test_inputs_of_models_and_how_they_are_saved(tmp_path):
    x = keras.Input((2,))
    y = keras.layers.Dense(1)(x)
    assert outcome(lambda: keras.Model(input=x, output=y)) == "raises"
    keras.Model(inputs=x, outputs=y)
    path = str(tmp_path / "m.keras")
    assert outcome(lambda: model().save(path, save_traces=False)) == "raises"
    model().save(path)
    for old in ({"options": None}, {"reshape": False}):
        assert outcome(lambda old=old: model().load_weights(path, **old)) == "raises"


OPTIMIZERS = [row[0].rpartition(".")[2] for row in ROWS if row[1].old == "epsilon" and row[1].only == (None,)]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_epsilon_must_be_a_number(name):
    made = model()
    made.compile(getattr(keras.optimizers, name)(epsilon=None), "mse")
    assert outcome(lambda: made.fit(X, Y, verbose=0)) == "raises"


POSITIONAL = {
    "keras.Input": lambda: keras.Input((2,), None, "foo"),
    "keras.Sequential": lambda: keras.Sequential([], "foo"),
    "keras.Model": lambda: keras.Model(*([keras.Input((2,))] * 2), "foo"),
}


@pytest.mark.parametrize("name", POSITIONAL)
def test_positional_arguments_that_raise(name):
    (change,) = shifts_of(name)
    assert change.effect == outcome(POSITIONAL[name]) == "raises"


def test_positional_metrics_are_weights_of_losses():
    made = model()
    made.compile("sgd", "mse", ["mae"])
    assert outcome(lambda: made.fit(X, Y, verbose=0)) == "raises"


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adagrad", "Adam"])
def test_positional_arguments_of_optimizers(name):
    given = {"names": None, "text": "foo", "number": 0.25, "bool": True, "tiny": 1e-8, "zero": 0.0}
    for change in shifts_of(f"keras.optimizers.{name}"):
        args = [0.1] * change.at
        made = getattr(keras.optimizers, name)(*args, given[change.looks])
        assert change.now is not None
        assert made.get_config()[change.now] == given[change.looks]


def test_a_fourth_positional_argument_of_attention_hides_nothing():
    layer = keras.layers.MultiHeadAttention(2, 3)
    x = np.random.default_rng(0).normal(size=(2, 5, 4)).astype("float32")
    plain = layer(x, x, x)
    causal = np.tril(np.ones((2, 5, 5), "bool"))
    padding = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 0]], "bool")
    for mask in (causal, causal.astype("float32"), padding[:, None], padding[:, None, None]):
        assert not np.allclose(layer(x, x, x, attention_mask=mask), plain)
        assert np.allclose(layer(x, x, x, mask), plain)
    assert np.allclose(layer(x, x, x, padding), plain)
    for change in shifts_of("keras.layers.MultiHeadAttention.call"):
        given = [*[causal] * (change.at - 3), None if change.looks == "none" else True]
        if change.looks != "any":
            assert outcome(lambda given=given: layer(x, x, x, *given)) == change.effect == "raises"


def test_third_place_of_a_convolution_is_its_stride():
    made = keras.layers.Convolution2D(4, 5, 3)
    assert (made.kernel_size, made.strides) == ((5, 5), (3, 3))


DEFAULTS = [(name, change) for name in DEFAULTED for change in defaults_of(name)]


@pytest.mark.parametrize(("name", "change"), DEFAULTS, ids=lambda each: getattr(each, "argument", each))
def test_defaults_are_what_the_table_says(name, change):
    short = name.rpartition(".")[2]
    work = functools.partial(find(name), **MADE_WITH.get(short, {}))
    if change.now is None:
        assert outcome(find(name)) == "raises"
        work(**{change.argument: ast.literal_eval(change.was)})
        return
    found = work().get_config()[change.argument]
    assert found == pytest.approx(ast.literal_eval(change.now))
    earlier = getattr(tf_keras.layers if "layers" in name else tf_keras.optimizers, short)
    given = earlier(**MADE_WITH.get(short, {})).get_config()[change.argument]
    assert (given == pytest.approx(ast.literal_eval(change.was))) == (change.since >= (3, 0))
