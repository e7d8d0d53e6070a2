"""Arrays, tables and data sets in the program: their operators, attributes, items and methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from tdlint.graph import CallSite
from tdlint.interp.data import (
    array_creation,
    array_math,
    array_memory,
    array_reductions,
    array_shaping,
    batch_data,
    frames,
    keras_data,
    sklearn,
    tf_data,
)
from tdlint.interp.data.array_arguments import (
    Function,
    NotFollowed,
    array_if_any,
    follow,
    sizes,
    with_memory,
)
from tdlint.interp.data.array_items import size_value
from tdlint.interp.heap import BoundMethod, FrameValue
from tdlint.interp.keras import applications
from tdlint.interp.python import containers
from tdlint.interp.python.arguments import CallArguments, bound
from tdlint.interp.run import Run
from tdlint.shapes import AnyShape, UnknownShape, size
from tdlint.spec import indexing
from tdlint.spec.arrays import Fails
from tdlint.spec.dtypes import is_float
from tdlint.spec.signature import Param, Signature
from tdlint.values import (
    NONE,
    Arguments,
    ArrayValue,
    Const,
    DatasetValue,
    Instance,
    Labels,
    LoopIndex,
    Symbol,
    Unknown,
    Value,
    integer,
)
from tdlint.values import Sequence as SequenceValue

DATA_TYPES: frozenset[type[Value]] = frozenset({ArrayValue, DatasetValue, FrameValue})
"""The values whose items, attributes and methods are answered here."""

FUNCTIONS: dict[str, Function] = {
    **array_creation.FUNCTIONS,
    **array_shaping.FUNCTIONS,
    **array_math.FUNCTIONS,
    **array_reductions.FUNCTIONS,
    **keras_data.FUNCTIONS,
    **batch_data.FUNCTIONS,
    **sklearn.FUNCTIONS,
    **frames.FUNCTIONS,
    **tf_data.FUNCTIONS,
    **applications.FUNCTIONS,
}
"""Library functions that make data or compute with it, by canonical name."""

OBJECT_METHODS: dict[str, dict[str, Callable[[Instance], Function]]] = {
    **{
        kind: {name: (lambda _, found=found: found) for name, found in methods.items()}  # type: ignore[misc]
        for kind, methods in array_creation.METHODS.items()
    },
    **sklearn.METHODS,
    **keras_data.METHODS,
    **batch_data.METHODS,
}
"""Methods of library objects that make data, by the class of the object: each is a function for that object."""

_FITTING = Signature((Param("X"), Param("y", None)), open=True)
CLASSES = "keras.preprocessing.image.DirectoryIterator.classes"
_METHODS = {**array_shaping.METHODS, **array_math.METHODS, **array_reductions.METHODS}
_SPECIAL = frozenset({"reshape", "transpose", "fill", "sort", "resize", "tolist", "item", "view", "setflags", "put"})


def call(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> Value:
    """Call a function of ``FUNCTIONS``."""
    return follow(run, symbol.name.rpartition(".")[2], FUNCTIONS[symbol.name], args, node)


def attribute(run: Run, owner: Value, name: str, node: cst.CSTNode) -> Value:
    """``array.shape``, ``frame.values`` and the like."""
    if isinstance(owner, FrameValue):
        return frames.attribute(run, owner, name, node)
    if isinstance(owner, DatasetValue):
        if name == "classes" and owner.images is not None:
            _record_classes(run, owner, node)
        return BoundMethod(owner, name) if name in tf_data.METHODS else Unknown(f"attribute {name} of a data set", name)
    assert isinstance(owner, ArrayValue)
    if name in _METHODS or name in _SPECIAL:
        return BoundMethod(owner, name)
    shape = owner.shape
    if name == "dtype":
        return Symbol(f"numpy.{owner.dtype}") if owner.dtype else Unknown("a dtype that is not known")
    if isinstance(shape, UnknownShape):
        return Unknown(shape.reason, name)
    if name == "shape":
        return SequenceValue(tuple(map(size_value, shape)), "tuple")
    if name == "ndim":
        return Const(len(shape))
    if name == "size":
        count = size(shape)
        return Unknown("the number of elements") if count is None else Const(count)
    if name == "T":
        return array_shaping.transposed(owner)
    return Unknown(f"attribute {name} of an array", name)


def _record_classes(run: Run, owner: DatasetValue, node: cst.CSTNode) -> None:
    """Tell the rules that the classes of all files are read, in the order of the files."""
    site = run.site(node)
    arguments = Arguments((("generator", owner),), sites=(("generator", site),))
    run.record_call(CallSite(CLASSES, arguments, site, (), not run.uncertain))


def set_attribute(run: Run, owner: ArrayValue, name: str) -> None:
    """``array.shape = …``."""
    if name in ("shape", "dtype"):
        array_memory.forget_shape(run, owner)


def call_method(run: Run, owner: Value, name: str, args: CallArguments, node: cst.Call) -> Value:
    """A method call on an array, table or data set."""
    if isinstance(owner, FrameValue):
        return frames.call_method(run, owner, name, args, node)
    if isinstance(owner, DatasetValue):
        return follow(run, name, tf_data.METHODS[name], args.with_first(owner), node)
    assert isinstance(owner, ArrayValue)
    if name in _METHODS:
        return follow(run, name, _METHODS[name], args.with_first(owner), node)
    if name in ("reshape", "transpose"):
        return _reshape_method(run, owner, name, args, node)
    if name == "fill" and args.values:
        array_memory.store(run, owner, array_if_any(run, args.values[0]))
        return NONE
    if name == "resize":
        array_memory.forget_shape(run, owner)
    elif name == "put":
        array_memory.forget(run, owner)
    return NONE if name in ("sort", "resize", "put", "fill", "setflags") else Unknown(f"the result of {name}")


def _reshape_method(run: Run, owner: ArrayValue, name: str, args: CallArguments, node: cst.Call) -> Value:
    """``x.reshape(2, 3)`` or ``x.reshape((2, 3))``; the same for the axes of ``transpose``."""
    values = args.values
    keyword = "shape" if name == "reshape" else "axes"
    if not values and keyword in args.keywords:
        values = [args.keywords[keyword][0]]
    elif args.keywords or (not values and name == "reshape"):
        return Unknown(f"{name} with an order")
    wanted = values[0] if len(values) == 1 else SequenceValue(tuple(values), "tuple")
    if name == "transpose":
        positional = ((owner, None), (wanted if values else NONE, None))
        return follow(run, name, FUNCTIONS["numpy.transpose"], CallArguments(positional, {}, args.complete), node)
    if not args.complete:
        return Unknown("reshape with arguments that are not all known")
    try:
        return with_memory(run, array_shaping.reshaped(owner, sizes(run, wanted)), node)
    except Fails as error:
        return Unknown(f"reshape fails: {error}")
    except NotFollowed as error:
        return Unknown(str(error))


def reshape_unknown(run: Run, owner: Unknown, args: CallArguments, node: cst.Call) -> Value:
    """``x.reshape(…)`` of something unknown: what has this method is an array."""
    return _reshape_method(run, ArrayValue(UnknownShape(owner.reason)), "reshape", args, node)


def call_object_method(run: Run, owner: Instance, name: str, args: CallArguments, node: cst.Call) -> Value:
    """A method of a scaler, a generator of random numbers and the like."""
    if name in ("fit", "fit_transform") and owner.type.startswith("sklearn."):
        arguments = bound(run, args, _FITTING)
        owned = Arguments((("owner", owner), *arguments.bound), sites=arguments.sites)
        run.record_call(CallSite(f"{owner.type}.{name}", owned, run.site(node), (), not run.uncertain))
    return follow(run, name, OBJECT_METHODS[owner.type][name](owner), args, node)


def binary(run: Run, operation: str, left: Value, right: Value, node: cst.CSTNode) -> Value:
    """``left operation right`` with data on at least one side."""
    if isinstance(left, FrameValue) and isinstance(right, Const):
        return left
    try:
        if operation == "matmul":
            args = CallArguments(((left, None), (right, None)))
            return follow(run, operation, FUNCTIONS["numpy.matmul"], args, node)
        return with_memory(run, array_math.elementwise(run, operation, left, right), node)
    except Fails as error:
        return Unknown(f"{operation} fails: {error}")
    except NotFollowed as error:
        return Unknown(str(error))


def augmented(run: Run, operation: str, left: ArrayValue, right: Value) -> Value:
    """``left operation= right``: the elements change in place, for every name of the array."""
    try:
        found = array_math.in_place(run, operation, left, right)
    except Fails as error:
        return Unknown(f"{operation} fails: {error}")
    except NotFollowed as error:
        array_memory.forget(run, left)
        return Unknown(str(error))
    array_memory.store(run, left, found)
    return replace(found, memory=left.memory)


def unary(run: Run, operation: str, value: ArrayValue, node: cst.CSTNode) -> Value:
    """``-x``, ``~x``, ``+x``."""
    if isinstance(value.shape, UnknownShape):
        return Unknown(value.shape.reason)
    if operation != "negative":
        if value.dtype is None or is_float(value.dtype):
            return Unknown("the operator fails on numbers with fractions")
        whole = value.dtype == "bool"
        return with_memory(
            run, ArrayValue(value.shape, value.dtype, (0, 1) if whole else None, "integer" if whole else None), node
        )
    try:
        return with_memory(run, array_math.of_each(operation, value), node)
    except Fails as error:
        return Unknown(f"{operation} fails: {error}")


_COMPARISONS: dict[type[cst.BaseCompOp], str] = {
    cst.Equal: "equal",
    cst.NotEqual: "not_equal",
    cst.LessThan: "less",
    cst.LessThanEqual: "less_equal",
    cst.GreaterThan: "greater",
    cst.GreaterThanEqual: "greater_equal",
}


def compared(run: Run, node: cst.Comparison, left: Value, right: Value) -> Value | None:
    """``left < right`` with data on at least one side; None for ``is``, ``in`` and chains."""
    name = _COMPARISONS.get(type(node.comparisons[0].operator))
    return binary(run, name, left, right, node) if name is not None and len(node.comparisons) == 1 else None


def subscript(run: Run, owner: Value, index: Sequence[Value | slice], node: cst.CSTNode) -> Value:
    """``array[…]``, ``frame[…]``."""
    if isinstance(owner, FrameValue):
        return frames.subscript(run, owner, index)
    if not isinstance(owner, ArrayValue):
        return Unknown("an item of a data set")
    if len(index) == 1 and isinstance(index[0], SequenceValue) and index[0].kind == "tuple":
        if not index[0].complete:
            return Unknown("an index that is not known")
        index = index[0].items
    entries = [_entry(run, entry) for entry in index]
    known = [entry for entry in entries if entry is not None]
    if len(known) != len(entries):
        return Unknown("an item of an array at an index that is not known")
    try:
        shape = indexing.index(owner.shape, known)
    except Fails as error:
        return Unknown(f"the index fails: {error}")
    if isinstance(shape, UnknownShape) and owner.dtype is None:
        return Unknown(shape.reason)
    if owner.dtype == "object":
        return Unknown("an item of an array of objects") if shape == () else replace(owner, shape=shape)
    classes = owner.classes if _whole(known[:1]) else _classes_of_slice(owner.classes, shape, known)
    ascending = owner.ascending and _whole(known[:1])
    return replace(owner, shape=shape, labels=_labels_of_part(owner, known), classes=classes, ascending=ascending)


def _whole(entries: list[indexing.Entry]) -> bool:
    """Whether all samples stay: ``x[:, …]``, ``x[..., None]``."""
    return all(entry == indexing.Cut() or isinstance(entry, indexing.Rest | indexing.NewAxis) for entry in entries)


def _classes_of_slice(classes: int | None, shape: AnyShape, entries: list[indexing.Entry]) -> int | None:
    """How many classes a run of labels has: all if it is long, as large data sets are not sorted."""
    if isinstance(shape, UnknownShape) or not shape or not isinstance(entries[0], indexing.Cut):
        return None
    long = isinstance(shape[0], int) and shape[0] >= 5000
    return sklearn.classes_of_part(classes, shape[0]) if long else None


def _labels_of_part(owner: ArrayValue, entries: list[indexing.Entry]) -> Labels | None:
    """One-hot rows stay so only where the last axis is whole."""
    if owner.labels != "one-hot":
        return owner.labels
    plain = all(isinstance(entry, indexing.At | indexing.Cut | indexing.Mask | indexing.Places) for entry in entries)
    one_axis = all(not isinstance(entry, indexing.Mask) or len(entry.shape) == 1 for entry in entries)
    ndim = 0 if isinstance(owner.shape, UnknownShape) else len(owner.shape)
    return "one-hot" if plain and one_axis and len(entries) < ndim else "integer"


def _entry(run: Run, value: Value | slice) -> indexing.Entry | None:
    """One entry of an index; None if its kind is not known."""
    if isinstance(value, slice):
        given = [
            None if bound is None or bound.must_be(None) else bound for bound in (value.start, value.stop, value.step)
        ]
        bounds = [None if bound is None else integer(bound) for bound in given]
        known = all(bound is None or found is not None for bound, found in zip(given, bounds, strict=True))
        return indexing.Cut(bounds[0], bounds[1], bounds[2], known)
    if isinstance(value, LoopIndex):
        return indexing.At(None)
    if isinstance(value, Const):
        if value.value is None:
            return indexing.NewAxis()
        if value.value is ...:
            return indexing.Rest()
        position = integer(value)
        return None if position is None else indexing.At(position)
    if isinstance(value, Symbol):
        return indexing.NewAxis() if value.name == "numpy.newaxis" else None
    if not isinstance(value, ArrayValue) and containers.as_list(run, value) is None:
        return None
    array = array_if_any(run, value)
    if array.shape == (0,) and not isinstance(value, ArrayValue):
        return indexing.Places((0,))  # [] makes an array of float64 and still is an index
    return _array_entry(array)


def _array_entry(array: ArrayValue) -> indexing.Entry | None:
    if array.dtype == "bool":
        known = not isinstance(array.shape, UnknownShape) and array.shape
        return indexing.Mask(array.shape) if known and not isinstance(array.shape, UnknownShape) else None
    if array.dtype is not None and array.dtype.startswith(("int", "uint")):
        return indexing.At(None) if array.shape == () else indexing.Places(array.shape)
    return None
