"""Arrays of an ``.npz`` file, read in slices: a file may be larger than memory. Nothing in it is ever unpickled."""

from __future__ import annotations

import difflib
import math
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from tdlint.inspector.errors import InspectionError

MAX_PIECE = 2**30
"""The largest piece of an array that is read at once, in bytes."""
HOW = "np.savez('data.npz', x=x, y=y)"


class StoredArray:
    """One array of an ``.npz`` file; slices are read in order, each once."""

    def __init__(self, archive: zipfile.ZipFile, key: str, path: Path) -> None:
        from numpy.lib import format as npy

        self.name = f"{path}: {key}"
        try:
            self._stream: IO[bytes] = archive.open(f"{key}.npy")
            version = npy.read_magic(self._stream)
            read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
            if read is None:
                raise InspectionError(f"{self.name}: an array of version {version} of the format; save plain numbers")
            self.shape, fortran, self.dtype = read(self._stream)
        except (
            ValueError,
            EOFError,
            OSError,
            RuntimeError,
            NotImplementedError,
            zlib.error,
            zipfile.BadZipFile,
        ) as bad:
            raise InspectionError(f"{self.name}: not a NumPy array that can be read: {bad}") from None
        if self.dtype.hasobject:
            raise InspectionError(
                f"{self.name}: an array of Python objects, which tdlint never unpickles; save numbers, and pad rows of "
                "different lengths to one length"
            )
        self._row = math.prod(self.shape[1:]) * self.dtype.itemsize
        self._whole: Any = None
        if fortran and len(self.shape) > 1:
            self._whole = self._read(self.shape[0]).reshape(self.shape[::-1]).T

    def slice(self, start: int, stop: int) -> Any:
        """The rows from ``start`` to ``stop``; what lies before must have been read."""
        if self._whole is not None:
            return self._whole[start:stop]
        count = max(0, min(stop, self.shape[0]) - start)
        return self._read(count).reshape((count, *self.shape[1:]))

    def _read(self, rows: int) -> Any:
        import numpy

        size = rows * self._row
        if size > MAX_PIECE:
            raise InspectionError(
                f"{self.name}: {size / 2**30:.3g} GiB would have to be read at once; give a smaller --batch-size, or "
                "save the array in C order (np.ascontiguousarray)"
            )
        try:
            data = self._stream.read(size)
        except (EOFError, OSError, RuntimeError, zlib.error, zipfile.BadZipFile) as bad:
            raise InspectionError(f"{self.name}: damaged: {bad}") from None
        if len(data) < size:
            raise InspectionError(f"{self.name}: ends before the {self.shape[0]:,} rows that it says it has")
        return numpy.frombuffer(data, self.dtype)


def open_npz(path: Path) -> tuple[zipfile.ZipFile, dict[str, StoredArray]]:
    """The arrays of a file by name.

    Raises:
        InspectionError: no such file, or not one of plain arrays.
    """
    if not path.is_file():
        raise InspectionError(
            f"{path}: no such file; expected an .npz file, package.module:function or file.py:function"
        )
    if path.suffix == ".npy":
        raise InspectionError(f"{path}: one array; data need two, in one file: {HOW}")
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, NotImplementedError) as bad:
        raise InspectionError(f"{path}: not an .npz file ({bad}); write it with {HOW}") from None
    keys = [name.removesuffix(".npy") for name in archive.namelist()]
    return archive, {key: StoredArray(archive, key, path) for key in dict.fromkeys(keys)}


def arrange(
    keys: Sequence[str], inputs: Sequence[str], outputs: Sequence[str], path: Path
) -> tuple[Any, Any, str | None]:
    """Which arrays are data, labels and weights: names, lists of names (``x0``, ``x1``) or dicts by input or output.

    Raises:
        InspectionError: something is missing, or left over.
    """
    x = _structure("x", keys, inputs)
    y = _structure("y", keys, outputs)
    had = ", ".join(keys) or "nothing"
    if x is None:
        named = f", or name the arrays as the inputs of the model: {', '.join(inputs)}" if inputs else ""
        raise InspectionError(f"{path}: has no 'x' (it has {had}); write it with {HOW}{named}")
    if y is None:
        named = f", or name the labels as the outputs of the model: {', '.join(outputs)}" if outputs else ""
        raise InspectionError(f"{path}: has no 'y' (it has {had}); write it with {HOW}{named}")
    weight = "sample_weight" if "sample_weight" in keys else None
    left = [key for key in keys if key not in {*_names(x), *_names(y), weight}]
    if left:
        near = difflib.get_close_matches(left[0], ["x", "y", "sample_weight", *inputs, *outputs], 1)
        hint = f", did you mean {near[0]!r}?" if near else ";"
        raise InspectionError(
            f"{path}: {left[0]!r} is not used{hint} names are x or x0, x1, … or those of inputs, y or y0, y1, … or "
            "those of outputs, and sample_weight"
        )
    return x, y, weight


def _names(structure: Any) -> list[str]:
    return [structure] if isinstance(structure, str) else list(structure)


def _structure(letter: str, keys: Sequence[str], named: Sequence[str]) -> Any:
    if letter in keys:
        return letter
    numbered = sorted(int(key[1:]) for key in keys if re.fullmatch(letter + r"\d{1,4}", key))
    if numbered and numbered == list(range(numbered[0], numbered[0] + len(numbered))) and numbered[0] in (0, 1):
        return [f"{letter}{number}" for number in numbered]
    present = [name for name in named if name in keys]
    return {name: name for name in present} if present and len(present) == len(named) else None
