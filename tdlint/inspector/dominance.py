"""When a penalty dominates the data loss in training: it is shrunk, and the data are not fitted.

Neither a large penalty nor a large gradient says so by itself. A penalty of ten times the data loss at the start may
be paid off in one epoch, and where L1 keeps weights at zero its gradient stays many times that of a well fitted loss
(FACTS C12 and C12b). What tells is the course of both.
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.inspector.live.gradients import LayerReading, Reading

FALL = 0.9
"""To which part of its start the penalty has fallen at least."""
FITTED = 0.5
"""At which part of its start the data loss counts as fitted."""
SHARE = 5.0
"""How many times as much of the loss as the data gave the penalty has given."""
PULL = 1.5
"""How many times as hard as the data the penalty still pulls; where a fit has ended it is 1, or L1 holds zeros."""


def dominating(start: Reading, now: Reading) -> Iterator[tuple[LayerReading, float]]:
    """The layers whose penalty dominates since the start of training, with their penalty then.

    Where none does by itself and all together do, it is the one with the largest penalty.
    """
    if start.data_loss is None or now.data_loss is None or start.pull is None or now.pull is None:
        return
    data = (start.data_loss, now.data_loss)
    former = {layer.layer: layer.penalty for layer in start.layers}
    known = [(layer, former[layer.layer]) for layer in now.layers if layer.layer in former]
    found = [
        (layer, first)
        for layer, first in known
        if layer.pull is not None and _dominates(first, layer.penalty, data, layer.pull.ratio)
    ]
    if not found and known and _dominates(start.penalty, now.penalty, data, now.pull.ratio):
        found = [max(known, key=lambda pair: pair[0].penalty)]
    yield from found


def _dominates(first: float, last: float, data: tuple[float, float], ratio: float) -> bool:
    at_start, at_end = data
    return (
        0 < at_start <= first
        and at_end >= FITTED * at_start
        and last <= FALL * first
        and first - last >= SHARE * (at_start - at_end)
        and ratio >= PULL
    )
