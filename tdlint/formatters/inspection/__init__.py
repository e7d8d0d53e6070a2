"""Pure functions from the account of a model to text: what ``tdlint inspect`` writes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tdlint.formatters import MODULES as DIAGNOSTIC_FORMATS
from tdlint.formatters.inspection.view import View

if TYPE_CHECKING:
    from tdlint.formatters.options import Options
    from tdlint.inspector.accounting.account import Account

MODULES = {"table": "table", "html": "html", "json": "json_"}
"""The output formats of ``tdlint inspect`` that show an account, and the modules that make them."""

FORMATS = (*MODULES, *(name for name in DIAGNOSTIC_FORMATS if name not in MODULES))
"""All output formats of ``tdlint inspect``; the others are those of ``tdlint check``, and have what rules report."""

TABLES = ("table", "html")
"""The formats that follow a ``View``."""


def render(output_format: str, account: Account, options: Options, view: View | None = None) -> str:
    """The account as text in one of ``FORMATS``, without a newline at its end."""
    module = import_module(f"tdlint.formatters.inspection.{MODULES.get(output_format, 'findings')}")
    if output_format not in MODULES:
        findings: str = module.render(output_format, account, options)
        return findings
    text: str = module.render(account, options, view or View())
    return text
