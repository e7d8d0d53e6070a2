"""Model files are read in a process of their own: libhdf5 can crash or loop for ever on a damaged file.

The child gets the parent's import path, and nothing of the user's program. Its memory is bounded, and it answers with a
pickle, of which nothing but the classes of tdlint is taken: a file that makes libhdf5 run code has gained nothing.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

from tdlint.inspector.accounting.held import Inspected
from tdlint.inspector.errors import InspectionError, ModelFileError
from tdlint.inspector.files.architecture import Architecture

SECONDS = 30.0
BYTES_PER_SECOND = 10 * 2**20
"""A file may take ``SECONDS``, and one more for this many bytes; a slow disk gives several times that."""
MAX_MEMORY = 2 * 2**30
"""Address space of the child. It works in blocks, whatever the size of a file; only a hostile one needs more."""
MAX_ANSWER = 256 * 2**20
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

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
            env={**os.environ, **_ONE_THREAD},
        )
    except subprocess.TimeoutExpired:
        raise ModelFileError(str(path), f"reading it did not end within {limit:.0f} seconds: it is damaged") from None
    if child.returncode < 0:
        raise ModelFileError(str(path), f"reading it crashed libhdf5 (signal {-child.returncode}): it is damaged")
    if child.returncode:
        last = child.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise InspectionError(f"{path}: the process that reads it failed: {last}")
    try:
        result = _Answer(io.BytesIO(child.stdout)).load()
    except (pickle.UnpicklingError, EOFError) as problem:
        raise InspectionError(f"{path}: the process that reads it gave no answer: {problem}") from None
    if isinstance(result, InspectionError):
        raise result
    assert isinstance(result, Inspected)
    return result


def _size(path: Path) -> int:
    """The bytes that may have to be read; the weights may lie in several files."""
    if path.suffix == ".json" or path.is_dir():
        folder = path if path.is_dir() else path.parent
        return sum(one.lstat().st_size for pattern in ("*.h5", "variables/*") for one in folder.glob(pattern))
    return path.stat().st_size


class _Answer(pickle.Unpickler):
    """An answer of the child: classes of tdlint, and what is built in."""

    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name) if module.partition(".")[0] == "tdlint" else None
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name} is not expected there")
        return found


def bound_memory() -> None:
    """Let this process have ``MAX_MEMORY``, on platforms that can hold it to that."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def answer() -> None:
    """The child's part: read, and write what came of it to stdout."""
    from tdlint.inspector.files.archive import read_archive

    path, architecture, values = pickle.load(sys.stdin.buffer)
    bound_memory()
    result: Inspected | InspectionError
    try:
        result = read_archive(path, architecture, values)
    except InspectionError as problem:
        result = problem
    try:
        written = pickle.dumps(result)
    except (MemoryError, RecursionError):
        written = b""
    if not 0 < len(written) <= MAX_ANSWER:
        written = pickle.dumps(ModelFileError(str(path), "describes more than fits into memory"))
    sys.stdout.buffer.write(written)
