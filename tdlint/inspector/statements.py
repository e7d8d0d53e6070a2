"""Sentences with the numbers of a measurement, one for each thing that is worth one."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tdlint.inspector.accounting.account import Account
from tdlint.inspector.measurement import InputScale, LabelStatistics, Measurement

UNEVEN = 2.0
"""From what factor between the scales of time steps on they are called uneven."""


def samples_sentence(account: Account) -> str | None:
    """What the number of samples means for the parameters; None if it is not known."""
    samples, totals = account.samples, account.totals
    if samples is None:
        return None
    counted = [
        f"{samples / params:.3g} for each of {params:,} {what} parameters"
        for params, what in ((totals.regularized_params, "regularized"), (totals.trainable_params, "trainable"))
        if params
    ]
    if not counted:
        return None
    return (
        f"{samples:,} samples: {' and '.join(counted)}. The data loss is a mean over samples and a penalty is not "
        "divided by their number, so more samples do not weaken a penalty"
    )


def loss_sentence(found: Measurement) -> str:
    """The loss and its parts."""
    share = f" ({found.data_loss / found.loss:.1%})" if found.loss > 0 and math.isfinite(found.loss) else ""
    parts = [f"data loss {found.data_loss:.4g}{share}", f"weight penalties {found.weight_penalty:.4g}"]
    if found.activity_penalty or any(term.kind == "activity" for term in found.terms):
        parts.append(f"what layers add to it {found.activity_penalty:.4g}")
    return f"the loss of model.evaluate is {found.loss:.4g}: {', '.join(parts)}"


def data_sentence(found: Measurement) -> str:
    """What was measured on, and how."""
    part = "all" if found.complete else "the first"
    size = f" in batches of {found.batch_size}" if found.batch_size else f" in {found.batches:,} batches"
    return (
        f"measured on {part} {found.samples:,} samples of {found.source}{size}, as model.evaluate does: dropout off, "
        f"batch normalization with its moving averages ({found.backend})"
    )


def reference_sentence(found: Measurement) -> str | None:
    """What loss would be reached without looking at the inputs."""
    if found.constant_loss is None:
        return None
    start = found.expected_data_loss
    lead = f"outputs near zero have a data loss of {start:.4g} on these labels, and " if start is not None else ""
    best = f"the best constant output has {found.constant_loss:.4g}"
    return f"{lead}{best}: only a model that uses its inputs gets below that"


def label_sentence(one: LabelStatistics) -> str:
    """The labels of one output."""
    if one.classes:
        least, most = min(one.classes), max(one.classes)
        return (
            f"labels {one.name}: {len(one.classes)} classes with shares of {least:.1%} to {most:.1%}, "
            f"entropy {one.entropy:.4g} (even classes: {math.log(len(one.classes)):.4g})"
        )
    return f"labels {one.name}: mean {one.mean:.4g}, variance {one.variance:.4g}"


def scale_sentence(one: InputScale) -> str | None:
    """How uneven the scale of an input is across time; None if it has no time steps or they are alike."""
    if not one.over_time or len(one.steps) < 2:
        return None
    sizes = [math.hypot(step.mean, step.std) for step in one.steps]
    if not all(map(math.isfinite, sizes)):
        return None
    largest, least = max(sizes), min(sizes)
    high, low = sizes.index(largest), sizes.index(least)
    if not largest > 0 or (least > 0 and largest / least < UNEVEN):
        return None
    factor = f"{largest / least:.3g} times that of step {low}" if least > 0 else f"and step {low} is all zero"
    top, bottom = one.steps[high], one.steps[low]
    return (
        f"{one.name} is uneven across time: the root mean square of step {high} is {factor} (mean and standard "
        f"deviation {top.mean:.3g} and {top.std:.3g} against {bottom.mean:.3g} and {bottom.std:.3g}), so one "
        "coefficient on weights that all steps share is not equally strong for all steps"
    )


def statements(account: Account) -> Iterator[str]:
    """All of them, in the order in which they are read; none where nothing was measured."""
    sentence = samples_sentence(account)
    if sentence:
        yield sentence
    found = account.measurement
    if found is None:
        return
    yield data_sentence(found)
    yield loss_sentence(found)
    reference = reference_sentence(found)
    if reference:
        yield reference
    yield from map(label_sentence, found.labels)
    yield from (text for text in map(scale_sentence, found.inputs) if text)
    if found.non_finite:
        yield found.non_finite.sentence()
    yield from found.notes
