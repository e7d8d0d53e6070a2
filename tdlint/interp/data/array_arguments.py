"""The arguments of calls on arrays: bound to names, and read as arrays, shapes, axes and dtypes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import libcst as cst

from tdlint.interp.data import class_order
from tdlint.interp.data.array_memory import forget
from tdlint.interp.heap import FrameValue
from tdlint.interp.python import containers
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import Run
from tdlint.shapes import AnyShape, Dim, Shape, UnknownDim, UnknownShape
from tdlint.spec.arrays import Fails, stack
from tdlint.spec.dtypes import INTEGERS, dtype_name, promote
from tdlint.spec.ranges import of_numbers, union
from tdlint.values import (
    ArrayValue,
    BoolOrNumber,
    Const,
    Labels,
    LoopIndex,
    OneOf,
    Sequence,
    Symbol,
    Unknown,
    Value,
    dim,
    integer,
    number,
)


class NotFollowed(Exception):
    """An argument is not known, or of a kind that is not followed; the message is the reason."""


@dataclass(frozen=True)
class Given:
    """One call: its short name, the arguments by name, and where it is."""

    run: Run
    name: str
    values: dict[str, Value]
    node: cst.CSTNode

    def get(self, name: str) -> Value | None:
        """The argument; None if it is not given, or given as None."""
        value = self.values.get(name)
        return None if value is None or value.must_be(None) else value

    def need(self, name: str) -> Value:
        """An argument that must be given.

        Raises:
            NotFollowed: it is not.
        """
        value = self.values.get(name)
        if value is None:
            raise NotFollowed(f"{self.name} without {name}")
        return value

    def array(self, name: str) -> ArrayValue:
        """An argument as an array; one that is not known has an unknown shape."""
        return as_array(self.run, self.need(name))

    def known(self, name: str) -> ArrayValue:
        """An argument as an array whose number of axes is known."""
        array = self.array(name)
        if isinstance(array.shape, UnknownShape):
            raise NotFollowed(array.shape.reason)
        return array

    def integer(self, name: str, default: int | None = None) -> int | None:
        """An integer argument; ``default`` if it is not given.

        Raises:
            NotFollowed: it is given and not a known integer.
        """
        value = self.get(name)
        if value is None:
            return default
        found = integer(value)
        if found is None:
            raise NotFollowed(f"{name} of {self.name} is not a known number")
        return found

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean argument.

        Raises:
            NotFollowed: it is given and not known.
        """
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, Const) and isinstance(value.value, bool | int):
            return bool(value.value)
        raise NotFollowed(f"{name} of {self.name} is not known")

    def axes(self, name: str = "axis") -> tuple[int, ...] | None:
        """One axis or several; None for no axis.

        Raises:
            NotFollowed: not known.
        """
        value = self.get(name)
        if value is None:
            return None
        single = integer(value)
        if single is not None:
            return (single,)
        found = [integer(item) for item in items_of(self.run, value)]
        known = [axis for axis in found if axis is not None]
        if len(known) != len(found):
            raise NotFollowed(f"{name} of {self.name} is not known")
        return tuple(known)

    def dtype(self, default: str | None, name: str = "dtype") -> str | None:
        """A dtype argument; ``default`` if it is not given, None if it is not known."""
        value = self.get(name)
        return default if value is None else dtype_of(value)


MAX_PARTS = 4096
"""An array is not taken apart into more pieces than this."""

Handler: TypeAlias = Callable[[Given], Value]


@dataclass(frozen=True)
class Function:
    """A function that is followed: the names of its parameters in order, and what it computes."""

    parameters: tuple[str, ...]
    compute: Handler


def function(parameters: str, compute: Handler) -> Function:
    """A function with its parameters as text."""
    return Function(tuple(parameters.split()), compute)


def follow(run: Run, name: str, target: Function, args: CallArguments, node: cst.CSTNode) -> Value:
    """The value of a call; unknown, with the reason, where an argument is not known or the call fails."""
    if not args.complete:
        return Unknown(f"the result of {name}, whose arguments are not all known")
    values = dict(zip(target.parameters, args.values, strict=False))
    for key, (value, _) in args.keywords.items():
        if key not in target.parameters:
            return Unknown(f"the result of {name} with {key}")
        values[key] = value
    if len(args.positional) > len(target.parameters):
        return Unknown(f"the result of {name} with more arguments than are followed")
    given = Given(run, name, values, node)
    if given.get("out") is not None:
        forget(run, values["out"])
        return Unknown(f"{name} into an array that is given")
    try:
        return with_memory(run, class_order.after(run, name, values, target.compute(given)), node)
    except Fails as error:
        return Unknown(f"{name} fails: {error}")
    except NotFollowed as error:
        return Unknown(str(error))


