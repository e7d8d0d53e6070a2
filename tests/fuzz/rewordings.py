"""Other ways to write a program that mean the same: what tdlint reports must be the same, too."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from textwrap import indent

from programs import Program

from tdlint.diagnostics import Diagnostic


@dataclass(frozen=True)
class Reworded:
    """A program in other words: which line was one of its lines before, and which words were those of a message."""

    text: str
    line: Callable[[int], int] = lambda number: number
    words: Callable[[str], str] = lambda text: text

    def reports(self, found: tuple[Diagnostic, ...]) -> list[tuple[str, int, str]]:
        """What is reported, in terms of the old program."""
        return sorted((each.code, self.line(_line(each)), self.words(each.message)) for each in found)


def _line(diagnostic: Diagnostic) -> int:
    return diagnostic.location.start.line if diagnostic.location.start else 0


def spaced(draw: Random, program: Program) -> Reworded:
    """With blank lines and comments between statements."""
    assert program.tree is not None
    inside = {line for node in program.statements for line in range(node.lineno + 1, (node.end_lineno or 0) + 1)}
    firsts = {node.lineno for node in program.tree.body if isinstance(node, ast.Expr | ast.Assign)} - inside
    lines: list[str] = []
    places = [0]
    for number, line in enumerate(program.text.split("\n"), start=1):
        if number in firsts and number > 2:
            for _ in range(draw.choice([0, 1, 3])):
                lines.append(draw.choice(["", "# between", "    # é"]))
                places.append(number)
        lines.append(line)
        places.append(number)
    return Reworded("\n".join(lines), lambda number: places[number])


def bracketed(draw: Random, program: Program) -> Reworded:
    """With parentheses around arguments and what is assigned."""
    assigned = [node.value for node in program.nodes if isinstance(node, ast.Assign)]
    given = [value for call in program.calls for value in (*call.args, *(each.value for each in call.keywords))]
    plain = [node for node in (*given, *assigned) if not isinstance(node, ast.Starred | ast.GeneratorExp | ast.Yield)]
    chosen = {id(node): node for node in plain if id(node) in {id(each) for each in program.expressions}}
    edits = [
        edit
        for node in chosen.values()
        if draw.random() < 0.6
        for edit in (((program.span(node)[0],) * 2, "("), ((program.span(node)[1],) * 2, ")"))
    ]
    text = program.text
    for (place, _), new in sorted(edits, key=lambda edit: (edit[0][0], edit[1] == "("), reverse=True):
        text = text[:place] + new + text[place:]
    return Reworded(text)


def renamed(draw: Random, program: Program) -> Reworded:
    """With other names for what the program assigns and nothing else has the name of."""
    own = {node.id for node in program.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    words = re.findall(r"\w+", program.text)
    names: dict[str, list[ast.Name]] = {}
    for node in program.nodes:
        if isinstance(node, ast.Name) and node.id in own:
            names.setdefault(node.id, []).append(node)
    safe = [name for name, nodes in names.items() if words.count(name) == len(nodes) and not name.startswith("_")]
    edits = [(program.span(node), f"{name}_too") for name in safe for node in names[name]]
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, safe))})_too\b") if safe else re.compile(r"(\b\B)")
    return Reworded(program.replaced(*edits), words=lambda text: pattern.sub(r"\1", text))


def in_branch(draw: Random, program: Program) -> Reworded:
    """With everything in a branch that is always taken."""
    return Reworded("if True:\n" + indent(program.text, "    "), lambda number: number - 1)


def with_pass(draw: Random, program: Program) -> Reworded:
    """With statements that do nothing at the end of the module."""
    return Reworded(program.text.rstrip("\n") + "\npass\n0\n")


REWORDINGS = (spaced, bracketed, renamed, in_branch, with_pass)


def can_be_reworded(program: Program) -> bool:
    """Whether the texts and comments of a program leave room for other words."""
    tree = program.tree
    plain = tree is not None and "\r" not in program.text and "\f" not in program.text
    special = re.search(r"__future__|locals\(|globals\(|tdlint|noqa|\\\n", program.text)
    return plain and special is None and not any("\n" in program.of(each) for each in _texts(program))


def _texts(program: Program) -> list[ast.Constant]:
    docs = {id(node.value) for node in program.nodes if isinstance(node, ast.Expr)}
    texts = [node for node in program.nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [node for node in texts if id(node) not in docs and node in program.expressions]
