"""Fixing and planning with a cache: they give what they give without one, and what they keep is true afterwards."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tdlint.config import Settings
from tdlint.linting import cache as caching
from tdlint.linting import migration, trees
from tdlint.linting.cache import open_cache
from tdlint.linting.engine import check_bytes_each
from tdlint.linting.fixing import fix_paths
from tdlint.linting.migration import plan_migration
from tdlint.linting.registry import load_rules
from tdlint.linting.runs import check_paths
from tdlint.spec.version import NEWEST
from tdlint.testing import page_cases

ROOT = Path(__file__).parent.parent.parent
RULES = load_rules()
ALL = Settings(select=("ALL",), unsafe_fixes=True)

CLEAN = "from keras import Sequential, layers\n\nmodel = Sequential([layers.Dense(1)])\n"
UNSAFE = "from keras import Sequential, layers\n\nmodel = Sequential([layers.LSTM(8), layers.LSTM(8)])\n"
SAFE = UNSAFE.replace("layers.LSTM(8), layers.LSTM(8)", 'layers.Dense(8, activation="Relu"), layers.Dense(1)')
MAKES = "from keras import layers\n\ndef head():\n    return layers.LSTM(8)\n"
TAKES = "from keras import Sequential, layers\nfrom makes import head\n\nmodel = Sequential([head(), layers.LSTM(8)])\n"


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    texts = {"clean": CLEAN, "unsafe": UNSAFE, "safe": SAFE, "makes": MAKES, "takes": TAKES}
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def cache(settings: Settings, purpose: str = "check"):
    """The cache as a new process sees it."""
    for forgetful in (caching, trees):
        forgetful.forget()
    return open_cache(Path(".cache"), settings, RULES, purpose)


def fresh(result) -> set[str]:
    """The files that were analysed in a run."""
    return {file.path for file in result.files if file.content and not file.cached}


def plain(result):
    """A result without what says where it is from."""
    files = []
    for file in result.files:
        fixing = file.fixing and replace(file.fixing, found=_plain(file.fixing.found))
        files.append(replace(_plain(file), fixing=fixing))
    return replace(result, files=tuple(files))


def _plain(file):
    return replace(file, content="", inputs=(), cached=False)


def test_what_checking_knows_is_not_analysed_again(project):
    settings = Settings()
    check_paths(["."], settings, RULES, 1, cache=cache(settings))
    fixed = fix_paths(["."], settings, RULES, 1, cache=cache(settings))
    assert fresh(fixed) == {"safe.py"}
    assert (project / "safe.py").read_text() == SAFE.replace("Relu", "relu")
    assert fresh(fix_paths(["."], settings, RULES, 1, cache=cache(settings))) == set()
    assert fresh(check_paths(["."], settings, RULES, 1, cache=cache(settings))) == set()


def test_what_is_kept_is_for_both_kinds_of_fixes(project):
    settings = Settings()
    fix_paths(["."], settings, RULES, 1, cache=cache(settings))
    unsafe = replace(settings, unsafe_fixes=True)
    assert fresh(fix_paths(["."], unsafe, RULES, 1, cache=cache(unsafe))) >= {"unsafe.py"}
    assert "return_sequences=True" in (project / "unsafe.py").read_text()


def test_what_a_fix_in_another_file_changes_is_analysed_again(project):
    settings = Settings(unsafe_fixes=True)
    assert {each.code for each in check_paths(["."], settings, RULES, 1, cache=cache(settings)).diagnostics} >= {
        "TDL101"
    }
    (project / "makes.py").write_text(MAKES.replace("8", "8, return_sequences=True"))
    fixed = fix_paths(["."], settings, RULES, 1, cache=cache(settings))
    assert fresh(fixed) >= {"makes.py", "takes.py"}
    assert plain(check_paths(["."], settings, RULES, 1)) == plain(
        check_paths(["."], settings, RULES, 1, cache=cache(settings))
    )


def test_showing_keeps_what_is_in_the_files(project):
    settings = Settings()
    first = fix_paths(["."], settings, RULES, 1, write=False, cache=cache(settings))
    assert (project / "safe.py").read_text() == SAFE
    assert fresh(check_paths(["."], settings, RULES, 1, cache=cache(settings))) == set()
    assert plain(fix_paths(["."], settings, RULES, 1, write=False, cache=cache(settings))) == plain(first)


def test_what_could_not_be_written_is_not_kept(project, monkeypatch):
    (project / "safe.py").chmod(0o444)
    settings = Settings()
    failed = fix_paths(["."], settings, RULES, 1, cache=cache(settings))
    assert failed.exit_code == 2
    assert fresh(check_paths(["."], settings, RULES, 1, cache=cache(settings))) == {"safe.py"}


def test_a_plan_is_kept_where_there_is_nothing_to_fix(project, monkeypatch):
    (project / "old.py").write_text("from keras.utils import np_utils\n\nx = np_utils.to_categorical([1])\n")
    settings, analysed = Settings(), []

    def told(data, path, *rest):
        analysed.append(path)
        return check_bytes_each(data, path, *rest)

    monkeypatch.setattr(migration, "check_bytes_each", told)

    def plan(cache=None):
        return plan_migration(["."], settings, RULES, NEWEST, 1, cache=cache)

    purpose = f"migrate to {NEWEST}"
    first = plan(cache(settings, purpose))
    assert first.files
    assert len(analysed) == 6
    analysed.clear()
    assert plan(cache(settings, purpose)) == first
    assert analysed == ["old.py"]
    assert plan() == first
    assert fresh(check_paths(["."], settings, RULES, 1, cache=cache(settings)))


def examples(folder: Path) -> None:
    """The examples of all rules, and the fixtures, in a folder."""
    for rule in RULES:
        for case in page_cases(rule):
            if not case.is_config:
                (folder / f"{case.name.replace('-', '_')}.py").write_text(case.text)
    for name in ("rules", "programs", "projects", "migration"):
        shutil.copytree(ROOT / "fixtures" / name, folder / name)


@pytest.fixture
def many(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    examples(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_all_examples_are_fixed_as_without_a_cache(many):
    without = plain(fix_paths(["."], ALL, RULES, 1, write=False))
    assert without.fixed > 100
    assert plain(fix_paths(["."], ALL, RULES, 1, write=False, cache=cache(ALL))) == without
    warm = fix_paths(["."], ALL, RULES, 1, write=False, cache=cache(ALL))
    assert plain(warm) == without
    assert len(fresh(warm)) < len(warm.files) / 2
    written = fix_paths(["."], ALL, RULES, 1, cache=cache(ALL))
    assert plain(written) == without
    assert plain(check_paths(["."], ALL, RULES, 1, cache=cache(ALL))) == plain(check_paths(["."], ALL, RULES, 1))
    again = fix_paths(["."], ALL, RULES, 1, cache=cache(ALL))
    assert plain(again) == plain(fix_paths(["."], ALL, RULES, 1, write=False))


@pytest.mark.slow
def test_all_examples_are_planned_as_without_a_cache(many):
    purpose = f"migrate to {NEWEST}"
    without = plan_migration(["."], Settings(), RULES, NEWEST, 1)
    for _ in range(2):
        assert plan_migration(["."], Settings(), RULES, NEWEST, 1, cache=cache(Settings(), purpose)) == without
