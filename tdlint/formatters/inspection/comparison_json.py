"""What changed between two models, for tools; its names are a contract, ``tdlint/schemas/comparison.schema.json``."""

from __future__ import annotations

import json
import math
from typing import Any

from tdlint.inspector.accounting.account import Account
from tdlint.inspector.comparison import Change, Comparison, LayerComparison, Scalar

FORMAT_VERSION = 1
"""Raised when a name of the format changes its meaning or goes away; new names don't raise it."""


def render(comparison: Comparison) -> str:
    """The comparison as one JSON object; null is what is not there, not known, or no finite number."""
    document = {
        "version": FORMAT_VERSION,
        "before": _model(comparison.before),
        "after": _model(comparison.after),
        "differs": comparison.differs,
        "layers": [_layer(layer) for layer in comparison.layers],
        "totals": [_change(change) for change in comparison.totals],
        "new_findings": list(comparison.new_findings),
        "gone_findings": list(comparison.gone_findings),
    }
    return json.dumps(document, indent=2, allow_nan=False)


def _model(account: Account) -> dict[str, Any]:
    return {"model": account.name, "source": account.source, "keras_version": account.keras_version or None}


def _layer(layer: LayerComparison) -> dict[str, Any]:
    return {
        "status": layer.status,
        "before": None if layer.before is None else layer.before.layer,
        "after": None if layer.after is None else layer.after.layer,
        "type": layer.layer.type,
        "params": layer.layer.params,
        "matched_by": None if layer.matched is None else layer.matched.value,
        "renamed": layer.renamed,
        "moved": layer.moved,
        "changes": [{"weight": change.weight, **_change(change)} for change in layer.changes],
    }


def _change(change: Change) -> dict[str, Any]:
    return {"what": change.what, "before": _finite(change.before), "after": _finite(change.after)}


def _finite(value: Scalar) -> Scalar:
    return None if isinstance(value, float) and not math.isfinite(value) else value
