"""Opening model files: the `.keras` zip and HDF5, with everything that a hostile file could do bounded.

Nothing is written under a name that comes from the file, and no member is read that is not asked for by its exact name.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from tdlint.inspector.configs.values import Json
from tdlint.inspector.errors import InspectionError, ModelFileError

if TYPE_CHECKING:
    import h5py

MAX_MEMBERS = 100_000
MAX_JSON_BYTES = 256 * 2**20
MAX_RATIO = 1000
"""How many times larger than its compressed form a member may be; Keras itself compresses nothing."""
_RATIO_MATTERS_FROM = 16 * 2**20
_BLOCK = 2**20


@contextlib.contextmanager
def open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """A `.keras` archive, its directory checked.

    Raises:
        ModelFileError: no zip, too many members, or a member twice.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as problem:
        raise ModelFileError(str(path), f"not a readable .keras archive (a zip file): {problem}") from None
    with archive:
        names = archive.namelist()
        if len(names) > MAX_MEMBERS:
            raise ModelFileError(str(path), f"{len(names)} members, more than {MAX_MEMBERS}")
        for name in ("config.json", "metadata.json", "model.weights.h5"):
            if names.count(name) > 1:
                raise ModelFileError(str(path), f"the member {name} is there {names.count(name)} times")
        yield archive


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    info = archive.getinfo(name)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ModelFileError(name, "a link, which is refused")
    if info.flag_bits & 1:
        raise ModelFileError(name, "encrypted")
    if info.file_size > _RATIO_MATTERS_FROM and info.file_size > MAX_RATIO * max(1, info.compress_size):
        raise ModelFileError(name, f"{info.compress_size} bytes would become {info.file_size}: a zip bomb")
    return info


def _blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a member, its checksum verified at the end; never more than its declared size."""
    left = info.file_size
    try:
        with archive.open(info) as stream:
            while block := stream.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    raise ModelFileError(info.filename, "longer than the archive says")
                yield block
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        ArithmeticError,
    ) as problem:
        raise ModelFileError(info.filename, f"damaged: {problem}") from None
    except Exception as problem:  # zlib.error, lzma.LZMAError and their like have no common base
        if isinstance(problem, ModelFileError):
            raise
        raise ModelFileError(info.filename, f"damaged: {problem}") from None
    if left:
        raise ModelFileError(info.filename, "shorter than the archive says")


def read_json(archive: zipfile.ZipFile, name: str) -> Json:
    """A JSON member.

    Raises:
        ModelFileError: not there, too large, damaged, or no JSON.
    """
    if name not in archive.namelist():
        raise ModelFileError(name, "not in the archive; is this a model saved by Keras?")
    info = _member(archive, name)
    if info.file_size > MAX_JSON_BYTES:
        raise ModelFileError(name, f"{info.file_size} bytes, more than {MAX_JSON_BYTES}")
    return parse_json(b"".join(_blocks(archive, info)), name)


def parse_json(text: bytes | str, where: str) -> Json:
    """JSON text.

    Raises:
        ModelFileError: it is not JSON, or nested too deeply.
    """
    try:
        parsed: Json = json.loads(text)
    except RecursionError:
        raise ModelFileError(where, "nested too deeply") from None
    except ValueError as problem:
        raise ModelFileError(where, f"not JSON: {problem}") from None
    return parsed


class _Window(io.RawIOBase):
    """A part of a file as a file."""

    def __init__(self, file: IO[bytes], start: int, size: int) -> None:
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = max(0, min(len(buffer), self._size - self._at))
        self._file.seek(self._start + self._at)
        got = self._file.read(wanted)
        buffer[: len(got)] = got
        self._at += len(got)
        return len(got)


@contextlib.contextmanager
def open_member_as_hdf5(path: Path, archive: zipfile.ZipFile, name: str, check: bool = True) -> Iterator[h5py.File]:
    """An HDF5 member of an archive; one that is stored without compression is read in place.

    ``check`` says whether its checksum is verified, for which all of it must be read.

    Raises:
        ModelFileError: damaged, a link, a bomb, or no HDF5.
    """
    info = _member(archive, name)
    with contextlib.ExitStack() as stack:
        if info.compress_type == zipfile.ZIP_STORED:
            for _ in _blocks(archive, info) if check else ():
                pass  # the checksum is all that is wanted here
            raw = stack.enter_context(path.open("rb"))
            raw.seek(info.header_offset)
            header = raw.read(30)
            start = (
                info.header_offset
                + 30
                + int.from_bytes(header[26:28], "little")
                + int.from_bytes(header[28:30], "little")
            )
            stream: Any = _Window(raw, start, info.file_size)
        else:
            free = shutil.disk_usage(tempfile.gettempdir()).free
            if info.file_size > free // 2:
                raise ModelFileError(name, f"unpacking it takes {info.file_size} bytes; the disk has {free} left")
            stream = stack.enter_context(tempfile.TemporaryFile())
            for block in _blocks(archive, info):
                stream.write(block)
            stream.seek(0)
        yield stack.enter_context(open_hdf5(stream, name))


@contextlib.contextmanager
def open_hdf5(source: Any, where: str) -> Iterator[h5py.File]:
    """An HDF5 file, from a path or a binary stream.

    Raises:
        InspectionError: h5py is not installed.
        ModelFileError: no HDF5, or damaged.
    """
    try:
        import h5py
    except ImportError:
        raise InspectionError("reading weights needs h5py; run: pip install 'tdlint[archive]'") from None
    try:
        file = h5py.File(source, "r")
    except Exception as problem:  # whatever libhdf5 says of a damaged file arrives as one of many classes
        raise ModelFileError(where, f"not a readable HDF5 file: {problem}") from None
    try:
        with file:
            yield file
    except InspectionError:
        raise
    except Exception as problem:  # a damaged file opens, and then fails anywhere in libhdf5, in any class
        raise ModelFileError(where, f"damaged HDF5: {type(problem).__name__}: {problem}") from problem
