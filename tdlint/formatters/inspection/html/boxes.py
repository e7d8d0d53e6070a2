"""What is drawn of a model: a box per call of a layer with its share of the penalty; long models with fewer boxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tdlint.formatters.graph.drawing import INPUT
from tdlint.formatters.inspection.rows import Row, layer_rows
from tdlint.graph import LayerNode, ModelGraph
from tdlint.inspector.accounting.account import Account
from tdlint.layer_order import as_listed
from tdlint.shapes import AnyShape, UnknownShape, format_shape

CROWDED = 40
"""From so many boxes on, layers without a penalty that follow each other share one."""


@dataclass(frozen=True)
class Box:
    """One call of a layer, or several that follow each other: ``followers`` are the types of the others.

    ``place`` leads to the row of the layer, or to the drawing of a nested model. ``again`` says that the layer has
    another box before this one.
    """

    id: int
    name: str
    type: str
    shape: AnyShape
    share: float | None = None
    has_penalty: bool = False
    place: str | None = None
    followers: tuple[str, ...] = ()
    again: bool = False

    @property
    def details(self) -> tuple[str, ...]:
        """The lines below the name."""
        lines = [f"{self.type} → {format_shape(self.shape)}" if self.shape != UnknownShape() else self.type]
        if self.followers:
            lines.append("then " + ", ".join(self.followers))
        return tuple(lines)


@dataclass(frozen=True)
class Figure:
    """One model: its path (empty for the outermost) and where it is on the page, its boxes, and links as pairs of ids.

    A link is there once for each tensor.
    """

    path: str
    place: str
    boxes: tuple[Box, ...]
    links: tuple[tuple[int, int], ...]


def figures(account: Account, places: dict[str, str]) -> Iterator[Figure]:
    """The model, then the models nested in it, each once."""
    rows = {row.name: row for row in layer_rows(account)}
    whole = account.totals.penalty
    models = list(_models(account.model, account.model.key))
    figure_of: dict[int, str] = {}
    for number, (_, _, key) in enumerate(models):
        figure_of.setdefault(key, f"model-{number}")
    for number, (path, model, _) in enumerate(models):
        boxes, links = _boxes(model, path, _Known(rows, whole, places, figure_of))
        drawn = _fewer(boxes, links) if len(boxes) > CROWDED else (boxes, links)
        yield Figure(path, f"model-{number}", *drawn)


@dataclass(frozen=True)
class _Known:
    """Rows of layers by path, the whole penalty, and places on the page: of rows by path, of nested models by key."""

    rows: dict[str, Row]
    whole: float | None
    row_of: dict[str, str]
    figure_of: dict[int, str]


def _models(model: ModelGraph, key: int, path: str = "") -> Iterator[tuple[str, ModelGraph, int]]:
    """A model and those within, each with its path and the key of the layer that it is."""
    yield path, model, key
    done = set()
    for node in model.nodes:
        if node.inner is not None and node.layer.key not in done:
            done.add(node.layer.key)
            yield from _models(node.inner, node.layer.key, f"{path}/{node.name}" if path else node.name)


def _boxes(model: ModelGraph, path: str, known: _Known) -> tuple[tuple[Box, ...], tuple[tuple[int, int], ...]]:
    nodes = [node for node in as_listed(model) if model.kind != "subclass" or node.within is None]
    ids = {node.id for node in nodes}
    boxes: list[Box] = []
    met: set[int] = set()
    for node in nodes:
        box = _box(node, f"{path}/{node.name}" if path else node.name, known)
        boxes.append(replace(box, again=node.layer.key in met))
        met.add(node.layer.key)
    links = [
        (source, node.id)
        for node in nodes
        for edge in node.edges
        if (source := edge.input if edge.producer is None else edge.producer) in ids and source is not None
    ]
    if model.kind == "sequential" and nodes and nodes[0].type != "keras.layers.InputLayer":
        shape = model.input_shapes[0] if model.input_shapes else UnknownShape()
        boxes.insert(0, Box(INPUT, "input", "input", shape))
        links.insert(0, (INPUT, nodes[0].id))
    return tuple(boxes), tuple(links)


def _box(node: LayerNode, path: str, known: _Known) -> Box:
    inside = [known.rows[path]] if path in known.rows else []
    if node.inner is not None:
        inside += [row for name, row in known.rows.items() if name.startswith(f"{path}/")]
    weights = tuple(weight for row in inside for weight in row.weights)
    together = Row("model", path, "", UnknownShape(), weights, whole_penalty=known.whole)
    return Box(
        node.id,
        node.name,
        f"{node.inner.kind} model" if node.inner is not None else node.layer.short_type.rpartition(">")[2],
        node.outputs[0] if node.outputs else UnknownShape(),
        together.share,
        together.has_penalty,
        known.row_of.get(path) if node.inner is None else known.figure_of[node.layer.key],
    )


def _fewer(
    boxes: tuple[Box, ...], links: tuple[tuple[int, int], ...]
) -> tuple[tuple[Box, ...], tuple[tuple[int, int], ...]]:
    """Boxes without a penalty are drawn into the one box before them that feeds nothing else."""
    fed = Counter(end for _, end in links)
    feeds = Counter(start for start, _ in links)
    by_id = {box.id: box for box in boxes}
    into: dict[int, int] = {}
    for start, end in links:
        box = by_id[end]
        if fed[end] == feeds[start] == 1 and not box.has_penalty and "model" not in box.type.split():
            into[end] = start

    def root(box: int) -> int:
        while box in into:
            box = into[box]
        return box

    kept = {box.id: box for box in boxes if box.id not in into}
    for box in boxes:  # producers come first, so followers are met in their order
        if box.id in into:
            first = kept[root(box.id)]
            kept[first.id] = replace(first, followers=(*first.followers, box.type), shape=box.shape)
    return tuple(kept.values()), tuple((root(start), end) for start, end in links if end not in into)
