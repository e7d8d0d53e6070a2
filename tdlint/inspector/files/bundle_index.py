"""The index of a checkpoint of TensorFlow (``variables.index``): a sorted table of what lies where in its files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tdlint.inspector.errors import ModelFileError
from tdlint.inspector.files.protobuf_wire import content, fields, integer, varint

MAX_KEYS = 64 * 2**20
"""Bytes that all keys may have when they are spelled out; each is stored as its difference from the one before."""
MAX_AXES = 32
MAX_AXIS = 2**48
_MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
_FOOTER = 48
_TRAILER = 5
_SLICE = b"\x00"


@dataclass(frozen=True)
class Entry:
    """A tensor of a checkpoint: the number of its type, its shape, and its bytes in the data file ``shard``.

    ``sliced`` is set if it was saved in parts.
    """

    dtype: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    sliced: bool


@dataclass(frozen=True)
class Index:
    """The tensors by key, and the number of data files."""

    entries: dict[str, Entry]
    shards: int


def parse_index(table: bytes, where: str) -> Index:
    """The content of an index file.

    Raises:
        ModelFileError: it is damaged, or written by a machine with another order of bytes.
    """
    if len(table) < _FOOTER or table[-8:] != _MAGIC:
        raise ModelFileError(where, "not an index of TensorFlow's variables: its last bytes are others")
    shards = 1
    entries: dict[str, Entry] = {}
    for key, value in _rows(table, _second_handle(table[-_FOOTER:], where), where):
        if not key:
            shards = _shards(value, where)
        elif not key.startswith(_SLICE):
            name = key.decode("utf-8", "backslashreplace")
            entries[name] = _entry(value, f"{where}: {name}")
    return Index(entries, shards)


def _second_handle(footer: bytes, where: str) -> bytes:
    """Where the index of the blocks lies; the first handle is that of the block about the table itself."""
    _, at = varint(footer, 0, where)
    _, at = varint(footer, at, where)
    return footer[at:-8]


def _rows(table: bytes, handle: bytes, where: str) -> Iterator[tuple[bytes, bytes]]:
    """All keys with their values; keys must rise, so that no block is read twice."""
    budget, last = MAX_KEYS, None
    for _, inner in _block_rows(_block(table, handle, where), where):
        for key, value in _block_rows(_block(table, inner, where), where):
            budget -= len(key)
            if budget < 0:
                raise ModelFileError(where, f"its keys have more than {MAX_KEYS} bytes")
            if last is not None and key <= last:
                raise ModelFileError(where, "damaged: its keys are not in order")
            last = key
            yield key, value


def _block(table: bytes, handle: bytes, where: str) -> bytes:
    offset, at = varint(handle, 0, where)
    size, _ = varint(handle, at, where)
    if offset + size + _TRAILER > len(table):
        raise ModelFileError(where, f"damaged: a block of {size} bytes at byte {offset} of {len(table)}")
    kind = table[offset + size]
    if _masked(_crc32c(table[offset : offset + size + 1])) != int.from_bytes(
        table[offset + size + 1 : offset + size + _TRAILER], "little"
    ):
        raise ModelFileError(where, f"damaged: the checksum of the block at byte {offset} is another")
    if kind:
        raise ModelFileError(where, f"the block at byte {offset} is compressed, which tdlint does not read")
    return table[offset : offset + size]


def _block_rows(block: bytes, where: str) -> Iterator[tuple[bytes, bytes]]:
    """The rows of a block: how much of the last key is kept, what is added to it, and the value."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    if end < 0:
        raise ModelFileError(where, f"damaged: a block of {len(block)} bytes with {restarts} restarts")
    at, key = 0, b""
    while at < end:
        kept, at = varint(block, at, where)
        added, at = varint(block, at, where)
        size, at = varint(block, at, where)
        if kept > len(key) or added + size > end - at:
            raise ModelFileError(where, "damaged: a row reaches over the end of its block")
        key = key[:kept] + block[at : at + added]
        yield key, block[at + added : at + added + size]
        at += added + size


def _shards(header: bytes, where: str) -> int:
    found = 1
    for number, value in fields(header, where):
        if number == 1:
            found = integer(value, where)
        elif number == 2 and value:
            raise ModelFileError(where, "written with the high byte first, which tdlint does not read")
    return found


def _entry(message: bytes, where: str) -> Entry:
    numbers = {1: 0, 3: 0, 4: 0, 5: 0}
    shape: tuple[int, ...] = ()
    sliced = False
    for number, value in fields(message, where):
        if number in numbers:
            numbers[number] = integer(value, where)
        elif number == 2:
            shape = _shape(content(value, where), where)
        elif number == 7:
            sliced = True
    return Entry(numbers[1], shape, numbers[3], numbers[4], numbers[5], sliced)


def _shape(message: bytes, where: str) -> tuple[int, ...]:
    sizes = []
    for number, value in fields(message, where):
        if number == 2:
            axis = dict(fields(content(value, where), where))
            sizes.append(integer(axis.get(1, 0), where))
    if len(sizes) > MAX_AXES or any(size > MAX_AXIS for size in sizes):
        raise ModelFileError(where, f"damaged: the shape {sizes[: MAX_AXES + 1]}")
    return tuple(sizes)


def _table() -> tuple[int, ...]:
    found = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        found.append(byte)
    return tuple(found)


_CRC = _table()


def _crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def _masked(crc: int) -> int:
    """The form in which a checksum is stored beside what it is about."""
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
