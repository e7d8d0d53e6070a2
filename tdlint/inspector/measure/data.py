"""What ``--data`` names, as batches of arrays: an ``.npz`` file, or a function that returns arrays or batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tdlint.inspector.errors import InspectionError
from tdlint.inspector.measure.npz import arrange, open_npz

KINDS = {
    "O": "Python objects; rows of different lengths have to be padded to one length",
    "U": "texts; turn them into numbers",
    "S": "texts; turn them into numbers",
    "c": "complex numbers, which no loss takes",
    "M": "dates; turn them into numbers",
    "m": "time spans; turn them into numbers",
    "V": "records; save a plain array of numbers for each field",
}
"""What arrays hold that can't be computed with, by the kind of their dtype."""


@dataclass(frozen=True)
class Batch:
    """Some samples: arrays as the model takes them, alone, in a list or in a dict."""

    x: Any
    y: Any
    weight: Any
    size: int


@dataclass(frozen=True)
class Data:
    """A source of batches. ``samples`` is how many there are in all, None if that shows only at the end."""

    name: str
    samples: int | None
    batch_size: int | None
    batches: Callable[[], Iterator[Batch]]


def leaves(structure: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The arrays of a structure with a name for each."""
    if isinstance(structure, Mapping):
        for key, item in structure.items():
            yield from leaves(item, str(key))
    elif isinstance(structure, list | tuple):
        for number, item in enumerate(structure):
            yield from leaves(item, f"{name}{number}")
    else:
        yield name, structure


def mapped(structure: Any, function: Callable[[str, Any], Any], name: str) -> Any:
    """A structure of the same form, of what a function makes of each array and its name."""
    if isinstance(structure, Mapping):
        return {key: mapped(item, function, str(key)) for key, item in structure.items()}
    if isinstance(structure, list | tuple):
        return [mapped(item, function, f"{name}{number}") for number, item in enumerate(structure)]
    return function(name, structure)


def npz_data(path: Path, inputs: tuple[str, ...], outputs: tuple[str, ...], batch_size: int) -> Data:
    """The data of an ``.npz`` file, for a model with these names of inputs and outputs.

    Raises:
        InspectionError: the file can't be used.
    """
    archive, arrays = open_npz(path)
    x, y, weight = arrange(list(arrays), inputs, outputs, path)
    archive.close()

    def reopened() -> Iterator[Batch]:
        opened, again = open_npz(path)
        with opened:
            yield from _sliced(
                tuple(mapped(one, lambda _, key: again[key] if key else None, "") for one in (x, y, weight)), size, step
            )

    size = _length([(key, arrays[key].shape) for one in (x, y, weight) if one for _, key in leaves(one, "")], str(path))
    step = min(batch_size, size)
    return Data(str(path), size, batch_size, reopened)


def function_data(found: Any, name: str, batch_size: int) -> Data:
    """The data that a function returned: ``(x, y)``, ``(x, y, sample_weight)``, or batches of these.

    Raises:
        InspectionError: it is something else.
    """
    if isinstance(found, tuple) and len(found) in (2, 3):
        parts = (*found, None) if len(found) == 2 else found
        parts = tuple(mapped(part, _array_like, letter) for part, letter in zip(parts, ("x", "y", "w"), strict=True))
        named = [
            pair
            for part, letter in zip(parts, ("x", "y", "sample_weight"), strict=True)
            for pair in leaves(part, letter)
        ]
        size = _length([(key, one.shape) for key, one in named if one is not None], name)
        return Data(name, size, batch_size, lambda: _sliced(parts, size, min(batch_size, size)))
    if isinstance(found, Mapping | str | bytes) or hasattr(found, "dtype"):
        raise InspectionError(f"{name}: returned {type(found).__name__}; {_EXPECTED}")
    if hasattr(found, "__getitem__") and hasattr(found, "__len__") and not isinstance(found, tuple | list):
        return Data(name, None, None, lambda: _checked(((found[n]) for n in range(len(found))), name))
    if not isinstance(found, Iterable):
        raise InspectionError(f"{name}: returned {type(found).__name__}; {_EXPECTED}")
    return Data(name, None, None, lambda: _checked(found, name))


_EXPECTED = "expected (x, y), (x, y, sample_weight), or a tf.data.Dataset or generator of such batches"


def _array_like(name: str, value: Any) -> Any:
    """What can be sliced and has a shape, as it is; lists and frames as arrays."""
    import numpy

    if value is None or (hasattr(value, "shape") and hasattr(value, "dtype")):
        return value
    return numpy.asarray(value)


def _length(shapes: list[tuple[str, tuple[int, ...]]], name: str) -> int:
    scalar = [key for key, shape in shapes if not shape]
    if scalar:
        raise InspectionError(f"{name}: {scalar[0]} is a single number; its first axis has to be the samples")
    sizes = {key: int(shape[0]) for key, shape in shapes}
    if len(set(sizes.values())) > 1:
        listed = ", ".join(f"{key} {size:,}" for key, size in sizes.items())
        raise InspectionError(f"{name}: different numbers of samples: {listed}; give one row of each to every sample")
    size = next(iter(sizes.values()), 0)
    if size == 0:
        raise InspectionError(f"{name}: there are no samples in it")
    return size


def _sliced(parts: tuple[Any, ...], size: int, step: int) -> Iterator[Batch]:
    for start in range(0, size, step):
        stop = min(start + step, size)

        def piece(name: str, one: Any, start: int = start, stop: int = stop) -> Any:
            if one is None:
                return None
            return numbers(name, one.slice(start, stop) if hasattr(one, "slice") else one[start:stop])

        x, y, weight = (mapped(part, piece, letter) for part, letter in zip(parts, ("x", "y", "w"), strict=True))
        yield Batch(x, y, weight, stop - start)


def _checked(batches: Iterable[Any], name: str) -> Iterator[Batch]:
    """Batches of a generator, each looked at before it is used."""
    try:
        for number, batch in enumerate(batches, 1):
            where = f"{name}: batch {number}"
            if not isinstance(batch, tuple | list) or len(batch) not in (2, 3):
                raise InspectionError(f"{where} is {type(batch).__name__}; expected (x, y) or (x, y, sample_weight)")
            named = list(zip(batch, ("x", "y", "sample_weight"), strict=False))
            parts = [mapped(part, numbers, letter) for part, letter in named]
            shapes = [
                (key, one.shape)
                for part, (_, letter) in zip(parts, named, strict=True)
                for key, one in leaves(part, letter)
                if one is not None
            ]
            yield Batch(parts[0], parts[1], parts[2] if len(parts) == 3 else None, _length(shapes, where))
    except InspectionError:
        raise
    except Exception as problem:  # the user's own generator
        raise InspectionError(f"{name}: making a batch failed: {type(problem).__name__}: {problem}") from problem


def numbers(name: str, value: Any) -> Any:
    """An array that can be computed with.

    Raises:
        InspectionError: it holds something else than numbers.
    """
    import numpy

    if value is None:
        return None
    try:
        array = numpy.asarray(value.numpy() if hasattr(value, "numpy") else value)
    except Exception as problem:  # ragged and sparse tensors, and what the user made
        raise InspectionError(f"{name}: {type(value).__name__} is no plain array: {problem}") from None
    if array.dtype.kind in KINDS:
        raise InspectionError(f"{name}: an array of {KINDS[array.dtype.kind]}")
    return array
