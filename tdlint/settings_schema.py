"""The JSON schema of ``[tool.tdlint]``, as editors and ``validate-pyproject`` ask for it."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def schema(tool: str = "tdlint") -> dict[str, Any]:
    """The schema of the table of this tool; the entry point ``validate_pyproject.tool_schema`` names this function."""
    text = (resources.files("tdlint") / "schemas" / "settings.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
