"""Logging commands of Azure Pipelines, which become errors and warnings of the run, with their place in the file."""

from __future__ import annotations

from tdlint.diagnostics import Diagnostic, Severity
from tdlint.formatters.options import Options
from tdlint.formatters.place import described, shown_path
from tdlint.formatters.terminal import printable
from tdlint.linting.result import RunResult

_ESCAPES = (("%", "%AZP25"), ("\r", "%0D"), ("\n", "%0A"))
_PROPERTY_ESCAPES = (*_ESCAPES, ("]", "%5D"), (";", "%3B"))


def render(result: RunResult, options: Options) -> str:
    """A command per diagnostic; empty if there are none. There is no type below a warning."""
    return "\n".join(_command(diagnostic, options) for diagnostic in result.diagnostics)


def _command(diagnostic: Diagnostic, options: Options) -> str:
    location = diagnostic.location
    kind = "error" if diagnostic.severity is Severity.ERROR else "warning"
    properties = {"type": kind, "sourcepath": shown_path(location.path, options.base)}
    if location.cell is None and location.start is not None:
        properties |= {"linenumber": str(location.start.line), "columnnumber": str(location.start.column)}
    properties["code"] = diagnostic.code
    message = f"[{diagnostic.name}] {described(diagnostic, options.base)}"
    if diagnostic.help:
        message += f"\nhelp: {diagnostic.help}"
    listed = "".join(f"{name}={_escape(value, _PROPERTY_ESCAPES)};" for name, value in properties.items())
    return f"##vso[task.logissue {listed}]{_escape(message, _ESCAPES)}"


def _escape(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    text = "\n".join(map(printable, text.splitlines()))
    for character, escape in escapes:
        text = text.replace(character, escape)
    return text
