"""Pure functions from a run's result to text; nothing here reads a file or writes to a terminal."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tdlint.formatters.options import Options
    from tdlint.linting.result import RunResult

MODULES = {
    "concise": "concise",
    "full": "full",
    "json": "json_",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "azure": "azure",
    "junit": "junit",
    "rdjson": "rdjson",
    "pylint": "pylint",
}
"""The output formats of ``tdlint check`` and the modules that make them."""

TEXT_FORMATS = ("concise", "full")
"""The formats that people read, which statistics and explanations can follow."""


def render(output_format: str, result: RunResult, options: Options) -> str:
    """The result as text in one of the formats of ``MODULES``, without a newline at its end."""
    # Imported by name, so that a run pays for the one format it uses.
    module = import_module(f"tdlint.formatters.{MODULES[output_format]}")
    text: str = module.render(result, options)
    return text
