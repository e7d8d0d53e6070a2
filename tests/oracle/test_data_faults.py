"""Fixtures about data, run by Keras statement by statement: it raises where, and only where, one is expected."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures" / "rules"

pytestmark = pytest.mark.slow


def statements(path: Path) -> list[tuple[int, str, bool]]:
    """Line, text, and whether a report is expected, of every statement at the top of a module."""
    text = path.read_text(encoding="utf-8")
    found = []
    for node in ast.parse(text).body:
        part = "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])
        found.append((node.lineno, part, "# expect" in part))
    return found


@pytest.mark.parametrize(
    "name",
    [
        "data_shape_mismatch/keras3",
        "data_structure_mismatch/cases",
        "labels_shape_mismatch/keras3",
        "sample_count_mismatch/cases",
    ],
)
def test_keras_raises_where_a_report_is_expected(name: str) -> None:
    keras = pytest.importorskip("keras")
    names: dict[str, object] = {}
    wrong = []
    for line, text, expected in statements(FIXTURES / f"{name}.py"):
        for made in names.values():
            if isinstance(made, keras.Model) and ".fit(" in text:
                made.train_function = None  # a second trace takes more sizes (FACTS A6g)
        try:
            exec(compile(text, name, "exec"), names)
        except Exception:
            raised = True
        else:
            raised = False
        if raised != expected:
            wrong.append((line, text))
    assert not wrong
