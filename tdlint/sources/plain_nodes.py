"""Nodes of LibCST that have only what they mean, and the nodes of LibCST's own tree in the same places.

The fields of ``CONTENT`` are set; the others (white space, commas, brackets) are not. Bodies of functions are made when
they are looked at, which most are not. What needs a place in the text, or an edit of it, asks for the node of LibCST's
own tree that is in the same place: ``exact_node``. LibCST parses only the statements of the module that are asked for.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, TypeVar, overload

import libcst as cst

from tdlint.diagnostics import Span
from tdlint.sources.syntax import NeedsLibCST

_N = TypeVar("_N", bound=cst.CSTNode)

CONTENT: dict[type[cst.CSTNode], tuple[str, ...]] = {
    cst.AnnAssign: ("target", "annotation", "value"),
    cst.Annotation: ("annotation",),
    cst.Arg: ("value", "keyword", "star"),
    cst.AsName: ("name",),
    cst.Assert: ("test", "msg"),
    cst.Assign: ("targets", "value"),
    cst.AssignTarget: ("target",),
    cst.Attribute: ("value", "attr"),
    cst.AugAssign: ("target", "operator", "value"),
    cst.Await: ("expression",),
    cst.BinaryOperation: ("left", "operator", "right"),
    cst.BooleanOperation: ("left", "operator", "right"),
    cst.Break: (),
    cst.Call: ("func", "args"),
    cst.ClassDef: ("name", "body", "bases", "keywords", "decorators"),
    cst.CompFor: ("target", "iter", "ifs", "inner_for_in", "asynchronous"),
    cst.CompIf: ("test",),
    cst.Comparison: ("left", "comparisons"),
    cst.ComparisonTarget: ("operator", "comparator"),
    cst.Continue: (),
    cst.Decorator: ("decorator",),
    cst.Del: ("target",),
    cst.Dict: ("elements",),
    cst.DictComp: ("key", "value", "for_in"),
    cst.DictElement: ("key", "value"),
    cst.Element: ("value",),
    cst.Ellipsis: (),
    cst.Else: ("body",),
    cst.ExceptHandler: ("body", "type", "name"),
    cst.ExceptStarHandler: ("body", "type", "name"),
    cst.Expr: ("value",),
    cst.Finally: ("body",),
    cst.Float: ("value",),
    cst.For: ("target", "iter", "body", "orelse", "asynchronous"),
    cst.FormattedString: ("parts", "start", "end"),
    cst.FormattedStringExpression: ("expression", "conversion", "format_spec", "equal"),
    cst.FormattedStringText: ("value",),
    cst.From: ("item",),
    cst.FunctionDef: ("name", "params", "body", "decorators", "returns", "asynchronous"),
    cst.GeneratorExp: ("elt", "for_in"),
    cst.Global: ("names",),
    cst.If: ("test", "body", "orelse"),
    cst.IfExp: ("test", "body", "orelse"),
    cst.Imaginary: ("value",),
    cst.Import: ("names",),
    cst.ImportAlias: ("name", "asname"),
    cst.ImportFrom: ("module", "names", "relative"),
    cst.IndentedBlock: ("body",),
    cst.Index: ("value", "star"),
    cst.Integer: ("value",),
    cst.Lambda: ("params", "body"),
    cst.List: ("elements",),
    cst.ListComp: ("elt", "for_in"),
    cst.Module: ("body",),
    cst.Name: ("value",),
    cst.NameItem: ("name",),
    cst.NamedExpr: ("target", "value"),
    cst.Nonlocal: ("names",),
    cst.Param: ("name", "annotation", "default"),
    cst.Parameters: ("params", "star_arg", "kwonly_params", "star_kwarg", "posonly_params"),
    cst.Pass: (),
    cst.Raise: ("exc", "cause"),
    cst.Return: ("value",),
    cst.Set: ("elements",),
    cst.SetComp: ("elt", "for_in"),
    cst.SimpleStatementLine: ("body",),
    cst.SimpleStatementSuite: ("body",),
    cst.SimpleString: ("value",),
    cst.Slice: ("lower", "upper", "step"),
    cst.StarredDictElement: ("value",),
    cst.StarredElement: ("value",),
    cst.Subscript: ("value", "slice"),
    cst.SubscriptElement: ("slice",),
    cst.Try: ("body", "handlers", "orelse", "finalbody"),
    cst.TryStar: ("body", "handlers", "orelse", "finalbody"),
    cst.Tuple: ("elements",),
    cst.UnaryOperation: ("operator", "expression"),
    cst.While: ("test", "body", "orelse"),
    cst.With: ("items", "body", "asynchronous"),
    cst.WithItem: ("item", "asname"),
    cst.Yield: ("value",),
}
"""The fields of a node that say what it means, by its class."""

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_new = object.__new__
_put = object.__setattr__


def make(kind: type[_N], *values: object) -> _N:
    """A node with its content only; the constructor would check it and take ten times as long."""
    node = _new(kind)
    for put, value in zip(_SETTERS[kind], values, strict=True):
        put(node, value)
    return node


class _Setters(dict[type[cst.CSTNode], tuple[Callable[[Any, object], None], ...]]):
    """What sets the fields of a class, past its ``__setattr__``, which forbids it."""

    def __missing__(self, kind: type[cst.CSTNode]) -> tuple[Callable[[Any, object], None], ...]:
        self[kind] = setters = tuple(getattr(kind, name).__set__ for name in fields_of(kind))
        return setters


_SETTERS = _Setters()


class LazyBody(Sequence[Any]):
    """The statements of a function, made when they are looked at."""

    def __init__(self, body: list[ast.stmt], make_all: Callable[[list[ast.stmt]], list[Any]]) -> None:
        self._body = body
        self._make_all = make_all

    @cached_property
    def made(self) -> list[Any]:
        """The statements."""
        return self._make_all(self._body)

    @property
    def is_made(self) -> bool:
        """Whether they were looked at."""
        return "made" in self.__dict__

    @cached_property
    def yields(self) -> bool:
        """Whether a statement of the function is a ``yield``, or takes the value of one."""
        return _yields(self._body)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.made)

    def __len__(self) -> int:
        return len(self.made)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self.made[index]


def _yields(body: list[Any]) -> bool:
    for statement in body:
        if isinstance(getattr(statement, "value", None), ast.Yield | ast.YieldFrom):
            return True
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if any(_yields(getattr(statement, name, [])) for name in ("body", "handlers", "orelse", "finalbody")):
            return True
    return False


@dataclass(frozen=True)
class Piece:
    """What LibCST parsed, a statement of a text or all of it, and where that begins."""

    module: cst.Module
    text: str
    start: int = 0


_LINE_END = re.compile(r"\r\n?|\n")


class PlainModule(cst.Module):
    """A module that was made from CPython's tree; ``functions`` are that tree's own, by the identity of ours."""

    text: str
    functions: dict[int, Function]
    span_of: Callable[[cst.CSTNode], Span | None]

    def place_of(self, node: cst.CSTNode) -> Span | None:
        """Where a node is, as LibCST counts; None if only LibCST can tell."""
        # CPython counts the brackets of these
        return None if isinstance(node, cst.Tuple | cst.GeneratorExp) else self.span_of(node)

    @cached_property
    def exact(self) -> cst.Module:
        """LibCST's own tree of the text.

        Raises:
            NeedsLibCST: it can't parse it.
        """
        try:
            return cst.parse_module(self.text)
        except cst.ParserSyntaxError:
            raise NeedsLibCST from None

    @property
    def pieces(self) -> list[Piece]:
        """All that LibCST has parsed so far."""
        whole = [Piece(self.exact, self.text)] if "exact" in self.__dict__ else []
        return [*(piece for piece in self._statements.values() if piece is not None), *whole]

    def exact_node(self, node: cst.CSTNode) -> cst.CSTNode:
        """The node of LibCST's own tree in the place of one of this tree.

        Raises:
            NeedsLibCST: there is none.
        """
        found = self.paired(node)
        if found is None:
            raise NeedsLibCST
        return found

    def paired(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The same, None for a node of another tree."""
        known = self._exact_nodes
        if id(node) not in known:
            found = self._paired_in_statement(node)
            if id(node) not in found:
                _pair(self, self.exact, found)
            for key, other in found.items():
                known.setdefault(key, other)  # a node that was given stays the one
        return known.get(id(node))

    def _paired_in_statement(self, node: cst.CSTNode) -> dict[int, cst.CSTNode]:
        """The nodes of the statement that a node is in, as LibCST parses that alone; none where that is not certain."""
        span, found = self.span_of(node), dict[int, cst.CSTNode]()
        place = bisect_right(self._starts, span.start) - 1 if span is not None else -1
        if place < 0:
            return found
        if place not in self._statements:
            self._statements[place] = self._parsed(place)
        piece = self._statements[place]
        try:
            if piece is not None:
                _pair(self.body[place], piece.module.body[0], found)
        except NeedsLibCST:
            return {}
        return found

    def _parsed(self, place: int) -> Piece | None:
        statement: Any = self.body[place]
        last = self.span_of(statement.body[-1] if isinstance(statement, cst.SimpleStatementLine) else statement)
        ending = _LINE_END.search(self.text, last.end) if last is not None else None
        text = self.text[self._starts[place] : ending.end() if ending is not None else len(self.text)]
        try:
            module = cst.parse_module(text)
        except (cst.ParserSyntaxError, cst.CSTValidationError):
            return None
        return Piece(module, text, self._starts[place]) if len(module.body) == 1 else None

    @cached_property
    def _starts(self) -> list[int]:
        """Where the line begins on which each statement does."""
        starts: list[int] = []
        for statement in self.body:
            first: Any = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else statement
            decorators = getattr(first, "decorators", ())
            span = self.span_of(decorators[0].decorator if decorators else first)
            if span is None:
                return []
            starts.append(max(self.text.rfind(end, 0, span.start) for end in "\r\n") + 1)
        return starts

    @cached_property
    def _statements(self) -> dict[int, Piece | None]:
        return {}

    @cached_property
    def _exact_nodes(self) -> dict[int, cst.CSTNode]:
        return {}


