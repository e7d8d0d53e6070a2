"""A syntax tree in the classes of LibCST, made from CPython's own tree, which is parsed ten times as fast."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

import libcst as cst

from tdlint.sources.plain_expressions import ASYNCHRONOUS, OPERATORS, Expressions
from tdlint.sources.plain_nodes import LazyBody, make, plain_module
from tdlint.sources.syntax import NeedsLibCST

_MATCH, _CASE = (re.compile(rf"^[ \t]*{word}\b", re.MULTILINE) for word in ("match", "case"))


def plain_tree(text: str, tree: ast.Module) -> cst.Module:
    """The module of a text, of which CPython's tree is known.

    Raises:
        NeedsLibCST: LibCST has to parse it.
    """
    if _CASE.search(text) and _MATCH.search(text):
        raise NeedsLibCST
    builder = _Builder(text)
    return plain_module(text, builder.functions, builder.span_of, builder.statements(tree.body))


_ASSIGNING: dict[type[ast.AST], Any] = {
    getattr(ast, name): getattr(cst, f"{type(OPERATORS[getattr(ast, name)]).__name__}Assign")()
    for name in (
        *("Add", "Sub", "Mult", "Div", "FloorDiv", "Mod", "Pow", "LShift", "RShift", "BitAnd", "BitOr", "BitXor"),
        "MatMult",
    )
}
_DOT = cst.Dot()
_TRY_STAR: Any = getattr(ast, "TryStar", ast.Try)  # of Python 3.11
_COMPOUND = (
    ast.If, ast.For, ast.While, ast.With, ast.FunctionDef, ast.ClassDef, ast.Try, ast.AsyncFor, ast.AsyncWith,
    ast.AsyncFunctionDef, _TRY_STAR,
)  # fmt: skip


class _Builder(Expressions):
    """Makes the statements of one text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.continued = "\\\n" in text or "\\\r" in text
        self.functions: dict[int, ast.FunctionDef | ast.AsyncFunctionDef] = {}

    def begins_line(self, node: ast.stmt) -> bool:
        """Whether a statement is the first on its logical line."""
        start = self.starts[node.lineno - 1]
        before = self.text[start : self.offset(node.lineno, node.col_offset)]
        if before and not before.isspace():
            return False
        return not (self.continued and node.lineno > 1 and self._continues(node.lineno - 1))

    def _continues(self, number: int) -> bool:
        """Whether a line ends with a backslash that joins the next one to it."""
        line = self.text[self.starts[number - 1] : self.starts[number]].rstrip("\r\n")
        if "#" in line and line.endswith("\\"):
            raise NeedsLibCST  # it may be that of a comment
        return line.endswith("\\")

    # --- statements

    def statements(self, body: list[ast.stmt]) -> list[Any]:
        """The statements of a block; those that a semicolon parts share a line."""
        made: list[Any] = []
        small: list[Any] | None = None
        last = 0
        for statement in body:
            if isinstance(statement, _COMPOUND):
                node = _STATEMENTS[type(statement)](self, statement)
                self.places[id(node)] = statement
                made.append(node)
                small = None
                continue
            node = self.small(statement)
            self.places[id(node)] = statement
            if small is not None and (statement.lineno == last or (self.continued and not self.begins_line(statement))):
                small.append(node)
            else:
                small = [node]
                made.append(make(cst.SimpleStatementLine, small))
            last = statement.end_lineno or statement.lineno
        return made

    def small(self, statement: ast.stmt) -> Any:
        """A simple statement."""
        handler = _STATEMENTS.get(type(statement))
        if handler is None:
            raise NeedsLibCST
        return handler(self, statement)

    def block(self, body: list[ast.stmt], lazy: bool = False) -> Any:
        """What comes after a colon."""
        first = body[0]
        decorators = getattr(first, "decorator_list", None)
        if not decorators and not self.begins_line(first):
            return make(cst.SimpleStatementSuite, [self.small(each) for each in body])
        return make(cst.IndentedBlock, LazyBody(body, self.statements) if lazy else self.statements(body))

    def otherwise(self, body: list[ast.stmt]) -> Any:
        """``else``, None where there is none."""
        return make(cst.Else, self.block(body)) if body else None


_Handler = Callable[[_Builder, Any], Any]


def _function(b: _Builder, node: Any) -> Any:
    made = make(
        cst.FunctionDef,
        b.name(node.name),
        b.parameters(node.args),
        b.block(node.body, lazy=True),
        b.decorators(node.decorator_list),
        b.annotation(node.returns),
        ASYNCHRONOUS if type(node) is ast.AsyncFunctionDef else None,
    )
    b.functions[id(made)] = node
    b.places[id(made.name)] = node
    return made


