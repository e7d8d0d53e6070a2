"""The shape of ``x[...]`` as numpy gives it, for every kind of index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tdlint.shapes import AnyShape, Dim, Shape, UnknownDim, UnknownShape
from tdlint.spec.arrays import Fails, broadcast


@dataclass(frozen=True)
class At:
    """One integer, None if its value is not known: takes an axis away."""

    position: int | None


@dataclass(frozen=True)
class Cut:
    """A slice. A bound that is not given is None; ``known`` is False if one is given and not known."""

    start: int | None = None
    stop: int | None = None
    step: int | None = None
    known: bool = True


@dataclass(frozen=True)
class NewAxis:
    """``None`` or ``numpy.newaxis``."""


@dataclass(frozen=True)
class Rest:
    """``...``: all axes that the other entries leave."""


@dataclass(frozen=True)
class Mask:
    """An array of booleans with so many axes."""

    shape: Shape


@dataclass(frozen=True)
class Places:
    """An array of integers."""

    shape: AnyShape


Entry: TypeAlias = At | Cut | NewAxis | Rest | Mask | Places


def index(shape: AnyShape, entries: Sequence[Entry]) -> AnyShape:
    """The shape of ``x[entries]``.

    Raises:
        Fails: numpy raises: too many entries, or an integer outside of its axis.
    """
    if isinstance(shape, UnknownShape):
        return shape
    used = sum(
        len(entry.shape) if isinstance(entry, Mask) else isinstance(entry, At | Cut | Places) for entry in entries
    )
    rests = sum(isinstance(entry, Rest) for entry in entries)
    if used > len(shape) or rests > 1:
        raise Fails(f"{used} indices into an array with {len(shape)} axes")
    if not rests:
        entries = (*entries, Rest())
    advanced = any(isinstance(entry, Mask | Places) for entry in entries)
    kept: list[Dim] = []
    picked: list[AnyShape] = []
    where: list[int] = []  # numbers of the entries that pick elements
    first = 0
    axis = 0
    for number, entry in enumerate(entries):
        if isinstance(entry, Rest):
            kept.extend(shape[axis : axis + len(shape) - used])
            axis += len(shape) - used
        elif isinstance(entry, NewAxis):
            kept.append(1)
        elif isinstance(entry, Cut):
            kept.append(cut(shape[axis], entry))
            axis += 1
        else:
            if isinstance(entry, At):
                _check(shape[axis], entry.position)
            if not where:
                first = len(kept)
            where.append(number)
            picked.append(_picked(entry, shape[axis : axis + len(entry.shape)] if isinstance(entry, Mask) else ()))
            axis += len(entry.shape) if isinstance(entry, Mask) else 1
    if not advanced:
        return tuple(kept)
    together = broadcast(*picked)
    if isinstance(together, UnknownShape):
        return together
    if where != list(range(where[0], where[-1] + 1)):
        first = 0  # numpy puts them in front when something stands between them
    return (*kept[:first], *together, *kept[first:])


def _check(dim: Dim, position: int | None) -> None:
    if isinstance(dim, int) and position is not None and not -dim <= position < dim:
        raise Fails(f"index {position} into an axis of size {dim}")


def _picked(entry: At | Mask | Places, masked: Shape) -> AnyShape:
    if isinstance(entry, Places):
        return entry.shape
    if isinstance(entry, At):
        return ()
    for have, want in zip(entry.shape, masked, strict=True):
        if isinstance(have, int) and isinstance(want, int) and have != want:
            raise Fails(f"a mask of size {have} on an axis of size {want}")
    return (UnknownDim("as many as the mask lets through"),)


def cut(dim: Dim, entry: Cut) -> Dim:
    """The size of an axis after a slice."""
    if entry.step == 0:
        raise Fails("a slice with step 0")
    if not entry.known:
        return UnknownDim("a slice with a bound that is not known")
    if isinstance(dim, int):
        return len(range(*slice(entry.start, entry.stop, entry.step).indices(dim)))
    if entry.step in (None, 1, -1) and entry.start in (None, 0 if entry.step != -1 else None) and entry.stop is None:
        return dim
    return UnknownDim("a slice of a size that is not known")
