"""New arrays: numpy's creators and random numbers."""

from __future__ import annotations

from dataclasses import replace

from tdlint.interp.data.array_arguments import (
    Function,
    Given,
    NotFollowed,
    as_array,
    dtype_of,
    function,
    made,
    new_shape,
    scalar_of,
)
from tdlint.interp.data.array_memory import change_shared
from tdlint.shapes import AnyShape, Shape, UnknownDim, UnknownShape
from tdlint.spec.arrays import Fails, arange_size, broadcast
from tdlint.spec.dtypes import is_float
from tdlint.spec.ranges import fit
from tdlint.values import Arguments, ArrayValue, Const, Instance, Labels, Symbol, Unknown, Value, integer


def _filled(given: Given, value: float | None, shape: AnyShape, default: str | None) -> Value:
    dtype = given.dtype(default)
    if dtype is None or value is None:
        return made(shape, dtype)
    return made(shape, dtype, (value, value), "integer" if value == int(value) else "real")


_FILL = {"zeros": 0, "ones": 1, "empty": None}


def _constant_array(given: Given) -> Value:
    return _filled(given, _FILL[given.name], new_shape(given.run, given.need("shape")), "float64")


def _full(given: Given) -> Value:
    shape = new_shape(given.run, given.need("shape"))
    fill = as_array(given.run, given.need("fill_value"))
    dtype = given.dtype(fill.dtype)
    if fill.shape != ():
        return made(shape, dtype if given.get("dtype") is not None else None)
    keeps = dtype == fill.dtype or is_float(dtype)
    return made(shape, dtype, fill.range if keeps else None, fill.labels if keeps else None)


def _like(given: Given) -> Value:
    model = given.array("a")
    shape = model.shape if given.get("shape") is None else new_shape(given.run, given.need("shape"))
    if given.name == "full_like":
        return made(shape, given.dtype(model.dtype))
    return _filled(given, _FILL[given.name.removesuffix("_like")], shape, model.dtype)


def _arange(given: Given) -> Value:
    given_numbers = [given.get(name) for name in ("start", "stop", "step")]
    values = [None if value is None else scalar_of(value) for value in given_numbers]
    texts = [value for value in given_numbers if value is not None]
    if given_numbers[1] is None:
        values = [0, values[0], values[2]]
    start, stop, step = values[0], values[1], 1 if given_numbers[2] is None else values[2]
    dtype = given.dtype(None)
    if start is None or stop is None or step is None:
        return made((UnknownDim("arange with a bound that is not known"),), dtype)
    numbers = [value for value in map(scalar_of, texts) if value is not None]
    if given.get("dtype") is None:
        dtype = "float64" if any(isinstance(value, float) for value in numbers) else "int64"
    count = arange_size(start, stop, step)
    if count == 0:
        return made((0,), dtype)
    ends = sorted((start, start + (count - 1) * step))
    if not is_float(dtype) and any(isinstance(value, float) for value in numbers):
        return made((count,), dtype)
    whole = all(value == int(value) for value in (start, step))
    return made((count,), dtype, (ends[0], ends[1]), "integer" if whole else None)


def _linspace(given: Given) -> Value:
    start, stop = given.array("start"), given.array("stop")
    if given.flag("retstep"):
        raise NotFollowed("linspace with retstep")
    count = given.integer("num", 50) or 0
    if start.shape != () or stop.shape != ():
        raise NotFollowed("linspace of arrays")
    if count < 0:
        raise Fails("a negative number of samples")
    dtype = given.dtype("float64")
    if start.range is None or stop.range is None or not is_float(dtype) or not count:
        return made((count,), dtype)
    return made((count,), dtype, (min(start.range[0], stop.range[0]), max(start.range[1], stop.range[1])))


def _eye(given: Given) -> Value:
    rows = given.need("N")
    columns = given.get("M") or rows
    shape = (*_one(given, rows), *_one(given, columns))
    plain = given.integer("k", 0) == 0 and columns is rows
    return ArrayValue(shape, given.dtype("float64"), (0, 1), "one-hot" if plain else "integer")


def _one(given: Given, value: Value) -> Shape:
    shape = new_shape(given.run, value)
    if isinstance(shape, UnknownShape) or len(shape) != 1:
        raise NotFollowed("a size that is not known")
    return shape


def _asarray(given: Given) -> Value:
    source = given.array("a")
    fewest = given.integer("ndmin", 0) or 0
    if fewest and not isinstance(source.shape, UnknownShape):
        source = ArrayValue((1,) * (fewest - len(source.shape)) + source.shape, source.dtype, source.range)
    wanted = given.get("dtype")
    found = source if wanted is None else cast(source, dtype_of(wanted))
    if given.name == "array" or wanted is not None:
        found = ArrayValue(found.shape, found.dtype, found.range, found.labels, found.classes)
    return found


