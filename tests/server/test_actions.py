"""Fixes and comments that the server offers, and what they make of a text."""

from __future__ import annotations

from typing import Any

import pytest
from lsp_client import PROGRAM, Client, apply

UNSAFE = PROGRAM
SAFE = """\
import keras

model = keras.Sequential([keras.layers.Dense(1, input_shape=(4,))])  # noqa: TDL101
model.compile("adam", "mse")  # tdlint: ignore[TDL402]
"""


def actions(client: Client, uri: str, line: int, only: list[str] | None = None) -> list[dict[str, Any]]:
    """What is offered on a line."""
    here = {"line": line, "character": 12}
    context = {"diagnostics": []} | ({"only": only} if only else {})
    return client.request(
        "textDocument/codeAction",
        {"textDocument": {"uri": uri}, "range": {"start": here, "end": here}, "context": context},
    )


def test_a_fix_that_may_change_the_program_says_so(client):
    uri = client.open("model.py", UNSAFE)
    fix, ignore = actions(client, uri, 4)
    assert fix["title"] == "Add return_sequences=True (TDL101, unsafe)"
    assert (fix["kind"], fix["isPreferred"]) == ("quickfix", False)
    assert fix["diagnostics"][0]["code"] == "TDL101"
    assert "input_shape=(10, 8), return_sequences=True)" in apply(UNSAFE, fix["edit"]["changes"][uri])
    assert ignore["title"] == "Ignore TDL101 [missing-return-sequences] here with a comment"


def test_nothing_is_offered_elsewhere(client):
    uri = client.open("model.py", UNSAFE)
    assert actions(client, uri, 0) == []


def test_a_comment_hides_the_diagnostic(client):
    uri = client.open("model.py", UNSAFE)
    assert client.published(uri, 1)
    [ignore] = [action for action in actions(client, uri, 4) if "Ignore" in action["title"]]
    text = apply(UNSAFE, ignore["edit"]["changes"][uri])
    assert text.splitlines()[4].endswith("input_shape=(10, 8)),  # tdlint: ignore[TDL101]")
    client.change(uri, 2, text)
    assert client.published(uri, 2) == []


def test_fix_all_makes_the_safe_fixes_only(client):
    uri = client.open("model.py", SAFE + UNSAFE)
    [action] = actions(client, uri, 0, only=["source.fixAll"])
    assert action["kind"] == "source.fixAll.tdlint"
    text = apply(SAFE + UNSAFE, action["edit"]["changes"][uri])
    assert text == (SAFE.replace("  # noqa: TDL101", "").replace("  # tdlint: ignore[TDL402]", "") + UNSAFE)


def test_fix_all_is_made_when_it_is_chosen(connect):
    client = connect(
        {
            "textDocument": {"codeAction": {"resolveSupport": {"properties": ["edit"]}}},
            "workspace": {"workspaceEdit": {"documentChanges": True}},
        }
    )
    uri = client.open("model.py", SAFE)
    [action] = actions(client, uri, 0, only=["source"])
    assert "edit" not in action
    [change] = client.request("codeAction/resolve", action)["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": uri, "version": 1}
    assert "noqa" not in apply(SAFE, change["edits"])


def test_only_what_is_asked_for_is_offered(client):
    uri = client.open("model.py", SAFE)
    assert actions(client, uri, 2, only=["refactor"]) == []
    assert {action["kind"] for action in actions(client, uri, 2, only=["quickfix"])} == {"quickfix"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_edits_have_the_line_ends_of_the_text(client, end):
    text = SAFE.replace("\n", end)
    uri = client.open("model.py", text)
    [action] = actions(client, uri, 0, only=["source.fixAll.tdlint"])
    assert apply(text, action["edit"]["changes"][uri]) == SAFE.replace("  # noqa: TDL101", "").replace(
        "  # tdlint: ignore[TDL402]", ""
    ).replace("\n", end)
