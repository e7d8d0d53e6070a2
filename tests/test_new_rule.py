"""The script that makes a rule, and the promise of CONTRIBUTING that a new rule is one new file."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tdlint._version import __version__
from tdlint.config import Settings
from tdlint.linting.engine import check_bytes

ROOT = Path(__file__).parent.parent


def snapshot(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def new_rule(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/new_rule.py", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def load(path: Path) -> type:
    """The rule class of a file, as a module of a package called like its folder."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}.{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a rule finds its page through its module
    spec.loader.exec_module(module)
    (rule,) = (each for each in vars(module).values() if isinstance(each, type) and each.__module__ == spec.name)
    return rule


def test_one_file_is_made_and_its_rule_loads(checkout):
    before = snapshot(checkout)
    done = new_rule(checkout, "zero-dropout", "--family", "sequences")
    assert done.returncode == 0, done.stderr
    after = snapshot(checkout)
    assert after.keys() - before.keys() == {"rules/sequences/zero_dropout.py"}
    assert all(after[name] == content for name, content in before.items())

    rule = load(checkout / "rules/sequences/zero_dropout.py")
    assert rule.code == re.search(r"TDL1\d\d", done.stdout)[0]
    assert rule.name() == "zero-dropout"
    assert rule.since == __version__
    assert rule.family() == "sequences"
    assert "## Bad" in rule.page()


def test_the_examples_of_a_new_rule_hold(checkout):
    new_rule(checkout, "zero-dropout", "--family", "training", "--code", "TDL590")
    rule = load(checkout / "rules/training/zero_dropout.py")
    bad, good = re.findall(r"```python\n(.*?)```", rule.page(), re.DOTALL)
    expected = [number for number, line in enumerate(bad.splitlines(), 1) if "# expect: TDL590" in line]
    found = check_bytes(bad.encode(), "bad.py", Settings(), (rule,)).diagnostics
    assert [(each.code, each.location.start.line) for each in found] == [("TDL590", number) for number in expected]
    assert check_bytes(good.encode(), "good.py", Settings(), (rule,)).diagnostics == ()


def test_codes_go_on_after_the_highest(checkout):
    first = new_rule(checkout, "one-thing", "--family", "sequences", "--code", "TDL141")
    second = new_rule(checkout, "other_thing", "--family", "sequences")
    assert first.stdout.startswith("rules/sequences/one_thing.py: TDL141")
    assert second.stdout.startswith("rules/sequences/other_thing.py: TDL142")


def test_a_new_family_says_what_is_left_to_do(checkout):
    shutil.rmtree(checkout / "rules/architecture")
    project = checkout / "pyproject.toml"
    project.write_text(project.read_text().replace('    "tdlint_rules.architecture",\n', ""))
    done = new_rule(checkout, "odd-axis", "--family", "architecture")
    assert done.stdout.startswith("rules/architecture/odd_axis.py: TDL601")
    assert 'add "tdlint_rules.architecture"' in done.stdout
    assert (checkout / "rules/architecture/__init__.py").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["use-flatten"], "does not read well"),
        (["Missing_Flatten"], "lower case words"),
        (["syntax-error"], "there is a rule syntax-error already"),
        (["odd-axis", "--code", "TDL301"], "codes of family sequences are TDL101"),
        (["odd-axis", "--code", "TDL1"], "codes of family sequences are TDL101"),
    ],
)
def test_what_is_refused_and_why(checkout, arguments, message):
    before = snapshot(checkout)
    done = new_rule(checkout, *arguments, "--family", "sequences")
    assert done.returncode == 1
    assert message in done.stderr
    assert snapshot(checkout) == before


def test_a_code_in_use_is_refused(checkout):
    new_rule(checkout, "one-thing", "--family", "sequences", "--code", "TDL190")
    done = new_rule(checkout, "odd-axis", "--family", "sequences", "--code", "TDL190")
    assert "TDL190 belongs to another rule" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the commands are written for a Unix shell")
def test_the_commands_of_contributing_work_one_after_the_other(checkout, tmp_path):
    text = (checkout / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^ *<!-- try -->\n *```bash\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 4

    # The copy's code stands before what is installed here; installing the copy would take minutes.
    shadow = tmp_path / "shadow"
    shadow.mkdir()
    (shadow / "tdlint").symlink_to(checkout / "tdlint")
    (shadow / "tdlint_rules").symlink_to(checkout / "rules")
    programs = [str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = {**os.environ, "PYTHONPATH": str(shadow), "PATH": os.pathsep.join(programs), "NO_COLOR": "1"}
    written = ""
    for block in blocks:
        done = subprocess.run(
            [shutil.which("bash") or "sh", "-e", "-c", block],
            cwd=checkout,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        written += done.stdout
    assert "# TDL5" in written
    assert re.search(r"^[1-9]\d* passed", written, re.MULTILINE)
    assert "README.md: tables written" in written
    assert "zero-dropout" in (checkout / "README.md").read_text(encoding="utf-8")
