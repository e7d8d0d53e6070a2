"""Where the code of a notebook's cells is in its JSON text, so that one line can be changed and all else stays.

Writing the parsed notebook again would change indentation, escapes, the order of keys and the form of numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")
# A pair of surrogates is one character of the text that it stands for.
_CHARACTER = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|[^\\]", re.DOTALL)
_ESCAPE = re.compile(r"\\u(?!00[0-7])")


@dataclass(frozen=True, slots=True)
class Piece:
    """One JSON string of a cell's code: its text, and where what stands between its quotes begins and ends."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CodePlace:
    """The code of one cell: a list of strings or one string, and where that value begins and ends."""

    pieces: tuple[Piece, ...]
    is_list: bool
    start: int
    end: int

    @property
    def text(self) -> str:
        """The code as a whole."""
        return "".join(piece.text for piece in self.pieces)


def code_places(text: str) -> list[CodePlace | None]:
    """Where the code of each cell is, None for a cell without; ``text`` is the JSON of a notebook that can be read."""
    top = _members(text, _value(text, 0))
    if "cells" in top:
        groups = [top["cells"]]
    else:
        groups = [_members(text, sheet).get("cells", -1) for sheet in _items(text, top["worksheets"])]
    cells = [cell for group in groups if group >= 0 for cell in _items(text, group)]
    return [_code(text, _members(text, cell)) for cell in cells]


def raw_characters(text: str, piece: Piece) -> list[str]:
    """How the JSON text writes each character of a piece."""
    return _CHARACTER.findall(text, piece.start, piece.end)


def writes_ascii(text: str) -> bool:
    """Whether characters beyond ASCII are written as escapes, as far as the text shows."""
    return text.isascii() and _ESCAPE.search(text) is not None


def encode(code: str, ascii_only: bool) -> str:
    """A text as the content of a JSON string."""
    return json.dumps(code, ensure_ascii=ascii_only)[1:-1]


def _code(text: str, members: dict[str, int]) -> CodePlace | None:
    # format 3 says input, format 4 source
    start = members.get("source", members.get("input", -1))
    if start < 0:
        return None
    end = _DECODER.raw_decode(text, start)[1]
    if text[start] == '"':
        return CodePlace((_piece(text, start),), False, start, end)
    if text[start] != "[":
        return None
    starts = list(_items(text, start))
    if any(text[item] != '"' for item in starts):
        return None
    return CodePlace(tuple(_piece(text, item) for item in starts), True, start, end)


def _piece(text: str, quote: int) -> Piece:
    decoded, end = _DECODER.raw_decode(text, quote)
    return Piece(decoded, quote + 1, end - 1)


def _members(text: str, start: int) -> dict[str, int]:
    """Where the value of each key of an object begins; of a key that is there twice, the last counts, as for Python."""
    found: dict[str, int] = {}
    place = _value(text, start + 1)
    while text[place] != "}":
        key, place = _DECODER.raw_decode(text, place)
        value = _value(text, _value(text, place) + 1)
        found[key] = value
        place = _behind(text, value)
    return found


def _items(text: str, start: int) -> Iterator[int]:
    """Where each item of a list begins."""
    place = _value(text, start + 1)
    while text[place] != "]":
        yield place
        place = _behind(text, place)


def _behind(text: str, value: int) -> int:
    """What follows a value: the next one, or the bracket that ends them."""
    place = _value(text, _DECODER.raw_decode(text, value)[1])
    return _value(text, place + 1) if text[place] == "," else place


def _value(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    assert found is not None
    return found.end()
