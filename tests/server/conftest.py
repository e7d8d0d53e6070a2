"""A server for each test, and programs that have something to report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from lsp_client import Client

_numbers = count()


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Starts a server in an empty project and introduces a client."""
    clients: list[Client] = []

    def start(capabilities: object = None, options: object = None, command: list[str] | None = None) -> Client:
        client = Client(tmp_path, command)
        clients.append(client)
        client.initialize(capabilities, options)
        return client

    yield start
    try:
        for client in clients:
            assert client.leave() == 0
    finally:
        for client in clients:
            client.kill()


@pytest.fixture(scope="module")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    client = Client(tmp_path_factory.mktemp("project"))
    client.initialize()
    yield client
    try:
        assert client.leave() == 0
    finally:
        client.kill()


@pytest.fixture
def client(_shared: Client) -> Client:
    """A client without special abilities, whose server all such tests of a module share; each has names of its own."""
    _shared.prefix = f"test_{next(_numbers)}_"
    _shared.messages.clear()
    return _shared