def _class(b: _Builder, node: Any) -> Any:
    args = b.arguments(node.bases, node.keywords)
    bases = [arg for arg in args if arg.keyword is None and arg.star != "**"]
    keywords = [arg for arg in args if arg.keyword is not None or arg.star == "**"]
    return make(cst.ClassDef, b.name(node.name), b.block(node.body), bases, keywords, b.decorators(node.decorator_list))


def _if(b: _Builder, node: Any) -> Any:
    orelse = node.orelse
    elif_ = len(orelse) == 1 and type(orelse[0]) is ast.If and orelse[0].col_offset == node.col_offset
    otherwise = _if(b, orelse[0]) if elif_ else b.otherwise(orelse)
    return make(cst.If, b.expr(node.test), b.block(node.body), otherwise)


def _for(b: _Builder, node: Any) -> Any:
    asynchronous = ASYNCHRONOUS if type(node) is ast.AsyncFor else None
    body, orelse = b.block(node.body), b.otherwise(node.orelse)
    return make(cst.For, b.expr(node.target), b.expr(node.iter), body, orelse, asynchronous)


def _with(b: _Builder, node: Any) -> Any:
    items = [
        make(cst.WithItem, b.expr(item.context_expr), b.as_name(b.optional(item.optional_vars))) for item in node.items
    ]
    return make(cst.With, items, b.block(node.body), ASYNCHRONOUS if type(node) is ast.AsyncWith else None)


def _try(b: _Builder, node: Any) -> Any:
    star = type(node) is _TRY_STAR and _TRY_STAR is not ast.Try
    handlers = [
        make(
            cst.ExceptStarHandler if star else cst.ExceptHandler,
            b.block(each.body),
            b.optional(each.type),
            b.as_name(None if each.name is None else b.name(each.name)),
        )
        for each in node.handlers
    ]
    final = make(cst.Finally, b.block(node.finalbody)) if node.finalbody else None
    return make(cst.TryStar if star else cst.Try, b.block(node.body), handlers, b.otherwise(node.orelse), final)


def _aliases(b: _Builder, names: list[ast.alias]) -> list[Any]:
    made = [
        make(cst.ImportAlias, b.dotted(each.name), b.as_name(None if each.asname is None else b.name(each.asname)))
        for each in names
    ]
    b.places.update(zip(map(id, made), names, strict=True))
    return made


def _import_from(b: _Builder, node: Any) -> Any:
    names: Any = cst.ImportStar() if node.names[0].name == "*" else _aliases(b, node.names)
    return make(cst.ImportFrom, None if node.module is None else b.dotted(node.module), names, [_DOT] * node.level)


def _delete(b: _Builder, node: Any) -> Any:
    one = len(node.targets) == 1
    return make(cst.Del, b.expr(node.targets[0]) if one else make(cst.Tuple, b.elements(node.targets)))


def _raise(b: _Builder, node: Any) -> Any:
    cause = None if node.cause is None else make(cst.From, b.expr(node.cause))
    return make(cst.Raise, b.optional(node.exc), cause)


def _names(kind: type[cst.CSTNode]) -> _Handler:
    return lambda b, node: make(kind, [make(cst.NameItem, b.name(each)) for each in node.names])


def _annotated(b: _Builder, node: Any) -> Any:
    return make(cst.AnnAssign, b.expr(node.target), b.annotation(node.annotation), b.optional(node.value))


_STATEMENTS: dict[type[ast.AST], _Handler] = {
    ast.AnnAssign: _annotated,
    ast.Assert: lambda b, node: make(cst.Assert, b.expr(node.test), b.optional(node.msg)),
    ast.Assign: lambda b, node: make(
        cst.Assign, [make(cst.AssignTarget, b.expr(each)) for each in node.targets], b.expr(node.value)
    ),
    ast.AsyncFor: _for,
    ast.AsyncFunctionDef: _function,
    ast.AsyncWith: _with,
    ast.AugAssign: lambda b, node: make(
        cst.AugAssign, b.expr(node.target), _ASSIGNING[type(node.op)], b.expr(node.value)
    ),
    ast.Break: lambda b, node: make(cst.Break),
    ast.ClassDef: _class,
    ast.Continue: lambda b, node: make(cst.Continue),
    ast.Delete: _delete,
    ast.Expr: lambda b, node: make(cst.Expr, b.expr(node.value)),
    ast.For: _for,
    ast.FunctionDef: _function,
    ast.Global: _names(cst.Global),
    ast.If: _if,
    ast.Import: lambda b, node: make(cst.Import, _aliases(b, node.names)),
    ast.ImportFrom: _import_from,
    ast.Nonlocal: _names(cst.Nonlocal),
    ast.Pass: lambda b, node: make(cst.Pass),
    ast.Raise: _raise,
    ast.Return: lambda b, node: make(cst.Return, b.optional(node.value)),
    ast.Try: _try,
    _TRY_STAR: _try,
    ast.While: lambda b, node: make(cst.While, b.expr(node.test), b.block(node.body), b.otherwise(node.orelse)),
    ast.With: _with,
}
