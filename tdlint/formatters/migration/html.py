"""The plan as one HTML file that needs nothing else: to be sent around, printed, or looked at in a browser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tdlint._version import __version__
from tdlint.formatters.fixes import diff_lines
from tdlint.formatters.migration.words import BY_WORK, MEANING, counts, headline, how, label, steps
from tdlint.formatters.options import Options
from tdlint.formatters.page import document, marked, text
from tdlint.formatters.place import shown_path
from tdlint.linting.migration import FilePlan, Finding, Plan, Way

_CLASSES = {Way.SAFE: "safe", Way.UNSAFE: "unsafe", Way.BY_HAND: "hand"}
_OPEN_FILES = 10
"""So many files are unfolded; the ones with most work come first."""

_STYLE = """
:root { --safe: var(--good); --unsafe: var(--warning); --hand: var(--error); }
.tile.safe { border-top-color: var(--safe); } .tile.unsafe { border-top-color: var(--unsafe); }
.tile.hand { border-top-color: var(--hand); }
.bar { display: flex; height: .8rem; overflow: hidden; border-radius: .4rem; background: var(--line); }
.bar i { min-width: .35rem; } i.safe { background: var(--safe); } i.unsafe { background: var(--unsafe); }
i.hand { background: var(--hand); }
ol.steps { padding-left: 1.4rem; } ol.steps li { margin: .4rem 0; }
ol.steps code { display: inline-block; padding: .15rem .4rem; border: 1px solid var(--line); border-radius: .3rem;
  background: var(--card); overflow-wrap: anywhere; }
details.file { margin: .75rem 0; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
details.file > summary { padding: .7rem 1rem; cursor: pointer; }
summary code { font-size: .95em; font-weight: 600; overflow-wrap: anywhere; }
.finding { display: grid; grid-template-columns: 7.5rem 1fr; gap: .25rem 1rem; padding: .8rem 1rem;
  border-top: 1px solid var(--line); }
.badge.safe { color: var(--safe); } .badge.unsafe { color: var(--unsafe); } .badge.hand { color: var(--hand); }
.finding pre { margin: .4rem 0; padding: .4rem .6rem; overflow-x: auto; border-radius: .3rem; background: var(--page); }
.diff { margin: 0; padding: .75rem 1rem; overflow-x: auto; border-top: 1px solid var(--line); line-height: 1.4; }
.diff .add { color: var(--safe); } .diff .del { color: var(--hand); } .diff .at { color: var(--faint); }
details.changes { border-top: 1px solid var(--line); }
details.changes > summary { padding: .6rem 1rem; cursor: pointer; }
@media (max-width: 40rem) { .finding { grid-template-columns: 1fr; } }
@media print { details.file { break-inside: avoid; } }
"""


def render(plan: Plan, paths: Sequence[str], options: Options) -> str:
    """The plan as an HTML document."""
    title = f"Move to Keras {plan.target}"
    return document(title, "\n".join([f"<h1>{title}</h1>", *_body(plan, paths, options)]), _STYLE)


def _body(plan: Plan, paths: Sequence[str], options: Options) -> Iterator[str]:
    yield f'<p class="faint">{text(headline(plan))} tdlint {__version__}, {text(" ".join(paths))}</p>'
    if not plan.files:
        return
    yield '<div class="tiles">'
    for way in reversed(BY_WORK):
        yield f'<div class="tile {_CLASSES[way]}"><b>{plan.count(way)}</b>{way.value}'
        yield f'<p class="faint">{MEANING[way]}</p></div>'
    yield f'<div class="tile"><b>{plan.ready}</b>ready<p class="faint">files that need no change</p></div>\n</div>'
    bars = (f'<i class="{_CLASSES[way]}" style="flex:{plan.count(way)}"></i>' for way in reversed(BY_WORK))
    yield f'<div class="bar">{"".join(bar for bar in bars if "flex:0" not in bar)}</div>'
    yield "<h2>What to do</h2>"
    items = (f"<li>{f'<code>{text(run)}</code> ' if run else ''}{text(what)}</li>" for run, what in steps(plan, paths))
    yield f'<ol class="steps">{"".join(items)}</ol>'
    yield "<h2>By rule</h2>"
    yield from _rules(plan)
    yield "<h2>By file</h2>"
    for number, file in enumerate(plan.files):
        yield from _file(file, options, unfolded=number < _OPEN_FILES)


def _rules(plan: Plan) -> Iterator[str]:
    head = "".join(f'<th class="number">{way.value}</th>' for way in reversed(BY_WORK))
    yield f"<table>\n<tr><th>rule</th><th></th>{head}</tr>"
    for code, name, ways in plan.by_rule():
        numbers = "".join(f'<td class="number">{ways[way] or "·"}</td>' for way in reversed(BY_WORK))
        yield f"<tr><td><code>{code}</code></td><td>{text(name)}</td>{numbers}</tr>"
    yield "</table>"


def _file(file: FilePlan, options: Options, *, unfolded: bool) -> Iterator[str]:
    path = shown_path(file.path, options.base)
    yield f'<details class="file"{" open" if unfolded else ""}>'
    yield f'<summary><code>{text(path)}</code> <span class="faint">{counts(file)}</span></summary>'
    for finding in file.findings:
        yield from _finding(finding)
    if file.fixing is not None:
        yield '<details class="changes"><summary class="faint">What all fixes change</summary>'
        lines = "\n".join(map(_diff_line, diff_lines(path, file.fixing)))
        yield f'<pre class="diff">{lines}</pre></details>'
    yield "</details>"


def _finding(finding: Finding) -> Iterator[str]:
    diagnostic = finding.diagnostic
    location = diagnostic.location
    cell = f"cell {location.cell}, " if location.cell is not None else ""
    line = f"{cell}line {location.start.line}" if location.start else "file"
    later = ' <span class="faint">(in the fixed text)</span>' if finding.after_fixes else ""
    badge = f'<span class="badge {_CLASSES[finding.way]}">{finding.way.value}</span>'
    yield f'<div class="finding"><div>{line}{later}<br>{badge}</div><div>'
    yield f'<p>{marked(diagnostic.message)} <span class="faint">{label(finding)} {text(diagnostic.name)}</span></p>'
    if location.lines:
        yield f"<pre>{text(location.lines[0].strip())}{' …' if len(location.lines) > 1 else ''}</pre>"
    if how(finding):
        yield f"<p>→ {marked(how(finding))}</p>"
    if finding.way is Way.BY_HAND and diagnostic.fact:
        yield f'<p class="faint">{marked(diagnostic.fact)}</p>'
    yield "</div></div>"


def _diff_line(line: str) -> str:
    kind = "at" if line.startswith(("---", "+++")) else {"+": "add", "-": "del", "@": "at"}.get(line[:1])
    return f'<span class="{kind}">{text(line)}</span>' if kind else text(line)
