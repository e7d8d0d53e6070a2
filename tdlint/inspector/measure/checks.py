"""Whether a model can be measured, and whether data fit it: said before a framework says it at length."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tdlint.inspector.errors import InspectionError
from tdlint.inspector.measure.data import Batch, leaves


def check_model(model: Any, source: str, major: int) -> None:
    """See to it that there is a loss.

    Raises:
        InspectionError: there is none that can be measured.
    """
    if major < 3:
        raise InspectionError(f"{source}: a model of Keras 2; measuring on data needs Keras 3")
    if not getattr(model, "compiled", False) or model._compile_loss is None:
        raise InspectionError(f"{source}: the model is not compiled with a loss; call model.compile(loss=…) before")


def check_batch(model: Any, batch: Batch, name: str) -> None:
    """Compare a batch with the inputs that the model declares.

    Raises:
        InspectionError: they do not fit; the text names the array.
    """
    declared = getattr(model, "inputs", None)
    if not declared:
        return
    given = list(leaves(batch.x, "x"))
    if isinstance(batch.x, Mapping):
        by_name = {tensor.name: tensor for tensor in declared}
        if not set(by_name) <= set(batch.x):
            return  # the keys may be those of a dict of inputs, which Keras knows
        pairs = [(key, array, by_name[key]) for key, array in given if key in by_name]
    else:
        if len(given) != len(declared):
            wanted, had = _count(len(declared), "input"), _count(len(given), "array")
            raise InspectionError(
                f"{name}: the model has {wanted} and the data have {had}; give x0, x1, … or arrays named as "
                + ", ".join(tensor.name for tensor in declared)
            )
        pairs = [(key, array, tensor) for (key, array), tensor in zip(given, declared, strict=True)]
    for key, array, tensor in pairs:
        if array is not None and not _fits(tuple(array.shape), tuple(tensor.shape)):
            raise InspectionError(
                f"{name}: {key} has the shape {_shown(array.shape)}, and the input {tensor.name} of the model is "
                f"{_shown(tensor.shape)}; the first axis is the samples"
            )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _fits(shape: tuple[int, ...], declared: tuple[int | None, ...]) -> bool:
    if len(shape) == len(declared) - 1 and declared[-1] == 1:
        shape = (*shape, 1)  # Keras adds the axis
    if len(shape) == len(declared) + 1 and shape[-1] == 1:
        shape = shape[:-1]
    return len(shape) == len(declared) and all(
        wanted is None or size == wanted for size, wanted in zip(shape[1:], declared[1:], strict=True)
    )


def _shown(shape: Any) -> str:
    inner = ", ".join("None" if size is None else str(int(size)) for size in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


def failure(model: Any, batch: Batch, problem: Exception, name: str) -> InspectionError:
    """What is said when computing the loss fails: the shapes at hand, and the first line of what the framework says."""
    shapes = [
        f"{key} {_shown(array.shape)} {array.dtype}"
        for part, letter in ((batch.x, "x"), (batch.y, "y"), (batch.weight, "sample_weight"))
        for key, array in leaves(part, letter)
        if array is not None
    ]
    outputs = [_shown(tensor.shape) for tensor in getattr(model, "outputs", None) or ()]
    of_model = f", outputs {', '.join(outputs)}" if outputs else ""
    # TensorFlow names nodes of its graph first
    lines = [line for line in re.sub(r"\{\{.*?\}\}", "", str(problem)).splitlines() if line.strip()]
    said = lines[0].strip()[:300] if lines else ""
    return InspectionError(
        f"{name}: the loss can't be computed for {', '.join(shapes)}{of_model}: {type(problem).__name__}: {said}"
    )
