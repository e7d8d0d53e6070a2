"""Decoding, line tables and the text for parsers."""

from __future__ import annotations

import ast

import libcst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdlint.diagnostics import Position, Span
from tdlint.sources.source_file import MAX_QUOTED_LINES, UnreadableFile, normalize, read_source


def positions(text: str, needle: str) -> Position:
    source = read_source("m.py", text.encode())
    return source.position(source.text.index(needle))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_as_for_python(newline):
    text = newline.join(["a = 'é'; b", "# \x0b \x1c \x85 \u2028", "c = x"])
    assert positions(text, "b") == Position(1, 10)
    assert positions(text, "x") == Position(3, 5)


def test_mixed_line_ends_count_once_each():
    source = read_source("m.py", b"a\r\nb\rc\nd")
    assert [source.position(source.text.index(name)).line for name in "abcd"] == [1, 2, 3, 4]
    assert source.lines_at(0, len(source.text)) == ("a", "b", "c", "d")


def test_columns_count_code_points():
    assert positions("x = '🙂é'; y", "y") == Position(1, 11)


def test_quoted_lines_are_bounded():
    source = read_source("m.py", b"x\n" * 100)
    assert source.lines_at(0, 150) == ("x",) * MAX_QUOTED_LINES


def test_location_holds_what_a_report_shows():
    source = read_source("m.py", b"x = 1\nmodel = f(\n    2)\n")
    start = source.text.index("f(")
    location = source.location(Span(start, source.text.index(")") + 1))
    assert (location.start, location.end) == (Position(2, 9), Position(3, 7))
    assert location.lines == ("model = f(", "    2)")
    assert location.cell is None


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("x = 'é'".encode(), "utf-8"),
        (b"\xef\xbb\xbfx = 1", "utf-8-sig"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'", "iso-8859-1"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'", "cp1252"),
    ],
)
def test_text_is_decoded_as_declared_and_written_back_the_same(data, encoding):
    source = read_source("m.py", data)
    assert source.encoding == encoding
    assert source.text.encode(source.encoding) == data
    assert not source.text.startswith("\ufeff")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"x = 1\ny = '\xe9'\n", "line 2 has bytes that are not utf-8"),
        (b"x = 1\n\n\n\ny = '\xe9'\n", "line 5"),
        (b"# coding: no-such\n", "unknown encoding 'no-such'"),
        ("x = 1".encode("utf-16"), "UTF-16"),
        (b"# coding: ascii\nx = '\xe9'\n", "not ascii"),
    ],
)
def test_what_cannot_be_decoded_says_why(data, words):
    with pytest.raises(UnreadableFile, match=words):
        read_source("m.py", data)


@pytest.mark.parametrize(
    "text",
    [
        "import a\n\x0c\nclass B:\n    pass\n",
        "import a\n\x0cclass B:\n    x = 1\n\x0c    y = 2\n",
        "\x0cimport a\nx = 1\n",
        "if a:\n    b\n \t\x0c  \x0cc\n",
        "x = 1 \x0c+ 2\n",
        "x = 1 + \\\n\x0c 2\n",
        "import a\r\n\x0cimport b\r\n",
    ],
)
def test_form_feeds_become_spaces_of_the_same_meaning(text):
    replaced = normalize(text)
    assert len(replaced) == len(text)
    assert "\x0c" not in replaced
    assert ast.dump(ast.parse(replaced)) == ast.dump(ast.parse(text))
    assert libcst.parse_module(replaced).code == replaced
    for name in "abcxy":
        assert [i for i, c in enumerate(replaced) if c == name] == [i for i, c in enumerate(text) if c == name]


@given(st.text(alphabet="ab \t\n\r\x0c\u2028é🙂\\"))
def test_every_offset_has_a_position_and_back(text):
    source = read_source("m.py", text.encode())
    for offset in range(len(text) + 1):
        place = source.position(offset)
        assert source.line_starts[place.line - 1] + place.column - 1 == offset
    assert len(normalize(text)) == len(text)
