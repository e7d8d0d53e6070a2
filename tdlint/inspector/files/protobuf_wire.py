"""Messages of protocol buffers as they lie in a file: numbered fields, without their schema."""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.inspector.errors import ModelFileError

_VARINT_BITS = 64
_FIXED = {1: 8, 5: 4}


def varint(data: bytes, at: int, where: str) -> tuple[int, int]:
    """The number at a place, and the place after it.

    Raises:
        ModelFileError: it does not end, or has more than 64 bits.
    """
    value = shift = 0
    while shift < _VARINT_BITS and at < len(data):
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value & (2**_VARINT_BITS - 1), at
    raise ModelFileError(where, f"damaged: a number that does not end at byte {at}")


def fields(data: bytes, where: str) -> Iterator[tuple[int, int | bytes]]:
    """The fields of one message, in order: its number with a number, or with the bytes of a text or of a message.

    Each field takes bytes of its own, so that the work is bounded by the size of the message.

    Raises:
        ModelFileError: a field reaches over the end, or is of no known kind.
    """
    at = 0
    while at < len(data):
        key, at = varint(data, at, where)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = varint(data, at, where)
            yield number, value
            continue
        if kind == 2:
            size, at = varint(data, at, where)
        elif kind in _FIXED:
            size = _FIXED[kind]
        else:
            raise ModelFileError(where, f"damaged: a field of the unknown kind {kind} before byte {at}")
        if size > len(data) - at:
            raise ModelFileError(where, f"damaged: a field of {size} bytes at byte {at} of {len(data)}")
        content = data[at : at + size]
        yield number, content if kind == 2 else int.from_bytes(content, "little")
        at += size


def integer(value: int | bytes, where: str) -> int:
    """A field that must be a number.

    Raises:
        ModelFileError: it is none.
    """
    if not isinstance(value, int):
        raise ModelFileError(where, "damaged: a text where a number is expected")
    return value


def content(value: int | bytes, where: str) -> bytes:
    """A field that must be a text or a message.

    Raises:
        ModelFileError: it is none.
    """
    if not isinstance(value, bytes):
        raise ModelFileError(where, "damaged: a number where a text or a message is expected")
    return value


def text(value: int | bytes, where: str) -> str:
    """A field that must be a text.

    Raises:
        ModelFileError: it is none.
    """
    return content(value, where).decode("utf-8", "backslashreplace")
