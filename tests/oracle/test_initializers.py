"""Closed forms of initializers and penalties against samples of real Keras."""

from __future__ import annotations

import math
from statistics import fmean, stdev

import numpy
import pytest
from layer_strategies import Recipe, layer_object, real_layer

from tdlint.shapes import FREE
from tdlint.spec import layers
from tdlint.spec.initializers import at_start
from tdlint.spec.moments import AtStart
from tdlint.spec.regularizers import (
    Coefficients,
    Orthogonality,
    coefficients,
    expected_penalty,
    orthogonal_at_start,
)
from tdlint.spec.version import KerasVersion
from tdlint.values import Arguments, Const, Instance, Sequence, Value

keras = pytest.importorskip("keras", minversion="3.15")


SHAPES = [(24, 40), (40, 24), (3, 3, 8, 16)]
PENALTIES = [(0.3, 0.0), (0.0, 0.5), (0.02, 0.03)]
RUNS = 300
INITIALIZERS: list[tuple[str, dict[str, object]]] = [
    *((name, {}) for name in ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal")),
    *((name, {}) for name in ("lecun_uniform", "lecun_normal", "orthogonal", "normal", "uniform")),
    *((name, {}) for name in ("truncated_normal", "variance_scaling", "zeros", "ones")),
    ("RandomNormal", {"stddev": 0.3}),
    ("RandomNormal", {"mean": -0.2, "stddev": 0.1}),
    ("RandomUniform", {"minval": -0.1, "maxval": 0.4}),
    ("RandomUniform", {"minval": 0.2, "maxval": 0.3}),
    ("TruncatedNormal", {"stddev": 0.7}),
    ("TruncatedNormal", {"mean": 0.5, "stddev": 0.4}),
    ("TruncatedNormal", {"mean": 3.0, "stddev": 0.4}),
    ("Constant", {"value": -0.3}),
    ("Orthogonal", {"gain": 2.0}),
    *(
        ("VarianceScaling", {"scale": 0.5, "mode": mode, "distribution": distribution})
        for mode in ("fan_in", "fan_out", "fan_avg")
        for distribution in ("uniform", "truncated_normal", "untruncated_normal")
    ),
    ("HeNormal", {"input_axes": (0,), "output_axes": (-1,)}),
]


def samples(name: str, arguments: dict[str, object], shape: tuple[int, ...]) -> numpy.ndarray:
    """Fresh weights of real Keras, one draw after the other in double precision."""
    make = keras.initializers.get({"class_name": name, "config": arguments} if arguments else name)
    drawn = [type(make).from_config(make.get_config() | _seed(make, run))(shape) for run in range(RUNS)]
    return numpy.stack([numpy.asarray(one) for one in drawn]).astype("float64")


def _seed(initializer: object, seed: int) -> dict[str, int]:
    return {"seed": seed} if hasattr(initializer, "seed") else {}


def as_values(arguments: dict[str, object]) -> Arguments:
    return Arguments(tuple((key, _value(item)) for key, item in arguments.items()))


def _value(item: object) -> Value:
    if isinstance(item, tuple | list):
        return Sequence(tuple(map(_value, item)), "list")
    return Const(item)


def check_spread(found: AtStart | None, measured: list[float]) -> None:
    """The mean within five standard errors, the spread within a fifth (its error is about 4 % for 300 draws)."""
    assert found is not None
    assert found.spread is not None
    error = stdev(measured) / math.sqrt(len(measured))
    assert found.mean == pytest.approx(fmean(measured), abs=5 * error + 1e-6 * abs(found.mean) + 1e-7)
    assert found.spread == pytest.approx(stdev(measured), rel=0.2, abs=1e-6 * abs(found.mean) + 1e-7)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(("name", "arguments"), INITIALIZERS, ids=str)
def test_mean_and_spread(name: str, arguments: dict[str, object], shape: tuple[int, ...]) -> None:
    value = Instance(f"keras.initializers.{name}", as_values(arguments)) if arguments else Const(name)
    drawn = abs(samples(name, arguments, shape))
    absolute, square = (part.reshape(RUNS, -1).sum(axis=1) for part in (drawn, drawn**2))
    for l1, l2 in PENALTIES:
        check_spread(at_start(value, shape, l1, l2), (l1 * absolute + l2 * square).tolist())


@pytest.mark.parametrize("mode", ["rows", "columns"])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("RandomNormal", {"stddev": 0.3}),
        ("VarianceScaling", {"distribution": "untruncated_normal"}),
        ("orthogonal", {}),
        ("zeros", {}),
        ("ones", {}),
        ("identity", {}),
    ],
    ids=str,
)
@pytest.mark.parametrize("shape", [(6, 9), (9, 6), (12, 1)], ids=str)
def test_orthogonal_regularizer(name: str, arguments: dict[str, object], shape: tuple[int, ...], mode: str) -> None:
    penalty = keras.regularizers.OrthogonalRegularizer(0.3, mode)
    value = Instance(f"keras.initializers.{name}", as_values(arguments)) if arguments else Const(name)
    settings = Orthogonality(0.3, mode == "rows")
    found = orthogonal_at_start(settings, value, shape)
    count, size = shape if mode == "rows" else shape[::-1]
    if count < 2:
        # Keras divides by the number of pairs, of which there is none
        drawn = samples(name, arguments, shape)[:2].astype("float32")
        assert all(math.isnan(penalty(keras.ops.convert_to_tensor(one))) for one in drawn)
        assert found is not None
        assert math.isnan(found.mean)
        return
    if name == "orthogonal" and count > size > 1:
        assert found is None
        return
    check_spread(
        found, [float(penalty(keras.ops.convert_to_tensor(one, "float32"))) for one in samples(name, arguments, shape)]
    )


