"""The plan for a terminal: totals, what to run, then the files with most work first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tdlint.formatters.migration.words import BY_WORK, MEANING, counts, headline, how, label, steps
from tdlint.formatters.options import Options
from tdlint.formatters.place import shown_path
from tdlint.formatters.terminal import Paint, cells, printable, wrap
from tdlint.linting.migration import FilePlan, Finding, Plan, Way

_STYLES = {Way.SAFE: "good", Way.UNSAFE: "warning", Way.BY_HAND: "error"}
_BLOCKS = {Way.SAFE: "█", Way.UNSAFE: "▓", Way.BY_HAND: "░"}
_BAR = 40


def render(plan: Plan, paths: Sequence[str], options: Options) -> str:
    """The plan as paragraphs."""
    paint = Paint(options.color)
    parts = [paint(headline(plan), "bold" if plan.files else "good")]
    if plan.files:
        parts += [_totals(plan, paint), _rules(plan, paint), _steps(plan, paths, paint)]
    parts += ["\n".join(_file(file, options, paint)) for file in plan.files]
    return "\n\n".join(part for part in parts if part)


def _totals(plan: Plan, paint: Paint) -> str:
    width = len(str(plan.findings))
    lines = ["  " + "".join(paint(_BLOCKS[way] * size, _STYLES[way]) for way, size in _bar(plan).items())]
    for way in reversed(BY_WORK):
        if plan.count(way):
            label = paint(f"{way.value:7}", _STYLES[way])
            lines.append(f"  {_BLOCKS[way]} {plan.count(way):{width}}  {label}  {MEANING[way]}")
    return "\n".join(lines)


def _bar(plan: Plan) -> dict[Way, int]:
    """How many cells of the bar each way has: at least one, if there is any."""
    sizes = {way: max(1, _BAR * plan.count(way) // plan.findings) for way in reversed(BY_WORK) if plan.count(way)}
    largest = max(sizes, key=lambda way: sizes[way])
    sizes[largest] += _BAR - sum(sizes.values())
    return sizes


def _rules(plan: Plan, paint: Paint) -> str:
    rows = plan.by_rule()
    names = max(len(name) for _, name, _ in rows)
    lines = [paint(f"  {'rule':{names + 9}}{'safe':>6}{'unsafe':>9}{'by hand':>10}", "bold")]
    for code, name, ways in rows:
        numbers = (ways[Way.SAFE], ways[Way.UNSAFE], ways[Way.BY_HAND])
        shown = "".join(f"{number or '·':>{width}}" for number, width in zip(numbers, (6, 9, 10), strict=True))
        lines.append(f"  {paint(code, 'bold')}  {name:{names}} {shown}")
    return "\n".join(lines)


def _steps(plan: Plan, paths: Sequence[str], paint: Paint) -> str:
    lines = []
    for number, (command, what) in enumerate(steps(plan, paths), 1):
        lines.append(f"  {number}. {paint(command, 'help')}  # {what}" if command else f"  {number}. {what}")
    return "\n".join(lines)


def _file(file: FilePlan, options: Options, paint: Paint) -> Iterator[str]:
    yield f"{paint(printable(shown_path(file.path, options.base)), 'bold')}  {counts(file)}"
    places = [_place(finding) for finding in file.findings]
    width = max(map(cells, places))
    for finding, place in zip(file.findings, places, strict=True):
        yield from _finding(finding, f"{place:>{width}}", options, paint)


def _finding(finding: Finding, place: str, options: Options, paint: Paint) -> Iterator[str]:
    diagnostic = finding.diagnostic
    first = f"  {place}  {finding.way.value:7}  "
    indent = " " * len(first)
    later = "after the fixes: " if finding.after_fixes else ""
    lines = wrap(f"{later}{diagnostic.message} ({label(finding)})", options.width, first, indent)
    yield f"  {place}  {paint(f'{finding.way.value:7}', _STYLES[finding.way])}  {lines[0][len(first) :]}"
    yield from lines[1:]
    if how(finding):
        for line in wrap(how(finding), options.width, f"{indent}→ ", f"{indent}  "):
            yield line.replace("→", paint("→", _STYLES[finding.way]), 1)


def _place(finding: Finding) -> str:
    location = finding.diagnostic.location
    cell = f"cell{location.cell}:" if location.cell is not None else ""
    return f"{cell}{location.start.line}" if location.start else "-"
