"""Selectors, and which reports are shown."""

from __future__ import annotations

import pytest

from tdlint.config import Settings
from tdlint.diagnostics import Confidence, Diagnostic, Location, Severity
from tdlint.errors import ConfigError, UsageError
from tdlint.linting.rule import Rule
from tdlint.linting.selection import check_selectors, select


def rule(code: str, name: str, severity=Severity.WARNING, confidence=Confidence.HIGH, family="sequences") -> type[Rule]:
    module = f"pack.{family}.{name.replace('-', '_')}"
    return type("R", (Rule,), {"__module__": module, "code": code, "severity": severity, "confidence": confidence})


RULES = (
    rule("TDL101", "one-oh-one"),
    rule("TDL102", "one-oh-two", Severity.ADVICE),
    rule("TDL111", "one-one-one"),
    rule("TDL201", "two-oh-one", confidence=Confidence.LOW, family="regularization"),
    rule("ABC101", "other", family="theirs"),
)
ALWAYS = {"TDL001", "TDL002", "TDL004", "TDL005", "TDL006"}


def enabled(**settings) -> set[str]:
    return set(select(Settings(**settings), RULES).enabled) - ALWAYS


def test_default_is_what_is_sure_and_no_advice():
    assert enabled() == {"TDL101", "TDL111", "ABC101", "TDL003"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"select": ("TDL101",)}, {"TDL101"}),
        ({"select": ("one-oh-two",)}, {"TDL102"}),
        ({"select": ("TDL1",)}, {"TDL101", "TDL102", "TDL111"}),
        ({"select": ("TDL10",), "extend_select": ("TDL2",)}, {"TDL101", "TDL102", "TDL201"}),
        ({"select": ("regularization",)}, {"TDL201"}),
        ({"select": ("ABC",)}, {"ABC101"}),
        ({"select": ("ALL",)}, {"TDL101", "TDL102", "TDL111", "TDL201", "ABC101", "TDL003"}),
        ({"extend_select": ("TDL201",)}, {"TDL101", "TDL111", "TDL201", "ABC101", "TDL003"}),
        ({"ignore": ("TDL1",)}, {"ABC101", "TDL003"}),
        ({"ignore": ("TDL003", "other")}, {"TDL101", "TDL111"}),
        # the more specific selector counts, ignore on a tie
        ({"select": ("TDL1",), "ignore": ("TDL10",)}, {"TDL111"}),
        ({"select": ("TDL101",), "ignore": ("TDL1",)}, {"TDL101"}),
        ({"select": ("TDL10",), "ignore": ("TDL1",)}, {"TDL101", "TDL102"}),
        ({"select": ("TDL1",), "ignore": ("TDL1",)}, set()),
        ({"select": ("TDL101",), "ignore": ("one-oh-one",)}, set()),
        ({"select": ("ALL",), "ignore": ("sequences",)}, {"TDL201", "ABC101", "TDL003"}),
    ],
)
def test_selectors(settings, expected):
    assert enabled(**settings) == expected


def test_failures_are_always_reported_unless_ignored_by_name():
    assert select(Settings(select=("TDL101",), ignore=("TDL0", "ALL")), RULES).enabled >= ALWAYS
    assert "TDL001" not in select(Settings(ignore=("syntax-error",)), RULES).enabled


@pytest.mark.parametrize(
    ("glob", "path", "hidden"),
    [
        ("tests/*", "tests/a/b.py", True),
        ("b.py", "x/b.py", True),
        ("tests", "tests/b.py", True),
        ("tests/*", "src/b.py", False),
    ],
)
def test_per_file_ignores(tmp_path, monkeypatch, glob, path, hidden):
    monkeypatch.chdir(tmp_path)
    settings = Settings(per_file_ignores=((glob, ("TDL101",)),), root=str(tmp_path))
    assert ("TDL101" not in select(settings, RULES, path).enabled) is hidden
    assert ("TDL101" not in select(settings, RULES, str(tmp_path / path)).enabled) is hidden


def shown(code: str, severity=Severity.WARNING, confidence=Confidence.HIGH, **settings) -> bool:
    diagnostic = Diagnostic(code, "n", "m", Location("p"), severity, confidence)
    return select(Settings(**settings), RULES).shows(diagnostic)


def test_low_confidence_is_shown_for_an_exact_selector_only():
    low = Confidence.LOW
    assert not shown("TDL101", confidence=low)
    assert not shown("TDL101", confidence=low, select=("TDL1",))
    assert not shown("TDL101", confidence=low, select=("ALL",))
    assert shown("TDL101", confidence=low, select=("TDL101",))
    assert shown("TDL201", confidence=low, extend_select=("two-oh-one",))


def test_advice_is_shown_if_it_was_asked_for():
    advice = Severity.ADVICE
    assert not shown("TDL101", advice)
    assert shown("TDL101", advice, extend_select=("TDL1",))
    assert shown("TDL101", advice, min_severity=Severity.ADVICE)
    assert not shown("TDL101", Severity.WARNING, min_severity=Severity.ERROR)


def test_unknown_selectors_are_errors_that_name_their_place():
    with pytest.raises(UsageError, match=r"--select: no rule is called `TDL110x`; did you mean"):
        check_selectors(Settings(select=("TDL110x",)), RULES)
    settings = Settings(ignore=("one-oh-onee",), config_file="p.toml", sources=(("ignore", "p.toml"),))
    with pytest.raises(ConfigError, match=r"p.toml: tool.tdlint.ignore: .*`one-oh-onee`; did you mean `one-oh-one`\?"):
        check_selectors(settings, RULES)
    with pytest.raises(UsageError, match="per-file-ignores"):
        check_selectors(Settings(per_file_ignores=(("a", ("TDL999",)),)), RULES)
    check_selectors(Settings(select=("ALL", "TDL", "TDL003", "unused-suppression", "sequences", "ABC1")), RULES)
