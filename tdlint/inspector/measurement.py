"""What was measured of a model on data: plain data that verdicts and formatters read.

Everything is measured as ``model.evaluate`` does: dropout off, batch normalization with its moving averages. Losses are
means over samples; None means that it can't be known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

LabelKind: TypeAlias = Literal["classes", "one-hot", "binary", "values"]


@dataclass(frozen=True)
class MeasuredTerm:
    """One term that Keras adds to the data loss: a weight's penalty, or what a layer adds when it is called.

    ``share`` is its part of the whole loss, None if that is zero, negative or not finite.
    """

    layer: str
    weight: str | None
    kind: Literal["weight", "activity"]
    value: float
    share: float | None


@dataclass(frozen=True)
class GradientNorms:
    """How hard the penalty and the data pull at one trainable weight: Euclidean norms over its elements."""

    layer: str
    weight: str
    penalty: float
    data: float

    @property
    def ratio(self) -> float | None:
        """Penalty over data, None if the data do not pull at all."""
        return self.penalty / self.data if self.data > 0 else None


@dataclass(frozen=True)
class StepScale:
    """Mean and standard deviation of one time step, over samples and features."""

    mean: float
    std: float


@dataclass(frozen=True)
class InputScale:
    """The values of one input.

    ``steps`` are along the second axis of inputs with three; ``over_time`` says that the model takes it for time.
    """

    name: str
    shape: tuple[int, ...]
    mean: float
    std: float
    least: float
    largest: float
    non_finite: int
    steps: tuple[StepScale, ...] = ()
    over_time: bool = False


@dataclass(frozen=True)
class LabelStatistics:
    """The labels of one output.

    ``classes`` has the frequency of each class, in the order of their numbers, where labels are classes. ``entropy`` is
    that of the frequencies, in nats: the crossentropy of whoever knows nothing else. ``constant`` is the loss of the
    best constant output, with the weight of the loss; None if the loss is another matter.
    """

    name: str
    kind: LabelKind
    shape: tuple[int, ...]
    mean: float
    variance: float
    classes: tuple[float, ...] = ()
    entropy: float | None = None
    constant: float | None = None


@dataclass(frozen=True)
class NonFinite:
    """Where NaN or infinite values appear first, in the order in which a training step computes.

    ``stage`` is one of the stations on that way, ``what`` the input, layer, weight or term there.
    """

    stage: Literal["input", "label", "sample weight", "weight", "output", "loss", "penalty", "gradient"]
    what: str
    count: int
    size: int
    batch: int

    def sentence(self) -> str:
        """Where, how many, and in which batch, counted from 1."""
        where = {
            "input": f"the input {self.what}",
            "label": f"the labels {self.what}",
            "output": f"the output of {self.what}, whose inputs are finite",
            "weight": f"the weight {self.what}",
            "loss": "the data loss, of outputs and labels that are finite",
            "penalty": f"the penalty of {self.what}",
            "gradient": f"the gradient of {self.what}, the loss being finite",
        }.get(self.stage, f"the {self.stage}")
        amount = f"{self.count:,} of {self.size:,} values are" if self.size > 1 else "it is"
        return f"NaN or infinity first appears in {where}: {amount} not finite, in batch {self.batch}"


@dataclass(frozen=True)
class Measurement:
    """A model on data.

    ``loss`` is what ``model.evaluate`` reports as loss: ``data_loss``, ``weight_penalty`` and ``activity_penalty``
    together. ``complete`` says whether all samples were used. ``training_steps`` are those that the optimizer has
    taken, None if it does not tell. ``expected_data_loss`` is that of outputs as they are for a last layer that gives
    zero, on these labels.
    """

    source: str
    backend: str
    batch_size: int | None
    batches: int
    samples: int
    complete: bool
    loss: float
    data_loss: float
    weight_penalty: float
    activity_penalty: float
    training_steps: int | None
    expected_data_loss: float | None = None
    terms: tuple[MeasuredTerm, ...] = ()
    gradients: tuple[GradientNorms, ...] = ()
    inputs: tuple[InputScale, ...] = ()
    labels: tuple[LabelStatistics, ...] = ()
    non_finite: NonFinite | None = None
    notes: tuple[str, ...] = ()

    @property
    def constant_loss(self) -> float | None:
        """The data loss of the best constant outputs on these labels, None if it is not known of some output."""
        parts = [label.constant for label in self.labels]
        return None if not parts or None in parts else sum(part for part in parts if part is not None)
