"""A way to lint a text with rules of the tests' own."""

from __future__ import annotations

import pytest
from sample_rules import EveryLayer

from tdlint.config import Settings
from tdlint.linting.engine import check_bytes
from tdlint.linting.rule import Rule


@pytest.fixture
def lint():
    """Lints a text with some rules; keywords are settings."""

    def run(text: str | bytes, *rules: type[Rule], path: str = "m.py", **settings):
        data = text.encode() if isinstance(text, str) else text
        return check_bytes(data, path, Settings(**settings), rules or (EveryLayer,))

    return run
