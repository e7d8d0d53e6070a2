"""The hook, run by pre-commit itself in a repository of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BAD = """\
import keras

model = keras.Sequential([keras.layers.LSTM(8), keras.layers.LSTM(8)])
"""
FIXED = BAD.replace("LSTM(8)", "LSTM(8, return_sequences=True)", 1)
GOOD = BAD.replace("LSTM(8),", "LSTM(8, return_sequences=True),")


def git(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def repository(folder: Path) -> str:
    """Make a repository of all files in a folder; returns the name of its commit."""
    folder.mkdir(exist_ok=True)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "start")
    return git(folder, "rev-parse", "HEAD").stdout.strip()


def notebook(source: str) -> str:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.slow
def test_the_hook_stops_a_commit_with_a_mistake_and_lets_its_repair_pass(checkout, tmp_path):
    # What a user would name as the hook's repository: one commit with these files.
    revision = repository(checkout)
    project = tmp_path / "project"
    repository(project)
    (project / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {checkout}\n  rev: {revision}\n  hooks:\n  - id: tdlint\n"
    )
    environment = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "NO_COLOR": "1"}
    subprocess.run([sys.executable, "-m", "pre_commit", "install"], cwd=project, check=True, capture_output=True)

    def commit(source: str) -> subprocess.CompletedProcess[str]:
        (project / "model.py").write_text(source)
        (project / "notes.ipynb").write_text(notebook(source))
        (project / "model.txt").write_text(source)
        git(project, "add", "--all")
        return git(project, "commit", "-m", "work", **environment)

    refused = commit(BAD)
    assert refused.returncode == 1, refused.stdout
    assert "exit code: 1" in refused.stdout
    assert "model.py:3:27" in refused.stdout
    assert "notes.ipynb:cell1:3:27" in refused.stdout
    assert "model.txt" not in refused.stdout
    assert refused.stdout.count("TDL101") == 2
    assert git(project, "log", "--oneline").stdout.count("\n") == 1

    passed = commit(GOOD)
    assert passed.returncode == 0, passed.stdout
    assert git(project, "log", "--oneline").stdout.count("\n") == 2

    # The hook that fixes changes the files and stops the commit; then they pass.
    (project / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {checkout}\n  rev: {revision}\n  hooks:\n"
        "  - id: tdlint-fix\n    args: [--unsafe-fixes]\n  - id: tdlint\n"
    )
    stopped = commit(BAD)
    assert stopped.returncode == 1, stopped.stdout
    assert "files were modified by this hook" in stopped.stdout
    assert (project / "model.py").read_text() == FIXED
    assert (project / "notes.ipynb").read_text() == notebook(FIXED)
    assert (project / "model.txt").read_text() == BAD
    assert commit(FIXED).returncode == 0

    packages = {path.name for path in (tmp_path / "home").rglob("site-packages/*")}
    assert {"libcst", "tdlint", "tdlint_rules"} <= packages
    assert not {"tensorflow", "keras", "numpy", "h5py"} & packages
