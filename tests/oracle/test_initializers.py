"""Closed forms of initializers and penalties against samples of real Keras."""

from __future__ import annotations

import math
from statistics import fmean, stdev

import pytest
from layer_strategies import Recipe, layer_object, real_layer

from tdlint.shapes import FREE
from tdlint.spec import layers
from tdlint.spec.initializers import moments
from tdlint.spec.regularizers import Coefficients, coefficients, expected_penalty
from tdlint.spec.version import KerasVersion
from tdlint.values import Arguments, Const, Instance, Value

keras = pytest.importorskip("keras", minversion="3.15")


def instance(name: str, **arguments: object) -> Value:
    return Instance(
        f"keras.initializers.{name}", Arguments(tuple((key, Const(value)) for key, value in arguments.items()))
    )


SHAPES = [(24, 40), (40, 24), (3, 3, 8, 16)]
INITIALIZERS: list[tuple[str, dict[str, object]]] = [
    *((name, {}) for name in ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal")),
    *((name, {}) for name in ("lecun_uniform", "lecun_normal", "orthogonal", "normal", "uniform")),
    *((name, {}) for name in ("truncated_normal", "variance_scaling", "zeros", "ones")),
    ("RandomNormal", {"stddev": 0.3}),
    ("RandomUniform", {"minval": -0.1, "maxval": 0.4}),
    ("RandomUniform", {"minval": 0.2, "maxval": 0.3}),
    ("TruncatedNormal", {"stddev": 0.7}),
    ("Constant", {"value": -0.3}),
    ("Orthogonal", {"gain": 2.0}),
    ("VarianceScaling", {"scale": 3.0, "mode": "fan_out", "distribution": "uniform"}),
    ("VarianceScaling", {"scale": 0.5, "mode": "fan_avg", "distribution": "untruncated_normal"}),
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(("name", "arguments"), INITIALIZERS, ids=str)
def test_moments(name: str, arguments: dict[str, object], shape: tuple[int, ...]) -> None:
    import numpy

    value = instance(name, **arguments) if arguments else Const(name)
    found = moments(value, shape)
    make = keras.initializers.get({"class_name": name, "config": arguments} if arguments else name)
    runs = 1 if name in ("Constant", "zeros", "ones") else 40
    keras.utils.set_random_seed(3)
    sample = [numpy.asarray(type(make).from_config(make.get_config() | _seed(make, run))(shape)) for run in range(runs)]
    everything = numpy.stack(sample).astype("float64")
    assert found is not None
    # 40 draws of about 1,000 numbers: the standard error is near 0.5 %
    assert found.absolute == pytest.approx(float(abs(everything).mean()), rel=0.02, abs=1e-9)
    assert found.square == pytest.approx(float((everything**2).mean()), rel=0.03, abs=1e-9)


def _seed(initializer: object, seed: int) -> dict[str, int]:
    return {"seed": seed} if hasattr(initializer, "seed") else {}


def test_identity_is_for_matrices() -> None:
    import numpy

    eye = numpy.asarray(keras.initializers.Identity(gain=3.0)((4, 6)))
    found = moments(instance("Identity", gain=3.0), (4, 6))
    assert found is not None
    assert (found.absolute, found.square) == (pytest.approx(eye.mean()), pytest.approx((eye**2).mean()))
    assert moments(Const("identity"), (3,)) is None


def test_unknown_initializers_stay_unknown() -> None:
    assert moments(Const("my_own"), (3, 4)) is None
    assert moments(instance("RandomNormal", mean=1.0), (3, 4)) is None
    assert moments(Instance("keras.initializers.Constant", Arguments(complete=False)), (3, 4)) is None


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
