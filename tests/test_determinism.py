"""One tree, one report, byte for byte: whatever the seed of hashes, the processes, the order, and the cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tdlint.testing import load_rules, page_cases

ROOT = Path(__file__).parent.parent
ALL = ("--isolated", "--select", "ALL", "--explain-unknown")
COMMANDS = {
    "check": ("check", *ALL, "--no-cache", "--output-format", "json"),
    "check-sarif": ("check", *ALL, "--no-cache", "--output-format", "sarif"),
    "check-full": ("check", *ALL, "--no-cache", "--statistics"),
    "diff": ("check", *ALL, "--no-cache", "--diff", "--unsafe-fixes", "--show-fixes"),
    "migrate": ("migrate", "--isolated", "--no-cache", "--output-format", "json"),
    **{f"graph-{each}": ("graph", "--output-format", each) for each in ("json", "table", "mermaid", "dot", "svg")},
}
SEED = os.environ.get("HASH_SEED", "1")
"""What is compared with the seed 0; more of them by hand."""

WITH_JOBS = [name for name, command in COMMANDS.items() if command[0] != "graph"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """An example of every rule, and some fixtures."""
    folder = tmp_path_factory.mktemp("tree")
    programs = sorted((ROOT / "fixtures").rglob("*.py"))[::7]
    for path in (*programs, *(ROOT / "fixtures" / "projects").rglob("*.*")):
        place = folder / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    (folder / "pages").mkdir()
    for rule in load_rules():
        case = next((case for case in page_cases(rule) if not case.is_config), None)
        if case is not None:
            (folder / "pages" / f"{case}.py").write_text(case.text, encoding="utf-8")
    return folder


def output(tree: Path, seed: str, *arguments: str) -> tuple[int, bytes, bytes]:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "COLUMNS": "100"}
    command = [sys.executable, "-m", "tdlint", *arguments]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True)
    assert len(done.stdout) > 1000, done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def plain(tree):
    """What a command prints with one seed, in one process."""
    known = {}

    def of(name: str) -> tuple[int, bytes, bytes]:
        if name not in known:
            one = ("-j1",) if name in WITH_JOBS else ()
            known[name] = output(tree, "0", *COMMANDS[name], *one, ".")
        return known[name]

    return of


@pytest.mark.parametrize(
    "name", ["check", *(pytest.param(name, marks=pytest.mark.slow) for name in COMMANDS if name != "check")]
)
def test_seeds_and_processes_change_nothing(tree, plain, name):
    jobs = ("-j2",) if name in WITH_JOBS else ()
    assert output(tree, SEED, *COMMANDS[name], *jobs, ".") == plain(name)


@pytest.mark.slow
def test_more_processes_than_cores_change_nothing(tree, plain):
    assert output(tree, "2", *COMMANDS["check"], "-j4", ".") == plain("check")


@pytest.mark.slow
def test_the_order_of_the_arguments_changes_nothing(tree, plain):
    assert output(tree, "3", *COMMANDS["check"], "-j1", "pages", "fixtures") == plain("check")
    paths = sorted(path.relative_to(tree).as_posix() for path in (tree / "pages").iterdir())
    one, other = (
        output(tree, seed, *COMMANDS["check"], "-j1", *some) for seed, some in (("4", paths), ("5", paths[::-1]))
    )
    assert one == other


@pytest.mark.slow
def test_the_order_of_files_on_the_disk_changes_nothing(tree, plain, tmp_path):
    copy = tmp_path / "tree"
    for path in sorted((path for path in tree.rglob("*") if path.is_file()), reverse=True):
        place = copy / path.relative_to(tree)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    assert output(copy, "6", *COMMANDS["check"], ".") == plain("check")


@pytest.mark.slow
def test_a_cold_and_a_warm_cache_give_what_no_cache_gives(tree, plain, tmp_path):
    command = [each for each in COMMANDS["check"] if each != "--no-cache"] + ["--cache-dir", str(tmp_path / "cache")]
    cold, warm = (output(tree, seed, *command, ".") for seed in ("7", "8"))
    assert (tmp_path / "cache").is_dir()
    assert cold == warm == plain("check")


@pytest.mark.parametrize("output_format", ["json", pytest.param("html", marks=pytest.mark.slow)])
def test_the_account_of_a_model_is_the_same_with_every_seed(output_format):
    model = ("inspect", "--isolated", "--output-format", output_format, "branches.keras")
    folder = ROOT / "fixtures" / "models"
    assert output(folder, "0", *model) == output(folder, SEED, *model)
