"""What pages and README tell people to write: configuration that can be read, and commands that exist."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tdlint.cli import cli
from tdlint.config import read_config

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, *languages: str) -> Iterator[str]:
    for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language in languages:
            yield text


def commands(page: Path) -> Iterator[str]:
    """Every call of tdlint on a page: in scripts, steps of services, and what is shown of a terminal."""
    for text in blocks(page, "bash", "console", "yaml", "groovy", "text"):
        for line in text.splitlines():
            found = re.match(r"^\s*(?:- |- run: |- script: |\$ |sh '\S*/)?(tdlint (?!\[).*?)'?$", line)
            if found:
                yield re.split(r" \| | < | > |\s# ", found[1])[0].strip()


@pytest.mark.parametrize(
    ("page", "command"), [(page.name, line) for page in PAGES for line in commands(page) if "PATHS" not in line]
)
def test_commands_on_pages_exist_with_their_options(page, command):
    first, *rest = shlex.split(command)[1:]
    if first in ("--version", "--help"):
        return
    name, given = (first, rest) if first in cli.commands else ("check", [first, *rest])
    assert cli.commands[name].make_context(name, given)


def test_the_pages_have_many_commands():
    assert sum(len(list(commands(page))) for page in PAGES) > 40


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_configuration_on_pages_can_be_read(page, tmp_path):
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    for text in blocks(page, "yaml"):
        assert yaml.safe_load(text)
    for text in blocks(page, "json"):
        assert json.loads(text)
    for text in blocks(page, "toml"):
        if "tdlint" in toml.loads(text).get("tool", {}):
            (tmp_path / "pyproject.toml").write_text(text)
            read_config(tmp_path / "pyproject.toml")


def test_recipes_name_what_the_action_and_the_hooks_have():
    [hooks] = [found for text in blocks(ROOT / "docs" / "CI.md", "yaml") if "repos" in (found := yaml.safe_load(text))]
    known = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert {hook["id"] for hook in hooks["repos"][0]["hooks"]} == known
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    workflows = [yaml.safe_load(text) for text in blocks(ROOT / "docs" / "CI.md", "yaml")]
    steps = [step for one in workflows if "jobs" in one for job in one["jobs"].values() for step in job["steps"]]
    [ours] = [step for step in steps if step.get("uses", "").startswith("OWNER/tdlint@")]
    assert set(ours["with"]) <= set(inputs)
