"""Edits of a source as new bytes of its file; everything that no edit touches stays as it is, byte by byte."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from tdlint.diagnostics import Edit, Span
from tdlint.sources.magics import cell_magic_end
from tdlint.sources.notebook_json import CodePlace, Piece, code_places, encode, raw_characters, writes_ascii
from tdlint.sources.source_file import Cell, SourceFile

_LINE_END = re.compile(r"\r\n|\r|\n")


class NotWritable(Exception):
    """The edited text can't be written as the file is; the text is a predicate of why."""


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with its edits, which don't overlap; an edit that is there twice is done once."""
    # from the end, and the last of several insertions at one place first
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: edit.span)[::-1]:
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    return text


def can_edit(source: SourceFile, edit: Edit) -> bool:
    """Whether an edit stays within one cell of a notebook, and away from its magics. A Python file takes any edit."""
    cell = source.cell_at(edit.span.start)
    if cell is None:
        return not source.cells
    span = edit.span
    magic = cell_magic_end(source.text[cell.start : cell.end])
    same = source.text[span.start : span.end] == source.parse_text[span.start : span.end]
    return span.end <= cell.end and same and span.start >= cell.start + magic


def rewrite(source: SourceFile, data: bytes, edits: Sequence[Edit]) -> bytes:
    """The bytes of the file with its text edited; ``data`` are those that the source was read from.

    Raises:
        NotWritable: the bytes can't be told from the text, or a new character is not in the encoding.
    """
    edits = [with_line_ends_of(source.text, edit) for edit in edits]
    if source.cells:
        encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
        text = data.decode(encoding)
        new = _edit_notebook(text, source, edits)
    else:
        text, encoding = source.text, source.encoding
        new = apply_edits(text, edits)
    try:
        if text.encode(encoding) != data:
            raise NotWritable(f"can't be written back exactly from its encoding {encoding}")
        return new.encode(encoding)
    except UnicodeEncodeError as error:
        missing = new[error.start : error.end]
        raise NotWritable(f"is {encoding}, which has no {missing!r}") from None
    except UnicodeError:
        raise NotWritable(f"can't be written back from its encoding {encoding}") from None


def with_line_ends_of(text: str, edit: Edit) -> Edit:
    """The edit with the line ends that the text has: those of its first line."""
    first = _LINE_END.search(text)
    if first is None or first[0] == "\n" or "\n" not in edit.replacement:
        return edit
    return Edit(edit.span, _LINE_END.sub(first[0], edit.replacement))


def _edit_notebook(text: str, source: SourceFile, edits: Iterable[Edit]) -> str:
    by_cell: dict[Cell, list[Edit]] = {}
    for edit in dict.fromkeys(edits):
        cell = source.cell_at(edit.span.start)
        assert cell is not None
        assert edit.span.end <= cell.end
        local = Edit(Span(edit.span.start - cell.start, edit.span.end - cell.start), edit.replacement)
        by_cell.setdefault(cell, []).append(local)
    places = code_places(text)
    pieces = [place.pieces for place in places if place is not None and place.is_list]
    separator = next((text[a.end + 1 : b.start - 1] for a, b, *_ in filter(lambda x: len(x) > 1, pieces)), ",")
    raw: list[Edit] = []
    for cell, inside in by_cell.items():
        place = places[cell.number - 1]
        assert place is not None
        raw += _edit_cell(text, place, [_without_added_end(edit, place.text) for edit in inside], separator)
    return apply_edits(text, raw)


def _without_added_end(edit: Edit, code: str) -> Edit:
    """The edit for the code as it is in the cell, which may lack the line end that reading the notebook added."""
    start, end, new = edit.span.start, edit.span.end, edit.replacement
    if end <= len(code):
        return edit
    if start > len(code):
        new = "\n" + new
    return Edit(Span(min(start, len(code)), len(code)), new.removesuffix("\n"))


