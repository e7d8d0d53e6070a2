"""Pure functions from the plan of a migration to text: what ``tdlint migrate`` writes."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tdlint.formatters.options import Options
    from tdlint.linting.migration import Plan

MODULES = {"text": "text", "json": "json_", "html": "html"}
"""The output formats of ``tdlint migrate`` and the modules that make them."""


def render(output_format: str, plan: Plan, paths: Sequence[str], options: Options) -> str:
    """The plan in one of the formats of ``MODULES``, without a newline at its end; ``paths`` are what it is about."""
    module = import_module(f"tdlint.formatters.migration.{MODULES[output_format]}")
    text: str = module.render(plan, paths, options)
    return text
