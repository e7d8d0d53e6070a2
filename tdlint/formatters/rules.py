"""The rules themselves as text: a page, a list, JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from itertools import groupby

from tdlint.formatters.options import Options
from tdlint.formatters.terminal import Paint, wrap
from tdlint.linting.documentation import page_address
from tdlint.linting.rule import Rule

FORMAT_VERSION = 1


def render_page(rule: type[Rule], options: Options) -> str:
    """The page of a rule: Markdown as it is, or drawn for the terminal if colors are wanted."""
    state = "on by default" if rule.on_by_default() else "off by default"
    title = f"{rule.code} [{rule.name()}]"
    facts = f"{rule.severity.label}, {rule.confidence.label} confidence, {state}"
    address = page_address(rule)
    text = f"{rule.page()}\n\n{address}" if address else rule.page()
    if not options.color:
        return f"# {title}\n\n*{facts}*\n\n{text}"
    paint = Paint(True)
    return f"{paint.severity(title, rule.severity)}  {facts}\n\n{_drawn(text, options.width)}"


def _drawn(markdown: str, width: int) -> str:
    # Imported here: rich costs more than a run of the linter over a small project.
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.theme import Theme

    # Without backgrounds, which fit either dark or light terminals only.
    theme = Theme({"markdown.code": "bold cyan", "markdown.h2": "bold underline"})
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=True,
        color_system="standard",
        legacy_windows=False,
        no_color=False,
        theme=theme,
    )
    with console.capture() as captured:
        console.print(Markdown(markdown, code_theme="ansi_dark"))
    lines = [line.rstrip() for line in captured.get().rstrip().splitlines()]
    return "\n".join(line for above, line in zip(["", *lines], lines, strict=False) if above or line)


def render_list(rules: Sequence[type[Rule]], options: Options) -> str:
    """The rules by family, each with its severity, whether it is on by default, and its first line."""
    paint = Paint(options.color)
    name_width = max((len(rule.name()) for rule in rules), default=0)
    lines: list[str] = []
    for family, members in groupby(_in_order(rules), key=lambda rule: rule.family()):
        lines += ["", paint(family, "bold")] if lines else [paint(family, "bold")]
        for rule in members:
            state = "on " if rule.on_by_default() else "off"
            plain = f"  {rule.code}  {rule.name():{name_width}}  {rule.severity.label:7}  {state}  "
            rows = wrap(rule.summary(), max(options.width, len(plain) + 40), plain, " " * len(plain))
            severity = paint.severity(f"{rule.severity.label:7}", rule.severity)
            painted = f"  {paint(rule.code, 'bold')}  {rule.name():{name_width}}  {severity}  {state}  "
            lines += [painted + rows[0][len(plain) :], *rows[1:]]
    return "\n".join(lines)


def render_json(rules: Sequence[type[Rule]]) -> str:
    """The rules as ``{"version", "rules": [{"code", "name", "family", "severity", …, "page", "url"}]}``."""
    described = [
        {
            "code": rule.code,
            "name": rule.name(),
            "family": rule.family(),
            "severity": rule.severity.label,
            "confidence": rule.confidence.label,
            "on_by_default": rule.on_by_default(),
            "since": rule.since,
            "summary": rule.summary(),
            "page": rule.page(),
            "url": page_address(rule),
        }
        for rule in _in_order(rules)
    ]
    return json.dumps({"version": FORMAT_VERSION, "rules": described}, indent=2)


def _in_order(rules: Sequence[type[Rule]]) -> list[type[Rule]]:
    return sorted(rules, key=lambda rule: rule.code)
