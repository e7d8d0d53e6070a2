"""Files that are no files, names that are no text, folders that nobody may read: all others are checked."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from command_lines import BAD, FIXED, environment, without_rights

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these places are those of POSIX")

CONCISE = ("--no-cache", "--output-format", "concise")
FOUND = "bad.py:4:5: TDL101 [missing-return-sequences] "


def make_socket(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"/proc/self/fd/{folder}/{path.name}" if sys.platform == "linux" else str(path))
    os.close(folder)


KINDS = {
    "a named pipe": lambda path: os.mkfifo(path),
    "a socket": make_socket,
    "a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_reported_if_it_is_named_and_left_alone_in_a_folder(run, bad, tmp_path, kind):
    KINDS[kind](tmp_path / "a.py")
    code, out, err = run(*CONCISE, ".")
    assert (code, err) == (1, "")
    assert out.startswith(FOUND)
    code, out, err = run(*CONCISE, "a.py", "bad.py")
    assert (code, err) == (1, "")
    first, second = out.splitlines()[:2]
    assert first == f"a.py: TDL004 [unreadable-file] the file can't be read: it is {kind} and not a regular file"
    assert second.startswith(FOUND)
    code, _, err = run("graph", "a.py")
    assert (code, err) == (2, f"tdlint: error: a.py: can't read this file: it is {kind} and not a regular file\n")


def test_the_files_of_a_shell_are_read(shell, bad):
    done = shell("tdlint --no-cache --output-format concise <(cat bad.py); tdlint --no-cache /dev/stdin < bad.py")
    assert done.stdout.count("TDL101") == 2
    assert done.stderr == ""


def test_links_that_lead_nowhere(run, bad, tmp_path):
    (tmp_path / "self.py").symlink_to("self.py")
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    (tmp_path / "up").symlink_to(tmp_path, target_is_directory=True)
    code, out, err = run(*CONCISE, ".")
    assert (code, err, out.count("TDL")) == (1, "", 1)
    assert run("gone.py") == (2, "", "tdlint: error: gone.py: no such file or folder\n")
    assert run("self.py") == (2, "", "tdlint: error: self.py: can't be read: too many levels of symbolic links\n")


def test_a_name_that_is_too_long(run, bad):
    code, out, err = run("check", "a" * 300 + ".py", "bad.py")
    assert (code, out) == (2, "")
    assert err == f"tdlint: error: {'a' * 300}.py: can't be read: file name too long\n"


def test_a_path_that_is_too_long(tdlint, bad, tmp_path):
    here = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(25):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
        Path("deep.py").write_text(BAD)
    finally:
        os.chdir(here)
    done = tdlint(*CONCISE, ".")
    assert (done.returncode, done.stderr) == (1, "")
    assert f"{FOUND}" in done.stdout
    assert "d: TDL004 [unreadable-file] the folder can't be read: file name too long\n" in done.stdout
    done = tdlint("check", "--show-files")
    assert (done.returncode, done.stdout) == (2, "bad.py\n")
    assert done.stderr.endswith("d: can't read this folder: file name too long\n")
    subprocess.run(["rm", "-r", "d" * 200], cwd=tmp_path, check=True)  # which shutil can't


@pytest.mark.skipif(sys.platform != "linux", reason="root reads everything elsewhere")
def test_what_nobody_may_read(tdlint, bad, tmp_path):
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "x.py").write_text(BAD)
    (tmp_path / "secret.py").write_text(BAD)
    (tmp_path / "secret.py").chmod(0)
    (tmp_path / "closed").chmod(0)
    try:
        done = tdlint(*CONCISE, ".", preexec_fn=without_rights)
        if done.returncode == 99:
            pytest.skip("root may not give up its rights here")
        assert done.stdout.splitlines()[:3] == [
            f"{FOUND}LSTM returns its last output only, and LSTM needs the whole sequence",
            "closed: TDL004 [unreadable-file] the folder can't be read: permission denied",
            "secret.py: TDL004 [unreadable-file] the file can't be read: permission denied",
        ]
        assert (done.returncode, done.stderr) == (1, "")
        done = tdlint("closed/x.py", preexec_fn=without_rights)
        assert (done.returncode, done.stderr) == (2, "tdlint: error: closed/x.py: can't be read: permission denied\n")
        done = tdlint("graph", ".", preexec_fn=without_rights)
        assert done.returncode == 2
        assert "sequential" in done.stdout
        assert "tdlint: error: closed: can't read this folder: permission denied\n" in done.stderr
        assert "tdlint: error: secret.py: can't read this file: permission denied\n" in done.stderr
    finally:
        (tmp_path / "closed").chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are any bytes on Linux only")
def test_a_name_that_is_no_text(run, tmp_path):
    name = os.fsencode(tmp_path) + b"/\xff\n-\x1b[1m.py"
    with open(name, "w") as file:  # noqa: PTH123
        file.write(BAD)
    code, out, err = run(*CONCISE, ".")
    assert (code, err) == (1, "")
    assert out.startswith("\\udcff\\n-\\x1b[1m.py:4:5: TDL101")
    run("check", "--output-format", "json", "--output-file", "report.json")
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["diagnostics"][0]["path"].startswith("\udcff\n")
    for _ in range(2):  # written, and read
        assert run("check", "--baseline", "known.json", "--update-baseline")[0] == 0
        assert run("check", "--baseline", "known.json")[0] == 0
    for arguments in (["graph"], ["migrate"], ["--diff"], ["--show-files"], ["--fix", "--unsafe-fixes"], ["."]):
        code, _, err = run(*arguments, ".") if arguments != ["."] else run(".")
        assert code in (0, 1), (arguments, err)
        assert "error" not in err
    with open(name) as file:  # noqa: PTH123
        assert file.read() == FIXED


def test_names_that_look_like_options(run, bad, tmp_path):
    (tmp_path / "--fix.py").write_text(BAD)
    code, out, _ = run(*CONCISE, ".")
    assert (code, out.splitlines()[0].partition(":")[0]) == (1, "--fix.py")
    assert run("check", "--", "--fix.py")[0] == 1
    assert (tmp_path / "--fix.py").read_text() == BAD


def test_what_is_called_like_a_configuration_file_and_is_none(run, bad, tmp_path):
    (tmp_path / "pyproject.toml").mkdir()
    os.mkfifo(tmp_path / ".gitignore")
    code, out, err = run(*CONCISE, ".")
    assert (code, err) == (1, "")
    assert out.startswith(FOUND)


GONE = """
import os, sys, tempfile
folder = tempfile.mkdtemp()
os.chdir(folder)
os.rmdir(folder)
from tdlint.__main__ import run
import tdlint
for line in (["check"], ["config"], ["migrate"], ["graph", "."], ["clean"]):
    assert run(line) == 2, line
