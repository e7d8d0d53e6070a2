"""Reading suppression comments."""

from __future__ import annotations

import pytest

from tdlint.sources.source_file import read_source
from tdlint.sources.suppressions import Suppression, SuppressionKind, find_suppressions


def found(text: str) -> tuple[Suppression, ...]:
    return find_suppressions(read_source("m.py", text.encode()))


def only(text: str) -> Suppression:
    (suppression,) = found(text)
    return suppression


@pytest.mark.parametrize(
    ("comment", "selectors"),
    [
        ("# noqa", None),
        ("#NOQA", None),
        ("# noqa because of this", None),
        ("# noqa: TDL101", ("TDL101",)),
        ("# noqa:tdl101", ("TDL101",)),
        ("# noqa : TDL101 TDL2", ("TDL101", "TDL2")),
        ("# noqa: E501, TDL101,TDL2 the reason is 42", ("E501", "TDL101", "TDL2")),
        ("# type: ignore # noqa: TDL", ("TDL",)),
    ],
)
def test_noqa(comment, selectors):
    suppression = only(f"x = 1  {comment}\n")
    assert (suppression.kind, suppression.selectors, suppression.line) == (SuppressionKind.NOQA, selectors, 1)


@pytest.mark.parametrize("comment", ["# noqa: some words", "# not noqa", "# noqa:", "# see tdlint"])
def test_what_is_no_suppression(comment):
    assert found(f"x = 1  {comment}\n") == ()


@pytest.mark.parametrize(
    "text", ["x = '# noqa'\n", '"""\n# tdlint: ignore[TDL101]\n"""\n', "x = f('''# noqa: TDL101''')\n"]
)
def test_strings_are_no_comments(text):
    assert found(text) == ()


@pytest.mark.parametrize(
    "comment", ["# tdlint: ignore[TDL101, double-softmax] reason", "#tdlint:ignore[ TDL101 double-softmax ]"]
)
def test_ignore(comment):
    suppression = only(f"x = 1\ny = 2  {comment}\n")
    assert suppression.selectors == ("TDL101", "double-softmax")
    assert (suppression.kind, suppression.line, suppression.mistake) == (SuppressionKind.IGNORE, 2, None)


def test_ignore_alone_on_its_line_is_for_the_next_line_of_code():
    text = "if a:\n    # tdlint: ignore[TDL101]\n    # tdlint: ignore[TDL2]\n\n    # another\n    f(x)\n"
    assert [suppression.line for suppression in found(text)] == [6, 6]
    assert only("x\n# tdlint: ignore[TDL101]\n# end\n").line is None


def test_ignore_for_the_whole_file():
    suppression = only("x\n  # tdlint: ignore-file[TDL101, TDL2] reason\n")
    assert (suppression.kind, suppression.line) == (SuppressionKind.IGNORE_FILE, None)
    assert suppression.selectors == ("TDL101", "TDL2")


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("# tdlint: ignore", "names no rule"),
        ("# tdlint: ignore TDL101", "names no rule"),
        ("# tdlint: ignore[]", "names no rule"),
        ("# tdlint: ignore[TDL101", "names no rule"),
        ("# tdlint: ignore-file", "names no rule"),
        ("# tdlint: disable=TDL101", "unknown tdlint comment 'disable'"),
        ("# tdlint: ignored[TDL101]", "unknown tdlint comment 'ignored'"),
    ],
)
def test_mistakes_are_told(comment, words):
    assert words in (only(f"x  {comment}\n").mistake or "")


def test_span_is_the_comment():
    text = "é = 1  # tdlint: ignore[TDL101] reason\n"
    span = only(text).span
    assert text[span.start : span.end] == "# tdlint: ignore[TDL101]"


def test_a_text_that_is_broken_is_read_too():
    assert only("x = (1\ny = 'open\nz = ]  # noqa: TDL001\n").selectors == ("TDL001",)
