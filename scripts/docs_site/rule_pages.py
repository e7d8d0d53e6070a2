"""The pages about rules: one for each rule, for each family, and the index."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from tdlint.config import Settings
from tdlint.diagnostics import Applicability, Diagnostic, Severity
from tdlint.inspector.configs.graph import read_model
from tdlint.linting.engine import check_bytes, check_graph
from tdlint.linting.registry import load_rules
from tdlint.linting.rule import Rule
from tdlint.testing import Case, page_cases

FAMILIES = {
    "tool": "tdlint itself",
    "sequences": "Sequences",
    "regularization": "Regularization",
    "shapes": "Shapes",
    "outputs": "Outputs and losses",
    "training": "Training and data",
    "architecture": "Architecture",
    "speed": "Speed",
    "migration": "Keras 2 to 3",
    "saving": "Saving and own layers",
}
ABOUT = {
    "tool": "What tdlint says about its own work: files it can't read, comments that hide nothing.",
    "sequences": "Recurrent layers, TimeDistributed, masks and states.",
    "regularization": "Penalties that dominate, never act, or act on the wrong thing.",
    "shapes": "Numbers of axes and sizes: of layers, merges, and data against the model.",
    "outputs": "The last activation, the loss, the labels and the metrics, against each other.",
    "training": "compile, fit, callbacks, and how data are made, split and scaled.",
    "architecture": "Advice about how models are built. Mostly off by default.",
    "speed": "What runs, and costs more than it has to.",
    "migration": "What programs for Keras 2 use and Keras 3 has not got, or has otherwise. Most of it has a fix.",
    "saving": "Models that can't be saved or loaded, and layers of one's own.",
}
ADMONITIONS = {Severity.ERROR: "failure", Severity.WARNING: "warning", Severity.ADVICE: "info"}
FIRST_VERSION = "0.1.0"

_EXPECT = re.compile(r"[ \t]*# expect: [A-Z0-9, ]+?[ \t]*$", re.MULTILINE)
_SECTION = re.compile(r"^## (.+)\n", re.MULTILINE)
_BLOCK = re.compile(r"^```(python|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def builtin_rules() -> list[type[Rule]]:
    """The rules of this repository by code, without those of packs that are installed here."""
    rules = (rule for rule in load_rules() if rule.__module__.startswith("tdlint_rules."))
    return sorted(rules, key=lambda rule: rule.code)


def rule_page(rule: type[Rule], rules: Sequence[type[Rule]]) -> str:
    """The page of a rule: its docstring, with what tdlint says of each bad example."""
    cases = {case.text: case for case in page_cases(rule)}
    found = {text: _found(case, rules) for text, case in cases.items()}
    shown = [one for each in found.values() for one in each if one.code == rule.code]
    head, *sections = _sections(rule.page())
    parts = [
        f"---\ntitle: {rule.code} {rule.name()}\nsearch:\n  boost: 2\n---",
        f"# {rule.code} {rule.name()}",
        _badges(rule, shown),
        head[1].strip(),
    ]
    for heading, text in sections:
        if heading == "Fixed":
            heading = "After the fix"
        parts.append(f"## {heading}")
        parts.append(_with_reports(text, found) if heading in ("Bad", "Good", "After the fix") else _peers(text))
    parts.append(_how_to_silence(rule))
    return "\n\n".join(part for part in parts if part)


def _sections(page: str) -> list[tuple[str, str]]:
    words = _SECTION.split(page)
    return [("", words[0]), *zip(words[1::2], words[2::2], strict=True)]


def _peers(text: str) -> str:
    # `- NeuraLint f004` alone: the table says what that check is
    return re.sub(r"^- (\w+) (\S+)$", r"- \1 `\2` ([compare](../PEERS.md))", text.strip(), flags=re.MULTILINE)


def _badges(rule: type[Rule], shown: Sequence[Diagnostic]) -> str:
    fixes = {one.fix.applicability for one in shown if one.fix is not None}
    if Applicability.SAFE in fixes and len(fixes) > 1:
        fix = "fix: safe or unsafe"
    elif fixes:
        fix = f"fix: {min(fixes, key=list(Applicability).index).label}"
    else:
        fix = "fix: sometimes" if has_fix(rule) else "no fix"
    state = "on by default" if rule.on_by_default() else "off by default"
    words = (state, f"{rule.confidence.label} confidence", fix, f"since {rule.since or FIRST_VERSION}")
    family = f"[{FAMILIES[rule.family()]}]({rule.family()}.md){{ .badge .plain }}"
    return " ".join([severity_badge(rule), family, *(f'<span class="badge plain">{word}</span>' for word in words)])


def has_fix(rule: type[Rule]) -> bool:
    """Whether its page says that there is a fix, be it in some cases only."""
    safety = rule.page().partition("## Fix safety\n")[2].strip()
    return bool(safety) and not safety.startswith("There is no ")


def severity_badge(rule: type[Rule]) -> str:
    """The severity as a colored word."""
    label = rule.severity.label
    return f'<span class="badge {label}">{label}</span>'


def _found(case: Case, rules: Sequence[type[Rule]]) -> tuple[Diagnostic, ...]:
    if not case.codes:
        return ()
    settings = Settings(select=case.codes, keras_version=case.version)
    if case.is_config:
        return check_graph(read_model(json.loads(case.text)), "model.keras", settings, rules)
    return check_bytes(case.text.encode(), "example.py", settings, rules).diagnostics


def _with_reports(text: str, found: dict[str, tuple[Diagnostic, ...]]) -> str:
    def block(match: re.Match[str]) -> str:
        kind, code = match.groups()
        reports = found.get(code, ())
        lines = sorted({one.location.start.line for one in reports if one.location.start})
        marked = f' linenums="1" hl_lines="{" ".join(map(str, lines))}"' if lines else ""
        admonitions = "".join(f"\n\n{_admonition(one)}" for one in reports)
        return f"``` {{ .{kind}{marked} }}\n{_EXPECT.sub('', code)}```{admonitions}"

    return _BLOCK.sub(block, text).strip()


def _admonition(one: Diagnostic) -> str:
    place = f"Line {one.location.start.line}: " if one.location.start else ""
    title = (place + one.message).replace('"', "&quot;")
    lines = [f'!!! {ADMONITIONS[one.severity]} report "{escaped(title)}"']
    told = [("fact", one.fact), ("help", one.help)]
    if one.fix is not None:
        told.append(("fix", f"{one.fix.title} ({one.fix.applicability.label})"))
    lines += [f"    **{name}:** {escaped(text)}\n" for name, text in told if text]
    if len(lines) == 1:
        lines.append("    &nbsp;")
    return "\n".join(lines)


def escaped(text: str) -> str:
    """A message as Markdown that shows it as it is; what it has in backticks stays code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return re.sub(r"([`*_\[\]<>\\])", r"\\\1", text)
    plain = [re.sub(r"([*_\[\]<>\\#|])", r"\\\1", part) for part in parts[::2]]
    code = [f"`{part}`" for part in parts[1::2]]
    return "".join(word for pair in zip(plain, [*code, ""], strict=True) for word in pair)


