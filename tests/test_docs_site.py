"""The site: every rule, key and option is on it, what it shows of a terminal is true, and its links are checked."""

from __future__ import annotations

import json
import re
import sys
import textwrap
from importlib import import_module
from pathlib import Path

import click
import jsonschema
import pytest
from test_conventions import script

from tdlint import api
from tdlint.cli import cli
from tdlint.linting.registry import load_rules
from tdlint.settings_schema import schema

ROOT = Path(__file__).parent.parent
RULES = [rule for rule in load_rules() if rule.__module__.startswith("tdlint_rules.")]


transcripts = script("docs_site/transcripts")
settings_pages = script("docs_site/settings_pages")
PAGES = [
    pytest.param(page, marks=[pytest.mark.slow] * transcripts.trains(page.read_text())) for page in transcripts.pages()
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_show_what_commands_print(page):
    text = page.read_text(encoding="utf-8")
    assert transcripts.renewed(text) == text, "run: python scripts/docs_site/transcripts.py"


def test_a_transcript_that_is_not_what_a_command_prints_is_written_anew():
    text = (
        "<!-- file: a.py -->\n```python\nx = 1\n```\n\n```console\n$ tdlint a.py\nno longer true\n\n$ cat a.py\n```\n"
    )
    found = transcripts.renewed(text)
    assert "no longer true" not in found
    assert "$ tdlint a.py\nAll checks passed" in found
    assert found.endswith("$ cat a.py\nx = 1\n```\n")
    assert transcripts.renewed(found) == found


def test_every_rule_has_a_page_that_shows_what_it_reports():
    pages = script("docs_site/rule_pages").pages()
    index = pages["rules/index.md"]
    for rule in RULES:
        page = pages[f"rules/{rule.code}.md"]
        assert f"[{rule.code}]({rule.code}.md)" in index
        assert f"({rule.code}.md)" in pages[f"rules/{rule.family()}.md"]
        assert f"# {rule.code} {rule.name()}" in page
        assert f'<span class="badge {rule.severity.label}">' in page
        assert "# expect:" not in page
        if rule.family() != "tool":
            assert re.search(r"^!!! (failure|warning|info) report ", page, re.MULTILINE), rule.code


def test_a_rule_without_a_fix_does_not_promise_one():
    pages = script("docs_site/rule_pages").pages()
    assert "fix: unsafe" in pages["rules/TDL101.md"]
    assert "no fix" in pages["rules/TDL201.md"]


def test_every_key_and_option_is_on_the_pages():
    made = settings_pages.settings()
    assert [key for key in schema()["properties"] if f"### `{key}`" not in made] == []
    commands = settings_pages.commands()
    for name, command in cli.commands.items():
        for param in command.params:
            if isinstance(param, click.Option):
                assert f'id="{name}{max(param.opts, key=len)}"' in commands


@pytest.mark.parametrize("key", list(schema()["properties"]))
def test_examples_of_the_configuration_are_valid(key):
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    example = toml.loads(f"{key} = {settings_pages.EXAMPLES[key]}")
    jsonschema.Draft7Validator(schema()).validate(example)


def test_pages_leave_no_marker_unfilled_and_none_unused(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts" / "docs_site")
    markers = script("docs_site/markers")
    texts = [page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md")]
    assert not [text for text in texts if "<!-- made:" in markers.filled(text)]
    assert set(markers.MARKERS) == {name for text in texts for name in re.findall(r"<!-- made: (\w+) -->", text)}


def test_every_public_name_is_on_the_page_about_python():
    pages = script("docs_site/api_pages")
    made = pages.rules()
    assert [name for name in api.__all__ if f"#### `{name}`" not in made] == []
    assert "#### `check_case`" in pages.packs()
    assert "class PenaltyMonitor(" in pages.python()
    assert " object at 0x" not in made


def test_links_are_rewritten_for_the_site():
    relinked = script("docs_site/repository").relinked
    assert relinked("[f](docs/FACTS.md#a1)", "CONTRIBUTING.md") == "[f](FACTS.md#a1)"
    assert relinked("[c](../CHANGELOG.md)", "docs/README.md") == "[c](changelog.md)"
    assert relinked("[r](../rules/sequences/lost_mask.py)", "docs/README.md") == "[r](rules/TDL104.md)"
    assert relinked("[r](../rules/)", "docs/README.md") == "[r](rules/index.md)"
    assert relinked("[l](LICENSE)", "CONTRIBUTING.md") == "l"
    assert relinked("[l](LICENSE)", "CONTRIBUTING.md", "https://example.org/t") == (
        "[l](https://example.org/t/blob/main/LICENSE)"
    )
    assert relinked("```text\n[l](NOTHING)\n```\n", "CONTRIBUTING.md") == "```text\n[l](NOTHING)\n```\n"
    with pytest.raises(ValueError, match="does not exist"):
        relinked("[l](NOTHING)", "CONTRIBUTING.md")


def test_codes_and_facts_are_linked_but_not_within_links_and_code():
    linking = script("docs_site/linking")
    html = "<p>TDL101 (FACTS A1, C9) <a>TDL101</a> <code>TDL101</code></p><pre>TDL101</pre>"
    rules, facts = {"TDL101": "r"}.get, {"A1": "f#a1"}.get
    one = '<a href="r">TDL101</a>'
    assert linking.linked(html, rules, facts) == (
        f'<p>{one} (FACTS <a href="f#a1">A1</a>, C9) <a>TDL101</a> <code>{one}</code></p><pre>TDL101</pre>'
    )
    assert linking.with_anchors("| A1 | fact |\n") == '| <span id="a1">A1</span> | fact |\n'


def test_broken_links_are_found(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "index.html").write_text('<p id="here">')
    (tmp_path / "index.html").write_text(
        '<a href="other/#here"><a href="other/#there"><a href="gone/"><a href="https://x"><a href="https://a.b/c">'
        '<script src="https://a.b/c.js"></script><link rel="stylesheet" href="s.css">'
    )
    assert list(script("docs_site/check_links").problems(tmp_path)) == [
        "index.html: other/#there: no such anchor",
        "index.html: gone/: no such page",
        "index.html: https://x: no address of a page",
        "index.html: loads https://a.b/c.js",
    ]


def test_the_tutorial_shows_the_cells_of_its_notebooks():
    page = (ROOT / "docs" / "TUTORIAL.md").read_text(encoding="utf-8")
    shown = [textwrap.dedent(code).strip() for code in re.findall(r"^ *```python\n(.*?)^ *```", page, re.M | re.S)]
    cells = [
        ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
        for path in (
            ROOT / "docs" / "notebooks" / "bearing.ipynb",
            ROOT / "docs" / "notebooks" / "bearing_corrected.ipynb",
        )
    ]
    assert len(shown) == 5
    assert set(shown[:4]) <= set(cells[0])
    assert shown[4] in cells[1]
    assert cells[0][0] == cells[1][0]


def test_only_numbers_that_are_near_are_alike():
    assert transcripts.alike("98 % of 4\n", "100 % of 4\n")
    assert not transcripts.alike("50 % of 4\n", "100 % of 4\n")
    assert not transcripts.alike("98 % of five\n", "98 % of 4\n")


def test_every_page_is_in_the_navigation():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = re.findall(r"^ +- (?:.*: )?([\w/-]+\.md)$", text.partition("\nnav:\n")[2], re.MULTILINE)
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")}
    assert set(named) == pages | set(script("docs_site/repository").ELSEWHERE.values())
