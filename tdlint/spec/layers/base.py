"""What an entry of the layer spec consists of, and the view of a layer's arguments that its functions read.

A layer's functions are written for known arguments. When one is not known they raise ``Undecided``, when Keras would
refuse the layer they raise ``Invalid``; the callers in ``tdlint.spec.layers`` turn both into values.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from tdlint import values
from tdlint.shapes import AnyShape, Dim, Free, Shape, Symbolic, UnknownDim, UnknownShape
from tdlint.spec.signature import Param, Signature
from tdlint.values import Const, LayerObject, Unknown, Value

KERAS2_KEYWORDS = frozenset({"batch_input_shape", "batch_size", "weights", "dynamic"})
"""Keywords that every layer of Keras 2 takes and Keras 3 refuses."""

LAYER_KEYWORDS = KERAS2_KEYWORDS | {
    "name",
    "dtype",
    "trainable",
    "activity_regularizer",
    "autocast",
    "input_shape",
    "input_dim",
}
"""Keywords that every layer takes besides the parameters of its own signature."""


def signature(*required: str, **defaults: object) -> Signature:
    """The signature of a layer: parameters without default, then those with one, in order, and the shared keywords."""
    params = tuple(Param(name) for name in required) + tuple(Param(name, value) for name, value in defaults.items())
    return Signature(params, LAYER_KEYWORDS)


def accepting(base: Signature, *keywords: str) -> Signature:
    """A signature that takes further keywords, which the real one finds among its ``**kwargs``."""
    return replace(base, extra_keywords=base.extra_keywords | set(keywords))


class Undecided(Exception):
    """Something that the answer depends on is not known; the text says what."""


FaultKind: TypeAlias = Literal["argument", "ndim", "unknown-axis", "free-batch", "window", "merge", "reshape"]


class Invalid(Exception):
    """Keras refuses this layer or this input; the text is the reason, in tdlint's words, lower case."""

    kind: FaultKind = "argument"


class WrongNdim(Invalid):
    """The input has too few or too many axes."""

    kind: FaultKind = "ndim"


class UnknownAxis(Invalid):
    """A weight would have an axis of the input that is free."""

    kind: FaultKind = "unknown-axis"


class FreeBatch(Invalid):
    """The states of a stateful layer would be for a batch of a size that is free."""

    kind: FaultKind = "free-batch"


class WindowTooLarge(Invalid):
    """A window or cropping takes more than the input has."""

    kind: FaultKind = "window"


class MergeMismatch(Invalid):
    """The inputs of a merging layer do not fit together."""

    kind: FaultKind = "merge"


class ReshapeMismatch(Invalid):
    """The input has another number of elements than the target."""

    kind: FaultKind = "reshape"


@dataclass(frozen=True)
class Fault:
    """Why Keras raises when a layer is made and called on its inputs; ``kind`` says of which sort it is."""

    kind: FaultKind
    reason: str


Shapes: TypeAlias = tuple[AnyShape, ...]
"""The shapes of a layer's inputs, in order; most layers have one."""


@dataclass(frozen=True)
class WeightSpec:
    """One weight of a layer, before or after it is built.

    ``shape`` may hold symbolic or unknown dimensions. ``regularizer_arg`` names the argument of ``layer`` that
    regularizes the weight, None where there is none; ``regularizer`` is its value (``Const(None)``: not regularized).
    ``layer`` is the layer that declares it: for a wrapper, the inner one. ``trainable`` is what the layer itself makes
    of the weight; freezing is the layer's own state. ``fans`` are fan in and fan out where they are not those of the
    shape (Keras 3.15 and later, einsum kernels).
    """

    name: str
    shape: Shape
    initializer: Value
    layer: LayerObject
    regularizer_arg: str | None = None
    regularizer: Value = field(default=Const(None))
    trainable: bool = True
    dtype: str = "float32"
    fans: tuple[float, float] | None = None


