"""Mutations of a program as text: the result is Python, or not."""

from __future__ import annotations

from random import Random

from programs import Program

PIECES = (
    *("(", ")", "[", "]", "{", "}", ",", ":", ";", ".", "=", "==", ":=", "->", "*", "**", "@", "\\", "#", "'", '"""'),
    *("\n", "\n\n\t", "    ", "\t", "\r", "\r\n", "\f", "\v", "\0", "\ufeff", "\u2028", "\x85", "\u00a0", "\u200b"),
    *("é", "\U0001d499", "名", "\U0001f600", "e\u0301", "\u202e", "½", "٣", "ﬁ"),
    *(
        "lambda",
        "await",
        "async ",
        "yield",
        "yield from ",
        "return",
        "not ",
        "in",
        "is",
        "None",
        "...",
        "global x",
        "del ",
    ),
    *(
        "match x:\n case ",
        "if x else ",
        "for x in ",
        "import ",
        "print ",
        "exec ",
        "0x",
        "1_0",
        "1e999",
        "0b2",
        "'\\N{'",
    ),
    *("# noqa", "# noqa: TDL301", "# tdlint: skip-file", "# tdlint: ignore[TDL101]", "# type: ignore", "# fmt: off"),
)


def delete_tokens(draw: Random, program: Program) -> str:
    """Without some tokens in a row."""
    tokens = program.tokens
    first = draw.randrange(len(tokens))
    last = min(first + draw.choice([1, 1, 1, 2, 5]), len(tokens)) - 1
    return program.replaced(((tokens[first][0], tokens[last][1]), ""))


def double_token(draw: Random, program: Program) -> str:
    """With one token twice."""
    start, end = draw.choice(program.tokens)
    return program.replaced(((end, end), program.text[start:end]))


def swap_tokens(draw: Random, program: Program) -> str:
    """With two tokens in each other's place, near or far."""
    tokens = program.tokens
    one = draw.randrange(len(tokens))
    other = draw.randrange(len(tokens)) if draw.random() < 0.5 else min(one + 1, len(tokens) - 1)
    if one == other:
        return program.text
    (a, b), (c, d) = tokens[one], tokens[other]
    return program.replaced(((a, b), program.text[c:d]), ((c, d), program.text[a:b]))


def insert_piece(draw: Random, program: Program) -> str:
    """With something of Python's or Unicode's corners between two tokens, or within one."""
    start, end = draw.choice(program.tokens)
    at = draw.choice([start, end, draw.randint(start, end)])
    return program.replaced(((at, at), draw.choice(PIECES)))


def rename_one(draw: Random, program: Program) -> str:
    """With another identifier of the file in one place."""
    places = [(a, b) for a, b in program.tokens if program.text[a:b].isidentifier()]
    return program.replaced((draw.choice(places), draw.choice(program.names))) if places else program.text


def rename_all(draw: Random, program: Program) -> str:
    """With another identifier of the file in all places of one."""
    if not program.names:
        return program.text
    old, new = draw.choice(program.names), draw.choice([*program.names, "self", "keras", "print", "x"])
    return program.replaced(*(((a, b), new) for a, b in program.tokens if program.text[a:b] == old))


def delete_lines(draw: Random, program: Program) -> str:
    """Without some lines in a row."""
    lines = program.text.split("\n")
    at = draw.randrange(len(lines))
    return "\n".join(lines[:at] + lines[at + draw.choice([1, 1, 2, 8]) :])


def shuffle_lines(draw: Random, program: Program) -> str:
    """With one line elsewhere, or all in any order."""
    lines = program.text.split("\n")
    if draw.random() < 0.1:
        draw.shuffle(lines)
    else:
        line = lines.pop(draw.randrange(len(lines)))
        lines.insert(draw.randint(0, len(lines)), line)
    return "\n".join(lines)


def indent_lines(draw: Random, program: Program) -> str:
    """With some lines further in or out."""
    lines = program.text.split("\n")
    at, count, by = draw.randrange(len(lines)), draw.choice([1, 3, 10]), draw.choice(["    ", "\t", " ", ""])
    changed = [by + line if by else line.lstrip() for line in lines[at : at + count]]
    return "\n".join(lines[:at] + changed + lines[at + count :])


def truncate(draw: Random, program: Program) -> str:
    """The start of the program, or its end."""
    at = draw.randint(0, len(program.text))
    return program.text[:at] if draw.random() < 0.8 else program.text[at:]


def repeat_part(draw: Random, program: Program) -> str:
    """With a part many times."""
    start = draw.randint(0, len(program.text))
    part = program.text[start : start + draw.choice([1, 5, 50])]
    return program.replaced(((start, start), part * draw.choice([2, 10, 100])))


def line_ends(draw: Random, program: Program) -> str:
    """With the line ends of other systems."""
    return program.text.replace("\n", draw.choice(["\r\n", "\r", "\n\n", "\n\f", " \\\n", ";\n", "  # é\n"]))


MUTATIONS = (
    *(delete_tokens, double_token, swap_tokens, insert_piece, rename_one, rename_all),
    *(delete_lines, shuffle_lines, indent_lines, truncate, repeat_part, line_ends),
)
