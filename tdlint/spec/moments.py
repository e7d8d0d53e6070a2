"""Distributions of the elements of fresh weights, as the moments that L1 and L2 penalties depend on.

Source: FACTS C13, and tests/oracle against samples of real Keras.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

CUT = 2.0
"""Where Keras cuts off its truncated normal distribution, in standard deviations."""
CUT_DEVIATION = 0.87962566103423978
"""The standard deviation of a normal distribution cut there, in those before the cut; the digits are Keras' own."""


@dataclass(frozen=True)
class Moments:
    """Expected values of the powers one to four of ``|w|``."""

    absolute: float
    square: float
    cube: float
    fourth: float

    def mean(self, l1: float, l2: float) -> float:
        """What ``l1 * |w| + l2 * w**2`` is on average."""
        return l1 * self.absolute + l2 * self.square

    def variance(self, l1: float, l2: float) -> float:
        """The variance of ``l1 * |w| + l2 * w**2``."""
        absolute = self.square - self.absolute**2
        square = self.fourth - self.square**2
        both = self.cube - self.absolute * self.square
        return max(0.0, l1 * l1 * absolute + l2 * l2 * square + 2 * l1 * l2 * both)


@dataclass(frozen=True)
class AtStart:
    """The penalty of a fresh weight: its mean over random initial values, and its variance, None if not known."""

    mean: float
    variance: float | None

    @property
    def spread(self) -> float | None:
        """The standard deviation."""
        return None if self.variance is None else math.sqrt(self.variance)


def uniform(low: float, high: float) -> Moments:
    """Evenly between two bounds.

    Raises:
        ValueError: the bounds are not in order.
    """
    if not low < high:
        raise ValueError(f"expected low < high, received {low} and {high}")

    def power(n: int) -> float:
        # the integral of |w|**n on each side of zero
        ends = (math.copysign(abs(end) ** (n + 1), end) for end in (high, low))
        return (next(ends) - next(ends)) / ((n + 1) * (high - low))

    return Moments(power(1), power(2), power(3), power(4))


def normal(mean: float, deviation: float, cut: float = math.inf) -> Moments:
    """Normally distributed, cut off at ``cut`` standard deviations on both sides of the mean."""
    if deviation == 0:
        return Moments(*(abs(mean) ** n for n in range(1, 5)))
    zero = min(max(-mean / deviation, -cut), cut)
    above, below, whole = _partial(zero, cut), _partial(-cut, zero), _partial(-cut, cut)[0]

    def power(n: int) -> float:
        terms = (math.comb(n, k) * mean ** (n - k) * deviation**k for k in range(n + 1))
        sign = -1 if n % 2 else 1
        return math.fsum(term * (above[k] + sign * below[k]) for k, term in enumerate(terms)) / whole

    return Moments(power(1), power(2), power(3), power(4))


def _partial(low: float, high: float) -> tuple[float, ...]:
    """The integrals of ``z**k`` under the standard normal density between two bounds, for k from 0 to 4."""

    def edge(z: float, k: int) -> float:
        return 0.0 if math.isinf(z) else z**k * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    found = [(math.erf(high / math.sqrt(2)) - math.erf(low / math.sqrt(2))) / 2, edge(low, 0) - edge(high, 0)]
    for k in range(2, 5):
        found.append((k - 1) * found[k - 2] + edge(low, k - 1) - edge(high, k - 1))
    return tuple(found)


def mean_coordinate(size: int) -> float:
    """The mean absolute value of a coordinate of a random unit vector of this size."""
    return math.sqrt(2 / (math.pi * size) * (1 + _excess(size)))


def _excess(size: int) -> float:
    """How far the squared mean absolute coordinate is above ``2 / (pi * size)``, as a share of that.

    The quotient of gamma functions loses its digits for large sizes, where the series keeps them.
    """
    if size < 64:
        quotient = math.gamma(size / 2) / math.gamma((size + 1) / 2)
        return quotient * quotient * size / 2 - 1
    n = float(size)
    root = 1 + 1 / (4 * n) + 1 / (32 * n**2) - 5 / (128 * n**3) - 21 / (2048 * n**4)
    return root * root - 1


def orthonormal(rows: int, columns: int, gain: float, l1: float, l2: float) -> AtStart:
    """A random matrix whose rows or columns, whichever are fewer, are orthogonal and of length ``gain``.

    The sum of squares is the same for each. Two elements of one row or column are coordinates of one random unit
    vector, with ``E|ab| = 2 / (pi * d)``; two others, given the row of the first, lie in a space with one axis less.
    """
    many, few = max(rows, columns), min(rows, columns)
    gain = abs(gain)
    squares = gain * gain * few
    mean = mean_coordinate(many)
    base, excess = 2 / (math.pi * many), _excess(many)
    own = 1 / many - mean * mean if many > 1 else 0.0
    in_line = -base * excess
    apart = base * (1 / (many - 1) - 2 * excess - excess**2) / (1 + excess) if few > 1 else 0.0
    count = few * many
    lines = count * (many - 1) + count * (few - 1)
    variance = count * own + lines * in_line + count * (many - 1) * (few - 1) * apart
    return AtStart(l1 * gain * count * mean + l2 * squares, max(0.0, variance) * (l1 * gain) ** 2)
