"""Other files of the same project: found by what a file imports, parsed when they are needed, and bounded in number."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst

MAX_FILES = 40
MAX_BYTES = 400_000
"""What is larger, or further away, is not followed."""


@dataclass
class Project:
    """Where modules are imported from, the folder within it that is the project, and the files that were read."""

    root: Path
    inside: Path
    files: dict[Path, cst.Module | None] = field(default_factory=dict)

    def module(self, path: Path) -> cst.Module | None:
        """A file's syntax tree; None if it can't be read or parsed, or too many files were read."""
        if path not in self.files:
            self.files[path] = _parse(path) if len(self.files) < MAX_FILES else None
        return self.files[path]

    def find(self, name: str, importer: Path, level: int = 0) -> Path | None:
        """The file of a module by its dotted name; ``level`` counts the dots of a relative import."""
        starts = [importer.parent, self.root] if not level else [importer.parents[level - 1]]
        for start in starts:
            place = start.joinpath(*name.split(".")) if name else start
            for candidate in (place.with_name(f"{place.name}.py"), place / "__init__.py"):
                if candidate.is_file() and candidate.resolve().is_relative_to(self.inside):
                    return candidate.resolve()
        return None


def project_of(path: Path) -> Project:
    """The project of a file: its outermost package, or the folder of a file that is in none."""
    folder = inside = path.resolve().parent
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        inside, folder = folder, folder.parent
    return Project(folder, inside)


def _parse(path: Path) -> cst.Module | None:
    try:
        data = path.read_bytes()
        return cst.parse_module(data) if len(data) <= MAX_BYTES else None
    except (OSError, cst.ParserSyntaxError, UnicodeDecodeError, RecursionError):
        return None
