"""The account of a model as a table for people and as JSON for machines."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from tdlint.formatters import json_
from tdlint.formatters.options import Options
from tdlint.formatters.summary import count
from tdlint.formatters.terminal import Paint, printable, wrap
from tdlint.inspector.account import Account, ActivityTerm, LayerAccount, Regularizer, WeightAccount
from tdlint.linting.result import FileResult, RunResult
from tdlint.shapes import format_shape

if TYPE_CHECKING:
    from rich.table import Table

SHAPE_FROM = 92
TYPE_FROM = 120
"""From how many cells on the output shape and the type have columns of their own."""
FORMAT_VERSION = 1
"""Raised when a name of the format changes its meaning or goes away; new names don't raise it."""


def render_json(account: Account) -> str:
    """The account as one JSON object; null where something is not known, or is not a finite number."""
    totals = account.totals
    result = RunResult((FileResult(account.source, account.diagnostics),))
    document = {
        "version": FORMAT_VERSION,
        "model": account.name,
        "source": account.source,
        "keras_version": account.keras_version or None,
        "layers": [_layer(layer) for layer in account.layers],
        "totals": {
            "params": totals.params,
            "trainable_params": totals.trainable_params,
            "regularized_params": totals.regularized_params,
            "penalty": totals.penalty,
            "known_penalty": totals.known_penalty,
            "expected_penalty": totals.expected_penalty,
            "expected_data_loss": totals.expected_data_loss,
            "expected_data_loss_reason": totals.data_loss_reason,
            "penalty_ratio": totals.penalty_ratio,
        },
        "inactive": [
            {"layer": item.layer, "argument": item.argument, "reason": item.reason} for item in account.inactive
        ],
        "unsafe": [{"layer": item.layer, "reason": item.reason} for item in account.unsafe],
        "notes": list(account.notes),
        "unknown": list(account.unknown),
        "diagnostics": json.loads(json_.render(result, Options()))["diagnostics"],
    }
    return json.dumps(_finite(document), indent=2, allow_nan=False)


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _layer(layer: LayerAccount) -> dict[str, Any]:
    return {
        "layer": layer.layer,
        "type": layer.type,
        "calls": layer.calls,
        "step_copies": layer.step_copies,
        "params": layer.params,
        "trainable_params": layer.trainable_params,
        "regularized_params": layer.regularized_params,
        "penalty": layer.penalty,
        "expected_penalty": layer.expected_penalty,
        "weights": [_weight(weight) for weight in layer.weights],
        "activity": [_activity(term) for term in layer.activity],
    }


def _weight(weight: WeightAccount) -> dict[str, Any]:
    return {
        "name": weight.name,
        "shape": list(weight.shape),
        "params": weight.params,
        "trainable": weight.trainable,
        "regularizer": _regularizer(weight.regularizer),
        "penalty": weight.penalty,
        "expected_penalty": weight.expected_penalty,
        "counted": weight.counted,
        "understood": weight.understood,
        "non_finite": weight.non_finite,
    }


def _regularizer(regularizer: Regularizer | None) -> dict[str, Any] | None:
    return None if regularizer is None else {"type": regularizer.type, **dict(regularizer.coefficients)}


def _activity(term: ActivityTerm) -> dict[str, Any]:
    return {
        "regularizer": _regularizer(term.regularizer),
        "acts": term.acts,
        "divided_by_batch": term.divided_by_batch,
        "over_time": term.over_time,
        "steps": term.steps,
        "calls": term.calls,
    }


