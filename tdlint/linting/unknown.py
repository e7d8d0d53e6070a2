"""What the interpreter did not understand, each with its place, for ``--explain-unknown``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdlint.diagnostics import Location
from tdlint.linting.resolve import place_in_source
from tdlint.sources.source_file import SourceFile

if TYPE_CHECKING:
    import libcst

    from tdlint.interp import Analysis
    from tdlint.values import Site


def unknown_reasons(analysis: Analysis, module: libcst.Module, source: SourceFile) -> tuple[str, ...]:
    """``path:line: reason`` for each thing that was not understood, in the order of the text, each once."""
    from tdlint.sources.positions import locate

    program = analysis.program
    reasons: list[tuple[str, Site | None]] = list(program.unknown)
    reasons += [(f"{model.name}: {reason}", model.site) for model in program.models for reason in model.unknown]
    reasons = [(reason, None if site is None else analysis.here(site)) for reason, site in reasons]
    spans = locate(module, [analysis.node(site) for _, site in reasons if site is not None], source.parse_text)
    placed = [(place_in_source(site, analysis.node, spans, source), reason) for reason, site in reasons]
    placed.sort(key=lambda item: (item[0].sort_key(), item[1]))
    return tuple(dict.fromkeys(f"{_place(location)}: {reason}" for location, reason in placed))


def _place(location: Location) -> str:
    line = location.start.line if location.start else 1
    cell = f"cell {location.cell}:" if location.cell is not None else ""
    return f"{location.path}:{cell}{line}"
