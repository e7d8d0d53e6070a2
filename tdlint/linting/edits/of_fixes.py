"""Fixes of rules, which speak of syntax nodes, as edits of text."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import libcst

from tdlint.diagnostics import Applicability, Edit, Fix, Span
from tdlint.linting.edits import arguments as argument_edits
from tdlint.linting.edits import definitions
from tdlint.linting.edits import imports as import_edits
from tdlint.linting.edits.changes import (
    AddArgument,
    Change,
    Define,
    FixPlan,
    Imported,
    InsertItem,
    Part,
    RemoveArgument,
    RemoveStatement,
    RenameArgument,
    ReplaceBy,
    ReplaceCode,
    ReplaceStatement,
    Rewrite,
    RewriteImport,
    sites_of,
)
from tdlint.linting.edits.layout import Layout, layout_of
from tdlint.sources.lexing import comments
from tdlint.sources.positions import Spans
from tdlint.sources.source_file import SourceFile
from tdlint.values import Site

FindNode = Callable[[Site], libcst.CSTNode]

_ATOMS = (
    libcst.Name, libcst.Attribute, libcst.Call, libcst.Subscript, libcst.List, libcst.Set, libcst.Dict, libcst.ListComp,
    libcst.SetComp, libcst.DictComp, libcst.SimpleString, libcst.FormattedString,
)  # fmt: skip
"""Expressions that mean the same in every place without parentheses of their own."""

_OPEN = (libcst.Tuple, libcst.GeneratorExp, libcst.NamedExpr, libcst.Yield)
"""Expressions whose brackets are not a part of their places, and that need them among arguments."""


def nodes_of(change: Change, node: FindNode) -> Iterator[libcst.CSTNode]:
    """The nodes whose spans a change needs."""
    yield from (node(site) for site in sites_of(change))
    if isinstance(change, (AddArgument, RemoveArgument, RenameArgument)):
        call = node(change.call)
        for arg in call.args if isinstance(call, libcst.Call) else ():
            yield arg
            if arg.keyword is not None:
                yield arg.keyword


@dataclass
class FixMaker:
    """Makes the fixes of one source; its layout is read once, for the first that needs it."""

    node: FindNode
    spans: Spans
    source: SourceFile
    _layout: list[Layout | None] = field(default_factory=list)
    _places: dict[str, Span] = field(default_factory=dict)

    def layout(self) -> Layout | None:
        """How CPython sees the source, None if it does not parse."""
        if not self._layout:
            self._layout.append(layout_of(self.source.parse_text))
        return self._layout[0]

    def make(self, plan: FixPlan) -> Fix | None:
        """The fix as text edits; None if its places in the text are not certain."""
        if not self.spans.exact:
            return None
        edits: list[Edit] = []
        done: set[Site] = set()
        for change in plan.changes:
            if isinstance(change, RemoveArgument):
                made = None if change.call in done else self._removed(change.call, plan.changes)
                if made is None and change.call not in done:
                    return None
                done.add(change.call)
            else:
                made = self._edits(change)
                if made is None:
                    return None
            edits += made or ()
        once = tuple(dict.fromkeys(edits))
        return None if _overlap(once) else Fix(plan.title, once, self._applicability(plan, edits))

    def _applicability(self, plan: FixPlan, edits: Sequence[Edit]) -> Applicability:
        for edit in edits:
            replaced = self.source.text[edit.span.start : edit.span.end]
            if len(list(comments(edit.replacement))) < len(list(comments(replaced))):
                # dropping what someone wrote is never safe
                return min(plan.applicability, Applicability.UNSAFE)
        return plan.applicability

    def _edits(self, change: Change) -> list[Edit] | None:
        spans, text = self.spans, self.source.text
        made: Edit | None
        if isinstance(change, AddArgument):
            made = argument_edits.added(self.node(change.call), change.text, spans, text)
        elif isinstance(change, Rewrite):
            made = self._rewritten(change)
        elif isinstance(change, ReplaceBy):
            made = Edit(spans[self.node(change.outer)], self._code(change.inner, enclosed=False))
        elif isinstance(change, RemoveStatement):
            made = self._without(spans[self.node(change.site)])
        elif isinstance(change, RewriteImport):
            layout = self.layout()
            names = dict(change.names)
            moved = import_edits.rewritten(spans[self.node(change.site)], names, layout) if layout else None
            return None if moved is None else list(moved)
        elif isinstance(change, Define):
            return self._defined(change)
        else:
            return self._composed(change)
        return None if made is None else [made]

    def _rewritten(self, change: Rewrite) -> Edit | None:
        node = self.node(change.site)
        if isinstance(node, libcst.SimpleString) and not node.prefix:
            return Edit(self.spans[node], f"{node.quote}{change.text}{node.quote}")
        layout = self.layout()
        if not change.by_name or not isinstance(node, libcst.Name) or layout is None:
            return None
        literal = layout.text_of(node.value)
        if literal is None:
            return None
        span = layout.span(literal)
        quote = self.source.text[span.start]
        plain = self.source.text[span.start : span.end] == f"{quote}{literal.value!s}{quote}"
        return Edit(span, f"{quote}{change.text}{quote}") if plain else None

    def _without(self, expression: Span) -> Edit | None:
        layout = self.layout()
        path = layout.path_to(expression) if layout else []
        if layout is None or not path or not isinstance(path[-1], ast.Expr) or layout.span(path[-1]) != expression:
            return None
        return import_edits.removed_line(path[-1], path, layout, with_comment=True)

    def _composed(self, change: Change) -> list[Edit] | None:
        """The edits of changes that are made of parts."""
        at = change.call if isinstance(change, RenameArgument) else change.site  # type: ignore[union-attr]
        place = self.spans[self.node(at)]
        written = self._written(change.parts, place)  # type: ignore[union-attr]
        if written is None:
            return None
        code, imports = written
        made: Edit | None
        if isinstance(change, RenameArgument):
            call, value = self.node(change.call), self.node(change.value)
            made = argument_edits.renamed(call, value, change.keyword, code or None, self.spans)
        elif isinstance(change, ReplaceCode):
            made = Edit(place, code)
        elif isinstance(change, ReplaceStatement):
            made = Edit(place, code) if self._may_bind(place, change.binds) else None
        elif isinstance(change, InsertItem):
            made = self._item(place, code)
        else:
            made = self._inserted(place, code)
        return None if made is None else [made, *imports]

    def _removed(self, call: Site, changes: Sequence[Change]) -> list[Edit] | None:
        values = [
            self.node(change.value) for change in changes if isinstance(change, RemoveArgument) and change.call == call
        ]
        adds = any(isinstance(change, AddArgument) and change.call == call for change in changes)
        return argument_edits.removed(self.node(call), values, adds, self.spans, self.source.text)

    def _written(self, parts: Sequence[Part], at: Span) -> tuple[str, list[Edit]] | None:
        """The parts as code, and the edits of imports that it needs."""
        code, edits = "", []
        for place, part in enumerate(parts):
            if isinstance(part, str):
                code += part
            elif isinstance(part, Imported):
                layout = self.layout()
                if layout is None:
                    return None
                spelled = import_edits.spelling(part.name, at, layout)
                code += spelled.code
                edits += [spelled.edit] if spelled.edit else []
            else:
                following = parts[place + 1] if place + 1 < len(parts) else ""
                code += self._code(part, _encloses(code, following))
        return code, edits

    def _code(self, site: Site, enclosed: bool) -> str:
        """The source text of a node, in parentheses if it needs them where it stands now."""
        inner = self.node(site)
        span = self.spans[inner]
        text = self.source.text[span.start : span.end]
        enclosed = enclosed and not isinstance(inner, _OPEN)
        return text if enclosed or (isinstance(inner, _ATOMS) and _stands_alone(text)) else f"({text})"

    def _item(self, at: Span, code: str) -> Edit:
        text = self.source.text
        line = max(text.rfind("\n", 0, at.start), text.rfind("\r", 0, at.start)) + 1
        indent = text[line : at.start]
        newline = "\r\n" if text[:line].endswith("\r\n") else text[line - 1 : line]
        between = " " if indent.strip() or not line else newline + indent
        return Edit(Span(at.start, at.start), f"{code},{between}")

    def _defined(self, change: Define) -> list[Edit] | None:
        """A class behind the imports, at the same place for all that need it."""
        layout, at = self.layout(), self.spans[self.node(change.site)]
        if layout is None:
            return None
        if layout.bound[change.name]:
            return [] if definitions.has_body(layout, change.name, change.parts) else None
        place = self._places.setdefault(change.name, definitions.place(layout, at))
        if place.start > at.start:
            return None
        parts, roots = definitions.with_imports(change.parts, place, layout)
        written = self._written(parts, place)
        return None if written is None else [definitions.inserted(written[0], roots, place, layout), *written[1]]

    def _may_bind(self, expression: Span, name: str) -> bool:
        """Whether a statement is nothing but an expression, and its module or function binds the name already."""
        layout = self.layout()
        path = layout.path_to(expression) if layout else []
        if layout is None or not path or not isinstance(path[-1], ast.Expr) or layout.span(path[-1]) != expression:
            return False
        return name in layout.bound_in(path)

    def _inserted(self, at: Span, code: str) -> Edit | None:
        layout = self.layout()
        path = layout.path_to(at) if layout else []
        if layout is None or not path:
            return None
        start = layout.span(path[-1]).start
        line = layout.offset(path[-1].lineno, 0)
        indent = self.source.text[line:start]
        if indent.strip():
            return None
        return Edit(Span(start, start), f"{code}{layout.newline}{indent}")


def _overlap(edits: Sequence[Edit]) -> bool:
    """Whether some of the edits change the same text."""
    spans = sorted(edit.span for edit in edits)
    return any(left.end > right.start for left, right in pairwise(spans))


def _encloses(before: str, following: Part) -> bool:
    """Whether what stands between these two pieces of code is an argument or an item."""
    opened = before.rstrip()[-1:] in ("(", "[", ",", "=")
    return opened and isinstance(following, str) and following.lstrip()[:1] in (")", "]", ",")


def _stands_alone(text: str) -> bool:
    """Whether an expression is one without the brackets around it, which may have joined its lines."""
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True
