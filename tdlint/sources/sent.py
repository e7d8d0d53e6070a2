"""The part of a disk that some analyses need, as plain data for a machine that does not have that disk.

What is asked of a disk is a question, such as ``("names", "/home/me/project")``. On the one side the questions are
foreseen and answered, on the other side the answers stand for the disk. What was not foreseen is noted, so that it can
be answered and the analysis be made once more.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any, NamedTuple

from tdlint.sources.disk import Disk

Question = tuple[Any, ...]
"""A method of ``Disk`` and its arguments."""

_ASKED_FOR = re.compile(r"\w+(\.py)?|\.git|\.hg|pyproject\.toml|setup\.cfg")
"""The names that imports and projects ask a folder for; it may have thousands of others."""


class Unreadable(NamedTuple):
    """The answer that there is none."""

    number: int | None
    reason: str | None


class _Asked(Disk):
    """A disk that answers each question once, and the same from then on."""

    def __init__(self, folder: str, answers: dict[Question, Any]) -> None:
        self._folder = folder
        self.answers = answers

    @property
    def folder(self) -> str:
        return self._folder

    def _answer(self, *question: Any) -> Any:
        raise NotImplementedError

    def _answer_of_file(self, what: str, path: str) -> Any:
        answer = self._answer(what, os.path.join(self.folder, path))  # noqa: PTH118 (as it is written)
        if isinstance(answer, Unreadable):
            raise OSError(*answer, path)
        return answer

    def content(self, path: str) -> bytes:
        found: bytes = self._answer_of_file("content", path)
        return found

    def digest(self, path: str) -> str:
        if ("content", os.path.join(self.folder, path)) in self.answers:  # noqa: PTH118
            return super().digest(path)
        found: str = self._answer_of_file("digest", path)
        return found

    def status(self, path: str) -> tuple[int, int]:
        found: tuple[int, int] = self._answer_of_file("status", path)
        return found

    def names(self, folder: str) -> frozenset[str]:
        found: frozenset[str] = self._answer("names", folder)
        return found

    def real(self, path: str) -> str:
        found: str = self._answer("real", path)
        return found

    def has_more_modules(self, package: str, count: int) -> bool:
        found: bool = self._answer("has_more_modules", package, count)
        return found


class Sent(_Asked):
    """What was sent of a disk; ``missing`` was asked and not sent, and what was found without it is worth nothing."""

    def __init__(self, folder: str, answers: dict[Question, Any]) -> None:
        super().__init__(folder, answers)
        self._missing: set[Question] = set()

    @property
    def missing(self) -> frozenset[Question]:
        return frozenset(self._missing)

    def miss(self, questions: Collection[Question]) -> None:
        self._missing.update(questions)

    def forget_missing(self) -> None:
        """Begin anew, for another file."""
        self._missing.clear()

    def _answer(self, *question: Any) -> Any:
        if question in self.answers:
            return self.answers[question]
        self._missing.add(question)
        what, path = question[:2]
        nothing: dict[str, Any] = {"content": b"", "digest": "", "status": (0, 0), "names": frozenset(), "real": path}
        return nothing.get(what, False)


class Watched(_Asked):
    """The disk of this machine, and what was asked of it."""

    def __init__(self) -> None:
        self._disk = Disk()
        super().__init__(self._disk.folder, {})
        self.size = 0

    def _answer(self, *question: Any) -> Any:
        if question not in self.answers:
            self.answers[question] = answer = self._look(*question)
            self.size += len(answer) if question[0] == "content" else 0
        return self.answers[question]

    def _look(self, what: str, *where: Any) -> Any:
        try:
            answer = getattr(self._disk, what)(*where)
        except OSError as error:
            return Unreadable(error.errno, error.strerror)
        if what == "names":
            # one name tells that a folder is not empty
            return frozenset(filter(_ASKED_FOR.fullmatch, answer)) or frozenset(islice(answer, 1))
        return answer

    def forget(self, *question: Any) -> None:
        """Send nothing about a file or folder."""
        answer = self.answers.pop(question)
        self.size -= len(answer) if question[0] == "content" else 0

    def look_at(self, questions: Iterable[Question]) -> None:
        """Answer questions that somebody else has."""
        for question in questions:
            self._answer(*question)

    def to_send(self) -> Sent:
        """All that was asked, with the answers."""
        return Sent(self.folder, dict(self.answers))