def _edit_cell(text: str, place: CodePlace, edits: Sequence[Edit], separator: str) -> list[Edit]:
    """Edits of the code of a cell as edits of the JSON text."""
    ascii_only = writes_ascii(text)
    if not place.pieces:
        lines = [f'"{encode(line, ascii_only)}"' for line in _lines(apply_edits("", edits))]
        return [Edit(Span(place.start + 1, place.start + 1), separator.join(lines))]
    starts = list(accumulate((len(piece.text) for piece in place.pieces), initial=0))[:-1]
    result = []
    for first, last, inside in _groups(edits, starts):
        pieces = place.pieces[first : last + 1]
        local = [
            Edit(Span(edit.span.start - starts[first], edit.span.end - starts[first]), edit.replacement)
            for edit in inside
        ]
        result.append(_edit_pieces(text, place, pieces, local, separator, ascii_only))
    return result


def _groups(edits: Sequence[Edit], starts: Sequence[int]) -> list[tuple[int, int, list[Edit]]]:
    """The edits that touch the same strings together: number of the first and the last string, and the edits."""
    groups: list[tuple[int, int, list[Edit]]] = []
    for edit in sorted(edits, key=lambda edit: edit.span):
        first = bisect_right(starts, edit.span.start) - 1
        last = bisect_right(starts, edit.span.end) - 1
        if groups and groups[-1][1] >= first:
            before = groups.pop()
            groups.append((before[0], max(before[1], last), [*before[2], edit]))
        else:
            groups.append((first, last, [edit]))
    return groups


def _edit_pieces(
    text: str, place: CodePlace, pieces: Sequence[Piece], edits: Sequence[Edit], separator: str, ascii_only: bool
) -> Edit:
    """The edit of the JSON text that edits the strings ``pieces``, which follow each other in a cell."""
    line_like = place.is_list and not any("\n" in piece.text[:-1] for piece in pieces)
    strings = _strings(_edit_tokens(text, pieces, edits, ascii_only), line_like)
    if not place.is_list:
        return Edit(Span(pieces[0].start, pieces[-1].end), "".join(strings))
    if not strings:
        return Edit(_with_separator(place, pieces), "")
    gaps = _separators(text, pieces) or _separators(text, place.pieces)[:1] or [separator]
    gaps += gaps[-1:] * len(strings)
    new = "".join(f'{gap}"{string}"' for gap, string in zip(["", *gaps], strings, strict=False))
    return Edit(Span(pieces[0].start - 1, pieces[-1].end + 1), new)


def _separators(text: str, pieces: Sequence[Piece]) -> list[str]:
    return [text[left.end + 1 : right.start - 1] for left, right in pairwise(pieces)]


def _with_separator(place: CodePlace, pieces: Sequence[Piece]) -> Span:
    """The strings with one of the separators beside them, to be deleted together."""
    first, last = place.pieces.index(pieces[0]), place.pieces.index(pieces[-1])
    if last + 1 < len(place.pieces):
        return Span(pieces[0].start - 1, place.pieces[last + 1].start - 1)
    start = place.pieces[first - 1].end + 1 if first else pieces[0].start - 1
    return Span(start, pieces[-1].end + 1)


Token = tuple[str, str] | None
"""A character and how JSON writes it; None between two strings."""


def _edit_tokens(text: str, pieces: Sequence[Piece], edits: Sequence[Edit], ascii_only: bool) -> list[Token]:
    """The characters of the strings after the edits; what is kept is written as it was."""
    tokens: list[Token] = []
    bounds: list[int] = []
    for piece in pieces:
        if tokens:
            bounds.append(len(tokens) - len(bounds))
            tokens.append(None)
        tokens += zip(piece.text, raw_characters(text, piece), strict=True)
    for edit in sorted(edits, key=lambda edit: edit.span)[::-1]:
        start = edit.span.start + bisect_right(bounds, edit.span.start)
        end = max(edit.span.end + bisect_left(bounds, edit.span.end), start)
        if edit.span.end in bounds and edit.span.end > edit.span.start and not edit.replacement.endswith("\n"):
            end += 1  # the line goes on in the next string
        tokens[start:end] = [(character, encode(character, ascii_only)) for character in edit.replacement]
    return tokens


def _strings(tokens: Iterable[Token], line_like: bool) -> list[str]:
    """The JSON of the strings that the characters make: split where they were, and at line ends if all were lines."""
    strings = [""]
    for token in tokens:
        if token is None:
            strings.append("")
            continue
        strings[-1] += token[1]
        if line_like and token[0] == "\n":
            strings.append("")
    return [string for string in strings if string]


def _lines(code: str) -> list[str]:
    return [line for line in re.split(r"(?<=\n)", code) if line]
