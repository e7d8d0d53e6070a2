"""What rules report of a model in the formats of ``tdlint check``."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from tdlint.diagnostics import Diagnostic, Location, Severity
from tdlint.formatters import MODULES as DIAGNOSTIC_FORMATS
from tdlint.formatters.inspection import FORMATS, MODULES, render
from tdlint.formatters.options import Options
from tdlint.inspector.accounting.penalty import account_of
from tdlint.inspector.files.archive import read_archive

TESTS = Path(__file__).parents[2]
MODEL = TESTS.parent / "fixtures" / "models" / "branches.keras"


@pytest.fixture
def account():
    found = Diagnostic("TDL201", "strong", "much", Location("train.py:model", layer="inner/dense"), Severity.WARNING)
    return replace(account_of(read_archive(MODEL)), source="train.py:model", diagnostics=(found,))


def test_sarif_follows_its_schema_and_names_the_layer(account):
    document = json.loads(render("sarif", account, Options(base=TESTS)))
    schema = json.loads((TESTS / "data" / "sarif-2.1.0-rtm.4.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(document)
    (result,) = document["runs"][0]["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "train.py"
    assert location["logicalLocations"][0]["name"] == "inner/dense"
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "train.py:layer inner/dense"


@pytest.mark.parametrize("output_format", sorted(set(DIAGNOSTIC_FORMATS) - set(MODULES)))
def test_every_format_of_check_is_there(account, output_format):
    assert output_format in FORMATS
    text = render(output_format, account, Options())
    assert "inner/dense" in text
    assert "TDL201" in text


def test_json_is_that_of_the_account(account):
    assert json.loads(render("json", account, Options()))["model"] == "branches"


def test_names_of_files_are_kept(account):
    kept = replace(account, source="models/big.keras")
    assert render("concise", kept, Options()).startswith("models/big.keras:layer inner/dense: TDL201 [strong] much")
