"""``tdlint inspect`` with ``--compare`` and with limits for CI: what is written where, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

MODELS = Path(__file__).parents[1] / "fixtures" / "models"
HEAD, HEAD_H5, BRANCHES = (str(MODELS / name) for name in ("sequence_head.keras", "sequence_head.h5", "branches.keras"))
QUIET = ("--ignore", "ALL")


def test_compare(run):
    code, out, _ = run("inspect", HEAD, "--compare", HEAD_H5)
    assert code == 0
    # where the first line is broken depends on how long the paths are
    assert " ".join(out.split()) == (
        f"sequence_head ({HEAD}, Keras 3.15.1) against sequence_head ({HEAD_H5}, Keras 3.15.1) "
        "Nothing differs: 2 layers, 425 parameters."
    )
    code, out, err = run("inspect", HEAD, "--compare", BRANCHES, "--output-format", "json")
    assert (code, err) == (1, "")
    document = json.loads(out)
    assert document["after"]["source"] == HEAD
    assert {layer["after"] for layer in document["layers"] if layer["status"] == "added"} == {
        "lstm",
        "time_distributed",
    }


@pytest.mark.parametrize("extra", [("--output-format", "html"), ("--depth", "1"), ("--output-format", "sarif")])
def test_compare_has_formats_of_its_own(run, extra):
    code, out, err = run("inspect", HEAD, "--compare", HEAD_H5, *extra)
    assert (code, out) == (2, "")
    assert "--compare" in err


def test_compare_with_what_is_not_there(run):
    code, out, err = run("inspect", HEAD, "--compare", "missing.keras")
    assert (code, out, err) == (2, "", "tdlint: error: missing.keras: no such file\n")


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("--max-params", "425"), 0, ""),
        (("--max-params", "0.4k"), 1, "tdlint: limit: the model has 425 parameters, 25 more than --max-params 400\n"),
        (("--max-penalty-ratio", "0.1"), 0, ""),
        (("--max-penalty-ratio", "0.01"), 1, "more than --max-penalty-ratio 0.01\n"),
        (("--max-params", "x"), 2, "expected a number of parameters"),
        (("--max-penalty-ratio", "-1"), 2, "--max-penalty-ratio"),
        (("--compare", HEAD_H5, "--max-params", "1"), 1, "424 more than --max-params 1\n"),
    ],
)
def test_limits(run, arguments, code, text):
    found, out, err = run("inspect", HEAD, *QUIET, *arguments)
    assert found == code
    assert err.endswith(text) if code < 2 else text in err
    assert bool(out) == (code < 2)


def test_a_limit_that_cannot_be_checked(run):
    """The file was saved without compile, so that it does not tell the data loss that training starts from."""
    code, out, err = run("inspect", str(MODELS / "per_timestep.keras"), *QUIET, "--max-penalty-ratio", "1000")
    assert code == 2
    assert "--max-penalty-ratio 1000 can't be checked: " in err
    assert out


def test_fail_on(run):
    assert run("inspect", HEAD, "--fail-on", "TDL401")[0] == 0
    assert run("inspect", HEAD, "--fail-on", "TDL4,timedistributed-dense")[0] == 1
    assert run("inspect", HEAD, "--select", "TDL4", "--fail-on", "TDL701")[0] == 1  # it is run as well
    for wrong, text in (("TDL9x9", "--fail-on: no rule is called `TDL9x9`"), ("", "received an empty one")):
        code, _, err = run("inspect", HEAD, "--fail-on", wrong)
        assert code == 2
        assert text in err
    code, _, err = run("inspect", HEAD, "--fail-on", "TDL701", "--min-severity", "error")
    assert code == 2
    assert "least severity" in err
