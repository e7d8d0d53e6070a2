"""Diagnostics that the client asks for."""

from __future__ import annotations

from lsp_client import PROGRAM

PULLS = {
    "textDocument": {"diagnostic": {"dynamicRegistration": False}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
}


def test_a_client_that_asks_is_answered_and_not_told_besides(connect):
    client = connect(PULLS)
    uri = client.open("model.py", PROGRAM)
    report = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    assert report["kind"] == "full"
    assert [found["code"] for found in report["items"]] == ["TDL101"]
    assert not any(message.get("method") == "textDocument/publishDiagnostics" for message in client.messages)


def test_the_answer_is_about_the_text_as_it_is_when_it_comes(connect):
    client = connect(PULLS)
    long = PROGRAM + "model.add(keras.layers.Dense(1))\n" * 3_000  # so that the change comes before the answer
    uri = client.open("model.py", long)
    number = client.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    client.change(uri, 2, "import keras\n")
    assert client.answer(number)["result"]["items"] == []


def test_a_request_can_be_taken_back(connect):
    client = connect(PULLS)
    uri = client.open("model.py", PROGRAM)
    number = client.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    client.notify("$/cancelRequest", {"id": number})
    answer = client.answer(number)
    assert "result" in answer or answer["error"]["code"] == -32800
    assert client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"]


def test_what_is_not_open_has_no_diagnostics(connect):
    client = connect(PULLS)
    report = client.request("textDocument/diagnostic", {"textDocument": {"uri": client.uri("nothing.py")}})
    assert report["items"] == []


def test_the_client_is_asked_to_ask_again_when_a_configuration_changes(connect):
    client = connect(PULLS)
    uri = client.open("model.py", PROGRAM)
    assert client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"]
    client.path("pyproject.toml").write_text('[tool.tdlint]\nignore = ["TDL101"]\n')
    changes = [{"uri": client.uri("pyproject.toml"), "type": 1}]
    client.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    client.wait(lambda message: message.get("method") == "workspace/diagnostic/refresh")
    assert client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"] == []
