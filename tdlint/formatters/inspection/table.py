"""The account for a terminal: a table of layers, with the verdict and notes below."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from tdlint.formatters.inspection.view import View
from tdlint.formatters.inspection.words import amount, sections, verdict
from tdlint.formatters.options import Options
from tdlint.formatters.terminal import Paint, printable, wrap
from tdlint.inspector.account import Account, LayerAccount, WeightAccount
from tdlint.shapes import format_shape

if TYPE_CHECKING:
    from rich.table import Table

SHAPE_FROM = 92
TYPE_FROM = 120
"""From how many cells on the output shape and the type have columns of their own."""


def render(account: Account, options: Options, view: View) -> str:
    """A table of layers, then a paragraph per section; at most ``options.width`` cells wide."""
    paint, width = Paint(options.color), options.width
    lines = [_table(account, width, options.color), *wrap(verdict(account), width, "", "")]
    for title, items in sections(account):
        lines += ["", paint(title, "bold"), *(line for item in items for line in wrap(item, width, "  ", "    "))]
    return "\n".join(lines)


def _table(account: Account, width: int, color: bool) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    version = f", Keras {account.keras_version}" if account.keras_version else ""
    title = Text(printable(f"{account.name} ({account.source}{version})"), style="bold")
    table = Table(box=None, pad_edge=False, header_style="bold", footer_style="bold", show_footer=True)
    _columns(table, account, width)
    for layer in account.layers:
        with_type = width >= TYPE_FROM
        shown = [layer.layer if with_type or _evident(layer) else f"{layer.layer} ({layer.type})"]
        shown += [
            *([layer.type] if with_type else []),
            *([format_shape(layer.output_shape)] if width >= SHAPE_FROM else []),
            f"{layer.params:,}" if layer.params else "",
            f"{layer.regularized_params:,}" if layer.regularized_params else "",
            ", ".join(_regularizers(layer)),
            amount(layer.penalty, any(weight.regularizer or not weight.understood for weight in layer.weights)),
            amount(layer.expected_penalty, bool(layer.regularized_params)),
        ]
        table.add_row(*(Text(printable(cell)) for cell in shown), style=None if layer.params else "dim")
    stream = io.StringIO()
    colors: Literal["standard"] | None = "standard" if color else None
    console = Console(file=stream, width=width, color_system=colors, force_terminal=color, legacy_windows=False)
    console.print(title, "", table, sep="\n")
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _evident(layer: LayerAccount) -> bool:
    """Whether the name of a layer tells its type, as the names do that Keras gives."""
    name = layer.layer.rpartition("/")[2].rstrip("0123456789_").replace("_", "")
    return name.lower() == layer.type.lower()


def _columns(table: Table, account: Account, width: int) -> None:
    totals = account.totals
    longest = max((len(layer.layer) + len(layer.type) + 3 for layer in account.layers), default=0)
    table.add_column("layer", "total", overflow="fold", no_wrap=longest <= width // 2)
    if width >= TYPE_FROM:
        table.add_column("type", overflow="fold")
    if width >= SHAPE_FROM:
        table.add_column("output shape", overflow="fold")
    table.add_column("params", f"{totals.params:,}", justify="right", no_wrap=True)
    table.add_column("regularized", f"{totals.regularized_params:,}", justify="right", no_wrap=True)
    table.add_column("regularizer", overflow="fold")
    table.add_column("penalty", amount(totals.penalty, True), justify="right", no_wrap=True)
    relevant = bool(totals.regularized_params)
    table.add_column("at start", amount(totals.expected_penalty, relevant), justify="right", no_wrap=True)


def _regularizers(layer: LayerAccount) -> Iterator[str]:
    """What regularizes the weights, each once; of weights that differ, which ones."""
    groups: dict[str, list[WeightAccount]] = {}
    for weight in layer.weights:
        if weight.regularizer is not None:
            text = weight.regularizer.describe() + ("" if weight.counted else " frozen")
            groups.setdefault(text, []).append(weight)
    for text, weights in groups.items():
        names = list(dict.fromkeys(weight.name.rpartition("/")[2] for weight in weights))
        where = "" if names == ["kernel"] or len(names) > 3 else f" on {', '.join(names)}"
        yield text + where
    for term in layer.activity:
        yield f"{term.regularizer.describe()} on output" + ("" if term.acts else " (never acts)")