class LayerArgs:
    """A layer's arguments as plain Python, for the functions of the spec."""

    def __init__(self, layer: LayerObject) -> None:
        self.layer = layer

    def value(self, name: str) -> Value:
        """The abstract value of an argument: passed, default or unknown."""
        return self.layer.args.get(name)

    def integer(self, name: str) -> int:
        """An int argument.

        Raises:
            Undecided: not known.
            Invalid: known, and not an int.
        """
        value = self.value(name)
        found = values.integer(value)
        if found is None:
            if isinstance(value, Const) and not isinstance(value.value, bool):
                raise Invalid(f"{name} must be an integer, received {value.value!r}")
            raise Undecided(f"{name} is not known")
        return found

    def size(self, name: str) -> Dim:
        """An int argument that becomes a dimension: a named unknown stays symbolic instead of raising.

        Raises:
            Invalid: known, and not a positive int.
        """
        value = self.value(name)
        if isinstance(value, Const):
            found = self.integer(name)
            if found <= 0:
                raise Invalid(f"{name} must be a positive integer, received {found}")
            return found
        if isinstance(value, values.Sequence | values.Mapping):
            raise Invalid(f"{name} must be a positive integer")
        named = values.dim(value)
        return named if isinstance(named, Symbolic | UnknownDim) else UnknownDim(f"{name} is not known")

    def boolean(self, name: str) -> bool:
        """An argument that is read as true or false.

        Raises:
            Undecided: not known.
        """
        value = self.value(name)
        if isinstance(value, Const):
            return bool(value.value)
        raise Undecided(f"{name} is not known")

    def text(self, name: str) -> str:
        """A text argument.

        Raises:
            Undecided: not known, or not a text.
        """
        found = values.text(self.value(name))
        if found is None:
            raise Undecided(f"{name} is not a known text")
        return found

    def is_none(self, name: str) -> bool:
        """Whether an argument is None.

        Raises:
            Undecided: it may or may not be.
        """
        value = self.value(name)
        if value.must_be(None):
            return True
        if value.may_be(None):
            raise Undecided(f"{name} is not known")
        return False

    def sizes(self, name: str, count: int, minimum: int = 1) -> Shape:
        """An argument given as one int or as ``count`` ints, such as ``kernel_size``; what is not known stays so.

        Raises:
            Invalid: known, and of another length, not numbers or below ``minimum``.
        """
        return sizes(self.value(name), name, count, minimum)

    def choice(self, name: str, *allowed: str) -> str:
        """A text argument that must be one of a few.

        Raises:
            Undecided: not known.
            Invalid: another.
        """
        value = self.value(name)
        if not value.may_be(*allowed) and isinstance(value, Const | values.OneOf | values.Sequence):
            found = repr(value.value) if isinstance(value, Const) else "another value"
            raise Invalid(f"{name} must be one of {', '.join(map(repr, allowed))}, received {found}")
        return self.text(name)

    def padding(self, *allowed: str) -> str | None:
        """The ``padding`` of a convolution, None where it is not known; upper case is accepted, as Keras does.

        Raises:
            Invalid: another text, or not a text.
        """
        value = self.value("padding")
        found = values.text(value)
        if found is not None and found.lower() in allowed:
            return found.lower()
        if found is not None or isinstance(value, Const | values.Sequence):
            raise Invalid(f"padding must be one of {', '.join(map(repr, allowed))}")
        return None

    def channels_first(self) -> bool:
        """Whether ``data_format`` puts the channels before the space; None means Keras' default, after it.

        Raises:
            Undecided: not known.
            Invalid: neither of the two.
        """
        value = self.value("data_format")
        if value.must_be(None):
            return False
        found = values.text(value)
        if found is not None and found.lower() in ("channels_first", "channels_last"):
            return found.lower() == "channels_first"
        if isinstance(value, Const):
            raise Invalid(f"data_format must be 'channels_first' or 'channels_last', received {value.value!r}")
        raise Undecided("data_format is not known")

    def axes(self, name: str = "axis") -> tuple[int, ...]:
        """An argument that is one axis or several.

        Raises:
            Undecided: not known.
            Invalid: not ints.
        """
        value = self.value(name)
        if not isinstance(value, values.Sequence):
            return (self.integer(name),)
        found = tuple(values.integer(item) for item in value.items)
        known = tuple(axis for axis in found if axis is not None)
        if value.complete and len(known) == len(found):
            return known
        raise Undecided(f"{name} is not known")

    def check_between(self, name: str, low: float, high: float = math.inf) -> None:
        """Check that a number, if it is known, is within bounds (inclusive).

        Raises:
            Invalid: it is not, or it is no number.
        """
        value = self.value(name)
        found = values.number(value)
        if found is not None and not low <= found <= high:
            limits = f"between {low:g} and {high:g}" if math.isfinite(high) else f"at least {low:g}"
            raise Invalid(f"{name} must be {limits}, received {found}")
        if found is None and isinstance(value, Const) and (value.value is None or isinstance(value.value, str)):
            raise Invalid(f"{name} must be a number, received {value.value!r}")

    def weight(
        self,
        name: str,
        shape: Shape,
        kind: str | None = None,
        *,
        initializer: Value | None = None,
        trainable: bool = True,
        fans: tuple[float, float] | None = None,
    ) -> WeightSpec:
        """A weight made by ``<kind>_initializer`` and regularized by ``<kind>_regularizer``."""
        kind = name if kind is None else kind
        made_by = self.value(f"{kind}_initializer") if initializer is None else initializer
        return WeightSpec(
            name,
            shape,
            made_by,
            self.layer,
            f"{kind}_regularizer",
            self.value(f"{kind}_regularizer"),
            trainable,
            fans=fans,
        )

    def plain_weight(self, name: str, shape: Shape, initializer: str, trainable: bool = False) -> WeightSpec:
        """A weight that no argument regularizes."""
        return WeightSpec(name, shape, Const(initializer), self.layer, trainable=trainable)

    def inner_layer(self, name: str) -> LayerObject:
        """An argument that is itself a layer, as those of wrappers.

        Raises:
            Undecided: not a known layer.
            Invalid: certainly no layer, or a class.
        """
        value = self.value(name)
        if isinstance(value, LayerObject):
            return value
        if isinstance(value, Const | values.Sequence | values.FunctionValue):
            raise Invalid(f"{name} must be a layer")
        if isinstance(value, values.Symbol) and value.name.startswith("keras.layers."):
            raise Invalid(f"{name} must be a layer, received the class {value.name.rpartition('.')[2]}")
        raise Undecided(f"{name} is not a known layer")