"""


def test_the_current_folder_is_deleted():
    done = subprocess.run([sys.executable, "-c", GONE], env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    message = "tdlint: error: the current folder does not exist any more; change into one that does"
    assert done.stderr.splitlines() == [message] * 5


def test_a_file_that_vanishes_or_grows_between_finding_and_reading(tmp_path, monkeypatch, run, bad):
    from tdlint.linting import runs
    from tdlint.sources import contents

    (tmp_path / "gone.py").write_text(BAD)
    (tmp_path / "large.py").write_text(BAD)
    discover = runs.discover

    def change(*arguments):
        files = discover(*arguments)
        (tmp_path / "gone.py").unlink()
        (tmp_path / "large.py").write_text(BAD + "#" * 1000)
        return files

    monkeypatch.setattr(runs, "discover", change)
    monkeypatch.setattr(contents, "MAX_FILE", 1000)
    code, out, _ = run(*CONCISE, ".")
    assert code == 1
    assert out.splitlines()[1:3] == [
        "gone.py: TDL004 [unreadable-file] the file can't be read: no such file or directory",
        "large.py: TDL004 [unreadable-file] the file can't be read: it has 0 MB, and tdlint reads up to 250 MB",
    ]


def test_a_file_that_grows_while_it_is_read(tmp_path, monkeypatch):
    from tdlint.sources import contents

    monkeypatch.setattr(contents, "MAX_FILE", 1000)
    # procfs does not say how large its files are
    if Path("/proc/self/maps").exists():
        with pytest.raises(OSError, match="it has more than 250 MB, and tdlint reads no more"):
            contents.contents_of("/proc/self/maps")
