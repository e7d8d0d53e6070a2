"""Programs of older Pythons: which construct it is, and where."""

from __future__ import annotations

import json

import pytest

from tdlint.sources.notebooks import read_notebook
from tdlint.sources.syntax import check_syntax

PRINT, EXEC, EXCEPT, RAISE = "a print statement", "an exec statement", "`except E, e`", '`raise E, "text"`'
TABS, TUPLE, ASYNC = (
    "indentation with tabs and spaces mixed",
    "a parameter that is a tuple",
    "`async` as a name",
)


def problem(text: str):
    found = check_syntax(text)[1]
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("print 'a'", PRINT),
        ("print x", PRINT),
        ("print x, y,", PRINT),
        ("print 'Epoch:', '%04d' % (epoch + 1), \\\n    'cost=', cost", PRINT),
        ("print '%s' % (a,\n    b)", PRINT),
        ('print"a"', PRINT),
        ("if x: print y", PRINT),
        ("x = 1; print x", PRINT),
        ("print >>f, 'a' 1", PRINT),
        ("print `x`", PRINT),
        ("exec 'a'", EXEC),
        ("exec code in names", EXEC),
        ("try:\n    pass\nexcept IOError, e:\n    pass", EXCEPT),
        ("try:\n    pass\nexcept (IOError, os.error), e:\n    pass", EXCEPT),
        ("raise E, 'a'", RAISE),
        ("raise mod.E, 'a', tb", RAISE),
        ("if a <> b:\n    pass", "the operator `<>`"),
        ("os.chmod(p, 0755)", "an octal integer like `0777`"),
        ("x = 10L", "an integer with L"),
        ("f(3217920L, 0x10l)", "an integer with L"),
        ("x = `a` + 'b'", "a repr in backticks"),
        ("x = ur'a'", "a string `ur''`"),
        ("def f(a, (b, c)):\n    pass", TUPLE),
        ("x = sorted(y, key=lambda (k, v): v)", TUPLE),
        ("for i in x:\n    if i:\n\tprint(i)", TABS),
        ("for i in x:\n        if i:\n\t    y = 1\n\tz = 2", TABS),
        ("pool.get(async=True)", ASYNC),
        ("from asyncio import async", ASYNC),
    ],
)
def test_a_construct_is_named(line, what):
    found = problem(f"import keras\n{line}\n")
    assert found.old is not None
    assert found.old.what == what


@pytest.mark.parametrize(
    "text",
    [
        "x = = 1",
        "print(1",
        "x = 'print a",
        "def f(:\n    pass",
        "x = f(lr=0.0001,\n  y = 2",
        "x = = 'a `b` <> 10L print x'",
        "x = = 1  # print x",
        "print(x) y",
        "print = = 1",
        "print.x = = 1",
        "date(2019, 01, 2)",
        "x = 1.05L",
        "async def f(:\n    pass",
        "for i in x:\n    if i:\n  y = 1",
        "model = # print the model",
    ],
)
def test_other_errors_are_of_no_older_python(text):
    assert problem(text + "\n").old is None


def test_the_place_is_that_of_the_construct():
    text = "import keras\nx = 1\nprint x\nprint y\n"
    assert problem(text).span.start == text.index("print x")


def test_each_cell_of_a_notebook_is_told_by_itself():
    cells = [{"cell_type": "code", "source": source} for source in ("import keras", "print x", "%time 1\nx <> y", "y")]
    source = read_notebook("n.ipynb", json.dumps({"cells": cells, "metadata": {}}).encode())
    assert source is not None
    told = [(source.location(each.span).cell, each.old.what) for each in source.problems if each.old]
    assert told == [(2, PRINT), (3, "the operator `<>`")]