def sizes(value: Value, name: str, count: int, minimum: int = 1) -> Shape:
    """A value as ``count`` sizes: one int for all of them, or a sequence of them.

    Raises:
        Invalid: known, and of another length, not numbers or below ``minimum``.
    """
    needed = f"{name} must be an integer or {count} of them" if count > 1 else f"{name} must be an integer"
    one = values.integer(value)
    items: tuple[Value, ...]
    if one is not None:
        items = (value,) * count
    elif isinstance(value, values.Sequence) and value.complete:
        items = value.items
        if len(items) != count:
            raise Invalid(f"{needed}, received {len(items)}")
    elif isinstance(value, Const) and not isinstance(value.value, bool):
        raise Invalid(f"{needed}, received {value.value!r}")
    else:
        return (UnknownDim(f"{name} is not known"),) * count
    return tuple(_item_size(item, name, minimum) for item in items)


def _item_size(item: Value, name: str, minimum: int) -> Dim:
    found = values.number(item)
    if found is not None and found < minimum:
        raise Invalid(f"{name} must be at least {minimum}, received {found}")
    if isinstance(found, int):
        return found
    if isinstance(item, Const) and (item.value is None or isinstance(item.value, str)):
        raise Invalid(f"{name} must be an integer, received {item.value!r}")
    return Symbolic(item.name) if isinstance(item, Unknown) and item.name else UnknownDim(f"{name} is not known")


_OF_INPUT = "the input shape is "


def known_shape(shape: AnyShape) -> Shape:
    """The shape, if it is known in its number of dimensions.

    Raises:
        Undecided: it is not.
    """
    if isinstance(shape, UnknownShape):
        known = shape.reason.startswith(_OF_INPUT)  # it was passed on from layer to layer
        raise Undecided(shape.reason if known else f"{_OF_INPUT}{shape.reason}")
    return shape


def channels(dimension: Dim, what: str = "the last axis of the input") -> Dim:
    """A dimension that becomes part of a weight's shape: it can't be free.

    Raises:
        Invalid: the dimension is free, as Keras then can't make the weight.
    """
    if isinstance(dimension, Free):
        raise UnknownAxis(f"{what} must be known to make the weights, received None")
    return dimension


@dataclass(frozen=True)
class Ndim:
    """How many axes an input must have, the batch axis counted. None is no bound."""

    minimum: int | None = None
    maximum: int | None = None

    @classmethod
    def exactly(cls, ndim: int) -> Ndim:
        """Just this many axes."""
        return cls(ndim, ndim)


OutputFunction: TypeAlias = Callable[[LayerArgs, Shapes], Shapes]
WeightsFunction: TypeAlias = Callable[[LayerArgs, Shapes], tuple[WeightSpec, ...]]
Mask: TypeAlias = Literal["passes", "consumes", "destroys", "makes"]


def identity(args: LayerArgs, inputs: Shapes) -> Shapes:
    """For layers whose outputs have the shapes of their inputs."""
    return inputs


def no_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    """For layers that have none."""
    return ()


@dataclass(frozen=True)
class LayerSpec:
    """One public layer class of Keras.

    ``output`` gives the output shapes (one per output tensor) for the input shapes, ``weights`` the weights in the
    order of ``layer.weights``. ``ndim`` is what Keras requires of each input. ``keeps_steps`` says that the layer works
    on every time step by itself, so that a sequence stays a sequence and a vector stays a vector (Dropout, Dense,
    normalization). ``mask`` says what happens to a mask: a layer that ``consumes`` it uses it, and passes it on only if
    its output still has the steps. ``states`` says that further inputs, an initial state, may follow the first.
    ``tensors`` is how many arguments of ``call`` shape the output; those that follow are masks and the like.
    ``switch`` is an argument of ``call`` that changes what comes out, and the outputs with it.
    """

    name: str
    signature: Signature
    output: OutputFunction
    weights: WeightsFunction = no_weights
    ndim: Ndim = field(default_factory=Ndim)
    keeps_steps: bool = False
    mask: Mask = "destroys"
    inputs: Literal["one", "many"] = "one"
    states: bool = False
    tensors: int = 1
    switch: tuple[str, OutputFunction] | None = None

    @property
    def weightless(self) -> bool:
        """Whether no layer of the class has weights."""
        return self.weights is no_weights


def aliases(*specs: LayerSpec, old: str, new: str, drop: str = "") -> tuple[LayerSpec, ...]:
    """The same specs under names in which ``old`` is ``new`` and ``drop`` is left out."""
    return tuple(replace(spec, name=spec.name.replace(old, new).replace(drop, "")) for spec in specs)
