"""The examples on every rule's page and the fixture programs, as tests; and what all rules have in common."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tdlint.linting.rule import Rule
from tdlint.linting.tool_codes import TOOL_CODES
from tdlint.testing import Case, check_case, file_cases, load_rules, page_cases

ROOT = Path(__file__).parent.parent.parent
RULES = load_rules()
CHECKS = [rule for rule in RULES if rule.family() != "tool"]


@pytest.mark.parametrize("case", [case for rule in RULES for case in page_cases(rule)], ids=str)
def test_example_on_page(case: Case) -> None:
    check_case(case)


@pytest.mark.parametrize("case", list(file_cases(ROOT / "fixtures" / "programs")), ids=str)
def test_program(case: Case) -> None:
    check_case(case)


@pytest.mark.parametrize("case", list(file_cases(ROOT / "fixtures" / "rules")), ids=str)
def test_rule_fixture(case: Case) -> None:
    check_case(case)


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.name())
def test_page_has_examples_that_report_and_that_are_silent(rule: type[Rule]) -> None:
    cases = list(page_cases(rule))
    assert any(case.expected for case in cases)
    assert any(not case.expected for case in cases)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name())
def test_facts_that_a_rule_cites_are_in_the_facts_page(rule: type[Rule]) -> None:
    """Messages and pages cite measurements by id; a reader must be able to look them up."""
    source = (ROOT / "rules" / rule.family() / f"{rule.name().replace('-', '_')}.py").read_text(encoding="utf-8")
    cited = {one for group in re.findall(r"FACTS ([A-Z]\d+\w?(?:, [A-Z]\d+\w?)*)", source) for one in group.split(", ")}
    listed = set(re.findall(r"^\| ([A-Z]\d+\w?) \|", (ROOT / "docs" / "FACTS.md").read_text(encoding="utf-8"), re.M))
    assert cited <= listed


def test_tool_codes_have_pages() -> None:
    pages = {rule.code: (rule.name(), rule.severity) for rule in RULES}
    for code in TOOL_CODES:
        assert pages[code.code] == (code.name, code.severity)


def test_each_fact_has_an_id_of_its_own() -> None:
    page = (ROOT / "docs" / "FACTS.md").read_text(encoding="utf-8")
    times = Counter(re.findall(r"^\| ([A-Z]\d+\w?) \|", page, re.MULTILINE))
    assert [fact for fact, number in times.items() if number > 1] == []
