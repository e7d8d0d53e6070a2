"""Chains of ``tf.data``: what one element is after each step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from tdlint.interp.data.array_arguments import Function, Given, NotFollowed, as_array, function, made
from tdlint.interp.data.array_items import rows
from tdlint.interp.python import containers
from tdlint.shapes import FREE, Dim, Shape, UnknownDim, UnknownShape
from tdlint.spec.arrays import Fails
from tdlint.values import (
    NONE,
    ArrayValue,
    DatasetValue,
    Mapping,
    Sequence,
    Unknown,
    Value,
    dim,
    join,
)


def _each(value: Value, change: Callable[[ArrayValue], Value]) -> Value:
    """A structure of arrays with every array changed."""
    if isinstance(value, Sequence):
        return replace(value, items=tuple(_each(item, change) for item in value.items))
    if isinstance(value, Mapping):
        return replace(value, items=tuple((key, _each(item, change)) for key, item in value.items))
    return change(value) if isinstance(value, ArrayValue) else value


def _structure(given: Given, value: Value) -> Value:
    """Tuples and dicts of arrays stay such; lists are arrays to ``tf.data``."""
    if isinstance(value, Sequence) and value.kind == "tuple" and value.complete:
        return Sequence(tuple(_structure(given, item) for item in value.items), "tuple")
    found = containers.as_dict(given.run, value)
    if found is not None and found.rest is None:
        return Mapping(tuple((key, _structure(given, item)) for key, item in found.items))
    array = as_array(given.run, value)
    if isinstance(array.shape, UnknownShape):
        return Unknown(array.shape.reason)
    # numbers of Python are 32 bits wide in TensorFlow
    narrow = {"float64": "float32", "int64": "int32"}
    dtype = array.dtype if isinstance(value, ArrayValue) else narrow.get(array.dtype or "", array.dtype)
    return replace(array, dtype=dtype, memory=frozenset())


def _row(array: ArrayValue) -> Value:
    found = rows(array)
    if isinstance(array.shape, UnknownShape) or not array.shape or found is None:
        raise Fails("slices of a number")
    return found[1] or replace(array, shape=array.shape[1:])


def _from_slices(given: Given) -> Value:
    return DatasetValue(_each(_structure(given, given.need("tensors")), _row))


def _from_tensors(given: Given) -> Value:
    return DatasetValue(_structure(given, given.need("tensors")))


def _range(given: Given) -> Value:
    return DatasetValue(made((), "int64"))


def _zip(given: Given) -> Value:
    parts = list(given.values.values())
    if len(parts) == 1:
        listed = containers.as_list(given.run, parts[0])
        parts = list(listed.items) if listed is not None and listed.rest is None else parts
    found = [part for part in parts if isinstance(part, DatasetValue)]
    if len(found) != len(parts) or not found:
        raise NotFollowed("zip of data sets that are not known")
    elements = Sequence(tuple(part.element for part in found), "tuple")
    return DatasetValue(elements, "tf.data", found[0].batch_size, all(part.endless for part in found))


def _of(given: Given) -> DatasetValue:
    owner = given.need("self")
    assert isinstance(owner, DatasetValue)
    return owner


def _same(given: Given) -> Value:
    return _of(given)


def _take(given: Given) -> Value:
    owner = _of(given)
    if (given.get("count") or NONE).must_be(-1):
        return owner
    return _part(replace(owner, endless=False), "taken")


def _skip(given: Given) -> Value:
    return _part(_of(given), "skipped")


def _part(owner: DatasetValue, part: Literal["taken", "skipped"]) -> DatasetValue:
    """A part of data that are shuffled anew each time; it is the first cut that matters."""
    if owner.reshuffled is None or owner.reshuffled[1] != "all":
        return owner
    return replace(owner, reshuffled=(owner.reshuffled[0], part))


def _shuffle(given: Given) -> Value:
    owner = _of(given)
    again = given.values.get("reshuffle_each_iteration", NONE).must_be(None, True)
    if not again or (owner.reshuffled is not None and owner.reshuffled[1] != "all"):
        return owner
    return replace(owner, reshuffled=(given.run.site(given.node).number, "all"))


def _cache(given: Given) -> Value:
    return replace(_of(given), reshuffled=None)


def _repeat(given: Given) -> Value:
    owner, count = _of(given), given.values.get("count", NONE)
    if owner.reshuffled is not None and owner.reshuffled[1] == "all":
        owner = replace(owner, reshuffled=None)
    return replace(owner, endless=True) if count.must_be(None, -1) and not owner.endless else owner


def _batch(given: Given) -> Value:
    owner = _of(given)
    size = dim(given.need("batch_size"))
    axis: Dim = FREE
    if given.flag("drop_remainder"):
        axis = size
    element = _each(owner.element, lambda array: _with_axis(array, axis))
    return replace(owner, element=element, batch_size=size)


def _with_axis(array: ArrayValue, axis: Dim) -> Value:
    if isinstance(array.shape, UnknownShape):
        return array
    return replace(array, shape=(axis, *array.shape))


def _padded_batch(given: Given) -> Value:
    owner = _of(given)

    def padded(array: ArrayValue) -> Value:
        if isinstance(array.shape, UnknownShape):
            return array
        shape: Shape = tuple(size if isinstance(size, int) else UnknownDim("padded") for size in array.shape)
        return ArrayValue((FREE, *shape), array.dtype)

    if given.get("padded_shapes") is not None:
        raise NotFollowed("padded_batch with shapes")
    return replace(owner, element=_each(owner.element, padded), batch_size=dim(given.need("batch_size")))


def _unbatch(given: Given) -> Value:
    owner = _of(given)
    return replace(owner, element=_each(owner.element, _row), batch_size=None)


def _map(given: Given) -> Value:
    return replace(_of(given), element=Unknown("the result of a function that is mapped"))


def _concatenate(given: Given) -> Value:
    owner, other = _of(given), given.need("dataset")
    if not isinstance(other, DatasetValue):
        raise NotFollowed("a data set that is not known")
    endless = owner.endless or other.endless
    return replace(owner, element=join(owner.element, other.element), endless=endless, reshuffled=None)


METHODS: dict[str, Function] = {
    "take": function("self count name", _take),
    "skip": function("self count name", _skip),
    "repeat": function("self count name", _repeat),
    "shuffle": function("self buffer_size seed reshuffle_each_iteration name", _shuffle),
    "prefetch": function("self buffer_size name", _same),
    "cache": function("self filename name", _cache),
    "shard": function("self num_shards index name", _same),
    "filter": function("self predicate name", _same),
    "with_options": function("self options name", _same),
    "batch": function("self batch_size drop_remainder num_parallel_calls deterministic name", _batch),
    "padded_batch": function("self batch_size padded_shapes padding_values drop_remainder name", _padded_batch),
    "unbatch": function("self name", _unbatch),
    "map": function("self map_func num_parallel_calls deterministic name", _map),
    "concatenate": function("self dataset name", _concatenate),
}
"""Methods of data sets."""

_DATASET = "tensorflow.data.Dataset"
FUNCTIONS: dict[str, Function] = {
    f"{_DATASET}.from_tensor_slices": function("tensors name", _from_slices),
    f"{_DATASET}.from_tensors": function("tensors name", _from_tensors),
    f"{_DATASET}.range": function("start stop step output_type", _range),
    f"{_DATASET}.zip": function("dataset0 dataset1 dataset2 dataset3", _zip),
}
"""Functions that make data sets, by canonical name."""
