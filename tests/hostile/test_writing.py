"""Full disks, read-only places and several writers at once: everything is whole, and what failed is told."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from command_lines import BAD, FIXED, command, environment, without_rights

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs limits of POSIX")

CONCISE = ("--output-format", "concise")
FIX = ("--fix", "--unsafe-fixes", "--no-cache", *CONCISE)


def full_disk() -> None:
    """No file may get larger than this; the program of the tests is."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def test_fixing_on_a_full_disk(tdlint, bad, tmp_path):
    done = tdlint(*FIX, ".", preexec_fn=full_disk)
    message = "bad.py: TDL006 [fix-failed] no fix was written: the file can't be written: file too large\n"
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith(message)
    assert "bad.py:4:5: TDL101" in done.stdout  # which is still there
    assert contents(tmp_path) == {"bad.py": BAD}


def test_hiding_by_comments_on_a_full_disk(tdlint, bad, tmp_path):
    done = tdlint("--add-ignore", *CONCISE, ".", preexec_fn=full_disk)
    assert done.returncode == 2
    assert done.stderr.startswith("tdlint: bad.py: the file can't be written: file too large\n0 reports hidden")
    assert done.stdout.startswith("bad.py:4:5: TDL101")
    assert contents(tmp_path) == {"bad.py": BAD}


def test_a_baseline_on_a_full_disk(tdlint, bad, tmp_path):
    (tmp_path / "known.json").write_text('{"version": 1, "diagnostics": []}')
    before = contents(tmp_path)
    done = tdlint("--no-cache", "--baseline", "known.json", "--update-baseline", ".", preexec_fn=full_disk)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "tdlint: error: known.json: can't be written: file too large\n"
    assert contents(tmp_path) == before


@pytest.mark.parametrize("arguments", [["check", "--no-cache"], ["migrate", "--no-cache"], ["graph"]], ids=" ".join)
def test_a_report_on_a_full_disk(tdlint, bad, arguments):
    done = tdlint(*arguments, "--output-file", "report.txt", ".", preexec_fn=full_disk)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "tdlint: error: report.txt: can't write this file: file too large\n"


def test_the_cache_on_a_full_disk(tdlint, bad):
    done = tdlint(*CONCISE, ".", preexec_fn=full_disk)
    assert done.returncode == 1
    assert done.stdout.startswith("bad.py:4:5: TDL101")
    assert done.stderr == "tdlint: the cache in .tdlint_cache can't be written: file too large; --no-cache uses none\n"


@pytest.mark.skipif(sys.platform != "linux", reason="root writes everywhere elsewhere")
def test_a_read_only_place(tdlint, bad, tmp_path):
    tmp_path.chmod(0o555)
    try:
        done = tdlint(*FIX, ".", preexec_fn=without_rights)
        if done.returncode == 99:
            pytest.skip("root may not give up its rights here")
        message = "bad.py: TDL006 [fix-failed] no fix was written: the file can't be written: permission denied\n"
        assert (done.returncode, done.stderr) == (2, "")
        assert done.stdout.startswith(message)
        done = tdlint(*CONCISE, ".", preexec_fn=without_rights)
        assert done.returncode == 1
        message = "tdlint: the cache in .tdlint_cache can't be written: permission denied; --no-cache uses none\n"
        assert done.stderr == message
        done = tdlint("--no-cache", "--baseline", "b.json", "--update-baseline", ".", preexec_fn=without_rights)
        assert (done.returncode, done.stderr) == (2, "tdlint: error: b.json: can't be written: permission denied\n")
        assert contents(tmp_path) == {"bad.py": BAD}
    finally:
        tmp_path.chmod(0o755)


def folder_instead(cache: Path) -> None:
    (cache / "results.sqlite").mkdir(parents=True)


def pipe_instead(cache: Path) -> None:
    cache.mkdir()
    os.mkfifo(cache / "results.sqlite")


@pytest.mark.parametrize(
    "make",
    [
        lambda cache: cache.write_text("a file"),
        lambda cache: cache.symlink_to(cache.name),
        lambda cache: cache.symlink_to("/dev/full/x"),
        folder_instead,
        pipe_instead,
    ],
    ids=["file", "loop", "device", "folder", "pipe"],
)
def test_a_cache_that_can_not_be(run, bad, tmp_path, make):
    make(tmp_path / ".tdlint_cache")
    code, out, err = run(*CONCISE, ".")
    assert code == 1
    assert out.startswith("bad.py:4:5: TDL101")
    assert err.startswith("tdlint: the cache in .tdlint_cache can't be written: ")
    assert err.endswith("; --no-cache uses none\n")
    assert len(err.splitlines()) == 1


