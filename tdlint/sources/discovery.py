"""Which files to read: the paths that were given, and what is in their folders."""

# Paths are shown as they were given, and walking thousands of files must not pay for as many objects.
# ruff: noqa: PTH119, PTH100, PTH110, PTH112, PTH116, PTH118, PTH120

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from tdlint.errors import UsageError
from tdlint.sources.contents import contents_of, why_not
from tdlint.sources.disk import absolute, disk

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = (".py", ".pyi", ".ipynb")

DEFAULT_EXCLUDE = (
    ".bzr", ".direnv", ".eggs", ".git", ".hg", ".hypothesis", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pants.d",
    ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode", "__pycache__",
    "__pypackages__", "_build", "build", "dist", "node_modules", "site-packages", "venv",
)  # fmt: skip
"""Names of folders that hold no source of the project."""


Refused = Callable[[str, str], object]
"""Told of a folder that can't be read, and why."""


def _is_an_error(folder: str, reason: str) -> object:
    raise UsageError(f"{folder}: can't read this folder: {reason}; leave it out with `exclude`")


def discover(
    paths: Sequence[str],
    exclude: Sequence[str] = DEFAULT_EXCLUDE,
    root: str | None = None,
    refused: Refused = _is_an_error,
) -> tuple[str, ...]:
    """The files to read, sorted, each once.

    A file that is given is always taken, whatever its name; a folder gives its ``.py``, ``.pyi`` and ``.ipynb`` files,
    without what ``exclude`` (names or globs, of a name or of a path relative to ``root``) or ``.gitignore`` files leave
    out. A folder that is linked from several places is read once. ``refused`` is told of folders that can't be read.

    Raises:
        UsageError: a path does not exist, a folder can't be read and ``refused`` was not given, or there is no file.
    """
    walk = _Walk(tuple(exclude), Path(root or os.curdir).resolve(), refused)
    found: dict[str, str] = {}
    for path in paths:
        shown = os.path.normpath(path)
        for file in walk.files(shown) if _is_folder(path, shown) else (shown,):
            found.setdefault(os.path.abspath(file), file)
    if not found and not walk.unread:
        left_out = f"; {walk.left_out} left out by `exclude` or .gitignore" if walk.left_out else ""
        raise UsageError(f"no .py, .pyi or .ipynb file in {', '.join(paths) or 'nothing'}{left_out}")
    return tuple(sorted(found.values()))


def _is_folder(path: str, shown: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(shown).st_mode)
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file or folder") from None
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {why_not(error)}") from None


def is_excluded(path: str, exclude: Sequence[str], root: str) -> bool:
    """Whether patterns leave out a file, or a folder on the way to it from ``root``."""
    relative = relative_to_root(path, Path(disk().real(root)))
    parts = [part for part in relative.split("/") if part]
    ways = ("/".join(parts[: count + 1]) for count in range(len(parts)))
    return any(matches_glob(way.rpartition("/")[2], way, pattern) for way in ways for pattern in exclude)


def folders_below(paths: Sequence[str], exclude: Sequence[str], root: str) -> tuple[str, ...]:
    """The folders in which ``discover`` looks for files, as far as they can be read."""
    walk = _Walk(tuple(exclude), Path(root).resolve(), refused=lambda folder, reason: None)
    for path in paths:
        if os.path.isdir(path):
            with suppress(UsageError):  # of a .gitignore that can't be read
                deque(walk.files(os.path.normpath(path)), maxlen=0)
    return tuple(walk.folders)


def is_left_out(path: str, exclude: Sequence[str], root: str, *, is_folder: bool = False) -> bool:
    """Whether ``exclude`` or a ``.gitignore`` leaves out a file or a folder of a folder that is searched."""
    return _Walk(tuple(exclude), Path(root).resolve()).leaves_out(path, os.path.basename(path), is_folder)


