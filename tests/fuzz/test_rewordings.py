"""A program in other words that mean the same has the same reports."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest
from programs import Program, of_folder, shipped
from rewordings import REWORDINGS, Reworded, can_be_reworded

from tdlint.config import Settings
from tdlint.linting.engine import check_bytes
from tdlint.linting.registry import load_rules

FOLDERS = [folder for folder in os.environ.get("FUZZ_FOLDER", "").split(os.pathsep) if folder]
SETTINGS = Settings(select=("ALL",))


def differences(texts: list[str], seed: int) -> list[str]:
    """What is reported of one way to write a program only."""
    found = []
    for number, text in enumerate(texts):
        program, draw = Program(text), Random(f"{seed} {number}")
        if not can_be_reworded(program):
            continue
        before = Reworded(text).reports(check_bytes(text.encode(), "a.py", SETTINGS, load_rules()).diagnostics)
        for reword in REWORDINGS:
            new = reword(draw, program)
            after = new.reports(check_bytes(new.text.encode(), "a.py", SETTINGS, load_rules()).diagnostics)
            only = [*(f"gone: {each}" for each in before if each not in after)]
            only += [*(f"new: {each}" for each in after if each not in before)]
            found += [f"{reword.__name__} of number {number}: {each}" for each in only]
    return found


def test_some_programs():
    assert differences(Random(1).sample(shipped(), 20), 1) == []


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS or [None])
def test_all_programs(folder):
    assert differences(shipped() if folder is None else list(of_folder(Path(folder))), 2) == []
