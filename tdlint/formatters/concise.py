"""One line per diagnostic, ``path:line:col: CODE [name] message``, which editors' problem matchers read."""

from __future__ import annotations

from tdlint.diagnostics import Diagnostic
from tdlint.formatters.options import Options
from tdlint.formatters.place import place
from tdlint.formatters.summary import summary
from tdlint.formatters.terminal import Paint, printable
from tdlint.linting.result import RunResult


def render(result: RunResult, options: Options) -> str:
    """A line per diagnostic, then the summary."""
    lines = [line(diagnostic, options) for diagnostic in result.diagnostics]
    return "\n".join([*lines, summary(result, options)])


def line(diagnostic: Diagnostic, options: Options) -> str:
    """``path:line:col: CODE [name] message``."""
    paint = Paint(options.color)
    where = paint(printable(place(diagnostic.location, options.base)), "bold")
    code = paint.severity(diagnostic.code, diagnostic.severity)
    message = printable(" ".join(diagnostic.message.splitlines()))
    return f"{where}: {code} [{diagnostic.name}] {message}"
