"""The model as a picture: boxes in the color of their share of the penalty, which is written in them as well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tdlint.formatters.graph.layout import Gaps, Layout, Size, lay_out
from tdlint.formatters.graph.svg import TIP, link_curve
from tdlint.formatters.inspection.html.boxes import CROWDED, Box, Figure, figures
from tdlint.formatters.inspection.html.shade import legend, step
from tdlint.formatters.inspection.html.tables import anchors
from tdlint.formatters.inspection.words import percent
from tdlint.formatters.page import text
from tdlint.formatters.terminal import cells, printable
from tdlint.inspector.accounting.account import Account

_LINE = 17.0
_CELL = 6.6
_NAME_CELL = 7.8
_PADDING = 12.0
_MARGIN = 14.0
_MOST_CELLS = 38
_FRAME, _WIDE = 520.0, 1200.0
"""A drawing that is wider than its frame can be shown as a whole, and is so at first if it is much wider."""
_MOST_BOXES = 1200
"""A larger drawing takes long to lay out, and nobody reads it."""


def render(account: Account) -> Iterator[str]:
    """A figure with the model and the models nested in it."""
    found = list(figures(account, anchors(account)))
    if not found[0].boxes:
        return
    plans = [_Plan.of(figure) for figure in found]
    steps = {step(box.share, box.has_penalty) for figure in found for box in figure.boxes}
    yield f'<section class="graph"><h2>{"The model" if steps == {"none"} else "Where the penalty is"}</h2>'
    yield from legend(steps) if steps != {"none"} else ()
    width = max(plan.layout.width for plan in plans)
    if width > _FRAME:
        checked = " checked" if width > _WIDE else ""
        yield f'<p class="fit"><input type="checkbox" id="fit"{checked}> <label for="fit">fit the frame</label></p>'
    yield '<div class="canvas" role="region" aria-label="The model drawn" tabindex="0">'
    for number, plan in enumerate(plans):
        if plan.figure.path:
            yield f'<h3 id="{plan.figure.place}">{text(plan.figure.path)}</h3>'
        yield from _figure(plan, with_tip=number == 0)
    yield "</div></section>"


@dataclass(frozen=True)
class _Plan:
    """Where everything of a figure lies."""

    figure: Figure
    sizes: dict[int, Size]
    layout: Layout

    @classmethod
    def of(cls, figure: Figure) -> _Plan:
        sizes = {box.id: _size(box) for box in figure.boxes}
        if len(sizes) > _MOST_BOXES:
            return cls(figure, sizes, Layout({}, {}, 0, 0))
        return cls(figure, sizes, lay_out(sizes, figure.links, Gaps(down=22) if len(sizes) > CROWDED else None))


def _figure(plan: _Plan, with_tip: bool) -> Iterator[str]:
    figure, sizes, layout = plan.figure, plan.sizes, plan.layout
    if len(figure.boxes) > _MOST_BOXES:
        yield f'<p class="faint">{len(figure.boxes):,} boxes are too many to draw; the table has all layers.</p>'
        return
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN
    name = text(figure.path or "the model")
    yield f'<svg role="group" aria-label="{name}" width="{width:.0f}" height="{height:.0f}"'
    yield f' viewBox="{-_MARGIN:g} {-_MARGIN:g} {width:.0f} {height:.0f}">{TIP if with_tip else ""}'
    for start, end in dict.fromkeys(figure.links):
        yield link_curve(layout, sizes, start, end, figure.links.count((start, end)))
    for box in figure.boxes:
        yield _box(box, sizes[box.id], layout)
    yield "</svg>"


def _lines(box: Box) -> list[str]:
    lines = [box.name, *box.details]
    if box.has_penalty:
        lines.append(_penalty(box))
    return [_short(printable(line)) for line in lines]


def _penalty(box: Box) -> str:
    if box.share is None:
        return "penalty not known"
    part = f"{percent(box.share)} of the penalty" if box.share else "penalty 0"
    return f"{part}, counted once" if box.again else part


def _short(line: str) -> str:
    return line if len(line) <= _MOST_CELLS else f"{line[: _MOST_CELLS - 12]}…{line[-11:]}"


def _size(box: Box) -> Size:
    name, *more = _lines(box)
    longest = max([cells(name) * _NAME_CELL, *(cells(line) * _CELL for line in more)])
    return Size(longest + 2 * _PADDING, _LINE * (1 + len(more)) + _PADDING)


def _box(box: Box, size: Size, layout: Layout) -> str:
    center, middle = layout.centers[box.id]
    x, y = center - size.width / 2, middle - size.height / 2
    shade = step(box.share, box.has_penalty)
    parts = [
        f'<g class="on-{shade}"><title>{text(box.name)}: {text("; ".join(box.details))}</title>',
        f'<rect class="{shade}" x="{x:.1f}" y="{y:.1f}" width="{size.width:.1f}" height="{size.height:.1f}" rx="7"/>',
    ]
    for number, line in enumerate(_lines(box)):
        kind = "more" if number else "name"
        baseline = y + _PADDING / 2 + _LINE * (number + 0.75)
        place = f'x="{center:.1f}" y="{baseline:.1f}" text-anchor="middle"'
        parts.append(f'<text class="{kind}" {place}>{text(line)}</text>')
    drawn = "".join([*parts, "</g>"])
    return drawn if box.place is None else f'<a href="#{box.place}">{drawn}</a>'
