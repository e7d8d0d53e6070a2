"""Packs of rules as they are installed, in folders of their own, and tdlint with them in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

RULE = '''"""A rule of a pack."""
import itertools, os, re, signal, sys, threading, time, warnings
from tdlint.api import *

class R(Rule):
    code = "{code}"
{body}
'''

SHORT_LIMITS = """\
import sys
from tdlint.linting import packs, registry
packs.TIME_LIMIT, packs.SHORTEST_LIMIT, packs._GRACE, registry.IMPORT_LIMIT = 3.0, 1.5, 0.5, 1.0
packs.MAX_MEMORY = 2**27
{start}
"""
START = "from tdlint.__main__ import main; main()"


def rule(code: str, body: str) -> str:
    """The module of a rule, whose class has this body."""
    return RULE.format(code=code, body="\n".join(f"    {line}" for line in body.strip("\n").splitlines()))


def write_pack(folder: Path, package: str, modules: Mapping[str, str], entry: str | None = None) -> Path:
    """Write a pack with version 1.0 as an installer would."""
    for name, text in {"__init__": "", **modules}.items():
        path = folder / package / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    about = folder / f"{package}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package.replace('_', '-')}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[tdlint.rules]\n{package} = {entry or package}\n")
    return folder


def run_with(
    path: Path, arguments: list[str], cwd: Path, start: str = START, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run tdlint with the packs in a folder, and little patience for them."""
    code = SHORT_LIMITS.format(start=start)
    env = {**os.environ, "PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, input=stdin, timeout=120)
