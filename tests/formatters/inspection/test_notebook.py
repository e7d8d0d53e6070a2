"""The account as the output of a notebook's cell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from test_html import HOSTILE, _Page, account, long_chain

import tdlint
from tdlint.formatters.inspection.notebook import render, shown
from tdlint.inspector.accounting.account import Account

MODELS = Path(__file__).parents[3] / "fixtures" / "models"


@pytest.mark.parametrize("path", sorted(MODELS.iterdir()), ids=lambda path: path.name)
def test_fragments_are_whole_and_keep_to_themselves(path):
    fragment = render(account(path.name))
    found = _Page(fragment)
    assert found.tags[0] == "div"
    assert not {"script", "html", "body"} & set(found.tags)
    style = fragment.partition("<style>")[2].partition("</style>")[0]
    rules = [rule.partition("{")[0] for rule in style.split("}") if rule.strip()]
    assert all(selector.strip().startswith(".tdlint") for rule in rules for selector in rule.split(","))


def test_a_cell_shows_the_account():
    found = shown(account())
    assert isinstance(found, Account)
    for words in ("36 of 112 parameters", "twin", "94 %", "Declared, and never acting"):
        assert words in found._repr_html_()
        assert words in str(found)
    assert found.totals == account().totals
    assert replace(found, name="other")._repr_html_().count("other")


def test_long_models_show_what_costs_most():
    fragment = render(long_chain())
    assert "110 more layers are not shown" in fragment
    assert fragment.index("conv2d_129") < fragment.index("conv2d_126")


def test_names_are_escaped():
    shown_account = account()
    evil = replace(shown_account.layers[0], layer=HOSTILE, type=HOSTILE)
    found = _Page(render(replace(shown_account, name=HOSTILE, layers=(evil,), notes=(HOSTILE,))))
    assert not {"script", "img"} & set(found.tags)


@pytest.mark.filterwarnings("ignore")
def test_inspect_gives_what_cells_show_with_what_rules_report():
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(50, kernel_regularizer=keras.regularizers.L1(5))])
    model.compile("adam", "mse")
    found = tdlint.inspect(model)
    assert [one.code for one in found.diagnostics] == ["TDL201"]
    assert "TDL201" in found._repr_html_()
