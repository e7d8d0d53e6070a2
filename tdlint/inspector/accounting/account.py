"""The account of a model's regularization: plain data that formatters turn into tables and JSON.

Penalties are in the units of the loss. None means that it can't be known, never zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from tdlint.diagnostics import Diagnostic
from tdlint.graph import ModelGraph
from tdlint.inspector.accounting.shrinkage import Shrinkage
from tdlint.inspector.codes import IN_TIME_DISTRIBUTED, MULTIPLIED
from tdlint.inspector.measurement import Measurement
from tdlint.shapes import AnyShape
from tdlint.spec.version import KerasVersion


def total(parts: Iterable[float | None]) -> float | None:
    """The sum, None if one of the parts is not known."""
    known = list(parts)
    return None if None in known else math.fsum(part for part in known if part is not None)


def spread(weights: Iterable[WeightAccount]) -> float | None:
    """The standard deviation of the sum of penalties at start; None if that is not known of some.

    Weights drawn from one seed are not independent, so that no sum of theirs is given.
    """
    known = [weight for weight in weights if weight.counted]
    seeds = [weight.seed for weight in known if weight.seed is not None and weight.expected_spread]
    if len(set(seeds)) < len(seeds):
        return None
    variance = total(None if one.expected_spread is None else one.expected_spread**2 for one in known)
    return None if variance is None else math.sqrt(variance)


def trainable_params(weights: Iterable[WeightAccount]) -> int | None:
    """Elements that training changes, None if that is not known of some."""
    known = list(weights)
    if any(weight.trainable is None for weight in known):
        return None
    return sum(weight.params for weight in known if weight.trainable)


@dataclass(frozen=True)
class Regularizer:
    """What covers a weight or an output: its class, and its coefficients by name (``l1``, ``l2``, ``factor``)."""

    type: str
    coefficients: tuple[tuple[str, float | None], ...] = ()
    custom: bool = False

    def describe(self) -> str:
        """``L1L2(l1=0.01, l2=0.01)``, ``L2(0.01)``; without coefficients where they are not known."""
        known = [(name, value) for name, value in self.coefficients if value is not None]
        if len(known) == 1 and self.type.lower() == known[0][0]:
            return f"{self.type}({known[0][1]:.3g})"
        inner = ", ".join(f"{name}={value:.3g}" for name, value in known)
        return f"{self.type}({inner})" if inner else self.type


@dataclass(frozen=True)
class WeightAccount:
    """One weight. ``trainable`` allows for frozen layers; ``counted`` says whether Keras adds its penalty to the loss.

    ``expected_penalty`` is the mean over random initial values, ``expected_spread`` the standard deviation.
    ``seed`` is that of its initializer. ``share`` is the part of the whole penalty that this one is, None
    where either is not known or nothing is penalized. ``shrinkage`` is what the regularizer comes to in a step of the
    optimizer; None if that is not known, or the penalty is not counted.
    ``understood`` is False for a weight of which only the size is known. ``non_finite`` counts its NaN and
    infinite elements.
    """

    name: str
    shape: tuple[int, ...]
    params: int
    trainable: bool | None
    regularizer: Regularizer | None
    penalty: float | None
    expected_penalty: float | None
    counted: bool
    understood: bool = True
    non_finite: int = 0
    expected_spread: float | None = None
    seed: int | None = None
    share: float | None = None
    shrinkage: Shrinkage | None = None


@dataclass(frozen=True)
class ActivityTerm:
    """A penalty on a layer's output, which depends on data and so has no amount here.

    ``acts`` is False where it is declared and never added. ``divided_by_batch`` depends on the version of Keras.
    ``steps`` is the number of time steps that it sums over, None without a time axis or with a free one;
    ``calls`` how often the layer is called, each call adding a term; ``tensors`` on how many tensors in it the term is.
    """

    regularizer: Regularizer
    acts: bool
    divided_by_batch: bool
    over_time: bool
    steps: int | None
    calls: int
    tensors: int = 1

    @property
    def code(self) -> str | None:
        """The rule about a term that never acts, or that grows with the batch, the positions, or the calls."""
        if not self.acts:
            return IN_TIME_DISTRIBUTED
        return MULTIPLIED if self.over_time or self.calls > 1 or not self.divided_by_batch else None


@dataclass(frozen=True)
class LayerAccount:
    """One distinct layer, however often it is called. ``layer`` is its path through nested models.

    ``step_copies`` is the number of copies of a sub-layer that a user's own layer holds, one per time step.
    ``complete`` is False where a config does not tell all of its weights.
    """

    layer: str
    type: str
    output_shape: AnyShape
    weights: tuple[WeightAccount, ...] = ()
    activity: tuple[ActivityTerm, ...] = ()
    calls: int = 1
    step_copies: int | None = None
    once_for_all_steps: bool = False
    complete: bool = True

    @property
    def params(self) -> int:
        """Elements of all weights."""
        return sum(weight.params for weight in self.weights)

    @property
    def trainable_params(self) -> int | None:
        """Elements that training changes, None if that is not known of some."""
        return trainable_params(self.weights) if self.complete else None

    @property
    def regularized_params(self) -> int:
        """Elements under a weight regularizer whose penalty counts."""
        return sum(weight.params for weight in self.weights if weight.regularizer is not None and weight.counted)

    @property
    def penalty(self) -> float | None:
        """The penalty that counts now, None if part of it is not known."""
        return total(weight.penalty for weight in self.weights if weight.counted) if self.complete else None

    @property
    def expected_penalty(self) -> float | None:
        """The penalty that the fresh layer was expected to cost, None if part of it is not known."""
        return total(weight.expected_penalty for weight in self.weights if weight.counted) if self.complete else None

    @property
    def expected_spread(self) -> float | None:
        """The standard deviation of ``expected_penalty``."""
        return spread(self.weights)

    @property
    def share(self) -> float | None:
        """The part of the whole penalty that this layer's is."""
        return total(weight.share for weight in self.weights if weight.counted)


