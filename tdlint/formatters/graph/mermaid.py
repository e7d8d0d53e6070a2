"""Models as a Mermaid flowchart, which Markdown of GitHub, GitLab and Jupyter shows as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tdlint.formatters.graph.drawing import Box, Drawing, Style, drawings
from tdlint.formatters.options import Options
from tdlint.linting.source_models import SourceModels

_ENTITIES = {'"': "#quot;", "#": "#35;", "&": "#amp;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;"}
_COLORS: dict[Style, str] = {
    "input": "fill:#e8eaed,stroke:#5f6368,color:#202124",
    "weights": "fill:#d7e6fd,stroke:#1a5fb4,color:#202124",
    "model": "fill:#d9f2e3,stroke:#1b7f4b,color:#202124",
    "unknown": "fill:#fff3d6,stroke:#a66a00,color:#202124,stroke-dasharray:4 3",
    "refused": "fill:#fde0dd,stroke:#c5221f,color:#202124",
}


def render(sources: Sequence[SourceModels], options: Options) -> str:
    """One flowchart with a subgraph per model."""
    lines = ["flowchart TD"]
    for number, drawing in enumerate(drawings(sources, options)):
        lines += _model(drawing, number)
    used = {style for style in _COLORS if any(line.endswith(f":::{style}") for line in lines)}
    lines += [f"    classDef {style} {colors}" for style, colors in _COLORS.items() if style in used]
    return "\n".join(lines)


def _model(drawing: Drawing, number: int) -> Iterator[str]:
    yield f'    subgraph model{number}["{_text(drawing.title)}<br/>{_text(drawing.caption)}"]'
    for box in drawing.boxes:
        kind = f":::{box.style}" if box.style in _COLORS else ""
        label = "<br/>".join(_text(line) for line in (box.name, *box.details))
        yield f'        {_id(number, box)}["{label}"]{kind}'
    by_id = {box.id: box for box in drawing.boxes}
    for start, end in drawing.links:
        yield f"        {_id(number, by_id[start])} --> {_id(number, by_id[end])}"
    yield "    end"


def _id(model: int, box: Box) -> str:
    return f"m{model}_{box.id}" if box.id >= 0 else f"m{model}_x{-box.id}"


def _text(text: str) -> str:
    """A text in which nothing is Mermaid's own."""
    return "".join(_ENTITIES.get(character, character) for character in text)
