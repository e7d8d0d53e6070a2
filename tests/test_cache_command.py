"""The cache as a user meets it: where it is, that it can be left out, moved and deleted."""

from __future__ import annotations

import pytest

PROGRAM = "from keras import layers\n\nlayer = layers.Dense(1)\n"


@pytest.fixture
def project(run, tmp_path):
    (tmp_path / "model.py").write_text(PROGRAM)
    return tmp_path


def test_results_are_kept_in_the_project_and_deleted_on_request(run, project):
    first = run(".")
    assert (project / ".tdlint_cache" / "CACHEDIR.TAG").exists()
    assert (project / ".tdlint_cache" / ".gitignore").read_text() == "*\n"
    assert run(".") == first
    code, out, _ = run("clean")
    assert code == 0
    assert out.startswith(".tdlint_cache: 0.0 MB deleted")
    assert not (project / ".tdlint_cache").exists()
    assert run("clean") == (0, ".tdlint_cache: nothing is kept here.\n", "")


def test_no_cache_keeps_nothing(run, project):
    assert run("--no-cache", ".")[0] == 0
    assert not (project / ".tdlint_cache").exists()


def test_the_folder_can_be_chosen(run, project):
    run("--cache-dir", "elsewhere", ".")
    assert (project / "elsewhere" / "results.sqlite").exists()
    (project / "pyproject.toml").write_text('[tool.tdlint]\ncache-dir = "kept"\n')
    (project / "sub").mkdir()
    run("model.py")
    assert (project / "kept" / "results.sqlite").exists()
    assert run("clean", "--cache-dir", "elsewhere")[0] == 0
    assert not (project / "elsewhere").exists()


def test_a_folder_that_is_no_cache_is_not_deleted(run, project):
    assert run("clean", "--cache-dir", ".")[1] == ".: nothing is kept here.\n"
    assert (project / "model.py").exists()


def test_a_place_that_can_not_be_written_costs_only_a_note(run, project):
    (project / "taken").touch()
    code, out, err = run("--cache-dir", "taken", ".")
    assert code == 0
    assert "All checks passed" in out
    assert err.startswith("tdlint: the cache in taken can't be written: ")
    assert err.endswith("; --no-cache uses none\n")


def test_fixing_does_not_spoil_it(run, project):
    run(".")
    assert run("--fix", ".")[0] == 0
    assert run(".")[0] == 0


@pytest.mark.parametrize("arguments", [("--fix",), ("--fix-only",), ("--diff",), ("migrate",)])
def test_commands_that_fix_keep_results_too(run, project, arguments):
    command = arguments if arguments == ("migrate",) else ("check", *arguments)
    assert run(*command, "--no-cache", ".")[0] == 0
    assert not (project / ".tdlint_cache").exists()
    first = run(*command, ".")
    assert (project / ".tdlint_cache").exists()
    assert run(*command, ".") == first
    assert run(*command, "--cache-dir", "elsewhere", ".") == first
    assert (project / "elsewhere").exists()
