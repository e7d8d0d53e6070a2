"""The JSON of a comparison is what the schema says that is shipped with it: no name more, none less."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from tdlint.formatters.inspection import comparison_json
from tdlint.inspector.accounting.penalty import account_of
from tdlint.inspector.comparison import compare
from tdlint.inspector.files.archive import read_archive
from tdlint.inspector.matching import Matched

pytest.importorskip("h5py")

MODELS = Path(__file__).parents[2] / "fixtures" / "models"
SCHEMA = json.loads((resources.files("tdlint") / "schemas" / "comparison.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def document(before: str, after: str):
    models = (account_of(read_archive(MODELS / name)) for name in (before, after))
    found = json.loads(comparison_json.render(compare(*models)))
    VALIDATOR.validate(found)
    return found


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    row = SCHEMA["properties"]["layers"]["items"]["properties"]
    assert row["matched_by"]["enum"] == [*(how.value for how in Matched), None]


def test_every_comparison_of_two_fixtures_is_valid():
    names = sorted(path.name for path in MODELS.iterdir())
    found = [document(before, after) for before in names for after in names]
    statuses = {layer["status"] for each in found for layer in each["layers"]}
    assert statuses == {"added", "removed", "changed", "same"}
    assert any(layer["changes"] for each in found for layer in each["layers"])
    assert any(each["totals"] for each in found)


@pytest.mark.parametrize("name", ["version", "differs", "layers"])
def test_a_name_less_or_more_is_noticed(name):
    found = document("branches.keras", "sequence_head.keras")
    del found[name]
    with pytest.raises(jsonschema.ValidationError, match=name):
        VALIDATOR.validate(found)
    more = document("branches.keras", "sequence_head.keras")
    more["layers"][0]["more"] = 1
    with pytest.raises(jsonschema.ValidationError, match="more"):
        VALIDATOR.validate(more)
