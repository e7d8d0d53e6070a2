"""Measuring on data, against what real Keras says of the same model and data."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

keras = pytest.importorskip("keras")

import model_zoo  # noqa: E402  (it imports Keras)
import numpy as np  # noqa: E402
from keras import layers, regularizers  # noqa: E402

from tdlint.inspector import InspectionError  # noqa: E402
from tdlint.inspector.measure.session import measure_model  # noqa: E402
from tdlint.inspector.measurement import Measurement  # noqa: E402
from tdlint.inspector.verdicts import verdicts  # noqa: E402

RANDOM = np.random.default_rng(5)


def normal(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype("float32")


def measure(model, *data, **kwargs) -> Measurement:
    found = measure_model(model, data[0] if len(data) == 1 else data, **kwargs).measurement
    assert found is not None
    return found


def evaluated(model, *data, **kwargs) -> float:
    return float(model.evaluate(*data, verbose=0, return_dict=True, **kwargs)["loss"])


def recurrent() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((6, 4)),
            layers.LSTM(
                5,
                return_sequences=True,
                kernel_regularizer=regularizers.L1L2(0.01, 0.02),
                recurrent_regularizer=regularizers.OrthogonalRegularizer(0.1),
                name="lstm",
            ),
            layers.BatchNormalization(gamma_regularizer="l2", name="norm"),
            layers.Dropout(0.5),
            layers.TimeDistributed(
                layers.Dense(1, kernel_regularizer="l1"), activity_regularizer=regularizers.L2(0.1), name="steps"
            ),
        ]
    )
    model.compile("adam", "mse")
    return model


def two_heads() -> keras.Model:
    left, right = keras.Input((3,), name="left"), keras.Input((2,), name="right")
    both = layers.Concatenate()([left, right])
    hidden = layers.Dense(6, "relu", kernel_regularizer="l2", activity_regularizer="l1", name="hidden")(both)
    kind = layers.Dense(4, "softmax", name="kind")(hidden)
    model = keras.Model([left, right], {"kind": kind, "size": layers.Dense(1, name="size")(hidden)})
    losses = {"kind": "sparse_categorical_crossentropy", "size": "mae"}
    model.compile("adam", losses, loss_weights={"kind": 2.0, "size": 0.5}, metrics={"size": ["mse"]})
    return model


def two_heads_data(samples=70):
    labels = {"kind": RANDOM.integers(4, size=samples), "size": normal(samples, 1)}
    return [normal(samples, 3), normal(samples, 2)], labels


def test_the_loss_is_that_of_evaluate():
    model, x, y = recurrent(), normal(70, 6, 4), normal(70, 6, 1)
    found = measure(model, x, y)
    assert found.loss == pytest.approx(evaluated(model, x, y), rel=1e-5)
    assert found.data_loss == pytest.approx(float(np.mean((model.predict(x, verbose=0) - y) ** 2)), rel=1e-5)
    assert (found.samples, found.batches, found.complete, found.training_steps) == (70, 3, True, 0)
    assert sum(term.share for term in found.terms) + found.data_loss / found.loss == pytest.approx(1)
    kinds = [(term.layer, term.weight) for term in found.terms]
    assert kinds == [
        ("lstm", "kernel"), ("lstm", "recurrent_kernel"), ("norm", "gamma"), ("steps", "kernel"), ("steps", None)
    ]  # fmt: skip


@pytest.mark.parametrize("weighted", [False, True])
def test_several_inputs_and_outputs(weighted):
    model = two_heads()
    x, y = two_heads_data()
    weight = (np.linspace(0, 2, 70).astype("float32"),) if weighted else ()
    arguments = {"sample_weight": {"kind": weight[0], "size": weight[0]}} if weighted else {}
    assert measure(model, x, y, *weight).loss == pytest.approx(evaluated(model, x, y, **arguments), rel=1e-5)
    named = {"left": x[0], "right": x[1]}
    assert measure(model, named, y).loss == pytest.approx(evaluated(model, named, y), rel=1e-5)


def test_batches_of_a_data_set_and_of_a_generator():
    tensorflow = pytest.importorskip("tensorflow")
    model, x, y = recurrent(), normal(50, 6, 4), normal(50, 6, 1)
    batches = tensorflow.data.Dataset.from_tensor_slices((x, y)).batch(20)
    expected = evaluated(model, batches)
    assert measure(model, batches).loss == pytest.approx(expected, rel=1e-5)
    made = ((x[start : start + 20], y[start : start + 20]) for start in range(0, 50, 20))
    found = measure(model, made)
    assert found.loss == pytest.approx(expected, rel=1e-5)
    assert (found.batch_size, found.batches, found.complete) == (None, 3, True)
    endless = measure(model, batches.repeat(), max_batches=4)
    assert (endless.batches, endless.complete) == (4, False)


def test_an_npz_file_is_read_in_pieces(tmp_path):
    model, x, y = recurrent(), normal(70, 6, 4), normal(70, 6, 1)
    weight = np.linspace(0, 1, 70 * 6).reshape(70, 6)
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "data.npz", x=np.asfortranarray(x), y=y.astype("float64"), sample_weight=weight)
        found = measure(model, tmp_path / "data.npz", batch_size=16)
        assert found.loss == pytest.approx(evaluated(model, x, y, batch_size=16, sample_weight=weight), rel=1e-5)
    few = measure(model, tmp_path / "data.npz", batch_size=16, max_batches=2)
    assert (few.samples, few.complete) == (32, False)
    assert measure_model(model, tmp_path / "data.npz", batch_size=16, max_batches=2).samples == 70


@pytest.mark.parametrize("names", [("x0", "x1", "y0", "y1"), ("left", "right", "kind", "size")])
def test_names_of_arrays_in_an_npz_file(tmp_path, names):
    x, y = two_heads_data()
    np.savez(tmp_path / "data.npz", **dict(zip(names, (*x, y["kind"], y["size"]), strict=True)))
    model = two_heads()
    assert measure(model, tmp_path / "data.npz").loss == pytest.approx(evaluated(model, x, y), rel=1e-5)


def test_the_model_stays_as_it_is():
    model, (x, y) = two_heads(), two_heads_data()
    before, losses = [value.copy() for value in model.get_weights()], len(model.losses)
    x0 = x[0].copy()
    measure(model, x, y)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    assert len(model.losses) in (losses, losses + 1)
    assert np.array_equal(x0, x[0])
    assert not any("call" in vars(layer) for layer in model._flatten_layers())


def direct_norms(model, x, y):
    tensorflow = pytest.importorskip("tensorflow")
    loss = keras.losses.MeanSquaredError()
    found = {}
    with tensorflow.GradientTape(persistent=True) as tape:
        data = loss(y, model(x, training=False))
        penalties = {
            v.path: tensorflow.reduce_sum(v.regularizer(v)) for v in model.trainable_variables if v.regularizer
        }
    for variable in model.trainable_variables:
        if variable.path in penalties:
            pulls = tape.gradient(penalties[variable.path], variable.value), tape.gradient(data, variable.value)
            found[variable.path] = tuple(float(tensorflow.norm(pull)) for pull in pulls)
    return found


def test_gradient_norms_are_those_of_the_whole_data():
    """Batches of different sizes sum up to what one tape over all samples gives."""
    model, x, y = recurrent(), normal(70, 6, 4), normal(70, 6, 1)
    found = {f"{one.layer}/{one.weight}": (one.penalty, one.data) for one in measure(model, x, y).gradients}
    direct = direct_norms(model, x, y)
    assert len(found) == len(direct) == 4
    for (_, ours), (_, theirs) in zip(found.items(), direct.items(), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4)


def test_embeddings_and_frozen_layers():
    model = keras.Sequential(
        [
            keras.Input((7,), dtype="int32"),
            layers.Embedding(20, 3, embeddings_regularizer="l2", name="words"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(2, kernel_regularizer="l1", trainable=False),
            layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    x, y = RANDOM.integers(20, size=(40, 7)), RANDOM.integers(2, size=(40, 1))
    found = measure(model, x, y)
    assert found.loss == pytest.approx(evaluated(model, x, y), rel=1e-5)
    assert [term.layer for term in found.terms] == ["words"]
    assert found.gradients[0].data > 0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(model_zoo.ZOO))
def test_models_of_every_kind(name):
    model = model_zoo.built(name)
    if not model.trainable_variables:
        pytest.skip("nothing to train")
    if any(tensor.dtype != "float32" or None in tensor.shape[1:] for tensor in model.inputs):
        pytest.skip("its inputs are no plain numbers")
    model.set_weights([abs(value) for value in model.get_weights()])
    model.compile("adam", "mse")
    x = [normal(20, *tensor.shape[1:]) for tensor in model.inputs]
    y = [normal(20, *(size or 1 for size in tensor.shape[1:])) for tensor in model.outputs]
    data = (x if len(x) > 1 else x[0], y if len(y) > 1 else y[0])
    found = measure(model, *data, batch_size=8)
    assert found.loss == pytest.approx(evaluated(model, *data, batch_size=8), rel=1e-4)
    assert found.weight_penalty == pytest.approx(sum(float(v.regularizer(v)) for v in model.trainable_variables if v.regularizer), rel=1e-5)  # fmt: skip  # noqa: E501


def test_labels_make_the_expected_loss_exact():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, "softmax", kernel_initializer="zeros")])
    model.compile("adam", "sparse_categorical_crossentropy")
    y = np.repeat(np.arange(3), (50, 30, 20))
    found = measure(model, normal(100, 3), y)
    assert found.data_loss == pytest.approx(math.log(4), rel=1e-5)
    assert found.expected_data_loss == pytest.approx(math.log(4), rel=1e-5)
    (labels,) = found.labels
    assert (labels.kind, labels.classes) == ("classes", (0.5, 0.3, 0.2, 0.0))
    entropy = -sum(share * math.log(share) for share in (0.5, 0.3, 0.2))
    assert labels.entropy == labels.constant == found.constant_loss == pytest.approx(entropy)


LINKS = {
    "linear": lambda mean: mean,
    "sigmoid": lambda mean: np.log(mean / (1 - mean)),
    "softmax": np.log,
    "softplus": lambda mean: np.log(np.exp(mean) - 1),
}


@pytest.mark.parametrize(
    ("loss", "activation", "units"),
    [("mse", "linear", 3), ("binary_crossentropy", "sigmoid", 3), ("binary_crossentropy", "sigmoid", 1),
     ("categorical_crossentropy", "softmax", 3), ("mse", "softplus", 2)],
)  # fmt: skip
def test_no_bias_is_better_than_the_best_constant_output(loss, activation, units):
    """The layer sees only zeros, so its bias is all there is; at the mean of the labels its loss is the least."""
    model = keras.Sequential([keras.Input((2,)), layers.Dense(units, activation)])
    model.compile("adam", loss)
    y = normal(90, units) + 2
    if loss == "binary_crossentropy":
        y = (y > 1.5).astype("float32")
    elif loss == "categorical_crossentropy":
        y = np.eye(units, dtype="float32")[np.repeat(np.arange(units), (60, 20, 10))]
    x = np.zeros((90, 2), "float32")
    before = measure(model, x, y)
    assert before.expected_data_loss == pytest.approx(before.data_loss, rel=1e-5)
    best = LINKS[activation](y.mean(axis=0))
    for away in (0.0, 0.05, -0.05):
        model.layers[-1].bias.assign(best + away * np.arange(1, units + 1))
        found = measure(model, x, y)
        assert found.constant_loss == pytest.approx(before.constant_loss)
        assert (
            found.data_loss == pytest.approx(before.constant_loss, rel=1e-4)
            if not away
            else (found.data_loss > before.constant_loss + 1e-5)
        )


def test_what_no_constant_is_known_for():
    model = two_heads()
    x, y = two_heads_data()
    assert measure(model, x, y).constant_loss is None  # the mean absolute error needs a median
    smooth = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    head = keras.Sequential([keras.Input((2,)), layers.Dense(3, "softmax")])
    head.compile("adam", smooth)
    assert measure(head, normal(9, 2), np.eye(3)[np.arange(9) % 3]).constant_loss is None
    head.compile("adam", "categorical_crossentropy")
    assert measure(head, normal(9, 2), np.eye(3)[np.arange(9) % 3]).constant_loss == pytest.approx(math.log(3))
    assert measure(head, normal(9, 2), np.eye(3)[np.arange(9) % 3], np.arange(9.0)).constant_loss is None


def test_scales_of_time_steps():
    scale = np.linspace(0.1, 10, 6)[:, None]
    x = RANDOM.normal(size=(200, 6, 4)) * scale + 3
    x[0, 0, 0] = np.nan
    (found,) = measure(recurrent(), x, normal(200, 6, 1), batch_size=7).inputs
    assert [step.std for step in found.steps] == pytest.approx(np.nanstd(x, axis=(0, 2)))
    assert [step.mean for step in found.steps] == pytest.approx(np.nanmean(x, axis=(0, 2)))
    assert (found.mean, found.std) == pytest.approx((np.nanmean(x), np.nanstd(x)))
    assert (found.least, found.largest, found.non_finite) == (np.nanmin(x), np.nanmax(x), 1)


def chain(broken=None) -> keras.Model:
    """Layers of which one makes infinity of finite numbers."""

    class Overflow(layers.Layer):
        def call(self, x):
            return keras.ops.exp(keras.ops.abs(x) * 1e6 + 1000.0)

    names = ["first", "second", "third"]
    steps = [Overflow(name=name) if name == broken else layers.Dense(4, name=name) for name in names]
    inner = keras.Sequential([keras.Input((4,)), *steps[1:]], name="inner")
    model = keras.Sequential(
        [keras.Input((4,)), steps[0], inner, layers.Dense(1, kernel_regularizer="l2", name="last")]
    )
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize(("broken", "path"), [("first", "first"), ("second", "inner/second"), ("third", "inner/third")])
def test_the_first_layer_that_is_not_finite(broken, path):
    found = measure(chain(broken), normal(40, 4) + 5, normal(40, 1)).non_finite
    assert (found.stage, found.what, found.batch) == ("output", path, 1)
    assert f"the output of {path}, whose inputs are finite" in found.sentence()


def test_other_places_where_values_are_not_finite():
    x, y = normal(40, 4), normal(40, 1)
    assert measure(chain(), x, y).non_finite is None
    bad = x.copy()
    bad[35, 1] = np.inf
    found = measure(chain(), bad, y).non_finite
    assert (found.stage, found.what, found.count, found.size, found.batch) == ("input", "x", 1, 32, 2)
    model = chain()
    model.get_layer("inner").get_layer("third").kernel.assign(np.full((4, 4), np.nan))
    found = measure(model, x, y).non_finite
    assert (found.stage, found.what, found.count) == ("weight", "inner/third/kernel", 16)
    bad = y.copy()
    bad[3] = np.nan
    assert measure(chain(), x, bad).non_finite.stage == "label"
    assert measure(chain(), x, y, np.full(40, np.inf)).non_finite.stage == "sample weight"
    assert measure(chain(), x, y * np.float32(1e30)).non_finite.stage == "loss"


def test_a_gradient_that_is_not_finite():
    class Root(layers.Layer):
        def call(self, x):
            return keras.ops.sqrt(keras.ops.abs(x))

    model = keras.Sequential([keras.Input((2,)), layers.Dense(3, name="dense"), Root()])
    model.compile("adam", "mse")
    found = measure(model, np.zeros((4, 2)), normal(4, 3)).non_finite
    assert (found.stage, found.what) == ("gradient", "dense/bias")


def test_the_verdict_is_on_what_was_measured():
    model = keras.Sequential(
        [keras.Input((6, 4)), layers.LSTM(8, kernel_regularizer="l1", name="lstm"), layers.Dense(1)]
    )
    model.compile("adam", "mse")
    account = measure_model(model, (normal(64, 6, 4), normal(64, 1)))
    (found,) = verdicts(account)
    assert found.basis == "measured"
    assert found.data_loss == account.measurement.data_loss
    (advice,) = found.advice
    strength = dict(advice.regularizer.coefficients)["l1"]
    penalty = float(regularizers.L1(strength)(model.get_layer("lstm").cell.kernel))
    assert penalty == pytest.approx(0.1 * account.measurement.data_loss, rel=1e-5)


def test_from_python():
    import tdlint

    model, x, y = recurrent(), normal(40, 6, 4), normal(40, 6, 1)
    account = tdlint.inspect(model, (x, y))
    assert account.measurement.loss == pytest.approx(evaluated(model, x, y), rel=1e-5)
    assert account.samples == 40
    assert tdlint.inspect(model, (x, y), samples=1000).samples == 1000
    assert tdlint.inspect(model, samples=1000).measurement is None
    with pytest.raises(InspectionError, match=r"expected \(x, y\)"):
        tdlint.inspect(model, x)


def refused(data, model=None, **kwargs) -> str:
    with pytest.raises(InspectionError) as caught:
        measure_model(model or recurrent(), data, name="data.py:load", **kwargs)
    return str(caught.value)


def test_data_that_can_not_be_used():
    x, y = normal(9, 6, 4), normal(9, 6, 1)
    assert "expected (x, y)" in refused(x)
    assert "expected (x, y)" in refused({"x": x})
    assert "expected (x, y)" in refused(3)
    assert "different numbers of samples: x 9, y 8" in refused((x, y[:8]))
    assert "no samples" in refused((x[:0], y[:0]))
    assert "no samples" in refused(iter(()))
    assert "x: an array of texts" in refused((np.full((9, 6, 4), "a"), y))
    assert "x: an array of Python objects" in refused((np.full((9, 6, 4), None), y))
    assert "first axis has to be the samples" in refused((x, np.float32(3)))
    assert "x has the shape (9, 6, 5), and the input" in refused((normal(9, 6, 5), y))
    assert "the model has 1 input and the data have 2 arrays" in refused(([x, x], y))
    assert "the loss can't be computed for x (9, 6, 4) float32, y (9, 5, 1)" in refused((x, normal(9, 5, 1)))
    assert "Incompatible shapes: [9,6] vs. [9]" in refused((x, y, np.ones(9)))
    assert "batch 1 is ndarray; expected (x, y)" in refused(iter([x]))
    assert "batch 2: different numbers of samples" in refused(iter([(x, y), (x, y[:3])]))

    def failing():
        yield x, y
        raise KeyError("gone")

    assert "making a batch failed: KeyError: 'gone'" in refused(failing())


def test_models_that_can_not_be_measured():
    bare = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    assert "not compiled with a loss" in refused((normal(3, 2), normal(3, 1)), bare)
    bare.compile("adam")
    assert "not compiled with a loss" in refused((normal(3, 2), normal(3, 1)), bare)


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "data.npz"

    def store(**arrays) -> Path:
        np.savez(path, **arrays)
        return path

    return store


def test_files_that_can_not_be_used(stored, tmp_path):
    x, y = normal(9, 6, 4), normal(9, 6, 1)
    assert "has no 'x' (it has a, y)" in refused(stored(a=x, y=y))
    assert "has no 'y' (it has x)" in refused(stored(x=x))
    assert "'weights' is not used" in refused(stored(x=x, y=y, weights=y))
    assert "did you mean 'sample_weight'?" in refused(stored(x=x, y=y, sample_weigth=y))
    assert "never unpickles" in refused(stored(x=np.array([x, "a"], dtype=object), y=y))
    assert "an array of texts" in refused(stored(x=np.full((9, 6, 4), "a"), y=y))
    assert "different numbers of samples: x 9, y 8" in refused(stored(x=x, y=y[:8]))
    assert "no samples" in refused(stored(x=x[:0], y=y[:0]))
    assert "single number" in refused(stored(x=x, y=3))
    assert "no such file" in refused(tmp_path / "other.npz")
    np.save(tmp_path / "x.npy", x)
    assert "data need two, in one file" in refused(tmp_path / "x.npy")
    (tmp_path / "text.npz").write_text("x, y")
    assert "not an .npz file" in refused(tmp_path / "text.npz")


def test_damaged_files_end_with_an_error(stored):
    whole = stored(x=normal(40, 6, 4), y=normal(40, 6, 1)).read_bytes()
    random = np.random.default_rng(0)
    model = recurrent()
    refusals = 0
    for number in range(60):
        damaged = bytearray(whole)
        for place in random.integers(len(whole), size=3):
            damaged[place] = random.integers(256)
        path = stored(x=0)
        path.write_bytes(bytes(damaged[: random.integers(len(whole))] if number % 3 == 0 else damaged))
        try:
            measure(model, path)
        except InspectionError:
            refusals += 1
    assert refusals > 20


def test_a_size_that_no_memory_holds(tmp_path):
    import zipfile

    path = tmp_path / "data.npz"
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': (9, 6, 400000000000), }".ljust(117) + "\n"
    with zipfile.ZipFile(path, "w") as archive:
        for key in "xy":
            archive.writestr(f"{key}.npy", b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode())
    assert "smaller --batch-size" in refused(path)


OTHER = """
import json, numpy, keras
from keras import layers, regularizers
from tdlint.inspector.measure.session import measure_model
keras.utils.set_random_seed(1)
model = keras.Sequential([
    keras.Input((6, 4)),
    layers.LSTM(5, return_sequences=True, kernel_regularizer="l1"),
    layers.TimeDistributed(layers.Dense(1, kernel_regularizer="l2"), activity_regularizer="l2"),
])
model.compile("adam", "mse")
random = numpy.random.default_rng(0)
x, y = random.normal(size=(70, 6, 4)), random.normal(size=(70, 6, 1))
found = measure_model(model, (x, y)).measurement
x[0, 0, 0] = numpy.nan
assert measure_model(model, (x, y)).measurement.non_finite.stage == "input"
x[0, 0, 0] = 0
print(json.dumps([found.backend, found.loss, model.evaluate(x, y, verbose=0), [one.data for one in found.gradients]]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_other_backends(backend):
    """The same weights and data on each; compared with evaluate of the same backend."""
    import json

    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    environment = {**os.environ, "KERAS_BACKEND": backend}
    done = subprocess.run([sys.executable, "-c", OTHER], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    name, loss, expected, gradients = json.loads(done.stdout.splitlines()[-1])
    assert name == backend
    assert loss == pytest.approx(expected, rel=1e-2)  # one value of 1,680 is another
    assert all(gradient > 0 for gradient in gradients)


HEADS = [
    ("mse", "linear", lambda random, shape: random.normal(size=shape)),
    ("mae", "tanh", lambda random, shape: random.normal(size=shape)),
    ("huber", "linear", lambda random, shape: 3 * random.normal(size=shape)),
    ("binary_crossentropy", "sigmoid", lambda random, shape: random.integers(2, size=shape)),
    ("poisson", "exponential", lambda random, shape: random.poisson(2.0, size=shape)),
]


def generated(random) -> tuple[keras.Model, np.ndarray, np.ndarray]:
    """A chain of layers with penalties of any kind on any part, and data for it."""

    def penalty():
        kind = random.integers(4)
        first, second = (float(one) for one in 10.0 ** random.uniform(-4, 0, size=2))
        return [None, regularizers.L1(first), regularizers.L2(first), regularizers.L1L2(first, second)][kind]

    def dense(units, **kwargs):
        return layers.Dense(units, kernel_regularizer=penalty(), bias_regularizer=penalty(), **kwargs)

    steps, features = (int(one) for one in random.integers(2, 6, size=2))
    chain = [keras.Input((steps, features))]

    def part(units):
        made = [
            lambda: layers.LSTM(
                units, return_sequences=True, kernel_regularizer=penalty(), activity_regularizer=penalty()
            ),
            lambda: layers.Bidirectional(layers.GRU(units, return_sequences=True, recurrent_regularizer=penalty())),
            lambda: layers.TimeDistributed(dense(units), activity_regularizer=penalty()),
            lambda: layers.Conv1D(units, 2, padding="same", kernel_regularizer=penalty()),
            lambda: layers.LayerNormalization(gamma_regularizer=penalty()),
            lambda: keras.Sequential([dense(units), layers.Dropout(0.5), dense(units)]),
            lambda: layers.BatchNormalization(beta_regularizer=penalty()),
        ]
        return made[random.integers(len(made))]()

    chain += [part(int(units)) for units in random.integers(1, 6, size=random.integers(1, 4))]
    loss, activation, labels = HEADS[random.integers(len(HEADS))]
    model = keras.Sequential([*chain, dense(2, activation=activation)])
    model.compile("adam", loss)
    samples = int(random.integers(1, 70))
    return model, random.normal(size=(samples, steps, features)), labels(random, (samples, steps, 2)).astype("float32")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(int(os.environ.get("ORACLE_MEASURED", "30"))))
def test_generated_models(seed):
    """The loss is that of evaluate, and zeros before the last activation cost what was expected of them."""
    model, x, y = generated(np.random.default_rng(seed))
    found = measure(model, x, y, batch_size=16)
    assert found.loss == pytest.approx(evaluated(model, x, y, batch_size=16), rel=1e-4)
    penalties = sum(float(v.regularizer(v)) for v in model.trainable_variables if v.regularizer)
    assert found.weight_penalty == pytest.approx(penalties, rel=1e-5, abs=1e-9)
    assert found.non_finite is None
    if found.expected_data_loss is not None:
        model.layers[-1].set_weights([np.zeros_like(value) for value in model.layers[-1].get_weights()])
        assert measure(model, x, y, batch_size=16).data_loss == pytest.approx(found.expected_data_loss, rel=1e-4)
