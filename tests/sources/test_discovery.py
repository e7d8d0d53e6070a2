"""Which files are read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tdlint.errors import UsageError
from tdlint.sources.discovery import DEFAULT_EXCLUDE, discover, matches_file, matches_glob


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Makes empty files below the current folder."""
    monkeypatch.chdir(tmp_path)

    def make(*names: str) -> Path:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return tmp_path

    return make


def names(*found: str) -> tuple[str, ...]:
    return tuple(name.replace("/", os.sep) for name in found)


def test_sources_of_a_folder_sorted(tree):
    tree("b.py", "a.ipynb", "c/d.pyi", "c/e.txt", "README.md", "c/py")
    assert discover(["."]) == names("a.ipynb", "b.py", "c/d.pyi")


def test_each_file_once_as_it_was_given_first(tree):
    root = tree("a.py", "c/d.py")
    assert discover(["c", ".", str(root / "a.py"), "./a.py"]) == names("a.py", "c/d.py")


@pytest.mark.parametrize("folder", [".venv", "node_modules", "build", ".git", "a/__pycache__", ".ipynb_checkpoints"])
def test_folders_without_own_source_are_left_out_unless_given(tree, folder):
    tree("a.py", f"{folder}/x.py")
    assert discover(["."]) == names("a.py")
    assert discover([folder]) == names(f"{folder}/x.py")
    assert discover([f"{folder}/x.py"]) == names(f"{folder}/x.py")


def test_exclude_is_for_folders_that_are_walked(tree):
    root = tree("a.py", "old/b.py", "c/test_x.py", "c/d/e.py")
    exclude = (*DEFAULT_EXCLUDE, "old", "test_*.py", "c/d")
    assert discover(["."], exclude, str(root)) == names("a.py")
    assert discover(["old", "c/test_x.py"], exclude, str(root)) == names("c/test_x.py", "old/b.py")


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [("b.py", True), ("*.py", True), ("a", False), ("a/", False), ("a/*", True), ("**/b.py", True), ("./a/*", True),
     ("**/a/b.py", True),
     ("c.py", False), ("b", False), ("b/*", False)],
)  # fmt: skip
def test_patterns(pattern, matches):
    assert matches_glob("b.py", "a/b.py", pattern) is matches


@pytest.mark.parametrize(
    ("pattern", "matches"), [("a", True), ("./a/", True), ("**/a", True), ("b.py", True), ("b", False)]
)
def test_a_pattern_of_a_folder_means_the_files_in_it(pattern, matches):
    assert matches_file("a/b.py", pattern) is matches


def test_gitignore_is_obeyed_from_the_root_of_the_repository(tree):
    root = tree(".git/HEAD", "a.py", "gen/x.py", "gen/keep.py", "p/a_pb.py", "p/q/b_pb.py", "p/q/c.py", "p/data/d.py")
    (root / ".gitignore").write_text("gen/*\n!gen/keep.py\n*_pb.py\n")
    (root / "p" / ".gitignore").write_text("/data/\n")
    (root / "p" / "q" / ".gitignore").write_text("!b_pb.py\n")
    assert discover(["."]) == names("a.py", "gen/keep.py", "p/q/b_pb.py", "p/q/c.py")
    assert discover(["p"]) == names("p/q/b_pb.py", "p/q/c.py")
    assert discover(["p/a_pb.py"]) == names("p/a_pb.py")


def test_gitignore_above_the_repository_does_not_count(tree):
    root = tree("r/.git/HEAD", "r/a.py")
    (root / ".gitignore").write_text("*.py\n")
    assert discover(["r"]) == names("r/a.py")


def test_pathspec_is_imported_for_a_gitignore_only(tree, monkeypatch):
    root = tree("a.py")
    monkeypatch.setitem(sys.modules, "pathspec", None)
    assert discover(["."]) == ("a.py",)
    (root / ".gitignore").write_text("a.py\n")
    with pytest.raises(ImportError):
        discover(["."])


def test_linked_folders_are_read_once_and_loops_end(tree):
    root = tree("a/b/x.py", "z/y.py")
    (root / "a" / "b" / "up").symlink_to(root, target_is_directory=True)
    (root / "a" / "again").symlink_to(root / "z", target_is_directory=True)
    assert discover(["."]) == names("a/b/x.py", "z/y.py")
    assert discover(["a/again"]) == names("a/again/y.py")


def test_dangling_links_in_a_folder_are_no_files(tree):
    root = tree("a.py")
    (root / ".#b.py").symlink_to("nobody@host")
    assert discover(["."]) == ("a.py",)


def test_missing_path_is_an_error(tree):
    tree("a.py")
    with pytest.raises(UsageError, match=r"nope\.py: no such file"):
        discover(["a.py", "nope.py"])


def test_no_file_is_an_error_that_says_what_was_left_out(tree):
    tree("a.txt", "build/x.py")
    with pytest.raises(UsageError, match=r"no \.py, .* file in \.; 1 left out"):
        discover(["."])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_folder_without_permission_is_an_error(tree):
    root = tree("a/x.py")
    (root / "a").chmod(0)
    try:
        with pytest.raises(UsageError, match="can't read this folder"):
            discover(["."])
    finally:
        (root / "a").chmod(0o755)
