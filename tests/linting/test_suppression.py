"""Comments that hide diagnostics, in whole runs."""

from __future__ import annotations

import pytest
from sample_rules import Crash, EveryLayer, Unwrapped

from tdlint.diagnostics import Severity
from tdlint.sources.rewriting import apply_edits


def model(comment: str = "", above: str = "", inside: str = "", after: str = "") -> str:
    return (
        f"import keras\n{above}model = keras.Sequential([keras.layers.Dense(  {inside}\n    4,\n)])  {comment}\n{after}"
    )


def codes(result) -> list[str]:
    return [diagnostic.code for diagnostic in result.diagnostics]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: TDL991",
        "# noqa: E501, TDL99",
        "# tdlint: ignore[TDL991] reason",
        "# tdlint: ignore[everylayer]",
        "# tdlint: ignore[TDL]",
    ],
)
@pytest.mark.parametrize("where", ["inside", "comment"])
def test_hidden_on_the_first_and_on_the_last_line(lint, comment, where):
    result = lint(model(**{where: comment}))
    assert codes(result) == []
    assert result.suppressed == 1


@pytest.mark.parametrize(
    "places",
    [
        {"above": "# tdlint: ignore[TDL991] why\n\n# more\n"},
        {"above": "# tdlint: ignore-file[TDL991]\n"},
        {"after": "# tdlint: ignore-file[everylayer]\n"},
    ],
)
def test_hidden_from_above_and_for_the_file(lint, places):
    assert codes(lint(model(**places))) == []


@pytest.mark.parametrize("comment", ["", "# noqa: E501", "# noqa: words", "# a comment"])
def test_not_hidden(lint, comment):
    assert codes(lint(model(comment))) == ["TDL991"]


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ({"after": "x = 1  # tdlint: ignore[TDL991]\n"}, "unused suppression of TDL991"),
        ({"after": "x = 1  # noqa: TDL991, E501\n"}, "unused suppression of TDL991"),
        ({"comment": "# tdlint: ignore[TDL991, TDL992]"}, "unused suppression of TDL992"),
        ({"above": "# noqa: TDL991\n"}, "unused suppression of TDL991"),
        ({"after": "# tdlint: ignore[TDL991]\n"}, "unused suppression of TDL991"),
        ({"after": "# tdlint: ignore-file[TDL992]\n"}, "unused suppression of TDL992"),
        ({"comment": "# noqa: TDL998"}, "no rule is called `TDL998`"),
        ({"comment": "# tdlint: ignore[every-layer]"}, "no rule is called `every-layer`; did you mean `everylayer`?"),
        ({"comment": "# tdlint: ignore[E501]"}, "no rule is called `E501`"),
        ({"comment": "# tdlint: ignore"}, "names no rule"),
    ],
)
def test_comments_that_hide_nothing_are_reported(lint, places, words):
    result = lint(model(**places), EveryLayer, Unwrapped)
    (report,) = (diagnostic for diagnostic in result.diagnostics if diagnostic.code == "TDL003")
    assert words in report.message
    assert (report.name, report.severity) == ("unused-suppression", Severity.WARNING)
    assert report.location.lines[0].find("#") + 1 <= report.location.start.column


@pytest.mark.parametrize(
    ("comment", "settings"),
    [
        ("# noqa: TDL992", {"ignore": ("TDL992",)}),
        ("# tdlint: ignore[TDL992]", {"select": ("TDL991", "TDL003")}),
        ("# tdlint: ignore[TDL99]", {"select": ("TDL992", "TDL003")}),
        ("# tdlint: ignore[TDL991]", {"min_severity": Severity.ERROR}),
        ("# noqa", {}),
    ],
)
def test_what_this_run_cannot_tell_is_not_called_unused(lint, comment, settings):
    assert "TDL003" not in codes(lint(model(comment), EveryLayer, Unwrapped, **settings))


def test_unused_suppressions_are_found_without_keras(lint):
    assert codes(lint("x = 1  # noqa: TDL991\n")) == ["TDL003"]
    assert codes(lint("x = 1  # tdlint: ignore[]\n")) == ["TDL003"]


def test_reports_about_comments_can_be_hidden_by_another_comment(lint):
    assert codes(lint("x = 1  # noqa: TDL991\n# tdlint: ignore-file[TDL003]\n")) == []
    assert codes(lint("x = 1  # noqa: TDL003\n")) == ["TDL003"]
    assert codes(lint("x = 1  # noqa: TDL991\n", ignore=("TDL003",))) == []


def test_syntax_errors_can_be_hidden_and_failures_not(lint):
    assert codes(lint("import keras\nx = = 1  # noqa: TDL001\n")) == []
    assert "TDL002" in codes(lint("# tdlint: ignore-file[ALL]\n" + model(), Crash))


@pytest.mark.parametrize(
    ("before", "after", "applicability"),
    [
        ("x = 1  # noqa: TDL991\n", "x = 1\n", "safe"),
        ("x = 1  # noqa: TDL991, E501\ny = 1\n", "x = 1  # noqa: E501\ny = 1\n", "safe"),
        ("x = 1  # NOQA:E501 TDL991\n", "x = 1  # NOQA:E501\n", "safe"),
        ("x = 1  # tdlint: ignore[TDL991]", "x = 1", "safe"),
        ("x = 1  # tdlint: ignore[everylayer] why\n", "x = 1\n", "unsafe"),
        ("x = 1  # why  # tdlint: ignore[TDL991]\n", "x = 1  # why\n", "safe"),
        ("x = 1  # noqa: TDL991 # type: ignore\n", "x = 1  # type: ignore\n", "safe"),
        ("x = 1\r\n# tdlint: ignore[TDL991]\r\ny = 1\r\n", "x = 1\r\ny = 1\r\n", "safe"),
        ("  # tdlint: ignore-file[TDL991] why\n", "", "unsafe"),
        ("# tdlint: ignore-file[TDL991]", "", "safe"),
    ],
)
def test_unused_suppressions_are_taken_out(lint, before, after, applicability):
    (diagnostic,) = lint(before).diagnostics
    assert diagnostic.fix is not None
    assert apply_edits(before, diagnostic.fix.edits) == after
    assert diagnostic.fix.applicability.label == applicability


def test_what_a_suppression_hides_stays_in_it(lint):
    text = model("# tdlint: ignore[TDL991,TDL992] why")
    (diagnostic,) = lint(text, EveryLayer, Unwrapped).diagnostics
    assert apply_edits(text, diagnostic.fix.edits) == model("# tdlint: ignore[TDL991] why")
    assert diagnostic.fix.applicability.label == "safe"
