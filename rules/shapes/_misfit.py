"""What Keras does with labels of one shape, an output of another, and a loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tdlint.api import Severity, Shape, UnknownDim

ELEMENTWISE = frozenset(
    {
        *("CosineSimilarity", "Hinge", "Huber", "KLDivergence", "LogCosh", "MeanAbsoluteError"),
        *("MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson", "SquaredHinge"),
    }
)
BINARY = frozenset({"BinaryCrossentropy", "BinaryFocalCrossentropy"})
CATEGORICAL = frozenset({"CategoricalCrossentropy", "CategoricalFocalCrossentropy"})
SPARSE = "SparseCategoricalCrossentropy"

ONE_LABEL_EACH = "give one label for each step"


@dataclass(frozen=True)
class Misfit:
    """What Keras does with labels that do not fit, and what to do about it."""

    fact: str
    help: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True)
class Compared:
    """An output and its labels, batch axes included; ``remedy`` is how to be rid of the output's additional axes."""

    output: Shape
    labels: Shape
    remedy: str
    keras_3: bool
    masked: bool = False


def misfit(loss: str, given: Compared) -> Misfit | None:
    """Why labels do not fit an output; None if they do or it can't be told."""
    if not given.labels or not given.output:
        return None
    if loss in ELEMENTWISE:
        return _elementwise(given)
    if loss in BINARY:
        return _binary(given)
    if loss == SPARSE:
        return _sparse(given)
    return _categorical(given) if loss in CATEGORICAL else None


def _same_ndim(output: Shape, labels: Shape) -> tuple[Shape, Shape]:
    """What Keras makes of shapes that differ by one axis whose size is 1."""
    if len(output) == len(labels) + 1 and output[-1] == 1:
        return (output, (*labels, 1)) if len(labels) == 1 else (output[:-1], labels)
    if len(labels) == len(output) + 1 and labels[-1] == 1:
        return ((*output, 1), labels) if len(output) == 1 else (output, labels[:-1])
    return output, labels


_Pair: TypeAlias = tuple[object, object]


def _aligned(output: Shape, labels: Shape) -> Iterator[_Pair]:
    """Sizes that meet when shapes are broadcast, from the last axis on; "batch" for the first axis of each."""
    ends = (reversed(("batch", *shape[1:])) for shape in (output, labels))
    yield from zip(*ends, strict=False)


def _elementwise(given: Compared) -> Misfit | None:
    output, labels = given.output, given.labels
    if given.masked and len(output) == 3 and output[2] == 1 and len(labels) == 2:
        return Misfit(
            "Keras raises when the mask meets the loss of another shape (FACTS A12b)",
            f"give labels of three axes, {ONE_LABEL_EACH}, or {given.remedy}",
        )
    pairs = list(_aligned(*_same_ndim(output, labels)))
    if any(_differ(*pair) for pair in pairs):
        return Misfit("Keras raises ValueError: Dimensions must be equal (FACTS A8)", _units_help(given))
    meets_batch = next((size for pair in pairs for size in _beside_batch(pair)), None)
    if meets_batch is not None and meets_batch != 1:
        return _batch_as_size(given, meets_batch)
    if meets_batch == 1:
        return Misfit(
            "Keras says nothing and compares every step with every label of the batch: the model learns the mean of "
            "the labels (final loss 0.17244, their variance 0.17245; FACTS A7)",
            f"{given.remedy}, or {ONE_LABEL_EACH}",
        )
    if not any(_stretched(*pair) for pair in pairs):
        return None
    if len(output) == 3 and output[2] == 1 and len(labels) == 2:
        return Misfit(
            "Keras says nothing and compares every step with the one label of its sample (FACTS A7)",
            f"{given.remedy}, or {ONE_LABEL_EACH}",
            Severity.WARNING,
        )
    return Misfit(
        "Keras says nothing and broadcasts the one column over the others (FACTS A8)",
        _units_help(given),
        Severity.WARNING,
    )


