"""What a run depends on: which folders are watched, and which changes in them matter."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tdlint.config import Settings
from tdlint.linting.registry import load_rules
from tdlint.linting.runs import check_paths
from tdlint.linting.watched import Watched, watched

RULES = load_rules()
PROGRAM = (
    "from keras import Sequential, layers\nfrom lib.head import UNITS\n\nmodel = Sequential([layers.Dense(UNITS)])\n"
)


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("src/inner", "lib", "src/build", ".git", "src/.tdlint_cache", "src/ignored"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "src" / ".gitignore").write_text("ignored\nmade_*.py\n")
    (tmp_path / "lib" / "head.py").write_text("UNITS = 4\n")
    (tmp_path / "src" / "model.py").write_text(PROGRAM)
    return Path(os.path.realpath(tmp_path))


def depends(*paths: str, **settings) -> Watched:
    chosen = Settings(cache_dir="src/.tdlint_cache", **settings)
    result = check_paths(paths, chosen, RULES, 1)
    return watched(paths, chosen, ["pyproject.toml"]).with_result(result)


def test_folders_that_are_searched_and_those_of_imports_are_watched(project):
    names = {"", "src", "src/inner", "lib"}
    assert depends("src").folders == {str(project / name) for name in names}


@pytest.mark.parametrize(
    ("name", "matters"),
    [
        ("src/model.py", True),
        ("src/inner/new.ipynb", True),
        ("src/new_folder/", True),
        ("src/.gitignore", True),
        ("lib/head.py", True),
        ("lib/other.py", False),
        ("pyproject.toml", True),
        ("setup.py", True),  # says where the project begins
        ("new.py", False),
        ("src/made_1.py", False),
        ("src/excluded.py", False),
        ("src/dist/", False),
        ("src/notes.txt", False),
        ("src/inner/gone.py", False),
    ],
)
def test_which_changes_matter(project, name, matters):
    which = depends("src", extend_exclude=("excluded.py",))
    path = project / name
    if name.endswith("/"):
        path.mkdir()
    elif "gone" not in name:
        path.touch()
    assert which.concerned_by(str(path)) == matters


def test_one_that_is_gone_matters_if_it_counted(project):
    which = depends("src")
    (project / "src" / "model.py").unlink()
    assert which.concerned_by(str(project / "src" / "model.py"))


def test_the_folder_above_one_that_is_missing_is_watched(project):
    which = watched(["src/no/where.py"], Settings(cache_dir="src/.tdlint_cache"))
    assert which.folders == {str(project / "src")}


@pytest.mark.skipif(os.name == "nt", reason="links as on POSIX")
def test_a_linked_file_counts_where_it_is(project):
    (project / "real").mkdir()
    (project / "src" / "model.py").rename(project / "real" / "model.py")
    (project / "src" / "model.py").symlink_to("../real/model.py")
    which = depends("src")
    assert which.concerned_by(str(project / "real" / "model.py"))
    assert str(project / "real") in which.folders
