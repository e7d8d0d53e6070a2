"""Models as tables for people, like Keras' own summaries; nested models are shown below the layer that they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tdlint.formatters.drawing import drawn
from tdlint.formatters.graph.labels import number, params, shapes, where
from tdlint.formatters.options import Options
from tdlint.formatters.place import shown_path
from tdlint.formatters.summary import count
from tdlint.formatters.terminal import Paint, cells, printable, wrap
from tdlint.linting.source_models import SourceModels
from tdlint.summary import ModelSummary, Row

if TYPE_CHECKING:
    from rich.table import Table


def render(sources: Sequence[SourceModels], options: Options) -> str:
    """A table per model, with its sums below."""
    parts = [_model(model, source, options) for source in sources for model in source.models]
    return "\n\n".join(parts)


def render_unknown(sources: Sequence[SourceModels], options: Options) -> str:
    """What was not understood, and why: of each model, then of the rest of its file."""
    lines: list[str] = []
    for source in sources:
        for model in source.models:
            lines += [f"{where(model, source, options)}: {model.name}: {reason}" for reason in model.unknown]
        for location, reason in source.unknown:
            cell = f"cell{location.cell}:" if location.cell is not None else ""
            line = location.start.line if location.start else 1
            lines.append(f"{shown_path(location.path, options.base)}:{cell}{line}: {reason}")
    if not lines:
        return "Everything was understood."
    shown = [line for text in dict.fromkeys(lines) for line in wrap(text, options.width, "  ", "    ")]
    return "\n".join([Paint(options.color)("Not understood", "bold"), *shown])


def _model(model: ModelSummary, source: SourceModels, options: Options) -> str:
    lines = drawn([_table(model, options.width)] if model.rows else [], options)
    paint = Paint(options.color)
    place = paint(printable(where(model, source, options)), "faint")  # one thing to copy, so never broken
    return "\n".join(
        [f"{paint(printable(model.name), 'bold')} ({model.kind}) {place}", *lines, *_totals(model, options)]
    )


def _table(model: ModelSummary, width: int) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False, padding=(0, 1))
    lines = list(_lines(model))
    connected = any(line[3] for line in lines)
    # Names are broken only where the terminal is too narrow for any other way.
    numbers = max(len("params"), *(len(line[2]) for line in lines))
    room = width - numbers - 3 * (3 if connected else 2)
    share = room // 3 if connected else room // 2
    table.add_column("layer (type)", overflow="fold", min_width=_longest_word(lines, 0, share))
    table.add_column("output shape", overflow="fold", min_width=_longest_word(lines, 1, share))
    table.add_column("params", justify="right", no_wrap=True)
    if connected:
        table.add_column("connected to", overflow="fold", min_width=_longest_word(lines, 3, share))
    for *texts, plain in lines:
        shown = texts if connected else texts[:3]
        table.add_row(*(Text(printable(text)) for text in shown), style="dim" if plain else None)
    return table


def _longest_word(lines: Sequence[Sequence[str | bool]], column: int, most: int) -> int:
    return min(most, max(cells(word) for line in lines for word in [*str(line[column]).split(), ""]))


def _lines(model: ModelSummary, indent: str = "") -> Iterator[tuple[str, str, str, str, bool]]:
    """Layer, output shape, parameters, connections, and whether the row has no parameters."""
    for row in model.rows:
        doubt = "" if row.certain else " (maybe)"
        sources = "" if model.is_chain else ", ".join(_sources(row, model))
        yield (
            f"{indent}{row.name} ({row.type}){doubt}",
            shapes(row.output_shapes),
            params(row),
            sources,
            row.params == 0,
        )
        if row.inner is not None and row.same_as is None:
            yield from _lines(row.inner, indent.replace("└", " ") + "└ ")


def _sources(row: Row, model: ModelSummary) -> Iterator[str]:
    """The rows that a row is fed by; which output, or which call of a shared layer, where that is a question."""
    for entry in row.inputs:
        if entry.row is None:
            yield "?"
            continue
        before = model.rows[entry.row]
        outputs = f"[{entry.index}]" if len(before.output_shapes) > 1 else ""
        calls = [other.id for other in model.rows if before.id in (other.id, other.same_as) or _same(before, other)]
        call = f" (call {calls.index(before.id) + 1})" if len(calls) > 1 else ""
        yield f"{before.name}{outputs}{call}"


def _same(left: Row, right: Row) -> bool:
    return left.same_as is not None and left.same_as in (right.id, right.same_as)


def _totals(model: ModelSummary, options: Options) -> list[str]:
    sums = (
        f"total params: {number(model.total_params)}",
        f"trainable: {number(model.trainable_params)}",
        f"non-trainable: {number(model.non_trainable_params)}",
    )
    lines = wrap("; ".join(sums), options.width, "", "")
    paint = Paint(options.color)
    for fault in model.refused:
        first, *rest = wrap(f"Keras refuses {fault}", options.width, "", "  ")
        lines += [paint(first, "error"), *(paint(line, "error") for line in rest)]
    if model.unknown:
        reasons = count(len(model.unknown), "thing")
        lines += wrap(f"{reasons} not understood (--explain-unknown says why)", options.width, "", "")
    return lines
