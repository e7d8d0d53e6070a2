"""Which files and folders an analysis has looked at: if none of them changes, it would find the same again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

FILE, FOLDER, PACKAGE = "file", "folder", "package"


class Input(NamedTuple):
    """Something that was looked at, and what was seen.

    Of a ``file`` the digest of its content, empty if it can't be read; of a ``folder`` the names that were looked for,
    each after ``+`` or ``-``, one to a line; of a ``package`` whether it is large.
    """

    kind: str
    path: str
    seen: str


ANY_NAME = ""
"""Looked for, this is in every folder that is not empty."""


@dataclass
class Record:
    """What was looked at since recording began."""

    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    names: dict[str, dict[str, bool]] = field(default_factory=dict)

    def inputs(self) -> tuple[Input, ...]:
        """The record as plain data, in order."""
        folders = [Input(FOLDER, folder, _listed(names)) for folder, names in self.names.items()]
        return tuple(sorted([*(Input(kind, path, seen) for (kind, path), seen in self.seen.items()), *folders]))


def _listed(names: Mapping[str, bool]) -> str:
    return "\n".join(f"{'+' if there else '-'}{name}" for name, there in sorted(names.items()))


_recorders: list[Record] = []


@contextmanager
def recorded() -> Iterator[Record]:
    """Records what is looked at while this lasts; who recorded before is told too."""
    record = Record()
    _recorders.append(record)
    try:
        yield record
    finally:
        _recorders.pop()
        look_again(record.inputs())


def look_again(seen: Iterable[Input]) -> None:
    """Record what an earlier analysis, whose result is used once more, has looked at."""
    if not _recorders:
        return
    for kind, path, what in seen:
        if kind == FOLDER:
            saw_names(path, names_of(what))
        else:
            _recorders[-1].seen[kind, path] = what


def saw(kind: str, path: str | Path, what: Callable[[], str]) -> None:
    """Record that something was looked at; what was seen is only asked for if somebody records."""
    if _recorders and (kind, str(path)) not in _recorders[-1].seen:
        _recorders[-1].seen[kind, str(path)] = what()


def saw_names(folder: str, names: Mapping[str, bool]) -> None:
    """Record which names were looked for in a folder, and whether they were there."""
    if _recorders:
        _recorders[-1].names.setdefault(folder, {}).update(names)


def names_of(what: str) -> dict[str, bool]:
    """The names that were looked for in a folder, and whether they were there, from what an ``Input`` says."""
    return {line[1:]: line[:1] == "+" for line in what.split("\n")}


def digest_of(data: bytes) -> str:
    """A digest of the contents of a file."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()
