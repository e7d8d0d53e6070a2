"""Expressions of CPython's own tree as nodes of LibCST."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from itertools import zip_longest
from typing import Any

import libcst as cst

from tdlint.diagnostics import Span
from tdlint.sources.lexing import STRING
from tdlint.sources.plain_nodes import make
from tdlint.sources.source_file import line_starts
from tdlint.sources.syntax import NeedsLibCST

OPERATORS: dict[type[ast.AST], Any] = {
    getattr(ast, name): getattr(cst, ours)()
    for name, ours in {
        "Add": "Add", "Sub": "Subtract", "Mult": "Multiply", "Div": "Divide", "FloorDiv": "FloorDivide",
        "Mod": "Modulo", "Pow": "Power", "LShift": "LeftShift", "RShift": "RightShift", "BitAnd": "BitAnd",
        "BitOr": "BitOr", "BitXor": "BitXor", "MatMult": "MatrixMultiply", "And": "And", "Or": "Or",
        "Eq": "Equal", "NotEq": "NotEqual", "Lt": "LessThan", "LtE": "LessThanEqual", "Gt": "GreaterThan",
        "GtE": "GreaterThanEqual", "Is": "Is", "IsNot": "IsNot", "In": "In", "NotIn": "NotIn",
        "UAdd": "Plus", "USub": "Minus", "Not": "Not", "Invert": "BitInvert",
    }.items()
}  # fmt: skip
ASYNCHRONOUS = cst.Asynchronous()
_STAR = cst.ParamStar()
_KEYWORDS = {ast.FunctionDef: "def", ast.AsyncFunctionDef: "def", ast.ClassDef: "class"}
# {name}, {name.of.it} and {name:format}; strings with other parts are left to LibCST.
_DOTTED, _SPEC = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*", r"""[^{}"'\\\n!]+"""
_FORMATTED_PART = re.compile(rf"\{{({_DOTTED})(?::({_SPEC}))?\}}")
_FORMATTED = re.compile(rf"""[fF](["'])((?:[^"'\\{{}}\n]|\{{{_DOTTED}(?::{_SPEC})?\}})*)\1""")
_ONE_STRING = re.compile(rf"[A-Za-z]*(?:{STRING})", re.DOTALL)


class Expressions:
    """Makes the expressions of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = line_starts(text)
        self.ascii = text.isascii()
        self.places: dict[int, ast.AST] = {}

    # --- places in the text

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and a column in bytes, as CPython counts them."""
        start = self.starts[line - 1]
        if self.ascii or not column:
            return start + column
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        whole = self.text[start:end]
        return start + (column if whole.isascii() else len(whole.encode()[:column].decode()))

    def span(self, node: Any) -> Span:
        """Where a node is."""
        return Span(self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset))

    def code(self, node: Any) -> str:
        """The text of a node."""
        span = self.span(node)
        return self.text[span.start : span.end]

    def span_of(self, node: cst.CSTNode) -> Span | None:
        """Where a node that was made is, in brackets that it has; None for what CPython's own tree has no place of."""
        found: Any = self.places.get(id(node))
        if found is None:
            return None
        span = self.span(found)
        if isinstance(node, cst.Name) and not isinstance(found, ast.expr):  # the name of a function or class
            word = _KEYWORDS[type(found)]
            start = self.text.index(node.value, self.text.index(word, span.start) + len(word))
            return Span(start, start + len(node.value))
        return span

    # --- parts

    def optional(self, node: ast.expr | None) -> Any:
        """An expression that may be missing."""
        return None if node is None else self.expr(node)

    def name(self, text: str) -> Any:
        """A name."""
        return make(cst.Name, text)

    def dotted(self, text: str) -> Any:
        """``a.b.c``."""
        first, *others = text.split(".")
        node: Any = self.name(first)
        for other in others:
            node = make(cst.Attribute, node, self.name(other))
        return node

    def as_name(self, target: Any) -> Any:
        """``as target``."""
        return None if target is None else make(cst.AsName, target)

    def elements(self, nodes: list[ast.expr]) -> list[Any]:
        """The elements of a tuple, list or set."""
        return [
            make(cst.StarredElement, self.expr(node.value))
            if type(node) is ast.Starred
            else make(cst.Element, self.expr(node))
            for node in nodes
        ]

    def arguments(self, args: list[ast.expr], keywords: list[ast.keyword]) -> list[Any]:
        """The arguments of a call, in the order of the text."""
        made = [
            make(cst.Arg, self.expr(arg.value), None, "*")
            if type(arg) is ast.Starred
            else make(cst.Arg, self.expr(arg), None, "")
            for arg in args
        ]
        if not keywords:
            return made
        named = [
            make(cst.Arg, self.expr(each.value), None, "**")
            if each.arg is None
            else make(cst.Arg, self.expr(each.value), self.name(each.arg), "")
            for each in keywords
        ]
        if args and type(args[-1]) is ast.Starred:  # only those may come after a keyword
            nodes: list[Any] = [*args, *keywords]
            places = [(each.lineno, each.col_offset) for each in nodes]
            order = sorted(range(len(places)), key=places.__getitem__)
            both = [*made, *named]
            return [both[number] for number in order]
        return made + named

    def parameters(self, args: ast.arguments) -> Any:
        """The parameters of a function."""
        plain = [*args.posonlyargs, *args.args]
        defaults: list[ast.expr | None] = [*[None] * (len(plain) - len(args.defaults)), *args.defaults]
        made = [self.parameter(each, default) for each, default in zip(plain, defaults, strict=True)]
        keyword = [
            self.parameter(each, default) for each, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        ]
        if args.vararg is not None:
            star: Any = self.parameter(args.vararg, None)
        else:
            star = _STAR if keyword else cst.MaybeSentinel.DEFAULT
        double = None if args.kwarg is None else self.parameter(args.kwarg, None)
        count = len(args.posonlyargs)
        return make(cst.Parameters, made[count:], star, keyword, double, made[:count])

    def parameter(self, arg: ast.arg, default: ast.expr | None) -> Any:
        """One parameter."""
        return make(cst.Param, self.name(arg.arg), self.annotation(arg.annotation), self.optional(default))

    def annotation(self, node: ast.expr | None) -> Any:
        """``: annotation`` or ``-> annotation``."""
        return None if node is None else make(cst.Annotation, self.expr(node))

    def decorators(self, nodes: list[ast.expr]) -> list[Any]:
        """The decorators of a function or class."""
        return [make(cst.Decorator, self.expr(node)) for node in nodes]

    # --- expressions

    def expr(self, node: ast.expr) -> Any:
        """An expression."""
        handler = _EXPRESSIONS.get(type(node))
        made = self.parsed(node) if handler is None else handler(self, node)
        self.places[id(made)] = node
        return made

    def parsed(self, node: ast.expr) -> Any:
        """An expression that LibCST parses."""
        code = self.code(node)
        try:
            return cst.parse_expression(f"({code})" if "\n" in code or "\r" in code else code)
        except cst.ParserSyntaxError:
            raise NeedsLibCST from None  # what LibCST does not know it says of the whole

    def constant(self, node: Any) -> Any:
        """A literal."""
        value = node.value
        kind = type(value)
        if kind is str or kind is bytes:
            code = self.code(node)
            quote = code[-1]
            # the common case first: one plain string on a line
            if code[0] == quote and code.count(quote) == 2 and "\\" not in code:
                return make(cst.SimpleString, code)
            found = _ONE_STRING.match(code)
            if found is not None and found.end() == len(code):
                return make(cst.SimpleString, code)
            return self.parsed(node)
        if kind is int:
            return make(cst.Integer, self.code(node))
        if kind is float:
            return make(cst.Float, self.code(node))
        if kind is complex:
            return make(cst.Imaginary, self.code(node))
        return make(cst.Ellipsis) if value is ... else make(cst.Name, str(value))

    def formatted(self, node: Any) -> Any:
        """``f"{text}"``."""
        code = self.code(node)
        found = _FORMATTED.fullmatch(code)
        if found is None:
            return self.parsed(node)
        between = _FORMATTED_PART.split(found[2])
        parts: list[Any] = []
        for text, name, spec in zip_longest(between[::3], between[1::3], between[2::3]):
            if text:
                parts.append(make(cst.FormattedStringText, text))
            if name is not None:
                after = None if spec is None else [make(cst.FormattedStringText, spec)]
                parts.append(make(cst.FormattedStringExpression, self.dotted(name), None, after, None))
        return make(cst.FormattedString, parts, code[:2], code[-1])

    def boolean(self, node: Any) -> Any:
        """``a or b or c``, which nests to the left."""
        left = self.expr(node.values[0])
        for value in node.values[1:]:
            left = make(cst.BooleanOperation, left, OPERATORS[type(node.op)], self.expr(value))
        return left

    def binary(self, node: Any) -> Any:
        """``a + b``; long sums nest to the left."""
        chain = [node]
        while type(chain[-1].left) is ast.BinOp:
            chain.append(chain[-1].left)
        left = self.expr(chain[-1].left)
        for link in reversed(chain):
            left = make(cst.BinaryOperation, left, OPERATORS[type(link.op)], self.expr(link.right))
        return left

    def comparison(self, node: Any) -> Any:
        """``a < b <= c``."""
        targets = [
            make(cst.ComparisonTarget, OPERATORS[type(op)], self.expr(other))
            for op, other in zip(node.ops, node.comparators, strict=True)
        ]
        return make(cst.Comparison, self.expr(node.left), targets)

    def dict(self, node: Any) -> Any:
        """``{key: value}``."""
        elements = [
            make(cst.StarredDictElement, self.expr(value))
            if key is None
            else make(cst.DictElement, self.expr(key), self.expr(value))
            for key, value in zip(node.keys, node.values, strict=True)
        ]
        return make(cst.Dict, elements)

    def rounds(self, generators: list[ast.comprehension]) -> Any:
        """``for x in y if z`` of a comprehension."""
        inner = None
        for each in reversed(generators):
            ifs = [make(cst.CompIf, self.expr(test)) for test in each.ifs]
            asynchronous = ASYNCHRONOUS if each.is_async else None
            inner = make(cst.CompFor, self.expr(each.target), self.expr(each.iter), ifs, inner, asynchronous)
        return inner

    def subscript(self, node: Any) -> Any:
        """``value[index]``."""
        index = node.slice
        if type(index) is ast.Tuple and index.elts:
            first = index.elts[0]
            bare = (index.lineno, index.col_offset) == (first.lineno, first.col_offset)
            code = self.code(index)
            if not bare and code.count("(") > 1 and code.endswith(")"):
                return self.parsed(node)  # `x[(1), (2)]` or `x[(1, f(2))]`
            if bare or not code.endswith(")") or not code.startswith("("):
                return make(cst.Subscript, self.expr(node.value), [self.index(each) for each in index.elts])
        return make(cst.Subscript, self.expr(node.value), [self.index(index)])

    def index(self, node: Any) -> Any:
        """One index of a subscript."""
        made: Any
        if type(node) is ast.Slice:
            made = make(cst.Slice, self.optional(node.lower), self.optional(node.upper), self.optional(node.step))
        elif type(node) is ast.Starred:
            made = make(cst.Index, self.expr(node.value), "*")
        else:
            made = make(cst.Index, self.expr(node), None)
        return make(cst.SubscriptElement, made)