def _tensor(given: Given) -> Value:
    """``tf.constant``: numbers of Python become 32 bits wide, arrays keep their dtype."""
    found = _asarray(given)
    if given.get("dtype") is None and isinstance(found, ArrayValue) and not isinstance(given.need("a"), ArrayValue):
        return cast(found, {"float64": "float32", "int64": "int32"}.get(found.dtype or "", found.dtype))
    return found


def cast(source: ArrayValue, dtype: str | None) -> ArrayValue:
    """An array with another dtype; a range that the dtype can't hold is not known."""
    if dtype == source.dtype and dtype is not None:
        return source
    range_ = source.range
    labels, classes = source.labels, source.classes
    if dtype is None or source.dtype in (None, "object", "str"):
        return made(source.shape, dtype)
    if dtype == "bool":
        return made(source.shape, dtype)
    if not is_float(dtype):
        if labels in ("real", None) and source.dtype != "bool":
            labels, classes = "integer", None
            range_ = None if range_ is None else (int(range_[0]), int(range_[1]))
        if range_ is not None and fit(range_, dtype) is None:
            range_, labels, classes = None, None, None
    range_ = fit(range_, dtype)
    array = made(source.shape, dtype, range_, labels)
    return ArrayValue(array.shape, array.dtype, array.range, array.labels, classes)


def _random_shape(given: Given) -> AnyShape:
    wanted = given.get("size")
    return () if wanted is None else new_shape(given.run, wanted)


def _parameters_shape(given: Given, names: tuple[str, ...]) -> AnyShape:
    """The shape of random numbers: ``size``, or that of the parameters."""
    if given.get("size") is not None:
        return _random_shape(given)
    return broadcast(*(given.array(name).shape for name in names if given.get(name) is not None))


def _rand(given: Given) -> Value:
    dims = [given.values[name] for name in given.values]
    shape = tuple(size for value in dims for size in _one(given, value))
    return made(shape, "float64", (0, 1) if given.name == "rand" else None, "real")


def _random(given: Given) -> Value:
    return made(_random_shape(given), given.dtype("float64"), (0, 1), "real")


def _uniform(given: Given) -> Value:
    shape = _parameters_shape(given, ("low", "high"))
    low = given.array("low").range if given.get("low") is not None else (0, 0)
    high = given.array("high").range if given.get("high") is not None else (1, 1)
    if low is None or high is None:
        return made(shape, "float64", None, "real")
    return made(shape, "float64", (min(low[0], high[0]), max(low[1], high[1])), "real")


def _normal(given: Given) -> Value:
    return made(_parameters_shape(given, ("loc", "scale", "mean", "stddev")), given.dtype("float64"), None, None)


def _randint(given: Given) -> Value:
    low, high = given.array("low"), given.get("high")
    top = low if high is None else as_array(given.run, high)
    shape = _parameters_shape(given, ("low", "high"))
    bottom = (0, 0) if high is None else low.range
    range_ = None
    if bottom is not None and top.range is not None:
        last = top.range[1] - (0 if given.name == "integers" and given.flag("endpoint") else 1)
        range_ = (bottom[0], last)
        if last < bottom[0]:
            raise Fails("low is not below high")
        if range_[0] != int(range_[0]) or range_[1] != int(range_[1]):
            range_ = None
    return made(shape, given.dtype("int64"), range_, "integer")


def _choice(given: Given) -> Value:
    source = given.array("a")
    shape = _random_shape(given)
    if isinstance(source.shape, UnknownShape):
        return ArrayValue(UnknownShape(source.shape.reason))
    if source.shape == ():
        count = integer(given.need("a"))
        return made(shape, "int64", None if count is None else (0, count - 1))
    axis = (given.axes() or (0,))[0]
    if len(source.shape) != 1 or axis:
        raise NotFollowed("choice from several axes")
    return ArrayValue(shape, source.dtype, source.range, source.labels)


def _permutation(given: Given) -> Value:
    count = integer(given.need("x"))
    if count is not None:
        return made((max(count, 0),), "int64", (0, count - 1) if count > 0 else None)
    source = given.array("x")
    if source.shape == ():
        return made((UnknownDim("a size that is not known"),), "int64")
    return ArrayValue(source.shape, source.dtype, source.range, source.labels, source.classes)


def _shuffle(given: Given) -> Value:
    value = given.need("x")
    if isinstance(value, ArrayValue):
        change_shared(given.run, value, lambda old: replace(old, ascending=False) if old.ascending else old)
    else:
        given.run.lose(value)
    return Const(None)


def _generator(given: Given) -> Value:
    kind = "numpy.random.Generator" if given.name == "default_rng" else "numpy.random.RandomState"
    return Instance(kind, Arguments(), given.run.fresh())


def _scalar_type(given: Given) -> Value:
    """``np.float32(x)``: a number becomes a number of Python here, an array another dtype."""
    value = given.need("a")
    dtype = dtype_of(Symbol(f"numpy.{given.name}"))
    found = scalar_of(value)
    if found is not None and dtype is not None and dtype != "bool":
        return Const(float(found) if is_float(dtype) else int(found))
    source = given.array("a")
    if source.shape == ():
        return Unknown("a number computed from data")
    return cast(source, dtype)


