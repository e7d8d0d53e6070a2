"""Regularizers: their coefficients by version of Keras, and the penalty that they put on a fresh weight.

Source: FACTS C1 (formulas: sums, not means, and no one half), C1b-C2b (defaults and identifiers by version).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tdlint import values
from tdlint.spec.initializers import at_start, class_name, is_normal, moments
from tdlint.spec.layers.base import WeightSpec
from tdlint.spec.moments import AtStart, mean_coordinate
from tdlint.spec.version import NEWEST, KerasVersion
from tdlint.values import Const, Instance, Symbol, Value


@dataclass(frozen=True)
class Coefficients:
    """``l1 * sum(|w|) + l2 * sum(w**2)``."""

    l1: float
    l2: float

    @property
    def active(self) -> bool:
        """Whether the penalty can be other than zero."""
        return self.l1 != 0 or self.l2 != 0

    def penalty(self, sum_absolute: float, sum_square: float) -> float:
        """The penalty for a weight with these sums."""
        return self.l1 * sum_absolute + self.l2 * sum_square


def _by_name(name: str, keras: KerasVersion) -> Coefficients | None:
    if name in ("l1", "L1"):
        return Coefficients(0.01, 0.0)
    if name in ("l2", "L2"):
        return Coefficients(0.0, 0.01)
    if keras.major >= 3 and name in ("l1l2", "L1L2"):
        return Coefficients(0.0, 0.0)
    if keras.major < 3 and name == "l1_l2":
        return Coefficients(0.01, 0.01)
    return None


def coefficients(regularizer: Value, keras: KerasVersion = NEWEST) -> Coefficients | None:
    """The l1 and l2 of a regularizer argument, None if they can't be told or the class is another.

    ``None`` (not regularized) gives zeros.
    """
    if regularizer.must_be(None):
        return Coefficients(0.0, 0.0)
    if isinstance(regularizer, Const):
        return _by_name(regularizer.value, keras) if isinstance(regularizer.value, str) else None
    if isinstance(regularizer, Symbol):
        # an uncalled class: Keras 3 makes an object of it, Keras 2 fails when building
        return _by_name(regularizer.name.rpartition(".")[2], keras) if keras.major >= 3 else None
    if not isinstance(regularizer, Instance):
        return None
    short = regularizer.type.rpartition(".")[2]
    args = regularizer.args

    def given(names: tuple[str, ...], default: float) -> float | None:
        for name in names:
            if args.passes(name):
                value = args.get(name)
                # L1() and L2() read None as their default
                return default if value.must_be(None) else values.number(value)
        return default if args.complete else None

    l1: float | None = 0.0
    l2: float | None = 0.0
    if short in ("L1", "l1"):
        l1 = given(("l1", "l"), 0.01)
    elif short in ("L2", "l2"):
        l2 = given(("l2", "l"), 0.01)
    elif short in ("L1L2", "l1_l2"):
        default = 0.01 if short == "l1_l2" and keras.major < 3 else 0.0
        l1, l2 = given(("l1",), default), given(("l2",), default)
    else:
        return None
    return None if l1 is None or l2 is None else Coefficients(float(l1), float(l2))


@dataclass(frozen=True)
class Orthogonality:
    """What an ``OrthogonalRegularizer`` was made with; ``rows`` says which vectors of the matrix it compares."""

    factor: float
    rows: bool


def orthogonality(regularizer: Value) -> Orthogonality | None:
    """The settings of an ``OrthogonalRegularizer`` of Keras, None if it is another or they can't be told."""
    if isinstance(regularizer, Const) and regularizer.value in ("orthogonal_regularizer", "OrthogonalRegularizer"):
        return Orthogonality(0.01, True)
    if not isinstance(regularizer, Instance) or regularizer.type not in _ORTHOGONAL:
        return None
    args = regularizer.args
    factor = values.number(args.get("factor")) if args.passes("factor") or not args.complete else 0.01
    mode = values.text(args.get("mode")) if args.passes("mode") or not args.complete else "rows"
    if factor is None or mode not in ("rows", "columns"):
        return None
    return Orthogonality(float(factor), mode == "rows")


_ORTHOGONAL = ("keras.regularizers.OrthogonalRegularizer", "keras.regularizers.orthogonal_regularizer")


def expected_penalty(weight: WeightSpec, keras: KerasVersion = NEWEST) -> float | None:
    """The mean of ``penalty_at_start``."""
    found = penalty_at_start(weight, keras)
    return None if found is None else found.mean


def penalty_at_start(weight: WeightSpec, keras: KerasVersion = NEWEST) -> AtStart | None:
    """The penalty that a weight is expected to cost when the model is fresh; None if it can't be told.

    A weight without regularizer costs 0, and so does one that its layer does not train: Keras counts only those that
    are trained. Units are those of the loss.
    """
    if not weight.trainable:
        return AtStart(0.0, 0.0)
    shape = tuple(dim for dim in weight.shape if isinstance(dim, int))
    known = len(shape) == len(weight.shape)
    found = coefficients(weight.regularizer, keras)
    if found is None:
        settings = orthogonality(weight.regularizer)
        return None if settings is None or not known else orthogonal_at_start(settings, weight.initializer, shape)
    if not found.active:
        return AtStart(0.0, 0.0)
    if not known:
        return None
    # before 3.15, Keras took the fans of every kernel from its shape
    return at_start(weight.initializer, shape, found.l1, found.l2, weight.fans if keras >= (3, 15) else None)


def orthogonal_at_start(settings: Orthogonality, initializer: Value, shape: tuple[int, ...]) -> AtStart | None:
    """The penalty of an ``OrthogonalRegularizer``: the mean ``|cos|`` between two vectors of the matrix (FACTS C3).

    Known in closed form where all directions are as likely, and where the matrix is always the same in this respect.
    """
    if len(shape) != 2:
        return None
    count, size = shape if settings.rows else shape[::-1]
    if size < 1:
        return None
    if count < 2:
        return AtStart(math.nan, None)  # Keras divides by the number of pairs
    name = class_name(initializer)
    if name in ("Zeros", "Identity") or (name == "Orthogonal" and count <= size):
        return AtStart(0.0, 0.0)
    element = moments(initializer, shape)
    if name == "Ones" or (size == 1 and (element is not None or name == "Orthogonal")):
        return AtStart(settings.factor, 0.0)
    if element is None or not is_normal(initializer):
        return None
    mean = mean_coordinate(size)
    # two cosines that share a vector are independent, given that vector
    variance = (1 / size - mean * mean) / (count * (count - 1) / 2)
    return AtStart(settings.factor * mean, settings.factor**2 * variance)
