"""Where an analysis finds files: on the disk, or in what another machine has sent of its own.

Everything that is read for a file beside itself goes through here, so that an analysis can be made where the files are
not. Paths are those of the machine that has them.
"""

# Paths are compared as they are written, and every import of every file asks for some of them.
# ruff: noqa: PTH109, PTH116, PTH118, PTH208

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from tdlint.sources.contents import contents_of
from tdlint.sources.inputs import digest_of


class Disk:
    """The files of this machine."""

    @property
    def folder(self) -> str:
        """The current folder, which relative paths count from."""
        return os.getcwd()

    @property
    def missing(self) -> frozenset[tuple[Any, ...]]:
        """What was asked and could not be answered, as questions."""
        return frozenset()

    def miss(self, questions: Collection[tuple[Any, ...]]) -> None:
        """Add what a copy of this process could not be answered."""

    def content(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            OSError: it can't be read, is no file, or too large.
        """
        return contents_of(path)

    def digest(self, path: str) -> str:
        """The digest of a file's contents, for those who need no more of them.

        Raises:
            OSError: it can't be read.
        """
        return digest_of(self.content(path))

    def status(self, path: str) -> tuple[int, int]:
        """When a file was changed, as a number, and its size in bytes.

        Raises:
            OSError: there is none.
        """
        status = os.stat(path)
        return status.st_mtime_ns, status.st_size

    def names(self, folder: str) -> frozenset[str]:
        """What is in a folder; nothing if it can't be read."""
        try:
            changed = os.stat(folder).st_mtime_ns
            listing = _listing(folder)
            if listing.changed != changed:
                listing.names, listing.changed = frozenset(os.listdir(folder)), changed
            return listing.names
        except OSError:
            return frozenset()

    def real(self, path: str) -> str:
        """The path without links."""
        return _real(os.path.join(self.folder, path))

    def has_more_modules(self, package: str, count: int) -> bool:
        """Whether there are more Python files than so many in a folder and the folders in it."""
        return _has_more_modules(package, count)


@dataclass
class _Listing:
    """What was in a folder when it had last changed."""

    changed: int | None = None
    names: frozenset[str] = frozenset()


@lru_cache(maxsize=1024)
def _listing(folder: str) -> _Listing:
    return _Listing()


@lru_cache(maxsize=4096)
def _real(path: str) -> str:
    return os.path.realpath(path)


@lru_cache(maxsize=64)
def _has_more_modules(package: str, count: int) -> bool:
    modules = (name for _, _, names in os.walk(package) for name in names if name.endswith(".py"))
    return sum(1 for _ in islice(modules, count + 1)) > count


def forget() -> None:
    """Look at links and packages anew, as in a new process."""
    _real.cache_clear()
    _has_more_modules.cache_clear()


_disk: ContextVar[Disk] = ContextVar("disk", default=Disk())  # noqa: B039 (it has no state)


def disk() -> Disk:
    """What analyses look at now."""
    return _disk.get()


@contextmanager
def looking_at(disk: Disk) -> Iterator[None]:
    """Analyses look at this while this lasts."""
    token = _disk.set(disk)
    try:
        yield
    finally:
        _disk.reset(token)


def absolute(path: str) -> str:
    """The path from the root of the file system."""
    return os.path.join(disk().folder, path)
