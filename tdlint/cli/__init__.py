"""The commands, a module each: they read options, call the library and write what a formatter made.

Nothing is decided here. Only click is imported at once, so that ``tdlint --version`` and a hook start at once.
"""

from __future__ import annotations

from tdlint.cli.check import check
from tdlint.cli.clean import clean
from tdlint.cli.config import show_settings
from tdlint.cli.graph import graph
from tdlint.cli.group import cli
from tdlint.cli.inspect import inspect
from tdlint.cli.migrate import migrate
from tdlint.cli.reports import ReaderGone
from tdlint.cli.rules import list_rules, show_rule
from tdlint.cli.server import server

__all__ = ["ReaderGone", "cli"]

for command in (check, migrate, graph, inspect, show_rule, list_rules, show_settings, clean, server):
    cli.add_command(command)
