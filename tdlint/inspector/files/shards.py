"""Weights that Keras has shared out among files: an index in JSON, and HDF5 files beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tdlint.inspector.configs.values import Json, expect_object
from tdlint.inspector.errors import ModelFileError
from tdlint.inspector.files.container import open_hdf5
from tdlint.inspector.files.hdf5 import Tree

MAX_SHARDS = 1000
"""How many files are opened at once; with shards of 10 GB, that is ten times the largest models."""


def is_index(content: Json) -> bool:
    """Whether a JSON file is the index of sharded weights."""
    return isinstance(content, dict) and "weight_map" in content


def shards_of(index: Json, folder: Path) -> list[Path]:
    """The files that an index names.

    Raises:
        ModelFileError: it names none, too many, one that is not there, or something that is not in the folder.
    """
    entries = expect_object(expect_object(index, "").get("weight_map"), "weight_map")
    names: dict[str, None] = {}
    for key, value in entries.items():
        for name in value if isinstance(value, list) else [value]:
            if not isinstance(name, str) or not name.endswith(".h5") or name != Path(name).name or "\\" in name:
                raise ModelFileError(f"weight_map.{key}", f"expected the name of an .h5 file beside it, found {name!r}")
            names[name] = None
    if not names:
        raise ModelFileError("weight_map", "names no file")
    if len(names) > MAX_SHARDS:
        raise ModelFileError("weight_map", f"names {len(names)} files, more than {MAX_SHARDS}")
    for name in names:
        if not (folder / name).is_file():
            raise ModelFileError(name, "the file is named by the index and not there")
    return [folder / name for name in names]


@contextlib.contextmanager
def open_shards(index: Json, folder: Path, values: bool) -> Iterator[Tree]:
    """All files of an index as one tree.

    Raises:
        InspectionError: h5py is missing.
        ModelFileError: the index or one of the files is damaged.
    """
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(open_hdf5(path, path.name)) for path in shards_of(index, folder)]
        yield Tree(*files, values=values)