def with_memory(run: Run, value: Value, node: cst.CSTNode, part: int = 0) -> Value:
    """Arrays just made get the place of the call, and which of its results they are, as their memory.

    An array of which nothing is known is unknown.
    """
    if isinstance(value, ArrayValue):
        if isinstance(value.shape, UnknownShape) and value.dtype is None and value.range is None:
            return Unknown(value.shape.reason)
        return value if value.memory else replace(value, memory=frozenset((run.site(node).number * MAX_PARTS + part,)))
    if isinstance(value, Sequence):
        parts = range(part * 8 + 1, part * 8 + 1 + len(value.items))
        items = (with_memory(run, item, node, place) for place, item in zip(parts, value.items, strict=True))
        return replace(value, items=tuple(items))
    return value


def shape_of_known(array: ArrayValue) -> Shape:
    """The shape of an array.

    Raises:
        NotFollowed: it is not known how many axes it has.
    """
    if isinstance(array.shape, UnknownShape):
        raise NotFollowed(array.shape.reason)
    return array.shape


def items_of(run: Run, value: Value) -> tuple[Value, ...]:
    """The items of a list or tuple.

    Raises:
        NotFollowed: it is not one, or their number is not known.
    """
    listed = containers.as_list(run, value)
    if listed is None or listed.rest is not None or listed.kind == "set":
        raise NotFollowed("not a list that is known")
    return listed.items


def sizes(run: Run, value: Value) -> AnyShape:
    """A size or a tuple of sizes as a shape; -1 is kept.

    Raises:
        Fails: a size is not a whole number.
    """
    if isinstance(value, Const):
        return (_size(value),)
    listed = containers.as_list(run, value)
    if listed is None or listed.rest is not None:
        if isinstance(value, ArrayValue) and value.shape == ():
            return (UnknownDim("a size computed from data"),)
        return UnknownShape(value.reason if isinstance(value, Unknown) else "a shape that is not known")
    return tuple(_size(item) for item in listed.items)


def _size(value: Value) -> Dim:
    if isinstance(value, Const) and integer(value) is None:
        raise Fails(f"{value.value!r} is not a size")
    return dim(value)


def new_shape(run: Run, value: Value) -> AnyShape:
    """A shape for a new array.

    Raises:
        Fails: a size is negative or not a whole number.
    """
    shape = sizes(run, value)
    if not isinstance(shape, UnknownShape) and any(isinstance(size, int) and size < 0 for size in shape):
        raise Fails("a negative size")
    return shape


_PYTHON_TYPES = {"builtins.int": "int64", "builtins.float": "float64", "builtins.bool": "bool", "builtins.str": "str"}


def dtype_of(value: Value) -> str | None:
    """A dtype argument: text, a type of Python, or a type of a library."""
    if isinstance(value, Const):
        return dtype_name(value.value) if isinstance(value.value, str) else None
    if isinstance(value, Symbol):
        if value.name in _PYTHON_TYPES:
            return _PYTHON_TYPES[value.name]
        module, _, short = value.name.rpartition(".")
        return dtype_name(short) if module in ("numpy", "tensorflow", "tensorflow.dtypes") else None
    return None


NUMBERS = {
    "numpy.pi": 3.141592653589793,
    "math.pi": 3.141592653589793,
    "numpy.e": 2.718281828459045,
    "math.e": 2.718281828459045,
}


def scalar_of(value: Value) -> BoolOrNumber | None:
    """The number of Python that a value certainly is."""
    if isinstance(value, Const):
        return value.value if isinstance(value.value, bool) else number(value)
    return NUMBERS.get(value.name) if isinstance(value, Symbol) else None


def made(
    shape: AnyShape, dtype: str | None, range_: tuple[float, float] | None = None, labels: Labels | None = None
) -> ArrayValue:
    """A new array; its labels are whole numbers if its dtype is."""
    if labels is None and (dtype in INTEGERS or dtype == "bool"):
        labels = "integer"
    if range_ is None and dtype == "bool":
        range_ = (0, 1)
    return ArrayValue(shape, dtype, range_, labels)


