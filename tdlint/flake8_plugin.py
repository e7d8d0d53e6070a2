"""The rules of tdlint in flake8: the same settings, comments and messages, for Python files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tdlint._version import __version__

if TYPE_CHECKING:
    import ast

    from tdlint.linting.registry import Loaded


class Plugin:
    """Checks one file for flake8, which gives it to ``__init__`` by the names of its parameters."""

    name = "tdlint"
    version = __version__

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        # that it is asked for the tree makes flake8 call it once for a file
        self.filename = filename
        self.lines = lines

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        """Line, column from 0, and code with message of each diagnostic."""
        from tdlint.config import load_settings
        from tdlint.errors import UsageError
        from tdlint.linting.engine import check_stdin
        from tdlint.linting.reading import may_concern
        from tdlint.linting.tool_codes import ANALYSIS_FAILED
        from tdlint.sources.discovery import is_excluded
        from tdlint.sources.source_file import encode

        try:
            settings = load_settings([self.filename])
            if is_excluded(self.filename, settings.all_excluded, settings.root):
                return
            data, loaded = encode("".join(self.lines)), _loaded()
            result = check_stdin(data, self.filename, loaded.settings_for(settings), loaded.rules)
            if may_concern(data):
                result = loaded.told_in(result)
        except UsageError as error:
            yield 1, 0, f"{ANALYSIS_FAILED.code} {error}", type(self)
            return
        for each in result.diagnostics:
            start = each.location.start
            line, column = (start.line, start.column - 1) if start else (1, 0)
            yield line, column, f"{each.code} [{each.name}] {each.message}", type(self)


@lru_cache(maxsize=1)
def _loaded() -> Loaded:
    from tdlint.linting.registry import load_packs

    return load_packs()
