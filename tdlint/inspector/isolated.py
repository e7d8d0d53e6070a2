"""Model files are read in a process of their own: libhdf5 can crash or loop for ever on a damaged file.

The child gets the parent's import path, and nothing of the user's program; it answers with a pickle.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

from tdlint.inspector.architecture import Architecture
from tdlint.inspector.errors import InspectionError, ModelFileError
from tdlint.inspector.held import Inspected

SECONDS = 30.0
BYTES_PER_SECOND = 10 * 2**20
"""A file may take ``SECONDS``, and one more for this many bytes; a slow disk gives several times that."""

_CHILD = """
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from tdlint.inspector.isolated import answer
answer()
"""


def read_isolated(
    path: Path,
    seconds: float | None = None,
    architecture: Architecture | Path | None = None,
    values: bool = True,
) -> Inspected:
    """A model file, as ``archive.read_archive`` reads it, within a bounded time.

    Raises:
        InspectionError: h5py is missing.
        ModelFileError: the file is damaged, hostile or no model, or reading it crashed or did not end.
    """
    limit = SECONDS + _size(path) / BYTES_PER_SECOND if seconds is None else seconds
    try:
        child = subprocess.run(
            [sys.executable, "-c", _CHILD],
            input=pickle.dumps(sys.path) + pickle.dumps((path, architecture, values)),
            capture_output=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ModelFileError(str(path), f"reading it did not end within {limit:.0f} seconds: it is damaged") from None
    if child.returncode < 0:
        raise ModelFileError(str(path), f"reading it crashed libhdf5 (signal {-child.returncode}): it is damaged")
    if child.returncode:
        last = child.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise InspectionError(f"{path}: the process that reads it failed: {last}")
    result = pickle.loads(child.stdout)
    if isinstance(result, InspectionError):
        raise result
    assert isinstance(result, Inspected)
    return result


def _size(path: Path) -> int:
    """The bytes that may have to be read; the weights may lie in several files."""
    if path.suffix == ".json" or path.is_dir():
        folder = path if path.is_dir() else path.parent
        return sum(one.stat().st_size for one in folder.glob("*.h5"))
    return path.stat().st_size


def answer() -> None:
    """The child's part: read, and write what came of it to stdout."""
    from tdlint.inspector.archive import read_archive

    path, architecture, values = pickle.load(sys.stdin.buffer)
    result: Inspected | InspectionError
    try:
        result = read_archive(path, architecture, values)
    except InspectionError as problem:
        result = problem
    sys.stdout.buffer.write(pickle.dumps(result))
