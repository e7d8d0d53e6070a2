"""How the server begins and ends, and what it survives."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest
from lsp_client import COMMAND, PROGRAM, TIMEOUT, Client

RULE = '''\
"""A rule of someone else.

## Why

To see what becomes of it.
"""

import os
import sys

from tdlint.api import Report, Rule


class {name}(Rule):
    code = "{code}"

    def check_model(self, model, context):
        {body}
        yield Report(model.nodes[0].place, "found")
'''


def pack(folder: Path, **bodies: str) -> dict[str, str]:
    """Installs a rule pack with the bodies of rules; the environment in which it is."""
    names = {"Crash": "ODD001", "Loop": "ODD002", "Chatter": "ODD003", "Death": "ODD004"}
    (folder / "odd_rules").mkdir(parents=True)
    (folder / "odd_rules" / "__init__.py").write_text("")
    for name, body in bodies.items():
        text = RULE.format(name=name, code=names[name], body=body)
        (folder / "odd_rules" / f"{name.lower()}.py").write_text(text)
    info = folder / "odd_rules-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-rules\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[tdlint.rules]\nodd = odd_rules\n")
    return {"PYTHONPATH": str(folder)}


@pytest.fixture
def client_with(tmp_path):
    """Starts a server whose checks may take three seconds, with a rule pack."""
    clients = []

    def start(**bodies: str) -> Client:
        folder = tmp_path / "project"
        folder.mkdir()
        serve = "import sys; from tdlint.server import serve; sys.exit(serve(3))"
        client = Client(folder, [sys.executable, "-c", serve], **pack(tmp_path / "site", **bodies))
        clients.append(client)
        client.initialize()
        return client

    yield start
    for client in clients:
        client.kill()


def test_a_rule_that_crashes_is_told_and_the_others_go_on(client_with):
    client = client_with(Crash="raise ValueError('odd')")
    uri = client.open("model.py", PROGRAM)
    assert [found["code"] for found in client.published(uri)] == ["TDL002", "TDL101"]
    assert client.leave() == 0


def test_a_rule_that_never_ends_costs_that_program_only(client_with):
    client = client_with(Loop="while 'loop' in model.name: pass")
    uri = client.open("bad.py", PROGRAM.replace("Sequential(", "Sequential(name='loop', layers="))
    [found] = client.published(uri)
    assert found["code"] == "TDL005"
    assert "took longer than 3 seconds" in found["message"]
    good = client.open("good.py", PROGRAM)
    assert "TDL101" in [found["code"] for found in client.published(good)]
    assert client.leave() == 0


def test_a_newer_text_need_not_wait_for_a_check_without_end(client_with):
    client = client_with(Loop="while 'loop' in model.name: pass")
    uri = client.open("model.py", PROGRAM.replace("Sequential(", "Sequential(name='loop', layers="))
    client.change(uri, 2, PROGRAM)
    assert "TDL101" in [found["code"] for found in client.published(uri, 2)]


def test_a_rule_that_ends_its_process_does_not_end_the_server(client_with):
    client = client_with(Death="os._exit(3) if model.name == 'death' else None")
    uri = client.open("model.py", PROGRAM.replace("Sequential(", "Sequential(name='death', layers="))
    found = {each["code"]: each["message"] for each in client.published(uri)}
    assert "TDL101" in found
    assert "ended its process with exit code 3" in found["TDL002"]
    client.change(uri, 2, PROGRAM)
    assert "TDL101" in [found["code"] for found in client.published(uri, 2)]
    assert client.leave() == 0


def test_what_a_rule_prints_is_not_among_the_messages(client_with):
    client = client_with(Chatter="print('chatter'); os.write(1, b'more'); sys.__stdout__.write('x')")
    uri = client.open("model.py", PROGRAM)
    assert len(client.published(uri)) == 2
    assert client.leave() == 0  # which looks at all that came


def test_a_rule_pack_that_does_not_load_is_said(client_with):
    client = client_with(Crash="", Loop="syntax error")
    uri = client.open("model.py", PROGRAM)
    found = {each["code"]: each["message"] for each in client.published(uri)}
    assert "odd_rules.loop can't be imported" in found["TDL002"]
    assert "TDL101" in found
    assert client.leave() == 0


def test_a_module_of_the_project_is_not_taken_for_a_module_of_python(connect):
    client = connect()
    for name in ("ast.py", "keras.py", "pickle.py", "tdlint.py"):
        (client.folder / name).write_text("raise SystemExit('mine')\n")
    uri = client.open("model.py", PROGRAM)
    assert client.published(uri)


def workers_of(process: int) -> list[int]:
    """The processes that a process started."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(child) for child in children]


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for processes")


def gone(process: int) -> bool:
    """Whether a process ends within some seconds."""
    for _ in range(200):
        try:
            os.kill(process, 0)
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


@needs_proc
@pytest.mark.parametrize("how", ["exit", "end of input", "interrupt", "kill"])
def test_nothing_is_left_whatever_ends_the_server(client_with, how):
    client = client_with(Loop="while True: pass")
    client.open("model.py", PROGRAM)
    for _ in range(200):
        if workers := workers_of(client.process.pid):
            break
        time.sleep(0.05)
    assert workers
    if how == "exit":
        client.notify("exit")
    elif how == "end of input":
        client.process.stdin.close()
    elif how == "interrupt":
        client.process.send_signal(signal.SIGINT)
    else:
        client.process.kill()
    code = client.process.wait(TIMEOUT)
    assert code == (-signal.SIGKILL if how == "kill" else 1)
    assert all(map(gone, workers))
    client._threads[1].join(TIMEOUT)
    assert not client.log


def test_it_is_an_error_to_start_without_pygls(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['pygls'] = None\n")
    client = Client(tmp_path, COMMAND, PYTHONPATH=str(tmp_path))
    assert client.process.wait(TIMEOUT) == 2
    client._threads[1].join(TIMEOUT)
    assert "pip install 'tdlint[lsp]'" in b"".join(client.log).decode()


def test_requests_that_make_no_sense_are_said_or_answered(client):
    uri = client.open("model.py", PROGRAM)
    client.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": -5, "character": 1}})
    assert "Invalid Params" in client.shown()
    nowhere = {"textDocument": {"uri": "file:///nowhere.py"}, "position": {"line": 10**9, "character": 10**9}}
    assert client.request("textDocument/hover", nowhere) is None
    far = {"textDocument": {"uri": uri}, "position": {"line": 2**31 - 1, "character": 2**31 - 1}}
    assert client.request("textDocument/hover", far) is None
    assert "error" in client.answer(client.ask("textDocument/nothing", {}))
    assert client.request("codeAction/resolve", {"title": "x", "data": {"uri": "file:///nowhere.py"}})["title"] == "x"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps folders that a process is in")
def test_the_folder_of_the_server_may_be_deleted(client_with):
    client = client_with(Crash="")
    uri = client.open("model.py", PROGRAM)
    assert len(client.published(uri)) == 2
    shutil.rmtree(client.folder)
    client.change(uri, 2, PROGRAM + "# more\n")
    assert [found["code"] for found in client.published(uri, 2)] == ["ODD001", "TDL101"]
    assert client.leave() == 0
