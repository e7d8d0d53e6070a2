"""The account for tools. Its names are a contract, which ``tdlint/schemas/inspect.schema.json`` has in full.

Null is what is not known, or is no finite number.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from tdlint.formatters import json_
from tdlint.formatters.graph.json_ import json_shape
from tdlint.formatters.inspection.measured_json import parts, regularizer
from tdlint.formatters.inspection.view import View
from tdlint.formatters.options import Options
from tdlint.inspector.accounting.account import Account, ActivityTerm, LayerAccount, WeightAccount
from tdlint.inspector.codes import PER_TIMESTEP, SAME_START
from tdlint.linting.result import FileResult, RunResult

FORMAT_VERSION = 1
"""Raised when a name of the format changes its meaning or goes away; new names don't raise it."""


def render(account: Account, options: Options, view: View) -> str:
    """The account as one JSON object."""
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
            "expected_spread": totals.expected_spread,
            "expected_data_loss": totals.expected_data_loss,
            "expected_data_loss_reason": totals.data_loss_reason,
            "penalty_ratio": totals.penalty_ratio,
        },
        **parts(account),
        "inactive": [
            {"layer": item.layer, "argument": item.argument, "reason": item.reason, "code": item.code}
            for item in account.inactive
        ],
        "unsafe": [
            {"layer": item.layer, "reason": item.reason, "code": item.code, "where": item.where}
            for item in account.unsafe
        ],
        "duplicates": [
            {"weights": list(one.weights), "shape": list(one.shape), "params": one.params, "code": SAME_START}
            for one in account.duplicates
        ],
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
        "output_shape": json_shape(layer.output_shape),
        "calls": layer.calls,
        "step_copies": layer.step_copies,
        "step_copies_code": PER_TIMESTEP if layer.step_copies else None,
        "params": layer.params,
        "trainable_params": layer.trainable_params,
        "regularized_params": layer.regularized_params,
        "penalty": layer.penalty,
        "expected_penalty": layer.expected_penalty,
        "expected_spread": layer.expected_spread,
        "share": layer.share,
        "weights": [_weight(weight) for weight in layer.weights],
        "activity": [_activity(term) for term in layer.activity],
    }


def _weight(weight: WeightAccount) -> dict[str, Any]:
    return {
        "name": weight.name,
        "shape": list(weight.shape),
        "params": weight.params,
        "trainable": weight.trainable,
        "regularizer": regularizer(weight.regularizer),
        "penalty": weight.penalty,
        "expected_penalty": weight.expected_penalty,
        "expected_spread": weight.expected_spread,
        "share": weight.share,
        "shrinkage": None if weight.shrinkage is None else asdict(weight.shrinkage),
        "counted": weight.counted,
        "understood": weight.understood,
        "non_finite": weight.non_finite,
    }


def _activity(term: ActivityTerm) -> dict[str, Any]:
    return {
        "regularizer": regularizer(term.regularizer),
        "acts": term.acts,
        "divided_by_batch": term.divided_by_batch,
        "over_time": term.over_time,
        "steps": term.steps,
        "calls": term.calls,
        "tensors": term.tensors,
        "code": term.code,
    }