@dataclass
class _Walk:
    """One search through folders, those that it went into, and how many files and folders it left out."""

    exclude: tuple[str, ...]
    root: Path
    refused: Refused = _is_an_error
    left_out: int = 0
    unread: int = 0
    folders: list[str] = field(default_factory=list)
    ignores: _GitIgnores = field(default_factory=lambda: _GitIgnores())

    def files(self, folder: str) -> Iterator[str]:
        """The files of interest below a folder."""
        seen: set[tuple[int, int]] = set()
        pending = [folder]
        linked: list[str] = []
        while pending or linked:
            # links last, so that a folder is known by its own path where it has one in the tree
            current = pending.pop() if pending else linked.pop(0)
            for entry in self._entries(current, seen):
                path = os.path.normpath(os.path.join(current, entry.name))
                is_folder = _is(entry.is_dir)
                if not is_folder and not (entry.name.endswith(SUFFIXES) and _is(entry.is_file)):
                    continue
                if self.leaves_out(path, entry.name, is_folder):
                    self.left_out += 1
                elif not is_folder:
                    yield path
                else:
                    (linked if entry.is_symlink() else pending).append(path)

    def _entries(self, folder: str, seen: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
        """What is in a folder that was not ``seen`` before."""
        try:
            status = os.stat(folder)
            if (status.st_dev, status.st_ino) in seen:
                return []
            seen.add((status.st_dev, status.st_ino))
            self.folders.append(folder)
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.unread += 1
            self.refused(folder, why_not(error))
            return []

    def leaves_out(self, path: str, name: str, is_folder: bool) -> bool:
        """Whether something in a folder is left out."""
        relative = relative_to_root(path, self.root)
        excluded = any(matches_glob(name, relative, pattern) for pattern in self.exclude)
        return excluded or self.ignores.ignored(path, is_folder)


def _is(asked: Callable[[], bool]) -> bool:
    try:
        return asked()
    except OSError:  # a link that leads to itself, or to where nobody may look
        return False


def relative_to_root(path: str, root: Path) -> str:
    """The path with forward slashes, relative to the project where it is inside of it."""
    whole = Path(os.path.normpath(absolute(path)))
    if whole.is_relative_to(root):
        return whole.relative_to(root).as_posix()
    # a project that is reached through a link
    resolved = Path(disk().real(str(whole.parent)), whole.name)
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else whole.as_posix()


def matches_glob(name: str, relative: str, pattern: str) -> bool:
    """Whether a file or folder is meant by a pattern: of its name, or of its path (``*`` also matches ``/``)."""
    pattern = pattern.rstrip("/").removeprefix("./")
    if fnmatchcase(name, pattern) or fnmatchcase(relative, pattern):
        return True
    return pattern.startswith("**/") and matches_glob(name, relative, pattern[3:])


def matches_file(relative: str, pattern: str) -> bool:
    """Whether a pattern means a file, or a folder that it is in."""
    name = relative.rpartition("/")[2]
    return matches_glob(name, relative, pattern) or matches_glob(name, relative, f"{pattern.rstrip('/')}/*")


@dataclass
class _GitIgnores:
    """The ``.gitignore`` files on the way from a repository's root to a path; the deepest that has a say decides."""

    by_folder: dict[str, GitIgnoreSpec | None] = field(default_factory=dict)
    tops: dict[str, str] = field(default_factory=dict)

    def ignored(self, path: str, is_folder: bool) -> bool:
        """Whether git ignores the path; folders above it are not asked."""
        absolute = os.path.abspath(path)
        folder = os.path.dirname(absolute)
        top = self._top(folder)
        while True:
            spec = self._spec(folder)
            if spec is not None:
                relative = os.path.relpath(absolute, folder).replace(os.sep, "/")
                verdict = spec.check_file(relative + "/" if is_folder else relative).include
                if verdict is not None:
                    return verdict
            if folder == top or folder == os.path.dirname(folder):
                return False
            folder = os.path.dirname(folder)

    def _top(self, folder: str) -> str:
        """The root of the repository that a folder is in; the folder itself if it is in none."""
        if folder not in self.tops:
            current = folder
            while not os.path.exists(os.path.join(current, ".git")):
                above = os.path.dirname(current)
                if above == current:
                    current = folder
                    break
                current = above
            self.tops[folder] = current
        return self.tops[folder]

    def _spec(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self.by_folder:
            self.by_folder[folder] = _read_gitignore(os.path.join(folder, ".gitignore"))
        return self.by_folder[folder]


def _read_gitignore(path: str) -> GitIgnoreSpec | None:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None  # git reads no folder or pipe of this name either
        text = contents_of(path).decode("utf-8", "surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"{path}: can't read this file: {why_not(error)}") from error
    from pathspec import GitIgnoreSpec  # only projects that have such a file pay for it

    lines = text.splitlines()
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:  # git passes over what is no pattern, and a line tells it alone
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
