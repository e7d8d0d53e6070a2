"""Baselines: what is in one is not reported again, wherever its lines move, and what is not in it always is."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tdlint.diagnostics import Diagnostic, Location, Position, Severity
from tdlint.errors import ConfigError
from tdlint.linting.baseline import Baseline, apply_baseline, read_baseline, text_of, updated
from tdlint.linting.result import FileResult, RunResult


def diagnostic(line: int, code: str = "TDL101", text: str = "f(1)", path: str = "a.py") -> Diagnostic:
    return Diagnostic(code, "x", "m", Location(path, Position(line, 1), lines=(text,)), Severity.ERROR)


def run(*found: Diagnostic, path: str = "a.py") -> RunResult:
    return RunResult((FileResult(path, found),))


@pytest.fixture
def baseline(tmp_path, monkeypatch):
    """A baseline of two alike diagnostics and one of another rule."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").touch()
    found = run(diagnostic(1), diagnostic(2), diagnostic(3, "TDL201", "g(1)"))
    return updated(found, Baseline(tmp_path / "known.json"))


def test_what_is_known_is_not_reported_wherever_it_has_moved(baseline):
    result = apply_baseline(
        run(diagnostic(7), diagnostic(9, text="   f(1)"), diagnostic(8, "TDL201", "g(1)")), baseline
    )
    assert result.diagnostics == ()
    assert result.exit_code == 0
    assert len(result.baselined) == 3
    assert result.gone == ()


def test_one_more_of_what_is_known_is_new(baseline):
    result = apply_baseline(run(*map(diagnostic, (1, 2, 3))), baseline)
    assert [each.location.start.line for each in result.diagnostics] == [3]
    assert [each.code for each in result.gone] == ["TDL201"]
    assert result.exit_code == 1


@pytest.mark.parametrize(
    "changed",
    [{"code": "TDL102"}, {"text": "f(2)"}, {"path": "b.py"}],
    ids=lambda changed: next(iter(changed)),
)
def test_another_rule_or_code_or_file_is_new(baseline, changed):
    found = diagnostic(1, **changed)
    assert apply_baseline(run(found, path=found.location.path), baseline).diagnostics == (found,)


def test_what_was_not_checked_is_not_gone_and_stays(baseline, tmp_path):
    (tmp_path / "b.py").touch()
    other = run(diagnostic(1, path="b.py"), path="b.py")
    assert apply_baseline(other, baseline).gone == ()
    both = updated(other, baseline)
    assert [each.path for each in both.known] == ["a.py", "a.py", "a.py", "b.py"]
    (tmp_path / "a.py").unlink()
    assert [each.path for each in updated(other, both).known] == ["b.py"]


def test_a_failure_of_tdlint_is_never_known(baseline):
    crash = diagnostic(1, "TDL002")
    failed = RunResult((FileResult("a.py", (crash,), failed=True),))
    assert updated(failed, replace(baseline, known=())).known == ()
    assert apply_baseline(failed, baseline).diagnostics == (crash,)


def test_after_a_failure_nothing_is_gone_and_all_stays(baseline):
    crash = diagnostic(1, "TDL002")
    failed = RunResult((FileResult("a.py", (diagnostic(1), crash), failed=True),))
    assert apply_baseline(failed, baseline).gone == ()
    assert updated(failed, baseline).known == baseline.known


def test_a_file_says_the_same_after_it_was_written_and_read(baseline):
    baseline.file.write_text(text_of(baseline), encoding="utf-8")
    assert read_baseline(baseline.file) == baseline


def test_paths_do_not_depend_on_where_tdlint_is_started(baseline, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    path = str(tmp_path / "a.py")
    moved = run(*(diagnostic(line, path=path) for line in (1, 2)), path=path)
    assert apply_baseline(moved, baseline).diagnostics == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a baseline of tdlint"),
        ("[" * 100_000, "not a baseline of tdlint"),
        ("[]", "expected an object with a list"),
        ('{"version": 9, "diagnostics": []}', "version 9, this tdlint reads version 1"),
        ('{"version": 1, "diagnostics": [{"code": 1}]}', r"diagnostics\[0\]: expected an object with the texts"),
    ],
)
def test_a_file_that_is_no_baseline_is_named(tmp_path, text, message):
    file = tmp_path / "known.json"
    file.write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        read_baseline(file)
    assert str(file) in str(caught.value)


def test_a_missing_file_says_how_to_make_it(tmp_path):
    with pytest.raises(ConfigError, match="--update-baseline makes it"):
        read_baseline(tmp_path / "known.json")


def test_the_file_is_meant_to_be_read_by_people(baseline):
    first = json.loads(text_of(baseline))["diagnostics"][0]
    assert {**first, "fingerprint": ""} == {
        "fingerprint": "",
        "code": "TDL101",
        "path": "a.py",
        "line": "f(1)",
        "message": "m",
    }
