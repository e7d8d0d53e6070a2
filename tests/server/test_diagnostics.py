"""What the server tells of programs that are open."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from lsp_client import PROGRAM


def test_an_opened_program_is_told_what_is_wrong(client):
    uri = client.open("model.py", PROGRAM)
    [found] = client.published(uri)
    assert (found["code"], found["source"], found["severity"]) == ("TDL101", "tdlint", 1)
    assert found["range"] == {"start": {"line": 4, "character": 8}, "end": {"line": 4, "character": 50}}
    assert "last output only" in found["message"]
    assert found["codeDescription"]["href"].endswith("/missing_return_sequences.py")
    [related] = found["relatedInformation"]
    assert related["location"]["uri"] == uri
    assert related["location"]["range"]["start"] == {"line": 5, "character": 8}


def test_a_text_that_is_not_saved_is_what_counts(client):
    client.path("model.py").write_text("import keras\n")
    uri = client.open("model.py", PROGRAM)
    assert client.published(uri, 1)
    client.change(uri, 2, PROGRAM.replace("10, 8)", "10, 8), return_sequences=True"))
    assert client.published(uri, 2) == []
    assert client.path("model.py").read_text() == "import keras\n"


def test_a_closed_program_shows_nothing(client):
    uri = client.open("model.py", PROGRAM)
    assert client.published(uri)
    client.close(uri)
    assert client.published(uri) == []


def test_a_text_without_a_file_is_checked(client):
    uri = client.open("untitled:Untitled-1", PROGRAM)
    assert client.published(uri)


def test_only_the_last_of_many_changes_is_told(client):
    uri = client.open("model.py", PROGRAM)
    assert client.published(uri, 1)
    for version in range(2, 30):
        client.change(uri, version, PROGRAM + "#" * version + "\n")
    assert client.published(uri, 29)
    told = [message for message in client.messages if message.get("method") == "textDocument/publishDiagnostics"]
    assert len(told) < 5


def test_the_server_imports_nothing_heavy():
    code = (
        "import json, sys\nfrom tdlint.server.features import make_server\nfrom tdlint.server.worker import _Work\n"
        "make_server(), _Work()\nsys.stdout.write(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = set(json.loads(done.stdout))
    assert {"libcst", "pygls"} <= modules
    assert not modules & {"tensorflow", "keras", "tf_keras", "numpy", "h5py", "networkx", "rich"}


PARTS = "import keras\n\n\ndef make():\n    return keras.Sequential([keras.Input((10, 8)), keras.layers.LSTM(4)])\n"
WHOLE = "import keras\nfrom parts import make\n\nmodel = make()\nmodel.add(keras.layers.LSTM(2))\n"


def test_what_is_imported_is_what_is_open_and_not_what_is_saved(client):
    client.path("parts.py").write_text(PARTS)
    whole = client.open("whole.py", WHOLE)
    assert [found["code"] for found in client.published(whole)] == ["TDL101"]
    parts = client.open("parts.py", PARTS)
    client.published(parts)
    client.change(parts, 2, PARTS.replace("LSTM(4)", "LSTM(4, return_sequences=True)"))
    assert client.published(parts, 2) == []
    assert client.published(whole) == []
    client.change(parts, 3, PARTS)
    assert [found["code"] for found in client.published(whole)] == ["TDL101"]
    client.change(parts, 4, PARTS.replace("LSTM(4)", "LSTM(4, return_sequences=True)"))
    assert client.published(whole) == []
    client.close(parts)  # without saving
    assert [found["code"] for found in client.published(whole)] == ["TDL101"]


def test_what_is_imported_need_not_have_been_saved_at_all(client):
    whole = client.open("whole.py", WHOLE)
    assert client.published(whole) == []
    parts = client.open("parts.py", "")
    client.change(parts, 2, PARTS)
    assert [found["code"] for found in client.published(whole)] == ["TDL101"]


def test_files_that_import_each_other_are_not_checked_for_ever(client):
    client.path("a.py").write_text(one := "import keras\nimport b\nx = keras.layers.Dense(b.y)\n")
    client.path("b.py").write_text(other := "import keras\nimport a\ny = 3\n")
    uris = [client.open("a.py", one), client.open("b.py", other)]
    for number, (uri, text) in enumerate(zip(uris * 2, [one, other] * 2, strict=True), 2):
        client.change(uri, number, f"{text}# {number}\n")
        client.published(uri, number)
    time.sleep(0.3)
    client.request("textDocument/hover", {"textDocument": {"uri": uris[0]}, "position": {"line": 0, "character": 0}})
    told = [message for message in client.messages if message["method"] == "textDocument/publishDiagnostics"]
    assert len(told) < 12
