"""The project that a source belongs to: which files its imports mean, and their syntax trees.

Only the layout of folders is looked at until a name of a file is used. Libraries are not of the project, even where
they are installed in a folder of it.
"""

# Paths are compared as they are written, and every import of every file asks for some of them.
# ruff: noqa: PTH118, PTH119, PTH120, PTH206

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tdlint.sources.disk import absolute, disk
from tdlint.sources.inputs import ANY_NAME, PACKAGE, saw, saw_names

if TYPE_CHECKING:
    import libcst as cst

MAX_FILES = 40
"""How many other files are read at most for one source."""

LARGE_PACKAGE = 64
"""A package with more files is a library: they import each other more than can be followed for each of them."""

Loader = Callable[[Path, bool], "cst.Module | str"]
"""Gives the syntax tree of a file, or why there is none; if asked for plain files only, of those without Keras."""

_MARKS = frozenset({".git", ".hg", "pyproject.toml", "setup.py", "setup.cfg"})
_INSTALLED = frozenset({"site-packages", "dist-packages", "node_modules", ".venv", "venv", ".tox", ".nox"})
_LIBRARIES = sys.stdlib_module_names | {
    "PIL", "absl", "cv2", "flax", "h5py", "jax", "keras", "keras_core", "matplotlib", "numpy", "pandas", "scipy",
    "seaborn", "sklearn", "tensorflow", "tensorflow_datasets", "tf_keras", "torch", "tqdm",
}  # fmt: skip
"""What these names mean is known, unless a file next to a script has taken one."""

_OF_KERAS = frozenset({"layers", "layers.py", "src", "api", "python"})
"""A package that has one of these is Keras or TensorFlow itself, in a copy of its repository."""


@dataclass
class Project:
    """Where modules are imported from, seen from one source, and the files that were read for it.

    ``folder`` is that of the source, ``inside`` the folder that is the project, ``starts`` are those that absolute
    imports count from. ``only_plain`` says that the source is of a large package: then other files are followed that
    have constants and helpers, and none that make layers and models.
    """

    folder: str
    inside: str
    starts: tuple[str, ...]
    load: Loader
    only_plain: bool = False
    files: dict[Path, cst.Module | str] = field(default_factory=dict)
    listed: dict[str, frozenset[str]] = field(default_factory=dict)
    found: dict[tuple[str, str, int], Path | None] = field(default_factory=dict)

    def module(self, path: Path) -> cst.Module | str:
        """A file's syntax tree, or why there is none: it can't be read or parsed, or too many files were read."""
        if path not in self.files:
            self.files[path] = self._read(path)
        return self.files[path]

    def _read(self, path: Path) -> cst.Module | str:
        if len(self.files) >= MAX_FILES:
            return f"more than {MAX_FILES} other files are imported"
        return self.load(path, self.only_plain) if self.is_inside(path) else "it is not in the project"

    def find(self, name: str, importer: Path, level: int = 0) -> Path | None:
        """The file of a module by its dotted name, the folder of a package without ``__init__``; None if there is none.

        ``level`` counts the dots of a relative import.
        """
        key = (name, str(importer.parent), level)
        if key not in self.found:
            self.found[key] = self._find(name, str(importer.parent), level)
        return self.found[key]

    def _find(self, name: str, folder: str, level: int) -> Path | None:
        parts = name.split(".") if name else []
        for start in self._starts(parts, folder, level):
            found = self._below(start, parts)
            if found is not None:
                return Path(found)
        return None

    def _starts(self, parts: list[str], folder: str, level: int) -> Iterator[str]:
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            yield folder
            return
        if not self._is_package(self.folder) and not self._is_library(self.folder, parts):
            yield self.folder
        if parts[0] in _LIBRARIES and parts[0] != os.path.basename(self._package(folder)):
            return
        yield from dict.fromkeys((os.path.dirname(self._package(folder)), *self.starts, folder, self.folder))

    def _is_library(self, folder: str, parts: list[str]) -> bool:
        """Whether what a folder has under the name is a copy of the library itself."""
        if parts[0] not in _LIBRARIES:
            return False
        return not self.has(folder, f"{parts[0]}.py") and self.has_any(os.path.join(folder, parts[0]), _OF_KERAS)

    def _below(self, start: str, parts: list[str]) -> str | None:
        folder = start
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            inner = os.path.join(folder, part)
            if self.has(folder, part) and (not last or self._is_package(inner)):
                folder = inner
            elif last and self.has(folder, f"{part}.py"):
                return f"{inner}.py"
            elif self.has(folder, part) and self.has(inner, ANY_NAME):
                folder = inner
            else:
                return None
        return os.path.join(folder, "__init__.py") if self._is_package(folder) else folder

    def _is_package(self, folder: str) -> bool:
        return self.has(folder, "__init__.py")

    def is_in_package(self, importer: Path, name: str) -> bool:
        """Whether a file is in the package that a dotted name begins with."""
        return os.path.basename(self._package(str(importer.parent))) == name.partition(".")[0]

    def _package(self, folder: str) -> str:
        """The outermost package that a folder is in; what would be one in it, if it is in none."""
        package = os.path.join(folder, "")
        while self._is_package(folder) and os.path.dirname(folder) != folder:
            package, folder = folder, os.path.dirname(folder)
        return package

    def is_inside(self, path: Path) -> bool:
        """Whether a file is of the project, and not of what is installed in it."""
        real, inside = disk().real(str(path)), disk().real(self.inside)
        if not real.startswith(os.path.join(inside, "")) and real != inside:
            return False
        return _INSTALLED.isdisjoint(os.path.relpath(real, inside).split(os.sep))

    def has(self, folder: str, name: str) -> bool:
        """Whether a name is in a folder; ``ANY_NAME`` is in each that is not empty."""
        names = self._names(folder)
        there = name in names or (name == ANY_NAME and bool(names))
        saw_names(folder, {name: there})
        return there

    def has_any(self, folder: str, names: frozenset[str]) -> bool:
        """Whether one of some names is in a folder."""
        there = names & self._names(folder)
        saw_names(folder, {name: name in there for name in names})
        return bool(there)

    def _names(self, folder: str) -> frozenset[str]:
        """What is in a folder; nothing if it can't be read."""
        if folder not in self.listed:
            self.listed[folder] = disk().names(folder)
        return self.listed[folder]


def project_of(path: Path, load: Loader) -> Project:
    """The project of a file: the folder above it that has a ``pyproject.toml`` or the like, or is a repository.

    A file that has none above it, or is installed, belongs to its outermost package, or to its folder alone.
    """
    folder = os.path.dirname(os.path.normpath(absolute(str(path))))
    project = Project(folder, os.path.dirname(folder), (), load)
    package = folder
    while project.has(package, "__init__.py") and os.path.dirname(package) != package:
        package, above = os.path.dirname(package), package
        project.inside = above
    if package == folder:
        project.inside = folder
    else:
        project.only_plain = is_large(project.inside)
    root = _marked(project, folder)
    if root is not None:
        project.inside = root
        project.starts = (root, os.path.join(root, "src"))
    return project


def is_large(package: str) -> bool:
    """Whether a package has so many files that it is a library."""
    large = disk().has_more_modules(package, LARGE_PACKAGE)
    saw(PACKAGE, package, lambda: str(large))
    return large


def _marked(project: Project, folder: str) -> str | None:
    while True:
        if os.path.basename(folder) in _INSTALLED:
            return None
        if project.has_any(folder, _MARKS):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
