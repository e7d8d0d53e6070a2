"""The types of the table of applications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Mode: TypeAlias = Literal["tf", "torch", "caffe", "identity"]
"""What ``preprocess_input`` does: to [-1, 1]; to [0, 1], then normalized; BGR with zero mean, not scaled; nothing."""

Window: TypeAlias = tuple[int, int]
"""Kernel size and stride of a window without padding."""

Step: TypeAlias = Literal["half", "half up"] | Window
"""What becomes of the size of an axis: ``half`` rounds down."""


@dataclass(frozen=True)
class Counts:
    """Numbers of parameters, trained and frozen, and by how much each grows with every channel or class."""

    trained: int
    frozen: int
    trained_each: int
    frozen_each: int

    def at(self, number: int) -> tuple[int, int]:
        """How many are trained, and how many are not, for so many channels or classes."""
        return self.trained + number * self.trained_each, self.frozen + number * self.frozen_each


@dataclass(frozen=True)
class Measured:
    """One model, by the arguments that change its weights.

    ``default_size`` is that of the image if no shape is given, None if it is free. ``features`` are the channels of its
    output without the classifier. ``body`` counts what it has without, by the channels of the image, ``top`` what the
    classifier adds, by classes. ``last_layer`` is the name of the last layer without the classifier, None where Keras
    makes it by counting. ``counted`` and ``counted_with_top`` are the stems of the names that it makes by counting, and
    how many of each; ``pooling_stem`` is that of the pooling layer, if any.
    """

    name: str
    default_size: int | None
    features: int
    body: Counts
    top: Counts
    last_layer: str | None
    counted: tuple[tuple[str, int], ...]
    counted_with_top: tuple[tuple[str, int], ...]
    pooling_stem: str | None


@dataclass(frozen=True)
class Family:
    """What the models of one module have in common.

    ``models`` are the names of its functions, ``parameters`` their parameters in Keras 3. ``steps`` make the size of
    the output out of the size of the image. ``free_steps`` do so in a model that was made for images of any size, and
    is called on one of a known size (None: that fails for most sizes). ``mode`` is what the ``preprocess_input`` of the
    module does, ``preprocesses`` whether a layer of the model itself scales the pixels, if ``include_preprocessing``
    asks for it where there is such an argument.
    """

    module: str
    models: tuple[str, ...]
    parameters: tuple[str, ...]
    steps: tuple[Step, ...]
    free_steps: tuple[Step, ...] | None
    mode: Mode
    preprocesses: bool = False
    min_size: int = 32
    flattens: bool = False
