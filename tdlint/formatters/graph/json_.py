"""The machine format of ``tdlint graph``; its names are a contract, see README.

In a shape, null is a free dimension, "?" one that is not known, and another text the name that the source has for it.
A whole shape that is not known is "?".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tdlint._version import __version__
from tdlint.formatters.options import Options
from tdlint.formatters.place import shown_path
from tdlint.linting.source_models import SourceModels
from tdlint.shapes import AnyShape, Dim, Free, Symbolic, UnknownDim, UnknownShape
from tdlint.summary import ModelSummary, Row

FORMAT_VERSION = 1
"""Raised when a name of the format changes its meaning or goes away; new names don't raise it."""


def render(sources: Sequence[SourceModels], options: Options) -> str:
    """All models as one JSON object."""
    document = {
        "version": FORMAT_VERSION,
        "tdlint": __version__,
        "models": [_model(model, source, options) for source in sources for model in source.models],
        "unknown": [
            {
                "path": shown_path(location.path, options.base),
                "cell": location.cell,
                "line": location.start.line if location.start else None,
                "reason": reason,
            }
            for source in sources
            for location, reason in source.unknown
        ],
    }
    return json.dumps(document, indent=2)


def _model(model: ModelSummary, source: SourceModels, options: Options) -> dict[str, Any]:
    location = source.place(model.site)
    return {
        "name": model.name,
        "kind": model.kind,
        "path": shown_path(location.path, options.base),
        "cell": location.cell,
        "line": location.start.line if location.start else None,
        "layers": [_layer(row, source, options) for row in model.rows],
        "output_shapes": [json_shape(shape) for shape in model.output_shapes],
        "outputs": [output.row for output in model.outputs],
        "total_params": model.total_params,
        "trainable_params": model.trainable_params,
        "unknown": [*(f"Keras refuses {fault}" for fault in model.refused), *model.unknown],
    }


def _layer(row: Row, source: SourceModels, options: Options) -> dict[str, Any]:
    location = source.place(row.site)
    outputs = [json_shape(shape) for shape in row.output_shapes]
    return {
        "id": row.id,
        "layer": row.name,
        "type": row.type,
        "output_shape": outputs[0] if len(outputs) == 1 else outputs or "?",
        "params": row.params,
        "trainable_params": row.trainable_params,
        "cell": location.cell,
        "line": location.start.line if location.start else None,
        "inputs": [entry.row for entry in row.inputs],
        "same_as": row.same_as,
        "certain": row.certain,
        "fault": row.fault,
        "model": _model(row.inner, source, options) if row.inner is not None else None,
    }


def json_shape(shape: AnyShape) -> list[int | str | None] | str:
    """A shape in JSON, as this module says above."""
    return "?" if isinstance(shape, UnknownShape) else [_dim(dim) for dim in shape]


def _dim(dim: Dim) -> int | str | None:
    if isinstance(dim, Free):
        return None
    if isinstance(dim, UnknownDim):
        return "?"
    return dim.name if isinstance(dim, Symbolic) else dim
