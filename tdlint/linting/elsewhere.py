"""Reports whose place is in another file than the one that is checked.

What a file reports is always in that file, so that comments, settings, caches, processes and editors need to know of
one file only. Where a rule reports at a place in a file that this one imports:

- it is dropped if the other file says the same at the same place by itself: it is reported when that file is checked,
  once, however many import it;
- it is dropped if the other file is excluded, or has the rule ignored there by settings or by a comment;
- otherwise the fault comes from how the two are put together. It is reported at the call or import in this file that
  leads there, and the place in the other file is related. Such a report has no fix, and no fix edits another file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tdlint.config import Settings
from tdlint.diagnostics import Diagnostic, Location, Related, Span
from tdlint.linting.rule import Rule
from tdlint.linting.selection import known_entries, select
from tdlint.linting.suppression import hidden_by_comment
from tdlint.sources.discovery import is_excluded
from tdlint.sources.disk import absolute, disk
from tdlint.sources.source_file import SourceFile
from tdlint.sources.suppressions import find_suppressions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdlint.interp import Analysis
    from tdlint.sources.positions import Spans
    from tdlint.values import Site

Alone = Callable[[str], frozenset[tuple[str, Span | None]]]
"""Code and span of what a file reports by itself, before any comment."""


@dataclass
class Elsewhere:
    """Places in the other files of one analysis."""

    analysis: Analysis
    sources: Mapping[Path, SourceFile]
    shown_from: str
    settings: Settings
    rules: Sequence[type[Rule]]
    alone: Alone
    spans: dict[Path, Spans] = field(default_factory=dict)

    def prepare(self, sites: Iterable[Site]) -> None:
        """Find the spans of these sites, those of one file at once."""
        from tdlint.sources.positions import locate

        by_file: dict[Path, list[Site]] = {}
        for site in sites:
            if site in self.analysis.outside:
                by_file.setdefault(self.analysis.outside[site].path, []).append(site)
        for path, found in by_file.items():
            module = self.analysis.outside[found[0]].module
            source = self.sources.get(path)
            if source is not None:
                self.spans[path] = locate(module, map(self.analysis.node, found), source.parse_text)

    def location(self, site: Site) -> Location:
        """A place in another file, by a path as the user would write it."""
        path = self.analysis.outside[site].path
        source = self.sources.get(path)
        span = self.spans[path].get(self.analysis.node(site)) if path in self.spans else None
        shown = str(path) if Path(self.shown_from).is_absolute() else os.path.relpath(path, disk().folder)
        if source is None or span is None:
            return Location(shown)
        return replace(source.location(span), path=shown)

    def judged(self, diagnostic: Diagnostic, entry: Location) -> Diagnostic | None:
        """A diagnostic of another file as one of this file, None if it is dropped."""
        place = diagnostic.location
        path = next((path for path in self.sources if _same(path, place.path)), None)
        if path is None or place.span is None or is_excluded(str(path), self.settings.all_excluded, self.settings.root):
            return None
        if diagnostic.code not in select(self.settings, self.rules, str(path)).enabled:
            return None
        source = self.sources[path]
        if hidden_by_comment(diagnostic, find_suppressions(source), source, known_entries(self.rules)):
            return None
        if (diagnostic.code, place.span) in self.alone(str(path)):
            return None
        related = (Related(place, "the place in the other file"), *diagnostic.related)
        return replace(diagnostic, location=entry, related=related, fix=None)


def _same(path: Path, shown: str) -> bool:
    return str(path) == os.path.normpath(absolute(shown))
