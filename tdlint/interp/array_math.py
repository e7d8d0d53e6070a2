"""Arithmetic on arrays: operators, functions of every element, reductions and products."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from tdlint.interp import containers
from tdlint.interp.array_arguments import (
    Function,
    Given,
    NotFollowed,
    as_array,
    function,
    made,
    scalar_of,
)
from tdlint.interp.run import Run
from tdlint.shapes import AnyShape, Shape, UnknownDim, UnknownShape
from tdlint.spec import arrays as spec
from tdlint.spec import dtypes, ranges
from tdlint.spec.arrays import Fails
from tdlint.values import ArrayValue, BoolOrNumber, Const, Labels, Sequence, Unknown, Value

COMPARISONS = frozenset({"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"})
_WHOLE = frozenset({"add", "subtract", "multiply", "maximum", "minimum"})
_BITS = frozenset({"and", "or", "xor", "left_shift", "right_shift"})


def elementwise(run: Run, operation: str, left: Value, right: Value) -> ArrayValue:
    """``left operation right`` where at least one is an array.

    Raises:
        Fails: the shapes do not broadcast, or the dtypes do not allow it.
        NotFollowed: one of the operands is not known.
    """
    one, other = as_array(run, left), as_array(run, right)
    for value in (one, other):
        if isinstance(value.shape, UnknownShape):
            raise NotFollowed(value.shape.reason)
    shape = spec.broadcast(one.shape, other.shape)
    if operation in COMPARISONS:
        if (one.dtype == "str") is not (other.dtype == "str"):
            raise NotFollowed("a comparison of text and numbers")
        return made(shape, "bool")
    if "str" in (one.dtype, other.dtype) or "object" in (one.dtype, other.dtype):
        return made(shape, None)
    common = _common(one, other, _weak(left), _weak(right))
    dtype = _result_dtype(operation, common)
    range_ = None if operation in _BITS else ranges.fit(ranges.combine(operation, one.range, other.range), dtype)
    whole = operation in _WHOLE and one.labels == other.labels == "integer"
    return made(shape, dtype, range_, "integer" if whole else None)


def _weak(value: Value) -> BoolOrNumber | None:
    """A number of Python, which takes the dtype of the array it meets."""
    return None if isinstance(value, ArrayValue) else scalar_of(value)


def _common(
    one: ArrayValue, other: ArrayValue, weak_one: BoolOrNumber | None, weak_other: BoolOrNumber | None
) -> str | None:
    if weak_other is not None:
        return _with_number(one, weak_other)
    if weak_one is not None:
        return _with_number(other, weak_one)
    if (one.shape == ()) is not (other.shape == ()):
        array, scalar = (other, one) if one.shape == () else (one, other)
        return dtypes.promote_number(array.dtype, scalar.dtype)
    return dtypes.promote(one.dtype, other.dtype)


def _with_number(array: ArrayValue, scalar: BoolOrNumber) -> str | None:
    dtype = dtypes.promote_scalar(array.dtype, scalar)
    # numpy 1 gives the number of Python its own width when both are numbers
    return dtype if array.shape != () or dtype in ("int64", "float64") else None


def _result_dtype(operation: str, common: str | None) -> str | None:
    if operation == "divide":
        return dtypes.of_division(common)
    if common == "bool":
        if operation == "subtract":
            raise Fails("subtraction of booleans")
        return common if operation not in ("floor_divide", "mod", "power") else None
    if operation in _BITS and dtypes.is_float(common):
        raise Fails(f"{operation} of numbers with fractions")
    return common


def in_place(run: Run, operation: str, left: ArrayValue, right: Value) -> ArrayValue:
    """``left op= right``: the array keeps its shape and dtype.

    Raises:
        Fails: numpy raises.
        NotFollowed: one of the operands is not known.
    """
    found = elementwise(run, operation, left, right)
    if left.shape == () or isinstance(left.shape, UnknownShape):
        # a number of numpy's is replaced, an array without axes keeps its dtype
        return found if found.dtype == left.dtype else ArrayValue(found.shape)
    spec.broadcast_to(as_array(run, right).shape, left.shape)
    if left.dtype is None:
        return ArrayValue(left.shape)
    if found.dtype is None:
        # whether the dtypes fit is not known; if they do not, numpy raises
        return ArrayValue(left.shape, left.dtype)
    if left.dtype != found.dtype and (
        left.dtype == "bool" or dtypes.is_float(found.dtype) > dtypes.is_float(left.dtype)
    ):
        raise Fails(f"a result of dtype {found.dtype} does not go into an array of {left.dtype}")
    whole: Labels | None = "integer" if found.labels == "integer" else None
    return made(left.shape, left.dtype, ranges.fit(found.range, left.dtype), whole)


def _binary(given: Given) -> Value:
    name = _OPERATORS.get(given.name, given.name)
    left, right = given.need("x1"), given.need("x2")
    folded = scalar_of(left), scalar_of(right)
    if folded[0] is not None and folded[1] is not None:
        raise NotFollowed("a number computed by numpy")
    return elementwise(given.run, name, left, right)


_OPERATORS = {"true_divide": "divide", "pow": "power", "remainder": "mod"}

_FOLDED: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "log1p": math.log1p,
    "ceil": math.ceil,
    "floor": math.floor,
    "absolute": abs,
    "abs": abs,
    "fabs": abs,
    "square": lambda value: value * value,
}


def _unary(given: Given) -> Value:
    value = given.need("x")
    found = scalar_of(value)
    if found is not None:
        return _fold(given, found)
    return of_each("absolute" if given.name in ("abs", "fabs") else given.name, given.known("x"))


def of_each(name: str, array: ArrayValue) -> ArrayValue:
    """A function of every element by numpy's name, such as ``sqrt`` or ``negative``.

    Raises:
        Fails: the dtype does not allow it.
    """
    dtype = array.dtype
    if name in _ROUNDED:
        # numpy 1 makes whole numbers real here
        dtype = dtype if dtypes.is_float(dtype) else None
    elif name not in _SAME:
        dtype = dtypes.of_function(dtype)
    elif dtype == "bool" and name in ("negative", "sign"):
        raise Fails(f"{name} of booleans")
    elif dtype == "bool" or dtype not in dtypes.NUMERIC:
        dtype = "bool" if name == "absolute" and dtype == "bool" else None
    labels: Labels | None = "integer" if name in _ROUNDED or (name in _SAME and array.labels == "integer") else None
    return made(array.shape, dtype, ranges.fit(ranges.apply(name, array.range), dtype), labels)


_SAME = frozenset({"absolute", "negative", "square", "sign"})
_ROUNDED = frozenset({"floor", "ceil", "rint", "trunc", "fix"})


def _fold(given: Given, number: BoolOrNumber) -> Value:
    compute = _FOLDED.get(given.name)
    if compute is None or isinstance(number, bool):
        raise NotFollowed("a number computed by numpy")
    try:
        result = compute(number)
    except (ValueError, OverflowError):
        return Unknown(f"{given.name} fails")
    # numpy's ceil and floor give real numbers, those of math whole ones
    return Const(result if given.name in ("abs", "absolute", "square") else float(result))


def _math(given: Given) -> Value:
    found = scalar_of(given.need("x"))
    if found is None or isinstance(found, bool):
        raise NotFollowed("a number that is not known")
    try:
        return Const(_FOLDED[given.name](found))
    except (ValueError, OverflowError):
        return Unknown(f"{given.name} fails")


def _tested(given: Given) -> Value:
    """``np.isnan`` and the like: a boolean for each element."""
    return made(given.known("x").shape, "bool")


def _reduced(given: Given) -> tuple[ArrayValue, Shape]:
    array = given.known("a")
    assert not isinstance(array.shape, UnknownShape)
    return array, spec.reduce(array.shape, given.axes(), given.flag("keepdims"))


def _constants(given: Given) -> list[float] | None:
    """The items of a list of numbers: reductions of these are numbers that a shape may be made of."""
    listed = containers.as_list(given.run, given.need("a"))
    if listed is None or listed.rest is not None or given.values.keys() - {"a"}:
        return None
    found = [scalar_of(item) for item in listed.items]
    numbers = [value for value in found if value is not None and not isinstance(value, bool)]
    return numbers if len(numbers) == len(found) and numbers else None


_FOLDED_LISTS: dict[str, Callable[[list[float]], float]] = {
    "prod": math.prod,
    "product": math.prod,
    "sum": sum,
    "max": max,
    "amax": max,
    "min": min,
    "amin": min,
}


def _reduction(given: Given) -> Value:
    name = _EXTREMES.get(given.name, given.name)
    numbers = _constants(given)
    if numbers is not None and given.name in _FOLDED_LISTS:
        return Const(_FOLDED_LISTS[given.name](numbers))
    array, shape = _reduced(given)
    if name in ("max", "min"):
        return _extreme(array, shape)
    if name in ("any", "all"):
        return made(shape, "bool")
    if name in ("argmax", "argmin"):
        return _position(given, array, shape)
    if name in ("mean", "median", "average"):
        return made(shape, given.dtype(dtypes.of_mean(array.dtype)), _mean_range(given, array))
    if name in ("std", "var"):
        return made(shape, given.dtype(dtypes.of_mean(array.dtype)))
    dtype = given.dtype(dtypes.of_sum(array.dtype))
    whole = array.labels in ("integer", "one-hot") and not dtypes.is_float(dtype)
    return made(shape, dtype, _sum_range(name, array, shape, dtype), "integer" if whole else None)


_EXTREMES = {"amax": "max", "amin": "min", "nanmax": "max", "nanmin": "min"}


def _extreme(array: ArrayValue, shape: Shape) -> ArrayValue:
    assert not isinstance(array.shape, UnknownShape)
    if 0 in array.shape and 0 not in shape:
        raise Fails("the largest or smallest of nothing")
    labels = array.labels if array.labels == "integer" else None
    return made(shape, array.dtype, array.range, labels)


def _position(given: Given, array: ArrayValue, shape: Shape) -> ArrayValue:
    assert not isinstance(array.shape, UnknownShape)
    if len(given.axes() or ()) > 1:
        raise Fails("argmax over several axes")
    if 0 in array.shape and 0 not in shape:
        raise Fails("the position of the largest of nothing")
    axes = given.axes()
    count = math.prod(d for d in array.shape if isinstance(d, int)) if axes is None else array.shape[axes[0]]
    known = isinstance(count, int) and (axes is not None or all(isinstance(d, int) for d in array.shape))
    range_ = (0, max(count - 1, 0)) if known and isinstance(count, int) else None
    found = made(shape, "int64", range_, "integer")
    last = axes is not None and spec.axis_of(axes[0], len(array.shape)) == len(array.shape) - 1
    return replace(found, classes=array.classes) if array.labels == "one-hot" and last else found


def _mean_range(given: Given, array: ArrayValue) -> tuple[float, float] | None:
    empty = isinstance(array.shape, UnknownShape) or 0 in array.shape
    return None if empty or given.get("dtype") is not None else array.range


def _sum_range(name: str, array: ArrayValue, shape: Shape, dtype: str | None) -> tuple[float, float] | None:
    if name not in ("sum", "cumsum") or array.range is None or isinstance(array.shape, UnknownShape):
        return None
    if not all(isinstance(dim, int) for dim in array.shape) or dtypes.is_float(dtype):
        return None
    count = math.prod(dim for dim in array.shape if isinstance(dim, int))
    low, high = array.range
    return ranges.fit((min(low, low * count), max(high, high * count)), dtype)


def _running(given: Given) -> Value:
    """``cumsum``, ``cumprod``: as many values as there are."""
    array, axis = given.known("a"), given.integer("axis")
    assert not isinstance(array.shape, UnknownShape)
    dtype = given.dtype(dtypes.of_sum(array.dtype))
    if axis is None:
        return made(spec.reshape(array.shape, (-1,)), dtype)
    spec.axis_of(axis, len(array.shape))
    return made(array.shape, dtype)


def _sorted(given: Given) -> Value:
    array = given.known("a")
    assert not isinstance(array.shape, UnknownShape)
    axis = -1 if "axis" not in given.values else given.integer("axis")
    shape = spec.reshape(array.shape, (-1,)) if axis is None else array.shape
    if axis is not None:
        spec.axis_of(axis, len(array.shape))
    if given.name == "argsort":
        return made(shape, "int64", None, "integer")
    return replace(
        array, shape=shape, labels="integer" if array.labels == "one-hot" else array.labels, memory=frozenset()
    )


def _difference(given: Given) -> Value:
    array, axis = given.known("a"), given.integer("axis", -1)
    assert not isinstance(array.shape, UnknownShape)
    times = given.integer("n", 1)
    if axis is None or times is None or times < 0 or array.dtype == "bool":
        raise NotFollowed("diff of a kind that is not followed")
    place = spec.axis_of(axis, len(array.shape))
    dim = array.shape[place]
    short = max(dim - times, 0) if isinstance(dim, int) else UnknownDim("a size minus another")
    return made((*array.shape[:place], short, *array.shape[place + 1 :]), array.dtype)


def _clip(given: Given) -> Value:
    array = given.known("a")
    low, high = (_bound(given, names) for names in (("a_min", "min"), ("a_max", "max")))
    dtype, range_ = array.dtype, array.range
    for bound in (low, high):
        if bound is not None:
            dtype = dtypes.promote_scalar(dtype, bound)
    # what is clipped lies between the bounds, whatever it was
    if low is not None and high is not None and low <= high:
        range_ = (low, high) if range_ is None else tuple(min(max(value, low), high) for value in range_)  # type: ignore[assignment]
    elif range_ is not None:
        below = -math.inf if low is None else low
        above = math.inf if high is None else high
        range_ = (min(max(range_[0], below), above), min(max(range_[1], below), above))
    whole = array.labels == "integer" and all(b is None or b == int(b) for b in (low, high))
    return made(array.shape, dtype, ranges.fit(range_, dtype), "integer" if whole else None)


def _bound(given: Given, names: tuple[str, str]) -> BoolOrNumber | None:
    value = given.get(names[0]) or given.get(names[1])
    if value is None:
        return None
    found = scalar_of(value)
    if found is None:
        raise NotFollowed("clip with a bound that is not known")
    return found


def _round(given: Given) -> Value:
    array = given.known("a")
    decimals = given.integer("decimals", 0)
    if array.dtype == "bool" or array.dtype not in dtypes.NUMERIC:
        return made(array.shape, None)
    whole = decimals == 0 or array.labels == "integer"
    if decimals is None or decimals < 0:
        return made(array.shape, array.dtype)
    if array.range is None or decimals:
        return made(array.shape, array.dtype, None, "integer" if whole else None)
    return made(array.shape, array.dtype, (round(array.range[0]), round(array.range[1])), "integer")


def _where(given: Given) -> Value:
    condition = given.known("condition")
    assert not isinstance(condition.shape, UnknownShape)
    if given.name == "nonzero" or "x" not in given.values:
        if not condition.shape:
            raise NotFollowed("where of a number")
        found = made((UnknownDim("as many as are not zero"),), "int64", None, "integer")
        return Sequence((found,) * len(condition.shape), "tuple")
    left, right = given.need("x"), given.need("y")
    one, other = as_array(given.run, left), as_array(given.run, right)
    shape = spec.broadcast(condition.shape, one.shape, other.shape)
    if isinstance(shape, UnknownShape):
        raise NotFollowed(shape.reason)
    weak = _weak(left), _weak(right)
    if weak[0] is not None and weak[1] is not None:
        dtype = dtypes.promote(one.dtype, other.dtype)
    else:
        dtype = _common(one, other, *weak)
    labels = one.labels if one.labels == other.labels == "integer" else None
    return made(shape, dtype, ranges.union(one.range, other.range) if dtype is not None else None, labels)


def _matmul(given: Given) -> Value:
    left, right = given.known("a"), given.known("b")
    assert not isinstance(left.shape, UnknownShape)
    assert not isinstance(right.shape, UnknownShape)
    compute = spec.dot if given.name == "dot" else spec.matmul
    return made(
        compute(left.shape, right.shape),
        dtypes.promote(left.dtype, right.dtype) if left.shape and right.shape else None,
    )


def _unique(given: Given) -> Value:
    array, axis = given.array("a"), given.integer("axis")
    shape: AnyShape = (UnknownDim("as many as differ"),)
    if axis is not None:
        if isinstance(array.shape, UnknownShape):
            raise NotFollowed(array.shape.reason)
        place = spec.axis_of(axis, len(array.shape))
        shape = tuple(UnknownDim("as many as differ") if n == place else dim for n, dim in enumerate(array.shape))
    labels = "integer" if array.labels == "one-hot" else array.labels
    values = replace(array, shape=shape, labels=labels, memory=frozenset())
    extra = [name for name in ("return_index", "return_inverse", "return_counts") if given.flag(name)]
    if not extra:
        return values
    return Sequence((values, *(Unknown(f"{name} of unique") for name in extra)), "tuple")


def _norm(given: Given) -> Value:
    if given.get("axis") is None:
        if given.flag("keepdims"):
            raise NotFollowed("norm with keepdims over all axes")
        return made((), dtypes.of_division(given.array("a").dtype))
    array, shape = _reduced(given)
    return made(shape, dtypes.of_division(array.dtype))


_REDUCE = "a axis dtype out keepdims"
_BINARY = ("add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "mod", "remainder", "power", "pow")
_UNARY = (
    "sqrt",
    "exp",
    "log",
    "log2",
    "log10",
    "log1p",
    "expm1",
    "sin",
    "cos",
    "tan",
    "tanh",
    "sinh",
    "cosh",
    "arctan",
)
FUNCTIONS: dict[str, Function] = {
    **{f"numpy.{name}": function("x1 x2", _binary) for name in (*_BINARY, "maximum", "minimum", *sorted(COMPARISONS))},
    **{f"numpy.{name}": function("x", _unary) for name in (*_UNARY, *sorted(_SAME | _ROUNDED), "abs", "fabs")},
    **{f"math.{name}": function("x", _math) for name in ("ceil", "floor", "sqrt", "exp", "log2", "log10", "fabs")},
    **{f"numpy.{name}": function("x", _tested) for name in ("isnan", "isfinite", "isinf", "logical_not")},
    **{f"numpy.{name}": function(_REDUCE, _reduction) for name in ("sum", "prod", "mean", "std", "var", "product")},
    **{
        f"numpy.{name}": function("a axis out keepdims", _reduction)
        for name in ("max", "min", "amax", "amin", "any", "all", "argmax", "argmin", "nanmax", "nanmin")
    },
    "numpy.median": function("a axis out overwrite_input keepdims", _reduction),
    "numpy.cumsum": function("a axis dtype", _running),
    "numpy.cumprod": function("a axis dtype", _running),
    "numpy.sort": function("a axis kind order", _sorted),
    "numpy.argsort": function("a axis kind order", _sorted),
    "numpy.diff": function("a n axis", _difference),
    "numpy.clip": function("a a_min a_max min max", _clip),
    "numpy.round": function("a decimals", _round),
    "numpy.around": function("a decimals", _round),
    "numpy.where": function("condition x y", _where),
    "numpy.nonzero": function("condition", _where),
    "numpy.matmul": function("a b", _matmul),
    "numpy.dot": function("a b", _matmul),
    "numpy.unique": function("a return_index return_inverse return_counts axis", _unique),
    "numpy.linalg.norm": function("a ord axis keepdims", _norm),
}
"""Functions that compute with the values of arrays, by canonical name."""

METHODS: dict[str, Function] = {
    "mean": function(_REDUCE, _reduction),
    "sum": function(_REDUCE, _reduction),
    "prod": function(_REDUCE, _reduction),
    "std": function(_REDUCE, _reduction),
    "var": function(_REDUCE, _reduction),
    **{name: function("a axis out keepdims", _reduction) for name in ("max", "min", "any", "all", "argmax", "argmin")},
    "argsort": function("a axis kind", _sorted),
    "cumsum": function("a axis dtype", _running),
    "clip": function("a min max", _clip),
    "round": function("a decimals", _round),
    "dot": function("a b", _matmul),
    "nonzero": function("condition", _where),
}
"""Methods of arrays that compute with their values."""
