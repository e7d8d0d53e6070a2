"""Statistics of inputs and labels, batch by batch, in double precision and without keeping the data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from tdlint.heads import Head
from tdlint.inspector.measure.data import leaves
from tdlint.inspector.measurement import InputScale, LabelKind, LabelStatistics, StepScale
from tdlint.spec.loss_at_start import averages
from tdlint.spec.losses import arguments
from tdlint.values import number

Bad: TypeAlias = tuple[str, int, int]
"""What is not finite: a name, how many of its values, of how many."""

MAX_STEPS = 4096
MAX_CLASSES = 100_000


@dataclass
class Moments:
    """Count, mean and squared deviations along all axes but one, merged batch by batch (Chan, Golub and LeVeque)."""

    count: Any = 0
    mean: Any = 0.0
    squares: Any = 0.0

    def add(self, values: Any, axes: tuple[int, ...] | None) -> None:
        """Take in the finite ones of some values."""
        import numpy

        finite = numpy.isfinite(values)
        count = finite.sum(axis=axes)
        safe = numpy.maximum(count, 1)
        kept = numpy.where(finite, values, 0.0)
        mean = kept.sum(axis=axes) / safe
        spread = numpy.where(finite, values - (mean if axes is None else numpy.expand_dims(mean, axes)), 0.0)
        squares = (spread * spread).sum(axis=axes)
        whole = numpy.maximum(self.count + count, 1)
        apart = mean - self.mean
        self.squares = self.squares + squares + apart * apart * self.count * count / whole
        self.mean = self.mean + apart * count / whole
        self.count = self.count + count

    @property
    def variance(self) -> Any:
        """The mean squared deviation."""
        import numpy

        return self.squares / numpy.maximum(self.count, 1)


@dataclass
class InputCollector:
    """The values of one input."""

    name: str
    shape: tuple[int, ...] = ()
    whole: Moments = field(default_factory=Moments)
    steps: Moments | None = field(default_factory=Moments)
    least: float = math.inf
    largest: float = -math.inf
    non_finite: int = 0

    def add(self, array: Any) -> int:
        """Take in a batch, and say how many of its values are not finite."""
        import numpy

        values = array.astype(numpy.float64)
        finite = numpy.isfinite(values)
        bad = int(values.size - finite.sum())
        shape = tuple(array.shape[1:])
        if len(shape) != 2 or shape[0] > MAX_STEPS or (self.shape and shape != self.shape):
            self.steps = None
        self.shape = shape
        with numpy.errstate(all="ignore"):
            self.whole.add(values, None)
            if self.steps is not None:
                self.steps.add(values, (0, 2))
            if bad < values.size:
                self.least = min(self.least, float(values.min(where=finite, initial=numpy.inf)))
                self.largest = max(self.largest, float(values.max(where=finite, initial=-numpy.inf)))
        self.non_finite += bad
        return bad

    def result(self, over_time: bool) -> InputScale:
        """What was found; ``over_time`` if the model takes the second axis for time."""
        import numpy

        found: tuple[StepScale, ...] = ()
        if self.steps is not None:
            spreads = numpy.sqrt(self.steps.variance)
            found = tuple(
                StepScale(float(mean), float(std)) for mean, std in zip(self.steps.mean, spreads, strict=True)
            )
        mean, std = float(self.whole.mean), math.sqrt(float(self.whole.variance))
        return InputScale(
            self.name,
            self.shape,
            mean,
            std,
            self.least,
            self.largest,
            self.non_finite,
            found,
            over_time and bool(found),
        )


class InputCollectors:
    """The values of all inputs."""

    def __init__(self) -> None:
        self._by_name: dict[str, InputCollector] = {}

    def add(self, x: Any) -> Bad | None:
        """Take in a batch; the first array of it that is not finite."""
        first = None
        for name, array in leaves(x, "x"):
            if array is None or array.dtype.kind not in "buif":
                continue
            bad = self._by_name.setdefault(name, InputCollector(name)).add(array)
            first = first or ((name, bad, array.size) if bad else None)
        return first

    def results(self, over_time: bool) -> tuple[InputScale, ...]:
        """What was found, input by input."""
        return tuple(one.result(over_time) for one in self._by_name.values())


@dataclass
class LabelCollector:
    """The labels of one output, which has ``units`` on its last axis if that is known."""

    name: str
    units: int | None
    shape: tuple[int, ...] = ()
    whole: Moments = field(default_factory=Moments)
    by_unit: Moments = field(default_factory=Moments)
    integers: bool = True
    binary: bool = True
    one_hot: bool = True
    counts: Any = None
    non_finite: int = 0

    def add(self, array: Any) -> int:
        """Take in a batch, and say how many of its values are not finite."""
        import numpy

        values = array.astype(numpy.float64)
        self.shape = tuple(array.shape[1:])
        bad = int(values.size - numpy.isfinite(values).sum())
        self.non_finite += bad
        with numpy.errstate(all="ignore"):
            self.whole.add(values, None)
            per_unit = bool(self.shape) and self.units == self.shape[-1]
            self.by_unit.add(values, tuple(range(values.ndim - 1)) if per_unit else None)
        known = bad == 0
        self.binary = self.binary and known and bool(numpy.isin(values, (0.0, 1.0)).all())
        self.one_hot = (
            self.one_hot and self.binary and per_unit and values.shape[-1] > 1 and bool((values.sum(-1) == 1).all())
        )
        whole = known and bool((values >= 0).all() and (values == numpy.floor(values)).all())
        self.integers = self.integers and whole and float(values.max()) < MAX_CLASSES
        if self.integers:
            found = numpy.bincount(values.astype(numpy.int64).reshape(-1))
            if self.counts is not None:
                size = max(len(found), len(self.counts))
                found = numpy.pad(found, (0, size - len(found))) + numpy.pad(self.counts, (0, size - len(self.counts)))
            self.counts = found
        return bad

    def result(self, loss: str | None) -> LabelStatistics:
        """What was found; ``loss`` is the class of the loss, which says whether numbers are classes."""
        mean, variance = float(self.whole.mean), float(self.whole.variance)
        shares: tuple[float, ...] = ()
        kind: LabelKind = "values"
        if loss == "SparseCategoricalCrossentropy" and self.integers and self.counts is not None:
            kind, shares = "classes", tuple(float(count) for count in self.counts / self.counts.sum())
            shares += (0.0,) * ((self.units or 0) - len(shares))
        elif self.one_hot and loss not in ("BinaryCrossentropy", "BinaryFocalCrossentropy"):
            kind, shares = "one-hot", tuple(float(share) for share in self.by_unit.mean)
        elif self.binary:
            kind = "binary"
            shares = (1 - mean, mean) if math.prod(self.shape[-1:]) == 1 else ()
        entropy = _entropy(shares) if shares else self._binary_entropy() if kind == "binary" else None
        return LabelStatistics(
            self.name, kind, self.shape, mean, variance, shares, entropy, self._constant(kind, loss, entropy)
        )

    def _binary_entropy(self) -> float:
        import numpy

        shares = numpy.atleast_1d(self.by_unit.mean)
        return float(numpy.mean([_entropy((1 - float(share), float(share))) for share in shares]))

    def _constant(self, kind: LabelKind, loss: str | None, entropy: float | None) -> float | None:
        """The loss of the best constant output, where that is a matter of these numbers."""
        import numpy

        if self.non_finite:
            return None
        if loss == "MeanSquaredError":
            return float(numpy.mean(self.by_unit.variance))
        fits = {
            "SparseCategoricalCrossentropy": "classes",
            "CategoricalCrossentropy": "one-hot",
            "KLDivergence": "one-hot",
            "BinaryCrossentropy": "binary",
        }
        return entropy if loss is not None and fits.get(loss) == kind else None


def _entropy(shares: tuple[float, ...]) -> float:
    return -math.fsum(share * math.log(share) for share in shares if share > 0)


class LabelCollectors:
    """The labels of all outputs; ``factors`` are the weights of their losses, None where they are not known.

    ``plain`` is set to False where samples have weights or masks, which these numbers leave out.
    """

    def __init__(self, heads: Sequence[Head], factors: Sequence[float | None] | None) -> None:
        self._heads, self._factors = heads, factors
        self._collectors: list[tuple[LabelCollector, Head | None]] = []
        self.plain = True

    def add(self, y: Any) -> Bad | None:
        """Take in a batch; the first array of it that is not finite."""
        found = [(name, array) for name, array in leaves(y, "y") if array is not None]
        if not self._collectors:
            self._collectors = [self._made(name, place, len(found)) for place, (name, _) in enumerate(found)]
        first = None
        for (collector, _), (name, array) in zip(self._collectors, found, strict=False):
            bad = collector.add(array)
            first = first or ((name, bad, array.size) if bad else None)
        return first

    def _made(self, name: str, place: int, count: int) -> tuple[LabelCollector, Head | None]:
        head = next((one for one in self._heads if one.name == name), None)
        if head is None and count == len(self._heads):
            head = self._heads[place]
        return LabelCollector(name, head.units if head else None), head

    def results(self) -> tuple[LabelStatistics, ...]:
        """What was found, output by output."""
        found = []
        for collector, head in self._collectors:
            one = collector.result(head.loss_class if head else None)
            factor = self._factors[head.index] if head and self._factors else None
            usable = one.constant is not None and factor is not None and self.plain and head and _is_plain(head)
            found.append(replace(one, constant=(one.constant or 0.0) * (factor or 0.0) if usable else None))
        return tuple(found)


def _is_plain(head: Head) -> bool:
    """Whether the loss of an output is the plain mean of what its class computes."""
    args = arguments(head.loss)
    smoothing = number(args.get("label_smoothing")) if args.passes("label_smoothing") else 0.0
    return averages(args) and args.complete and smoothing == 0 and not args.passes("ignore_class")
