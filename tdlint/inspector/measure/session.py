"""A live model on data: the account of the model, with what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tdlint.inspector.accounting.account import Account
from tdlint.inspector.accounting.held import Inspected
from tdlint.inspector.accounting.penalty import account_of, held_by_layer
from tdlint.inspector.errors import InspectionError
from tdlint.inspector.live.graph import read_live
from tdlint.inspector.measure.backends import has_gradients
from tdlint.inspector.measure.checks import check_model
from tdlint.inspector.measure.data import Batch, function_data, npz_data
from tdlint.inspector.measure.run import Measuring, Weight

BATCH_SIZE = 32
MAX_BATCHES = 100


def measure_model(
    model: Any,
    data: Any,
    *,
    source: str = "live model",
    name: str = "the data",
    batch_size: int = BATCH_SIZE,
    max_batches: int = MAX_BATCHES,
) -> Account:
    """The account of a live, compiled model of Keras 3 with what was measured on data.

    Args:
        model: the model; its weights and metrics stay as they are.
        data: the path of an ``.npz`` file, ``(x, y)``, ``(x, y, sample_weight)``, or a data set or generator of such
            batches.
        source: what the model is called in errors.
        name: what the data are called.
        batch_size: samples in a batch, where the data are not batches already.
        max_batches: how many batches are used at most, the first ones.

    Raises:
        InspectionError: the model has no loss, or the data do not fit it; the text says what to do.
    """
    inspected = read_live(model, source)
    account = account_of(inspected)
    check_model(model, source, inspected.keras.major)
    if not has_gradients():
        raise InspectionError(f"{source}: the backend of Keras has no gradients; use tensorflow, jax or torch")
    if isinstance(data, str | Path):
        found = npz_data(Path(data), _names(model, "inputs"), _names(model, "outputs"), batch_size)
    else:
        found = function_data(data, name, batch_size)
    measuring = Measuring(model, account, list(_weights(inspected, account)), found.name)
    complete = _run(measuring, found.batches(), max_batches)
    model.reset_metrics()  # a loss of several outputs keeps books on each of them
    total = found.samples if found.samples is not None else measuring.sums.samples if complete else None
    return replace(account, measurement=measuring.result(found, complete), samples=total)


def _run(measuring: Measuring, batches: Iterator[Batch], at_most: int) -> bool:
    """Use up to so many batches, and say whether these were all."""
    for number, batch in enumerate(batches):
        if number == at_most:
            return False
        measuring.batch(batch)
    return True


def _names(model: Any, what: str) -> tuple[str, ...]:
    if what == "outputs":
        return tuple(getattr(model, "output_names", None) or ())
    return tuple(tensor.name for tensor in getattr(model, what, None) or ())


def _weights(inspected: Inspected, account: Account) -> Iterator[Weight]:
    """The variables that training changes, under their names in the account."""
    for layer, held in zip(account.layers, held_by_layer(inspected), strict=True):
        for one, weight in zip(held, layer.weights, strict=True):
            if one.trainable:
                yield Weight(layer.layer, weight.name, one.variable, weight.counted)
