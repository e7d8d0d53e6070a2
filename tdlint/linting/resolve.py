"""Reports of rules, which point at syntax nodes, as diagnostics with places in the text."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdlint.diagnostics import Diagnostic, Fix, Location, Related, Span
from tdlint.graph import Place
from tdlint.linting.edits.changes import FixPlan, sites_of
from tdlint.linting.rule import Report, Rule
from tdlint.linting.tool_codes import ToolCode
from tdlint.sources.source_file import SourceFile

if TYPE_CHECKING:
    import libcst

    from tdlint.linting.edits.of_fixes import FindNode
    from tdlint.linting.elsewhere import Elsewhere
    from tdlint.sources.positions import Spans
    from tdlint.values import Site


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule reported."""

    rule: type[Rule]
    report: Report


def resolve_in_source(
    found: Sequence[Found],
    module: libcst.Module,
    node: FindNode,
    source: SourceFile,
    elsewhere: Elsewhere | None = None,
    exact: FindNode | None = None,
    shows: Callable[[Diagnostic], bool] | None = None,
) -> tuple[Diagnostic, ...]:
    """Diagnostics with spans; code is generated once for all of them.

    ``exact`` finds nodes in LibCST's own tree, where ``module`` is not that; only fixes need them.
    ``elsewhere`` knows the sites that are in other files, and what becomes of reports there. Fixes are made for what
    ``shows`` says is shown.
    """
    if not found:
        return ()
    # both import libcst, which a run without findings of a file has paid for, and inspecting a model has not
    from tdlint.linting.edits.of_fixes import FixMaker, nodes_of
    from tdlint.sources.positions import locate, locate_exact

    outside = {} if elsewhere is None else elsewhere.analysis.outside
    sites = {site for item in found for site in _sites(item.report)}
    nowhere = Location(source.path)
    shown = [shows is None or shows(_diagnostic(item, nowhere, (), None)) for item in found]
    plans = [_plan(item.report, outside) if wanted else None for item, wanted in zip(found, shown, strict=True)]
    changes = [change for plan in plans if plan for change in plan.changes]
    entries = [outside[site].entry for site in sites if site in outside]
    nodes = [node(site) for site in (*(site for site in sites if site not in outside), *entries)]
    spans = locate(module, nodes, source.parse_text)
    exact = exact or node
    to_change = [each for change in changes for each in nodes_of(change, exact)]
    fixes = FixMaker(exact, locate_exact(module, to_change, source.parse_text) if to_change else spans, source)
    if elsewhere is not None:
        elsewhere.prepare(sites)

    def at(place: Place) -> Location:
        if elsewhere is not None and place.site is not None and place.site in outside:
            return elsewhere.location(place.site)
        return place_in_source(place.site, node, spans, source)

    diagnostics = []
    for item, plan in zip(found, plans, strict=True):
        site = item.report.at.site
        fix = fixes.make(plan) if plan else None
        made = _diagnostic(item, at(item.report.at), _related(item.report, at), fix)
        if elsewhere is not None and site is not None and site in outside:
            moved = elsewhere.judged(made, place_in_source(outside[site].entry, node, spans, source))
            diagnostics += [] if moved is None else [moved]
        else:
            diagnostics.append(made)
    return tuple(unique(diagnostics))


def _plan(report: Report, outside: Container[Site]) -> FixPlan | None:
    """The report's fix, unless a part of it is in another file."""
    if report.fix is None or report.at.site in outside:
        return None
    sites = [site for change in report.fix.changes for site in sites_of(change)]
    return None if any(site in outside for site in sites) else report.fix


def place_in_source(site: Site | None, node: FindNode, spans: Spans, source: SourceFile) -> Location:
    """A node's place; the start of the file for what has none."""
    span = spans.get(node(site)) if site is not None else None
    return source.location(span or Span(0, 0))


def resolve_in_model(found: Iterable[Found], path: str, prefix: str = "") -> tuple[Diagnostic, ...]:
    """Diagnostics at the layers of a model file or of a live model; ``prefix`` is the path to them."""

    def at(place: Place) -> Location:
        return Location(path, layer=None if place.layer is None else prefix + place.layer)

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
