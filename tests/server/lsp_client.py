"""A client of the language server that takes nothing on trust: every byte of standard output must be of a message."""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

TIMEOUT = 60.0
"""Seconds that a test waits; the machine may be busy."""

PROGRAM = """\
import keras

model = keras.Sequential(
    [
        keras.layers.LSTM(64, input_shape=(10, 8)),
        keras.layers.LSTM(32),
    ]
)
"""

COMMAND = [sys.executable, "-m", "tdlint", "server"]


class Client:
    """Talks to a server of its own over standard input and output."""

    def __init__(self, folder: Path, command: list[str] | None = None, **environment: str) -> None:
        self.folder = folder
        self.opened: list[str] = []
        self.messages: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.settings: Any = None
        self._lock = threading.Lock()
        self._received: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._count = 0
        self.process = subprocess.Popen(
            command or COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **environment},
        )
        self.trouble: list[str] = []
        self.log: list[bytes] = []
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._read, self._read_log)]
        for thread in self._threads:
            thread.start()

    # messages

    def request(self, method: str, params: Any = None) -> Any:
        """The result of a request."""
        answer = self.answer(self.ask(method, params))
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def ask(self, method: str, params: Any = None) -> int:
        """Send a request; its number."""
        self._count += 1
        self._send({"id": self._count, "method": method, "params": params})
        return self._count

    def answer(self, number: int) -> dict[str, Any]:
        """The answer to a request."""
        return self.wait(lambda message: message.get("id") == number and "method" not in message)

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def wait(self, wanted: Callable[[dict[str, Any]], bool], timeout: float = TIMEOUT) -> dict[str, Any]:
        """The first message of the server that is wanted and was not taken yet."""
        for number, message in enumerate(self.messages):
            if wanted(message):
                return self.messages.pop(number)
        while True:
            message = self._received.get(timeout=timeout)
            assert message is not None, f"the server left: {b''.join(self.log).decode()} {self.trouble}"
            if "id" in message and "method" in message:
                self._reply(message)
            if wanted(message):
                return message
            self.messages.append(message)

    def _reply(self, message: dict[str, Any]) -> None:
        self.asked.append(message)
        asked_for_settings = message["method"] == "workspace/configuration"
        result = [self.settings for _ in message["params"]["items"]] if asked_for_settings else None
        self._send({"id": message["id"], "result": result})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        with self._lock:
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self.process.stdin.flush()

    def _read(self) -> None:
        output = self.process.stdout
        assert output is not None
        try:
            while line := output.readline():
                length = 0
                while line.strip():
                    name, _, value = line.decode("ascii").partition(":")
                    if name not in ("Content-Length", "Content-Type"):
                        self.trouble.append(f"not a header: {line!r}")
                        return
                    length = int(value) if name == "Content-Length" else length
                    line = output.readline()
                message = json.loads(output.read(length))
                if message.get("jsonrpc") != "2.0":
                    self.trouble.append(f"not a message: {message}")
                self._received.put(message)
        except ValueError as error:
            self.trouble.append(str(error))
        finally:
            self._received.put(None)

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)

    # what editors do

    def initialize(self, capabilities: Any = None, options: Any = None) -> dict[str, Any]:
        """Introduce the client; the capabilities of the server."""
        result = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": self.folder.as_uri(),
                "workspaceFolders": [{"uri": self.folder.as_uri(), "name": "project"}],
                "capabilities": capabilities or {},
                "initializationOptions": options,
            },
        )
        self.notify("initialized", {})
        return result["capabilities"]

    def uri(self, name: str) -> str:
        """The address of a file of the project."""
        return self.path(name).as_uri()

    def path(self, name: str) -> Path:
        """A file of the project."""
        return self.folder / name

    def open(self, name: str, text: str) -> str:
        """Open a text; its address."""
        uri = self.uri(name) if "://" not in name and not name.startswith("untitled:") else name
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        self.opened.append(uri)
        return uri

    def change(self, uri: str, version: int, text: str) -> None:
        """Replace a text."""
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def close(self, uri: str) -> None:
        """Close a text."""
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def close_all(self) -> None:
        """Close what is open, and forget what the server told of it."""
        for uri in self.opened:
            self.close(uri)
        self.opened.clear()
        if self.process.poll() is None:
            self.request("textDocument/hover", {"textDocument": {"uri": ""}, "position": {"line": 0, "character": 0}})
        self.messages.clear()

    def published(self, uri: str, version: int | None = None) -> list[dict[str, Any]]:
        """The diagnostics that the server tells next of a text, or of this version of it."""
        message = self.wait(
            lambda message: (
                message.get("method") == "textDocument/publishDiagnostics"
                and message["params"]["uri"] == uri
                and version in (None, message["params"].get("version"))
            )
        )
        return message["params"]["diagnostics"]

    def shown(self) -> str:
        """The next message that the server shows."""
        return self.wait(lambda message: message.get("method") == "window/showMessage")["params"]["message"]

    def leave(self) -> int:
        """End the server as editors do; its exit code."""
        if self.process.poll() is None:
            self.request("shutdown")
            self.notify("exit")
        code = self.process.wait(TIMEOUT)
        self._threads[0].join(TIMEOUT)
        self._threads[1].join(TIMEOUT)
        assert not self.trouble
        log = b"".join(self.log).decode()
        assert "Traceback" not in log, log
        return code

    def kill(self) -> None:
        """End the server whatever it does."""
        self.process.kill()
        self.process.wait()


def apply(text: str, edits: list[dict[str, Any]], encoding: str = "utf-16") -> str:
    """A text after edits, which count as the protocol says: written anew here, from its specification."""
    codec = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
    width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)

    def offset(position: dict[str, int]) -> int:
        units = lines[position["line"]].encode(codec)[: position["character"] * width]
        return sum(map(len, lines[: position["line"]])) + len(units.decode(codec))

    spans = [(offset(edit["range"]["start"]), offset(edit["range"]["end"]), edit["newText"]) for edit in edits]
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    return text
