"""Fixes of rules as text edits."""

from __future__ import annotations

import ast

import pytest
from sample_rules import EveryLayer, Renamed, RenamedByName, Unwrapped

from tdlint.diagnostics import Applicability

HEAD = "import keras\nfrom keras.layers import Dense, LSTM, TimeDistributed\nmodel = keras.Sequential()\n"


def fixed(lint, rule, text: str):
    """The text after the fixes of all reports, and the applicability of the last."""
    result = lint(HEAD + text, rule)
    fixes = [diagnostic.fix for diagnostic in result.diagnostics if diagnostic.fix]
    new = HEAD + text
    for edit in sorted((edit for fix in fixes for edit in fix.edits), key=lambda edit: edit.span, reverse=True):
        new = new[: edit.span.start] + edit.replacement + new[edit.span.end :]
    ast.parse(new)
    return new[len(HEAD) :], fixes[-1].applicability if fixes else None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("model.add(Dense(4))\n", "model.add(Dense(4, name='x'))\n"),
        ("model.add(Dense( 4 ))\n", "model.add(Dense( 4, name='x' ))\n"),
        ("model.add(Dense(4,))\n", "model.add(Dense(4, name='x',))\n"),
        ("model.add(Dense())\n", "model.add(Dense(name='x'))\n"),
        ("model.add(Dense(\n))\n", "model.add(Dense(\nname='x'))\n"),
        ("model.add(Dense(4, **k))\n", "model.add(Dense(4, **k, name='x'))\n"),
        ("model.add(Dense(\n    4\n))\n", "model.add(Dense(\n    4, name='x'\n))\n"),
        (
            "model.add(Dense(4,\n    use_bias=(1, )  # é\n))\n",
            "model.add(Dense(4,\n    use_bias=(1, ), name='x'  # é\n))\n",
        ),
        ("model.add(Dense(\n    4,\n))\n", "model.add(Dense(\n    4,\n    name='x',\n))\n"),
        ("model.add(Dense(\n    4,  # units, all\n))\n", "model.add(Dense(\n    4,  # units, all\n    name='x',\n))\n"),
        (
            "model.add(Dense(\n    4  # units, all\n    ,\n))\n",
            "model.add(Dense(\n    4  # units, all\n    ,\n    name='x',\n))\n",
        ),
        ("model.add(Dense(4,\n))\n", "model.add(Dense(4, name='x',\n))\n"),
        ("model.add(Dense(\r\n  4,\r\n))\r\n", "model.add(Dense(\r\n  4,\r\n  name='x',\r\n))\r\n"),
    ],
)
def test_arguments_are_added_in_the_layout_of_the_call(lint, before, after):
    assert fixed(lint, EveryLayer, before) == (after, Applicability.SAFE)


def test_a_bare_generator_takes_no_further_argument(lint):
    text = "model.add(Dense(x for x in y))\n"
    assert fixed(lint, EveryLayer, text)[0] == text


@pytest.mark.parametrize(
    ("before", "after", "applicability"),
    [
        ("TimeDistributed(Dense(4))", "Dense(4)", Applicability.SAFE),
        ("TimeDistributed( layer = Dense(\n    4,\n), name='é')", "Dense(\n    4,\n)", Applicability.SAFE),
        ("TimeDistributed(  # why\n    Dense(4))", "Dense(4)", Applicability.UNSAFE),
        ("TimeDistributed(Dense(\n    4,  # units\n))", "Dense(\n    4,  # units\n)", Applicability.SAFE),
        ("TimeDistributed(Dense(4) if 1 else Dense(5))", "(Dense(4) if 1 else Dense(5))", Applicability.SAFE),
        ("TimeDistributed(keras\n    .layers.Dense(4))", "(keras\n    .layers.Dense(4))", Applicability.SAFE),
    ],
)
def test_a_wrapper_is_replaced_by_what_it_holds(lint, before, after, applicability):
    text, how = fixed(lint, Unwrapped, f"model.add({before})\n")
    assert text == f"model.add({after})\n"
    assert how is applicability


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("model.add(Dense(4, 'Relu'))\n", "model.add(Dense(4, 'relu'))\n"),
        ('model.add(Dense(4, activation="""Relu"""))\n', 'model.add(Dense(4, activation="""relu"""))\n'),
        ("model.add(Dense(4, activation=r'Relu'))\n", "model.add(Dense(4, activation=r'Relu'))\n"),
        ("name = 'Relu'\nmodel.add(Dense(4, name))\n", "name = 'Relu'\nmodel.add(Dense(4, name))\n"),
    ],
)
def test_a_literal_gets_another_text(lint, before, after):
    assert fixed(lint, Renamed, before)[0] == after


def test_no_fix_where_the_tree_does_not_generate_the_text(lint):
    text = "try: pass\nexcept E : model.add(Dense(4))\n"
    assert fixed(lint, EveryLayer, text) == (text, None)


def test_fix_beside_a_statement_that_the_tree_does_not_generate(lint):
    text = "try: pass\nexcept E : pass\nmodel.add(Dense(4))\n"
    assert fixed(lint, EveryLayer, text)[0] != text


@pytest.mark.parametrize(
    ("bound", "after"),
    [
        ("kind = 'RELU'\n", "kind = 'relu'\n"),
        ('kind = "RELU"  # of all\n', 'kind = "relu"  # of all\n'),
        # not certain which of them is meant, or not a literal that stands alone
        ("kind = 'RELU'\nkind = 'RELU'\n", None),
        ("kind = 'RE' 'LU'\n", None),
        ("kind = r'RELU'\n", None),
        ("kind = 'relu'.upper()\n", None),
        ("kind, other = 'RELU', 1\n", None),
    ],
)
def test_a_text_is_rewritten_where_its_name_is_bound(lint, bound, after):
    use = "model.add(Dense(4, activation=kind))\n"
    assert fixed(lint, RenamedByName, bound + use)[0] == (after or bound) + use
