"""The account in a terminal: columns, depth, order, and any width."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tdlint.diagnostics import Diagnostic, Location, Severity
from tdlint.errors import UsageError
from tdlint.formatters.inspection import View, render
from tdlint.formatters.inspection.columns import COLUMNS, DEFAULT, check_columns
from tdlint.formatters.inspection.rows import layer_rows, total_row, weight_rows
from tdlint.formatters.inspection.view import COLUMN_NAMES
from tdlint.formatters.options import Options
from tdlint.formatters.terminal import cells
from tdlint.inspector.accounting.penalty import account_of
from tdlint.inspector.files.archive import read_archive

MODELS = Path(__file__).parents[3] / "fixtures" / "models"


@pytest.fixture(scope="module")
def branches():
    return replace(account_of(read_archive(MODELS / "branches.keras")), source="branches.keras")


def table(account, view=None, width=100):
    """The lines of the table alone."""
    lines = render("table", account, Options(width=width), view).splitlines()
    return lines[2 : lines.index("", 2)]


def test_the_columns_are_those_that_the_command_line_knows():
    assert tuple(COLUMNS) == COLUMN_NAMES
    assert set(DEFAULT) <= set(COLUMNS)
    check_columns(COLUMN_NAMES)
    with pytest.raises(UsageError, match="no column is called `penatly`; did you mean `penalty`"):
        check_columns(["name", "penatly"])


def test_columns_stand_in_the_order_that_was_asked_for(branches):
    head, _, first, *_ = table(branches, View(("penalty", "name", "trainable")))
    assert head.split() == ["penalty", "layer", "trainable"]
    assert first.split() == ["0.02174", "inner/dense", "28"]


def test_wider_terminals_show_more(branches):
    heads = [table(branches, width=width)[0].split("  ") for width in (40, 60, 80, 100, 120)]
    sizes = [len([word for word in head if word]) for head in heads]
    assert sizes == sorted(sizes)
    assert sizes[0] >= 3
    assert sizes[-1] > 6


def test_nested_models_are_taken_together(branches):
    rows = layer_rows(branches, 1)
    inner = rows[0]
    assert (inner.name, inner.type, inner.kind) == ("inner", "Sequential of 2 layers", "model")
    assert inner.params == 28 + 16
    assert [row.name for row in rows] == ["inner", "twin", "both", "frozen", "kind"]
    assert sum(row.params for row in rows) == branches.totals.params
    assert sum(row.penalty for row in rows) == pytest.approx(branches.totals.penalty)
    assert [row.name for row in layer_rows(branches, 2)] == [layer.layer for layer in branches.layers]
    assert "inner (Sequential of 2 layers)" in table(branches, View(depth=1))[2]


@pytest.mark.parametrize("rows", [layer_rows, weight_rows])
def test_rows_add_up_to_the_totals(branches, rows):
    total, each = total_row(branches), rows(branches)
    assert total.penalty == pytest.approx(branches.totals.penalty)
    assert total.expected_penalty == pytest.approx(branches.totals.expected_penalty)
    assert total.regularized_params == sum(row.regularized_params for row in each) == 36
    assert total.trainable_params == branches.totals.trainable_params
    assert sum(row.share for row in each) == pytest.approx(1)
    assert total.of_loss == pytest.approx(branches.totals.penalty_ratio)


def test_a_row_per_weight(branches):
    lines = table(branches, View(("name", "shape", "penalty", "regularizer"), weights=True))
    assert any(line.split() == ["twin/kernel", "(4,", "3)", "0.3273", "L1(0.1)"] for line in lines)
    assert any(line.startswith("both (Concatenate)") for line in lines)


def test_numbers_sort_from_the_largest_and_texts_from_a(branches):
    def names(sort):
        return [line.split()[0] for line in table(branches, View(("name", "penalty"), sort=sort))[2:-2]]

    assert names("penalty")[:2] == ["twin", "inner/dense"]
    assert names("params")[0] == "frozen"
    assert names("name") == sorted(names(None))


def test_what_is_not_known_sorts_last(branches):
    unknown = replace(branches.layers[2], layer="odd", weights=(replace(branches.layers[2].weights[0], penalty=None),))
    shown = replace(branches, layers=(unknown, *branches.layers))
    lines = table(shown, View(("name", "penalty"), sort="penalty"))
    assert lines[-3].split()[0] == "odd"
    assert lines[-3].split()[-1] == "?"
    assert lines[-1].split() == ["total", "?"]


@pytest.mark.parametrize("width", [40, 41, 50, 66, 80, 93, 120])
@pytest.mark.parametrize("view", [View(), View(COLUMN_NAMES), View(("penalty", "params")), View(weights=True)])
def test_it_fits_any_width(branches, view, width):
    # called once, so that no note has the name, which notes never break
    long = replace(branches.layers[0], layer="a_very_long_name_of_a_layer/" * 4 + "終わり" * 12, calls=1)
    text = render("table", replace(branches, layers=(long, *branches.layers)), Options(width=width), view)
    assert max(map(cells, text.splitlines())) <= width
    assert "0.349" in text  # no number is ever cut
    assert "…" not in text


def test_columns_that_do_not_fit_are_written_below_each_other(branches):
    lines = table(branches, View(COLUMN_NAMES), width=50)
    assert lines[:3] == ["inner/dense", "  type: Dense", "  output shape: (None, 4)"]
    assert "  of loss: 2.0 %" in lines
    assert "total" in lines


def test_shares_are_drawn_where_there_is_room(branches):
    line = next(line for line in table(branches) if line.startswith("twin"))
    assert line.endswith("███████▌  94 %")
    narrow = next(line for line in table(branches, width=80) if line.startswith("twin"))
    assert narrow.endswith("   94 %")
    assert "█" not in narrow


def test_colors_are_for_terminals_only(branches):
    colored = render("table", branches, Options(color=True))
    assert "\x1b[36m███████▌" in colored
    assert "\x1b[" not in render("table", branches, Options())


def test_a_penalty_above_the_data_loss_is_said_in_color(branches):
    def said(ratio):
        totals = replace(branches.totals, penalty_ratio=ratio)
        lines = render("table", replace(branches, totals=totals), Options(color=True)).splitlines()
        return next(line for line in lines if "are regularized" in line)

    assert said(0.9)[0] != "\x1b"
    assert said(2).startswith("\x1b[1;33m")
    assert said(11).startswith("\x1b[1;31m")


def test_severities_are_in_color(branches):
    one = Diagnostic("TDL201", "strong", "much", Location("m"), Severity.WARNING)
    text = render("table", replace(branches, diagnostics=(one,)), Options(color=True))
    assert "\n  \x1b[1;33mwarning\x1b[0m TDL201 [strong] much" in text
