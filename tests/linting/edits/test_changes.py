"""Each kind of change as text, made by rules that ask for it at every layer that has a name."""

from __future__ import annotations

import pytest

from tdlint.diagnostics import Applicability
from tdlint.graph import Place
from tdlint.linting.edits.changes import (
    AddArgument,
    FixPlan,
    Imported,
    InsertBefore,
    InsertItem,
    RemoveArgument,
    RemoveStatement,
    RenameArgument,
    ReplaceCode,
)
from tdlint.linting.fixes import applicable, compatible, edits_of
from tdlint.linting.rule import Report, Rule
from tdlint.sources.rewriting import apply_edits

HEAD = "import keras\nfrom keras.layers import Dense\nmodel = keras.Sequential()\n"


@pytest.fixture
def fixed(lint):
    """The text after a fix whose changes ``plan`` makes of a layer; the text as it was if there is no fix."""

    def run(plan, text: str, things=lambda model: model.layers()) -> str:
        class Scripted(Rule):
            code = "TDL996"

            def check_model(self, model, context):
                for thing in things(model):
                    fix = FixPlan("do it", tuple(plan(thing)), Applicability.SAFE)
                    yield Report(Place(thing.site), "found", fix=fix)

        Scripted.__module__ = "pack.testing.scripted"
        found = lint(HEAD + text, Scripted).diagnostics
        assert found
        chosen = compatible(applicable(found, Applicability.SAFE))
        after = apply_edits(HEAD + text, [edit for each in chosen for edit in edits_of(each)])
        return after.removeprefix(HEAD)

    return run


def removes(*names):
    return lambda layer: [RemoveArgument(layer.site, layer.args.site(name)) for name in names]


@pytest.mark.parametrize(
    ("names", "before", "after"),
    [
        (["name"], "Dense(4, name='a')", "Dense(4)"),
        (["name"], "Dense(name='a', units=4)", "Dense(units=4)"),
        (["name"], "Dense(4, name='a', use_bias=True)", "Dense(4, use_bias=True)"),
        (["name", "use_bias"], "Dense(4, name='a', use_bias=True)", "Dense(4)"),
        (["name", "use_bias"], "Dense(name='a', use_bias=True, units=4)", "Dense(units=4)"),
        (["name", "use_bias"], "Dense(name='a', units=4, use_bias=True,)", "Dense(units=4,)"),
        (["name"], "Dense(\n    4,\n    name='a',\n)", "Dense(\n    4,\n)"),
        (["units"], "Dense(4)", "Dense()"),
        (["units"], "Dense(4, 'relu')", "Dense(4, 'relu')"),
        (["activation"], "Dense(4, 'relu')", "Dense(4)"),
    ],
)
def test_arguments_go_with_keyword_and_comma(fixed, names, before, after):
    assert fixed(removes(*names), f"model.add({before})\n") == f"model.add({after})\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Dense(4, activation='relu')", "Dense(4, act='relu')"),
        ("Dense(4, 'relu')", "Dense(4, act='relu')"),
        ("Dense(4, 'relu', False)", "Dense(4, 'relu', False)"),
        ("Dense(4, activation='relu', act=3)", "Dense(4, activation='relu', act=3)"),
        ("Dense(4, 'relu', name='a')", "Dense(4, act='relu', name='a')"),
    ],
)
def test_arguments_get_another_keyword(fixed, before, after):
    def plan(layer):
        return [RenameArgument(layer.site, layer.args.site("activation"), "act")]

    assert fixed(plan, f"model.add({before})\n") == f"model.add({after})\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Dense(4, activation='relu')", "Dense(4, act=[4, 'relu'])"),
        ("Dense(1 + 3, 'relu')", "Dense(1 + 3, act=[1 + 3, 'relu'])"),
    ],
)
def test_arguments_get_another_value(fixed, before, after):
    def plan(layer):
        units, value = layer.args.site("units"), layer.args.site("activation")
        return [RenameArgument(layer.site, value, "act", ("[", units, ", ", value, "]"))]

    assert fixed(plan, f"model.add({before})\n") == f"model.add({after})\n"


