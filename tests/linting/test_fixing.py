"""Fixing files: in rounds, only if the program stays sound, wholly or not at all."""

from __future__ import annotations

import json
import os

import pytest
from sample_rules import Crash, EveryLayer, Renamed, Unwrapped

from tdlint.config import Settings
from tdlint.diagnostics import Applicability, Diagnostic, Edit, Fix, Location, Severity, Span
from tdlint.graph import Place
from tdlint.linting import fixing
from tdlint.linting.edits.changes import AddArgument, FixPlan, ReplaceBy
from tdlint.linting.fixes import compatible, edits_of
from tdlint.linting.fixing import fix_bytes, fix_paths
from tdlint.linting.rule import Report, Rule
from tdlint.sources.rewriting import apply_edits

HEAD = "import keras\nfrom keras.layers import Dense, TimeDistributed\nmodel = keras.Sequential()\n"


class Unnamed(Rule):
    """Gives each layer that has none a name."""

    code = "TDL981"
    how = Applicability.SAFE

    def check_model(self, model, context):
        for layer in model.layers():
            if layer.site and not layer.args.site("name"):
                change = AddArgument(layer.site, "name='x'")
                yield Report(Place(layer.site), "no name", fix=FixPlan("name it", (change,), self.how))


class UnnamedUnsafe(Unnamed):
    """The same with an unsafe fix."""

    code = "TDL982"
    how = Applicability.UNSAFE


class Growing(Rule):
    """Has one fix that never ends, beside which one finds an end."""

    code = "TDL983"

    def check_model(self, model, context):
        for layer in model.layers():
            if layer.site:
                fix = FixPlan("swap", (ReplaceBy(layer.site, layer.site),), Applicability.SAFE)
                yield Report(Place(layer.site), "again", fix=fix)


class Breaking(Rule):
    """Has a fix that is no Python."""

    code = "TDL984"

    def check_model(self, model, context):
        for layer in model.layers():
            change = AddArgument(layer.site, "name=) 1 (")
            yield Report(Place(layer.site), "broken", fix=FixPlan("break it", (change,), Applicability.SAFE))


for _rule in (Unnamed, UnnamedUnsafe, Growing, Breaking):
    _rule.__module__ = f"pack.testing.{_rule.__name__.lower()}"


def fix(text: str | bytes, *rules: type[Rule], path: str = "m.py", **settings):
    data = text.encode() if isinstance(text, str) else text
    result = fix_bytes(data, path, Settings(**settings), rules)
    return result, (result.fixing.after if result.fixing else data).decode()


def codes(result) -> list[str]:
    return [diagnostic.code for diagnostic in result.diagnostics]


def test_what_is_fixed_is_counted_and_what_is_left_is_reported():
    text = HEAD + "model.add(Dense(4))\nmodel.add(Dense(4))\nmodel.add(Dense(5, 'Relu', name='y'))\n"
    result, after = fix(text, Unnamed, UnnamedUnsafe, Renamed, unfixable=("renamed",))
    assert after == text.replace("Dense(4)", "Dense(4, name='x')")
    assert [(each.code, each.name, each.count) for each in result.fixing.fixed] == [("TDL981", "unnamed", 2)]
    assert codes(result) == ["TDL995"]
    assert result.diagnostics[0].fix.applicability is Applicability.DISPLAY_ONLY
    assert codes(result.fixing.found).count("TDL981") == 2
    assert not result.failed


def test_unsafe_fixes_are_applied_only_if_asked_for():
    text = HEAD + "model.add(Dense(4))\n"
    result, after = fix(text, UnnamedUnsafe)
    assert (after, codes(result), result.fixing) == (text, ["TDL982"], None)
    result, after = fix(text, UnnamedUnsafe, unsafe_fixes=True)
    assert (after, codes(result)) == (text.replace("Dense(4)", "Dense(4, name='x')"), [])


def test_nested_fixes_take_several_rounds():
    text = HEAD + "model.add(TimeDistributed(TimeDistributed(TimeDistributed(Dense(4)))))\n"
    result, after = fix(text, Unwrapped)
    assert after == HEAD.replace(", TimeDistributed", "") + "model.add(Dense(4))\n"
    assert result.fixing.fixed[0].count == 3


