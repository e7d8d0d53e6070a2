"""A Dask cluster as an executor."""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any, TypeVar

from tdlint._version import __version__
from tdlint.errors import UsageError
from tdlint.linting.remote.dispatch import Cluster

CONNECT_LIMIT = 10.0
"""Seconds in which a scheduler must answer."""

WORKERS_LIMIT = 60.0
"""Seconds without a worker after which none is expected any more."""

T = TypeVar("T")


@contextmanager
def cluster_at(address: str) -> Iterator[Executor]:
    """The cluster whose scheduler is at an address, such as ``tcp://host:8786``.

    Raises:
        UsageError: Dask is not installed here, or no scheduler answers there.
    """
    if find_spec("distributed") is None:
        raise UsageError("--scheduler needs Dask: pip install 'tdlint[dask]'")
    distributed: Any = import_module("distributed")
    _silence()
    _ask_who_is_there(address)
    try:
        client = distributed.Client(address, timeout=CONNECT_LIMIT, set_as_default=False, name="tdlint")
    except Exception as error:
        raise UsageError(f"no Dask scheduler can be used at {address}: {_reason(error)}") from error
    try:
        yield DaskCluster(client, address)
    finally:
        client.close(timeout=CONNECT_LIMIT)


def _silence() -> None:
    """Have Dask log nothing: what goes wrong is told once, by tdlint."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _ask_who_is_there(address: str) -> None:
    """Make sure that a scheduler answers; a client would wait for another program for ever."""
    distributed: Any = import_module("distributed")

    async def identity() -> Any:
        arguments = distributed.Security().get_connection_args("client")
        async with distributed.rpc(address, timeout=CONNECT_LIMIT, connection_args=arguments) as there:
            return await asyncio.wait_for(there.identity(), 2 * CONNECT_LIMIT)

    try:
        found = asyncio.run(identity())["type"]
    except Exception as error:  # another program may have said anything
        raise UsageError(f"no Dask scheduler answers at {address}: {_reason(error)}") from error
    if found != "Scheduler":
        raise UsageError(f"no Dask scheduler is at {address}, but a {found.lower()}")


def _reason(error: BaseException) -> str:
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)) and not str(error):
        return f"nothing came in {2 * CONNECT_LIMIT:g} seconds"
    return str(error).partition("\n")[0] or type(error).__name__


class DaskCluster(Cluster):
    """The workers of a Dask scheduler. A task whose worker dies is given to another one, a few times."""

    def __init__(self, client: Any, address: str) -> None:
        self._client = client
        self._address = address
        self._executor = client.get_executor(pure=False)
        self._last_worker = time.monotonic()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Give the workers a task."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Dask warns of large tasks; some files are large
            future: Future[T] = self._executor.submit(fn, *args, **kwargs)
        return future

    def slots(self) -> int:
        """The threads of all workers: each has a process for its tasks."""
        return sum(self._client.nthreads().values()) or 1

    def trouble(self) -> str | None:
        """That the scheduler has gone, or has had no workers for long."""
        if self._client.status != "running":
            return self._gone()
        try:
            workers = self._client.nthreads()
        except Exception:
            return self._gone()
        now = time.monotonic()
        if workers:
            self._last_worker = now
        elif now - self._last_worker > WORKERS_LIMIT:
            return f"the scheduler at {self._address} has had no worker for {WORKERS_LIMIT:g} seconds"
        return None

    def explain(self, error: BaseException) -> str:
        """That the scheduler has gone, or which workers have another tdlint or none."""
        if not isinstance(error, (ImportError, AttributeError)):
            return self._gone()
        return self._other_version() or f"a worker can't run tdlint {__version__}: {_reason(error)}"

    def _gone(self) -> str:
        return f"the scheduler at {self._address} has gone"

    def _other_version(self) -> str | None:
        try:
            found = self._client.run(version, "tdlint", on_error="return")
        except Exception:
            return None
        for worker, there in found.items():
            if isinstance(there, PackageNotFoundError):
                return f"the worker at {worker} has no tdlint: install tdlint {__version__} on all workers"
            if there != __version__:
                return f"the worker at {worker} has tdlint {there} and not {__version__}: install the same on all"
        return None
