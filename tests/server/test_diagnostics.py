"""What the server tells of programs that are open."""

from __future__ import annotations

import json
import subprocess
import sys

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