_EXPRESSIONS: dict[type[ast.AST], Callable[[Expressions, Any], Any]] = {
    ast.Attribute: lambda b, node: make(cst.Attribute, b.expr(node.value), b.name(node.attr)),
    ast.Await: lambda b, node: make(cst.Await, b.expr(node.value)),
    ast.BinOp: Expressions.binary,
    ast.BoolOp: Expressions.boolean,
    ast.Call: lambda b, node: make(cst.Call, b.expr(node.func), b.arguments(node.args, node.keywords)),
    ast.Compare: Expressions.comparison,
    ast.Constant: Expressions.constant,
    ast.Dict: Expressions.dict,
    ast.DictComp: lambda b, node: make(cst.DictComp, b.expr(node.key), b.expr(node.value), b.rounds(node.generators)),
    ast.GeneratorExp: lambda b, node: make(cst.GeneratorExp, b.expr(node.elt), b.rounds(node.generators)),
    ast.IfExp: lambda b, node: make(cst.IfExp, b.expr(node.test), b.expr(node.body), b.expr(node.orelse)),
    ast.JoinedStr: Expressions.formatted,
    ast.Lambda: lambda b, node: make(cst.Lambda, b.parameters(node.args), b.expr(node.body)),
    ast.List: lambda b, node: make(cst.List, b.elements(node.elts)),
    ast.ListComp: lambda b, node: make(cst.ListComp, b.expr(node.elt), b.rounds(node.generators)),
    ast.Name: lambda b, node: make(cst.Name, node.id),
    ast.NamedExpr: lambda b, node: make(cst.NamedExpr, b.expr(node.target), b.expr(node.value)),
    ast.Set: lambda b, node: make(cst.Set, b.elements(node.elts)),
    ast.SetComp: lambda b, node: make(cst.SetComp, b.expr(node.elt), b.rounds(node.generators)),
    ast.Subscript: Expressions.subscript,
    ast.Tuple: lambda b, node: make(cst.Tuple, b.elements(node.elts)),
    ast.UnaryOp: lambda b, node: make(cst.UnaryOperation, OPERATORS[type(node.op)], b.expr(node.operand)),
    ast.Yield: lambda b, node: make(cst.Yield, b.optional(node.value)),
    ast.YieldFrom: lambda b, node: make(cst.Yield, make(cst.From, b.expr(node.value))),
}
