"""What changed between two models, for a terminal: a table of what is not the same, and below it the sums."""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.formatters.drawing import drawn
from tdlint.formatters.inspection.words import headline
from tdlint.formatters.options import Options
from tdlint.formatters.summary import count
from tdlint.formatters.terminal import Paint, printable, wrap
from tdlint.inspector.accounting.account import LayerAccount
from tdlint.inspector.comparison import Change, Comparison, LayerComparison, Scalar
from tdlint.inspector.matching import Matched

SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_STYLES = {"added": "green", "removed": "red", "changed": None}


def render(comparison: Comparison, options: Options) -> str:
    """A table of layers that are not the same, then sentences; at most ``options.width`` cells wide."""
    paint, width = Paint(options.color), options.width
    before, after = headline(comparison.before), headline(comparison.after)
    lines = [paint(line, "bold") for line in wrap(f"{after} against {before}", width, "", "  ")]
    if comparison.differs and any(layer.status != "same" for layer in comparison.layers):
        lines += ["", _table(comparison, options)]
    lines.append("")
    lines += [line for text in _sentences(comparison) for line in wrap(text, width, "", "  ")]
    for title, texts in (("New findings", comparison.new_findings), ("Gone findings", comparison.gone_findings)):
        if texts:
            lines += ["", paint(title, "bold"), *(line for text in texts for line in wrap(text, width, "  ", "    "))]
    return "\n".join(lines)


def _table(comparison: Comparison, options: Options) -> str:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for title in ("layer", "what", "before", "after"):
        table.add_column(title, overflow="fold")
    for layer in comparison.layers:
        if layer.status == "same":
            continue
        name = _name(layer)
        for number, cells in enumerate(_rows(layer)):
            shown = (SIGNS[layer.status], name) if not number else ("", "")
            table.add_row(*(Text(printable(cell)) for cell in (*shown, *cells)), style=_STYLES[layer.status])
    return "\n".join(drawn([table], options))


def _name(layer: LayerComparison) -> str:
    name = f"{layer.layer.layer} ({layer.layer.type})"
    if layer.before is not None and layer.after is not None and layer.before.layer != layer.after.layer:
        return f"{name}, was {layer.before.layer}"
    return name


def _rows(layer: LayerComparison) -> Iterator[tuple[str, str, str]]:
    """What, before and after."""
    if layer.before is None or layer.after is None:
        yield "layer", _summary(layer.before), _summary(layer.after)
        return
    if layer.renamed:
        yield "name", layer.before.layer, layer.after.layer
    if layer.moved:
        yield "place", "", "another"
    for change in layer.changes:
        what = change.what if change.weight is None else f"{change.weight}: {change.what}"
        yield what, shown(change.before), shown(change.after)


def _summary(layer: LayerAccount | None) -> str:
    if layer is None:
        return ""
    regularizers = {weight.regularizer.describe(): None for weight in layer.weights if weight.regularizer}
    parts = [count(layer.params, "parameter") if layer.params else "no weights", *regularizers]
    return ", ".join(parts)


def shown(value: Scalar) -> str:
    """A value of a change for people; numbers in four digits, whole ones in full."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else value


def _sentences(comparison: Comparison) -> Iterator[str]:
    if not comparison.differs:
        yield f"Nothing differs: {count(len(comparison.layers), 'layer')}, {_params(comparison)}."
        return
    numbers = {status: len(comparison.with_status(status)) for status in (*SIGNS, "same")}
    yield ", ".join(f"{count(number, 'layer')} {status}" for status, number in numbers.items() if number) + "."
    for change in comparison.totals:
        yield f"{change.what}: {shown(change.before)} → {shown(change.after)}{_difference(change)}"
    by_order = sum(layer.matched is Matched.ORDER for layer in comparison.layers)
    if by_order:
        was = "was" if by_order == 1 else "were"
        yield f"{count(by_order, 'layer')} {was} matched by kind and order, the others by their path."


def _params(comparison: Comparison) -> str:
    return count(comparison.after.totals.params, "parameter")


def _difference(change: Change) -> str:
    before, after = change.before, change.after
    if not isinstance(before, int | float) or not isinstance(after, int | float):
        return ""
    difference = after - before
    return f" ({difference:+,})" if isinstance(difference, int) else f" ({difference:+.4g})"