def test_no_closed_form_is_unknown() -> None:
    assert orthogonal_at_start(Orthogonality(0.3, True), Const("glorot_uniform"), (6, 9)) is None
    assert orthogonal_at_start(Orthogonality(0.3, True), Const("normal"), (3, 6, 9)) is None


@pytest.mark.parametrize("side", ["real", "imag"])
@pytest.mark.parametrize("scaling", ["density", "spectrum", None])
@pytest.mark.parametrize("window", ["hann", "hamming", "blackman", "boxcar", None])
def test_stft(side: str, scaling: str | None, window: str | None) -> None:
    pytest.importorskip("scipy")
    for periodic in (False, True):
        config = {"side": side, "window": window, "scaling": scaling, "periodic": periodic}
        real = numpy.asarray(keras.initializers.STFT(**config)((20, 1, 9))).astype("float64")
        found = at_start(Instance("keras.initializers.STFT", as_values(config)), (20, 1, 9), 0.5, 2.0)
        assert found is not None
        assert found.mean == pytest.approx(0.5 * abs(real).sum() + 2 * (real**2).sum(), rel=1e-5)
        assert found.variance == 0


def test_constants_of_several_numbers_and_identity() -> None:
    for name, config, shape in (
        ("Constant", {"value": [1.0, -2.0, 3.0]}, (4, 3)),
        ("Constant", {"value": [[1.0], [2.0]]}, (2, 5)),
        ("Identity", {"gain": 3.0}, (4, 6)),
    ):
        real = numpy.asarray(getattr(keras.initializers, name)(**config)(shape)).astype("float64")
        found = at_start(Instance(f"keras.initializers.{name}", as_values(config)), shape, 0.5, 2.0)
        assert found == AtStart(pytest.approx(0.5 * abs(real).sum() + 2 * (real**2).sum()), 0.0)
    assert at_start(Const("identity"), (3,), 1.0, 0.0) is None


def test_unknown_initializers_stay_unknown() -> None:
    unknown = Arguments(complete=False)
    assert at_start(Const("my_own"), (3, 4), 1.0, 1.0) is None
    assert at_start(Instance("keras.initializers.RandomNormal", unknown), (3, 4), 1.0, 1.0) is None
    assert at_start(Instance("keras.initializers.Constant", unknown), (3, 4), 1.0, 1.0) is None
    assert at_start(Instance("keras.initializers.VarianceScaling", unknown), (3, 4), 1.0, 1.0) is None


