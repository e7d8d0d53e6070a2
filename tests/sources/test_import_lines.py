"""Imports read from lines: whatever a parser finds is among them."""

import ast
from pathlib import Path

import pytest

from tdlint.sources.import_lines import imported_names

PROJECT = Path(__file__).parents[2]


def parsed_names(text: str) -> set[tuple[str, int]]:
    found: set[tuple[str, int]] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {(alias.name, 0) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names = {module, *(f"{module}.{alias.name}".strip(".") for alias in node.names)}
            found |= {(name, node.level) for name in names if name or node.level}
    return found


@pytest.mark.parametrize(
    "text",
    [
        "import a",
        "import a.b as c, d\n",
        "from a.b import c as d, e  # why, not\n",
        "from . import a\n",
        "from .. a import b\n",
        "from...a import(b)\n",
        "from .a import (  # the first ) of two\n    b,\n    c as d,  # and more\n)\n",
        "from .a import (\n    b, \\\n    c)\n",
        "if x: import a; from b import c\n",
        "try:\n\timport a\nexcept ImportError:\r\n\tfrom b import *\r\n",
        "def f():\n    import a\r    import b\n",
        "x = 1; import a\n",
    ],
)
def test_all_that_a_parser_finds(text: str) -> None:
    names = imported_names(text)
    assert names is not None
    assert set(names) == parsed_names(text)


@pytest.mark.parametrize(
    "text", ["import \\\n a\n", "from a \\\n  import b\n", "from \\\n a \\\n import b\n", "import a, \\\n b\n"]
)
def test_continued_lines_are_left_to_the_parser(text: str) -> None:
    assert imported_names(text) is None


def test_what_strings_speak_of_may_be_among_them() -> None:
    assert set(imported_names('"""\nimport a\n"""\nimport b\n') or ()) == {("a", 0), ("b", 0)}
    assert set(imported_names('"to import a"\nimport b\n') or ()) == {("b", 0)}


def test_files_of_the_project() -> None:
    files = [file for name in ("tdlint", "rules", "tests") for file in (PROJECT / name).rglob("*.py")]
    assert len(files) > 300
    for file in files:
        text = file.read_text(encoding="utf-8")
        names = imported_names(text)
        assert names is None or set(names) >= parsed_names(text), file
