"""The lines of an account's table: layers, nested models taken together, or single weights."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from tdlint.formatters.summary import count
from tdlint.graph import ModelGraph
from tdlint.inspector.accounting.account import (
    Account,
    ActivityTerm,
    LayerAccount,
    WeightAccount,
    total,
    trainable_params,
)
from tdlint.shapes import AnyShape, UnknownShape


@dataclass(frozen=True)
class Row:
    """One line: weights, and what can be said of them together; ``calls`` is 1 where it is not about one layer.

    ``whole_penalty`` and ``data_loss`` are those of the model, None where there is nothing to compare with.
    """

    kind: Literal["layer", "model", "weight", "total"]
    name: str
    type: str
    shape: AnyShape
    weights: tuple[WeightAccount, ...]
    activity: tuple[ActivityTerm, ...] = ()
    calls: int = 1
    whole_penalty: float | None = None
    data_loss: float | None = None

    @property
    def params(self) -> int:
        """Elements of the weights."""
        return sum(weight.params for weight in self.weights)

    @property
    def trainable_params(self) -> int | None:
        """Elements that training changes."""
        return trainable_params(self.weights)

    @property
    def regularized_params(self) -> int:
        """Elements under a regularizer whose penalty counts."""
        return sum(weight.params for weight in self.weights if weight.regularizer is not None and weight.counted)

    @property
    def penalty(self) -> float | None:
        """The penalty that counts now."""
        return total(weight.penalty for weight in self.weights if weight.counted)

    @property
    def expected_penalty(self) -> float | None:
        """The penalty that fresh weights were expected to cost."""
        return total(weight.expected_penalty for weight in self.weights if weight.counted)

    @property
    def share(self) -> float | None:
        """The part of the model's penalty that these weights cost; None where there is none, or it is not known."""
        return _ratio(self.penalty, self.whole_penalty)

    @property
    def of_loss(self) -> float | None:
        """The penalty over the data loss that a fresh model starts from."""
        return _ratio(self.penalty, self.data_loss)

    @property
    def has_penalty(self) -> bool:
        """Whether a weight has a regularizer, or might have one."""
        return any(weight.regularizer is not None or not weight.understood for weight in self.weights)


def _ratio(part: float | None, whole: float | None) -> float | None:
    if part is None or not whole or not math.isfinite(part) or not math.isfinite(whole):
        return None
    return part / whole


def layer_rows(account: Account, depth: int | None = None) -> list[Row]:
    """A row per layer, and one for each nested model that lies ``depth`` levels deep."""
    found: dict[str, list[LayerAccount]] = {}
    types: dict[str, str] = {}
    nested = [] if depth is None else [each for each in _models(account.model) if each[1] == depth]
    for layer in account.layers:
        inside = next(((path, type_) for path, _, type_ in nested if layer.layer.startswith(f"{path}/")), None)
        path, type_ = inside or (layer.layer, layer.type)
        types.setdefault(path, type_ if inside else "")
        found.setdefault(path, []).append(layer)
    return [
        _row(account, layers[0]) if not types[path] else _model_row(account, path, types[path], layers)
        for path, layers in found.items()
    ]


def weight_rows(account: Account) -> list[Row]:
    """A row per weight; one for each layer without weights, so that no layer is missing."""
    rows: list[Row] = []
    for layer in account.layers:
        rows += [
            Row("weight", f"{layer.layer}/{weight.name}", "", weight.shape, (weight,), (), 1, *_compared(account))
            for weight in layer.weights
        ]
        if not layer.weights:
            rows.append(_row(account, layer))
    return rows


def total_row(account: Account) -> Row:
    """The sums over all layers."""
    weights = tuple(weight for layer in account.layers for weight in layer.weights)
    return Row("total", "total", "", UnknownShape(), weights, (), 1, *_compared(account))


def _compared(account: Account) -> tuple[float | None, float | None]:
    return account.totals.penalty, account.totals.expected_data_loss


def _row(account: Account, layer: LayerAccount) -> Row:
    return Row(
        "layer",
        layer.layer,
        layer.type,
        layer.output_shape,
        layer.weights,
        layer.activity,
        layer.calls,
        *_compared(account),
    )


def _model_row(account: Account, path: str, type_: str, layers: Iterable[LayerAccount]) -> Row:
    inside = list(layers)
    return Row(
        "model",
        path,
        f"{type_} of {count(len(inside), 'layer')}",
        next((shape for name, shape in _shapes(account.model) if name == path), UnknownShape()),
        tuple(weight for layer in inside for weight in layer.weights),
        tuple(term for layer in inside for term in layer.activity),
        1,
        *_compared(account),
    )


def _models(model: ModelGraph, prefix: str = "", level: int = 1) -> Iterator[tuple[str, int, str]]:
    """Paths of nested models, how deep they lie, and their classes."""
    for node in model.nodes:
        if node.inner is not None:
            path = prefix + node.name
            yield path, level, node.layer.short_type
            yield from _models(node.inner, f"{path}/", level + 1)


def _shapes(model: ModelGraph, prefix: str = "") -> Iterator[tuple[str, AnyShape]]:
    for node in model.nodes:
        if node.inner is not None:
            path = prefix + node.name
            yield path, node.outputs[0] if node.outputs else UnknownShape()
            yield from _shapes(node.inner, f"{path}/")
