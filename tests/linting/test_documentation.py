"""The addresses of the pages of rules: one for all that name them, and the one that the site uses."""

from __future__ import annotations

import json
from importlib import metadata

import pytest

from tdlint.formatters import render
from tdlint.formatters.options import Options
from tdlint.formatters.rules import render_json, render_page
from tdlint.linting import documentation
from tdlint.linting.registry import load_rules
from tdlint.linting.result import RunResult
from tdlint.linting.rule import Rule
from tdlint.server.jobs import _described

RULE = next(rule for rule in load_rules() if rule.code == "TDL101")


@pytest.fixture(autouse=True)
def no_answer_is_kept():
    documentation.site.cache_clear()
    yield
    documentation.site.cache_clear()


@pytest.fixture
def site(monkeypatch) -> str:
    message = metadata.metadata("tdlint")
    del message["Project-URL"]
    message["Project-URL"] = "Source, https://example.org/source"
    message["Project-URL"] = "Documentation, https://example.org/tdlint"
    monkeypatch.setattr(metadata, "metadata", lambda name: message)
    return "https://example.org/tdlint/rules/TDL101/"


def test_all_name_the_same_address(site):
    assert documentation.page_address(RULE) == site
    sarif = json.loads(render("sarif", RunResult(()), Options(rules=(RULE,))))
    assert [rule["helpUri"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]] == [site]
    assert json.loads(render_json([RULE]))["rules"][0]["url"] == site
    assert render_page(RULE, Options()).endswith(f"\n\n{site}")
    assert _described(RULE).link == site


def test_rules_of_others_are_not_on_the_site(site):
    assert documentation.page_address(Rule) is None


def test_without_a_site_there_is_no_address():
    if any(entry.startswith("Documentation,") for entry in metadata.metadata("tdlint").get_all("Project-URL") or []):
        pytest.skip("this package names its site")
    assert documentation.page_address(RULE) is None
    assert json.loads(render_json([RULE]))["rules"][0]["url"] is None
    sarif = json.loads(render("sarif", RunResult(()), Options(rules=(RULE,))))
    assert "helpUri" not in sarif["runs"][0]["tool"]["driver"]["rules"][0]
    assert (_described(RULE).link or "").startswith("file:")


def test_a_package_that_was_never_installed_has_no_site(monkeypatch):
    def none(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "metadata", none)
    assert documentation.site() is None
