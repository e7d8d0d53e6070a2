"""Abstract values: descriptions of what an expression may be, and their join.

A value stands for a set of Python values. Rules ask ``must_be`` and ``may_be`` and never compare values with ``==``:
the unknown value answers no to the first and yes to the second, so a rule that forgets it stays quiet.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from tdlint.shapes import AnyShape, Dim, Free, Symbolic, UnknownDim, UnknownShape, join_shapes

MAX_OPTIONS = 6
"""How many alternatives a value may have before it is unknown."""


@dataclass(frozen=True, slots=True)
class Site:
    """A node of a syntax tree by number; the reader that made it can tell its span."""

    number: int


@dataclass(frozen=True, slots=True)
class Value:
    """Base of all abstract values."""

    def must_be(self, *constants: object) -> bool:
        """True if this is certainly one of the constants."""
        return False

    def may_be(self, *constants: object) -> bool:
        """True unless this is certainly none of the constants."""
        return False


def _same_constant(left: object, right: object) -> bool:
    # bool is an int in Python, but `True` is not `1` to someone who reads an argument
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right


@dataclass(frozen=True, slots=True, eq=False)
class Const(Value):
    """A number, text, bytes, bool, None or Ellipsis. ``1``, ``1.0`` and ``True`` are three constants."""

    value: object

    def __eq__(self, other: object) -> bool:
        """Equal in type and value."""
        if type(other) is not Const or type(self.value) is not type(other.value):
            return False
        return self.value is other.value or self.value == other.value

    def __hash__(self) -> int:
        """See ``__eq__``."""
        return hash((type(self.value), self.value))

    def must_be(self, *constants: object) -> bool:
        """See ``Value``."""
        return any(_same_constant(self.value, constant) for constant in constants)

    def may_be(self, *constants: object) -> bool:
        """See ``Value``."""
        return self.must_be(*constants)


@dataclass(frozen=True, slots=True)
class OneOf(Value):
    """One of two to ``MAX_OPTIONS`` values, by path."""

    options: tuple[Value, ...]

    def must_be(self, *constants: object) -> bool:
        """See ``Value``."""
        return all(option.must_be(*constants) for option in self.options)

    def may_be(self, *constants: object) -> bool:
        """See ``Value``."""
        return any(option.may_be(*constants) for option in self.options)


@dataclass(frozen=True, slots=True)
class Unknown(Value):
    """Any value; ``reason`` says why tdlint can't tell, ``name`` is what the source calls it, where it has a name."""

    reason: str
    name: str | None = None

    def may_be(self, *constants: object) -> bool:
        """See ``Value``."""
        return True


@dataclass(frozen=True, slots=True)
class Sequence(Value):
    """A list, tuple or set as it was at one moment; ``rest`` describes further items, unknown in number."""

    items: tuple[Value, ...]
    kind: Literal["list", "tuple", "set"] = "list"
    rest: Value | None = None

    @property
    def complete(self) -> bool:
        """Whether ``items`` are all there are."""
        return self.rest is None


@dataclass(frozen=True, slots=True)
class Mapping(Value):
    """A dict as it was at one moment; ``rest`` describes further values, unknown in number."""

    items: tuple[tuple[Value, Value], ...]
    rest: Value | None = None

    def get(self, key: object) -> Value | None:
        """The value under a constant key, None if there is none."""
        for have, value in self.items:
            if have.must_be(key):
                return value
        return self.rest


