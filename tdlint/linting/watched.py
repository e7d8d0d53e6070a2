"""What a run depends on on the disk: the folders to watch, and which of the changes in them matter."""

# Paths are compared as they are written, and every one that is reported asks for some of them.
# ruff: noqa: PTH112, PTH113, PTH118, PTH120

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tdlint.config import Settings
from tdlint.linting.result import RunResult
from tdlint.sources.discovery import SUFFIXES, folders_below, is_left_out
from tdlint.sources.inputs import ANY_NAME, FILE, FOLDER, names_of


@dataclass(frozen=True)
class Watched:
    """What a run depends on; paths are absolute, and links in their folders are resolved.

    ``searched`` are the folders in which all sources count, ``files`` those that count wherever they are, whether or
    not they are there, ``names`` what analyses have looked for in folders.
    """

    settings: Settings
    searched: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def folders(self) -> frozenset[str]:
        """The folders to watch, each without those within it. All of them are there."""
        of_files = map(_nearest, {os.path.dirname(file) for file in self.files})
        return frozenset(folder for folder in {*self.searched, *of_files, *self.names} if os.path.isdir(folder))

    def concerned_by(self, path: str) -> bool:
        """Whether a run may give something else after a change of this path, which may be gone."""
        folder, name = os.path.split(path)
        if path in self.files or path in self.searched or name in self.names.get(folder, ()):
            return True
        if folder not in self.searched:
            return False
        if name == ".gitignore":
            return True
        # of those that are gone, the ones that counted are among the files
        is_folder = os.path.isdir(path)
        if not is_folder and not (name.endswith(SUFFIXES) and os.path.isfile(path)):
            return False
        return not is_left_out(path, self.settings.all_excluded, self.settings.root, is_folder=is_folder)

    def with_result(self, result: RunResult) -> Watched:
        """The same with the files of a result, and those outside of the given folders that were looked at for it."""
        near = (_resolved(self.settings.root), _resolved(os.curdir), *self.searched)
        files, names = set(self.files), defaultdict(set, {folder: set(each) for folder, each in self.names.items()})
        for path in {file.path for file in result.files}:
            files |= {place_of(path), os.path.realpath(path)}
        for kind, path, what in {each for file in result.files for each in file.inputs}:
            place = place_of(path)
            if kind == FILE and _is_in(os.path.dirname(place), near):
                files.add(place)
            elif kind == FOLDER and _is_in(_resolved(path), near):
                names[_resolved(path)].update(name for name in names_of(what) if name != ANY_NAME)
        return replace(self, files=frozenset(files), names={key: frozenset(each) for key, each in names.items()})


def watched(paths: Sequence[str], settings: Settings, others: Iterable[str] = ()) -> Watched:
    """What a run over files and folders depends on before it has read any; ``others`` are files that count too."""
    searched = map(_resolved, folders_below(paths, settings.all_excluded, settings.root))
    kept_results = _resolved(str(settings.cache_folder))
    files = map(place_of, (*paths, *others))
    return Watched(settings, frozenset(searched) - {kept_results}, frozenset(files))


def place_of(path: str) -> str:
    """The absolute path, without links in its folder; a link is a file of its own."""
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100
    return os.path.join(_resolved(folder), name)


def _resolved(folder: str) -> str:
    return os.path.realpath(folder)


def _nearest(folder: str) -> str:
    """The folder, or the first above it that is there."""
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def _is_in(folder: str, tops: Collection[str]) -> bool:
    return any(folder == top or folder.startswith(os.path.join(top, "")) for top in tops)
