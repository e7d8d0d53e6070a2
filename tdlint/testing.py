"""Tests for rule packs: the examples on a rule's page, and fixture files with expectations in comments.

A third party's test file needs a few lines::

    import pytest
    from tdlint.testing import check_case, load_rules, page_cases

    @pytest.mark.parametrize("case", [case for rule in load_rules("my_rules") for case in page_cases(rule)], ids=str)
    def test_page(case):
        check_case(case)

In a case, ``# expect: TDL101`` (several codes with commas) ends a line that must report; a case without one must be
silent. ``# keras-version: 2.15`` as the first line sets the version that the program is meant for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tdlint.config import Settings
from tdlint.diagnostics import Applicability, Diagnostic
from tdlint.inspector.configs.graph import read_model
from tdlint.linting.engine import check_bytes, check_graph
from tdlint.linting.fixes import applicable
from tdlint.linting.fixing import fix_bytes
from tdlint.linting.packs import in_this_process
from tdlint.linting.registry import load_rules
from tdlint.linting.rule import Rule
from tdlint.spec.version import NEWEST, KerasVersion, parse_version

__all__ = ["Case", "check_case", "file_cases", "load_rules", "page_cases"]

_EXPECT = re.compile(r"[ \t]*# expect: (?P<codes>[A-Z0-9, ]+?)[ \t]*$", re.MULTILINE)
_VERSION = re.compile(r"\A# keras-version: (\S+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```(python|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Case:
    """A program, the codes it is checked for (None: every rule that is on by default), and what a fix makes of it.

    Or the configuration of a model as a file has it (``is_config``), which must report the codes if there are any.
    """

    name: str
    text: str
    codes: tuple[str, ...] | None = None
    fixed: str | None = None
    is_config: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def version(self) -> KerasVersion:
        """The version of Keras that the case says it is for."""
        found = _VERSION.search(self.text)
        return parse_version(found[1]) if found else NEWEST

    @property
    def expected(self) -> set[tuple[int, str]]:
        """The lines, from 1, and codes that the case's comments ask for."""
        if self.is_config:
            return {(0, code) for code in self.codes or ()}
        return {
            (self.text.count("\n", 0, found.start()) + 1, code.strip())
            for found in _EXPECT.finditer(self.text)
            for code in found["codes"].split(",")
        }


def page_cases(rule: type[Rule]) -> Iterator[Case]:
    """The examples of a rule's page: *Bad* must report this rule, *Good* must be silent for every rule.

    The n-th example under *Fixed* is what the rule's fixes make of the n-th under *Bad*.
    """
    bad, fixed, good = (_blocks(rule.page(), heading) for heading in ("Bad", "Fixed", "Good"))
    for number, (kind, text) in enumerate(bad):
        after = fixed[number][1] if number < len(fixed) else None
        yield Case(f"{rule.name()}-bad-{number + 1}", text, (rule.code,), after, kind == "json")
    for number, (kind, text) in enumerate(good):
        yield Case(f"{rule.name()}-good-{number + 1}", text, is_config=kind == "json")


def _blocks(page: str, heading: str) -> list[tuple[str, str]]:
    """The examples under a heading: whether each is Python or JSON, and its text."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return _BLOCK.findall(section[1]) if section else []


def file_cases(folder: Path) -> Iterator[Case]:
    """Every ``.py`` file below a folder as a case for all rules that are on by default, and those that it expects."""
    for path in sorted(folder.rglob("*.py")):
        yield Case(path.relative_to(folder).with_suffix("").as_posix(), path.read_text(encoding="utf-8"))


def check_case(case: Case) -> None:
    """Check the diagnostics of a case, then its fixes.

    Raises:
        AssertionError: a diagnostic too many, one too few, or a fix that is not what it should be.
    """
    with in_this_process():
        _check_config(case) if case.is_config else _check_program(case)


def _check_program(case: Case) -> None:
    found = check_bytes(case.text.encode(), _path(case), _settings(case), load_rules()).diagnostics
    have = {(_line(diagnostic), diagnostic.code) for diagnostic in found}
    assert have == case.expected, _difference(case, have, found)
    _check_fixes(case, found)


def _check_config(case: Case) -> None:
    model = read_model(json.loads(case.text))
    found = check_graph(model, case.name, Settings(select=case.codes), load_rules())
    have = {(0, one.code) for one in found}
    assert have == case.expected, _difference(case, have, found)


def _settings(case: Case) -> Settings:
    expected = tuple(sorted({code for _, code in case.expected}))
    return Settings(select=case.codes, extend_select=() if case.codes else expected, keras_version=case.version)


def _path(case: Case) -> str:
    return f"{case.name}.py"


def _line(diagnostic: Diagnostic) -> int:
    return diagnostic.location.start.line if diagnostic.location.start else 0


def _difference(case: Case, have: set[tuple[int, str]], found: tuple[Diagnostic, ...]) -> str:
    missing = ", ".join(f"{code} on line {line}" for line, code in sorted(case.expected - have))
    surplus = "; ".join(f"{one.code} on line {_line(one)}: {one.message}" for one in found)
    return f"{case.name}: expected and not reported: {missing or 'none'}; reported: {surplus or 'nothing'}"


def _check_fixes(case: Case, found: tuple[Diagnostic, ...]) -> None:
    fixable = {each.code for each in applicable(found, Applicability.UNSAFE)}
    if not fixable:
        assert case.fixed is None, f"{case.name}: the page shows a fix, and the rule gives none"
        return
    settings = replace(_settings(case), unsafe_fixes=True)
    result = fix_bytes(case.text.encode(), _path(case), settings, load_rules())
    left = {diagnostic.code for diagnostic in result.diagnostics}
    new = left - {diagnostic.code for diagnostic in found}
    assert not new, f"{case.name}: fixing brought in {', '.join(sorted(new))}"
    if case.fixed is not None:
        assert not left & fixable, f"{case.name}: still reported after its fix: {', '.join(sorted(left & fixable))}"
        after = result.fixing.after.decode() if result.fixing else case.text
        assert _EXPECT.sub("", after) == case.fixed, f"{case.name}: the fix gives\n{_EXPECT.sub('', after)}"
