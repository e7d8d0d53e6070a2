"""The columns of an account's table: what each shows, how it sorts, and which of them fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tdlint.config import did_you_mean
from tdlint.errors import UsageError
from tdlint.formatters.inspection.rows import Row, layer_rows, weight_rows
from tdlint.formatters.inspection.view import View
from tdlint.formatters.inspection.words import amount, percent
from tdlint.inspector.accounting.account import Account, WeightAccount
from tdlint.shapes import format_shape


@dataclass(frozen=True)
class Column:
    """``title`` stands at its head, ``about`` says what it is; ``value`` is what rows are sorted by.

    A column of numbers sorts from the largest down, others from A to Z. ``summed`` says that the last row has its sum.
    """

    title: str
    about: str
    text: Callable[[Row], str]
    value: Callable[[Row], float | str | None]
    number: bool = True
    summed: bool = True


def _plain(read: Callable[[Row], str]) -> dict[str, Callable[[Row], str]]:
    return {"text": read, "value": read}


def _regularizers(row: Row) -> str:
    return ", ".join(_regularizer_texts(row))


COLUMNS: dict[str, Column] = {
    "name": Column(
        "layer", "its path through nested models", **_plain(lambda row: row.name), number=False, summed=False
    ),
    "type": Column("type", "its class", **_plain(lambda row: row.type), number=False, summed=False),
    "shape": Column(
        "output shape",
        "of a weight, its own shape",
        **_plain(lambda row: "" if row.kind == "total" else format_shape(row.shape)),
        number=False,
        summed=False,
    ),
    "calls": Column(
        "calls",
        "how often the layer is called",
        lambda row: str(row.calls) if row.calls > 1 else "",
        lambda row: row.calls,
        summed=False,
    ),
    "params": Column("params", "numbers in its weights", lambda row: _count(row.params), lambda row: row.params),
    "trainable": Column(
        "trainable",
        "numbers that training changes",
        lambda row: _count(row.trainable_params),
        lambda row: row.trainable_params,
    ),
    "regularized": Column(
        "regularized",
        "numbers under a regularizer that acts",
        lambda row: _count(row.regularized_params),
        lambda row: row.regularized_params,
    ),
    "regularizer": Column(
        "regularizer", "what covers its weights and its output", **_plain(_regularizers), number=False, summed=False
    ),
    "penalty": Column(
        "penalty",
        "what its weights add to the loss now",
        lambda row: amount(row.penalty, row.has_penalty or row.kind == "total"),
        lambda row: row.penalty,
    ),
    "start": Column(
        "at start",
        "what fresh weights were expected to add",
        lambda row: amount(row.expected_penalty, bool(row.regularized_params)),
        lambda row: row.expected_penalty,
    ),
    "share": Column(
        "share", "its part of the whole penalty", lambda row: percent(row.share), lambda row: row.share, summed=False
    ),
    "loss": Column(
        "of loss",
        "the penalty over the data loss that a fresh model starts from",
        lambda row: percent(row.of_loss) if row.has_penalty or row.kind == "total" else "",
        lambda row: row.of_loss,
    ),
}
"""The columns by the names that ``--columns`` and ``--sort`` take, in the order in which they stand by default."""

DEFAULT = ("name", "penalty", "params", "regularizer", "share", "start", "regularized", "shape", "type")
"""What is shown unless columns are asked for, the more important first: the last ones only where there is room."""


def check_columns(names: Sequence[str]) -> None:
    """See to it that these are columns.

    Raises:
        UsageError: one is not.
    """
    for name in names:
        if name not in COLUMNS:
            raise UsageError(f"no column is called `{name}`{did_you_mean(name, COLUMNS)}")


def sorted_rows(account: Account, view: View) -> list[Row]:
    """The rows of an account in the order that was asked for; what is not known comes last."""
    rows = weight_rows(account) if view.weights else layer_rows(account, view.depth)
    return rows if view.sort is None else sorted(rows, key=_key(COLUMNS[view.sort]))


def _key(column: Column) -> Callable[[Row], tuple[bool, float | str]]:
    def key(row: Row) -> tuple[bool, float | str]:
        value = column.value(row)
        if value is None or value != value:
            return True, 0 if column.number else ""
        return False, value if isinstance(value, str) else -value

    return key


def _count(number: int | None) -> str:
    """A number of parameters, empty for none."""
    if number is None:
        return "?"
    return f"{number:,}" if number else ""


def _regularizer_texts(row: Row) -> Iterator[str]:
    """What regularizes the weights, each once; of weights that differ, which ones."""
    groups: dict[str, list[WeightAccount]] = {}
    for weight in row.weights:
        if weight.regularizer is not None:
            text = weight.regularizer.describe() + ("" if weight.counted else " frozen")
            groups.setdefault(text, []).append(weight)
    for text, weights in groups.items():
        names = list(dict.fromkeys(weight.name.rpartition("/")[2] for weight in weights))
        evident = row.kind in ("weight", "total") or names == ["kernel"] or len(names) > 3
        yield text + ("" if evident else f" on {', '.join(names)}")
    for term in row.activity:
        yield f"{term.regularizer.describe()} on output" + ("" if term.acts else " (never acts)")
