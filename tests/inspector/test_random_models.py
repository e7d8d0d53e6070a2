"""Accounts of models made at random against what real Keras says of them.

A model file is held to the model that Keras loads from it. ``INSPECT_MODELS`` is how many are made.
"""

from __future__ import annotations

import os
import warnings

import pytest

keras = pytest.importorskip("keras", minversion="3.15")

import numpy as np  # noqa: E402
from random_models import random_model  # noqa: E402

from tdlint.inspector import inspect_model  # noqa: E402
from tdlint.inspector.accounting.penalty import account_of  # noqa: E402
from tdlint.inspector.files.archive import read_archive  # noqa: E402

COUNT = int(os.environ.get("INSPECT_MODELS", "40"))
FIRST = int(os.environ.get("INSPECT_FIRST", "0"))


def truth(model):
    """Penalty, parameters, those trained and those regularized, as Keras has them."""
    penalty = sum(float(loss) for loss in model.losses)
    trained = model.trainable_weights
    sizes = [[v for v in trained if v.regularizer is not None], trained, model.weights]
    return penalty, *(sum(int(np.prod(v.shape)) for v in group) for group in sizes)


def found_in(account):
    totals = account.totals
    return totals.penalty, totals.regularized_params, totals.trainable_params, totals.params


def same(found, expected):
    return found[1:] == expected[1:] and found[0] == pytest.approx(expected[0], rel=2e-6, abs=1e-9, nan_ok=True)


def randomize(model, seed):
    generator = np.random.default_rng(seed)
    for variable in model.weights:
        if variable.dtype == "float32":
            variable.assign(generator.normal(size=tuple(variable.shape)).astype("float32"))


def disagreement(seed, folder):
    """What the account of a model says otherwise than Keras, by the way that it was read; empty if nothing."""
    keras.backend.clear_session()
    model = random_model(seed)
    randomize(model, seed)
    wrong = {}
    account = inspect_model(model)
    if not same(found_in(account), truth(model)) or account.unknown:
        wrong["live"] = (found_in(account), truth(model), account.unknown)
    for way in ("keras", "h5"):
        path = folder / f"model.{way}"
        model.save(path)
        account = account_of(read_archive(path))
        try:
            loaded = keras.models.load_model(path, compile=False)
        except Exception:  # Keras itself can't read all that it writes
            continue
        # a layer in two models inside is saved twice in `.h5`: Keras loads two, the account has the one that there was
        agrees = any(same(found_in(account), truth(one)) for one in (loaded, model))
        if not agrees or account.unknown:
            wrong[way] = (found_in(account), truth(loaded), account.unknown)
    return wrong


@pytest.mark.slow
def test_accounts_equal_keras(tmp_path):
    wrong = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(FIRST, FIRST + COUNT):
            found = disagreement(seed, tmp_path)
            if found:
                wrong[seed] = found
    assert wrong == {}


DRAWS = 30


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 3, 5, 8, 20, 23])
def test_expected_penalties_of_fresh_models(seed):
    keras.utils.set_random_seed(seed)
    totals = inspect_model(random_model(seed)).totals
    assert totals.expected_penalty is not None
    drawn = [truth(random_model(seed))[0] for _ in range(DRAWS)]
    spread = totals.expected_spread
    assert spread is not None
    assert np.mean(drawn) == pytest.approx(totals.expected_penalty, rel=1e-6, abs=5 * spread / DRAWS**0.5 + 1e-9)
    assert np.std(drawn) == pytest.approx(spread, rel=0.6, abs=1e-6)
