"""The weights that a model holds: as found, measured, and matched to what the spec knows of the layer."""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from tdlint.graph import ModelGraph
from tdlint.shapes import FREE, Shape
from tdlint.spec import layers as layer_spec
from tdlint.spec.layers.base import WeightSpec
from tdlint.spec.regularizers import orthogonality
from tdlint.spec.version import KerasVersion
from tdlint.values import LayerObject, Unknown, Value

if TYPE_CHECKING:
    import numpy

    Blocks: TypeAlias = Iterator[numpy.ndarray[Any, Any]]

OF_LAYERS = frozenset({"MultiHeadAttention", "GroupedQueryAttention", "GroupQueryAttention"})
"""Layers of Keras that are made of others, which are not in their config."""
MAX_ORTHOGONAL = 2**22
"""The largest matrix, in elements, whose orthogonality is measured: the cost grows with rows² · columns."""
MAX_FITTED_SIZES = 16
"""How many sizes of the last axis are tried."""
SHAPES_ONLY = "only shapes were read: what the penalty is now is not known"


_CHECKED = 2**16
_PIECE = 2**13
"""Elements summed at once: they stay in the cache, and are too few for BLAS to start threads, which costs more."""


@dataclass(frozen=True)
class Found:
    """A weight as it lies in a model or file: ``path`` within its layer, and how to read its values in blocks.

    ``read`` is None where only shapes are wanted, or there are no values.
    """

    path: str
    shape: tuple[int, ...]
    read: Callable[[], Blocks] | None


@dataclass(frozen=True)
class Sums:
    """``sum |w|``, ``sum w**2``, and how many elements are not finite; ``start`` is a checksum of the first values."""

    absolute: float
    square: float
    non_finite: int
    start: int = 0


