"""What changed from one model to another: a pure function from two accounts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tdlint.inspector.accounting.account import Account, LayerAccount, WeightAccount
from tdlint.inspector.matching import Matched, matches, moved, renamed
from tdlint.shapes import format_shape

TOLERANCE = 1e-6
"""Relative: sums of the same weights may differ so much by the order in which they are read."""

TOTALS = (
    "params",
    "trainable_params",
    "regularized_params",
    "penalty",
    "expected_penalty",
    "expected_data_loss",
    "penalty_ratio",
)

Scalar: TypeAlias = "int | float | str | bool | None"


@dataclass(frozen=True)
class Change:
    """One thing that is not the same; ``weight`` is None for what concerns the layer or the model as a whole.

    ``before`` and ``after`` are as in the account; None where there is none, or it is not known.
    """

    what: str
    before: Scalar
    after: Scalar
    weight: str | None = None


@dataclass(frozen=True)
class LayerComparison:
    """A layer before and after. None before: it was added; None after: it was removed.

    ``moved`` says that it comes at another place among the layers that both models have. ``renamed`` leaves out names
    that Keras gave.
    """

    before: LayerAccount | None
    after: LayerAccount | None
    matched: Matched | None = None
    changes: tuple[Change, ...] = ()
    moved: bool = False
    renamed: bool = False

    @property
    def status(self) -> str:
        """``added``, ``removed``, ``changed`` or ``same``."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "changed" if self.changes or self.moved or self.renamed else "same"

    @property
    def layer(self) -> LayerAccount:
        """The layer as it is now, or as it was if it is gone."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True)
class Comparison:
    """``layers`` in the order of the model after, each removed one behind the layer that it followed."""

    before: Account
    after: Account
    layers: tuple[LayerComparison, ...]
    totals: tuple[Change, ...] = ()
    new_findings: tuple[str, ...] = ()
    gone_findings: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything is not the same."""
        parts = (self.totals, self.new_findings, self.gone_findings)
        return any(parts) or any(layer.status != "same" for layer in self.layers)

    def with_status(self, status: str) -> tuple[LayerComparison, ...]:
        """The layers of a status."""
        return tuple(layer for layer in self.layers if layer.status == status)


def compare(before: Account, after: Account) -> Comparison:
    """What changed from one model to another."""
    pairs = matches(before.layers, after.layers)
    elsewhere = moved(pairs)
    found = {
        new: LayerComparison(
            before.layers[old],
            after.layers[new],
            how,
            tuple(_layer_changes(before.layers[old], after.layers[new])),
            new in elsewhere,
            renamed(before.layers[old], after.layers[new]),
        )
        for old, new, how in pairs
    }
    rows = [found.get(new) or LayerComparison(None, layer) for new, layer in enumerate(after.layers)]
    there = {old: rows[new] for old, new, _ in pairs}
    previous: LayerComparison | None = None
    for old, layer in enumerate(before.layers):
        if old in there:
            previous = there[old]
            continue
        gone = LayerComparison(layer, None)
        rows.insert(0 if previous is None else next(i for i, row in enumerate(rows) if row is previous) + 1, gone)
        previous = gone
    present, former = _findings(after), _findings(before)
    return Comparison(
        before,
        after,
        tuple(rows),
        tuple(_total_changes(before, after)),
        tuple(text for text in present if text not in former),
        tuple(text for text in former if text not in present),
    )


def _findings(account: Account) -> list[str]:
    return [f"{one.code} [{one.name}] {one.location.layer or account.name}" for one in account.diagnostics]


def _differ(what: str, before: Scalar, after: Scalar, weight: str | None = None) -> Iterator[Change]:
    if isinstance(before, float) and isinstance(after, float):
        same = math.isclose(before, after, rel_tol=TOLERANCE) or (math.isnan(before) and math.isnan(after))
    else:
        same = before == after
    if not same:
        yield Change(what, before, after, weight)


def _layer_changes(before: LayerAccount, after: LayerAccount) -> Iterator[Change]:
    yield from _differ("type", before.type, after.type)
    yield from _differ("output shape", format_shape(before.output_shape), format_shape(after.output_shape))
    yield from _differ("calls", before.calls, after.calls)
    yield from _differ("params", before.params, after.params)
    yield from _differ("activity", _activity(before), _activity(after))
    for name, old, new in _weights(before.weights, after.weights):
        if old is None or new is None:
            first, last = (None if one is None else _described(one) for one in (old, new))
            yield Change("weight", first, last, name)
        else:
            yield from _weight_changes(name, old, new)


def _weights(
    before: Sequence[WeightAccount], after: Sequence[WeightAccount]
) -> Iterator[tuple[str, WeightAccount | None, WeightAccount | None]]:
    """The weights of two layers by name; in order where there are as many, as names may count the layers within."""
    old, new = _by_name(before), _by_name(after)
    if len(before) == len(after) and set(old) != set(new):
        yield from ((two.name, one, two) for one, two in zip(before, after, strict=True))
        return
    yield from ((name, old.get(name), new.get(name)) for name in {**old, **new})


def _by_name(weights: Sequence[WeightAccount]) -> dict[str, WeightAccount]:
    """Names may repeat, as those of the cells of one layer do."""
    named: dict[str, WeightAccount] = {}
    for weight in weights:
        number = 2
        name = weight.name
        while name in named:
            name, number = f"{weight.name} ({number})", number + 1
        named[name] = weight
    return named


def _described(weight: WeightAccount) -> str:
    regularizer = "" if weight.regularizer is None else f" {_regularizer(weight)}"
    return f"{format_shape(weight.shape)}{regularizer}"


def _weight_changes(name: str, before: WeightAccount, after: WeightAccount) -> Iterator[Change]:
    yield from _differ("shape", format_shape(before.shape), format_shape(after.shape), name)
    yield from _differ("trainable", before.trainable, after.trainable, name)
    yield from _differ("regularizer", _regularizer(before), _regularizer(after), name)
    yield from _differ("penalty", before.penalty, after.penalty, name)
    yield from _differ("expected penalty", before.expected_penalty, after.expected_penalty, name)
    yield from _differ("not finite", before.non_finite, after.non_finite, name)


def _regularizer(weight: WeightAccount) -> str | None:
    if weight.regularizer is None:
        return None if weight.understood else "?"
    numbers = ", ".join(f"{name}={'?' if value is None else value}" for name, value in weight.regularizer.coefficients)
    return f"{weight.regularizer.type}({numbers})" + ("" if weight.counted else ", frozen")


def _activity(layer: LayerAccount) -> str | None:
    terms = [term.regularizer.describe() + ("" if term.acts else " (never acts)") for term in layer.activity]
    return ", ".join(terms) or None


def _total_changes(before: Account, after: Account) -> Iterator[Change]:
    for what in TOTALS:
        yield from _differ(what.replace("_", " "), getattr(before.totals, what), getattr(after.totals, what))