def plain_module(
    text: str, functions: dict[int, Function], span_of: Callable[[cst.CSTNode], Span | None], body: list[Any]
) -> PlainModule:
    """The module of a text; ``functions`` may grow."""
    module = _new(PlainModule)
    module.__dict__.update(text=text, functions=functions, span_of=span_of)
    _put(module, "body", body)
    return module


def exact_node(module: cst.Module, node: cst.CSTNode) -> cst.CSTNode:
    """The node of LibCST's own tree for a node of a module.

    Raises:
        NeedsLibCST: there is none.
    """
    return module.exact_node(node) if isinstance(module, PlainModule) else node


def code_of(modules: Iterable[cst.Module], node: cst.CSTNode) -> str:
    """The text of a node in one of the modules."""
    plain = [module for module in modules if isinstance(module, PlainModule)]
    for module in plain:
        span = module.span_of(node)
        if span is not None:
            return module.text[span.start : span.end]
    exact = next(filter(None, (module.paired(node) for module in plain)), node)
    return cst.Module([]).code_for_node(exact)


def _pair(plain: cst.CSTNode, exact: cst.CSTNode, found: dict[int, cst.CSTNode]) -> None:
    """Find the nodes of two trees that are in the same places."""
    pending: list[tuple[Any, Any]] = [(plain, exact)]
    while pending:
        one, other = pending.pop()
        kind = type(other)
        if type(one) is not kind and not isinstance(one, PlainModule):
            raise NeedsLibCST
        found[id(one)] = other
        for name in fields_of(kind):
            ours, theirs = getattr(one, name), getattr(other, name)
            if type(ours) is LazyBody:
                if not ours.is_made:
                    continue
                ours = ours.made
            if isinstance(ours, list | tuple):
                if len(ours) != len(theirs):
                    raise NeedsLibCST
                pending.extend(zip(ours, theirs, strict=True))
            elif isinstance(ours, cst.CSTNode):
                pending.append((ours, theirs))


def fields_of(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """The fields that say what a node means."""
    known = CONTENT.get(kind)
    if known is None:
        known = CONTENT[kind] = tuple(each for each in kind.__slots__ if not each.startswith(_LOOKS))
    return known


_LOOKS = (
    "whitespace", "lpar", "rpar", "lbracket", "rbracket", "lbrace", "rbrace", "comma", "semicolon", "equal", "leading",
    "trailing", "header", "footer",
)  # fmt: skip
