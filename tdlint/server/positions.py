"""Offsets in a text, which count code points, and positions of the protocol, which count what both sides agreed on."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from lsprotocol.types import Position, PositionEncodingKind, Range

from tdlint.diagnostics import Span
from tdlint.sources.source_file import line_starts

UTF_8, UTF_16, UTF_32 = PositionEncodingKind.Utf8, PositionEncodingKind.Utf16, PositionEncodingKind.Utf32


def units(text: str, encoding: str) -> int:
    """How long a text is in the units of an encoding."""
    if encoding == UTF_32 or text.isascii():
        return len(text)
    if encoding == UTF_8:
        # half of a surrogate pair is no character, and takes three bytes where it is written all the same
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(character > "\uffff" for character in text)


def code_points(text: str, count: int, encoding: str) -> int:
    """How many code points of a text are in its first units; a position within a character is before it."""
    if encoding == UTF_32 or text.isascii():
        return min(count, len(text))
    for number, character in enumerate(text):
        count -= units(character, encoding)
        if count < 0:
            return number
    return len(text)


@dataclass(frozen=True)
class Text:
    """A text of the client, and how positions in it count."""

    text: str
    encoding: str = UTF_16

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return line_starts(self.text)

    def position(self, offset: int) -> Position:
        """The position of an offset, clipped to the text."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, offset) - 1
        return Position(line, units(self.text[self._starts[line] : offset], self.encoding))

    def offset(self, position: Position) -> int:
        """The offset of a position; one behind the end of its line is at that end."""
        if position.line >= len(self._starts):
            return len(self.text)
        start = self._starts[position.line]
        more = position.line + 1 < len(self._starts)
        line = self.text[start : self._starts[position.line + 1] if more else len(self.text)].rstrip("\r\n")
        return start + code_points(line, position.character, self.encoding)

    def range(self, span: Span) -> Range:
        """The range of a span of offsets."""
        return Range(self.position(span.start), self.position(span.end))
