"""Write the tables of README.md anew: the rules, and the options of ``tdlint check``.

    python scripts/update_readme.py

A table stands between the lines ``<!-- rules:start -->`` and ``<!-- rules:end -->``. A test fails if one is not fresh.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from tdlint.cli.check import check
from tdlint.config import Settings, settings_table
from tdlint.linting.registry import load_rules

README = Path(__file__).resolve().parent.parent / "README.md"


def rules_table() -> str:
    """Every built-in rule with its severity, whether it is on by default, and the first line of its page."""
    rows = ["| code | name | severity | default | what is wrong |", "|---|---|---|---|---|"]
    for rule in load_rules():
        if rule.__module__.startswith("tdlint_rules."):  # not those of other packs that are installed here
            state = "on" if rule.on_by_default() else "off"
            cells = (rule.code, rule.name(), rule.severity.label, state, _cell(rule.summary()))
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def options_table() -> str:
    """Every option of ``tdlint check`` with its key in ``[tool.tdlint]`` if it has one, then the other keys."""
    keys = [key for key, _, _ in settings_table(Settings())]
    rows = ["| option | key | meaning |", "|---|---|---|"]
    for option in check.params:
        if isinstance(option, click.Option):
            name = max(option.opts, key=len)
            key = name.removeprefix("--")
            value = f" {option.metavar or _choices(option)}".rstrip()
            meaning = re.sub(r"\s*\[default: (.*)\]", r" Default: \1.", option.help or "")
            rows.append(f"| `{_cell(name + value)}` | {f'`{key}`' if key in keys else ''} | {_cell(meaning)} |")
    described = {key for key in keys if f"| `{key}` |" in "\n".join(rows)}
    rows += [f"|  | `{key}` | {_cell(ONLY_IN_FILE[key])} |" for key in keys if key not in described]
    return "\n".join(rows)


ONLY_IN_FILE = {
    "per-file-ignores": "A table from a glob to the rules that are left out in the files it matches.",
    "exclude": "Globs of files and folders that are not read; replaces the default, which is shown by `tdlint config`.",
    "extend-exclude": "Globs that are added to `exclude`.",
}
"""What the keys mean that no option has."""


def _choices(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return "|".join(str(choice) for choice in option.type.choices)
    return "" if option.is_flag else "N"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def updated(text: str) -> str:
    """The text of README with fresh tables.

    Raises:
        ValueError: the lines that a table stands between are missing.
    """
    for name, table in (("rules", rules_table()), ("options", options_table())):
        start, end = f"<!-- {name}:start -->\n", f"<!-- {name}:end -->"
        if text.count(start) != 1 or text.count(end) != 1:
            raise ValueError(f"README.md needs the lines {start.strip()} and {end}, each once")
        before, _, rest = text.partition(start)
        text = f"{before}{start}{table}\n{end}{rest.partition(end)[2]}"
    return text


def main() -> None:
    """Write README.md if a table in it is not fresh."""
    text = README.read_text(encoding="utf-8")
    fresh = updated(text)
    if fresh != text:
        README.write_text(fresh, encoding="utf-8")
    sys.stdout.write("README.md: " + ("tables written\n" if fresh != text else "nothing to do\n"))


if __name__ == "__main__":
    main()
