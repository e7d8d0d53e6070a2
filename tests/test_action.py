"""The GitHub Action: its steps are run by bash as a runner runs them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
BAD = """\
from keras import Sequential, layers

model = Sequential([layers.LSTM(8), layers.LSTM(8)])
"""


def run_step(step, folder: Path, values: dict[str, str], path: str) -> subprocess.CompletedProcess[str]:
    """Run a step as a runner does: expressions only in its environment, and ``bash -e``."""
    assert "${{" not in step["run"], "an expression in a script could run what is in it"
    given = {
        name: re.sub(r"\$\{\{ *([\w.]+) *\}\}", lambda match: values[match[1]], text)
        for name, text in step["env"].items()
    }
    environment = {**os.environ, **given, "GITHUB_PATH": str(folder / "path"), "PATH": path}
    command = [shutil.which("bash") or "bash", "-e", "-o", "pipefail", "-c", step["run"]]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="the steps are for bash")
def test_the_steps_install_and_annotate(tmp_path, copy_checkout):
    source = copy_checkout(tmp_path / "action")
    project = tmp_path / "project"
    project.mkdir()
    (project / "bad.py").write_text(BAD)
    install, check = ACTION["runs"]["steps"]
    values = {"runner.temp": str(tmp_path), "github.action_path": str(source)}
    done = run_step(install, project, values, os.environ["PATH"])
    assert done.returncode == 0, done.stderr
    path = f"{(project / 'path').read_text().strip()}{os.pathsep}{os.environ['PATH']}"
    values = {"inputs.paths": "bad.py", "inputs.arguments": "--select TDL101"}
    done = run_step(check, project, values, path)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=bad.py,line=3,")
    hostile = {"inputs.paths": "bad.py $(touch owned) ; touch owned", "inputs.arguments": "--ignore TDL1"}
    assert run_step(check, project, hostile, path).returncode == 2
    assert not (project / "owned").exists()


def test_every_input_is_used_and_described():
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name, given in ACTION["inputs"].items():
        assert given["description"].endswith(".")
        assert f"inputs.{name} }}}}" in text
