"""What the interpreter knows of the expressions of a source, for people who read it: shapes, sizes, parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tdlint.diagnostics import Span
from tdlint.graph import LayerNode, ModelGraph
from tdlint.linting.edits.layout import layout_of
from tdlint.linting.reading import Readable, read
from tdlint.linting.trees import Neighbours, tree_of
from tdlint.linting.undisturbed import undisturbed
from tdlint.naming import automatic_names
from tdlint.shapes import AnyShape, UnknownShape, format_shape
from tdlint.summary import ModelSummary, params_of, summarize
from tdlint.values import ArrayValue, LayerObject, ModelValue, TensorValue, Value

if TYPE_CHECKING:
    import libcst

    from tdlint.interp import Analysis

MAX_ALTERNATIVES = 3
"""How many different values of one expression are told; of more, nothing is."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What an expression is: ``title`` names it, ``lines`` tell more, ``shape`` is what is shown behind a call."""

    span: Span
    title: str
    lines: tuple[str, ...] = ()
    shape: str | None = None


def facts_of(path: str, data: bytes) -> tuple[Fact, ...]:
    """What is known of the expressions of a file's bytes, in the order of the text.

    Raises:
        UnreadableFile: it is no text or no notebook.
        TooComplex: it can't be parsed safely.
    """
    readable = read(path, data)
    if readable is None or not readable.analysable:
        return ()
    with undisturbed():
        return tuple(sorted(_facts(readable), key=lambda fact: fact.span))


@dataclass
class _Seen:
    """The values that expressions had, each once, and the expressions that had others too."""

    values: dict[libcst.CSTNode, list[Value]] = field(default_factory=dict)
    vague: set[libcst.CSTNode] = field(default_factory=set)

    def add(self, node: libcst.CSTNode, value: Value) -> None:
        if not isinstance(value, (TensorValue, ArrayValue, LayerObject, ModelValue)):
            self.vague.add(node)
            return
        known = self.values.setdefault(node, [])
        if value not in known:
            known.append(value)


def _facts(readable: Readable) -> Iterator[Fact]:
    import libcst

    from tdlint.sources.positions import locate
    from tdlint.sources.syntax import NeedsLibCST

    source = readable.source
    seen = _Seen()
    try:
        module = tree_of(source.parse_text, readable.tree)
        analysis = _analysis(module, readable, seen)
    except NeedsLibCST:
        seen = _Seen()
        module = tree_of(source.parse_text, plain=False)
        analysis = _analysis(module, readable, seen)
    known = _Known.of(analysis.program.models)
    spans = locate(module, _own(module, seen.values), source.parse_text)
    found: dict[Span, Fact] = {}
    for node, values in seen.values.items():
        span = spans.get(node)
        fact = None if span is None else _fact(span, values, known, node in seen.vague)
        if fact is not None:
            found[fact.span] = fact if isinstance(node, libcst.Call) else replace(fact, shape=None)
    yield from found.values()
    yield from _targets(source.parse_text, found)


def _own(module: libcst.Module, nodes: Iterable[libcst.CSTNode]) -> Iterable[libcst.CSTNode]:
    """The nodes of a module, without those of files that it imports."""
    from tdlint.sources.plain_nodes import PlainModule

    if not isinstance(module, PlainModule):
        return nodes  # only its own are found in it
    return [node for node in nodes if module.place_of(node) is not None]


def _analysis(module: libcst.Module, readable: Readable, seen: _Seen) -> Analysis:
    from tdlint.interp import interpret
    from tdlint.interp.project import project_of
    from tdlint.interp.relevance import function_texts

    source, path = readable.source, Path(readable.source.path).absolute()
    texts = function_texts(module, readable.tree, source.parse_text) if readable.tree is not None else None
    project = project_of(path, Neighbours().load)
    return interpret(module, source.parse_text.count("\n"), texts, project=project, path=path, watch=seen.add)


