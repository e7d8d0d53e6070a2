"""A layered layout: every box in a layer below all it is fed by, with few crossings, long links led around boxes.

The steps are the usual ones of layered drawing: ranks by longest path, a point in every layer that a link passes,
orders by the mean of the neighbours, places by pulling towards the neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import networkx

SWEEPS = 8
"""How often the layers are put in order, and how often places are pulled, down and up."""

Knot: TypeAlias = tuple[int, int, int]
"""A box ``(box, -1, 0)``, or the point ``(start, end, rank)`` where a link passes a layer."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height of a box, in pixels."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Gaps:
    """Pixels between neighbours in a layer, and between layers; a point of a link is ``passage`` wide."""

    across: float = 24
    down: float = 36
    passage: float = 8


@dataclass(frozen=True)
class Layout:
    """Centers of boxes, the ways of links, and the size of the whole.

    A way is points from the lower edge of the first layer to the upper edge of the last, two for each gap between
    layers: a link bends in gaps only, so that it never runs behind a box.
    """

    centers: dict[int, tuple[float, float]]
    ways: dict[tuple[int, int], tuple[tuple[float, float], ...]]
    width: float
    height: float


def lay_out(sizes: Mapping[int, Size], links: Iterable[tuple[int, int]], gaps: Gaps | None = None) -> Layout:
    """Places for boxes of these sizes with these links, which must not form a cycle."""
    gaps = gaps or Gaps()
    unique = dict.fromkeys(links)
    ranks = _ranks(sizes, unique)
    layers, graph = _with_points(ranks, unique)
    layers = _ordered(layers, graph)
    widths = {knot: sizes[knot[0]].width if knot[1] == -1 else gaps.passage for layer in layers for knot in layer}
    across = _places(layers, graph, widths, gaps.across)
    left = min((across[knot] - widths[knot] / 2 for knot in across), default=0)
    bands = _bands(layers, sizes, gaps.down)
    place = {knot: x - left for knot, x in across.items()}
    centers = {box: (place[box, -1, 0], sum(bands[ranks[box]]) / 2) for box in sizes}
    width = max((place[knot] + widths[knot] / 2 for knot in place), default=0)
    height = bands[-1][1] if bands else 0
    return Layout(centers, {link: _way(link, ranks, place, bands) for link in unique}, width, height)


def _ranks(boxes: Iterable[int], links: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The layer of each box, from 0; what is fed by nothing is just above what it feeds."""
    import networkx

    graph: networkx.DiGraph[int] = networkx.DiGraph()
    graph.add_nodes_from(boxes)
    graph.add_edges_from(links)
    ranks = {box: rank for rank, layer in enumerate(networkx.topological_generations(graph)) for box in layer}
    for box in graph:
        if graph.in_degree(box) == 0 and graph.out_degree(box) > 0:
            ranks[box] = min(ranks[after] for after in graph.successors(box)) - 1
    return ranks


def _with_points(
    ranks: Mapping[int, int], links: Iterable[tuple[int, int]]
) -> tuple[list[list[Knot]], networkx.DiGraph[Knot]]:
    """The layers with a point in each layer that a link passes, and the graph of neighbours in adjacent layers."""
    import networkx

    layers: list[list[Knot]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    graph: networkx.DiGraph[Knot] = networkx.DiGraph()
    for box, rank in ranks.items():
        layers[rank].append((box, -1, 0))
        graph.add_node((box, -1, 0))
    for start, end in links:
        before: Knot = (start, -1, 0)
        for rank in range(ranks[start] + 1, ranks[end]):
            point: Knot = (start, end, rank)
            layers[rank].append(point)
            graph.add_edge(before, point)
            before = point
        graph.add_edge(before, (end, -1, 0))
    return layers, graph


def _ordered(layers: list[list[Knot]], graph: networkx.DiGraph[Knot]) -> list[list[Knot]]:
    """The layers in the order with the fewest crossings that was met."""
    best, fewest = layers, _crossings(layers, graph)
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        downwards = sweep % 2 == 0
        layers = [list(layer) for layer in layers]
        for number in range(1, len(layers)) if downwards else range(len(layers) - 2, -1, -1):
            beside = layers[number - 1] if downwards else layers[number + 1]
            position = {knot: place for place, knot in enumerate(beside)}
            neighbours = graph.pred if downwards else graph.succ
            own = {knot: float(place) for place, knot in enumerate(layers[number])}
            means = {knot: _mean([position[other] for other in neighbours[knot]], own[knot]) for knot in own}
            layers[number].sort(key=means.__getitem__)
        crossings = _crossings(layers, graph)
        if crossings < fewest:
            best, fewest = layers, crossings
    return best


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _crossings(layers: list[list[Knot]], graph: networkx.DiGraph[Knot]) -> int:
    count = 0
    for upper, lower in pairwise(layers):
        position = {knot: place for place, knot in enumerate(lower)}
        ends: list[int] = []
        for knot in upper:
            own = sorted(position[other] for other in graph.succ[knot])
            count += sum(end > other for other in own for end in ends)
            ends += own
    return count


def _places(
    layers: list[list[Knot]], graph: networkx.DiGraph[Knot], widths: Mapping[Knot, float], gap: float
) -> dict[Knot, float]:
    """The center of every knot across its layer."""
    places: dict[Knot, float] = {}
    for layer in layers:
        _settle(layer, dict.fromkeys(layer, 0.0), widths, gap, places)
    for sweep in range(2 * SWEEPS):
        downwards = sweep % 2 == 0
        for layer in layers if downwards else reversed(layers):
            near = graph.pred if downwards else graph.succ
            wanted = {knot: _mean([places[other] for other in near[knot]], places[knot]) for knot in layer}
            _settle(layer, wanted, widths, gap, places)
    return places


def _settle(
    layer: Sequence[Knot],
    wanted: Mapping[Knot, float],
    widths: Mapping[Knot, float],
    gap: float,
    places: dict[Knot, float],
) -> None:
    """Put a layer's knots as near to the wanted places as order and widths allow: touching knots move as one block."""
    blocks: list[tuple[float, int, list[Knot]]] = []  # sum of wanted places of the first knot, number, knots
    offsets: dict[Knot, float] = {}
    offset = 0.0
    for number, knot in enumerate(layer):
        if number:
            offset += (widths[layer[number - 1]] + widths[knot]) / 2 + gap
        offsets[knot] = offset
        total, count, knots = wanted[knot] - offset, 1, [knot]
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before_total, before_count, before = blocks.pop()
            total, count, knots = total + before_total, count + before_count, before + knots
        blocks.append((total, count, knots))
    for total, count, knots in blocks:
        for knot in knots:
            places[knot] = total / count + offsets[knot]


def _bands(layers: list[list[Knot]], sizes: Mapping[int, Size], gap: float) -> list[tuple[float, float]]:
    """The upper and the lower edge of each layer."""
    bands: list[tuple[float, float]] = []
    top = 0.0
    for layer in layers:
        bottom = top + max((sizes[knot[0]].height for knot in layer if knot[1] == -1), default=0.0)
        bands.append((top, bottom))
        top = bottom + gap
    return bands


def _way(
    link: tuple[int, int], ranks: Mapping[int, int], place: Mapping[Knot, float], bands: list[tuple[float, float]]
) -> tuple[tuple[float, float], ...]:
    start, end = link
    points = [(place[start, -1, 0], bands[ranks[start]][1])]
    for rank in range(ranks[start] + 1, ranks[end]):
        points += [(place[start, end, rank], edge) for edge in bands[rank]]
    return (*points, (place[end, -1, 0], bands[ranks[end]][0]))
