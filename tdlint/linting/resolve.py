"""Reports of rules, which point at syntax nodes, as diagnostics with places in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdlint.diagnostics import Diagnostic, Fix, Location, Related, Span
from tdlint.graph import Place
from tdlint.linting.rule import Report, Rule
from tdlint.linting.tool_codes import ToolCode
from tdlint.sources.source_file import SourceFile

if TYPE_CHECKING:
    import libcst

    from tdlint.linting.fix_edits import FindNode
    from tdlint.sources.positions import Spans
    from tdlint.values import Site


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule reported."""

    rule: type[Rule]
    report: Report


def resolve_in_source(
    found: Sequence[Found], module: libcst.Module, node: FindNode, source: SourceFile
) -> tuple[Diagnostic, ...]:
    """Diagnostics with spans; code is generated once for all of them."""
    if not found:
        return ()
    # both import libcst, which a run without findings of a file has paid for, and inspecting a model has not
    from tdlint.linting.fix_edits import make_fix, nodes_of
    from tdlint.sources.positions import locate

    nodes = [node(site) for item in found for site in _sites(item.report)]
    changes = [change for item in found if item.report.fix for change in item.report.fix.changes]
    nodes += [each for change in changes for each in nodes_of(change, node)]
    spans = locate(module, nodes, source.parse_text)

    def at(place: Place) -> Location:
        return place_in_source(place.site, node, spans, source)

    diagnostics = []
    for item in found:
        plan = item.report.fix
        fix = make_fix(plan, node, spans, source) if plan else None
        diagnostics.append(_diagnostic(item, at(item.report.at), _related(item.report, at), fix))
    return tuple(unique(diagnostics))


def place_in_source(site: Site | None, node: FindNode, spans: Spans, source: SourceFile) -> Location:
    """A node's place; the start of the file for what has none."""
    span = spans.get(node(site)) if site is not None else None
    return source.location(span or Span(0, 0))


def resolve_in_model(found: Iterable[Found], path: str) -> tuple[Diagnostic, ...]:
    """Diagnostics at the layers of a model file or of a live model."""

    def at(place: Place) -> Location:
        return Location(path, layer=place.layer)

    return tuple(unique(_diagnostic(item, at(item.report.at), _related(item.report, at), None) for item in found))


def tool_diagnostic(code: ToolCode, location: Location, message: str, help: str | None = None) -> Diagnostic:
    """A diagnostic of the engine itself."""
    return Diagnostic(code.code, code.name, message, location, code.severity, help=help)


def unique(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Each diagnostic once, by code, place and message: a rule may meet one place on several paths."""
    seen = set()
    for diagnostic in diagnostics:
        key = (diagnostic.code, diagnostic.location.span, diagnostic.location.layer, diagnostic.message)
        if key not in seen:
            seen.add(key)
            yield diagnostic


def _sites(report: Report) -> Iterator[Site]:
    for place in (report.at, *(place for place, _ in report.related)):
        if place.site is not None:
            yield place.site


def _related(report: Report, at: Callable[[Place], Location]) -> tuple[Related, ...]:
    return tuple(Related(at(place), message) for place, message in report.related)


def _diagnostic(item: Found, location: Location, related: tuple[Related, ...], fix: Fix | None) -> Diagnostic:
    rule, report = item.rule, item.report
    return Diagnostic(
        rule.code,
        rule.name(),
        report.message,
        location,
        report.severity or rule.severity,
        report.confidence or rule.confidence,
        related,
        fix,
        report.fact,
        report.help,
    )
