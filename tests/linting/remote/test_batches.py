"""What is sent with files is all that their analyses look at."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest

from tdlint.config import Settings
from tdlint.linting import engine
from tdlint.linting.engine import check_bytes
from tdlint.linting.registry import load_rules
from tdlint.linting.remote.batches import _imports, batches
from tdlint.linting.runs import check_file
from tdlint.sources import disk
from tdlint.sources.disk import looking_at
from tdlint.sources.inputs import digest_of
from tdlint.sources.sent import Sent, Watched

DIGITS = Path(__file__).parents[3] / "fixtures" / "projects" / "digits"


def test_files_are_checked_where_they_are_not(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    shutil.copytree(DIGITS, "digits")
    shutil.copytree(DIGITS.parents[1] / "programs", "programs")
    files = [str(path) for folder in ("digits", "programs") for path in sorted(Path(folder).rglob("*.py"))]
    settings, rules = Settings(root="."), load_rules()
    expected = {file: check_file(file, check_bytes, settings, rules) for file in files}
    sent = list(batches(files, 5, {}))
    monkeypatch.chdir(tmp_path)
    shutil.rmtree("here")
    disk.forget()
    engine.forget()
    checked = {batch: batch for batch in sent if isinstance(batch, str)}
    for batch in sent:
        if not isinstance(batch, str):
            there = pickle.loads(pickle.dumps(batch.sent))
            with looking_at(there):
                found = {file: check_file(file, check_bytes, settings, rules) for file in batch.files}
            assert not there.missing
            checked |= found
            assert found == {file: expected[file] for file in batch.files}
    assert set(checked) == set(files)
    assert sum(len(each.diagnostics) for each in expected.values()) > 10


def test_what_is_sent_is_what_the_disk_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text("x = 1\n")
    for name in ("picture.png", "b", "pyproject.toml"):
        Path(name).touch()
    Path("pictures").mkdir()
    Path("pictures/1.png").touch()
    here = Watched()

    def look(there):
        answers = [there.content("a.py"), there.digest("a.py"), there.status("a.py"), there.real(".")]
        answers += [there.names("."), bool(there.names("pictures")), there.has_more_modules(".", 1)]
        with pytest.raises(FileNotFoundError, match="No such file"):
            there.content("c.py")
        return answers

    answers = look(here)
    assert answers[4] == {"a.py", "b", "pictures", "pyproject.toml"}
    sent = here.to_send()
    assert look(sent) == answers
    assert not sent.missing
    assert sent.content("b") == b""
    assert sent.names("..") == frozenset()
    assert sent.missing == {("content", str(tmp_path / "b")), ("names", "..")}


def test_a_digest_is_known_of_what_was_sent():
    sent = Sent("/far", {("content", "/far/a.py"): b"x"})
    assert sent.digest("a.py") == digest_of(b"x")
    assert sent.digest("b.py") == ""
    assert sent.missing == {("digest", "/far/b.py")}


def test_imports_are_seen_without_a_parser():
    program = b"import os, a.b as c\n  from .d import e\nfrom . import (f,\n  g)\nx = 'import y'\nfrom ..h.i import *\n"
    assert set(_imports(program)) >= {
        ("os", 0),
        ("a", 0),
        ("a.b", 0),
        ("d", 1),
        ("d.e", 1),
        ("", 1),
        ("f", 1),
        ("g", 1),
    }
    assert ("h.i", 2) in _imports(program)
    assert not any(name == "y" for name, _ in _imports(program))
    assert ("nets", 0) in _imports(b'{"source": ["import os\\n",\n   "from nets import build\\n"]}')