@pytest.mark.parametrize(
    ("line", "stays"),
    [("x = 1", False), ("%timeit f(TimeDistributed)", True), ("%timeit f()\n!pip install keras", False)],
)
def test_an_import_that_a_magic_may_use_stays(line, stays):
    cells = [HEAD, f"model.add(TimeDistributed(Dense(4)))\n{line}\n"]
    _, after = fix(notebook(*(cell.splitlines(keepends=True) for cell in cells)), Unwrapped, path="n.ipynb")
    assert "model.add(Dense(4))" in after
    assert ("Dense, TimeDistributed" in after) == stays


def test_more_rounds_than_ten_are_fine_while_something_gets_done(monkeypatch):
    monkeypatch.setattr(fixing, "compatible", lambda wanted: wanted[:1])
    count = fixing.MAX_ROUNDS + 5
    result, after = fix(HEAD + "model.add(Dense(4))\n" * count, Unnamed)
    assert after == HEAD + "model.add(Dense(4, name='x'))\n" * count
    assert result.fixing.fixed[0].count == count


@pytest.mark.parametrize("line", ["model.add(Dense(4))  # noqa: TDL981\n", "model.add(Dense(4))  # noqa\n"])
def test_what_a_comment_hides_is_not_fixed(line):
    assert fix(HEAD + line, Unnamed)[1] == HEAD + line


def test_fixes_without_an_end_leave_the_file_as_it_was():
    text = HEAD + "model.add(Dense(4))\n"
    result, after = fix(text, Renamed, Growing)
    assert (after, result.fixing, result.failed) == (text, None, True)
    assert codes(result) == ["TDL006", "TDL983"]
    message = result.diagnostics[0].message
    assert message == "no fix was applied: those of TDL983 [growing] still ask for more after 10 rounds"


def test_other_fixes_are_made_where_those_of_a_rule_break_the_program():
    text = HEAD + "model.add(Dense(4))\n"
    result, after = fix(text, Unnamed, Breaking)
    assert after == HEAD + "model.add(Dense(4, name='x'))\n"
    assert result.failed
    assert codes(result)[0] == codes(result.fixing.found)[0] == "TDL006"
    assert "those of TDL984 [breaking] made the file unreadable" in result.diagnostics[0].message
    assert [each.code for each in result.fixing.fixed] == ["TDL981"]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Breaking, "TDL984 [breaking] made the file unreadable for Python ("),
        (EveryLayer, "TDL991 [everylayer] made the file unreadable for Python (keyword argument repeated: name)"),
    ],
)
def test_fixes_that_break_the_program_leave_the_file_as_it_was(rule, reason):
    text = HEAD + "model.add(Dense(4))\n"
    result, after = fix(text, rule)
    assert (after, result.fixing, result.failed) == (text, None, True)
    assert result.diagnostics[0].message.startswith(f"no fix was applied: those of {reason}")


def test_only_the_rule_whose_fix_breaks_the_program_is_blamed():
    text = HEAD + "model.add(Dense(4))\nmodel.add(TimeDistributed(Dense(4), name='y'))\n"
    result, after = fix(text, Unwrapped, EveryLayer)
    assert "TimeDistributed" not in after
    assert result.diagnostics[0].message.startswith("some fixes were not applied: those of TDL991 [everylayer] made")


def test_fixes_after_which_a_rule_crashes_are_not_kept(monkeypatch):
    text = HEAD + "model.add(Dense(4))\n"
    monkeypatch.setattr(Crash, "check_model", lambda self, model, context: [1 / (1 + len(_names(model)) - 2)][:0])
    result, after = fix(text, Unnamed, Crash)
    assert (after, result.failed) == (text, True)
    assert "those of TDL981 [unnamed] made a file on which tdlint fails" in result.diagnostics[0].message


def _names(model) -> list[object]:
    return [layer for layer in model.layers() if layer.args.site("name")]


def test_text_that_can_not_be_written_back_is_not_fixed():
    data = b"# coding: iso-2022-jp\nx = '\x1b$B\x1b(B'\n" + (HEAD + "model.add(Dense(4))\n").encode()
    result = fix_bytes(data, "m.py", Settings(), (Unnamed,))
    assert result.failed
    assert result.diagnostics[0].message.startswith("no fix was applied: the file can't be written back exactly")


def notebook(*cells: list[str]) -> bytes:
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    return json.dumps({"cells": made, "nbformat": 4, "metadata": {}}, indent=1).encode()


def test_a_notebook_is_fixed_around_its_magics():
    data = notebook(HEAD.splitlines(keepends=True), ["%%time\n", "model.add(Dense(4))\n", "!ls"], ["1 +"])
    _, after = fix(data, Unnamed, path="n.ipynb")
    assert after == data.decode().replace("Dense(4)", "Dense(4, name='x')")