@dataclass(frozen=True)
class Held:
    """One weight of a layer.

    ``spec`` is None where tdlint does not know the weight; then ``regularizer`` is Unknown unless a live variable told.
    ``trainable`` is what the layer itself makes of it, None if not known. ``measured`` is the penalty where it is not a
    matter of sums. ``counted`` says whether Keras adds the penalty; a live model knows, and then ``trainable`` is final
    too, for a file (None) both follow from what is frozen. ``variable`` is that of a live model.
    """

    name: str
    shape: tuple[int, ...]
    sums: Sums | None
    spec: WeightSpec | None
    regularizer: Value
    trainable: bool | None
    measured: float | None = None
    counted: bool | None = None
    variable: Any = field(default=None, compare=False, repr=False)

    @property
    def params(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Dormant:
    """A regularizer that a live layer has as an attribute, and its weight does not; ``code`` is the rule about it."""

    argument: str
    reason: str
    code: str | None


@dataclass(frozen=True)
class Inspected:
    """A model with its weights, by ``layer.key`` of the graph; those of the model itself by ``model.key``.

    ``frozen`` is set if the model as a whole is not trainable. ``optimizer`` is the one that a live model has now; of
    others, ``model.compile`` tells. ``missing`` are the layers whose weights are not known.
    """

    model: ModelGraph
    source: str
    keras_version: str
    keras: KerasVersion
    held: dict[int, tuple[Held, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    frozen: bool = False
    optimizer: Value | None = None
    dormant: dict[int, tuple[Dormant, ...]] = field(default_factory=dict)
    missing: frozenset[int] = frozenset()


def sums_of(blocks: Blocks) -> Sums:
    """Sums in double precision, block by block, and within a block in pieces that a processor's cache holds."""
    import numpy

    absolute = square = 0.0
    non_finite = start = 0
    ones, piece = numpy.ones(_PIECE), numpy.empty(_PIECE)
    with numpy.errstate(all="ignore"):
        for block in blocks:
            flat = numpy.asarray(block).reshape(-1)
            start = start or zlib.crc32(flat[:_CHECKED].astype(numpy.float64).data)
            for begin in range(0, flat.size, _PIECE):
                some = flat[begin : begin + _PIECE]
                sizes = piece[: some.size]
                # the size of the least integer is no integer of its kind
                numpy.abs(some if some.dtype.kind == "f" else some.astype(numpy.float64), out=sizes)
                absolute += float(numpy.dot(sizes, ones[: some.size]))
                square += float(numpy.dot(sizes, sizes))
            if not math.isfinite(absolute) or not math.isfinite(square):
                non_finite += int(flat.size - numpy.isfinite(flat.astype(numpy.float64)).sum())
    return Sums(absolute, square, non_finite, start)


def orthogonal_penalty(regularizer: Value, found: Found) -> float | None:
    """The penalty of an ``OrthogonalRegularizer`` (FACTS C3); None if it is another, or the matrix is too large."""
    settings = orthogonality(regularizer)
    if settings is None or len(found.shape) != 2:
        return None
    if found.read is None or not 0 < math.prod(found.shape) <= MAX_ORTHOGONAL:
        return None
    import numpy

    flat = numpy.concatenate([block.reshape(-1) for block in found.read()]).astype(numpy.float64)
    matrix: Any = flat.reshape(found.shape)
    vectors = matrix if settings.rows else matrix.T
    count = len(vectors)
    if count < 2:
        return math.nan  # Keras divides by the number of pairs
    lengths = numpy.sqrt(numpy.maximum((vectors**2).sum(axis=1, keepdims=True), 1e-12))
    products = (vectors / lengths) @ (vectors / lengths).T
    outside = numpy.abs(products - numpy.diag(numpy.diag(products))).sum()
    return float(settings.factor * 0.5 * outside / (count * (count - 1) / 2))


def measure(found: Found, spec: WeightSpec | None, trainable: bool | None = None) -> Held:
    """Read a weight that lies in a file."""
    regularizer: Value = Unknown("the file does not say what regularizes it") if spec is None else spec.regularizer
    return Held(
        spec.name if spec else found.path,
        found.shape,
        sums_of(found.read()) if found.read else None,
        spec,
        regularizer,
        spec.trainable if spec else trainable,
        orthogonal_penalty(regularizer, found),
    )


def unread(spec: WeightSpec) -> Held | None:
    """A weight that the config tells of and the file does not hold; None if its shape is not known."""
    shape = concrete(spec)
    return None if shape is None else Held(spec.name, shape, None, spec, spec.regularizer, spec.trainable)


def merged_adapters(found: Sequence[Found], specs: Sequence[WeightSpec] | None) -> Iterator[Held]:
    """The weights of LoRA that a `.keras` file lacks: saving adds them to the kernel, loading starts them from zero."""
    left_out = [spec for spec in specs or () if spec.name.startswith("lora_")]
    if specs is not None and left_out and len(found) == len(specs) - len(left_out):
        for spec in left_out:
            held = unread(spec)
            if held is not None:
                yield replace(held, sums=Sums(0.0, 0.0, 0))


def concrete(spec: WeightSpec) -> tuple[int, ...] | None:
    """The shape of a weight in numbers, None if one is missing."""
    shape = tuple(dim for dim in spec.shape if isinstance(dim, int))
    return shape if len(shape) == len(spec.shape) else None


Pairs: TypeAlias = list[tuple["Found", "WeightSpec | None"]]


def match(found: Sequence[Found], specs: Sequence[WeightSpec] | None) -> Pairs:
    """Pair what is there with what the spec expects: by order and shape, then by shape where that leaves no choice."""
    if not specs:
        return [(one, None) for one in found]
    shapes = [concrete(spec) for spec in specs]
    if [one.shape for one in found] == shapes:
        return list(zip(found, specs, strict=True))
    expected: dict[tuple[int, ...] | None, list[WeightSpec]] = {}
    for spec, shape in zip(specs, shapes, strict=True):
        expected.setdefault(shape, []).append(spec)
    there = Counter(one.shape for one in found)
    certain = {shape: iter(alike) for shape, alike in expected.items() if shape and len(alike) == there[shape]}
    return [(one, next(certain[one.shape]) if one.shape in certain else None) for one in found]


def fitted(layer: LayerObject, shapes: Sequence[tuple[int, ...]]) -> tuple[WeightSpec, ...] | None:
    """The weights of a layer whose input shape is not known: inputs are tried until the shapes of the weights fit.

    Only the last axis of an input decides the shapes of nearly all weights, and it is an axis of one of them.
    """
    if layer.custom or not shapes:
        return None
    sizes = sorted({size for shape in shapes for size in shape})[:MAX_FITTED_SIZES]
    for ndim in range(2, 6):
        for size in sizes:
            given: Shape = (*(FREE,) * (ndim - 1), size)
            for inputs in ((given,), (given, given)):
                specs = layer_spec.weights(layer, inputs)
                if specs and [concrete(spec) for spec in specs] == list(shapes):
                    return specs
    return None


def step_copies(paths: Sequence[tuple[str, tuple[int, ...]]], steps: int | None) -> int | None:
    """How many copies of one sub-layer a layer holds, if that is the number of its time steps and at least two.

    ``paths`` are the weights of the layer: path within it, such as ``ds/dense_3/0``, and shape.
    """
    if steps is None or steps < 2:
        return None
    copies: dict[tuple[str, str], dict[str, list[tuple[int, ...]]]] = {}
    for path, shape in paths:
        parts = path.split("/")
        for depth, part in enumerate(parts[:-1]):
            base = re.sub(r"_?\d+$", "", part)
            copies.setdefault(("/".join(parts[:depth]), base), {}).setdefault(part, []).append(shape)
    for children in copies.values():
        first = next(iter(children.values()))
        if len(children) == steps and all(shapes == first for shapes in children.values()):
            return steps
    return None
