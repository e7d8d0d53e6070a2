"""The format for people, compared as a whole: how it looks is what it is for."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdlint.diagnostics import (
    Applicability,
    Confidence,
    Diagnostic,
    Edit,
    Fix,
    Location,
    Position,
    Related,
    Severity,
    Span,
)
from tdlint.formatters import render
from tdlint.formatters.options import Options
from tdlint.formatters.terminal import cells
from tdlint.linting.result import FileResult, RunResult

SOURCE = """\
model = Sequential([
    LSTM(64),
    Dropout(0.2),
    TimeDistributed(Dense(1)),
])
"""


def shown(*diagnostics: Diagnostic, width: int = 80, color: bool = False) -> str:
    """The report without its last line, the summary."""
    result = RunResult((FileResult("model.py", diagnostics),))
    return render("full", result, Options(width=width, color=color)).rpartition("\n")[0].rstrip("\n")


def diagnostic(location: Location, **more: object) -> Diagnostic:
    details = {"severity": Severity.ERROR, **more}
    return Diagnostic("TDL101", "missing-return-sequences", "needs a time axis", location, **details)  # type: ignore[arg-type]


def test_everything_a_diagnostic_can_say(locate):
    fix = Fix("Add return_sequences=True", (Edit(Span(30, 30), ", return_sequences=True"),), Applicability.SAFE)
    found = diagnostic(
        locate(SOURCE, "LSTM(64)"),
        related=(
            Related(locate(SOURCE, "TimeDistributed(Dense(1))"), "this needs (batch, time, features)"),
            Related(locate("steps = 10\n", "10", path="data.py"), "the steps"),
        ),
        fact="Keras 3.15 raises ValueError when the model is built: at least 3 dimensions are needed",
        help="pass return_sequences=True",
        fix=fix,
    )
    assert shown(found) == dedent("""\
        error: TDL101 [missing-return-sequences] needs a time axis
         --> model.py:2:5
          |
        2 |     LSTM(64),
          |     ^^^^^^^^
        ...
        4 |     TimeDistributed(Dense(1)),
          |     ------------------------- this needs (batch, time, features)
          |
         ::: data.py:1:9
          |
        1 | steps = 10
          |         -- the steps
          |
          = fact: Keras 3.15 raises ValueError when the model is built: at least 3
                  dimensions are needed
          = help: pass return_sequences=True
          = fix: Add return_sequences=True (safe)""")


def test_several_lines_are_joined_by_a_bar(locate):
    found = diagnostic(
        locate(SOURCE, "model = ", until="\n])"), related=(Related(locate(SOURCE, "Dropout(0.2)"), "here"),)
    )
    assert shown(found) == dedent("""\
        error: TDL101 [missing-return-sequences] needs a time axis
         --> model.py:1:1
          |
        1 | / model = Sequential([
        2 | |     LSTM(64),
        3 | |     Dropout(0.2),
          | |     ------------ here
        4 | |     TimeDistributed(Dense(1)),
        5 | | ])
          | |__^""")


def test_a_bar_that_starts_within_a_line(locate):
    found = diagnostic(locate("x = f(\n    1,\n)\n", "f(", until=")"))
    assert shown(found) == dedent("""\
        error: TDL101 [missing-return-sequences] needs a time axis
         --> model.py:1:5
          |
        1 |   x = f(
          |  _____^
        2 | |     1,
        3 | | )
          | |_^""")


def test_the_middle_of_many_lines_is_left_out_but_not_a_marked_line(locate):
    text = "f(\n" + "".join(f"    a{number},\n" for number in range(1, 31)) + ")\n"
    found = diagnostic(locate(text, "f(", until="\n)"), related=(Related(locate(text, "a15"), "this one"),))
    assert shown(found) == dedent("""\
        error: TDL101 [missing-return-sequences] needs a time axis
          --> model.py:1:1
           |
         1 | / f(
         2 | |     a1,
         3 | |     a2,
         4 | |     a3,
        ...  |
        16 | |     a15,
           | |     --- this one
        ...  |
        31 | |     a30,
        32 | | )
           | |_^""")


def test_two_marks_in_one_line_show_the_line_once(locate):
    text = "model.fit(x, callbacks=[EarlyStopping()])\n"
    found = diagnostic(locate(text, "EarlyStopping()"), related=(Related(locate(text, "x"), "no validation data"),))
    assert shown(found).splitlines()[3:] == [
        "1 | model.fit(x, callbacks=[EarlyStopping()])",
        "  |                         ^^^^^^^^^^^^^^^",
        "  |           - no validation data",
    ]


@pytest.mark.parametrize(
    ("line", "needle", "row", "carets"),
    [
        ("\tf(1)", "f", "1 |     f(1)", "  |     ^"),
        ('f("日本", x)', "x", '1 | f("日本", x)', "  |           ^"),
        ('f("é", x)', "x", '1 | f("é", x)', "  |        ^"),
        ('f("e\u0301", x)', "x", '1 | f("e\u0301", x)', "  |        ^"),
        ("f('\x1b[31m', x)", "x", "1 | f('\\x1b[31m', x)", "  |               ^"),
        ("f(\u3000x)", "x", "1 | f(  x)", "  |     ^"),
    ],
    ids=["tab", "wide", "accent", "combining", "escape", "wide-space"],
)
def test_carets_stand_under_their_characters(locate, line, needle, row, carets):
    lines = shown(diagnostic(locate(line, needle))).splitlines()
    assert lines[3:5] == [row, carets]


@pytest.mark.parametrize("before", [0, 30, 300])
@pytest.mark.parametrize("after", [0, 30, 300])
def test_a_long_line_is_cut_around_its_place(locate, before, after):
    text = "a" * before + " NEEDLE " + "b" * after
    code, carets = shown(diagnostic(locate(text, "NEEDLE")), width=60).splitlines()[3:5]
    assert len(code) <= 60
    assert code[carets.index("^") : carets.rindex("^") + 1] == "NEEDLE"
    assert ("…" in code) == (len(text) > 60 - len("1 | "))


def test_a_span_longer_than_the_terminal_is_underlined_as_far_as_it_is_shown(locate):
    text = "f(" + "x" * 300 + ")"
    code, carets = shown(diagnostic(locate(text, "f(", until=")")), width=60).splitlines()[3:5]
    assert code.startswith("1 | f(xxx")
    assert len(carets.rstrip()) <= len(code) <= 60


def test_a_place_at_the_end_of_a_line_has_one_caret():
    location = Location("model.py", Position(1, 4), Position(1, 4), Span(3, 3), lines=("f(1",))
    assert shown(diagnostic(location)).splitlines()[4] == "  |    ^"


def test_a_label_without_room_beside_its_mark_goes_below(locate):
    text = "x = " + "y" * 60
    found = diagnostic(locate(text, "x"), related=(Related(locate(text, "y" * 60), "a label that is long"),))
    assert shown(found, width=70).splitlines()[-2:] == ["  |     " + "-" * 60, "  |     a label that is long"]


def test_places_without_code(locate):
    layer = diagnostic(
        Location("model.keras", layer="dense\x1b[0m"),
        related=(Related(Location("model.keras", layer="lstm"), "fed by this"),),
        severity=Severity.ADVICE,
        confidence=Confidence.LOW,
    )
    assert shown(layer) == dedent("""\
        advice: TDL101 [missing-return-sequences] needs a time axis (low confidence)
         --> model.keras:layer dense\\x1b[0m
         ::: model.keras:layer lstm
          |
          = note: fed by this""")
    assert shown(diagnostic(Location("gone.py"))).splitlines()[1:] == [" --> gone.py"]


def test_a_related_place_in_another_cell_is_not_drawn_into_this_one(locate):
    here = locate("LSTM(1)", "LSTM(1)", path="a.ipynb", cell=2)
    there = locate("x = 1", "x", path="a.ipynb", cell=1)
    lines = shown(diagnostic(here, related=(Related(there, "made here"),))).splitlines()
    assert lines[1] == " --> a.ipynb:cell2:1:1"
    assert " ::: a.ipynb:cell1:1:1" in lines


def test_color_changes_no_character(locate):
    found = diagnostic(
        locate(SOURCE, "model = ", until="\n])"),
        related=(Related(locate(SOURCE, "Dropout(0.2)"), "here"),),
        help="a help that is long enough to be wrapped once at the width of eighty cells, so it is",
    )
    colored = shown(found, color=True)
    assert "\x1b[1;31merror\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == shown(found)


@st.composite
def places(draw):
    """Any part of any text, as a place; lines end as Python's parser sees them."""
    text = draw(
        st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("ab \t\n\n(日\x1b\u0301")), max_size=200)
    )
    text = text.replace("\r", "\n")
    first, last = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    start, end = (
        Position(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)) for offset in (first, last)
    )
    return Location("m.py", start, end, Span(first, last), lines=tuple(text.split("\n")[start.line - 1 : end.line]))


@settings(deadline=None)  # the machine that tests may be busy
@given(places(), places(), st.integers(40, 120))
def test_any_place_is_drawn_within_the_width_and_sends_the_terminal_nothing(here, there, width):
    text = shown(diagnostic(here, related=(Related(there, "there"),)), width=width)
    assert all(line.isprintable() for line in text.split("\n"))
    assert "^" in text
    # Not the header and the place: they are one line each, so that they can be searched for.
    assert all(cells(line) <= width for line in text.split("\n")[2:])
