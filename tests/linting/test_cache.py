"""The cache: a result is used again if nothing that it depends on has changed, and never otherwise."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from tdlint.config import Settings
from tdlint.diagnostics import Applicability, Diagnostic, Edit, Fix, Location, Position, Related, Severity, Span
from tdlint.linting import cache as caching
from tdlint.linting import trees
from tdlint.linting.cache import Cache, open_cache, remove_cache
from tdlint.linting.cache_codec import decoded, encoded
from tdlint.linting.registry import load_rules
from tdlint.linting.result import FileResult
from tdlint.linting.runs import check_paths
from tdlint.spec.version import parse_version

RULES = load_rules()
HELPER = "from keras import layers\nUNITS = 8\n\ndef head():\n    return layers.LSTM(UNITS, return_sequences=True)\n"
MODEL = """\
from keras import Sequential, layers
from helper import head

model = Sequential([head(), layers.LSTM(8)])
"""


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """Two files, of which one imports the other."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "helper.py").write_text(HELPER)
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


def check(settings: Settings | None = None, jobs: int = 1, rules=RULES):
    """Which files were checked anew, and the codes of what was found."""
    settings = settings or Settings()
    for forgetful in (caching, trees):
        forgetful.forget()
    cache = open_cache(Path(".cache"), settings, rules)
    result = check_paths(["."], settings, rules, jobs, cache=cache)
    assert cache.problem is None
    fresh = {file.path for file in result.files if file.content and not file.cached}
    return fresh, [diagnostic.code for diagnostic in result.diagnostics]


