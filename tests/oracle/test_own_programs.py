"""Layers and models that a program defines itself have the weights and shapes that real Keras gives them."""

from __future__ import annotations

import math
import warnings
from collections import Counter

import libcst as cst
import pytest
from hypothesis import HealthCheck, given, seed, settings
from own_strategies import own_programs

from tdlint.interp import interpret
from tdlint.summary import ModelSummary, summarize

keras = pytest.importorskip("keras", minversion="3.15")


def execute(source: str) -> tuple[int, int] | None:
    """The parameters and trainable parameters of ``model``; None if Keras raises."""
    names: dict[str, object] = {}
    keras.backend.clear_session()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(source, "program", "exec"), names)
    except Exception:  # whatever Keras raises is an answer
        return None
    model = names["model"]
    return (
        sum(math.prod(weight.shape) for weight in model.weights),
        sum(math.prod(weight.shape) for weight in model.trainable_weights),
    )


def summary(source: str) -> ModelSummary:
    """What the interpreter makes of the model that ``model`` is bound to last."""
    module = cst.parse_module(source)
    analysis = interpret(module, source.count("\n"))
    lines = [line.body[0] for line in module.body if isinstance(line, cst.SimpleStatementLine)]
    bound = [line.value for line in lines if isinstance(line, cst.Assign) and line.targets[0].target.value == "model"]
    (model,) = (each for each in analysis.program.models if each.site and analysis.node(each.site) is bound[-1])
    return summarize(model, {})


def compare(source: str) -> str:
    """Check that tdlint agrees with Keras; what came of it."""
    real = execute(source)
    model = summary(source)
    if real is None:
        return "refused"
    counted = (model.total_params, model.trainable_params)
    for found, expected, what in zip(counted, real, ("", "trainable "), strict=True):
        assert found is None or found == expected, f"{what}parameters: {found}, Keras has {expected}\n{source}"
    return "unknown" if None in counted else "agreed"


FEW = settings(
    max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
)
MANY = settings(FEW, max_examples=400)


def check(how: settings, number: int) -> None:
    counts: Counter[str] = Counter()

    @seed(number)
    @how
    @given(own_programs())
    def agrees(source: str) -> None:
        counts[compare(source)] += 1

    agrees()
    assert counts["unknown"] < 0.02 * counts.total(), counts
    assert counts["agreed"] > 0.5 * counts.total(), counts


def test_some_programs() -> None:
    check(FEW, 1)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(100, 106))
def test_many_programs(number: int) -> None:
    check(MANY, number)
