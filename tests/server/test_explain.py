"""Hover and inlay hints."""

from __future__ import annotations

import pytest
from lsp_client import PROGRAM, Client

FUNCTIONAL = """\
import keras
from keras import layers

inputs = keras.Input((28, 28, 1))
hidden = layers.Conv2D(8, 3)(inputs)
outputs = layers.Dense(10)(layers.Flatten()(hidden))
model = keras.Model(inputs, outputs)
print(model, hidden)  # tdlint: ignore[lost-mask]
"""


def hover(client: Client, uri: str, text: str, at: str, skip: int = 0) -> str | None:
    """What hovering over the first character of some words shows."""
    offset = -1
    for _ in range(skip + 1):
        offset = text.index(at, offset + 1)
    before = text[:offset]
    place = {"line": before.count("\n"), "character": offset - before.rfind("\n") - 1}
    found = client.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": place})
    return None if found is None else found["contents"]["value"]


@pytest.mark.parametrize(
    ("at", "skip", "shown"),
    [
        ("hidden", 0, ["tensor (None, 26, 26, 8)", "Conv2D conv2d", "80 parameters"]),
        ("hidden", 1, ["tensor (None, 26, 26, 8)"]),
        ("inputs", 1, ["tensor (None, 28, 28, 1)"]),
        ("Conv2D", 0, ["Conv2D conv2d", "(None, 28, 28, 1) → (None, 26, 26, 8)", "80 parameters"]),
        ("model", 0, ["functional model", "(None, 28, 28, 1) → (None, 10)", "54,170 parameters"]),
    ],
)
def test_a_tensor_a_layer_and_a_model_are_described(client, at, skip, shown):
    uri = client.open("model.py", FUNCTIONAL)
    text = hover(client, uri, FUNCTIONAL, at, skip)
    assert text is not None
    assert [each for each in shown if each not in text] == []


def test_a_comment_shows_the_page_of_the_rule_that_it_names(client):
    uri = client.open("model.py", FUNCTIONAL)
    text = hover(client, uri, FUNCTIONAL, "lost-mask")
    assert text.startswith("# TDL104 [lost-mask]")
    assert "## Why" in text
    assert "[unused-suppression]" in hover(client, uri, FUNCTIONAL, "ignore[")


def test_what_is_reported_shows_its_page(client):
    uri = client.open("model.py", PROGRAM)
    text = hover(client, uri, PROGRAM, "LSTM(64")
    assert "LSTM" in text
    assert "# TDL101 [missing-return-sequences]" in text


def test_a_model_of_another_file_is_described(connect):
    client = connect(options={"inlayHints": True})
    made = FUNCTIONAL.replace("model = keras.Model(inputs, outputs)\n", "")
    client.path("shapes.py").write_text("def pair(a, b):\n    return (a, b)\n")
    client.path("parts.py").write_text(f"{made}from shapes import pair\nmodel = keras.Model(*pair(inputs, outputs))\n")
    text = "import keras\nfrom parts import model\n\nmore = keras.layers.Dense(3)(model.output)\nprint(model)\n"
    uri = client.open("whole.py", text)
    assert "54,170 parameters" in hover(client, uri, text, "model", 1)
    assert hints(client, uri) == [(3, "→ (None, 3)")]


def test_there_is_nothing_to_say_of_a_keyword(client):
    uri = client.open("model.py", PROGRAM)
    assert hover(client, uri, PROGRAM, "import") is None


def hints(client: Client, uri: str) -> list[tuple[int, str]]:
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 100, "character": 0}}
    found = client.request("textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": whole})
    return [(hint["position"]["line"], hint["label"]) for hint in found]


def test_hints_are_off_by_default(client):
    uri = client.open("model.py", FUNCTIONAL)
    assert hints(client, uri) == []


def test_hints_show_the_output_of_each_call(connect):
    client = connect(options={"inlayHints": True})
    uri = client.open("model.py", FUNCTIONAL)
    assert hints(client, uri) == [
        (4, "→ (None, 26, 26, 8)"),
        (5, "→ (None, 10)"),
        (5, "→ (None, 5408)"),
    ]
    uri = client.open("chain.py", PROGRAM.replace("(10, 8)", "(10, 8), return_sequences=True"))
    assert hints(client, uri) == [(4, "→ (None, 10, 64)"), (5, "→ (None, 32)")]
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 4, "character": 99}}
    found = client.request("textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": whole})
    assert [hint["position"] for hint in found] == [
        {"line": 4, "character": len("        keras.layers.LSTM(64, input_shape=(10, 8), return_sequences=True)")}
    ]