@dataclass(frozen=True)
class Totals:
    """Sums over all layers.

    ``penalty`` is what Keras has in ``model.losses`` without activity terms. ``known_penalty`` is the part of it that
    is known. ``penalty_ratio`` is the penalty now over the data loss expected of a fresh model. ``expected_spread`` is
    the standard deviation of ``expected_penalty``.
    """

    params: int
    trainable_params: int | None
    regularized_params: int
    penalty: float | None
    known_penalty: float
    expected_penalty: float | None
    expected_data_loss: float | None
    data_loss_reason: str | None
    penalty_ratio: float | None
    expected_spread: float | None = None


@dataclass(frozen=True)
class Inactive:
    """A regularizer that is declared and never acts, and why; ``code`` is the rule about it, None if there is none."""

    layer: str
    argument: str
    reason: str
    code: str | None = None


@dataclass(frozen=True)
class Unsafe:
    """Something in the model that is not of Keras: what it is, and what loading does about it.

    ``where`` is its place in the configuration.
    """

    layer: str
    reason: str
    code: str | None = None
    where: str | None = None


@dataclass(frozen=True)
class Duplicate:
    """Weights that hold the same values, by path; ``params`` is the size of each of them."""

    weights: tuple[str, ...]
    shape: tuple[int, ...]
    params: int


@dataclass(frozen=True)
class Account:
    """What a model's weights are, what regularizes them, and what that costs.

    ``notes`` are facts about the account as a whole; ``unknown`` the reasons why a part of the model is not understood.
    ``model`` is the graph that rules check; ``diagnostics`` are filled in by who runs them. ``measurement`` is there if
    the model was tried on data, ``samples`` the number of samples that it is trained on, if somebody told.
    """

    name: str
    source: str
    keras_version: str
    keras: KerasVersion
    layers: tuple[LayerAccount, ...]
    totals: Totals
    inactive: tuple[Inactive, ...] = ()
    unsafe: tuple[Unsafe, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    notes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    measurement: Measurement | None = None
    samples: int | None = None
    model: ModelGraph = field(default_factory=lambda: ModelGraph(0, "", "sequential", ()), repr=False, compare=False)
