"""What every format of ``tdlint graph`` calls things."""

from __future__ import annotations

from tdlint.formatters.options import Options
from tdlint.formatters.place import place
from tdlint.linting.source_models import SourceModels
from tdlint.shapes import AnyShape, format_shape
from tdlint.summary import ModelSummary, Row

TOTALS = ("total", "trainable", "non-trainable")


def number(params: int | None) -> str:
    """``138,357,544``; ``?`` for what is not known."""
    return "?" if params is None else f"{params:,}"


def shapes(found: tuple[AnyShape, ...]) -> str:
    """The output shape of a row, or the shapes of its outputs."""
    if not found:
        return "?"
    return format_shape(found[0]) if len(found) == 1 else f"[{', '.join(map(format_shape, found))}]"


def where(model: ModelSummary, source: SourceModels, options: Options) -> str:
    """``model.py:12``, ``notes.ipynb:cell2:3``."""
    location = source.place(model.site)
    shown = place(location, options.base)
    return shown.rpartition(":")[0] if location.start else shown


def title(model: ModelSummary, source: SourceModels, options: Options) -> str:
    """``vgg16 (functional), model.py:12``."""
    return f"{model.name} ({model.kind}), {where(model, source, options)}"


def totals(model: ModelSummary) -> str:
    """``75 parameters, all trainable`` and the like, in one line."""
    total, trained = model.total_params, model.trainable_params
    if total is not None and total == trained:
        return f"{number(total)} parameters, all trainable"
    return f"{number(total)} parameters, {number(trained)} trainable"


def params(row: Row) -> str:
    """The parameters of a row as text; empty where they were counted in an earlier row."""
    return "shared" if row.same_as is not None else number(row.params)
