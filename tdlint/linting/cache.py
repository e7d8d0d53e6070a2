"""Results of earlier runs, used again while nothing that they depend on has changed.

A result depends on the contents of its file, on the files and folders that its analysis looked at, on the settings, and
on tdlint itself: its files, those of the rules, and the version of Python. It is kept in one SQLite file, which several
runs can use at once; where it can't be read or written, everything is checked anew. The results are JSON: a cache that
somebody else made can be wrong, and it can't run anything.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tdlint.config import Settings
from tdlint.interp.project import is_large
from tdlint.linting.cache_codec import decoded, encoded
from tdlint.linting.result import FileResult
from tdlint.linting.rule import Rule
from tdlint.sources.inputs import ANY_NAME, FILE, FOLDER, Input, digest_of, names_of

if TYPE_CHECKING:
    import sqlite3

MAX_BYTES = 64 * 2**20
"""A larger cache loses its older half."""

_FILE_NAME = "results.sqlite"
_TAG = "CACHEDIR.TAG"
_TAG_TEXT = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of tdlint; it can be deleted.\n"
_WAIT = 2.0  # seconds to wait for another run that writes
_TABLE = """
CREATE TABLE IF NOT EXISTS results
(number INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL,
content TEXT NOT NULL, inputs TEXT NOT NULL, result TEXT NOT NULL)
"""


@dataclass
class Cache:
    """The cache in a folder, as one run uses it; ``known`` stands for all that results depend on beside files.

    ``problem`` says why nothing could be kept.
    """

    folder: Path
    known: str
    problem: str | None = None
    _connection: Any = field(default=None, repr=False, compare=False)

    @property
    def is_there(self) -> bool:
        """Whether anything was ever kept in the folder."""
        return (self.folder / _FILE_NAME).is_file()

    def find(self, path: str, data: bytes) -> FileResult | None:
        """The result of a file with these contents, if it is there and nothing that it depends on has changed."""
        try:
            connection = self._reader()
            if connection is None:
                return None
            rows = connection.execute("SELECT content, inputs, result FROM results WHERE key = ?", (self._key(path),))
            found = rows.fetchone()
            if found is None or found[0] != digest_of(data):
                return None
            inputs = tuple(Input(*each) for each in json.loads(found[1]))
            return replace(decoded(path, found[2]), inputs=inputs, cached=True) if _unchanged(inputs) else None
        except Exception:  # a damaged file, or one that another program made: it is written anew
            return None

    def store(self, results: Iterable[FileResult]) -> None:
        """Keep what was found anew. What goes wrong is in ``problem``, and costs nothing but time."""
        rows = [
            (self._key(result.path), result.content, json.dumps(result.inputs), encoded(result))
            for result in results
            if result.content and not result.failed and not result.cached and result.fixing is None
        ]
        if not rows:
            return
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        try:
            self._prepare()
            try:
                self._write(rows)
            except _sqlite().DatabaseError as error:
                if isinstance(error, _sqlite().OperationalError) and "column" not in str(error):
                    raise
                (self.folder / _FILE_NAME).unlink()  # it is no database (any more), or one of another version
                self._write(rows)
        except Exception as error:
            text = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
            self.problem = f"the cache in {self.folder} can't be written: {text.lower()}; --no-cache uses none"

    def _key(self, path: str) -> str:
        shown = f"{self.known}\0{os.path.abspath(path)}\0{path}"  # noqa: PTH100 (a link is a file of its own)
        return digest_of(shown.encode("utf-8", "surrogateescape"))

    def _reader(self) -> Any:
        if self._connection is None and self.is_there:
            uri = f"{(self.folder / _FILE_NAME).absolute().as_uri()}?mode=ro"
            self._connection = _sqlite().connect(uri, uri=True, timeout=_WAIT)
        return self._connection

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, text in ((_TAG, _TAG_TEXT), (".gitignore", "*\n")):
            if not (self.folder / name).exists():
                (self.folder / name).write_text(text, encoding="ascii")

    def _write(self, rows: Sequence[tuple[str, str, str, str]]) -> None:
        file = self.folder / _FILE_NAME
        with contextlib.closing(_sqlite().connect(file, timeout=_WAIT)) as connection, connection:
            connection.execute(_TABLE)
            connection.executemany(
                "INSERT OR REPLACE INTO results (key, content, inputs, result) VALUES (?, ?, ?, ?)", rows
            )
            if file.stat().st_size > MAX_BYTES:
                _halve(connection)


def _sqlite() -> Any:
    import sqlite3

    return sqlite3


def _halve(connection: sqlite3.Connection) -> None:
    """Delete the older half; SQLite uses the place again."""
    middle = "SELECT number FROM results ORDER BY number LIMIT 1 OFFSET (SELECT count(*) / 2 FROM results)"
    connection.execute(f"DELETE FROM results WHERE number < ({middle})")


def _unchanged(inputs: Iterable[Input]) -> bool:
    return all(_as_seen(kind, path, what) for kind, path, what in inputs)


def _as_seen(kind: str, path: str, what: str) -> bool:
    """Whether something is as it was when it was looked at."""
    if kind == FOLDER:
        now = _names_now(path)
        return all((name in now or (name == ANY_NAME and bool(now))) == there for name, there in names_of(what).items())
    return what == (_content_now(path) if kind == FILE else str(is_large(path)))


# each is looked at once in a run
@lru_cache(maxsize=65536)
def _names_now(folder: str) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208 (names are wanted)
    except OSError:
        return frozenset()


@lru_cache(maxsize=65536)
def _content_now(file: str) -> str:
    try:
        return digest_of(Path(file).read_bytes())
    except OSError:
        return ""


def forget() -> None:
    """Look at all that results depend on anew, as in a new process."""
    _names_now.cache_clear()
    _content_now.cache_clear()


def open_cache(folder: Path, settings: Settings, rules: Sequence[type[Rule]], purpose: str = "check") -> Cache:
    """The cache in a folder, for runs with these settings, rules and purpose; fixing goes by what checking finds."""
    parts = [purpose, sys.version, repr(_relevant(settings)), os.getcwd()]  # noqa: PTH109
    parts += [f"{rule.__module__}.{rule.__qualname__}" for rule in rules]
    parts += sorted(_code_files(rules))
    return Cache(folder, digest_of("\0".join(parts).encode("utf-8", "surrogateescape")))


def _relevant(settings: Settings) -> Settings:
    """The settings without what only matters once the results are there."""
    plain = Settings()
    return replace(
        settings,
        output_format=plain.output_format,
        baseline=plain.baseline,
        unsafe_fixes=plain.unsafe_fixes,
        cache_dir=None,
        sources=(),
        config_file=None,
    )


def _code_files(rules: Sequence[type[Rule]]) -> Iterator[str]:
    """Name, size and time of every file of tdlint, of the rules, and of the parser that the fixes come from."""
    for package in sorted({"tdlint", *(rule.__module__.partition(".")[0] for rule in rules)}):
        module = sys.modules.get(package)
        file = getattr(module, "__file__", None)
        if module is not None and hasattr(module, "__path__"):
            for folder in module.__path__:
                yield from _stamps(folder, deep=True)
        else:
            # what has no file may be another thing next time
            yield _stamp(file) if file else os.urandom(16).hex()
    parser = find_spec("libcst")
    for folder in (parser and parser.submodule_search_locations) or ():
        yield from _stamps(folder, deep=False)


def _stamps(folder: str, *, deep: bool) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((".py", ".json", ".txt", ".so", ".pyd")):
                yield _stamp(entry.path)
            elif deep and entry.is_dir(follow_symlinks=False) and entry.name != "__pycache__":
                yield from _stamps(entry.path, deep=True)


def _stamp(file: str) -> str:
    status = Path(file).stat()
    return f"{file} {status.st_size} {status.st_mtime_ns}"


def remove_cache(folder: Path) -> int | None:
    """Delete the cache in a folder, and nothing else in there; gives its size in bytes, None if there is none.

    Raises:
        OSError: it can't be deleted.
    """
    if not (folder / _TAG).is_file():
        return None
    size = 0
    for name in (_FILE_NAME, f"{_FILE_NAME}-journal", ".gitignore", _TAG):
        file = folder / name
        if file.is_file():
            size += file.stat().st_size
            file.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()
    return size
