"""The data loss that a whole model is expected to start from, by its outputs, activations and losses."""

from __future__ import annotations

from collections.abc import Sequence

from tdlint import values
from tdlint.graph import ModelGraph
from tdlint.heads import Head, heads, per_output
from tdlint.spec.loss_at_start import DataLoss, expected_data_loss
from tdlint.values import Arguments, Const


def data_loss_at_start(model: ModelGraph) -> DataLoss | None:
    """The expected first data loss of a compiled model, weighted and summed over its outputs; None if not known."""
    if model.compile is None:
        return None
    found = heads(model, model.compile)
    factors = loss_weights(model, found)
    if not found or factors is None:
        return None
    terms = []
    for head, factor in zip(found, factors, strict=True):
        if head.loss.must_be(None):
            continue
        expected = expected_data_loss(head.loss, head.units, head.activation)
        if expected is None or factor is None:
            return None
        terms.append(DataLoss(factor * expected.value, expected.why))
    if not terms:
        return None
    return DataLoss(sum(term.value for term in terms), " + ".join(dict.fromkeys(term.why for term in terms)))


def loss_weights(model: ModelGraph, of: Sequence[Head]) -> tuple[float | None, ...] | None:
    """The weight of the loss of each output, None if it is no known number; None if it can't be told which is whose."""
    args = model.compile.args if model.compile is not None else Arguments()
    given = args.get("loss_weights") if args.passes("loss_weights") else values.NONE
    weights = per_output(given, [head.name for head in of])
    if weights is None:
        return None
    return tuple(1.0 if weight.must_be(None) else values.number(weight) for weight in weights)


def head_loss_at_start(model: ModelGraph) -> DataLoss | None:
    """The same for a model that is not compiled in sight, where its only head leaves no doubt; None elsewhere."""
    found = heads(model)
    if model.compile is not None or len(found) != 1:
        return None
    loss = {"softmax": "categorical_crossentropy", "sigmoid": "binary_crossentropy"}.get(found[0].activation or "")
    return None if loss is None else expected_data_loss(Const(loss), found[0].units, found[0].activation)
