"""Replacing the contents of a file at once or not at all, and only if it is still what was read."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tdlint.sources.contents import why_not
from tdlint.sources.interruption import signals_wait
from tdlint.sources.rewriting import NotWritable


def replace_contents(path: str, before: bytes, after: bytes) -> None:
    """Write ``after`` into a file that holds ``before``; a reader sees the one or the other, whatever happens.

    A link is followed, and stays. The file keeps its permissions and, where that is allowed, its owner.

    Raises:
        NotWritable: the file has changed meanwhile, is read-only, or can't be written; it is as it was.
    """
    target = Path(path).resolve()
    try:
        status = target.stat()
        if not stat.S_ISREG(status.st_mode):
            raise NotWritable("is not a regular file")
        # replacing it needs only the folder's permission, and whoever protected the file meant the file
        if not status.st_mode & stat.S_IWUSR or not os.access(target, os.W_OK):
            raise NotWritable("is read-only")
        with _locked(target.parent), signals_wait():
            # another name of the file, or another run, may have had the same written
            if target.read_bytes() != after:
                _replace(target, before, after, status)
    except OSError as error:
        raise NotWritable(f"can't be written: {why_not(error)}") from None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that need not be there yet; a reader sees all of it, or what was there before.

    Raises:
        NotWritable: the place is read-only, full, or no folder; what was there is as it was.
    """
    try:
        with signals_wait():
            _write_whole(path.resolve(), data)  # a link stays
    except OSError as error:
        raise NotWritable(f"can't be written: {why_not(error)}") from None


def _write_whole(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        # a temporary file is its owner's alone; this one is as any other that the user makes
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _replace(target: Path, before: bytes, after: bytes, status: os.stat_result) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        _keep_owner(temporary, status)
        temporary.chmod(stat.S_IMODE(status.st_mode))
        if target.read_bytes() != before:
            raise NotWritable("has changed while it was checked")
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _keep_owner(file: Path, status: os.stat_result) -> None:
    # where a user may not give files away, the new file is theirs, as it is for every editor
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(file, status.st_uid, status.st_gid)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other runs of tdlint from replacing a file of the folder between our look at it and our replacing it."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # not on every network file system
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
