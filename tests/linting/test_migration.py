"""The plan of a migration: what is found for the target, by whom it is done, and in which order."""

from __future__ import annotations

from typing import ClassVar

import pytest
from sample_rules import EveryLayer

from tdlint.config import Settings
from tdlint.diagnostics import Applicability
from tdlint.graph import Place
from tdlint.linting.edits.changes import AddArgument, FixPlan
from tdlint.linting.migration import Way, plan_migration
from tdlint.linting.registry import load_rules
from tdlint.linting.rule import Report, Rule
from tdlint.spec.version import LAST_KERAS_2, NEWEST

HEAD = "import keras\nmodel = keras.Sequential()\n"


class Unnamed(Rule):
    """Layers need a name in Keras 3: safe for Dense, unsafe for Dropout, by hand for others."""

    code = "TDL881"
    hows: ClassVar = {"Dense": Applicability.SAFE, "Dropout": Applicability.UNSAFE}

    def check_model(self, model, context):
        for layer in model.layers() if context.keras >= (3, 0) else ():
            if not layer.args.site("name"):
                change = AddArgument(layer.site, "name='x'")
                how = self.hows.get(layer.short_type)
                fix = FixPlan("Name it", (change,), how) if how else None
                yield Report(Place(layer.site), f"a {layer.short_type} without a name", help="give it one", fix=fix)


class Doubtful(Rule):
    """What shows only when everything has a name."""

    code = "TDL882"

    def check_model(self, model, context):
        named = [layer for layer in model.layers() if layer.args.site("name")]
        if len(named) > 1:
            yield Report(Place(named[1].site), "two names")


class OnlyIn3(Rule):
    """Of another family, and only for Keras 3."""

    code = "TDL301"

    def check_model(self, model, context):
        for layer in model.layers() if context.keras >= (3, 0) else ():
            if layer.short_type == "Flatten":
                yield Report(Place(layer.site), "a Flatten")


for _rule, _family in ((Unnamed, "migration"), (Doubtful, "migration"), (OnlyIn3, "shapes")):
    _rule.__module__ = f"pack.{_family}.{_rule.__name__.lower()}"

RULES = (Unnamed, Doubtful, OnlyIn3, EveryLayer)


@pytest.fixture
def plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*files: str, target=NEWEST, **settings):
        for number, text in enumerate(files):
            (tmp_path / f"f{number}.py").write_text(HEAD + text)
        return plan_migration(["."], Settings(**settings), RULES, target)

    return run


def ways(file) -> list[tuple[str, Way]]:
    return [(finding.diagnostic.code, finding.way) for finding in file.findings]


DENSE, DROPOUT, GRU = (f"model.add(keras.layers.{name})\n" for name in ("Dense(1)", "Dropout(0.1)", "GRU(2)"))


def test_files_come_by_the_work_that_they_leave(plan):
    made = plan("x = 1\n", DENSE, DROPOUT, DENSE + DENSE, GRU, DENSE + GRU, "")
    # by hand, then unsafe, then safe; f3 has something by hand that shows after its fixes
    assert [file.path for file in made.files] == ["f3.py", "f5.py", "f4.py", "f2.py", "f1.py"]
    assert made.ready == 2
    assert made.exit_code == 1
    assert sum(made.count(way) for way in Way) == made.findings


def test_who_does_what(plan):
    (file,) = plan(GRU + DROPOUT + DENSE).files
    assert ways(file)[:3] == [("TDL881", Way.BY_HAND), ("TDL881", Way.UNSAFE), ("TDL881", Way.SAFE)]
    assert file.fixing.after.decode().count("name='x'") == 2


def test_what_shows_only_after_the_fixes_is_said_too(plan):
    (file,) = plan(DENSE + DROPOUT).files
    assert [(finding.diagnostic.message, finding.after_fixes) for finding in file.findings] == [
        ("a Dense without a name", False),
        ("a Dropout without a name", False),
        ("two names", True),
    ]


def test_what_other_rules_say_of_the_target_only_is_work_too(plan):
    flatten = "model.add(keras.layers.Flatten(name='x'))\n"
    (file,) = plan(flatten).files
    assert ways(file) == [("TDL301", Way.BY_HAND)]
    assert plan(flatten, target=LAST_KERAS_2).files == ()


def test_what_a_comment_hides_is_no_work(plan):
    assert plan(DENSE.replace("\n", "  # noqa: TDL881\n")).files == ()


def test_nothing_is_written(plan, tmp_path):
    plan(DENSE)
    assert (tmp_path / "f0.py").read_text() == HEAD + DENSE


def test_a_file_that_can_not_be_fixed_is_work_by_hand(plan, monkeypatch):
    monkeypatch.setattr(Unnamed, "hows", {"Dense": Applicability.SAFE})
    (file,) = plan("model.add(keras.layers.Dense())\n").files
    assert ways(file) == [("TDL881", Way.SAFE)]
    monkeypatch.setattr("tdlint.linting.fixing.MAX_ROUNDS", 0)
    made = plan("model.add(keras.layers.Dense())\n")
    assert ways(made.files[0]) == [("TDL006", Way.BY_HAND), ("TDL881", Way.BY_HAND)]
    assert made.exit_code == 2


def test_a_file_is_followed_once_where_there_is_nothing_to_fix(plan, monkeypatch):
    import tdlint.interp

    followed, real = [], tdlint.interp.interpret
    monkeypatch.setattr("tdlint.interp.interpret", lambda *args, **how: followed.append(1) or real(*args, **how))
    plan(GRU)
    assert len(followed) == 1


def test_a_program_that_is_no_python_is_work_by_hand(plan):
    (file,) = plan("print 'a'\n").files
    assert ways(file) == [("TDL001", Way.BY_HAND)]


def test_rules_are_counted_by_way(plan):
    made = plan(DENSE + DROPOUT, GRU)
    assert made.by_rule() == (
        ("TDL881", "unnamed", {Way.SAFE: 1, Way.UNSAFE: 1, Way.BY_HAND: 1}),
        ("TDL882", "doubtful", {Way.SAFE: 0, Way.UNSAFE: 0, Way.BY_HAND: 1}),
    )
    assert made.other_codes_with_fixes == ()


def test_names_of_metrics_from_before_the_last_keras_2_are_of_the_plan(tmp_path):
    file = tmp_path / "m.py"
    file.write_text(
        "import keras, numpy as np\n"
        "m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation='softmax')])\n"
        "m.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])\n"
        "h = m.fit(np.zeros((9, 4)), np.zeros(9))\n"
        "print(h.history['acc'], h.history['nothing'])\n"
    )
    (plan,) = plan_migration([str(file)], Settings(), load_rules(), NEWEST, 1).files
    assert [(each.diagnostic.code, each.way) for each in plan.findings] == [("TDL513", Way.SAFE)]
