"""The disk as it will be once everything that is open is saved: so is what programs import from each other seen."""

# Paths are compared as they are written.
# ruff: noqa: PTH119, PTH120

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass

from tdlint.sources.disk import Disk


@dataclass(frozen=True)
class Around:
    """What a check depends on besides its program, as far as the client knows.

    ``changes`` counts what was told of files and configurations, ``unsaved`` has the paths and bytes of other programs
    that were edited and not saved.
    """

    changes: int = 0
    unsaved: tuple[tuple[str, bytes], ...] = ()


NOTHING = Around()


class UnsavedDisk(Disk):
    """The files of this machine, some of them with other contents."""

    def __init__(self) -> None:
        self.around = NOTHING
        self._contents: dict[str, bytes] = {}
        self._names: dict[str, set[str]] = {}

    def look(self, around: Around) -> None:
        """See these contents from now on."""
        if around == self.around:
            return
        from tdlint.linting.engine import forget

        forget()
        self.around = around
        self._contents = {self.real(path): data for path, data in around.unsaved}
        self._names = {}
        for path in self._contents:
            self._names.setdefault(os.path.dirname(path), set()).add(os.path.basename(path))

    def content(self, path: str) -> bytes:
        """The bytes of a file, saved or not."""
        known = self._known(path)
        return super().content(path) if known is None else known

    def status(self, path: str) -> tuple[int, int]:
        """A number that changes with a file, and its size."""
        known = self._known(path)
        return super().status(path) if known is None else (zlib.crc32(known), len(known))

    def names(self, folder: str) -> frozenset[str]:
        """What is in a folder, or will be."""
        names = super().names(folder)
        return names | self._names.get(self.real(folder), set()) if self._names else names

    def _known(self, path: str) -> bytes | None:
        return self._contents.get(self.real(path)) if self._contents else None
