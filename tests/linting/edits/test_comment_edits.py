"""Comments that are put in to hide a diagnostic."""

from __future__ import annotations

import pytest

from tdlint.diagnostics import Span
from tdlint.linting.edits.comments import hiding
from tdlint.sources.rewriting import apply_edits
from tdlint.sources.source_file import read_source


def hidden(text: str, of: str) -> str | None:
    """The text with a comment that hides TDL101 at some words of it."""
    source = read_source("m.py", text.encode())
    start = text.index(of)
    edit = hiding("TDL101", Span(start, start + len(of)), source)
    return None if edit is None else apply_edits(text, [edit])


@pytest.mark.parametrize(
    ("text", "of", "wanted"),
    [
        ("x = f(1)\n", "f(1)", "x = f(1)  # tdlint: ignore[TDL101]\n"),
        ("x = f(1)", "f(1)", "x = f(1)  # tdlint: ignore[TDL101]"),
        ("x = f(1)  \n", "f(1)", "x = f(1)  # tdlint: ignore[TDL101]\n"),
        ("x = f(1)  # why\n", "f(1)", "x = f(1)  # why  # tdlint: ignore[TDL101]\n"),
        ("x = f(1)  # noqa: E501\n", "f(1)", "x = f(1)  # noqa: E501  # tdlint: ignore[TDL101]\n"),
        ("x = f(1)  # tdlint: ignore[TDL2]\n", "f(1)", "x = f(1)  # tdlint: ignore[TDL2, TDL101]\n"),
        ("x = f(\n    1,\n)\n", "f(\n    1,\n)", "x = f(  # tdlint: ignore[TDL101]\n    1,\n)\n"),
        # the first line can't have a comment, the last can
        ('x = f("""a\nb""")\n', 'f("""a\nb""")', 'x = f("""a\nb""")  # tdlint: ignore[TDL101]\n'),
        ("x = 1 + \\\n    f(1)\n", "1 + \\\n    f(1)", "x = 1 + \\\n    f(1)  # tdlint: ignore[TDL101]\n"),
        # neither can, the line above can
        (
            "if y:\n    x = f(1) + \\\n        2\n",
            "f(1)",
            "if y:\n    # tdlint: ignore[TDL101]\n    x = f(1) + \\\n        2\n",
        ),
    ],
)
def test_the_comment_goes_where_it_hides(text, of, wanted):
    assert hidden(text, of) == wanted
    compile(wanted, "m.py", "exec")


def test_where_no_comment_can_stand_there_is_none():
    assert hidden("x = 1 + \\\n    f(1) + \\\n    2\n", "f(1)") is None
