"""Real Keras and the layer spec agree: output shapes, weights, parameters, and whether Keras raises."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from layer_strategies import RECIPES, Recipe, layer_object, real_layer, recipes

from tdlint.shapes import FREE, AnyShape, Free, UnknownDim, UnknownShape
from tdlint.spec import layers
from tdlint.spec.initializers import class_name

keras = pytest.importorskip("keras", minversion="3.15")

CALLED_ON_A_LIST = frozenset(
    {
        *("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"),
        *("Attention", "AdditiveAttention", "HashedCrossing"),
    }
)
CELLS = frozenset({"LSTMCell", "GRUCell", "SimpleRNNCell"})


@dataclass
class Real:
    """What Keras says of a recipe; ``error`` if it raises."""

    error: Exception | None = None
    outputs: tuple[tuple[int | None, ...], ...] = ()
    weights: list[object] = field(default_factory=list)
    layer: object = None


def _call(layer: object, name: str, inputs: list[object]) -> object:
    if name in CALLED_ON_A_LIST:
        return layer(inputs)
    if name in CELLS:
        return layer(inputs[0], inputs[1:])
    return layer(*inputs)


def _is_stateful(recipe: Recipe) -> bool:
    inner = recipe.arguments.get("layer")
    return bool(recipe.arguments.get("stateful")) or (isinstance(inner, Recipe) and _is_stateful(inner))


def build(recipe: Recipe) -> Real:
    """Make the layer and call it on symbolic inputs, without making its weights where Keras allows that."""

    def made() -> Real:
        layer = real_layer(keras, recipe)
        inputs = [keras.Input(batch_shape=shape, dtype=recipe.dtype) for shape in recipe.inputs]
        outputs = keras.tree.flatten(_call(layer, recipe.name, inputs))
        return Real(outputs=tuple(tuple(output.shape) for output in outputs), weights=layer.weights, layer=layer)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if _is_stateful(recipe):
                return made()
            with keras.StatelessScope(initialize_variables=False):
                return made()
    except Exception as error:  # whatever Keras raises is an answer
        return Real(error=error)


def raises_when_run(recipe: Recipe) -> bool:
    """Whether the layer raises on real arrays: symbolic calls skip some checks of wrapped layers."""
    import numpy

    try:
        layer = real_layer(keras, recipe)
        arrays = [numpy.zeros([2 if dim is None else dim for dim in shape], "float32") for shape in recipe.inputs]
        _call(layer, recipe.name, arrays)
    except Exception:  # whatever Keras raises is an answer
        return True
    return False


def same_shape(found: AnyShape, real: tuple[int | None, ...]) -> bool | None:
    """Whether a shape of the spec is the real one; None if it is not known."""
    if isinstance(found, UnknownShape):
        return None
    if len(found) != len(real):
        return False
    pairs = list(zip(found, real, strict=True))
    if any(expected != (None if isinstance(dim, Free) else dim) for dim, expected in pairs if not _unknown(dim)):
        return False
    return None if any(_unknown(dim) for dim, _ in pairs) else True


def _unknown(dim: object) -> bool:
    return isinstance(dim, UnknownDim)


def compare(recipe: Recipe) -> bool:
    """Check that the spec agrees with Keras; returns whether it knew everything."""
    layer = layer_object(recipe)
    inputs = tuple(tuple(FREE if dim is None else dim for dim in shape) for shape in recipe.inputs)
    real, fault = build(recipe), layers.fault(layer, inputs)
    outputs, weights = layers.outputs(layer, inputs), layers.weights(layer, inputs)
    if real.error is not None:
        unknown = any(isinstance(shape, UnknownShape) for shape in outputs) or weights is None
        assert fault is not None or unknown, f"{recipe!r}: Keras raises {real.error!r}, the spec says {outputs}"
        return fault is not None
    if fault is not None:
        assert raises_when_run(recipe), f"{recipe!r}: {fault}, but Keras gives {real.outputs}"
        return True
    known = weights is not None
    if len(outputs) == 1 and isinstance(outputs[0], UnknownShape):
        known = False
    else:
        agreed = [same_shape(*pair) for pair in zip(outputs, real.outputs, strict=True)]
        assert False not in agreed, f"{recipe!r}: {outputs}, Keras gives {real.outputs}"
        known = known and None not in agreed
    if weights is not None:
        compare_weights(recipe, weights, real)
    masks = layers.find(layer.type).mask != "destroys"
    if not recipe.name.endswith("Embedding"):  # there it depends on mask_zero
        assert bool(real.layer.supports_masking) == masks, f"{recipe!r}: supports masks"
    return known


def compare_weights(recipe: Recipe, weights: tuple[layers.WeightSpec, ...], real: Real) -> None:
    """Check shapes, trainability, initializers and regularizers of all weights, in order, and the totals."""
    found = [(weight.shape, weight.trainable) for weight in weights]
    expected = [(tuple(variable.shape), variable.trainable) for variable in real.weights]
    assert found == expected, f"{recipe!r}: weights {found}, Keras has {expected}"
    total = sum(math.prod(weight.shape) for weight in weights)
    assert total == real.layer.count_params(), f"{recipe!r}: {total} parameters"
    for weight, variable in zip(weights, real.weights, strict=True):
        assert weight.name.rpartition("/")[2] == variable.name, f"{recipe!r}: {weight.name}, Keras says {variable.name}"
        penalized = not weight.regularizer.must_be(None)
        assert penalized == (variable.regularizer is not None), f"{recipe!r}: the regularizer of {weight.name}"
        made_by = variable._initializer
        if isinstance(made_by, keras.initializers.Initializer) and class_name(weight.initializer) is not None:
            assert class_name(weight.initializer).lower() == type(made_by).__name__.lower(), (
                f"{recipe!r}: {weight.name}"
            )


FEW = settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False)
MANY = settings(FEW, max_examples=100)


@pytest.mark.parametrize("name", RECIPES)
def test_some_layers(name: str) -> None:
    check(name, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_many_layers(name: str) -> None:
    check(name, MANY)


def check(name: str, how: settings) -> None:
    @seed(20)
    @how
    @given(recipes(name))
    def agrees(recipe: Recipe) -> None:
        compare(recipe)

    agrees()


def test_every_entry_of_keras_3_is_generated() -> None:
    left_out = {name.rpartition(".")[2] for name in layers.entries() if hasattr(keras.layers, name[13:])} - set(RECIPES)
    own = {name for name in left_out if getattr(keras.layers, name).__name__ == name}
    assert own == {"InputLayer", "Lambda", "StackedRNNCells", "Wrapper"}


def unknown_share(examples: int) -> dict[str, float]:
    """By class, the share of generated layers of which the spec does not know everything."""
    counts: Counter[tuple[str, bool]] = Counter()

    @seed(7)
    @settings(FEW, max_examples=examples)
    @given(st.data())
    def count(data: st.DataObject) -> None:
        for name in RECIPES:
            counts[name, compare(data.draw(recipes(name)))] += 1

    count()
    return {name: counts[name, False] / (counts[name, False] + counts[name, True]) for name in RECIPES}


@pytest.mark.slow
def test_little_is_unknown() -> None:
    shares = unknown_share(40)
    assert sum(shares.values()) / len(shares) < 0.02, {name: share for name, share in shares.items() if share}
