"""Old programs run under Keras 3 once they are fixed, none that ran breaks, and their models predict the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("keras", minversion="3.15")

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
import migration  # noqa: E402

EXPECTED = json.loads(migration.EXPECTED.read_text(encoding="utf-8"))
AT_LEAST = 0.95
FEW = ("keras1/diabetes_classes.py", "keras2/f1_metrics.py", "fine/lr_is_mine.py", "notebooks/reviews_by_book.ipynb")


def run(names, folder):
    return migration.results(migration.read(migration.FIXTURES / name for name in names), folder)


def check(found):
    for result in found:
        expected = EXPECTED[result.name]
        assert result.failure is None, f"{result.name}: {result.failure}"
        assert result.state != "broken", result
        assert result.agreement != "differs" or expected["agreement"] == "differs", result
        # what is expected to fail may come to run
        assert result.state == expected["state"] or expected["state"] == "fails", result


def test_every_program_has_an_expectation():
    assert [migration.name_of(path) for path in migration.programs_in([migration.FIXTURES])] == sorted(
        EXPECTED, key=lambda name: migration.FIXTURES / name
    )


def test_what_still_fails_says_why():
    assert all("why" in entry for entry in EXPECTED.values() if entry["state"] == "fails")


def test_nothing_that_ran_is_expected_to_break():
    assert not [name for name, entry in EXPECTED.items() if entry["state"] == "broken"]


def test_some_old_programs(tmp_path):
    check(run(FEW, tmp_path))


@pytest.mark.slow
def test_all_old_programs(tmp_path):
    found = run(EXPECTED, tmp_path)
    check(found)
    mended, old = migration.share(found)
    assert mended >= AT_LEAST * old
