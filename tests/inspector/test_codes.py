"""What an account lists names the rule about it, and the rules about regularizers name the account."""

from __future__ import annotations

import pytest

from tdlint.config import Settings
from tdlint.inspector import codes
from tdlint.linting.engine import check_bytes
from tdlint.testing import Case, load_rules, page_cases

NAMES = {
    codes.STRONG: "strong-regularization",
    codes.IN_TIME_DISTRIBUTED: "timedistributed-activity-regularizer",
    codes.PER_TIMESTEP: "per-timestep-layers",
    codes.LATE: "late-regularizer",
    codes.INERT: "inert-regularizer",
    codes.FROZEN: "frozen-regularizer",
    codes.MULTIPLIED: "multiplied-activity-penalty",
    codes.SAME_START: "shared-initializer",
    codes.FOREIGN_CODE: "code-in-model-file",
}


def test_codes_are_those_of_the_rules():
    rules = {rule.code: rule.name() for rule in load_rules()}
    assert {code: rules[code] for code in NAMES} == NAMES
    assert set(NAMES) == {value for name, value in vars(codes).items() if name.isupper()}


ABOUT_TERMS = [code for code in NAMES if code not in (codes.FOREIGN_CODE, codes.SAME_START)]
CASES = [case for rule in load_rules() if rule.code in ABOUT_TERMS for case in page_cases(rule) if case.expected]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_static_finding_says_where_the_account_is(case: Case) -> None:
    found = check_bytes(case.text.encode(), "page.py", Settings(select=case.codes), load_rules()).diagnostics
    assert found
    assert all("tdlint inspect" in (one.help or "") for one in found)
