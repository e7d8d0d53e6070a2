"""The workflows: they can be read, give no right away, and the release takes what the changelog says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from test_conventions import script

from tdlint._version import __version__
from tdlint.testing import load_rules

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).parent.parent
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / ".github" / "workflows").glob("*.yml")}
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
release = script("release_notes")


def steps(workflow: str) -> list[tuple[str, dict[str, Any]]]:
    return [(name, step) for name, job in WORKFLOWS[workflow]["jobs"].items() for step in job["steps"]]


def number(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def test_there_are_the_three_workflows():
    assert set(WORKFLOWS) == {"ci", "docs", "release"}
    assert {"run": "bash .ci/run"} in [step for _, step in steps("ci")]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_only_reads_and_its_jobs_may_do_no_more_than_they_must(name):
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
    given = {job: body["permissions"] for job, body in WORKFLOWS[name]["jobs"].items() if "permissions" in body}
    assert (
        given
        == {
            "ci": {},
            "docs": {"publish": {"pages": "write", "id-token": "write"}},
            "release": {"publish": {"id-token": "write"}, "release": {"contents": "write"}},
        }[name]
    )


@pytest.mark.parametrize("name", WORKFLOWS)
def test_scripts_take_what_may_be_hostile_from_the_environment_only(name):
    for job, step in steps(name):
        assert ("run" in step) != ("uses" in step), job
        assert "${{" not in step.get("run", ""), "an expression in a script could run what is in it"
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[\w./-]+", step["uses"])


@pytest.mark.parametrize("name", WORKFLOWS)
def test_jobs_wait_for_jobs_that_exist_and_files_that_scripts_name_exist(name):
    jobs = WORKFLOWS[name]["jobs"]
    for job in jobs.values():
        assert job.get("needs", next(iter(jobs))) in jobs
    for _, step in steps(name):
        for path in re.findall(r"(?:scripts|fixtures|\.ci)/[\w./-]+", step.get("run", "")):
            assert (ROOT / path.removeprefix("source/")).exists()


def test_a_release_publishes_by_trust_and_only_what_was_tried():
    jobs = WORKFLOWS["release"]["jobs"]
    assert [jobs[name].get("needs") for name in ("build", "try", "publish", "release")] == [
        None,
        "build",
        "try",
        "publish",
    ]
    assert jobs["publish"]["environment"]["name"] == "pypi"
    [publishing] = [
        step for step in jobs["publish"]["steps"] if step["uses"].startswith("pypa/gh-action-pypi-publish@")
    ]
    assert publishing["with"] == {"attestations": True}
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.findall(r"Python :: (3\.\d+)", text) == jobs["try"]["strategy"]["matrix"]["python"]


def test_the_notes_of_a_release_are_its_section():
    changelog = (
        "# C\n\n## [Unreleased]\n\n## [0.2.0] - 2026-01-02\n\n### Added\n\n- A.\n\n## [0.1.0] - 2025-01-02\n\n- B.\n"
    )
    assert release.notes("v0.2.0", "0.2.0", changelog) == "### Added\n\n- A."
    assert release.notes("v0.1.0", "0.1.0", changelog) == "- B."
    for tag, version, text, problem in (
        ("v0.3.0", "0.2.0", changelog, "the tag is v0.3.0"),
        ("v0.3.0", "0.3.0", changelog, "no section"),
        ("v0.2.0", "0.2.0", changelog.replace(" - 2026-01-02", ""), "needs a date"),
        ("v0.2.0", "0.2.0", changelog.replace("2026-01-02", "soon"), "needs a date"),
        ("v0.2.0", "0.2.0", "## [0.2.0] - 2026-01-02\n", "is empty"),
    ):
        with pytest.raises(ValueError, match=problem):
            release.notes(tag, version, text)


def test_the_changelog_has_its_form_and_no_version_newer_than_the_code():
    names = list(release.sections(CHANGELOG))
    assert names[0] == "Unreleased"
    assert all(number(name) <= number(__version__) for name in names[1:])
    assert names[1:] == sorted(names[1:], key=number, reverse=True)
    headings = re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE)
    assert set(headings) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert release.version_of_code() == __version__
    assert 'version = { attr = "tdlint._version.__version__" }' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_version_that_pages_pin_is_the_newest_release():
    newest = [*release.sections(CHANGELOG), __version__][1]
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        pinned = re.findall(r"(?:tdlint@v|rev: v)(\d+\.\d+\.\d+)", path.read_text(encoding="utf-8"))
        assert set(pinned) <= {newest}, path.name


def test_no_rule_is_of_a_version_to_come():
    assert [rule.code for rule in load_rules() if rule.since and number(rule.since) > number(__version__)] == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="the step is for bash")
def test_the_step_that_tries_the_wheel_works(tmp_path, copy_checkout):
    source = copy_checkout(tmp_path / "source")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "dist", source]
    subprocess.run(build, check=True, capture_output=True)
    [trying] = [step for job, step in steps("release") if job == "try" and "run" in step]

    def run(tag: str) -> int:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "TAG": tag, "PATH": path}
        command = ["bash", "-e", "-o", "pipefail", "-c", trying["run"]]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False).returncode

    assert run(f"v{__version__}") == 0
    assert run("v9.9.9") != 0
