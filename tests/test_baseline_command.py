"""``--baseline`` and ``--update-baseline`` as a user meets them."""

from __future__ import annotations

import json

import pytest

BAD = """\
from keras import Sequential, layers

model = Sequential([
    layers.LSTM(8),
    layers.LSTM(8),
])
"""


@pytest.fixture
def project(run, tmp_path):
    """A folder with a program that has one mistake."""
    (tmp_path / "bad.py").write_text(BAD)
    return tmp_path


def test_what_is_in_the_baseline_is_left_out_until_it_is_mended(run, project):
    code, out, err = run("--baseline", "known.json", "--update-baseline", ".")
    assert (code, out, err) == (0, "known.json: 1 in the baseline (1 added, 0 removed).\n", "")
    (project / "bad.py").write_text("# moved\n" + BAD)
    code, out, _ = run("--baseline", "known.json", ".")
    assert code == 0
    assert "1 in the baseline" in out
    (project / "bad.py").write_text(BAD + BAD.replace("4", "5"))
    code, out, _ = run("--baseline", "known.json", "--output-format", "json", ".")
    document = json.loads(out)
    assert code == 1
    assert document["summary"]["baselined"] == 1
    assert [each["line"] for each in document["diagnostics"]] == [10]
    (project / "bad.py").write_text("import keras\n")
    code, out, _ = run("--baseline", "known.json", ".")
    assert code == 0
    assert "1 of the baseline not found any more" in out
    assert run("--baseline", "known.json", "--update-baseline", ".")[1].endswith("(0 added, 1 removed).\n")


def test_the_configuration_names_it_relative_to_itself(run, project, monkeypatch):
    (project / "pyproject.toml").write_text('[tool.tdlint]\nbaseline = "known.json"\n')
    assert run("--update-baseline", ".")[0] == 0
    assert (project / "known.json").exists()
    assert run(".")[0] == 0
    assert run("--no-baseline", ".")[0] == 1
    (project / "sub").mkdir()
    monkeypatch.chdir(project / "sub")
    assert run("../bad.py")[0] == 0


def test_sarif_says_what_is_new_unchanged_and_absent(run, project):
    run("--baseline", "known.json", "--update-baseline", ".")
    run("--baseline", "known.json", ".")

    def states():
        document = json.loads(run("--baseline", "known.json", "--output-format", "sarif", ".")[1])
        return [(each["ruleId"], each["baselineState"]) for each in document["runs"][0]["results"]]

    assert states() == [("TDL101", "unchanged")]
    (project / "bad.py").write_text(BAD.replace("LSTM", "GRU"))
    assert states() == [("TDL101", "new"), ("TDL101", "absent")]
    document = json.loads(run("--output-format", "sarif", ".")[1])
    assert "baselineState" not in document["runs"][0]["results"][0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--baseline", "nothing.json", "."), "nothing.json: no such baseline; --update-baseline makes it"),
        (("--update-baseline", "."), "--update-baseline needs --baseline FILE"),
        (("--baseline", "k.json", "--update-baseline", "--fix", "."), "can't be joined with --fix"),
        (("--baseline", "k.json", "--update-baseline", "-"), "can't be joined with standard input"),
        (("--baseline", "no/folder.json", "--update-baseline", "."), "can't be written: no such file or directory"),
    ],
)
def test_what_can_not_be_is_said(run, project, arguments, message):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_a_wrong_key_is_named(run, project):
    (project / "pyproject.toml").write_text("[tool.tdlint]\nbaseline = 3\n")
    code, _, err = run(".")
    assert code == 2
    assert "tool.tdlint.baseline: must be the name of a file" in err
