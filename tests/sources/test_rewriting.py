"""Edits of a source as bytes: what no edit touches stays as it is."""

from __future__ import annotations

import json
import re
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdlint.diagnostics import Edit, Span
from tdlint.sources.notebook_json import CodePlace, Piece, code_places
from tdlint.sources.notebooks import read_notebook
from tdlint.sources.rewriting import NotWritable, apply_edits, can_edit, rewrite
from tdlint.sources.source_file import SourceFile, read_source


def edit_of(source: SourceFile, old: str, new: str) -> Edit:
    start = source.text.index(old)
    return Edit(Span(start, start + len(old)), new)


def edited(data: bytes, *changes: tuple[str, str], path: str = "m.py") -> bytes:
    source = read_notebook(path, data) if path.endswith(".ipynb") else read_source(path, data)
    assert source is not None
    return rewrite(source, data, [edit_of(source, old, new) for old, new in changes])


# Python files


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbfx = old\n", b"\xef\xbb\xbfx = new\n"),
        ("# -*- coding: latin-1 -*-\nx = old  # é\n".encode("latin-1"), "# -*- coding: latin-1 -*-\nx = new  # é\n"),
        (b"a = 1\r\nx = old\r\n\ny\r", b"a = 1\r\nx = new\r\n\ny\r"),
        (b"x = old", b"x = new"),
        (b"\x0cx = 1\n\x0c\nx = old\x0c\n", b"\x0cx = 1\n\x0c\nx = new\x0c\n"),
        ("x = 'é\u2028日' + old\n".encode(), "x = 'é\u2028日' + new\n".encode()),
    ],
)
def test_bytes_of_a_python_file_stay(before, after):
    expected = after.encode("latin-1") if isinstance(after, str) else after
    assert edited(before, ("old", "new")) == expected


def test_new_lines_end_as_the_lines_of_the_file_do():
    assert edited(b"a\r\nold\r\n", ("old", "x\ny")) == b"a\r\nx\r\ny\r\n"
    assert edited(b"a\nold\n", ("old", "x\ny")) == b"a\nx\ny\n"


def test_a_character_that_the_encoding_lacks():
    with pytest.raises(NotWritable, match="is iso-8859-1, which has no '日'"):
        edited(b"# coding: latin-1\nold\n", ("old", "日"))


def test_an_encoding_that_does_not_write_the_same_bytes():
    data = b"# coding: iso-2022-jp\nx = '\x1b$B\x1b(B'\nold\n"
    with pytest.raises(NotWritable, match="can't be written back exactly"):
        edited(data, ("old", "new"))


def test_an_edit_that_two_fixes_share_is_done_once():
    assert apply_edits("ab", [Edit(Span(1, 1), "x"), Edit(Span(1, 1), "x"), Edit(Span(0, 1), "")]) == "xb"


# Notebooks

NOTEBOOK = r"""{
 "cells": [
  {"cell_type": "markdown", "source": ["old \u00e9"], "metadata": {}},
  {
   "cell_type": "code",
   "execution_count": 3.0, "metadata": {"a": 1e3, "source": "old"},
   "outputs": [{"text": ["old\n"], "data": {"source": ["old"]}}],
   "source": [
    "%matplotlib inline\n",
    "x = '\u00e9\/'\n",
    "y = old + '\u00e9\ud83d\ude00'\n",
    "!ls *.h5"
   ]
  },
  { "cell_type":"code","source":"a = 1\nb = old + '\u00e9\/'\n\tc" }
 ],
 "nbformat": 4, "metadata": {}
}

"""


def test_only_the_line_of_a_list_changes():
    new = edited(NOTEBOOK.encode(), ("old", "f('é')"), path="n.ipynb").decode()
    assert new == NOTEBOOK.replace("y = old", r"y = f('\u00e9')")


