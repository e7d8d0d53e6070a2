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
GOOD = BAD.replace("LSTM(8),", "LSTM(8, return_sequences=True),")


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def notebook(source: str) -> str:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.slow
def test_the_hook_stops_a_commit_with_a_mistake_and_lets_its_repair_pass(checkout, tmp_path):
    # The hook's repository is what a user would clone: one commit with these files.
    git(checkout, "init", "--quiet")
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--no-verify", "-m", "hook")

    project = tmp_path / "project"
    project.mkdir()
    git(project, "init", "--quiet")
    home = tmp_path / "pre-commit"
    environment = {**os.environ, "PRE_COMMIT_HOME": str(home), "NO_COLOR": "1"}

    def try_hook(source: str) -> subprocess.CompletedProcess[str]:
        (project / "model.py").write_text(source)
        (project / "notes.ipynb").write_text(notebook(source))
        (project / "model.txt").write_text(source)
        git(project, "add", "--all")
        command = [sys.executable, "-m", "pre_commit", "try-repo", str(checkout), "tdlint", "--all-files", "--verbose"]
        return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)

    refused = try_hook(BAD)
    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert "exit code: 1" in refused.stdout
    assert "model.py:3:27" in refused.stdout
    assert "notes.ipynb:cell1:3:27" in refused.stdout
    assert "model.txt" not in refused.stdout
    assert refused.stdout.count("TDL101") == 2

    passed = try_hook(GOOD)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "All checks passed in 2 files" in passed.stdout
    assert list(home.rglob("libcst")), "the hook's environment is where it was looked for"
    assert not [*home.rglob("tensorflow"), *home.rglob("keras")]
