"""Pure functions from the models of programs to text: what ``tdlint graph`` writes."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tdlint.formatters.options import Options
    from tdlint.linting.source_models import SourceModels

MODULES = {"table": "table", "json": "json_", "mermaid": "mermaid", "dot": "dot", "svg": "svg"}
"""The output formats of ``tdlint graph`` and the modules that make them."""


def render(output_format: str, sources: Sequence[SourceModels], options: Options) -> str:
    """The models as text in one of the formats of ``MODULES``, without a newline at its end."""
    module = import_module(f"tdlint.formatters.graph.{MODULES[output_format]}")
    text: str = module.render(sources, options)
    return text
