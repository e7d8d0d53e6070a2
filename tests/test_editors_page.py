"""What docs/EDITORS.md tells people to write into their editors."""

from __future__ import annotations

import json
import re
import sys
from importlib import import_module
from pathlib import Path

from tdlint.cli.watching import say

PAGE = (Path(__file__).parent.parent / "docs" / "EDITORS.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_problem_matcher_reads_what_is_printed(run, tmp_path):
    [tasks] = [found for block in blocks("json") if "tasks" in (found := json.loads(block))]
    [task] = tasks["tasks"]
    program = tmp_path / "package" / "model.py"
    program.parent.mkdir()
    program.write_text("import keras\n\nmodel = keras.Sequential([keras.layers.LSTM(4), keras.layers.LSTM(4)])\n")
    code, output, _ = run(*task["args"])
    assert code == 1
    pattern = task["problemMatcher"]["pattern"]
    found = [match for line in output.splitlines() if (match := re.match(pattern["regexp"], line))]
    [match] = found
    names = ("file", "line", "column", "code")
    assert [match[pattern[name]] for name in names] == ["package/model.py", "3", "27", "TDL101"]
    assert match[pattern["message"]].startswith("[missing-return-sequences] LSTM returns")


def test_the_matcher_of_a_task_that_goes_on_knows_where_rounds_begin_and_end(capsys):
    [task] = [found for block in blocks("json") if "isBackground" in (found := json.loads(block))]
    background = task["problemMatcher"]["background"]
    say("Checking again: src/model.py changed.")
    say("Watching 3 files for changes; Ctrl-C ends.")
    begins, ends = capsys.readouterr().out.splitlines()
    assert re.search(background["beginsPattern"], begins)
    assert re.search(background["endsPattern"], ends)
    assert not re.search(background["beginsPattern"], ends)


def test_other_settings_can_be_read():
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    assert [toml.loads(block)["language-server"]["tdlint"]["args"] for block in blocks("toml")] == [["server"]]
    assert [json.loads(block) for block in blocks("json")]


def test_the_settings_that_the_page_lists_are_those_of_the_server():
    from tdlint.server.options import read_options

    listed = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", PAGE, re.MULTILINE))
    assert set(listed) == {"inlayHints", "configuration"}
    assert read_options({"inlayHints": True, "configuration": "x.toml"}).inlay_hints
    assert not read_options({}).inlay_hints
    assert listed["inlayHints"] == "`false`"
