"""Models as one SVG picture that needs nothing else: no script, no font, no network; dark where the reader is dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from tdlint.formatters.graph.drawing import Box, Drawing, drawings
from tdlint.formatters.graph.layout import Layout, Size, lay_out
from tdlint.formatters.options import Options
from tdlint.formatters.terminal import cells
from tdlint.linting.source_models import SourceModels

MARGIN = 24.0
HEAD = 52.0
LINE = 17.0
_CELL = 7.0  # pixels of a cell; somewhat more than most sans-serif fonts take at 12 pixels
_NAME_CELL = 8.0
_PADDING = 12.0
_TIP = 8.0  # the last pixels of a link are straight, for the tip of its arrow

_STYLE = """\
.tdlint { color-scheme: light dark; }
.tdlint { font: 12px system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
.tdlint .page { fill: #ffffff; }
.tdlint text { fill: #202124; }
.tdlint .name { font-size: 13px; font-weight: 600; }
.tdlint .title { font-size: 15px; font-weight: 600; }
.tdlint .faint { fill: #5f6368; }
.tdlint .box { stroke-width: 1.2; }
.tdlint .input { fill: #eceef1; stroke: #80868b; }
.tdlint .weights { fill: #dce9fd; stroke: #3b78d8; }
.tdlint .plain { fill: #ffffff; stroke: #9aa0a6; }
.tdlint .model { fill: #dcf3e5; stroke: #2a8a57; stroke-width: 2; }
.tdlint .unknown { fill: #fff4d9; stroke: #b07a10; stroke-dasharray: 5 3; }
.tdlint .refused { fill: #fde3e1; stroke: #c5221f; stroke-width: 2; }
.tdlint .link { fill: none; stroke: #80868b; stroke-width: 1.3; }
.tdlint .tip { fill: #80868b; }
@media (prefers-color-scheme: dark) {
  .tdlint .page { fill: #1b1d21; }
  .tdlint text { fill: #e8eaed; }
  .tdlint .faint { fill: #b6bac0; }
  .tdlint .input { fill: #33373d; }
  .tdlint .weights { fill: #1f3656; stroke: #6ea4f5; }
  .tdlint .plain { fill: #24272c; }
  .tdlint .model { fill: #1c3f2d; stroke: #5fc592; }
  .tdlint .unknown { fill: #45371a; stroke: #e0b04c; }
  .tdlint .refused { fill: #4d2323; stroke: #f28b82; }
}"""

TIP = (
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7"'
    ' orient="auto"><path class="tip" d="M0 1L10 5L0 9z"/></marker></defs>'
)
"""The tip of the arrows that ``link_curve`` draws, once per document."""


def render(sources: Sequence[SourceModels], options: Options) -> str:
    """All models, one below the other."""
    parts: list[str] = []
    width, top = 0.0, MARGIN
    for drawing in drawings(sources, options):
        layout = lay_out({box.id: _size(box) for box in drawing.boxes}, drawing.links)
        parts += _model(drawing, layout, top)
        width = max(width, layout.width, cells(drawing.title) * 9.0, cells(drawing.caption) * _CELL)
        top += HEAD + layout.height + 2 * MARGIN
    width, height = round(width + 2 * MARGIN), round(max(top - MARGIN, 2 * MARGIN))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="tdlint" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}">',
            f"<style>{_STYLE}</style>",
            TIP,
            f'<rect class="page" width="{width}" height="{height}"/>',
            *parts,
            "</svg>",
        ]
    )


def _size(box: Box) -> Size:
    longest = max([cells(box.name) * _NAME_CELL, *(cells(line) * _CELL for line in box.details)])
    return Size(longest + 2 * _PADDING, LINE * (1 + len(box.details)) + _PADDING)


def _model(drawing: Drawing, layout: Layout, top: float) -> Iterator[str]:
    yield f'<g role="img" aria-label={quoteattr(drawing.title)} transform="translate({MARGIN:g} {top:g})">'
    yield f'<text class="title" y="14">{escape(drawing.title)}</text>'
    yield f'<text class="faint" y="33">{escape(drawing.caption)}</text>'
    yield f'<g transform="translate(0 {HEAD:g})">'
    sizes = {box.id: _size(box) for box in drawing.boxes}
    for start, end in dict.fromkeys(drawing.links):
        yield link_curve(layout, sizes, start, end, drawing.links.count((start, end)))
    for box in drawing.boxes:
        yield from _box(box, sizes[box.id], layout.centers[box.id])
    yield "</g></g>"


def _box(box: Box, size: Size, center: tuple[float, float]) -> Iterator[str]:
    x, y = center[0] - size.width / 2, center[1] - size.height / 2
    yield (
        f'<rect class="box {box.style}" x="{x:.1f}" y="{y:.1f}" width="{size.width:.1f}"'
        f' height="{size.height:.1f}" rx="7"/>'
    )
    for number, line in enumerate((box.name, *box.details)):
        kind = "faint" if number else "name"
        baseline = y + _PADDING / 2 + LINE * (number + 0.75)
        yield f'<text class="{kind}" x="{center[0]:.1f}" y="{baseline:.1f}" text-anchor="middle">{escape(line)}</text>'


def link_curve(layout: Layout, sizes: dict[int, Size], start: int, end: int, times: int) -> str:
    """A curve from the bottom of a box to the top of another, with ``2x`` where it stands for two tensors."""
    (first, upper), (last, lower) = layout.centers[start], layout.centers[end]
    way = layout.ways[start, end]
    path = f"M{first:.1f} {upper + sizes[start].height / 2:.1f}"
    for (x0, y0), (x1, y1) in zip(way[::2], way[1::2], strict=True):
        end_of_bend = y1 - _TIP
        middle = (y0 + end_of_bend) / 2
        path += f"V{y0:.1f}C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {end_of_bend:.1f}"
    top = lower - sizes[end].height / 2
    curve = f'<path class="link" d="{path}V{top:.1f}" marker-end="url(#tip)"/>'
    if times == 1:
        return curve
    return f'{curve}<text class="faint" x="{last + 8:.1f}" y="{top - 6:.1f}">{times}x</text>'
