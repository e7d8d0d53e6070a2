"""Rules about models say of a built model, live and from a file, what they say of the source that builds it.

The examples on the pages of rules are run on real Keras up to where they train, and the models that they leave are
inspected in each way.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tdlint.config import Settings
from tdlint.diagnostics import Diagnostic, Severity
from tdlint.inspector import Account, inspect_model
from tdlint.inspector.accounting.penalty import account_of
from tdlint.inspector.files.archive import read_archive
from tdlint.linting.engine import check_bytes, check_graph
from tdlint.testing import Case, load_rules, page_cases

keras = pytest.importorskip("keras", minversion="3.15")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

DIFFERENT = {
    "inert-regularizer-bad-1": "a model has zeros, written or by default; the account lists them",
    "inert-regularizer-bad-2": "a model has zeros, written or by default; the account lists them",
    "late-input-shape-bad-1": "Keras forgets input_shape of a layer that is not the first",
    "wrong-input-ndim-bad-2": "Keras raises, and what is left of the model is not built",
    "wrong-input-ndim-bad-3": "Keras raises, and what is left is the model before",
}
"""Examples whose model can't tell what the source tells, and why."""

OUTSIDE = ('weights="imagenet"', "load_data", "from_directory", "load_model(", "tf_keras", "torch")
RULES = load_rules()
OF_MODELS = {rule.code for rule in RULES if "check_model" in rule.checks()}
CASES = [
    case
    for rule in RULES
    if rule.code in OF_MODELS
    for case in page_cases(rule)
    if not case.is_config and case.version.major >= 3 and not any(word in case.text for word in OUTSIDE)
]
ALL = Settings(select=("ALL",), min_severity=Severity.ADVICE)


class Trains(Exception):
    """Nothing is trained here."""


def refuse(*args: Any, **kwargs: Any) -> None:
    raise Trains


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for method in ("fit", "evaluate", "predict", "train_on_batch"):
        monkeypatch.setattr(keras.Model, method, refuse)
    monkeypatch.chdir(tmp_path)
    # examples may choose another backend, which processes that later tests start must not get
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    keras.backend.clear_session()
    keras.config.set_image_data_format("channels_last")
    keras.mixed_precision.set_global_policy("float32")


def left_by(source: str) -> list[Any]:
    """The built models that a program leaves in its names, without those that are part of another one."""
    names: dict[str, Any] = {"__name__": "example"}
    for statement in ast.parse(source).body:
        try:
            exec(compile(ast.Module([statement], []), "example", "exec"), names)
        except Exception:  # an example may lack its data, and those of errors raise
            continue
    found = list({id(value): value for value in names.values() if isinstance(value, keras.Model)}.values())
    inside = {id(layer) for model in found for layer in model._flatten_layers(include_self=False)}
    return [model for model in found if id(model) not in inside and model.built]


def of_models(diagnostics: tuple[Diagnostic, ...]) -> Counter[str]:
    return Counter(one.code for one in diagnostics if one.code in {*OF_MODELS, "TDL002"})


def said_of(account: Account) -> tuple[Diagnostic, ...]:
    return check_graph(account.model, "model", replace(ALL, keras_version=account.keras), RULES)


def said_of_source(case: Case) -> Counter[str]:
    return of_models(check_bytes(case.text.encode(), "page.py", ALL, RULES).diagnostics)


def ways(model: Any, folder: Path) -> dict[str, Account]:
    """The account of a model, live and from both kinds of file; without those that Keras does not write."""
    found = {"live": inspect_model(model)}
    for ending in ("keras", "h5"):
        path = folder / f"model.{ending}"
        try:
            model.save(path)
        except Exception:  # what Keras can not save is read live
            continue
        found[ending] = account_of(read_archive(path))
    return found


COMPARED: Counter[str] = Counter()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_built_model_gets_the_reports_of_its_source(case: Case, tmp_path: Path) -> None:
    expected = said_of_source(case)
    models = left_by(case.text)
    if not models:
        pytest.skip("the example leaves no model")
    said: dict[str, Counter[str]] = {}
    for model in models:
        for way, account in ways(model, tmp_path).items():
            said.setdefault(way, Counter()).update(of_models(said_of(account)))
    COMPARED["with reports" if expected else "silent"] += 1
    if case.name in DIFFERENT:
        assert all(found != expected for found in said.values()), "no longer different"
    else:
        assert said == dict.fromkeys(said, expected)


def test_enough_examples_are_compared() -> None:
    if not COMPARED:
        pytest.skip("the other tests did not run")
    assert COMPARED["with reports"] >= 40
    assert COMPARED["silent"] >= 40
    assert DIFFERENT.keys() <= {case.name for case in CASES}