def render_table(account: Account, width: int = 100, color: bool = False) -> str:
    """The account as a table of layers, with the verdict and notes below; at most ``width`` cells wide."""
    paint = Paint(color)
    lines = [_table(account, width, color), *wrap(_verdict(account), width, "", "")]
    for title, items in (
        ("Diagnostics", list(_diagnostics(account))),
        ("Declared, and never acting", [f"{i.layer}: {i.argument}: {i.reason}" for i in account.inactive]),
        ("Notes", [*_notes(account), *account.notes]),
        ("Runs code of its own when loaded", [f"{item.layer}: {item.reason}" for item in account.unsafe]),
        ("Not understood", list(account.unknown)),
    ):
        if items:
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
            _amount(layer.penalty, any(weight.regularizer or not weight.understood for weight in layer.weights)),
            _amount(layer.expected_penalty, bool(layer.regularized_params)),
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
    table.add_column("penalty", _amount(totals.penalty, True), justify="right", no_wrap=True)
    relevant = bool(totals.regularized_params)
    table.add_column("at start", _amount(totals.expected_penalty, relevant), justify="right", no_wrap=True)


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


def _amount(value: float | None, relevant: bool) -> str:
    if not relevant:
        return ""
    return "?" if value is None else f"{value:.4g}"


def _verdict(account: Account) -> str:
    totals = account.totals
    if totals.penalty is None:
        known = f"The penalty is at least {totals.known_penalty:.4g}. " if totals.known_penalty else ""
        return (
            f"{known}Of some weights the regularizer or the values are not known, so neither is the whole "
            "penalty; inspect the live model to know it."
        )
    if not totals.regularized_params:
        return "No weight is regularized: the loss is the data loss, and activity terms if there are any."
    share = totals.regularized_params / totals.params
    size = f"{count(totals.regularized_params, 'parameter')} ({share:.0%})"
    lead = f"{size} are regularized and cost {totals.penalty:.4g} now."
    if totals.expected_data_loss is None or totals.penalty_ratio is None:
        return (
            f"{lead} The model does not tell what data loss it starts from, so there is nothing to compare this with."
        )
    loss = f"{totals.expected_data_loss:.3g} ({totals.data_loss_reason})"
    return f"{lead} A fresh model starts from a data loss of about {loss}: {_weight_of(totals.penalty_ratio)}."


def _weight_of(ratio: float) -> str:
    """What a ratio of penalty to data loss means, as measured (FACTS C12)."""
    if not math.isfinite(ratio):
        return "the penalty is not finite"
    size = f"the penalty is {ratio:.3g} times that"
    if ratio >= 100:
        return f"{size}, and collapse to a constant is to be expected"
    if ratio >= 10:
        return f"{size}; weights go sparse, and a weak signal is lost"
    if ratio >= 1:
        return f"{size}, so that training first shrinks weights"
    if ratio >= 0.1:
        return f"{size}, a noticeable part of the loss"
    return f"{size}, a small part of the loss"


def _diagnostics(account: Account) -> Iterator[str]:
    for one in account.diagnostics:
        where = f"{one.location.layer}: " if one.location.layer else ""
        yield f"{one.severity.label} {one.code} [{one.name}] {where}{one.message}" + (
            f"; {one.help}" if one.help else ""
        )


def _notes(account: Account) -> Iterator[str]:
    for layer in account.layers:
        if layer.once_for_all_steps:
            yield f"{layer.layer}: its weights are shared by all time steps, so their penalty counts once"
        if layer.step_copies:
            yield (
                f"{layer.layer}: it holds {layer.step_copies} copies of one layer, one per time step: weights and "
                "penalty grow with the number of steps"
            )
        if layer.calls > 1 and layer.regularized_params:
            yield f"{layer.layer}: it is called {layer.calls} times, and its penalty counts once"
        for term in layer.activity:
            if term.acts:
                yield f"{layer.layer}: {_activity_note(term)}"


def _activity_note(term: ActivityTerm) -> str:
    parts = ["divided by the batch size" if term.divided_by_batch else "not divided by the batch size"]
    if term.over_time:
        parts.append(f"summed over {term.steps} time steps" if term.steps else "growing with the number of time steps")
    if term.calls > 1:
        parts.append(f"once for each of {term.calls} calls")
    return f"{term.regularizer.describe()} on the output depends on the data, {', '.join(parts)}; it is not in the sums"