def _batch_as_size(given: Compared, size: int) -> Misfit | None:
    """The batch axis of one meets another axis of the other."""
    if not given.keras_3 and len(given.output) == 2:
        return Misfit(
            "Keras 2 says nothing and broadcasts the label over the outputs (FACTS A8)",
            _units_help(given),
            Severity.WARNING,
        )
    return Misfit(
        f"Keras raises an error: Dimensions must be equal, unless the batch has {size} samples (FACTS A8)",
        _units_help(given) if len(given.output) == 2 else f"{given.remedy}, or {ONE_LABEL_EACH}",
    )


def _units_help(given: Compared) -> str:
    output, labels = given.output, given.labels
    if len(output) > 2 and len(labels) < len(output) - (output[-1] == 1):
        return f"{given.remedy}, or {ONE_LABEL_EACH}"
    if len(output) != 2 or len(labels) > 2:
        return "make the output and the labels equal in shape"
    if len(labels) == 1:
        return "the last layer needs 1 unit for one label per sample"
    return f"the last layer needs {labels[1]} units for these labels"


def _binary(given: Compared) -> Misfit | None:
    output, labels = _same_ndim(given.output, given.labels)
    if given.keras_3 and len(output) != len(labels):
        return Misfit(
            "Keras 3 raises ValueError: target and output must have the same rank (FACTS D2b)",
            _units_help(given),
        )
    pairs = [pair for pair in _aligned(output, labels) if isinstance(pair[0], int) and isinstance(pair[1], int)]
    if any(left != right if given.keras_3 else _differ(left, right) for left, right in pairs):
        return Misfit(
            "Keras raises ValueError: target and output must have the same shape (FACTS D2b)", _units_help(given)
        )
    return None


def _sparse(given: Compared) -> Misfit | None:
    output, labels = given.output, given.labels
    classes = output[-1]
    if not isinstance(classes, int) or classes < 2:
        return None
    if len(labels) > 1 and labels[-1] == classes and len(labels) == len(output):
        return Misfit(
            "Keras raises ValueError: Argument `output` must have rank (ndim) `target.ndim - 1` (FACTS D5)",
            "these labels are one-hot: use categorical_crossentropy, or give the numbers of the classes",
        )
    while len(labels) >= len(output) and labels[-1] == 1:
        labels = labels[:-1]
    several = len(labels) == len(output) == 2 and isinstance(labels[1], int)
    if several:
        return Misfit(
            "Keras raises ValueError: Argument `output` must have rank (ndim) `target.ndim - 1` (FACTS D5)",
            "sparse_categorical_crossentropy takes one number of a class for each sample",
        )
    steps = zip(output[1:-1], labels[1:], strict=False)
    if len(labels) < len(output) - 1 or any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in steps):
        return Misfit(
            "Keras raises ValueError: the ranks or shapes of target and output do not fit (FACTS A9)",
            f"{given.remedy}, or {ONE_LABEL_EACH}",
        )
    return None


def _categorical(given: Compared) -> Misfit | None:
    output, labels = given.output, given.labels
    classes = output[-1]
    if not isinstance(classes, int) or classes < 2:
        return None
    if len(output) > 2 and len(labels) == 2:
        return Misfit(
            "Keras raises ValueError: target and output must have the same rank (FACTS A9)",
            f"{given.remedy}, or {ONE_LABEL_EACH}",
        )
    if len(output) == 2 and (len(labels) == 1 or (len(labels) == 2 and labels[1] == 1)):
        return Misfit(
            "Keras raises ValueError: target and output must have the same rank or shape (FACTS D5)",
            "these labels are numbers of classes: use sparse_categorical_crossentropy, or keras.utils.to_categorical",
        )
    if len(labels) == len(output) and isinstance(labels[-1], int) and labels[-1] != classes:
        return Misfit(
            "Keras raises ValueError: target and output must have the same shape (FACTS D5)",
            f"the last layer needs {labels[-1]} units, one for each class",
        )
    return None


def _differ(left: object, right: object) -> bool:
    return isinstance(left, int) and isinstance(right, int) and left != right and 1 not in (left, right)


def _beside_batch(pair: _Pair) -> Iterator[int]:
    if "batch" in pair and pair != ("batch", "batch"):
        yield from (size for size in pair if isinstance(size, int))


def _stretched(left: object, right: object) -> bool:
    """Whether one of two sizes is 1 and the other certainly more."""
    other = right if left == 1 else left if right == 1 else 1
    return other != 1 and not isinstance(other, UnknownDim)
