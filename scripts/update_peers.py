"""Write docs/PEERS.md anew: which rule answers which check of other tools, and why one was left out.

    python scripts/update_peers.py

The checks are in docs/peers.toml; the rules say on their own pages, under "Also checked by", which of them they answer.
A test fails if the page is not fresh.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tdlint.linting.registry import load_rules
from tdlint.linting.rule import Rule

DOCS = Path(__file__).resolve().parent.parent / "docs"
HEADING = "## Also checked by"
INTRODUCTION = """# What other tools check

Which rule of tdlint answers which check of other tools for Keras programs, and why one was left out. *From* says what a
check can be decided from: the source, a model that is built, the data, or only training. This page is made by
`scripts/update_peers.py` of [peers.toml](peers.toml) and of the pages of the rules; don't edit it.
"""


def answers() -> dict[tuple[str, str], list[type[Rule]]]:
    """The rules that name a check on their pages, by peer and id of the check."""
    found: dict[tuple[str, str], list[type[Rule]]] = {}
    for rule in load_rules():
        if rule.__module__.startswith("tdlint_rules."):
            for peer, check in named_on(rule.page()):
                found.setdefault((peer, check), []).append(rule)
    return found


def named_on(page: str) -> Iterator[tuple[str, str]]:
    """The checks under the heading of a page: peer and id."""
    section = page.partition(f"{HEADING}\n")[2].partition("\n## ")[0]
    for line in section.splitlines():
        match = re.fullmatch(r"- (\w+) (\S+)", line)
        if match:
            yield match.group(1), match.group(2)
        elif line.strip():
            raise ValueError(f"not '- peer check': {line}")


def peers() -> list[dict[str, Any]]:
    """The tools with their checks."""
    tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    content = tomllib.loads((DOCS / "peers.toml").read_text(encoding="utf-8"))
    return list(content["peer"])


def page() -> str:
    """The page.

    Raises:
        ValueError: a check has neither a rule nor a reason, or both, or a rule names one that does not exist.
    """
    answered = answers()
    parts = [INTRODUCTION]
    for peer in peers():
        parts.append(f"## {peer['name']}\n\n{peer['about']}\n\n{table(peer, answered)}\n")
    if answered:
        raise ValueError(f"rules name checks that docs/peers.toml does not have: {sorted(answered)}")
    return "\n".join(parts)


def table(peer: dict[str, Any], answered: dict[tuple[str, str], list[type[Rule]]]) -> str:
    """The checks of one tool; takes those that it has out of ``answered``."""
    rows = ["| check | what it reports | from | tdlint |", "|---|---|---|---|"]
    for check, entry in peer["checks"].items():
        rules = answered.pop((peer["name"], check), [])
        if bool(rules) == ("left_out" in entry):
            raise ValueError(f"{peer['name']} {check} needs either a rule or left_out")
        names = ", ".join(f"{rule.code} {rule.name()}" for rule in rules)
        told = f"{names}. {entry['note']}" if "note" in entry else names
        said = f"left out: {entry['left_out']}" if not rules else told
        rows.append(f"| `{check}` | {entry['what']} | {entry['from']} | {said} |")
    return "\n".join(rows)


def main() -> None:
    """Write docs/PEERS.md if it is not fresh."""
    file, fresh = DOCS / "PEERS.md", page()
    stale = not file.exists() or file.read_text(encoding="utf-8") != fresh
    if stale:
        file.write_text(fresh, encoding="utf-8")
    sys.stdout.write("docs/PEERS.md: " + ("written\n" if stale else "nothing to do\n"))


if __name__ == "__main__":
    main()
