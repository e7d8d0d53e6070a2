"""What a rule of someone else yields: whether it is a report, and the report with texts that can be shown."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from tdlint.diagnostics import Applicability, Confidence, Severity
from tdlint.graph import Place
from tdlint.linting.edits.changes import Change, FixPlan
from tdlint.linting.rule import Report
from tdlint.values import Site

MAX_TEXT = 2000
"""Longer texts are cut."""

_CHANGES = get_args(Change)


class NoReport(Exception):
    """A rule yielded something that can't be used; the text is what is said of the rule."""


def valid(report: object) -> Report:
    """The report, with its texts as plain strings of bounded length.

    Raises:
        NoReport: it is none, or a field has a value that it can't have.
    """
    if not isinstance(report, Report):
        raise NoReport(f"yielded {_kind(report)}, which is no Report")
    _place(report.at, "at")
    _optional(report.severity, Severity, "severity")
    _optional(report.confidence, Confidence, "confidence")
    if not isinstance(report.related, tuple):
        raise NoReport(f"made a Report with {_kind(report.related)} as related")
    return replace(
        report,
        message=_text(report.message, "message"),
        fact=None if report.fact is None else _text(report.fact, "fact"),
        help=None if report.help is None else _text(report.help, "help"),
        related=tuple(_related(item) for item in report.related),
        fix=None if report.fix is None else _fix(report.fix),
    )


def _place(place: object, field: str) -> Place:
    if not isinstance(place, Place):
        raise NoReport(f"made a Report with {_kind(place)} as {field}, which is no Place")
    site = place.site
    if site is not None and not (isinstance(site, Site) and type(site.number) is int and site.number >= 0):
        raise NoReport(f"made a Place with {_kind(site)} as site")
    _optional(place.layer, str, "layer")
    return place


def _related(item: object) -> tuple[Place, str]:
    if not isinstance(item, tuple) or len(item) != 2:
        raise NoReport(f"made a Report with {_kind(item)} in related, which is no pair")
    return _place(item[0], "a related place"), _text(item[1], "the text of a related place")


def _fix(plan: object) -> FixPlan:
    if not isinstance(plan, FixPlan):
        raise NoReport(f"made a Report with {_kind(plan)} as fix, which is no FixPlan")
    if not isinstance(plan.applicability, Applicability):
        raise NoReport(f"made a FixPlan with {_kind(plan.applicability)} as applicability")
    if not isinstance(plan.changes, tuple) or not all(isinstance(change, _CHANGES) for change in plan.changes):
        raise NoReport("made a FixPlan whose changes are no tuple of changes")
    return replace(plan, title=_text(plan.title, "title"))


def _text(text: object, field: str) -> str:
    if not isinstance(text, str) or not text:
        raise NoReport(f"made a Report with {_kind(text)} as {field}")
    plain = str.__str__(text)
    return plain if len(plain) <= MAX_TEXT else f"{plain[:MAX_TEXT]} …"


def _optional(value: object, kind: type, field: str) -> None:
    if value is not None and not isinstance(value, kind):
        raise NoReport(f"made a Report with {_kind(value)} as {field}")


def _kind(value: object) -> str:
    return "an empty text" if value == "" else "None" if value is None else f"a {type(value).__name__}"