def diagnostic(*edits: tuple[int, int, str]) -> Diagnostic:
    made = tuple(Edit(Span(start, end), text) for start, end, text in edits)
    return Diagnostic("TDL1", "x", "x", Location("m.py"), Severity.ERROR, fix=Fix("x", made, Applicability.SAFE))


def test_fixes_that_share_an_import_go_together_and_those_that_touch_wait():
    first, second = diagnostic((0, 0, "import a\n"), (10, 12, "x")), diagnostic((0, 0, "import a\n"), (20, 22, "y"))
    other, touching = diagnostic((0, 0, "import b\n"), (30, 31, "b")), diagnostic((12, 13, "z"))
    chosen = compatible([first, second, other, touching])
    assert chosen == [first, second, other]
    text = apply_edits(" " * 40, [edit for each in chosen for edit in edits_of(each)])
    assert text.split() == ["import", "a", "import", "b", "x", "y", "b"]


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [(", a=1", ", b=2", True), (" a=1,", " b=2,", True), ("x = 1\n    ", "y = 1\n    ", True), ("a=1", "b=2", False)],
)
def test_insertions_at_one_place_go_together_where_they_can_stand_beside_each_other(first, second, together):
    both = [diagnostic((5, 5, first)), diagnostic((5, 5, second))]
    assert compatible(both) == (both if together else both[:1])


# Files

BAD = HEAD + "model.add(Dense(4))\n"
GOOD = HEAD + "model.add(Dense(4, name='x'))\n"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_thousand_files(tmp_path, jobs):
    bad, good = (BAD, BAD.replace("\n", "\r\n")), (GOOD, GOOD.replace("\n", "\r\n"))
    clean = (GOOD, *["x = 1\n"] * 17)
    for number in range(1000):
        text = (*bad, *clean)[number % 20]
        (tmp_path / f"m{number:03}.py").write_bytes(text.encode())
    result = fix_paths([str(tmp_path)], Settings(), (Unnamed,), jobs)
    assert (result.fixed, result.exit_code, len(result.files)) == (100, 0, 1000)
    for number in range(1000):
        text = (*good, *clean)[number % 20]
        assert (tmp_path / f"m{number:03}.py").read_bytes() == text.encode()
    assert len(list(tmp_path.iterdir())) == 1000


def test_nothing_is_written_if_not_asked_for(tmp_path):
    (tmp_path / "m.py").write_text(BAD)
    result = fix_paths([str(tmp_path)], Settings(), (Unnamed,), write=False)
    assert result.fixings[0][1].after == GOOD.encode()
    assert (tmp_path / "m.py").read_text() == BAD


def test_a_file_that_can_not_be_written_costs_the_others_nothing(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.py").write_text(BAD)
    (tmp_path / "a.py").chmod(0o444)
    result = fix_paths([str(tmp_path)], Settings(), (Unnamed,))
    assert result.exit_code == 2
    assert codes(result.files[0]) == ["TDL006", "TDL981"]
    assert result.files[0].diagnostics[0].message == "no fix was written: the file is read-only"
    assert [(tmp_path / f"{name}.py").read_text() for name in "ab"] == [BAD, GOOD]


def test_a_file_that_changes_while_it_is_checked_is_not_overwritten(tmp_path, monkeypatch):
    file = tmp_path / "m.py"
    file.write_text(BAD)
    real = fixing.fix_bytes

    def someone_saves(*arguments):
        result = real(*arguments)
        file.write_text(BAD + "# more\n")
        return result

    monkeypatch.setattr(fixing, "fix_bytes", someone_saves)
    result = fix_paths([str(file)], Settings(), (Unnamed,))
    assert result.diagnostics[0].message == "no fix was written: the file has changed while it was checked"
    assert (result.exit_code, file.read_text()) == (2, BAD + "# more\n")


@pytest.mark.skipif(os.name == "nt", reason="links as on POSIX")
def test_a_file_under_two_names_is_fixed_once(tmp_path):
    (tmp_path / "m.py").write_text(BAD)
    (tmp_path / "n.py").symlink_to("m.py")
    result = fix_paths([str(tmp_path)], Settings(), (Unnamed,))
    assert (result.exit_code, (tmp_path / "m.py").read_text()) == (0, GOOD)
    assert (tmp_path / "n.py").is_symlink()
