"""Reports at places in files that the checked one imports."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tdlint.config import Settings
from tdlint.linting.engine import check_stdin
from tdlint.linting.registry import load_rules
from tdlint.linting.runs import check_paths

DIGITS = Path(__file__).parent.parent.parent / "fixtures" / "projects" / "digits"


@pytest.fixture
def digits(tmp_path) -> Path:
    return Path(shutil.copytree(DIGITS, tmp_path / "digits"))


def reports(result) -> list[tuple[str, int, str]]:
    return [(Path(d.location.path).name, d.location.start.line, d.code) for d in result.diagnostics]


def check(digits: Path, *names: str, jobs: int = 1, **settings):
    paths = [str(digits / name) for name in names or (".",)]
    return check_paths(paths, replace(Settings(root=str(digits), select=("TDL301",)), **settings), load_rules(), jobs)


def test_a_fault_of_two_files_is_at_the_call_that_leads_there(digits):
    result = check(digits, "train.py")
    (found,) = result.diagnostics
    assert (found.code, found.location.start.line, found.location.lines) == ("TDL301", 7, ("model = build(IMAGE)",))
    place = found.related[0].location
    assert (Path(place.path), place.start.line) == (digits / "nets" / "builders.py", 10)
    assert place.lines == ("    x = layers.Conv2D(8, 3)(inputs)",)
    assert found.fix is None


def test_what_a_file_reports_itself_is_reported_there_only(digits):
    found = reports(check(digits))
    assert found == [("evaluate.py", 6, "TDL301"), ("builders.py", 20, "TDL301"), ("train.py", 7, "TDL301")]


def test_number_of_processes_and_order_change_nothing(digits):
    alone = [d for name in ("train.py", "nets", "evaluate.py") for d in check(digits, name).diagnostics]
    results = [check(digits, jobs=jobs).diagnostics for jobs in (1, 2)]
    assert results[0] == results[1] == tuple(sorted(alone, key=lambda d: d.sort_key()))


def test_comments_and_settings_of_the_other_file_count(digits):
    builders = digits / "nets" / "builders.py"
    text = builders.read_text()
    builders.write_text(text.replace("Conv2D(8, 3)(inputs)", "Conv2D(8, 3)(inputs)  # noqa: TDL301"))
    assert not check(digits, "train.py").diagnostics
    builders.write_text(text)
    assert check(digits, "train.py").diagnostics
    assert not check(digits, "train.py", per_file_ignores=(("nets/*", ("TDL301",)),)).diagnostics
    assert not check(digits, "train.py", extend_exclude=("nets",)).diagnostics


def test_a_comment_at_the_call_hides_it(digits):
    train = digits / "train.py"
    train.write_text(train.read_text().replace("build(IMAGE)", "build(IMAGE)  # tdlint: ignore[TDL301]"))
    result = check(digits, "train.py")
    assert not result.diagnostics
    assert result.files[0].suppressed == 1


def test_a_program_on_standard_input_imports_from_the_folder_of_its_name(digits):
    program = b"import keras\nfrom nets import build\nbuild((3,))\n"
    result = check_stdin(program, str(digits / "new.py"), Settings(), load_rules())
    assert [(d.code, d.location.start.line) for d in result.diagnostics] == [("TDL301", 3)]


def test_a_notebook_imports_files(digits):
    import json

    cell = {"cell_type": "code", "source": "import keras\nfrom nets import build\nbuild((3,))\n"}
    (digits / "n.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    (found,) = check(digits, "n.ipynb").diagnostics
    assert (found.location.cell, found.location.start.line) == (1, 3)


def test_reasons_are_told_at_the_import(digits):
    (digits / "config.py").write_text("def (\n")
    (result,) = check(digits, "train.py", explain_unknown=True).files
    assert any("train.py:2: config.py is not followed: syntax error" in why for why in result.unknown), result.unknown


@pytest.mark.parametrize("line", ["from nets import build", "from nets.builders import build"])
def test_a_program_that_only_imports_its_model_is_read(digits, line):
    (digits / "run.py").write_text(f"{line}\nmodel = build((3,))\nmodel.fit([], [])\n")
    assert reports(check(digits, "run.py")) == [("run.py", 2, "TDL301")]


@pytest.mark.parametrize("text", [b"import nets\nprint 'x'\na.fit(1)\n", b"import nets\na.fit('\xff')\n"])
def test_what_does_not_speak_of_keras_is_not_told_what_else_is_wrong(digits, text):
    (digits / "run.py").write_bytes(text)
    assert not check(digits, "run.py").diagnostics


def test_data_from_another_file_are_compared_with_the_model(digits):
    assert reports(check(digits, "train.py", select=("TDL311",))) == [("train.py", 13, "TDL311")]
