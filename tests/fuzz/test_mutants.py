"""Mutated programs: no crash, no hang, the same result again, and fixes that leave sound programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CAMPAIGN = Path(__file__).with_name("campaign.py")
COUNT = int(os.environ.get("FUZZ_MUTATIONS", "2000"))
"""In all; 100,000 take about half an hour."""
FOLDERS = [folder for folder in os.environ.get("FUZZ_FOLDER", "").split(os.pathsep) if folder]
"""Where the programs to be mutated are; those that ship with tdlint if it is not said."""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="files are examined in forked processes")


def campaign(*arguments: str) -> dict[str, float]:
    """The counts of a campaign that finds nothing wrong."""
    command = [sys.executable, str(CAMPAIGN), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *faults, counts = map(json.loads, done.stdout.splitlines())
    assert faults == []
    return counts


def test_some_mutants():
    counts = campaign("mutants", "--count", "60", "--seed", "1")
    assert counts["files with models"] > 20
    assert counts["files fixed"] > 5
    assert counts["files that are no Python"] > 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_many_mutants(seed):
    counts = campaign("mutants", "--count", str(COUNT // 2), "--seed", str(seed), *FOLDERS)
    assert counts["files"] == COUNT // 2


@pytest.mark.slow
def test_files_of_the_standard_library():
    """Files without Keras, of which everything is followed all the same."""
    counts = campaign("files", "--followed", str(Path(json.__file__).parents[1] / "asyncio"))
    assert counts["files"] > 20
