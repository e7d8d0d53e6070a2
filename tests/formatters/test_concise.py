"""The line that editors read, and what stands at the end of every text report."""

from __future__ import annotations

import re

from tdlint.diagnostics import Diagnostic, Location, Position, Severity
from tdlint.formatters import render
from tdlint.formatters.options import Options
from tdlint.formatters.summary import statistics, summary, unknown_reasons
from tdlint.linting.result import FileResult, RunResult

MATCHER = re.compile(
    r"^(?P<file>\S[^:]*):(?:cell\d+:)?(?P<line>\d+):(?P<column>\d+): (?P<code>TDL\d{3}) (?P<message>.*)$"
)


def diagnostic(path: str = "model.py", severity: Severity = Severity.ERROR, **place: object) -> Diagnostic:
    return Diagnostic("TDL101", "missing-return-sequences", "needs a time axis", Location(path, **place), severity)  # type: ignore[arg-type]


def lines(*files: FileResult, options: Options | None = None) -> list[str]:
    return render("concise", RunResult(files), options or Options()).splitlines()


def test_a_line_names_path_line_column_code_name_and_message():
    found = diagnostic(start=Position(3, 5), end=Position(3, 9))
    assert (
        lines(FileResult("model.py", (found,)))[0]
        == "model.py:3:5: TDL101 [missing-return-sequences] needs a time axis"
    )


def test_a_place_in_a_notebook_is_still_read_by_a_matcher():
    found = diagnostic("a b.ipynb", start=Position(3, 5), cell=2)
    line = lines(FileResult("a b.ipynb", (found,)))[0]
    assert line.startswith("a b.ipynb:cell2:3:5: TDL101 ")
    matched = MATCHER.match(line)
    assert matched is not None
    assert matched.groupdict()["line"] == "3"


def test_a_layer_of_a_model_file_and_a_whole_file():
    assert lines(FileResult("m.keras", (diagnostic("m.keras", layer="lstm"),)))[0].startswith(
        "m.keras:layer lstm: TDL101 "
    )
    assert lines(FileResult("gone.py", (diagnostic("gone.py"),)))[0].startswith("gone.py: TDL101 ")


def test_a_message_is_one_line_without_control_characters():
    found = Diagnostic("TDL101", "x", "first\nsecond \x1b[2J", Location("m.py"), Severity.ERROR)
    assert lines(FileResult("m.py", (found,)))[0] == r"m.py: TDL101 [x] first second \x1b[2J"


def test_paths_are_shown_relative_to_the_base(tmp_path):
    inside, outside = str(tmp_path / "src" / "m.py"), str(tmp_path.parent / "m.py")
    files = (FileResult(inside, (diagnostic(inside),)), FileResult(outside, (diagnostic(outside),)))
    first, second, _ = lines(*files, options=Options(base=tmp_path))
    assert {first.partition(": ")[0], second.partition(": ")[0]} == {"src/m.py", outside}


def test_summary_of_a_run_that_found_something():
    found = (diagnostic(), diagnostic(severity=Severity.WARNING), diagnostic(severity=Severity.ADVICE), diagnostic())
    result = RunResult((FileResult("a.py", found, models=3, partly=("x",), suppressed=2), FileResult("b.py", models=1)))
    assert summary(result, Options()) == (
        "Found 2 errors, 1 warning, 1 advice in 1 of 2 files; "
        "4 models, 1 understood in part (--explain-unknown says why); 2 suppressed."
    )


def test_summary_of_a_clean_run():
    assert summary(RunResult((FileResult("a.py", models=1),)), Options()) == "All checks passed in 1 file; 1 model."
    assert summary(RunResult((FileResult("a.py"),)), Options()) == "All checks passed in 1 file; no models found."


def test_summary_never_says_that_a_failed_run_passed():
    text = summary(RunResult((FileResult("a.py", failed=True), FileResult("b.py"))), Options())
    assert "passed" not in text
    assert text.endswith("tdlint failed on 1 file.")


def test_statistics_count_rules_most_frequent_first():
    other = Diagnostic("TDL001", "syntax-error", "…", Location("m.py"), Severity.ERROR)
    result = RunResult((FileResult("m.py", (other, diagnostic(), diagnostic())),))
    assert statistics(result, Options()).splitlines() == [
        "     2  error    TDL101 [missing-return-sequences]",
        "     1  error    TDL001 [syntax-error]",
    ]


def test_reasons_for_what_is_unknown_are_listed_with_their_place(tmp_path):
    path = str(tmp_path / "m.py")
    result = RunResult((FileResult(path, unknown=(f"{path}:3: call of the unknown function f",)),))
    assert unknown_reasons(result, Options(base=tmp_path)).splitlines() == [
        "Not understood:",
        "  m.py:3: call of the unknown function f",
    ]
    assert unknown_reasons(RunResult(()), Options()) == "Everything that models depend on was understood."
