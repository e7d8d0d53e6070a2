"""What the shell completes: commands, paths, and codes and names of rules, after commas too."""

from __future__ import annotations

import pytest
from click.shell_completion import ShellComplete

from tdlint.cli import cli


def completed(*arguments: str, word: str) -> list[str]:
    return [item.value for item in ShellComplete(cli, {}, "tdlint", "_X").get_completions(list(arguments), word)]


def test_commands():
    assert {"check", "clean", "config"} <= set(completed(word="c"))


@pytest.mark.parametrize(
    ("word", "found"),
    [("TDL10", "TDL101"), ("missing-ret", "missing-return-sequences"), ("TDL2,TDL10", "TDL2,TDL101"), ("A", "ALL")],
)
def test_rules(word, found):
    assert found in completed("check", "--select", word=word)
    assert all(item.startswith(word) for item in completed("check", "--select", word=word))


def test_pages():
    assert completed("rule", word="TDL101") == ["TDL101"]


def test_paths_are_left_to_the_shell():
    (item,) = ShellComplete(cli, {}, "tdlint", "_X").get_completions(["check"], "src/")
    assert (item.type, item.value) == ("file", "src/")
