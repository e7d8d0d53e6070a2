"""The contents of a file that was named or found, within bounds: whatever it is, reading it comes to an end."""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO

MAX_FILE = 250_000_000
"""Bytes of the largest file that is read; the outputs of a notebook can be large."""

_CHUNK = 2**20
_MAX_SHOWN = f"{MAX_FILE / 1e6:.0f} MB"
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
# what a shell hands over as a file, such as <(command)
_OWN_STREAMS = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")


def contents_of(path: str) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: it can't be read, is no file, or too large.
    """
    status = os.stat(path)  # noqa: PTH116 (thousands of files are read)
    if not stat.S_ISREG(status.st_mode) and not path.startswith(_OWN_STREAMS):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something else")
        raise OSError(errno.EINVAL, f"it is {kind} and not a regular file")
    if status.st_size > MAX_FILE:
        raise OSError(errno.EFBIG, f"it has {status.st_size / 1e6:.0f} MB, and tdlint reads up to {_MAX_SHOWN}")
    with open(path, "rb") as file:  # noqa: PTH123
        data = file.read(status.st_size + 1)
        if len(data) > status.st_size:  # it has grown, or does not say how large it is
            data += _rest(file, MAX_FILE - len(data))
    return data


def _rest(file: BinaryIO, at_most: int) -> bytes:
    chunks: list[bytes] = []
    while chunk := file.read(_CHUNK):
        chunks.append(chunk)
        at_most -= len(chunk)
        if at_most < 0:
            raise OSError(errno.EFBIG, f"it has more than {_MAX_SHOWN}, and tdlint reads no more")
    return b"".join(chunks)


def why_not(error: OSError) -> str:
    """What the system says against something, as part of a sentence."""
    reason = error.strerror or type(error).__name__
    return reason[:1].lower() + reason[1:]
