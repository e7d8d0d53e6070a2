"""Mutants: the n-th of a seed is always the same file, made of one program in a few steps."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import text_mutations
import tree_mutations
from programs import Program

MAGICS = (
    "%matplotlib inline\n",
    "!pip install keras\n",
    "%%time\n",
    "%%bash\nls\n",
    "x = !ls\n",
    "?x\n",
    "%%\n",
    "!{\n",
    "%time x\n",
)
ENCODINGS = ("utf-8-sig", "latin-1", "utf-16", "cp1252", "utf-8")
MAX_LENGTH = 200_000


@dataclass(frozen=True)
class Mutant:
    """A file to be checked, and what it was made by."""

    name: str
    data: bytes
    steps: tuple[str, ...]


class Mutants:
    """All mutants of some programs."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self._program = lru_cache(maxsize=4000)(lambda number: Program(texts[number]))

    def make(self, seed: int, number: int) -> Mutant:
        """The mutant of this number."""
        draw = Random(f"{seed} {number}")
        text = self.texts[draw.randrange(len(self.texts))]
        steps = []
        for _ in range(draw.choice([1, 1, 1, 2, 2, 3, 5])):
            if not text or len(text) > MAX_LENGTH:
                break
            text, step = self._step(draw, Program(text))
            steps.append(step)
        if draw.random() < 0.1:
            return Mutant(f"m{number}.ipynb", _notebook(draw, text), (*steps, "notebook"))
        return Mutant(f"m{number}.py", _bytes(draw, text), tuple(steps))

    def _step(self, draw: Random, program: Program) -> tuple[str, str]:
        if program.statements and program.expressions and program.names and draw.random() < 0.75:
            by_tree = draw.choice(tree_mutations.MUTATIONS)
            donor = self._program(draw.randrange(len(self.texts)))
            return by_tree(draw, program, donor), by_tree.__name__
        by_text = draw.choice(text_mutations.MUTATIONS)
        return by_text(draw, program), by_text.__name__


def _bytes(draw: Random, text: str) -> bytes:
    """The text in an encoding, most of the time UTF-8; now and then with bytes that are wrong in it."""
    if draw.random() < 0.96:
        return text.encode("utf-8", "surrogatepass")
    if draw.random() < 0.5:
        declared = draw.choice(ENCODINGS)
        return f"# -*- coding: {draw.choice([declared, 'ascii', 'nonsense'])} -*-\n{text}".encode(declared, "replace")
    data = bytearray(text.encode("utf-8", "surrogatepass") or b"x")
    for _ in range(draw.choice([1, 3, 20])):
        data[draw.randrange(len(data))] = draw.randrange(256)
    return bytes(data)


def _notebook(draw: Random, text: str) -> bytes:
    """The text as the cells of a notebook, with magics between; now and then the JSON is damaged."""
    parts = re.split(r"\n(?=\S)", text)
    cells: list[dict[str, object]] = []
    while parts:
        taken, parts = parts[: (size := draw.randint(1, 6))], parts[size:]
        source = "\n".join(taken)
        if draw.random() < 0.2:
            at = draw.choice([0, len(source)])
            source = source[:at] + draw.choice(["", "\n"]) + draw.choice(MAGICS) + source[at:]
        kind = draw.choice(["code"] * 9 + ["markdown"])
        lines = source.splitlines(keepends=True) if draw.random() < 0.8 else source
        cells.append({"cell_type": kind, "metadata": {}, "source": lines, "outputs": [], "execution_count": None})
    if draw.random() < 0.1:
        cells[draw.randrange(len(cells))]["source"] = draw.choice([None, 1, {}, [1], [[]], ["a", None], ""])
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    written = json.dumps(notebook, indent=draw.choice([None, 1, 2]), ensure_ascii=draw.random() < 0.5)
    data = bytearray(written.encode("utf-8", "surrogatepass"))
    if draw.random() < 0.1:
        at = draw.randrange(len(data))
        data[at : at + draw.choice([0, 1, 30])] = draw.randbytes(draw.choice([0, 1, 3]))
    return bytes(data)
