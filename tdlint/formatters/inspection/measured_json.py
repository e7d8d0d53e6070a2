"""The parts of the JSON that compare penalties with the data loss: verdicts, samples, and what was measured on data."""

from __future__ import annotations

from typing import Any

from tdlint.inspector.accounting.account import Account, Regularizer
from tdlint.inspector.codes import STRONG
from tdlint.inspector.measurement import InputScale, LabelStatistics, Measurement
from tdlint.inspector.statements import samples_sentence, scale_sentence
from tdlint.inspector.verdicts import Verdict, verdicts


def regularizer(found: Regularizer | None) -> dict[str, Any] | None:
    """A regularizer with its coefficients by name."""
    return None if found is None else {"type": found.type, **dict(found.coefficients)}


def parts(account: Account) -> dict[str, Any]:
    """The entries that the document has on the subject."""
    return {
        "verdicts": [_verdict(one) for one in verdicts(account)],
        "samples": _samples(account),
        "measurement": None if account.measurement is None else _measurement(account.measurement),
    }


def _verdict(one: Verdict) -> dict[str, Any]:
    return {
        "layer": one.layer,
        "sentence": one.sentence,
        "code": STRONG,
        "basis": one.basis,
        "penalty": one.penalty,
        "data_loss": one.data_loss,
        "ratio": one.ratio,
        "advice": [{"weight": item.weight, "regularizer": regularizer(item.regularizer)} for item in one.advice],
    }


def _samples(account: Account) -> dict[str, Any] | None:
    samples, totals = account.samples, account.totals
    if samples is None:
        return None
    return {
        "samples": samples,
        "per_regularized_param": samples / totals.regularized_params if totals.regularized_params else None,
        "per_trainable_param": samples / totals.trainable_params if totals.trainable_params else None,
        "sentence": samples_sentence(account),
    }


def _measurement(found: Measurement) -> dict[str, Any]:
    first = found.non_finite
    return {
        "source": found.source,
        "backend": found.backend,
        "batch_size": found.batch_size,
        "batches": found.batches,
        "samples": found.samples,
        "complete": found.complete,
        "training_steps": found.training_steps,
        "loss": found.loss,
        "data_loss": found.data_loss,
        "weight_penalty": found.weight_penalty,
        "activity_penalty": found.activity_penalty,
        "expected_data_loss": found.expected_data_loss,
        "constant_loss": found.constant_loss,
        "terms": [
            {"layer": one.layer, "weight": one.weight, "kind": one.kind, "value": one.value, "share": one.share}
            for one in found.terms
        ],
        "gradients": [
            {"layer": one.layer, "weight": one.weight, "penalty": one.penalty, "data": one.data, "ratio": one.ratio}
            for one in found.gradients
        ],
        "inputs": [_input(one) for one in found.inputs],
        "labels": [_labels(one) for one in found.labels],
        "non_finite": first
        and {
            "stage": first.stage,
            "what": first.what,
            "count": first.count,
            "size": first.size,
            "batch": first.batch,
            "sentence": first.sentence(),
        },
        "notes": list(found.notes),
    }


def _input(one: InputScale) -> dict[str, Any]:
    return {
        "name": one.name,
        "shape": list(one.shape),
        "mean": one.mean,
        "std": one.std,
        "min": one.least,
        "max": one.largest,
        "non_finite": one.non_finite,
        "steps": [{"mean": step.mean, "std": step.std} for step in one.steps],
        "sentence": scale_sentence(one),
    }


def _labels(one: LabelStatistics) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "shape": list(one.shape),
        "mean": one.mean,
        "variance": one.variance,
        "classes": list(one.classes),
        "entropy": one.entropy,
        "constant_loss": one.constant,
    }
