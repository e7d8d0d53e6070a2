"""Arithmetic on arrays: operators, functions of every element, reductions and products."""

from __future__ import annotations

import math
from collections.abc import Callable

from tdlint.interp.data.array_arguments import (
    Function,
    Given,
    NotFollowed,
    as_array,
    function,
    made,
    scalar_of,
)
from tdlint.interp.run import Run
from tdlint.shapes import UnknownDim, UnknownShape
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
    if array.dtype == "bool" and decimals:
        raise Fails("booleans rounded to decimals")
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
    "numpy.clip": function("a a_min a_max min max", _clip),
    "numpy.round": function("a decimals", _round),
    "numpy.around": function("a decimals", _round),
    "numpy.where": function("condition x y", _where),
    "numpy.nonzero": function("condition", _where),
    "numpy.matmul": function("a b", _matmul),
    "numpy.dot": function("a b", _matmul),
}
"""Functions that compute with the values of arrays, by canonical name."""

METHODS: dict[str, Function] = {
    "clip": function("a min max", _clip),
    "round": function("a decimals", _round),
    "dot": function("a b", _matmul),
    "nonzero": function("condition", _where),
}
"""Methods of arrays that compute with their values."""
