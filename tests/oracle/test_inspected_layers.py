"""Every layer of Keras, live and from files: the same parameters, shapes, regularizers and penalties."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, seed, settings
from hypothesis import strategies as st
from layer_strategies import RECIPES, Recipe, real_layer, recipes
from test_layers import CELLS, _call

from tdlint.inspector import Account, inspect_model
from tdlint.inspector.accounting.penalty import account_of
from tdlint.inspector.files.archive import read_archive

keras = pytest.importorskip("keras", minversion="3.15")

EXAMPLES = int(os.environ.get("INSPECTED_LAYERS", "2"))
"""Generated models for each layer."""
NEVER_ALONE = {"Equalization"}
"""Keras makes no functional model of these."""
TRIES = 15
"""How often Keras may refuse what was generated."""


def build(recipe: Recipe) -> object:
    """A model of the layer alone; None where Keras can't make one."""
    keras.backend.clear_session()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            layer = real_layer(keras, recipe)
            inputs = [keras.Input(batch_shape=shape, dtype=recipe.dtype) for shape in recipe.inputs]
            return keras.Model(inputs, _call(layer, recipe.name, inputs))
    except Exception:  # that Keras refuses it is for other tests
        return None


def saved(model: object, path: Path) -> Path | None:
    """The file of a model; None where Keras can't write one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.save(path)
    except Exception:  # some layers can't be saved as .h5
        return None
    return path


def told(account: Account) -> object:
    """What two readings of one model must have in common."""
    totals = account.totals
    weights = [
        sorted((weight.shape, weight.trainable, str(weight.regularizer)) for weight in layer.weights)
        for layer in account.layers
    ]
    layers = [(layer.layer, layer.type, layer.output_shape) for layer in account.layers]
    return (totals.params, totals.trainable_params, totals.regularized_params, layers, weights)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(set(RECIPES) - CELLS))
def test_files_tell_what_the_live_layer_tells(name, tmp_path):
    read, refused = [], []

    @seed(7)
    @settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.data())
    def compare(data):
        recipe = data.draw(recipes(name))
        model = build(recipe)
        if model is None:
            refused.append(recipe)
            assume(len(refused) > TRIES)
            return
        live = inspect_model(model)
        assert live.totals.params == model.count_params(), recipe
        for suffix in (".keras", ".h5"):
            path = saved(model, tmp_path / f"m{suffix}")
            if path is not None:
                account = account_of(read_archive(path))
                assert told(account) == told(live), (suffix, recipe)
                assert account.totals.penalty == pytest.approx(live.totals.penalty, rel=1e-6), (suffix, recipe)
                read.append(suffix)

    compare()
    assert bool(read) is (name not in NEVER_ALONE)
