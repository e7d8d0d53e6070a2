"""Lines as Pylint's parseable output has them, ``path:line: [CODE(name), ] message``, for tools that read those."""

from __future__ import annotations

from tdlint.diagnostics import Diagnostic
from tdlint.formatters.options import Options
from tdlint.formatters.place import described, shown_path
from tdlint.formatters.terminal import printable
from tdlint.linting.result import RunResult


def render(result: RunResult, options: Options) -> str:
    """A line per diagnostic; empty if there are none."""
    return "\n".join(_line(diagnostic, options) for diagnostic in result.diagnostics)


def _line(diagnostic: Diagnostic, options: Options) -> str:
    location = diagnostic.location
    number = location.start.line if location.start is not None and location.cell is None else 1
    path = printable(shown_path(location.path, options.base))
    message = printable(" ".join(described(diagnostic, options.base).splitlines()))
    return f"{path}:{number}: [{diagnostic.code}({diagnostic.name}), {location.layer or ''}] {message}"
