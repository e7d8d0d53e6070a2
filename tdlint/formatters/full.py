"""The format for people: the code with carets, the places that explain, the fact and what to do."""

from __future__ import annotations

from tdlint.diagnostics import Confidence, Diagnostic, Location, Related
from tdlint.formatters.options import Options
from tdlint.formatters.place import place
from tdlint.formatters.snippet import Mark, Page
from tdlint.formatters.summary import summary
from tdlint.formatters.terminal import Paint, printable, wrap
from tdlint.linting.result import RunResult


def render(result: RunResult, options: Options) -> str:
    """A paragraph per diagnostic, then the summary."""
    paragraphs = [_paragraph(diagnostic, options) for diagnostic in result.diagnostics]
    return "\n\n".join([*paragraphs, summary(result, options)])


def _paragraph(diagnostic: Diagnostic, options: Options) -> str:
    paint = Paint(options.color)
    near, far = _related(diagnostic)
    groups = [_with_code([_primary_mark(diagnostic), *map(_related_mark, near)])]
    groups += [_with_code([_related_mark(related)]) for related in far]
    number_width = max((len(str(mark.end.line)) for group in groups for mark in group), default=1)

    page = Page(options.width, number_width, paint)
    indent = " " * number_width
    arrow = paint("-->", "gutter")
    lines = [_header(diagnostic, paint), f"{indent}{arrow} {printable(place(diagnostic.location, options.base))}"]
    if groups[0]:
        lines += page.draw(groups[0])
    for related, group in zip(far, groups[1:], strict=True):
        if len(lines) > 2:
            lines.append(page.margin)
        lines.append(f"{indent}{paint(':::', 'gutter')} {printable(place(related.location, options.base))}")
        if group:
            lines += page.draw(group)
    notes = [*_notes_without_code(near, far), *_notes(diagnostic)]
    if notes:
        lines.append(page.margin)
    for label, text in notes:
        lines += _note(label, text, indent, options.width, paint)
    return "\n".join(lines)


def _header(diagnostic: Diagnostic, paint: Paint) -> str:
    severity = paint.severity(diagnostic.severity.label, diagnostic.severity)
    code = paint.severity(diagnostic.code, diagnostic.severity)
    unsure = " (low confidence)" if diagnostic.confidence is Confidence.LOW else ""
    message = paint(printable(" ".join(diagnostic.message.splitlines())), "bold")
    return f"{severity}: {code} [{diagnostic.name}] {message}{unsure}"


def _related(diagnostic: Diagnostic) -> tuple[list[Related], list[Related]]:
    """Related places in the file (and cell) of the diagnostic, and those elsewhere."""
    near: list[Related] = []
    far: list[Related] = []
    for related in diagnostic.related:
        here, there = diagnostic.location, related.location
        same = here.start is not None and (here.path, here.cell) == (there.path, there.cell)
        (near if same else far).append(related)
    return near, far


def _has_code(location: Location) -> bool:
    return location.start is not None and bool(location.lines)


def _with_code(marks: list[Mark]) -> list[Mark]:
    return [mark for mark in marks if _has_code(mark.location)]


def _primary_mark(diagnostic: Diagnostic) -> Mark:
    return Mark(diagnostic.location, "^", diagnostic.severity.label)


def _related_mark(related: Related) -> Mark:
    return Mark(related.location, "-", "related", related.message)


def _notes_without_code(near: list[Related], far: list[Related]) -> list[tuple[str, str]]:
    """Messages of related places that have no code to stand beside."""
    return [
        ("note", related.message) for related in (*near, *far) if related.message and not _has_code(related.location)
    ]


def _notes(diagnostic: Diagnostic) -> list[tuple[str, str]]:
    notes = [("fact", diagnostic.fact), ("help", diagnostic.help)]
    if diagnostic.fix is not None:
        notes.append(("fix", f"{diagnostic.fix.title} ({diagnostic.fix.applicability.label})"))
    return [(label, text) for label, text in notes if text]


def _note(label: str, text: str, indent: str, width: int, paint: Paint) -> list[str]:
    first = f"{indent} = {label}: "
    lines = wrap(text, width, first, " " * len(first))
    # Painted after wrapping, which counts characters.
    lines[0] = f"{indent} {paint('=', 'gutter')} {paint(label, 'bold')}: {lines[0][len(first) :]}"
    return lines