def test_a_single_string_keeps_its_escapes():
    new = edited(NOTEBOOK.encode(), ("b = old", "import k\nb = k"), path="n.ipynb").decode()
    assert new == NOTEBOOK.replace("b = old", r"import k\nb = k")


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("y = old", "import k\ny = k", ['"import k\\n"', '"y = k + ']),
        ("y = old", "y = f(\n    k)", ['"y = f(\\n"', '"    k) + ']),
        ("x = 'é/'\ny = old", "y = 2", ['"y = 2 + ']),
    ],
)
def test_lines_are_added_and_joined_in_the_layout_of_the_file(old, new, lines):
    after = edited(NOTEBOOK.encode(), (old, new), path="n.ipynb").decode()
    start = NOTEBOOK.index('"y = ') if new[0] == "i" or "f(" in new else NOTEBOOK.index(r'"x = ')
    rest = NOTEBOOK[NOTEBOOK.index(" + '") + 3 :]
    assert after == NOTEBOOK[:start] + ",\n    ".join(lines) + rest


def test_a_line_is_removed_with_its_comma():
    data = NOTEBOOK.encode()
    source = read_notebook("n.ipynb", data)
    assert source is not None
    start = source.text.index("x = ")
    after = rewrite(source, data, [Edit(Span(start, source.text.index("y = ")), "")]).decode()
    assert after == NOTEBOOK.replace("    \"x = '\\u00e9\\/'\\n\",\n", "")


def test_notebooks_of_format_3_and_with_a_mark():
    old = {"worksheets": [{"cells": [{"cell_type": "code", "language": "python", "input": ["a\n", "old"]}]}]}
    data = b"\xef\xbb\xbf" + json.dumps(old).encode()
    assert edited(data, ("old", "new"), path="n.ipynb") == data.replace(b"old", b"new")


def test_characters_beyond_ascii_are_written_as_the_file_does():
    data = json.dumps({"cells": [{"cell_type": "code", "source": ["x = 'é'\n", "old"]}]}, ensure_ascii=False).encode()
    assert edited(data, ("old", "'日'"), path="n.ipynb") == data.replace(b"old", "'日'".encode())


def test_half_a_surrogate_pair_stays():
    data = rb'{"cells": [{"cell_type": "code", "source": ["x = \"\ud800\" + old\n"]}]}'
    assert edited(data, ("old", "new"), path="n.ipynb") == data.replace(b"old", b"new")


def test_edits_stay_in_their_cell_and_behind_its_magic():
    data = json.dumps(
        {
            "cells": [
                {"cell_type": "code", "source": ["%%time\n", "a = 1\n"]},
                {"cell_type": "code", "source": ["b\n", "%magic\n", "c"]},
            ]
        }
    ).encode()
    source = read_notebook("n.ipynb", data)
    assert source is not None

    def allowed(start: str, end: str) -> bool:
        return can_edit(source, Edit(Span(source.text.index(start), source.text.index(end)), ""))

    assert not allowed("%%time", "%%time")
    assert allowed("a =", "a =")
    assert allowed("a =", "b\n")
    assert not allowed("a =", "\n%magic")
    assert allowed("b\n", "\n%magic")
    assert not allowed("b\n", "\nc")
    assert can_edit(read_source("m.py", b"x"), Edit(Span(0, 1), ""))


TEXTS = st.text(st.sampled_from('ab é日😀"\\/\t\n\n\u2028\x7f'), max_size=25)
SOURCES = st.one_of(
    TEXTS,
    TEXTS.map(lambda text: re.findall(r"[^\n]*\n|[^\n]+", text)),
    st.lists(TEXTS, max_size=4),
)
LAYOUTS = st.fixed_dictionaries(
    {
        "indent": st.sampled_from([None, 1, 4, "\t"]),
        "ensure_ascii": st.booleans(),
        "separators": st.sampled_from([None, (",", ":"), (" , ", " : ")]),
    }
)


