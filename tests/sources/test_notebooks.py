"""Notebooks as one source, with places told by cell and line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdlint.diagnostics import Position, Span
from tdlint.sources.magics import replace_magics
from tdlint.sources.notebooks import read_notebook
from tdlint.sources.source_file import SourceFile, UnreadableFile
from tdlint.sources.syntax import check_syntax

PYTHON = {"language_info": {"name": "python"}}


def notebook(*cells, metadata=None) -> bytes:
    """Code cells by their text; ``None`` is a Markdown cell."""
    made = [
        {"cell_type": "markdown", "source": ["# text"]} if cell is None else {"cell_type": "code", "source": cell}
        for cell in cells
    ]
    return json.dumps({"nbformat": 4, "cells": made, "metadata": PYTHON if metadata is None else metadata}).encode()


def read(*cells, **options) -> SourceFile:
    source = read_notebook("n.ipynb", notebook(*cells, **options))
    assert source is not None
    return source


def test_places_are_told_by_cell_and_line():
    source = read(None, "x = 1\ny = 2", None, ["\n", "model = f(\n", "  1)\n"], "z")
    location = source.location(Span(source.text.index("f("), source.text.index(")") + 1))
    assert (location.cell, location.start, location.end) == (4, Position(2, 9), Position(3, 5))
    assert location.lines == ("model = f(", "  1)")
    assert source.location(Span(source.text.index("y"), source.text.index("y"))).start == Position(2, 1)


def test_a_location_stays_in_its_cell():
    source = read("a", "b")
    assert source.location(Span(0, len(source.text))).end == Position(1, 2)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%matplotlib inline\nx = 1\n", "                  \nx = 1\n"),
        ("!pip install \\\n  'keras\nx\n", "              \n        \nx\n"),
        ("?x\nx?\nx.y??\nz\n", "  \n  \n     \nz\n"),
        ("%%time\nx = 1\n", "      \nx = 1\n"),
        ("# comment\n%%capture out\nx\n", "# comment\n             \nx\n"),
        ("%%bash\necho 'a\n", "      \n       \n"),
        ("files = !ls *\nx\n", "files = _    \nx\n"),
        ("a, b['k'] = %sql select 'x\nx\n", "a, b['k'] = _             \nx\n"),
        ("if a:\n    %matplotlib inline\n", "if a:\n    pass              \n"),
        ("if a:\n  !l\nelse:\n  !ls x\n", "if a:\n  0 \nelse:\n  pass \n"),
        ("%time model.fit(x)\n", "if 1: model.fit(x)\n"),
        ("%timeit -n 10 -r3 f(1)\n", "if 1:             f(1)\n"),
        ("%time for i in x: f(i)\n", "                      \n"),
        ("pip install keras\nx\n", "                 \nx\n"),
        ("!echo (\nx = '''\n%a\n'''\n!b\n", "       \nx = '''\n%a\n'''\n  \n"),
        ("x = (5\n%y)\n!a\n", "x = (5\n%y)\n  \n"),
        ("x = 5 \\\n% y\n!a\n", "x = 5 \\\n% y\n  \n"),
        ("!a\r\nx\r\n", "  \r\nx\r\n"),
    ],
)
def test_ipython_syntax_becomes_python_of_the_same_length(cell, expected):
    assert replace_magics(cell) == expected
    assert check_syntax(expected)[1] is None


@pytest.mark.parametrize(
    "cell",
    [
        "x = (5\n% y)\n",
        "x = '''\n%matplotlib\n!ls\n?x\n'''\n",
        "x = 5 \\\n% y\n",
        "y = await f()\nasync for a in b: pass\n",
        "ls -l\n",
        "pip = 1\n",
        "print(f'{x!r}')\n",
    ],
)
def test_python_is_not_touched(cell):
    assert replace_magics(cell) == cell
    assert read(cell).problems == ()


@pytest.mark.parametrize("cell", [" x = 1\n y = 2\n", "\n\t# c\n\tif a:\n\t\tb\n", "  x = 1\n\n  y = 2"])
def test_an_indented_cell_is_fine_as_in_ipython(cell):
    source = read("a = 1", cell)
    assert source.problems == ()
    assert check_syntax(source.parse_text)[1] is None
    for name in "xyb":
        assert source.parse_text.find(name) == source.text.find(name)


def test_a_wrong_cell_is_reported_and_the_others_are_kept():
    source = read("x = 1\n", None, "y = 2\nz = = 3\n", "w = (\n", "v = 4\n")
    places = [source.location(problem.span) for problem in source.problems]
    assert [(place.cell, place.start.line) for place in places] == [(3, 2), (4, 1)]
    assert source.parse_text.split() == ["x", "=", "1", "v", "=", "4"]
    assert len(source.parse_text) == len(source.text)


def test_a_cell_that_is_too_deep_is_reported():
    (problem,) = read("x = " + "+".join("a" * 9000)).problems
    assert "levels deep" in problem.message


@pytest.mark.parametrize(
    "metadata",
    [
        {"language_info": {"name": "R"}},
        {"kernelspec": {"language": "julia", "name": "julia-1.9"}},
        {"kernelspec": {"name": "ir"}},
    ],
)
def test_other_languages_are_skipped(metadata):
    assert read_notebook("n.ipynb", notebook("library(keras)", metadata=metadata)) is None


@pytest.mark.parametrize(
    "metadata", [{}, PYTHON, {"kernelspec": {"name": "tf2"}}, {"kernelspec": {"language": "python"}}]
)
def test_python_notebooks_are_read(metadata):
    assert read("x", metadata=metadata).text == "x\n"


def test_format_3():
    cells = [
        {"cell_type": "code", "input": ["x = 1\n"], "language": "python"},
        {"cell_type": "code", "input": "y", "language": "julia"},
        {"cell_type": "code", "input": "z"},
    ]
    source = read_notebook("n.ipynb", json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode())
    assert source is not None
    assert source.text == "x = 1\nz\n"
    assert [cell.number for cell in source.cells] == [1, 3]


def test_half_of_a_surrogate_pair_does_not_crash():
    source = read_notebook("n.ipynb", b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud83d\'"}]}')
    assert source is not None
    assert source.problems == ()
    source.text.encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not valid JSON"),
        (b"{", "line 1"),
        (b"[1]", "no notebook"),
        (b'{"a": 1}', "no cells"),
        (b'{"cells": {}}', "not a list"),
        (b'{"cells": [1]}', "cell 1 is not an object"),
        (b'{"cells": [{"cell_type": "code", "source": [1]}]}', "source of cell 1"),
        (b'{"worksheets": 1}', "worksheets"),
        (b"\xff\xff", "UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_notebook_says_why(data, words):
    with pytest.raises(UnreadableFile, match=words):
        read_notebook("n.ipynb", data)


LINES = st.sampled_from(
    [
        "x = 1",
        "%time f(x)",
        "!ls 'a",
        "if a:",
        "    %b",
        "    y = (",
        ")",
        "'''",
        "z?",
        "a = !b",
        "\\",
        "é = '🙂'",
        "%%time",
        "  c",
        "",
    ]
)
CELLS = st.lists(st.none() | st.lists(LINES, max_size=6).map("\n".join), max_size=5)


@given(CELLS)
def test_offsets_survive_whatever_is_in_the_cells(cells):
    source = read(*cells)
    assert len(source.parse_text) == len(source.text)
    assert check_syntax(source.parse_text)[1] is None
    for offset in range(len(source.text)):
        location = source.location(Span(offset, offset + 1))
        text = cells[location.cell - 1] + "\n"
        lines = text.split("\n")
        before = sum(len(line) + 1 for line in lines[: location.start.line - 1])
        assert text[before + location.start.column - 1] == source.text[offset]


@given(CELLS)
def test_each_cell_is_python_by_itself_or_reported(cells):
    codes = [cell if cell.endswith("\n") else f"{cell}\n" for cell in cells if cell is not None]
    wrong = [check_syntax(replace_magics(code))[1] is not None for code in codes]
    source = read(*cells)
    blank = ["" if bad else replace_magics(code).strip() for code, bad in zip(codes, wrong, strict=True)]
    assert len(source.problems) == sum(wrong)
    assert [source.parse_text[cell.start : cell.end].strip() for cell in source.cells] == blank


@pytest.mark.parametrize(
    "cells",
    [
        ("if x:\n", "  y\n"),
        ("@f\n", "def g(): pass\n"),
        ("x = (1,\n", "2)\n"),
        ("'''\n", "'''\n"),
        ("x = 1 \\\n", "\n"),
    ],
)
def test_cells_that_are_python_only_together_are_reported(cells):
    assert read(*cells).problems