BOTH = {"helper.py", "model.py"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_nothing_is_checked_twice(project, jobs):
    assert check(jobs=jobs) == (BOTH, [])
    assert check(jobs=jobs) == (set(), [])


def test_what_was_found_is_found_again_the_same(project):
    (project / "model.py").write_text(MODEL.replace("head()", "layers.LSTM(4)"))
    settings = Settings()
    first = check_paths(["."], settings, RULES, 1, cache=open_cache(Path(".cache"), settings, RULES))
    again = check_paths(["."], settings, RULES, 1, cache=open_cache(Path(".cache"), settings, RULES))
    assert first.diagnostics
    assert first.diagnostics == again.diagnostics
    plain = [replace(file, content="", inputs=(), cached=False) for file in first.files]
    assert plain == [replace(file, content="", inputs=(), cached=False) for file in again.files]
    assert any(file.cached for file in again.files)


def test_a_file_that_changes_is_checked_with_those_that_import_it(project):
    check()
    (project / "model.py").write_text(MODEL + "# more\n")
    assert check()[0] == {"model.py"}
    (project / "helper.py").write_text(HELPER.replace(", return_sequences=True", ""))
    assert check() == (BOTH, ["TDL101"])
    (project / "helper.py").write_text(HELPER)
    assert check() == (BOTH, [])


def test_a_new_file_that_an_import_now_means_counts(project):
    (project / "helper.py").unlink()
    check()
    assert check()[0] == set()
    (project / "notes.txt").touch()
    (project / "other.py").write_text("import keras\n")
    assert check()[0] == {"other.py"}
    (project / "helper.py").write_text(HELPER.replace(", return_sequences=True", ""))
    assert check() == (BOTH, ["TDL101"])


def test_a_file_that_goes_away_counts(project):
    (project / "helper.py").write_text(HELPER.replace(", return_sequences=True", ""))
    assert check()[1] == ["TDL101"]
    (project / "helper.py").unlink()
    assert check() == ({"model.py"}, [])


@pytest.mark.parametrize(
    "settings",
    [Settings(ignore=("TDL101",)), Settings(keras_version=parse_version("2.15")), Settings(explain_unknown=True)],
    ids=["ignore", "keras_version", "explain_unknown"],
)
def test_other_settings_are_another_matter(project, settings):
    check()
    assert check(settings)[0] == BOTH


def test_how_it_is_shown_is_not(project):
    check()
    assert check(Settings(output_format="sarif", unsafe_fixes=True))[0] == set()


def test_other_rules_are_another_matter(project):
    check()
    assert check(rules=RULES[1:])[0] == BOTH


def test_what_failed_is_not_kept(project):
    cache = open_cache(Path(".cache"), Settings(), RULES)
    cache.store([FileResult("a.py", failed=True, content="x")])
    assert not (project / ".cache").exists()


@pytest.mark.parametrize("damage", [b"", b"not a database at all" * 100, None])
def test_a_damaged_cache_is_made_anew(project, damage):
    check()
    file = project / ".cache" / "results.sqlite"
    if damage is None:
        with sqlite3.connect(file) as connection:
            connection.execute("UPDATE results SET result = '[[[1]]]', inputs = '{'")
    else:
        file.write_bytes(damage)
    assert check()[0] == BOTH
    assert check()[0] == set()


def test_a_place_that_can_not_be_written_is_named(project):
    (project / ".cache").write_text("a file")
    cache = open_cache(Path(".cache"), Settings(), RULES)
    result = check_paths(["."], Settings(), RULES, 1, cache=cache)
    assert len(result.files) == 2
    assert "the cache in .cache can't be written" in cache.problem


def test_it_does_not_grow_without_end(project, monkeypatch):
    monkeypatch.setattr(caching, "MAX_BYTES", 20_000)
    cache = Cache(Path(".cache"), "x")
    size = []
    for number in range(30):
        long = FileResult(f"{number}.py", unknown=("y" * 2000,), content=str(number))
        cache.store([long])
        size.append((project / ".cache" / "results.sqlite").stat().st_size)
    assert max(size) < 60_000
    assert Cache(Path(".cache"), "x").find("29.py", b"") is None  # its contents are others
    with sqlite3.connect(project / ".cache" / "results.sqlite") as connection:
        assert 1 <= connection.execute("SELECT count(*) FROM results").fetchone()[0] < 15


def test_another_run_that_writes_is_waited_for_and_then_left_alone(project, monkeypatch):
    monkeypatch.setattr(caching, "_WAIT", 0.1)
    check()
    with sqlite3.connect(project / ".cache" / "results.sqlite") as connection:
        connection.execute("BEGIN EXCLUSIVE")
        settings = Settings()
        cache = open_cache(Path(".cache"), settings, RULES)
        result = check_paths(["."], settings, RULES, 1, cache=cache)
        assert [file.path for file in result.files] == ["helper.py", "model.py"]
        assert "locked" in cache.problem


def test_deleting_leaves_what_is_not_of_the_cache(project):
    check()
    assert remove_cache(project) is None
    assert remove_cache(project / ".cache") > 0
    assert not (project / ".cache").exists()
    check()
    (project / ".cache" / "mine.txt").touch()
    remove_cache(project / ".cache")
    assert [file.name for file in (project / ".cache").iterdir()] == ["mine.txt"]


def test_a_result_survives_being_written_and_read():
    place = Location("a\udc80.py", Position(1, 2), Position(3, 4), Span(1, 9), 5, "layer", ("é", "日"))
    fix = Fix("Do", (Edit(Span(1, 2), "x"), Edit(Span(3, 3), "")), Applicability.UNSAFE)
    full = Diagnostic(
        "TDL1", "n", "m", place, Severity.ADVICE, related=(Related(place, "r"),), fix=fix, fact="f", help="h"
    )
    bare = Diagnostic("TDL2", "n", "m", Location("b.py"), Severity.ERROR)
    result = FileResult(
        "a\udc80.py", (full, bare), models=2, partly=("p",), suppressed=3, advice=4, unknown=("u",), of_target=(full,)
    )
    assert decoded("a\udc80.py", encoded(result)) == result


@pytest.mark.parametrize("text", ["", "1", "[]", "[[[]],1,[],1,1,[],[]]", '["x",1,[],1,1,[],[]]', "[" * 100_000])
def test_nonsense_is_no_result(text):
    with pytest.raises(ValueError, match="not a result"):
        decoded("a.py", text)
