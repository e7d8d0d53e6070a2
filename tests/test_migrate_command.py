"""``tdlint migrate`` as a user meets it."""

from __future__ import annotations

import json

import pytest

OLD = "import keras\nfrom tensorflow import keras as k\nkeras.Input, k.Input\n"


@pytest.fixture
def old(tmp_path):
    (tmp_path / "old.py").write_text(OLD)
    (tmp_path / "new.py").write_text("import keras\n")
    return tmp_path / "old.py"


def test_the_plan(run, old):
    code, out, err = run("migrate")
    assert (code, err) == (1, "")
    assert out.startswith("1 file to change for Keras 3.15, 1 ready: 1 finding.\n")
    assert "\nold.py  1 by hand\n" in out
    assert old.read_text() == OLD


def test_nothing_to_do(run, old):
    assert run("migrate", "new.py") == (0, "Nothing to do for Keras 3.15: 1 file ready.\n", "")


def test_the_target_is_the_newest_version_whatever_the_project_is_for(run, old, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.tdlint]\nkeras-version = "2.15"\nextend-exclude = ["new.py"]\n')
    document = json.loads(run("migrate", "--output-format", "json")[1])
    assert (document["target"], document["totals"]["files"]) == ("3.15", 1)
    assert json.loads(run("migrate", "--to", "3.8", "--output-format", "json")[1])["target"] == "3.8"


def test_a_page_in_a_file(run, old, tmp_path):
    assert run("migrate", ".", "--output-format", "html", "--output-file", "plan.html") == (1, "", "")
    assert (tmp_path / "plan.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>\n")


@pytest.mark.parametrize("arguments", [["gone.py"], ["--to", "9"], ["--output-format", "table"]])
def test_errors(run, old, arguments):
    code, out, err = run("migrate", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("tdlint: error: ")
