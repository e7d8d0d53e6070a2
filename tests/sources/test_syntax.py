"""What is Python, and what must not reach LibCST's parser."""

from __future__ import annotations

import ast
import sys
import warnings

import libcst
import pytest

from tdlint.sources.lexing import MAX_NESTING, comments, nesting
from tdlint.sources.syntax import TooComplex, check_syntax


def problem(text: str):
    found = check_syntax(text)[1]
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "place"),
    [("x = 1\ny = = 2\n", "= 2"), ("é = 'é'; x = = 2\n", "= 2"), ("x = 1\n\0y\n", "\0"), ("a\r\nb = )\r\n", ")")],
)
def test_syntax_errors_are_at_their_place(text, place):
    assert problem(text).span.start == text.index(place)


def test_message_is_that_of_python():
    with pytest.raises(SyntaxError) as error:
        ast.parse("x = (1\n")
    assert problem("x = (1\n").message == error.value.msg


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="not newer than this Python")
@pytest.mark.parametrize("text", ["type X = int\n", "def f[T](x: T): pass\n", "x = f'{a['b']}'\n"])
def test_newer_syntax_is_fine(text):
    assert check_syntax(text) == (None, None)


@pytest.mark.parametrize("text", ["x = '\\x1'\n", "x = b'é'\n", "x = '\\N{no such}'\n"])
def test_literals_that_libcst_does_not_look_into_are_errors(text):
    libcst.parse_module(text)
    problem(text)


def test_what_libcst_parses_and_then_refuses_is_an_error():
    problem("x = 'a' b'c'\n")


def test_escapes_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_syntax("x = '\\d'\nassert (1, 2)\n")[1] is None


def long(operator: str, terms: int) -> str:
    return "x = " + operator.join(["a"] * terms) + "\n"


TOO_DEEP = {
    "sum": long(" + ", 20_000),
    "and": long(" and ", 20_000),
    "calls": "x = a" + ".f(1)" * 5000 + "\n",
    "power": long("**", 5000),
    "not": "x = " + "not " * 5000 + "a\n",
    "if": "x = " + "a if b else " * 5000 + "c\n",
    "strings": "x = " + " ".join(["'a'"] * 20_000) + "\n",
    "lines": "x = (\n" + "+\n".join(["a"] * 5000) + ")\n",
    "within": "def f():\n    if a:\n        return " + "+".join(["a"] * 5000) + "\n",
    "header": "if " + "+".join(["a"] * 5000) + ":\n    pass\n",
    "decorator": "@f(" + "+".join(["a"] * 5000) + ")\ndef g(): pass\n",
    "case": "match a:\n    case 1 if " + "+".join(["a"] * 5000) + ":\n        pass\n",
    "second case": "match a:\n    case 1: pass\n    case 1 if " + "+".join(["a"] * 5000) + ":\n        pass\n",
    "except": "try: pass\nexcept A: pass\nexcept " + "+".join(["a"] * 5000) + ": pass\n",
    "else": "for a in b: pass\nelse: x = " + "+".join(["a"] * 5000) + "\n",
    "elif": "if a: pass\n" + "elif a: pass\n" * 20_000,
}


@pytest.mark.parametrize("name", TOO_DEEP)
def test_what_would_end_the_process_is_refused(name):
    with pytest.raises(TooComplex):
        check_syntax(TOO_DEEP[name])


def test_three_thousand_brackets_are_a_syntax_error():
    text = "x = " + "(" * 3000 + ")" * 3000 + "\n"
    assert "nested" in problem(text).message


@pytest.mark.parametrize(
    "text",
    [
        "x = [" + "1.5 * a, " * 50_000 + "]\n",
        "x = {" + "'a': [1, -2], " * 10_000 + "}\n",
        "x = 1 + 2\n" * 20_000,
        "x = '''" + "a + b\n" * 10_000 + "'''\n",
        "f(\n" + "    a=1 + 2,\n" * 5000 + ")\n",
        long(" + ", 400),
    ],
    ids=["list", "dict", "lines", "string", "keywords", "sum"],
)
def test_long_is_not_deep(text):
    tree, wrong = check_syntax(text)
    assert wrong is None
    assert tree is not None


def test_nesting_bounds_the_depth_of_expressions():
    assert nesting("x = [[1, 2], [3, 4]]\n") < 10
    assert nesting("f(" * 150 + ")" * 150) >= 150
    assert nesting("(" * 3000) > MAX_NESTING


def test_comments_are_told_from_strings():
    text = "a = '# no' # one\nb = '''\n# no\n''' # two\nc = \"\\\"# no\" # three\nd = 'open # no\n# four"
    assert [text[span.start : span.end] for span in comments(text)] == ["# one", "# two", "# three", "# four"]
