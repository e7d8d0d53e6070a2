"""The JSON of an account is what the schema says that is shipped with it: no name more, none less."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tdlint.diagnostics import Applicability, Diagnostic, Edit, Fix, Location, Related, Severity, Span
from tdlint.formatters.inspection import View, render
from tdlint.formatters.inspection.view import COLUMN_NAMES
from tdlint.formatters.options import Options
from tdlint.inspector import Account, inspect_model
from tdlint.inspector.accounting.penalty import account_of
from tdlint.inspector.files.archive import read_archive

MODELS = Path(__file__).parents[2] / "fixtures" / "models"
SCHEMA = json.loads((resources.files("tdlint") / "schemas" / "inspect.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def document(account: Account) -> Any:
    found = json.loads(render("json", account, Options()))
    VALIDATOR.validate(found)
    return found


def objects(schema: Any, path: str = "") -> Any:
    """Every object that the schema describes, with its place in it."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield path, schema
        for name, inner in schema.items():
            yield from objects(inner, f"{path}/{name}")
    elif isinstance(schema, list):
        for number, inner in enumerate(schema):
            yield from objects(inner, f"{path}/{number}")


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("path", "schema"), list(objects(SCHEMA)))
def test_no_object_has_names_of_its_own(path, schema):
    assert schema["required"] == list(schema["properties"])
    # coefficients of regularizers have the names that their authors gave them
    assert schema["additionalProperties"] is False or path == "/$defs/regularizer"


@pytest.mark.parametrize("path", sorted(MODELS.iterdir()), ids=lambda path: path.name)
def test_accounts_of_files_are_valid(path):
    document(account_of(read_archive(path)))


@pytest.mark.filterwarnings("ignore")
def test_accounts_of_live_models_are_valid_and_use_every_part_of_the_schema():
    pytest.importorskip("keras")
    import model_zoo

    accounts = [inspect_model(model_zoo.built(name)) for name in model_zoo.ZOO]
    seen = [document(account) for account in accounts]
    for account in accounts:  # whatever is in a model can be shown
        assert "<svg" in render("html", account, Options())
        for view in (View(), View(depth=1), View(COLUMN_NAMES, weights=True, sort="loss")):
            lines = render("table", account, Options(width=40), view).splitlines()
            assert max(map(len, lines)) <= 40
    assert any(layer["activity"] for found in seen for layer in found["layers"])
    assert any(found["inactive"] for found in seen)
    assert any(weight["regularizer"] for found in seen for layer in found["layers"] for weight in layer["weights"])


def test_diagnostics_are_valid():
    found = Diagnostic(
        "TDL201",
        "strong",
        "much",
        Location("m.keras", layer="dense"),
        Severity.WARNING,
        related=(Related(Location("m.py"), "made here"),),
        fix=Fix("Add it", (Edit(Span(3, 5), "a"),), Applicability.UNSAFE),
    )
    account = replace(account_of(read_archive(MODELS / "per_timestep.keras")), diagnostics=(found,))
    shown = document(account)
    assert shown["unsafe"]
    assert (shown["diagnostics"][0]["layer"], shown["diagnostics"][0]["fix"]["applicability"]) == ("dense", "unsafe")


@pytest.mark.parametrize("path", ["", "/totals", "/layers/1", "/layers/1/weights/0"])
def test_a_name_more_or_less_is_noticed(path):
    shown = document(account_of(read_archive(MODELS / "sequence_head.keras")))
    place = shown
    for step in path.split("/")[1:]:
        place = place[int(step) if step.isdigit() else step]
    for name in [*place]:
        value = place.pop(name)
        assert not VALIDATOR.is_valid(shown), name
        place[name] = value
    place["more"] = 1
    assert not VALIDATOR.is_valid(shown)
