"""A model as boxes and links: what mermaid, dot and svg have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tdlint.formatters.graph.labels import params, shapes, title, totals
from tdlint.formatters.options import Options
from tdlint.formatters.terminal import printable
from tdlint.linting.source_models import SourceModels
from tdlint.summary import ModelSummary, Row

Style: TypeAlias = Literal["input", "weights", "plain", "model", "unknown", "refused"]

INPUT = -1
UNKNOWN = -2
"""Ids of boxes that are no rows: the input of a Sequential, and where tensors come from that are not known."""


@dataclass(frozen=True, slots=True)
class Box:
    """One call of a layer: what is written in it, in lines, and what kind of thing it is."""

    id: int
    name: str
    details: tuple[str, ...]
    style: Style


@dataclass(frozen=True, slots=True)
class Drawing:
    """One model; a link is a pair of ids of boxes, once for each tensor."""

    title: str
    caption: str
    boxes: tuple[Box, ...]
    links: tuple[tuple[int, int], ...]


def drawings(sources: Sequence[SourceModels], options: Options) -> tuple[Drawing, ...]:
    """A drawing of each model. A model in a model is one box, as it is among the models itself."""
    return tuple(_draw(model, source, options) for source in sources for model in source.models)


def _draw(model: ModelSummary, source: SourceModels, options: Options) -> Drawing:
    boxes = [_box(row) for row in model.rows]
    links = [(UNKNOWN if entry.row is None else entry.row, row.id) for row in model.rows for entry in row.inputs]
    if model.kind == "sequential" and model.rows:
        boxes.insert(0, Box(INPUT, "input", (shapes(model.input_shapes),), "input"))
        links.insert(0, (INPUT, model.rows[0].id))
    if any(start == UNKNOWN for start, _ in links):
        boxes.insert(0, Box(UNKNOWN, "?", ("not known",), "unknown"))
    if not boxes:
        boxes = [Box(UNKNOWN, "?", ("no layer is known",), "unknown")]
    return Drawing(printable(title(model, source, options)), _caption(model), tuple(boxes), tuple(links))


def _caption(model: ModelSummary) -> str:
    if model.refused:
        return "Keras refuses " + "; ".join(map(printable, model.refused))
    return totals(model) + (", partly understood" if model.unknown else "")


def _box(row: Row) -> Box:
    counted = params(row)
    details = [f"{row.type} → {shapes(row.output_shapes)}"]
    if row.same_as is not None:
        details.append("shared, counted once")
    elif row.params != 0:
        details.append("1 parameter" if row.params == 1 else f"{counted} parameters")
    if not row.certain:
        details.append("on some paths")
    return Box(row.id, printable(row.name), tuple(map(printable, details)), _style(row))


def _style(row: Row) -> Style:
    if row.fault is not None:
        return "refused"
    if row.type == "InputLayer":
        return "input"
    if row.inner is not None:
        return "model"
    if row.params is None:
        return "unknown"
    return "weights" if row.params or row.same_as is not None else "plain"
