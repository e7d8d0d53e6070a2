"""What fixing did, as text."""

from __future__ import annotations

from tdlint.formatters.fixes import diff_lines, render_diff, render_list
from tdlint.formatters.options import Options
from tdlint.linting.result import FileResult, Fixed, Fixing, RunResult


def result(path: str, before: bytes, after: bytes) -> RunResult:
    fixed = (Fixed("TDL101", "missing-return-sequences", 2),)
    return RunResult((FileResult(path, fixing=Fixing(before, after, fixed, FileResult(path))), FileResult("other.py")))


def test_lines_of_a_diff_end_where_python_ends_lines(tmp_path):
    before, after = "a = 1\x0c\nb = '\u2028'\x85".encode(), "a = 2\x0c\nb = '\u2028'\x85".encode()
    assert diff_lines("m.py", result("m.py", before, after).fixings[0][1]) == [
        "--- m.py",
        "+++ m.py",
        "@@ -1,2 +1,2 @@",
        "-a = 1\x0c",
        "+a = 2\x0c",
        " b = '\u2028'\x85",
        "\\ No newline at end of file",
    ]


def test_a_terminal_gets_no_control_characters_and_a_patch_gets_all():
    one = result("m.py", b"a = 1 # \x1b[2J\n", b"a = 2 # \x1b[2J\n")
    assert "\x1b[2J" not in render_diff(one, Options(color=True))
    assert "+a = 2 # \x1b[2J" in render_diff(one, Options())


def test_a_list_names_files_as_reports_do(tmp_path):
    one = result(str(tmp_path / "a" / "m.py"), b"", b"x")
    assert render_list(one, Options(base=tmp_path)) == "Fixed 2:\n  a/m.py\n       2  TDL101 [missing-return-sequences]"
    assert render_list(RunResult(()), Options()) == "Nothing was fixed."
