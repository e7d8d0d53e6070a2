"""One batch of training data, kept to measure on: given by the user, or taken from what ``fit`` was given."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FrameType
from typing import Any

BATCH_SIZE = 32
"""What Keras takes if ``fit`` is given no ``batch_size``."""


@dataclass(frozen=True)
class Batch:
    """What a model is trained on in one step; ``x`` and ``y`` may be structures of arrays."""

    x: Any
    y: Any = None
    sample_weight: Any = None


class NoBatch(Exception):
    """There is no batch to be had without changing what training sees; the text says why and what to do."""


def mapped(structure: Any, function: Callable[[Any], Any]) -> Any:
    """The same structure of dicts, lists and tuples with a function applied to what is in it; None stays."""
    if structure is None:
        return None
    if isinstance(structure, dict):
        return {key: mapped(value, function) for key, value in structure.items()}
    if isinstance(structure, list | tuple):
        return type(structure)(mapped(value, function) for value in structure)
    return function(structure)


def given_batch(data: Any) -> Batch:
    """The batch in what a user gives: ``(x, y)``, ``(x, y, sample_weight)``, or something that yields such batches.

    Raises:
        NoBatch: it has no batch.
    """
    if not isinstance(data, tuple):
        try:
            data = next(iter(data))
        except StopIteration:
            raise NoBatch("data= yields no batch") from None
        if not isinstance(data, tuple):
            raise NoBatch(f"data= yields a {type(data).__name__}, expected (x, y) or (x, y, sample_weight)")
    if len(data) not in (2, 3):
        raise NoBatch(f"data= has {len(data)} parts, expected (x, y) or (x, y, sample_weight)")
    return Batch(*data)


def check_data(data: Any) -> None:
    """Refuse what can't be a batch, before training starts.

    Raises:
        ValueError: a tuple of another length.
        TypeError: neither a tuple nor something that yields batches.
    """
    expected = "data= takes one batch, (x, y) or (x, y, sample_weight), or something that yields batches"
    if isinstance(data, tuple):
        if len(data) not in (2, 3):
            raise ValueError(f"{expected}; received a tuple of {len(data)}")
    elif data is not None and (isinstance(data, str | bytes | dict) or hasattr(data, "shape") or not _iterable(data)):
        raise TypeError(f"{expected}; received {type(data).__name__}")


def _iterable(data: Any) -> bool:
    return isinstance(data, Iterable) or hasattr(data, "__getitem__")


def batch_of_fit(model: Any) -> Batch:
    """Samples of the arrays that the running ``fit`` of a model was given, spread evenly over them.

    Arrays are read and left as they are. A data set or a generator is not touched: reading from it would change what
    training gets.

    Raises:
        NoBatch: ``fit`` was given no arrays, or is not running.
    """
    found = _arguments_of_fit(model)
    if found is None:
        raise NoBatch("no running fit() was found")
    sizes: set[int] = set()
    x, y, weight = (found.get(name) for name in ("x", "y", "sample_weight"))
    for part in (x, y, weight):
        mapped(part, lambda array: sizes.add(_length(array)))
    if x is None or len(sizes) != 1 or -1 in sizes:
        raise NoBatch(f"fit() reads from a {type(x).__name__}")
    size, wanted = sizes.pop(), found.get("batch_size") or BATCH_SIZE
    count = min(size, wanted)
    if not count:
        raise NoBatch("fit() has no samples")
    chosen = [number * size // count for number in range(count)]
    x, y, weight = (mapped(part, lambda array: _samples(array, chosen)) for part in (x, y, weight))
    classes = found.get("class_weight")
    return Batch(x, y, _class_weights(y, classes) if classes and weight is None else weight)


def _arguments_of_fit(model: Any) -> dict[str, Any] | None:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "fit" and frame.f_locals.get("self") is model and "x" in frame.f_locals:
            return dict(frame.f_locals)
        frame = frame.f_back
    return None


def _length(array: Any) -> int:
    """The number of samples, -1 of what is no array."""
    shape = getattr(array, "shape", None)
    if not shape or not hasattr(array, "__getitem__"):
        return -1
    return int(shape[0]) if shape[0] is not None else -1


def _samples(array: Any, chosen: list[int]) -> Any:
    if hasattr(array, "iloc"):
        return array.iloc[chosen].to_numpy()
    if type(array).__module__.split(".")[0] == "tensorflow":
        import tensorflow

        return tensorflow.gather(array, chosen)
    return array[chosen]


def _class_weights(labels: Any, weights: dict[int, float]) -> Any:
    """The weight of each sample, as ``fit`` makes it of ``class_weight``."""
    import numpy

    numbers = numpy.asarray(labels)
    numbers = numbers.argmax(-1) if numbers.ndim > 1 and numbers.shape[-1] > 1 else numbers.reshape(-1)
    return numpy.array([weights.get(int(number), 1.0) for number in numbers], "float32")
