"""Fixes of rules, which speak of syntax nodes, as edits of text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

import libcst

from tdlint.diagnostics import Applicability, Edit, Fix, Span
from tdlint.linting.rule import AddArgument, Change, FixPlan, Rewrite
from tdlint.sources.lexing import comments
from tdlint.sources.positions import Spans
from tdlint.sources.source_file import SourceFile
from tdlint.values import Site

_COMMA = re.compile(r"(?:\s|\\|#[^\r\n]*)*,")
"""The comma behind an argument, which may stand behind spaces and comments."""

FindNode = Callable[[Site], libcst.CSTNode]

_ATOMS = (
    libcst.Name, libcst.Attribute, libcst.Call, libcst.Subscript, libcst.List, libcst.Set, libcst.Dict, libcst.ListComp,
    libcst.SetComp, libcst.DictComp, libcst.SimpleString, libcst.FormattedString,
)  # fmt: skip
"""Expressions that mean the same in every place without parentheses of their own."""


def nodes_of(change: Change, node: FindNode) -> Iterator[libcst.CSTNode]:
    """The nodes whose spans a change needs."""
    if isinstance(change, AddArgument):
        call = node(change.call)
        yield call
        if isinstance(call, libcst.Call) and call.args:
            yield call.args[-1]
    elif isinstance(change, Rewrite):
        yield node(change.site)
    else:
        yield node(change.outer)
        yield node(change.inner)


def make_fix(plan: FixPlan, node: FindNode, spans: Spans, source: SourceFile) -> Fix | None:
    """The fix as text edits; None if its places in the text are not certain."""
    if not spans.exact:
        return None
    edits = []
    applicability = plan.applicability
    edit: Edit | None
    for change in plan.changes:
        if isinstance(change, AddArgument):
            edit = _add_argument(node(change.call), change.text, spans, source.text)
        elif isinstance(change, Rewrite):
            edit = _rewrite(node(change.site), change.text, spans)
        else:
            edit = _replace_by(node(change.outer), node(change.inner), spans, source.text)
        if edit is None:
            return None
        replaced = source.text[edit.span.start : edit.span.end]
        if len(list(comments(edit.replacement))) < len(list(comments(replaced))):
            # dropping what someone wrote is never safe
            applicability = min(applicability, Applicability.UNSAFE)
        edits.append(edit)
    return Fix(plan.title, tuple(edits), applicability)


def _add_argument(call: libcst.CSTNode, text: str, spans: Spans, source: str) -> Edit | None:
    if not isinstance(call, libcst.Call):
        return None
    closing = spans[call].end - 1
    if not call.args:
        return Edit(Span(closing, closing), text)
    last = call.args[-1]
    if isinstance(last.value, libcst.GeneratorExp) and not last.value.lpar:
        return None  # a bare generator must be the only argument
    end = spans[last].end
    if not isinstance(last.comma, libcst.Comma):
        return Edit(Span(end, end), f", {text}")
    comma = _COMMA.match(source, end)
    if not comma:
        return None
    after = comma.end()
    rest = source[after:closing]
    line_end = min((place for place in map(rest.find, "\r\n") if place >= 0), default=-1)
    if line_end < 0:
        return Edit(Span(after, after), f" {text},")
    start = source.rfind("\n", 0, spans[last].start) + 1
    before = source[start : spans[last].start]
    if before.strip() or _code_before_comment(rest[:line_end]):
        return Edit(Span(after, after), f" {text},")
    # one argument a line, a comma after each: so shall the new one be
    newline = "\r\n" if rest.startswith("\r\n", line_end) else rest[line_end]
    return Edit(Span(after + line_end, after + line_end), f"{newline}{before}{text},")


def _code_before_comment(rest: str) -> bool:
    return bool(rest.partition("#")[0].strip())


def _rewrite(literal: libcst.CSTNode, text: str, spans: Spans) -> Edit | None:
    if not isinstance(literal, libcst.SimpleString) or literal.prefix:
        return None
    return Edit(spans[literal], f"{literal.quote}{text}{literal.quote}")


def _replace_by(outer: libcst.CSTNode, inner: libcst.CSTNode, spans: Spans, source: str) -> Edit:
    span = spans[inner]
    text = source[span.start : span.end]
    return Edit(spans[outer], text if isinstance(inner, _ATOMS) and _stands_alone(text) else f"({text})")


def _stands_alone(text: str) -> bool:
    """Whether an expression is one without the brackets around it, which may have joined its lines."""
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True
