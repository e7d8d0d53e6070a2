"""The examples on the pages of the rules, and programs that are too long for a page."""

from pathlib import Path

import pytest

from tdlint.testing import check_case, file_cases, load_rules, page_cases

PAGES = [case for rule in load_rules("acme_keras_rules") for case in page_cases(rule)]
PROGRAMS = list(file_cases(Path(__file__).parent / "programs"))


@pytest.mark.parametrize("case", [*PAGES, *PROGRAMS], ids=str)
def test_what_is_reported(case):
    check_case(case)
