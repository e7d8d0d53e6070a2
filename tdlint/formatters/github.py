"""Workflow commands of GitHub Actions, which become annotations on the lines of a pull request."""

from __future__ import annotations

from tdlint.diagnostics import Diagnostic, Severity
from tdlint.formatters.options import Options
from tdlint.formatters.place import described, shown_path
from tdlint.formatters.terminal import printable
from tdlint.linting.result import RunResult

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def render(result: RunResult, options: Options) -> str:
    """A command per diagnostic; empty if there are none."""
    return "\n".join(_command(diagnostic, options) for diagnostic in result.diagnostics)


def _command(diagnostic: Diagnostic, options: Options) -> str:
    location = diagnostic.location
    properties: dict[str, object] = {"file": shown_path(location.path, options.base)}
    message = described(diagnostic, options.base)
    if location.cell is None and location.start is not None:
        properties |= {"line": location.start.line, "col": location.start.column}
        if location.end is not None:
            properties["endLine"] = location.end.line
            if location.end.line == location.start.line:  # GitHub refuses columns of an annotation of several lines
                properties["endColumn"] = location.end.column
            else:
                del properties["col"]
    properties["title"] = f"{diagnostic.code} [{diagnostic.name}]"
    if diagnostic.help:
        message += f"\nhelp: {diagnostic.help}"
    listed = ",".join(f"{name}={_escape_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[diagnostic.severity]} {listed}::{_escape(message)}"


def _escape(text: str) -> str:
    return "%0A".join(printable(line).replace("%", "%25") for line in text.splitlines())


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