def _how_to_silence(rule: type[Rule]) -> str:
    if rule.family() == "tool":
        return ""
    return (
        f"## Leave it out\n\n```python\n...  # tdlint: ignore[{rule.code}] why it is right here\n```\n\n"
        f'For all of a project: `ignore = ["{rule.name()}"]` in `[tool.tdlint]` '
        f"([configuration](../CONFIGURATION.md)). This page in the terminal: `tdlint rule {rule.code}`."
    )


def _row(rule: type[Rule]) -> str:
    state = "" if rule.on_by_default() else "off"
    summary = rule.summary().replace("|", r"\|")
    fix = "fix" if has_fix(rule) else ""
    wrong = f"[{rule.name()}]({rule.code}.md)<br>{summary}"
    return f"| [{rule.code}]({rule.code}.md) | {wrong} | {severity_badge(rule)} | {state} | {fix} |"


_HEAD = "| code | what is wrong | severity | | |\n|---|---|---|---|---|"


def family_page(family: str, members: Sequence[type[Rule]]) -> str:
    """The rules of one family."""
    return "\n\n".join([f"# {FAMILIES[family]}", ABOUT[family], "\n".join([_HEAD, *map(_row, members)])])


def index_page(rules: Sequence[type[Rule]]) -> str:
    """All rules: by family, then by severity."""
    on = sum(rule.on_by_default() for rule in rules)
    parts = [
        f"# Rules\n\n{len(rules)} rules, {on} of them on by default: errors and warnings of high confidence. "
        "*error*: raises, or the result is certainly wrong; *warning*: runs, and is almost surely not what was "
        "meant; *advice*: anything else. `--select`, `--extend-select` and `--ignore` take codes (`TDL101`), "
        "prefixes (`TDL1`), names and `ALL`. [By severity](#by-severity).",
    ]
    for family, members in by_family(rules):
        rows = [_HEAD, *map(_row, members)]
        parts += [f"## [{FAMILIES[family]}]({family}.md)", ABOUT[family], "\n".join(rows)]
    parts.append("## By severity")
    for severity in sorted(Severity, reverse=True):
        links = [f"[{rule.code}]({rule.code}.md)" for rule in rules if rule.severity is severity]
        parts.append(f"**{severity.label}** ({len(links)}): {', '.join(links)}")
    return "\n\n".join(parts)


def by_family(rules: Sequence[type[Rule]]) -> Iterator[tuple[str, list[type[Rule]]]]:
    """The families in the order of their codes."""
    for family, members in groupby(rules, key=lambda rule: rule.family()):
        yield family, list(members)


def pages() -> dict[str, str]:
    """All pages about rules by their paths."""
    rules = builtin_rules()
    made = {f"rules/{rule.code}.md": rule_page(rule, rules) for rule in rules}
    made |= {f"rules/{family}.md": family_page(family, members) for family, members in by_family(rules)}
    return {"rules/index.md": index_page(rules), **made}


def navigation() -> list[object]:
    """The entries of the pages about rules."""
    entries: list[object] = ["rules/index.md"]
    for family, members in by_family(builtin_rules()):
        entries.append({FAMILIES[family]: [f"rules/{family}.md", *(f"rules/{rule.code}.md" for rule in members)]})
    return entries
