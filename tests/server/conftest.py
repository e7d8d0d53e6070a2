"""Servers for tests: one for each kind of client and module, with a project for each test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lsp_client import Client

Connect = Callable[..., Client]


@pytest.fixture(scope="module")
def _clients() -> Iterator[dict[str, Client]]:
    clients: dict[str, Client] = {}
    yield clients
    try:
        for client in clients.values():
            assert client.leave() == 0
    finally:
        for client in clients.values():
            client.kill()


@pytest.fixture
def connect(_clients: dict[str, Client], tmp_path: Path) -> Iterator[Connect]:
    """Introduces a client with some abilities and options to a server, in a project of its own."""
    used: list[Client] = []

    def start(capabilities: object = None, options: object = None) -> Client:
        kind = json.dumps([capabilities, options])
        if kind not in _clients:
            _clients[kind] = Client(tmp_path)
            _clients[kind].initialize(capabilities, options)
        client = _clients[kind]
        client.folder = tmp_path
        used.append(client)
        return client

    yield start
    for client in used:
        client.close_all()


@pytest.fixture
def client(connect: Connect) -> Client:
    """A client without special abilities."""
    return connect()
