"""Whole programs mean the same to real Keras and to the interpreter: shapes, parameters, and whether Keras raises."""

from __future__ import annotations

import math
import os
import warnings
from collections import Counter
from dataclasses import dataclass

import libcst as cst
import pytest
from hypothesis import HealthCheck, given, seed, settings
from program_strategies import programs

from tdlint.interp import interpret
from tdlint.shapes import Free, UnknownDim, UnknownShape
from tdlint.summary import ModelSummary, summarize

keras = pytest.importorskip("keras", minversion="3.15")

Shapes = list[tuple[int | None, ...]]


@dataclass
class Real:
    """What Keras makes of a program; ``error`` if it raises."""

    error: Exception | None = None
    shapes: Shapes | None = None
    total: int = 0
    trainable: int = 0


def execute(source: str) -> Real:
    """Run the program without making its weights."""
    names: dict[str, object] = {}
    keras.backend.clear_session()
    try:
        with warnings.catch_warnings(), keras.StatelessScope(initialize_variables=False):
            warnings.simplefilter("ignore")
            exec(compile(source, "program", "exec"), names)
            model = names["model"]
            outputs = [tuple(output.shape) for output in model.outputs]
    except Exception as error:  # whatever Keras raises is an answer
        return Real(error)
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    return Real(None, outputs, model.count_params(), trainable)


def summaries(source: str) -> list[ModelSummary]:
    """What the interpreter makes of it; the model is the last one."""
    analysis = interpret(cst.parse_module(source), source.count("\n"))
    return [summarize(model, {}) for model in analysis.program.models]


def refused(model: ModelSummary) -> bool:
    """Whether the summary says that Keras raises."""
    said = any(reason.startswith("Keras refuses it") for reason in model.unknown)
    return said or any(row.fault or (row.inner is not None and refused(row.inner)) for row in model.rows)


def shapes_of(model: ModelSummary) -> Shapes | None:
    """The output shapes, None if a part is not known."""
    found: Shapes = []
    for shape in model.output_shapes:
        if isinstance(shape, UnknownShape) or any(isinstance(dim, UnknownDim) for dim in shape):
            return None
        found.append(tuple(None if isinstance(dim, Free) else dim for dim in shape))
    return found


def compare(source: str) -> str:
    """Check that tdlint agrees with Keras; what came of it."""
    real, models = execute(source), summaries(source)
    fault = any(map(refused, models))
    if real.error is not None:
        if fault:
            return "refused"
        known = models and models[-1].total_params is not None and shapes_of(models[-1]) is not None
        assert not known, f"Keras raises {real.error!r}\n{source}"
        return "unknown"
    assert not fault, f"tdlint says that Keras raises: {models}\n{source}"
    assert models, source
    model = models[-1]
    shapes = shapes_of(model)
    for found, expected, what in (
        (shapes, real.shapes, "output shapes"),
        (model.total_params, real.total, "parameters"),
        (model.trainable_params, real.trainable, "trainable parameters"),
    ):
        assert found is None or found == expected, f"{what}: {found}, Keras has {expected}\n{source}"
    return "unknown" if None in (shapes, model.total_params, model.trainable_params) else "agreed"


FEW = settings(
    max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
)
SEEDS = range(100, 110)
MANY = settings(FEW, max_examples=int(os.environ.get("ORACLE_PROGRAMS", "3000")) // len(SEEDS))


def check(how: settings, number: int) -> None:
    counts: Counter[str] = Counter()

    @seed(number)
    @how
    @given(programs())
    def agrees(source: str) -> None:
        counts[compare(source)] += 1

    agrees()
    assert counts["unknown"] < 0.02 * counts.total(), counts
    assert counts["agreed"] > 0.3 * counts.total(), counts
    assert counts["refused"], counts


def test_some_programs() -> None:
    check(FEW, 1)


@pytest.mark.slow
@pytest.mark.parametrize("number", SEEDS)
def test_many_programs(number: int) -> None:
    check(MANY, number)