def array_if_any(run: Run, value: Value) -> ArrayValue:
    """What ``numpy.asarray`` makes of a value; an unknown shape where that is not known or numpy raises."""
    try:
        return as_array(run, value)
    except Fails as error:
        return ArrayValue(UnknownShape(str(error)))


def as_array(run: Run, value: Value) -> ArrayValue:
    """What ``numpy.asarray`` makes of a value; an unknown shape where that is not known.

    Raises:
        Fails: numpy raises, as for lists of different lengths.
    """
    if isinstance(value, ArrayValue):
        return value
    if isinstance(value, Const | Symbol):
        return _of_constant(value)
    if isinstance(value, LoopIndex):
        return made((), "int64")
    if isinstance(value, FrameValue):
        return ArrayValue((value.rows, value.columns) if value.ndim == 2 else (value.rows,))
    listed = containers.as_list(run, value)
    if listed is not None and listed.kind != "set":
        return _of_list(run, listed.items, listed.rest)
    if isinstance(value, OneOf):
        first, *others = (as_array(run, option) for option in value.options)
        if all(other == first for other in others):
            return first
    return ArrayValue(UnknownShape(value.reason if isinstance(value, Unknown) else "not an array that is known"))


def _of_constant(value: Const | Symbol) -> ArrayValue:
    if isinstance(value, Const) and isinstance(value.value, str):
        return ArrayValue((), "str")
    found = scalar_of(value)
    if found is None:
        return ArrayValue(UnknownShape("not an array that is known"))
    dtype: str | None = "bool" if isinstance(found, bool) else "float64" if isinstance(found, float) else "int64"
    if not isinstance(found, float) and abs(found) >= 2**63:
        dtype = None
    return made((), dtype, (found, found), "integer" if found == int(found) else "real")


def _of_list(run: Run, items: tuple[Value, ...], rest: Value | None) -> ArrayValue:
    if rest is not None:
        return _of_open_list(run, items, rest)
    if not items:
        return ArrayValue((0,), "float64")
    plain = [item.value for item in items if isinstance(item, Const)]
    if len(plain) == len(items):
        return _of_constants(plain)
    arrays = [as_array(run, item) for item in items]
    unsure = next((array.shape for array in arrays if not _sized(array.shape)), None)
    if unsure is not None:
        # parts of different size make an array of objects, or an error
        return ArrayValue(unsure if isinstance(unsure, UnknownShape) else UnknownShape("parts of unknown size"))
    return _joined(stack([array.shape for array in arrays], 0), arrays)


def _sized(shape: AnyShape) -> bool:
    return not isinstance(shape, UnknownShape) and all(isinstance(size, int) for size in shape)


def _joined(shape: AnyShape, arrays: list[ArrayValue]) -> ArrayValue:
    first = arrays[0]
    dtype, range_, labels = first.dtype, first.range, first.labels
    for array in arrays[1:]:
        dtype, range_ = promote(dtype, array.dtype), union(range_, array.range)
        labels = labels if labels == array.labels else None
    return made(shape, dtype, range_, labels)


def joined(shape: AnyShape, arrays: list[ArrayValue]) -> ArrayValue:
    """Several arrays put together in one of this shape."""
    return _joined(shape, arrays)


def _of_open_list(run: Run, items: tuple[Value, ...], rest: Value) -> ArrayValue:
    arrays = [as_array(run, item) for item in (*items, rest)]
    shapes: list[Shape] = [array.shape for array in arrays if not isinstance(array.shape, UnknownShape)]
    if len(shapes) != len(arrays) or not all(map(_sized, shapes)) or len(set(shapes)) > 1:
        return ArrayValue(UnknownShape("made of a list whose items are not all known"))
    return _joined((UnknownDim("as long as the list"), *shapes[0]), arrays)


def _of_constants(plain: list[object]) -> ArrayValue:
    shape = (len(plain),)
    numbers = [value for value in plain if isinstance(value, bool | int | float)]
    if len(numbers) < len(plain):
        return ArrayValue(shape, "str" if all(isinstance(value, str) for value in plain) else None)
    range_ = of_numbers(numbers)
    if all(isinstance(value, bool) for value in numbers):
        return made(shape, "bool", range_)
    real = any(isinstance(value, float) for value in numbers)
    if range_ is None or (not real and max(map(abs, range_)) >= 2**63):
        return made(shape, "float64" if real else None)
    whole = all(value == int(value) for value in numbers)
    return made(shape, "float64" if real else "int64", range_, "integer" if whole else "real")
