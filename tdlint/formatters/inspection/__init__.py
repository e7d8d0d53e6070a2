"""Pure functions from the account of a model to text: what ``tdlint inspect`` writes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tdlint.formatters.inspection.view import View

if TYPE_CHECKING:
    from tdlint.formatters.options import Options
    from tdlint.inspector.account import Account

MODULES = {"table": "table", "json": "json_", "html": "html"}
"""The output formats of ``tdlint inspect`` and the modules that make them."""


def render(output_format: str, account: Account, options: Options, view: View | None = None) -> str:
    """The account as text in one of the formats of ``MODULES``, without a newline at its end."""
    module = import_module(f"tdlint.formatters.inspection.{MODULES[output_format]}")
    text: str = module.render(account, options, view or View())
    return text