REGULARIZED = {"kernel_regularizer": "l1", "bias_regularizer": "l2"}
PENALIZED = [
    Recipe("Dense", {"units": 20, **REGULARIZED, "bias_initializer": "he_normal"}, ((None, 30),)),
    Recipe("Dense", {"units": 20, "lora_rank": 3, "kernel_regularizer": "l2"}, ((None, 30),)),
    Recipe("Conv2D", {"filters": 8, "kernel_size": 3, **REGULARIZED}, ((None, 9, 9, 4),)),
    Recipe("DepthwiseConv2D", {"kernel_size": 3, "depthwise_regularizer": "l1"}, ((None, 9, 9, 16),)),
    Recipe("SeparableConv1D", {"filters": 9, "kernel_size": 3, "pointwise_regularizer": "l1"}, ((None, 9, 16),)),
    Recipe("Conv2DTranspose", {"filters": 8, "kernel_size": 3, "kernel_regularizer": "l1"}, ((None, 9, 9, 4),)),
    Recipe("LSTM", {"units": 8, **REGULARIZED, "recurrent_regularizer": "l1"}, ((None, 5, 6),)),
    Recipe("LSTM", {"units": 8, "bias_initializer": "ones", "bias_regularizer": "l1"}, ((None, 5, 6),)),
    Recipe("LSTM", {"units": 8, "bias_initializer": "he_normal", "bias_regularizer": "l2"}, ((None, 5, 6),)),
    Recipe("GRU", {"units": 8, **REGULARIZED, "recurrent_regularizer": "l2"}, ((None, 5, 6),)),
    Recipe("Embedding", {"input_dim": 50, "output_dim": 8, "embeddings_regularizer": "l1"}, ((None, 5),)),
    Recipe(
        "EinsumDense",
        {"equation": "abc,cde->abde", "output_shape": (None, 4, 8), "kernel_regularizer": "l1"},
        ((None, 5, 32),),
    ),
    Recipe("MultiHeadAttention", {"num_heads": 4, "key_dim": 8, "kernel_regularizer": "l2"}, ((None, 5, 32),) * 2),
    Recipe("BatchNormalization", {"gamma_regularizer": "l1"}, ((None, 12),)),
    Recipe(
        "Bidirectional",
        {"layer": Recipe("GRU", {"units": 6, "kernel_regularizer": "l1"})},
        ((None, 5, 6),),
    ),
    Recipe("TimeDistributed", {"layer": Recipe("Dense", {"units": 6, **REGULARIZED})}, ((None, 5, 30),)),
]


def measured(recipe: Recipe, runs: int) -> list[float]:
    """The sum of ``losses`` of fresh layers."""
    sums = []
    for _ in range(runs):
        layer = real_layer(keras, recipe)
        layer(*(keras.Input(batch_shape=shape) for shape in recipe.inputs))
        sums.append(float(sum(layer.losses)))
    return sums


@pytest.mark.parametrize("recipe", PENALIZED, ids=repr)
def test_expected_penalty(recipe: Recipe) -> None:
    keras.utils.set_random_seed(11)
    shapes = tuple(tuple(FREE if dim is None else dim for dim in shape) for shape in recipe.inputs)
    weights = layers.weights(layer_object(recipe), shapes)
    assert weights is not None
    expected = [expected_penalty(weight) for weight in weights]
    assert None not in expected
    sums = measured(recipe, 16)
    error = stdev(sums) / math.sqrt(len(sums))
    total = sum(penalty for penalty in expected if penalty is not None)
    assert total > 0
    assert total == pytest.approx(fmean(sums), abs=5 * error + 1e-6 * total)
    # a tolerance that anything passes would test nothing
    assert 5 * error < 0.12 * total


def test_fans_of_einsum_kernels_by_version() -> None:
    recipe = next(recipe for recipe in PENALIZED if recipe.name == "EinsumDense")
    weights = layers.weights(layer_object(recipe), ((FREE, 5, 32),))
    assert weights is not None
    kernel = weights[0]
    assert (kernel.shape, kernel.fans) == ((32, 4, 8), (32.0, 32.0))
    # limits of the uniform distribution, measured by version
    for version, limit in (((3, 14), 0.125), ((3, 15), 0.306)):
        penalty = expected_penalty(kernel, KerasVersion(*version))
        assert penalty == pytest.approx(0.01 * 32 * 4 * 8 * limit / 2, rel=2e-3)


def test_coefficients_of_the_identifiers_used_here() -> None:
    for name in ("l1", "l2"):
        real = keras.regularizers.get(name)
        found = coefficients(Const(name))
        assert isinstance(found, Coefficients)
        expected = (float(getattr(real, "l1", 0)), float(getattr(real, "l2", 0)))
        assert (found.l1, found.l2) == pytest.approx(expected, rel=1e-6)