def _one_hot_rows(given: Given) -> Value:
    """``tf.one_hot``."""
    indices = given.known("indices")
    depth = given.need("depth")
    if given.values.keys() - {"indices", "depth", "dtype"}:
        raise NotFollowed("one_hot with values or an axis of its own")
    shape = indices.shape
    assert not isinstance(shape, UnknownShape)
    # an index outside of the depth gives a row of zeros
    count = integer(depth)
    inside = count is not None and indices.range is not None and 0 <= indices.range[0] <= indices.range[1] < count
    labels: Labels = "one-hot" if inside else "integer"
    return ArrayValue((*shape, *_one(given, depth)), given.dtype("float32"), (0, 1), labels, count)


def _tensor_random(given: Given) -> Value:
    shape = new_shape(given.run, given.need("shape"))
    if given.name != "uniform":
        return made(shape, given.dtype("float32"))
    low, high = given.get("minval") or Const(0), given.get("maxval")
    dtype = given.dtype("float32")
    top = Const(1) if high is None and is_float(dtype) else high
    if top is None:
        return made(shape, dtype)
    bounds = scalar_of(low), scalar_of(top)
    if bounds[0] is None or bounds[1] is None:
        return made(shape, dtype)
    return made(shape, dtype, (bounds[0], bounds[1] - (0 if is_float(dtype) else 1)))


def _tensor_filled(given: Given) -> Value:
    return _filled(given, _FILL[given.name], new_shape(given.run, given.need("shape")), "float32")


_LIKE = "a dtype order subok shape"
_GENERATED = {
    "random": function("size dtype", _random),
    "normal": function("loc scale size", _normal),
    "standard_normal": function("size dtype", _normal),
    "uniform": function("low high size", _uniform),
    "integers": function("low high size dtype endpoint", _randint),
    "choice": function("a size replace p axis shuffle", _choice),
    "permutation": function("x axis", _permutation),
    "shuffle": function("x axis", _shuffle),
}
_RAND = " ".join(f"d{number}" for number in range(8))
_LEGACY = {
    "rand": function(_RAND, _rand),
    "randn": function(_RAND, _rand),
    "random": function("size", _random),
    "random_sample": function("size", _random),
    "ranf": function("size", _random),
    "sample": function("size", _random),
    "randint": function("low high size dtype", _randint),
    "uniform": function("low high size", _uniform),
    "normal": function("loc scale size", _normal),
    "standard_normal": function("size", _normal),
    "choice": function("a size replace p", _choice),
    "permutation": function("x", _permutation),
    "shuffle": function("x", _shuffle),
}

METHODS: dict[str, dict[str, Function]] = {
    "numpy.random.Generator": _GENERATED,
    "numpy.random.RandomState": _LEGACY,
}
"""Methods of generators of random numbers, by the class of the generator."""

FUNCTIONS: dict[str, Function] = {
    "numpy.zeros": function("shape dtype order like", _constant_array),
    "numpy.ones": function("shape dtype order like", _constant_array),
    "numpy.empty": function("shape dtype order like", _constant_array),
    "numpy.full": function("shape fill_value dtype order like", _full),
    "numpy.zeros_like": function(_LIKE, _like),
    "numpy.ones_like": function(_LIKE, _like),
    "numpy.empty_like": function(_LIKE, _like),
    "numpy.full_like": function("a fill_value dtype order subok shape", _like),
    "numpy.arange": function("start stop step dtype", _arange),
    "numpy.linspace": function("start stop num endpoint retstep dtype axis", _linspace),
    "numpy.eye": function("N M k dtype order", _eye),
    "numpy.identity": function("N dtype", _eye),
    "numpy.array": function("a dtype copy order subok ndmin", _asarray),
    "numpy.asarray": function("a dtype order copy", _asarray),
    "numpy.asanyarray": function("a dtype order copy", _asarray),
    "numpy.ascontiguousarray": function("a dtype", _asarray),
    "numpy.random.default_rng": function("seed", _generator),
    "numpy.random.RandomState": function("seed", _generator),
    "tensorflow.constant": function("a dtype", _tensor),
    "tensorflow.convert_to_tensor": function("a dtype dtype_hint name", _tensor),
    "tensorflow.one_hot": function("indices depth on_value off_value axis dtype name", _one_hot_rows),
    "tensorflow.zeros": function("shape dtype name", _tensor_filled),
    "tensorflow.ones": function("shape dtype name", _tensor_filled),
    "tensorflow.random.normal": function("shape mean stddev dtype seed name", _tensor_random),
    "tensorflow.random.uniform": function("shape minval maxval dtype seed name", _tensor_random),
    **{f"numpy.random.{name}": found for name, found in _LEGACY.items()},
    **{
        f"numpy.{name}": function("a", _scalar_type)
        for name in ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32")
    },
}
"""Functions that make arrays, by canonical name."""
