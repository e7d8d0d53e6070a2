"""What an executor is given at once: some files, and what their analyses will look at."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

from tdlint.interp.project import MAX_FILES, Project, project_of
from tdlint.linting.reading import may_concern, uses_imported_model, worth_reading
from tdlint.linting.trees import MAX_IMPORTED, MAX_PLAIN
from tdlint.sources.disk import absolute, looking_at
from tdlint.sources.sent import Question, Sent, Watched

MAX_BYTES = 2**20
"""A batch is full when it has so many bytes, be it of one file."""

# In a notebook, each line is a JSON string.
_IMPORT = re.compile(
    rb"""^[ \t]*(?:"[ \t]*)?
    (?:from[ \t]+(?P<dots>\.*)[ \t]*(?P<module>[\w.]*)[ \t]+import\b[ \t]*(?P<members>\([^)]*\)|[^\r\n]*)
    |import[ \t]+(?P<modules>[^\r\n]*))""",
    re.MULTILINE | re.VERBOSE,
)
_NAME = re.compile(r"[^\W\d][\w.]*")


@dataclass(frozen=True)
class Batch:
    """Some files, and the part of the disk that their analyses look at."""

    files: tuple[str, ...]
    sent: Sent
    size: int


def batches(files: Iterable[str], count: int, asked: Mapping[str, Collection[Question]]) -> Iterator[Batch | str]:
    """The files in batches of at most ``count``, in order; a file with nothing for tdlint in it comes by itself.

    ``asked`` are questions that analyses of a file are known to have, beside those that are foreseen.
    """
    taken: list[str] = []
    foreseen = _Foreseen()
    for file in files:
        if not foreseen.add(file, asked.get(file, ())):
            yield file
            continue
        taken.append(file)
        if len(taken) >= count or foreseen.disk.size >= MAX_BYTES:
            yield Batch(tuple(taken), foreseen.disk.to_send(), foreseen.disk.size)
            taken, foreseen = [], _Foreseen()
    if taken:
        yield Batch(tuple(taken), foreseen.disk.to_send(), foreseen.disk.size)


class _Foreseen:
    """What the analyses of a batch will look at, by what the files seem to import."""

    def __init__(self) -> None:
        self.disk = Watched()
        self.projects: dict[Path, Project] = {}
        self.imports: dict[tuple[Path, Path], tuple[Path, ...]] = {}

    def add(self, file: str, asked: Collection[Question]) -> bool:
        """Look at what the analysis of a file will look at; whether it needs to be made at all."""
        with looking_at(self.disk):
            own = Path(absolute(file))
            known_before = ("content", str(own)) in self.disk.answers
            try:
                data = self.disk.content(file)
            except OSError:  # the analysis will tell
                return True
            if not may_concern(data):
                if not known_before:
                    self.disk.forget("content", str(own))
                return False
            self.disk.look_at([("real", os.curdir), *asked])  # settings without a file have that as their root
            others = (Path(path) for what, path, *_ in asked if what == "content" and path.endswith(".py"))
            known = {own}
            for path in (own, *others):
                self._follow(path, known)
        return True

    def _follow(self, path: Path, known: set[Path]) -> None:
        """Look at the files that a file imports, and at those that they import, as far as an analysis might."""
        folder = path.parent
        if folder not in self.projects:
            self.projects[folder] = project_of(path, _no_tree)
        pending = [path]
        while pending:
            importer = pending.pop(0)
            if (folder, importer) not in self.imports:
                self.imports[folder, importer] = self._imported(importer, self.projects[folder])
            for found in self.imports[folder, importer]:
                if found not in known and len(known) <= MAX_FILES:
                    known.add(found)
                    self.disk.look_at([("content", str(found))])
                    pending.append(found)

    def _imported(self, importer: Path, project: Project) -> tuple[Path, ...]:
        """The files of the project that a file imports and an analysis would read."""
        try:
            data = self.disk.content(str(importer))
            if not worth_reading(data):
                uses_imported_model(str(importer), data)
            found = dict.fromkeys(project.find(name, importer, level) for name, level in _imports(data))
            return tuple(path for path in found if path is not None and self._would_be_read(path, project))
        except OSError:
            return ()

    def _would_be_read(self, path: Path, project: Project) -> bool:
        if path.suffix != ".py" or not project.is_inside(path):
            return False
        if self.disk.status(str(path))[1] <= (MAX_PLAIN if project.only_plain else MAX_IMPORTED):
            return True
        self.disk.look_at([("digest", str(path))])
        return False


def _no_tree(path: Path, only_plain: bool) -> str:
    return "no tree is needed"


@lru_cache(maxsize=1024)
def _imports(data: bytes) -> tuple[tuple[str, int], ...]:
    """The dotted names that a file may import, with the number of dots before them, packages before what is in them."""
    found: dict[tuple[str, int], None] = {}
    for match in _IMPORT.finditer(data):
        text = {key: (value or b"").decode("utf-8", "replace") for key, value in match.groupdict().items()}
        level, module = len(text["dots"]), text["module"]
        members = (f"{module}.{name}".strip(".") for name in _NAME.findall(text["members"]))
        for name in chain([module] if module else (), members, _NAME.findall(text["modules"])):
            parts = name.split(".")
            for count in range(1, len(parts) + 1):
                found[".".join(parts[:count]), level] = None
        if level and not module:
            found["", level] = None
    return tuple(found)