@dataclass(frozen=True)
class _Known:
    """The models of a program, the calls of each layer in them, and how layers are named."""

    models: Mapping[int, ModelSummary]
    uses: Mapping[int, Sequence[tuple[ModelGraph, LayerNode]]]
    producers: Mapping[int, tuple[ModelGraph, LayerNode]]
    names: Mapping[int, str]

    @classmethod
    def of(cls, graphs: Sequence[ModelGraph]) -> _Known:
        names = automatic_names(graphs)
        uses: dict[int, list[tuple[ModelGraph, LayerNode]]] = {}
        producers: dict[int, tuple[ModelGraph, LayerNode]] = {}
        for graph in graphs:
            for node in graph.nodes:
                uses.setdefault(node.layer.key, []).append((graph, node))
                producers.setdefault(node.id, (graph, node))
        return cls({graph.key: summarize(graph, names) for graph in graphs}, uses, producers, names)

    def layer(self, layer: LayerObject) -> str:
        """``LSTM lstm_1``."""
        return f"{layer.short_type} {self.names.get(layer.key) or layer.name or ''}".rstrip()

    def params(self, graph: ModelGraph, node: LayerNode) -> str:
        """``18,688 parameters``."""
        return _parameters(params_of(graph, node))


def _fact(span: Span, values: Sequence[Value], known: _Known, vague: bool) -> Fact | None:
    if len(values) > MAX_ALTERNATIVES:
        return None
    facts = list(dict.fromkeys(_fact_of(span, value, known) for value in values))
    if len(facts) == 1 and not vague:
        return facts[0]
    # one of several, by path, by round of a loop, or by call of the function that it is in
    lines = [", ".join((fact.title, *fact.lines)) for fact in facts] + (
        ["something that is not known"] if vague else []
    )
    return Fact(span, "one of", tuple(dict.fromkeys(lines)))


def _fact_of(span: Span, value: Value, known: _Known) -> Fact:
    if isinstance(value, TensorValue):
        lines = [f"from {known.layer(made[1].layer)}"] if (made := known.producers.get(value.producer or 0)) else []
        if made is not None:
            lines.append(known.params(*made))
        shape = None if value.input is not None or isinstance(value.shape, UnknownShape) else format_shape(value.shape)
        return Fact(span, _typed("tensor", value.shape, value.dtype), tuple(lines), shape)
    if isinstance(value, ArrayValue):
        bounds = "" if value.range is None else f"between {value.range[0]:g} and {value.range[1]:g}"
        return Fact(span, _typed("array", value.shape, value.dtype), (bounds,) if bounds else ())
    if isinstance(value, ModelValue):
        return _model(span, known.models.get(value.key))
    assert isinstance(value, LayerObject)
    uses = known.uses.get(value.key, ())
    lines = [f"{_shapes(node.inputs)} → {_shapes(node.outputs)}" for _, node in uses]
    lines = list(dict.fromkeys(lines))[:MAX_ALTERNATIVES]
    lines += [known.params(*uses[0])] if uses else []
    # in a Sequential, the call of a layer is where it is made
    made_here = {_shapes(node.outputs) for _, node in uses if node.site is not None and node.site == value.site}
    shape = made_here.pop() if len(made_here) == 1 and "?" not in made_here else None
    return Fact(span, known.layer(value), tuple(lines), shape)


def _model(span: Span, model: ModelSummary | None) -> Fact:
    if model is None:
        return Fact(span, "model")
    total, trained = model.total_params, model.trainable_params
    lines = [f"{_shapes(model.input_shapes)} → {_shapes(model.output_shapes)}", f"{len(model.rows)} layers"]
    lines.append(_parameters(total) + ("" if total == trained else f", {_number(trained)} trainable"))
    return Fact(span, f"{model.kind} model {model.name}", tuple(lines))


def _typed(kind: str, shape: AnyShape, dtype: str | None) -> str:
    return f"{kind} {format_shape(shape)}" + (f" {dtype}" if dtype else "")


def _shapes(found: Sequence[AnyShape]) -> str:
    if len(found) == 1:
        return format_shape(found[0])
    return f"[{', '.join(map(format_shape, found))}]" if found else "?"


def _parameters(count: int | None) -> str:
    return "parameters not known" if count is None else f"{count:,} parameter{'' if count == 1 else 's'}"


def _number(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"


def _targets(text: str, found: Mapping[Span, Fact]) -> Iterator[Fact]:
    """What names and attributes are that are assigned to; the interpreter does not evaluate these."""
    layout = layout_of(text)
    if layout is None:
        return
    for node in ast.walk(layout.tree):
        if not isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) or node.value is None:
            continue
        fact = found.get(layout.span(node.value))
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if fact is not None and isinstance(target, (ast.Name, ast.Attribute)):
                yield replace(fact, span=layout.span(target), shape=None)
