"""The benchmark that compares what notebooks print with what tdlint counts."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

PROGRAM = """import keras
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense({units})])
model.summary()
"""


@pytest.fixture
def compare():
    path = Path(__file__).parent.parent / "benchmarks" / "printed_summaries.py"
    spec = importlib.util.spec_from_file_location("printed_summaries", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.compare


def notebook(path: Path, units: str, *outputs: dict) -> Path:
    source = PROGRAM.format(units=units).splitlines(keepends=True)
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs), "execution_count": 1}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    return path


@pytest.mark.parametrize(
    ("units", "output", "expected"),
    [
        ("2", {"text": ["Total params: 23 (92.00 B)\n"]}, ["agrees"]),
        ("2", {"data": {"text/html": ["<b> Total params: </b><span>23</span> (92.00 B)"]}}, ["agrees"]),
        ("2", {"text": ["Total params: 1,024\n"]}, ["differs"]),
        ("n", {"text": ["Total params: 23\n"]}, ["unknown"]),
        ("2", {"text": ["done\n"]}, []),
    ],
)
def test_printed_totals_are_compared(compare, tmp_path, units, output, expected):
    path = notebook(tmp_path / "n.ipynb", units, output)
    assert [what for what, _ in compare(path)] == expected


def test_what_is_no_notebook_is_left_out(compare, tmp_path):
    path = tmp_path / "n.ipynb"
    path.write_text("{")
    assert list(compare(path)) == []