def test_code_is_replaced_and_what_it_needs_is_imported_once(fixed):
    def plan(layer):
        units = layer.args.site("units")
        return [ReplaceCode(layer.site, (Imported("keras.ops.mean"), "(", units, ", ", units, ".shape)"))]

    before = "model.add(Dense(2 + 2))\nmodel.add(Dense(5))\n"
    before += "model.add(Dense((1, 2)))\n"
    after = "model.add(keras.ops.mean(2 + 2, (2 + 2).shape))\nmodel.add(keras.ops.mean(5, (5).shape))\n"
    after += "model.add(keras.ops.mean((1, 2), (1, 2).shape))\n"
    assert fixed(plan, before) == after


def test_an_import_that_two_fixes_need_is_added_once(fixed):
    def plan(layer):
        return [ReplaceCode(layer.site, (Imported("numpy.zeros"), "(", layer.args.site("units"), ")"))]

    before = "from numpy import ones\nmodel.add(Dense(2))\nmodel.add(Dense(5))\n"
    assert fixed(plan, before) == "from numpy import ones, zeros\nmodel.add(zeros(2))\nmodel.add(zeros(5))\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("model.add(Dense(4))\n", "model.add(keras.Input((4,)))\nmodel.add(Dense(4))\n"),
        ("if 1:\n    model.add(Dense(4))\n", "if 1:\n    model.add(keras.Input((4,)))\n    model.add(Dense(4))\n"),
        ("x = 1; model.add(Dense(4))\n", "x = 1; model.add(Dense(4))\n"),
        ("model.add(\n  Dense(4)\n)\n", "model.add(keras.Input((4,)))\nmodel.add(\n  Dense(4)\n)\n"),
    ],
)
def test_a_statement_is_put_before_another(fixed, before, after):
    def plan(layer):
        parts = ("model.add(", Imported("keras.Input"), "((", layer.args.site("units"), ",)))")
        return [InsertBefore(layer.site, parts)]

    assert fixed(plan, before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("keras.Sequential([Dense(4)])\n", "keras.Sequential([keras.Input((4,)), Dense(4)])\n"),
        ("keras.Sequential([\n  Dense(4),\n])\n", "keras.Sequential([\n  keras.Input((4,)),\n  Dense(4),\n])\n"),
        ("keras.Sequential([  Dense(4)\n])\n", "keras.Sequential([  keras.Input((4,)), Dense(4)\n])\n"),
    ],
)
def test_an_item_is_put_before_another(fixed, before, after):
    def plan(layer):
        return [InsertItem(layer.site, (Imported("keras.Input"), "((", layer.args.site("units"), ",))"))]

    assert fixed(plan, before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("model.fit(4)\nx = 1\n", "x = 1\n"),
        ("x = 1\nmodel.fit(4)", "x = 1\n"),
        ("model.fit(\n  4,\n)\nx = 1\n", "x = 1\n"),
        ("if 1:\n    model.fit(4)\nx = 1\n", "if 1:\n    pass\nx = 1\n"),
        ("if 1:\n    model.fit(4)\n    x = 1\n", "if 1:\n    x = 1\n"),
        ("if given:\n    x = 1\nelse:\n    model.fit(4)\n", "if given:\n    x = 1\nelse:\n    pass\n"),
        ("if 1: model.fit(4)\n", "if 1: pass\n"),
        ("x = 1; model.fit(4)\n", "x = 1; pass\n"),
        ("history = model.fit(4)\n", "history = model.fit(4)\n"),
        ("print(model.fit(4))\n", "print(model.fit(4))\n"),
        ("(model.fit(4))\n", "(model.fit(4))\n"),
        ("model.fit(4).history\n", "model.fit(4).history\n"),
        # what someone wrote is not taken away safely
        ("model.fit(\n  4,  # units\n)\n", "model.fit(\n  4,  # units\n)\n"),
        ("model.fit(4)  # as it was\n", "model.fit(4)  # as it was\n"),
        ("if 1:\n    model.fit(4)  # as it was\n", "if 1:\n    pass  # as it was\n"),
    ],
)
def test_a_statement_that_is_only_an_expression_goes(fixed, before, after):
    def plan(call):
        return [RemoveStatement(call.site)]

    assert fixed(plan, before, lambda model: model.fits) == after


def test_an_argument_may_take_the_place_of_another(fixed):
    def plan(layer):
        return [*removes("name")(layer), AddArgument(layer.site, "dtype='float32'")]

    assert fixed(plan, "model.add(Dense(4, name='a'))\n") == "model.add(Dense(4, dtype='float32'))\n"
