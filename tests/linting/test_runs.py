"""Runs over many files: order, processes, what is told while they go on."""

from __future__ import annotations

import pytest
from sample_rules import EveryLayer

from tdlint.config import Settings
from tdlint.errors import UsageError
from tdlint.linting.engine import check_bytes
from tdlint.linting.runs import check_file, check_paths

MODEL = "import keras\nfrom keras.layers import Dense\n\nmodel = keras.Sequential([Dense(4), Dense(3)])\n"


def test_paths_are_found_and_checked(tmp_path):
    (tmp_path / "b.py").write_text(MODEL)
    (tmp_path / "a.py").write_text("x = 1\n")
    result = check_paths([str(tmp_path)], Settings(), (EveryLayer,))
    assert [file.path for file in result.files] == [str(tmp_path / "a.py"), str(tmp_path / "b.py")]
    assert result.exit_code == 1
    with pytest.raises(UsageError, match="no-such"):
        check_paths([str(tmp_path)], Settings(ignore=("no-such",)), (EveryLayer,))


def test_a_file_that_vanishes(tmp_path):
    result = check_file(str(tmp_path / "a.py"), check_bytes, Settings(), ())
    assert [diagnostic.code for diagnostic in result.diagnostics] == ["TDL004"]
    assert "no such file" in result.diagnostics[0].message


@pytest.fixture
def seven(tmp_path):
    for number in range(6):
        (tmp_path / f"{number}.py").write_text(MODEL.replace("4", str(number + 4)))
    (tmp_path / "7.py").write_text("import keras\nx = (\n")
    return tmp_path


def test_processes_give_what_one_process_gives(seven):
    one, three = (check_paths([str(seven)], Settings(), (EveryLayer,), jobs) for jobs in (1, 3))
    assert one == three
    assert len(one.diagnostics) >= 13


@pytest.mark.parametrize("jobs", [1, 3])
def test_each_file_is_told_when_it_is_done(seven, jobs):
    told = []
    result = check_paths([str(seven)], Settings(), (EveryLayer,), jobs, done=lambda *each: told.append(each))
    assert [(number, total) for number, total, _ in told] == [(number, 7) for number in range(1, 8)]
    assert sorted(file for _, _, file in told) == [file.path for file in result.files]


@pytest.mark.parametrize("jobs", [1, 3])
def test_each_file_is_taken_up_before_it_is_done(seven, jobs):
    told = []
    check_paths(
        [str(seven)],
        Settings(),
        (EveryLayer,),
        jobs,
        done=lambda number, total, file: told.append(("done", file)),
        begun=lambda file: told.append(("begun", file)),
    )
    files = sorted(str(path) for path in seven.glob("*.py"))
    assert sorted(told) == sorted([*(("begun", file) for file in files), *(("done", file) for file in files)])
    assert all(told.index(("begun", file)) < told.index(("done", file)) for file in files)
