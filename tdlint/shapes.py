"""Dimensions and shapes, with what is not known about them kept as such."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Free:
    """Keras' ``None``: any size on purpose, such as the batch."""


@dataclass(frozen=True, slots=True)
class Symbolic:
    """A size that the source names and tdlint does not know; equal to itself. ``name`` is as in the source."""

    name: str


@dataclass(frozen=True, slots=True)
class UnknownDim:
    """A size that tdlint could not tell, and why."""

    reason: str = "not known"


Dim: TypeAlias = int | Free | Symbolic | UnknownDim


@dataclass(frozen=True, slots=True)
class UnknownShape:
    """A shape that tdlint could not tell, and why."""

    reason: str = "not known"


Shape: TypeAlias = tuple[Dim, ...]
AnyShape: TypeAlias = Shape | UnknownShape

FREE = Free()


def dims_agree(left: Dim, right: Dim) -> bool | None:
    """Whether two sizes are equal: True or False when certain, None when it can't be told."""
    if isinstance(left, int) and isinstance(right, int):
        return left == right
    if isinstance(left, Symbolic) and left == right:
        return True
    return None


def join_dims(left: Dim, right: Dim) -> Dim:
    """The size on a path that is one of two."""
    return left if left == right else UnknownDim("differs between paths")


def join_shapes(left: AnyShape, right: AnyShape) -> AnyShape:
    """The shape on a path that is one of two."""
    if left == right:
        return left
    if isinstance(left, UnknownShape) or isinstance(right, UnknownShape) or len(left) != len(right):
        return UnknownShape("differs between paths")
    return tuple(join_dims(a, b) for a, b in zip(left, right, strict=True))


def size(shape: Shape) -> int | None:
    """The number of elements, or None if a dimension is not a known number."""
    if not all(isinstance(dim, int) for dim in shape):
        return None
    return math.prod(dim for dim in shape if isinstance(dim, int))


def format_dim(dim: Dim) -> str:
    """As people write it: ``None`` for a free dimension, the source's name for a symbolic one, ``?`` for unknown."""
    if isinstance(dim, Free):
        return "None"
    if isinstance(dim, Symbolic):
        return dim.name
    if isinstance(dim, UnknownDim):
        return "?"
    return str(dim)


def format_shape(shape: AnyShape) -> str:
    """``(None, timesteps, 64)``; an unknown shape is ``?``."""
    if isinstance(shape, UnknownShape):
        return "?"
    inner = ", ".join(map(format_dim, shape))
    return f"({inner},)" if len(shape) == 1 else f"({inner})"