@dataclass(frozen=True, slots=True)
class Symbol(Value):
    """Something imported, by its canonical name; ``namespace`` is the package it came through.

    ``tf.keras.layers.Dense`` and ``keras.layers.Dense`` both have the name ``keras.layers.Dense``; their namespaces are
    ``tf.keras`` and ``keras``. The namespace is None where it differs between paths and for names not of Keras.
    """

    name: str
    namespace: str | None = None

    def may_be(self, *constants: object) -> bool:
        """A name of another library may be bound to any constant there; what Keras and Python export is none."""
        return self.namespace is None and not self.name.startswith(("builtins.", "keras.", "tensorflow."))


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of one call, bound to parameter names.

    ``bound`` has what the call passes, ``defaults`` what the signature gives for the others. ``complete`` is False when
    the call also passes ``*args`` or ``**kwargs`` that tdlint can't see: then a parameter that is not in ``bound`` is
    unknown. ``unexpected`` are keywords, and ``surplus`` positional arguments, that the signature does not take.
    """

    bound: tuple[tuple[str, Value], ...] = ()
    defaults: tuple[tuple[str, Value], ...] = ()
    complete: bool = True
    unexpected: tuple[str, ...] = ()
    surplus: int = 0
    sites: tuple[tuple[str, Site], ...] = ()

    def passes(self, name: str) -> bool:
        """Whether the call itself passes the parameter, whatever its value."""
        return any(name == key for key, _ in self.bound)

    def get(self, name: str) -> Value:
        """The value of a parameter: passed, default, or unknown."""
        for key, value in self.bound:
            if key == name:
                return value
        if not self.complete:
            return Unknown("may be passed by * or **", name)
        for key, value in self.defaults:
            if key == name:
                return value
        return Unknown(f"no parameter {name}", name)

    def site(self, name: str) -> Site | None:
        """The place of the passed value."""
        for key, site in self.sites:
            if key == name:
                return site
        return None

    def replace(self, name: str, value: Value) -> Arguments:
        """A copy with one parameter bound to another value."""
        bound = tuple((key, old) for key, old in self.bound if key != name)
        return Arguments(
            (*bound, (name, value)), self.defaults, self.complete, self.unexpected, self.surplus, self.sites
        )


@dataclass(frozen=True, slots=True)
class Instance(Value):
    """An object of a class other than a layer: regularizer, initializer, optimizer, loss, callback, user's own.

    ``type`` is the canonical name of its class, ``key`` tells two objects of one call site apart; it is 0 for one
    of several.
    """

    type: str
    args: Arguments = field(default_factory=Arguments)
    key: int = 0
    namespace: str | None = None
    site: Site | None = None


@dataclass(frozen=True, slots=True)
class LayerObject(Value):
    """A layer: what owns weights. ``type`` is the canonical name of its class, ``key`` its identity.

    ``custom`` is set for a class of the user. ``repeated`` is set for a layer made in a loop whose number of rounds is
    not known: the object stands for all of them. ``copy_of`` is the layer that ``clone_model`` made it from, whose name
    it has.
    """

    key: int
    type: str
    args: Arguments = field(default_factory=Arguments)
    namespace: str | None = None
    name: str | None = None
    site: Site | None = None
    custom: bool = False
    repeated: bool = False
    trainable: bool | None = True
    copy_of: int | None = None

    @property
    def short_type(self) -> str:
        """The class name without its module."""
        return self.type.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class TensorValue(Value):
    """A symbolic tensor: the output ``output_index`` of the layer call ``producer``.

    ``producer`` is a node id, None if the tensor does not come out of one layer call that is certain. ``step`` is set
    for a slice ``x[:, i]`` of another tensor: the index, and the number of plain subscripts that ``x`` must bear.
    ``joined`` says that it is one of several tensors, depending on the path. ``input`` is the layer that stands for
    the tensor, where it is a ``keras.Input``.
    """

    shape: AnyShape
    dtype: str | None = None
    producer: int | None = None
    output_index: int = 0
    step: TimeStep | None = None
    joined: bool = False
    input: LayerObject | None = None


@dataclass(frozen=True, slots=True)
class TimeStep:
    """``tensor[:, index]``: one step of a sequence; ``index`` is a constant or a loop variable."""

    source: int | None
    index: Value


@dataclass(frozen=True, slots=True)
class LoopIndex(Value):
    """The variable of a loop whose number of rounds is not known; equal to itself only."""

    loop: int
    name: str

    def may_be(self, *constants: object) -> bool:
        """See ``Value``."""
        return True


Labels: TypeAlias = Literal["one-hot", "integer", "real"]


@dataclass(frozen=True, slots=True)
class ArrayValue(Value):
    """An array of numbers, or a number out of one (shape ``()``).

    ``range`` are bounds of all values but NaN, up to rounding; for an array of lists of numbers, of the numbers in
    them.
    ``labels`` says what the values would be as labels: one-hot rows, whole numbers, or numbers with fractions (NaN
    aside); ``classes`` is how many classes such labels have, where that is certain. ``memory`` tells which arrays may
    share their elements: the places where the memory was made. Values that rules see have none. ``ascending`` is set
    for labels of several classes that come class by class.
    """

    shape: AnyShape
    dtype: str | None = None
    range: tuple[float, float] | None = None
    labels: Labels | None = None
    classes: int | None = None
    memory: frozenset[int] = frozenset()
    ascending: bool = False

    def may_be(self, *constants: object) -> bool:
        """See ``Value``; only an array without axes can be a number."""
        scalar = isinstance(self.shape, UnknownShape) or not self.shape
        return scalar and any(isinstance(constant, int | float) for constant in constants)


@dataclass(frozen=True, slots=True)
class ImageFlow:
    """Where the batches of a generator of images come from.

    ``generator`` has what its ``ImageDataGenerator`` was given, ``flow`` what ``method`` was: ``flow_from_directory``
    and the like, which was called at ``site``.
    """

    method: str
    generator: Arguments
    flow: Arguments
    site: Site


@dataclass(frozen=True, slots=True)
class DatasetValue(Value):
    """What yields data when it is iterated: a ``tf.data.Dataset`` or a generator of Keras.

    ``element`` describes one item: an array, a tuple or mapping of arrays, or unknown. ``batch_size`` is the size of
    the first axis of a batch as the program gives it, None if items are single samples; in the shapes of ``element``
    that axis is free unless every batch is full. ``endless`` says that it certainly never ends, ``images`` where a
    generator of images has them from. ``reshuffled`` is set for data that come in another order each time: where they
    are shuffled, and which part of them these are.
    """

    element: Value
    kind: Literal["tf.data", "generator"] = "tf.data"
    batch_size: Dim | None = None
    endless: bool = False
    images: ImageFlow | None = None
    reshuffled: tuple[int, Literal["all", "taken", "skipped"]] | None = None


@dataclass(frozen=True, slots=True)
class ModelValue(Value):
    """A model, by its identity in the program."""

    key: int


@dataclass(frozen=True, slots=True)
class FunctionValue(Value):
    """A function of the program; ``key`` finds its definition."""

    key: int
    name: str
    bound_self: Value | None = None


@dataclass(frozen=True, slots=True)
class ClassValue(Value):
    """A class of the program; ``bases`` are the canonical names of library classes among its ancestors."""

    key: int
    name: str
    bases: tuple[str, ...] = ()


NONE = Const(None)
Number: TypeAlias = int | float
BoolOrNumber: TypeAlias = bool | int | float


def options(value: Value) -> tuple[Value, ...]:
    """The alternatives of a value: itself, or those of ``OneOf``."""
    return value.options if isinstance(value, OneOf) else (value,)


def one_of(values: Iterable[Value], why: str = "too many alternatives") -> Value:
    """A value that is one of several."""
    flat: list[Value] = []
    for value in values:
        for option in options(value):
            if isinstance(option, Unknown):
                return option
            _add_option(flat, option)
    if len(flat) == 1:
        return flat[0]
    return OneOf(tuple(flat)) if 1 < len(flat) <= MAX_OPTIONS else Unknown(why)


def _add_option(flat: list[Value], option: Value) -> None:
    for position, have in enumerate(flat):
        merged = _merge(have, option)
        if merged is not None:
            flat[position] = merged
            return
    flat.append(option)


def join(left: Value, right: Value) -> Value:
    """The least description that covers both; commutative up to the order of options, associative, idempotent."""
    if left is right:
        return left
    if isinstance(left, Unknown):
        return left
    if isinstance(right, Unknown):
        return right
    merged = _merge(left, right)
    return one_of((left, right)) if merged is None else merged


def _merge(left: Value, right: Value) -> Value | None:
    """One value in place of two of a kind; None if they must be kept apart."""
    if left == right:
        return left
    if isinstance(left, Symbol) and isinstance(right, Symbol) and left.name == right.name:
        return Symbol(left.name)
    if isinstance(left, TensorValue) and isinstance(right, TensorValue):
        dtype = left.dtype if left.dtype == right.dtype else None
        return TensorValue(join_shapes(left.shape, right.shape), dtype, joined=True)
    if isinstance(left, ArrayValue) and isinstance(right, ArrayValue):
        return ArrayValue(
            join_shapes(left.shape, right.shape),
            left.dtype if left.dtype == right.dtype else None,
            left.range if left.range == right.range else None,
            left.labels if left.labels == right.labels else None,
        )
    if isinstance(left, LayerObject) and isinstance(right, LayerObject) and left.key == right.key:
        args = _merge_arguments(left.args, right.args)
        return None if args is None else replace(left, args=args)
    if isinstance(left, Instance) and isinstance(right, Instance):
        made_here = (left.type, left.site) == (right.type, right.site)
        args = _merge_arguments(left.args, right.args) if made_here else None
        return None if args is None else replace(left, args=args, key=0)
    return None


def _merge_arguments(left: Arguments, right: Arguments) -> Arguments | None:
    """The arguments of one call in two rounds of a loop; None if they are not those of one call."""
    if replace(left, bound=()) != replace(right, bound=()) or len(left.bound) != len(right.bound):
        return None
    pairs = zip(left.bound, right.bound, strict=True)
    merged = tuple((name, join(one, other)) for (name, one), (name_too, other) in pairs if name == name_too)
    return replace(left, bound=merged) if len(merged) == len(left.bound) else None


_HUGE = 2**63


def number(value: Value) -> Number | None:
    """The finite number that a value certainly is, None otherwise; bools are not numbers here.

    Nor are integers that no size, seed or index can be: not all of them have a float.
    """
    if not isinstance(value, Const):
        return None
    found = value.value
    if isinstance(found, float):
        return found if math.isfinite(found) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and -_HUGE <= found <= _HUGE else None


def integer(value: Value) -> int | None:
    """The integer that a value certainly is, None otherwise."""
    found = number(value)
    return found if isinstance(found, int) else None


def text(value: Value) -> str | None:
    """The text that a value certainly is, None otherwise."""
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def known_none(value: Value) -> bool:
    """Whether a value is certainly None."""
    return value.must_be(None)


def dim(value: Value) -> Dim:
    """A value as a dimension of a declared shape: ``None`` is free, a named unknown symbolic."""
    if value.must_be(None):
        return Free()
    found = integer(value)
    if found is not None:
        return found
    if isinstance(value, Unknown):
        return Symbolic(value.name) if value.name else UnknownDim(value.reason)
    if isinstance(value, LoopIndex):
        return Symbolic(value.name)
    return UnknownDim("not a known number")


def shape_of(value: Value) -> AnyShape:
    """A value as a declared shape: a tuple or list of sizes."""
    if isinstance(value, Sequence):
        if not value.complete:
            return UnknownShape("its length is not known")
        return tuple(dim(item) for item in value.items)
    if isinstance(value, Unknown):
        return UnknownShape(value.reason)
    return UnknownShape("not a tuple of sizes")


def walk(value: Value) -> Iterator[Value]:
    """The value and all values in its items, options and arguments."""
    yield value
    if isinstance(value, OneOf):
        for option in value.options:
            yield from walk(option)
    elif isinstance(value, Sequence):
        for item in value.items:
            yield from walk(item)
        if value.rest is not None:
            yield from walk(value.rest)
    elif isinstance(value, Mapping):
        for _, item in value.items:
            yield from walk(item)
        if value.rest is not None:
            yield from walk(value.rest)
    elif isinstance(value, Instance | LayerObject):
        for _, item in value.args.bound:
            yield from walk(item)