def of_another_version(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE results (number INTEGER PRIMARY KEY, other TEXT)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(os.urandom(10_000)),
        lambda file: file.write_bytes(file.read_bytes()[:5000]),
        lambda file: file.write_bytes(b""),
        of_another_version,
    ],
    ids=["noise", "half", "empty", "another version"],
)
def test_a_spoilt_cache_is_made_anew(run, bad, tmp_path, spoil):
    run(*CONCISE, ".")
    file = tmp_path / ".tdlint_cache" / "results.sqlite"
    if spoil is of_another_version:
        file.unlink()
    spoil(file)
    for _ in range(2):
        code, out, err = run(*CONCISE, ".")
        assert (code, err) == (1, "")
        assert out.startswith("bad.py:4:5: TDL101")
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM results").fetchone() == (1,)
    connection.close()


def test_runs_with_one_cache_at_the_same_time(tmp_path):
    for number in range(20):
        (tmp_path / f"m{number}.py").write_text(BAD)
    line = command(*CONCISE, ".")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    runs = [subprocess.Popen(line, cwd=tmp_path, env=environment(), **pipes) for _ in range(4)]
    written = [process.communicate(timeout=120) for process in runs]
    assert [process.returncode for process in runs] == [1] * 4
    assert len(set(written)) == 1
    assert written[0][1] == b""


def test_two_runs_fix_the_same_files(tmp_path):
    names = [f"m{number:02}.py" for number in range(40)]
    for name in names:
        (tmp_path / name).write_text(BAD)
    line = command(*FIX, ".")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    runs = [subprocess.Popen(line, cwd=tmp_path, env=environment(), **pipes) for _ in range(2)]
    written = [process.communicate(timeout=120) for process in runs]
    assert [process.returncode for process in runs] == [0, 0], written
    assert contents(tmp_path) == dict.fromkeys(names, FIXED)


def test_an_editor_saves_while_a_run_fixes(tmp_path, monkeypatch, run, bad):
    from tdlint.linting import fixing

    fix = fixing.replace_contents
    saved = BAD + "# of the editor\n"

    def save_first(*arguments):
        (tmp_path / "bad.py").write_text(saved)
        fix(*arguments)

    monkeypatch.setattr(fixing, "replace_contents", save_first)
    code, out, _ = run(*FIX, ".")
    assert code == 2
    message = "bad.py: TDL006 [fix-failed] no fix was written: the file has changed while it was checked\n"
    assert out.startswith(message)
    assert contents(tmp_path) == {"bad.py": saved}
    monkeypatch.undo()


def test_a_baseline_behind_a_link_stays_there(run, bad, tmp_path):
    (tmp_path / "link.json").symlink_to("real.json")
    assert run("--no-cache", "--baseline", "link.json", "--update-baseline", ".")[0] == 0
    assert (tmp_path / "link.json").is_symlink()
    assert "TDL101" in (tmp_path / "real.json").read_text()


def limit(what: int, value: int):
    """Lowers a limit in a process that is started."""
    return lambda: resource.setrlimit(what, (value, value))


def test_too_many_open_files(tdlint, bad, tmp_path):
    for number in range(5):
        (tmp_path / f"m{number}.py").write_text(BAD)
    done = tdlint("--no-cache", "-j2", ".", preexec_fn=limit(resource.RLIMIT_NOFILE, 6))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "tdlint: error: too many open files; give fewer files, or one process: -j 1\n"


@pytest.mark.skipif(sys.platform != "linux", reason="macOS knows no such limit")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_too_little_memory_costs_the_file_that_needs_it(tdlint, bad, tmp_path, jobs):
    (tmp_path / "large.py").write_text("from keras import layers\n" + "x = layers.Dense(3)\n" * 200_000)
    (tmp_path / "m.py").write_text(BAD)
    (tmp_path / "n.py").write_text(BAD)
    line = ("--no-cache", *CONCISE, "-j", jobs, ".")
    done = tdlint(*line, preexec_fn=limit(resource.RLIMIT_AS, 400 * 2**20))
    assert (done.returncode, done.stderr) == (2, "")
    first, lost, *others = done.stdout.splitlines()
    assert first.startswith("bad.py:4:5: TDL101")
    assert lost == "large.py: TDL005 [analysis-failed] the file can't be analysed: there is not enough memory for it"
    assert [line[:12] for line in others[:2]] == ["m.py:4:5: TD", "n.py:4:5: TD"]