@st.composite
def edited_notebooks(draw):
    """A notebook as bytes, its source, and edits that stay within their cells."""
    made = [
        {"cell_type": "code", "outputs": [{"text": draw(TEXTS)}], "source": draw(SOURCES), "id": draw(TEXTS)}
        for _ in range(draw(st.integers(1, 3)))
    ]
    text = json.dumps({"cells": made, "metadata": {"x": draw(TEXTS)}}, **draw(LAYOUTS))
    data = (text + draw(st.sampled_from(["", "\n"]))).encode()
    source = read_notebook("n.ipynb", data)
    assert source is not None
    edits = []
    for cell in source.cells:
        last = cell.end - 1 if cell is not source.cells[-1] else cell.end
        places = sorted(set(draw(st.lists(st.integers(cell.start, last), max_size=4))))
        for start, end in zip(places[::2], places[1::2], strict=False):
            edits.append(Edit(Span(start, end), draw(TEXTS)))
        if len(places) % 2:
            edits.append(Edit(Span(places[-1], places[-1]), draw(TEXTS)))
    return data, source, edits


@given(edited_notebooks())
def test_a_notebook_reads_back_with_its_edits_and_nothing_else_changed(case):
    data, source, edits = case
    new = rewrite(source, data, edits)
    again = read_notebook("n.ipynb", new)
    assert again is not None
    before, after = json.loads(data), json.loads(new)
    changed = {source.cells.index(source.cell_at(edit.span.start)) for edit in edits}
    for number, (cell, old) in enumerate(zip(after["cells"], before["cells"], strict=True)):
        start, end = source.cells[number].start, source.cells[number].end
        inside = [
            Edit(Span(edit.span.start - start, edit.span.end - start), edit.replacement)
            for edit in edits
            if source.cell_at(edit.span.start) is source.cells[number]
        ]
        code, wanted = "".join(cell["source"]), apply_edits(source.text[start:end], inside)
        # whether a cell ends with one line end or none is the same to its reader
        assert code.rstrip("\n") == wanted.rstrip("\n")
        if number not in changed:
            assert cell == old
        assert type(cell["source"]) is type(old["source"])
        # a list of lines stays one
        if isinstance(old["source"], list) and all(line and "\n" not in line[:-1] for line in old["source"]):
            assert all(line and "\n" not in line[:-1] for line in cell["source"])
        cell["source"] = old["source"] = None
    assert before == after
    if not edits:
        assert new == data


def around_code(text: str) -> list[str]:
    """The JSON before, between and behind the code of the cells."""
    places = [place for place in code_places(text) if place is not None]
    bounds = [0, *(bound for place in places for bound in (place.start, place.end)), len(text)]
    return [text[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True)]


@given(edited_notebooks())
def test_the_bytes_of_a_notebook_outside_of_its_edited_lines_stay(case):
    data, source, edits = case
    old, new = data.decode(), rewrite(source, data, edits).decode()
    assert around_code(new) == around_code(old)
    for cell, before, after in zip(source.cells, code_places(old), code_places(new), strict=True):
        assert before is not None
        assert after is not None
        inside = [edit for edit in edits if source.cell_at(edit.span.start) is cell]
        raw = old[before.start : before.end]
        if not inside:
            assert new[after.start : after.end] == raw
            continue
        # what stands before the first and behind the last line that an edit touches
        code = before.text
        first = code.rfind("\n", 0, min(edit.span.start for edit in inside) - cell.start) + 1
        last = code.find("\n", max(edit.span.end for edit in inside) - cell.start) + 1
        head = [piece for piece, end in ends(before) if end < first]
        tail = [piece for piece, end in ends(before) if end - len(piece.text) > last > 0]
        if head:
            assert new[after.start :].startswith(old[before.start : head[-1].end])
        if tail:
            assert new[: after.end].endswith(old[tail[0].start : before.end])


def ends(place: CodePlace) -> list[tuple[Piece, int]]:
    """The strings of a cell, each with the offset of its end in the code."""
    return list(zip(place.pieces, accumulate(len(piece.text) for piece in place.pieces), strict=True))
