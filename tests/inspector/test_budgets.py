"""Limits that a model is held to: kept, exceeded, or not to be checked."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from tdlint.inspector import inspect_path
from tdlint.inspector.budgets import Budget, check_budget, parse_count
from tdlint.inspector.measurement import Measurement

MODELS = Path(__file__).parents[2] / "fixtures" / "models"


@pytest.fixture(scope="module")
def account():
    return inspect_path(MODELS / "sequence_head.keras")


def outcomes(account, **limits):
    return [one.outcome for one in check_budget(account, Budget(**limits))]


def with_totals(account, **totals):
    return replace(account, totals=replace(account.totals, **totals))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1000000", 10**6),
        ("1_000_000", 10**6),
        ("1,000,000", 10**6),
        ("1M", 10**6),
        ("1m", 10**6),
        ("2.5k", 2500),
        ("7B", 7 * 10**9),
        ("1e6", 10**6),
        ("0", 0),
        (" 3 ", 3),
    ],
)
def test_count(text, count):
    assert parse_count(text) == count


@pytest.mark.parametrize("text", ["", "M", "-1", "1.5", "0.0001k", "abc", "1X", "1e999", "nan", "٣"])
def test_no_count(text):
    if text == "٣":  # a digit of another script is one to Python, too
        assert parse_count(text) == 3
        return
    with pytest.raises(ValueError, match="expected a number of parameters, such as 1_000_000 or 1M, received"):
        parse_count(text)


def test_parameters(account):
    params = account.totals.params
    assert outcomes(account) == []
    assert outcomes(account, max_params=params) == []
    assert outcomes(account, max_params=params - 1) == ["exceeded"]
    (one,) = check_budget(account, Budget(max_params=params - 7))
    assert f"{params} parameters, 7 more than --max-params {params - 7}" in one.text


def test_parameters_that_a_config_does_not_tell(account):
    layer = account.layers[0]
    untold = replace(account, layers=(replace(layer, complete=False), *account.layers[1:]))
    (one,) = check_budget(untold, Budget(max_params=10**6))
    assert one.outcome == "unknown"
    assert layer.layer in one.text
    assert outcomes(untold, max_params=1) == ["exceeded"]


def test_penalty_ratio(account):
    ratio = account.totals.penalty_ratio
    assert ratio == account.totals.penalty / account.totals.expected_data_loss
    assert outcomes(account, max_penalty_ratio=ratio) == []
    assert outcomes(account, max_penalty_ratio=ratio * 0.99) == ["exceeded"]
    assert outcomes(account, max_params=1, max_penalty_ratio=0.0) == ["exceeded", "exceeded"]


@pytest.mark.parametrize(
    ("totals", "outcome"),
    [
        ({"penalty": None, "penalty_ratio": None}, ["unknown"]),
        ({"expected_data_loss": None, "penalty_ratio": None}, ["unknown"]),
        ({"expected_data_loss": 0.0, "penalty_ratio": None}, ["unknown"]),
        ({"expected_data_loss": -0.5, "penalty_ratio": None}, ["unknown"]),
        ({"penalty": 0.0, "expected_data_loss": None, "penalty_ratio": None}, []),
        ({"penalty": math.nan, "penalty_ratio": math.nan}, ["exceeded"]),
        ({"penalty": math.inf, "penalty_ratio": math.inf}, ["exceeded"]),
    ],
)
def test_what_is_not_known_does_not_pass(account, totals, outcome):
    assert outcomes(with_totals(account, **totals), max_penalty_ratio=1e9) == outcome


def test_labels_tell_the_data_loss_where_the_model_does_not(account):
    measurement = Measurement(
        "data.npz", "tensorflow", 32, 1, 32, True, 2.0, 1.0, 1.0, 0.0, None, expected_data_loss=2.0
    )
    untold = replace(with_totals(account, expected_data_loss=None, penalty=1.0), measurement=measurement)
    assert outcomes(untold, max_penalty_ratio=0.6) == []
    assert outcomes(untold, max_penalty_ratio=0.4) == ["exceeded"]
