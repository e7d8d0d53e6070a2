"""The variables in a SavedModel folder: the objects that hold them, and their values read in blocks."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tdlint.inspector.accounting.held import Found
from tdlint.inspector.errors import ModelFileError
from tdlint.inspector.files.bundle_index import Entry, Index, parse_index
from tdlint.inspector.files.hdf5 import BLOCK_BYTES
from tdlint.inspector.files.protobuf_wire import content, fields, integer, text, varint

if TYPE_CHECKING:
    from tdlint.inspector.accounting.held import Blocks

MAX_INDEX = 16 * 2**20
MAX_GRAPH = 64 * 2**20
_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
_VALUE = "VARIABLE_VALUE"
_STRING, _BFLOAT16 = 7, 14
# numbers of TensorFlow's types, as numpy writes them
_DTYPES = {
    1: "<f4",
    2: "<f8",
    3: "<i4",
    4: "<u1",
    5: "<i2",
    6: "<i1",
    9: "<i8",
    10: "|b1",
    _BFLOAT16: "<u2",
    17: "<u2",
    19: "<f2",
    22: "<u4",
    23: "<u8",
}


@dataclass
class Node:
    """An object of the program: those that it holds, by name of attribute, and its own variable."""

    children: dict[str, int] = field(default_factory=dict)
    name: str = ""
    key: str = ""


def plain_file(folder: Path, name: str, limit: int | None = None) -> Path:
    """A file of the folder.

    Raises:
        ModelFileError: not there, larger than the limit, or a link, which could lead out of the folder.
    """
    path = folder / name
    if path.is_symlink() or (path.parent != folder and path.parent.is_symlink()):
        raise ModelFileError(name, "a link, which is refused")
    if not path.is_file():
        raise ModelFileError(name, "not in the folder")
    size = path.stat().st_size
    if limit is not None and size > limit:
        raise ModelFileError(name, f"{size} bytes, more than {limit}")
    return path


class Bundle:
    """The checkpoint in a SavedModel folder. ``values`` says whether weights are read, or only measured."""

    def __init__(self, folder: Path, values: bool) -> None:
        self._folder, self._values = folder, values
        name = "variables/variables.index"
        self._index: Index = parse_index(plain_file(folder, name, MAX_INDEX).read_bytes(), name)
        self.nodes = self._graph()

    def at(self, path: list[str], start: int = 0) -> int | None:
        """The number of the node at the end of a path of attributes."""
        found: int | None = start
        for name in path:
            found = self.nodes[found].children.get(name) if found is not None else None
        return found

    def listed(self, node: int, attribute: str) -> list[int] | None:
        """The nodes of variables in a list that a node has as an attribute; None if there is no such list."""
        holder = self.at([attribute], node)
        if holder is None:
            return None
        items = self.nodes[holder].children.items()
        ordered = sorted((int(name), child) for name, child in items if re.fullmatch("[0-9]{1,9}", name))
        return [child for _, child in ordered if self.nodes[child].key]

    def found(self, node: int, path: str) -> Found | None:
        """The variable of a node; None if it is made of texts.

        Raises:
            ModelFileError: the index does not have it, or its size is not that of its shape.
        """
        key = self.nodes[node].key
        entry = self._index.entries.get(key)
        if entry is None:
            raise ModelFileError(key, "the variable is listed and not in the index")
        if entry.dtype == _STRING:
            return None
        if entry.sliced or entry.dtype not in _DTYPES:
            return Found(path, entry.shape, None)
        data, size = self._data(entry, key), int(_DTYPES[entry.dtype][2:])
        if entry.size != math.prod(entry.shape) * size:
            raise ModelFileError(key, f"damaged: {entry.size} bytes for the shape {list(entry.shape)}")
        return Found(path, entry.shape, (lambda: _read(data, entry, key)) if self._values else None)

    def _data(self, entry: Entry, key: str) -> Path:
        if entry.shard >= self._index.shards:
            raise ModelFileError(key, f"damaged: it is in data file {entry.shard} of {self._index.shards}")
        name = f"variables/variables.data-{entry.shard:05d}-of-{self._index.shards:05d}"
        path = plain_file(self._folder, name)
        there = path.stat().st_size
        if entry.offset + entry.size > there:
            raise ModelFileError(key, f"damaged: {entry.size} bytes at byte {entry.offset} of {there} in {name}")
        return path

    def _graph(self) -> list[Node]:
        entry = self._index.entries.get(_GRAPH)
        if entry is None or entry.dtype != _STRING or entry.shape or entry.size > MAX_GRAPH:
            raise ModelFileError(_GRAPH, "not there, or no text of a size that is read")
        with self._data(entry, _GRAPH).open("rb") as stream:
            stream.seek(entry.offset)
            stored = stream.read(entry.size)
        size, at = varint(stored, 0, _GRAPH)
        if at + 4 + size != len(stored):  # between the size and the text lies a checksum of the size
            raise ModelFileError(_GRAPH, f"damaged: a text of {size} bytes in {len(stored)}")
        nodes = [_node(content(value, _GRAPH)) for number, value in fields(stored[at + 4 :], _GRAPH) if number == 1]
        if not nodes or any(child >= len(nodes) for node in nodes for child in node.children.values()):
            raise ModelFileError(_GRAPH, f"damaged: it names objects beyond the {len(nodes)} that are there")
        return nodes


def _node(message: bytes) -> Node:
    node = Node()
    for number, value in fields(message, _GRAPH):
        if number == 1:
            child = dict(fields(content(value, _GRAPH), _GRAPH))
            node.children[text(child.get(2, b""), _GRAPH)] = integer(child.get(1, 0), _GRAPH)
        elif number == 2:
            attribute = dict(fields(content(value, _GRAPH), _GRAPH))
            if text(attribute.get(1, b""), _GRAPH) == _VALUE:
                node.name = text(attribute.get(2, b""), _GRAPH)
                node.key = text(attribute.get(3, b""), _GRAPH)
    return node


def _read(path: Path, entry: Entry, key: str) -> Blocks:
    import numpy

    left = entry.size
    with path.open("rb") as stream:
        stream.seek(entry.offset)
        while left:
            block = stream.read(min(left, BLOCK_BYTES))
            if not block or len(block) < min(left, BLOCK_BYTES):
                raise ModelFileError(key, "damaged: the data file ends within it")
            left -= len(block)
            values = numpy.frombuffer(block, _DTYPES[entry.dtype])
            # bfloat16 is the upper half of a float32
            yield (values.astype("<u4") << 16).view("<f4") if entry.dtype == _BFLOAT16 else values
