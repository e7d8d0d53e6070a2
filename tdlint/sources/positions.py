"""Where the nodes of a LibCST tree are in the text: code is generated once, for the nodes that are asked for only.

LibCST's own position metadata stores two objects for every node of the tree and costs twice as much as parsing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import _GeneratorContextManager, contextmanager
from dataclasses import dataclass

import libcst
from libcst._nodes.internal import CodegenState

from tdlint.diagnostics import Span
from tdlint.sources.plain_nodes import PlainModule


class _Nothing(_GeneratorContextManager[None]):
    """A context that does nothing and can be entered again, for the thousands of nodes that nobody asks for."""

    def __init__(self) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        pass


_NOTHING = _Nothing()


@dataclass(frozen=True)
class Spans:
    """The spans of nodes, by identity. ``exact`` says that the tree generates the text it was parsed from, as
    far as the nodes reach.

    Where it does not, the spans are those of the same characters that are not white space, or missing.
    """

    by_node: dict[libcst.CSTNode, Span]
    exact: bool

    def __getitem__(self, node: libcst.CSTNode) -> Span:
        return self.by_node[node]

    def get(self, node: libcst.CSTNode) -> Span | None:
        """The span of a node, None if it could not be found in the text."""
        return self.by_node.get(node)


class _RecordingState(CodegenState):
    """Generates code, counts its length and remembers where the wanted nodes begin and end."""

    def __init__(self, module: libcst.Module, wanted: set[libcst.CSTNode]) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.offset = 0
        self.wanted = wanted
        self.begun: dict[libcst.CSTNode, int] = {}
        self.spans: dict[libcst.CSTNode, Span] = {}

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.offset += len(value)

    def add_indent_tokens(self) -> None:
        self.tokens.extend(self.indent_tokens)
        self.offset += sum(map(len, self.indent_tokens))

    def before_codegen(self, node: libcst.CSTNode) -> None:
        if node in self.wanted:
            self.begun[node] = self.offset

    def after_codegen(self, node: libcst.CSTNode) -> None:
        if node in self.wanted:
            # nodes that name a syntactic span have recorded it already
            self.spans.setdefault(node, Span(self.begun[node], self.offset))

    def record_syntactic_position(
        self,
        node: libcst.CSTNode,
        *,
        start_node: libcst.CSTNode | None = None,
        end_node: libcst.CSTNode | None = None,
    ) -> _GeneratorContextManager[None]:
        if node not in self.wanted:
            return _NOTHING
        return self._record(node, start_node, end_node)

    @contextmanager
    def _record(
        self, node: libcst.CSTNode, start_node: libcst.CSTNode | None, end_node: libcst.CSTNode | None
    ) -> Iterator[None]:
        # both are generated within this block, so that it is early enough to want them now
        self.wanted.update(other for other in (start_node, end_node) if other is not None)
        start = self.offset
        yield
        end = self.offset
        if start_node is not None:
            start = self.spans[start_node].start
        if end_node is not None:
            end = self.spans[end_node].end
        self.spans[node] = Span(start, end)


def locate(module: libcst.Module, nodes: Iterable[libcst.CSTNode], text: str) -> Spans:
    """The spans of nodes of a module, without the white space around them, in the text that it was parsed from.

    Raises:
        RecursionError: the tree is too deep.
    """
    wanted = set(nodes)
    if not isinstance(module, PlainModule):
        return _generated(module, wanted, text)
    known = {node: module.place_of(node) for node in wanted}
    exact = {node: module.exact_node(node) for node, span in known.items() if span is None}
    others = locate_exact(module, exact.values(), text)
    spans = {node: span or others.get(exact[node]) for node, span in known.items()}
    return Spans({node: span for node, span in spans.items() if span is not None}, others.exact)


def locate_exact(module: libcst.Module, nodes: Iterable[libcst.CSTNode], text: str) -> Spans:
    """The same for nodes of LibCST's own trees of a module."""
    wanted = set(nodes)
    if not isinstance(module, PlainModule):
        return _generated(module, wanted, text)
    spans: dict[libcst.CSTNode, Span] = {}
    exact = True
    for piece in module.pieces if wanted else ():
        found = _generated(piece.module, wanted, piece.text)
        exact = exact and found.exact
        for node, span in found.by_node.items():
            spans[node] = Span(piece.start + span.start, piece.start + span.end)
    return Spans(spans, exact)


def _generated(module: libcst.Module, wanted: set[libcst.CSTNode], text: str) -> Spans:
    if not wanted:
        return Spans({}, exact=True)
    state = _RecordingState(module, set(wanted))
    module._codegen(state)
    code = "".join(state.tokens)
    spans = {node: state.spans[node] for node in wanted if node in state.spans}
    # LibCST drops some blank lines behind the last statement, which concerns no node before them
    end = max((span.end for span in spans.values()), default=0)
    if code[:end] == text[:end]:
        return Spans(spans, exact=True)
    return Spans(_carry_over(spans, code, text), exact=False)


def _carry_over(spans: dict[libcst.CSTNode, Span], code: str, text: str) -> dict[libcst.CSTNode, Span]:
    """Spans of the generated code as spans of a text that differs from it in white space."""
    in_code, in_text = _visible(code), _visible(text)
    if [code[offset] for offset in in_code] != [text[offset] for offset in in_text]:
        return {}
    number = {offset: count for count, offset in enumerate(in_code)}
    carried = {}
    for node, span in spans.items():
        inside = [number[offset] for offset in range(span.start, span.end) if offset in number]
        if inside:
            carried[node] = Span(in_text[inside[0]], in_text[inside[-1]] + 1)
    return carried


def _visible(text: str) -> list[int]:
    return [offset for offset, character in enumerate(text) if not character.isspace()]
