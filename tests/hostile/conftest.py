"""What tests of bad days share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_lines import BAD, command, environment

Lines = Callable[..., "subprocess.CompletedProcess[str]"]


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
