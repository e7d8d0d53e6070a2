"""What the bad days share: programs, and the command line as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BAD = """\
from keras import Sequential, layers

model = Sequential([
    layers.LSTM(8),
    layers.LSTM(8),
])
"""
FIXED = BAD.replace("LSTM(8),", "LSTM(8, return_sequences=True),", 1)

Lines = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(**changes: str | None) -> dict[str, str]:
    """The variables of a process that runs this tdlint."""
    given = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), **changes}
    quiet = ("NO_COLOR", "FORCE_COLOR", "TDLINT_DEBUG", "COLUMNS")
    return {name: value for name, value in given.items() if value is not None and name not in quiet}


def command(*arguments: str) -> list[str]:
    """The command line of a process."""
    return [sys.executable, "-m", "tdlint", *arguments]


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A program with one mistake, in the folder of the test."""
    (tmp_path / "bad.py").write_text(BAD)
    return tmp_path / "bad.py"


@pytest.fixture
def tdlint(tmp_path: Path) -> Lines:
    """Runs a command line as a process in the folder of the test, without input."""

    def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        given = {"cwd": tmp_path, "env": environment(), "stdin": subprocess.DEVNULL, "timeout": 120, **options}
        return subprocess.run(command(*arguments), capture_output=True, text=True, check=False, **given)

    return run


@pytest.fixture
def shell(tmp_path: Path) -> Lines:
    """Runs a line of the shell in which ``tdlint`` is this one."""

    def run(line: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
        given = {"cwd": tmp_path, "env": environment(PY=sys.executable, **changes), "stdin": subprocess.DEVNULL}
        line = line.replace("tdlint", '"$PY" -m tdlint')
        return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, timeout=120, **given)

    return run
