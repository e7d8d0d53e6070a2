"""Models in the language of Graphviz: ``tdlint graph --output-format dot model.py | dot -Tpdf -o model.pdf``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tdlint.formatters.graph.drawing import Box, Drawing, Style, drawings
from tdlint.formatters.options import Options
from tdlint.linting.source_models import SourceModels

_ATTRIBUTES: dict[Style, str] = {
    "input": ', fillcolor="#e8eaed"',
    "weights": ', fillcolor="#d7e6fd"',
    "model": ', fillcolor="#d9f2e3"',
    "unknown": ', fillcolor="#fff3d6", style="rounded,filled,dashed"',
    "refused": ', fillcolor="#fde0dd", color="#c5221f"',
    "plain": "",
}


def render(sources: Sequence[SourceModels], options: Options) -> str:
    """One directed graph with a cluster per model."""
    lines = [
        "digraph models {",
        '    node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica"];',
        '    fontname="Helvetica";',
    ]
    for number, drawing in enumerate(drawings(sources, options)):
        lines += _model(drawing, number)
    return "\n".join([*lines, "}"])


def _model(drawing: Drawing, number: int) -> Iterator[str]:
    yield f"    subgraph cluster_{number} {{"
    yield f"        label={_quoted(drawing.title, drawing.caption)};"
    for box in drawing.boxes:
        yield f"        {_id(number, box.id)} [label={_label(box)}{_ATTRIBUTES[box.style]}];"
    for start, end in drawing.links:
        yield f"        {_id(number, start)} -> {_id(number, end)};"
    yield "    }"


def _id(model: int, box: int) -> str:
    return f'"{model}.{box}"'


def _label(box: Box) -> str:
    return _quoted(box.name, *box.details)


def _quoted(*lines: str) -> str:
    """Lines as one text, centered."""
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
