"""Thousands of corrupted files: an account or an error that names the file, never anything else, and nothing left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("h5py")

COUNT = int(os.environ.get("CORRUPTED_FILES", "1500"))
"""In all; 20,000 take about seven minutes."""
SEEDS = range(4)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="each file is read in a forked process")
@pytest.mark.parametrize("seed", SEEDS)
def test_corrupted_files(seed, tmp_path):
    script = Path(__file__).with_name("corruption.py")
    command = [sys.executable, str(script), str(COUNT // len(SEEDS)), str(seed), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["wrong"] == []
    assert found["left"] == []
    assert found["seen"]["read"] > 0
    assert found["seen"]["refused"] > 0
