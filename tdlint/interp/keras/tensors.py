"""Symbolic tensors: operations on them, and slices of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from tdlint.graph import Edge, LayerNode
from tdlint.interp.heap import VariableValue
from tdlint.interp.run import Run
from tdlint.shapes import AnyShape, Shape, UnknownShape
from tdlint.spec import indexing, operations
from tdlint.spec.arrays import Fails
from tdlint.values import (
    Arguments,
    ArrayValue,
    Const,
    LayerObject,
    LoopIndex,
    TensorValue,
    TimeStep,
    Unknown,
    Value,
    integer,
)
from tdlint.values import Sequence as SequenceValue


def edge_of(value: Value) -> Edge:
    """The edge that a tensor argument is."""
    if isinstance(value, TensorValue):
        if value.producer is not None:
            return Edge(value.producer, value.output_index)
        if value.input is not None:
            return Edge(None, 0, "an input", value.input.key)
        return Edge(None, 0, "one of several tensors, by path" if value.joined else "a tensor of unknown origin")
    return Edge(None, 0, value.reason if isinstance(value, Unknown) else "not a tensor that is known")


def shape_of_tensor(value: Value) -> AnyShape:
    """The shape of a tensor argument."""
    if isinstance(value, TensorValue | ArrayValue):
        return value.shape
    return UnknownShape(value.reason if isinstance(value, Unknown) else "not a tensor that is known")


def operation(run: Run, name: str, operands: Sequence[Value], node: cst.CSTNode) -> TensorValue:
    """The result of an operator or method: a node without weights, so that the graph stays connected."""
    try:
        shape = _elementwise_shape(name, operands)
    except Fails as reason:
        shape = UnknownShape(f"Keras refuses it: {reason}")
    return _results(run, name, operands, (shape,), node)[0]


def computed(run: Run, name: str, operands: Sequence[Value], found: AnyShape | list[Shape], node: cst.CSTNode) -> Value:
    """The result of a function; ``found`` is its shape, or the shapes of several results."""
    if isinstance(found, list):
        return SequenceValue(_results(run, name, operands, tuple(found), node), "list")
    return _results(run, name, operands, (found,), node)[0]


def _results(
    run: Run, name: str, operands: Sequence[Value], shapes: tuple[AnyShape, ...], node: cst.CSTNode
) -> tuple[TensorValue, ...]:
    tensors = [value for value in operands if isinstance(value, TensorValue) and not isinstance(value, VariableValue)]
    key = run.fresh()
    layer = LayerObject(key, f"operation.{name}", Arguments(), site=run.site(node), name=name)
    run.add_node(
        LayerNode(
            key,
            layer,
            tuple(tensor.shape for tensor in tensors),
            shapes,
            tuple(edge_of(tensor) for tensor in tensors),
            certain=not run.uncertain,
            site=layer.site,
            within=run.within,
        )
    )
    dtype = tensors[0].dtype if tensors else None
    return tuple(TensorValue(shape, dtype, key, index) for index, shape in enumerate(shapes))


def _elementwise_shape(name: str, operands: Sequence[Value]) -> AnyShape:
    shapes: list[AnyShape] = []
    for value in operands:
        if isinstance(value, TensorValue | ArrayValue):
            shapes.append(value.shape)
        elif not (isinstance(value, Const) and isinstance(value.value, int | float)):
            why = value.reason if isinstance(value, Unknown) else "something that is not known"
            return UnknownShape(f"computed with {why}")
    if name != "matmul":
        return operations.broadcast(*shapes)
    unknown = next((shape for shape in shapes if isinstance(shape, UnknownShape)), None)
    known = [shape for shape in shapes if not isinstance(shape, UnknownShape)]
    return unknown or (operations.matmul(*known) if len(known) == 2 else UnknownShape("matmul of a number"))


def subscript_tensor(run: Run, tensor: TensorValue, index: list[Value | slice], node: cst.CSTNode) -> Value:
    """``x[:, i, 0]``: an int or unknown index takes an axis away, a slice keeps it."""
    if not any(isinstance(entry, Const) and entry.value in (..., None) for entry in index):
        _require(run, tensor, len(index))
    result = _results(run, "slice", (tensor,), (_sliced(tensor.shape, index),), node)[0]
    if len(index) >= 2 and _is_full(index[0]) and not isinstance(index[1], slice):
        position = index[1]
        if isinstance(position, LoopIndex) or integer(position) is not None:
            return replace(result, step=TimeStep(tensor.producer, position))
    return result


def _require(run: Run, tensor: TensorValue, ndim: int) -> None:
    """Remember how many axes the first argument of the function being entered must have."""
    frame = run.frames[-1]
    first = frame.first_argument
    if isinstance(first, TensorValue) and first == tensor and not run.uncertain:
        frame.required_ndim = max(frame.required_ndim or 0, ndim)


def _is_full(entry: Value | slice) -> bool:
    return isinstance(entry, slice) and entry == slice(None, None, None)


def _sliced(shape: AnyShape, index: list[Value | slice]) -> AnyShape:
    entries = [_entry(entry) for entry in index]
    known = [entry for entry in entries if entry is not None]
    if len(known) < len(entries):
        return UnknownShape("an index that is not known")
    try:
        return operations.item(shape, known)
    except Fails as reason:
        return UnknownShape(f"Keras refuses it: {reason}")


def _entry(entry: Value | slice) -> indexing.Entry | None:
    if isinstance(entry, slice):
        bounds = [entry.start, entry.stop, entry.step]
        numbers = [None if bound is None or bound.must_be(None) else integer(bound) for bound in bounds]
        given = [bound is not None and not bound.must_be(None) for bound in bounds]
        known = all(number is not None for number, there in zip(numbers, given, strict=True) if there)
        return indexing.Cut(numbers[0], numbers[1], numbers[2], known)
    if isinstance(entry, LoopIndex) or integer(entry) is not None:
        return indexing.At(integer(entry))
    if entry.must_be(None):
        return indexing.NewAxis()
    return indexing.Rest() if entry.must_be(...) else None
