"""Replacing files: all or nothing, and nothing that someone else wrote."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tdlint.sources import saving
from tdlint.sources.rewriting import NotWritable
from tdlint.sources.saving import replace_contents

posix = pytest.mark.skipif(os.name == "nt", reason="permissions and links as on POSIX")


@pytest.fixture
def file(tmp_path) -> Path:
    (tmp_path / "m.py").write_bytes(b"old\r\n")
    return tmp_path / "m.py"


def test_contents_are_replaced_and_nothing_is_left_beside(file):
    replace_contents(str(file), b"old\r\n", b"new\r\n")
    assert file.read_bytes() == b"new\r\n"
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_changed_meanwhile_is_not_overwritten(file):
    with pytest.raises(NotWritable, match="has changed while it was checked"):
        replace_contents(str(file), b"older\r\n", b"new\r\n")
    assert file.read_bytes() == b"old\r\n"
    assert list(file.parent.iterdir()) == [file]


def test_what_is_there_already_is_no_change_by_someone_else(file):
    replace_contents(str(file), b"older", b"old\r\n")
    assert file.read_bytes() == b"old\r\n"


@posix
@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o4711])
def test_permissions_stay(file, mode):
    file.chmod(mode)
    replace_contents(str(file), b"old\r\n", b"new")
    assert stat.S_IMODE(file.stat().st_mode) == mode


@posix
def test_a_link_stays_and_its_target_is_written(file, tmp_path):
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "other.py"
    link.symlink_to(Path("..", "m.py"))
    replace_contents(str(link), b"old\r\n", b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    assert list(link.parent.iterdir()) == [link]


@posix
@pytest.mark.parametrize("mode", [0o444, 0o555])
def test_a_read_only_file_stays(file, mode):
    file.chmod(mode)
    with pytest.raises(NotWritable, match="is read-only"):
        replace_contents(str(file), b"old\r\n", b"new")
    assert file.read_bytes() == b"old\r\n"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(file):
    file.parent.chmod(0o555)
    try:
        with pytest.raises(NotWritable, match="can't be written: permission denied"):
            replace_contents(str(file), b"old\r\n", b"new")
    finally:
        file.parent.chmod(0o755)
    assert file.read_bytes() == b"old\r\n"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_costs_nothing(file, monkeypatch, step):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(saving.os if step == "fsync" else Path, step, full)
    with pytest.raises(NotWritable, match="can't be written: no space left on device"):
        replace_contents(str(file), b"old\r\n", b"new")
    assert file.read_bytes() == b"old\r\n"
    assert list(file.parent.iterdir()) == [file]


def test_an_interrupt_leaves_nothing_beside(file, monkeypatch):
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(saving.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        replace_contents(str(file), b"old\r\n", b"new")
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_is_gone(tmp_path):
    with pytest.raises(NotWritable, match="can't be written: no such file or directory"):
        replace_contents(str(tmp_path / "gone.py"), b"", b"new")


@posix
def test_what_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(NotWritable, match="is not a regular file"):
        replace_contents(str(tmp_path / "pipe.py"), b"", b"new")


ADDING = """
import sys
from pathlib import Path
from tdlint.sources.rewriting import NotWritable
from tdlint.sources.saving import replace_contents
file, word, wait = sys.argv[1], sys.argv[2].encode(), Path(sys.argv[3])
while not wait.exists():
    pass
done = 0
while done < 50:
    before = Path(file).read_bytes()
    try:
        replace_contents(file, before, before + word)
        done += 1
    except NotWritable as error:
        assert "has changed" in str(error), error
"""


@posix
def test_two_runs_at_once_lose_nothing(file, tmp_path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", ADDING, str(file)]
    go = tmp_path / "go"
    processes = [subprocess.Popen([*command, word, str(go)], env=environment) for word in "ab"]
    time.sleep(0.3)
    go.touch()
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    content = file.read_bytes()
    assert (content.count(b"a"), content.count(b"b"), len(content)) == (50, 50, 105)
