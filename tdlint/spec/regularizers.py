"""Regularizers: their coefficients by version of Keras, and the penalty that they put on a fresh weight.

Source: FACTS C1 (formulas: sums, not means, and no one half), C1b-C2b (defaults and identifiers by version).
"""

from __future__ import annotations

from dataclasses import dataclass

from tdlint import values
from tdlint.spec.initializers import moments
from tdlint.spec.layers.base import WeightSpec
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


def expected_penalty(weight: WeightSpec, keras: KerasVersion = NEWEST) -> float | None:
    """The penalty that a weight is expected to cost when the model is fresh; None if it can't be told.

    A weight without regularizer costs 0, and so does one that its layer does not train: Keras counts only those that
    are trained. Units are those of the loss.
    """
    if not weight.trainable:
        return 0.0
    found = coefficients(weight.regularizer, keras)
    if found is None:
        return None
    if not found.active:
        return 0.0
    shape = tuple(dim for dim in weight.shape if isinstance(dim, int))
    if len(shape) != len(weight.shape):
        return None
    # before 3.15, Keras took the fans of every kernel from its shape
    element = moments(weight.initializer, shape, weight.fans if keras >= (3, 15) else None)
    if element is None:
        return None
    count = 1
    for dim in shape:
        count *= dim
    return found.penalty(count * element.absolute, count * element.square)
