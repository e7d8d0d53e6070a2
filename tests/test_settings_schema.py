"""The schema of ``[tool.tdlint]`` takes and refuses what the reader of the configuration takes and refuses."""

from __future__ import annotations

from importlib.metadata import entry_points

import jsonschema
import pytest

from tdlint.config import _READERS, OUTPUT_FORMATS, read_config
from tdlint.errors import ConfigError
from tdlint.settings_schema import schema

LISTS = ("select", "extend-select", "ignore", "exclude", "extend-exclude", "unfixable")
GOOD = [
    "",
    *(f'{key} = ["TDL101"]' for key in LISTS),
    *(f'output-format = "{name}"' for name in OUTPUT_FORMATS),
    'per-file-ignores = {"tests/*" = ["TDL1"]}',
    'keras-version = "2.15"',
    'keras-version = "3"',
    'min-severity = "advice"',
    "unsafe-fixes = true",
    'baseline = "known.json"',
    'cache-dir = "kept"',
]
BAD = [
    "selct = []",
    *(f'{key} = "TDL101"' for key in LISTS),
    *(f"{key} = [1]" for key in LISTS),
    'output-format = "xml"',
    'per-file-ignores = ["TDL1"]',
    'per-file-ignores = {"tests/*" = "TDL1"}',
    "keras-version = 3.15",
    'keras-version = "newest"',
    'min-severity = "fatal"',
    'unsafe-fixes = "yes"',
    "baseline = 3",
    'baseline = ""',
    'cache-dir = ""',
]


def is_valid(text: str) -> bool:
    tomllib = pytest.importorskip("tomllib")
    return jsonschema.Draft7Validator(schema()).is_valid(tomllib.loads(text))


@pytest.mark.parametrize(("text", "good"), [*((text, True) for text in GOOD), *((text, False) for text in BAD)])
def test_schema_and_reader_agree(tmp_path, text, good):
    file = tmp_path / "pyproject.toml"
    file.write_text(f"[tool.tdlint]\n{text}\n")
    assert is_valid(text) is good
    if good:
        read_config(file)
    else:
        with pytest.raises(ConfigError):
            read_config(file)


def test_every_key_is_in_it():
    jsonschema.Draft7Validator.check_schema(schema())
    assert list(schema()["properties"]) == list(_READERS)


def test_validate_pyproject_finds_it():
    (point,) = entry_points(group="validate_pyproject.tool_schema", name="tdlint")
    assert point.load()("tdlint") == schema()
