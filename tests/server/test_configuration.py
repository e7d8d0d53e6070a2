"""Settings: those of the project, those of the editor, and what becomes of mistakes in them."""

from __future__ import annotations

from lsp_client import PROGRAM

IGNORING = '[tool.tdlint]\nignore = ["TDL101"]\n'


def test_a_change_of_the_configuration_is_felt_by_what_is_open(connect):
    client = connect({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}})
    uri = client.open("model.py", PROGRAM)
    assert client.published(uri)
    [registered] = client.asked[0]["params"]["registrations"]
    globs = [watcher["globPattern"] for watcher in registered["registerOptions"]["watchers"]]
    assert "**/pyproject.toml" in globs
    client.path("pyproject.toml").write_text(IGNORING)
    client.notify(registered["method"], {"changes": [{"uri": client.uri("pyproject.toml"), "type": 1}]})
    assert client.published(uri) == []


def test_a_mistake_in_the_configuration_is_shown_once_and_nothing_is_reported(connect):
    client = connect()
    client.path("pyproject.toml").write_text("[tool.tdlint]\nselct = []\n")
    uri = client.open("model.py", PROGRAM)
    assert "unknown key `selct` in [tool.tdlint]; did you mean `select`?" in client.shown()
    assert client.published(uri) == []
    client.change(uri, 2, PROGRAM + "\n")
    assert client.published(uri, 2) == []
    assert not any(message.get("method") == "window/showMessage" for message in client.messages)


def test_a_rule_that_does_not_exist_is_shown(connect):
    client = connect()
    client.path("pyproject.toml").write_text('[tool.tdlint]\nselect = ["TDL999"]\n')
    client.open("model.py", PROGRAM)
    assert "no rule is called `TDL999`" in client.shown()


def test_what_is_excluded_is_not_checked(connect):
    client = connect(options={"inlayHints": True})
    client.path("pyproject.toml").write_text('[tool.tdlint]\nextend-exclude = ["old"]\n')
    for name in ("old/model.py", ".venv/lib/model.py"):
        uri = client.open(name, PROGRAM)
        assert client.published(uri) == []


def test_a_file_of_another_place_can_be_the_configuration(connect, tmp_path):
    client = connect(options={"configuration": str(tmp_path / "other.toml")})
    client.path("other.toml").write_text(IGNORING)
    assert client.published(client.open("model.py", PROGRAM)) == []


def test_a_setting_of_the_editor_that_does_not_exist_is_shown(connect):
    client = connect(options={"inlayHint": True})
    assert "unknown setting `inlayHint` of the editor for tdlint; did you mean `inlayHints`?" in client.shown()


def test_a_setting_of_the_wrong_kind_is_shown(connect):
    client = connect(options={"settings": {"inlayHints": "yes"}})
    assert "must be true or false, received 'yes'" in client.shown()


def test_settings_of_the_editor_can_change(connect):
    client = connect({"workspace": {"configuration": True, "inlayHint": {"refreshSupport": True}}})
    client.settings = {"inlayHints": True}
    uri = client.open("model.py", PROGRAM)
    assert client.published(uri)
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    client.wait(lambda message: message.get("method") == "workspace/inlayHint/refresh")
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 100, "character": 0}}
    assert client.request("textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": whole})


def test_settings_may_come_with_the_change_in_their_section(connect):
    client = connect(options={})
    client.path("other.toml").write_text(IGNORING)
    uri = client.open("model.py", PROGRAM)
    assert client.published(uri)
    client.notify(
        "workspace/didChangeConfiguration", {"settings": {"tdlint": {"configuration": str(client.path("other.toml"))}}}
    )
    assert client.published(uri) == []


def test_a_saved_file_is_felt_by_those_that_import_it(connect):
    client = connect()
    client.path("sizes.py").write_text("RETURN = True\n")
    text = "from sizes import RETURN\n" + PROGRAM.replace("(10, 8)", "(10, 8), return_sequences=RETURN")
    uri = client.open("model.py", text)
    assert client.published(uri) == []
    client.path("sizes.py").write_text("RETURN = False\n")
    client.notify("textDocument/didSave", {"textDocument": {"uri": client.uri("sizes.py")}})
    assert [found["code"] for found in client.published(uri)] == ["TDL101"]
