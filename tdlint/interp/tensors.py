"""Symbolic tensors: operations on them, and slices of them."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tdlint.graph import Edge, LayerNode
from tdlint.interp.run import Run
from tdlint.shapes import AnyShape, UnknownDim, UnknownShape
from tdlint.values import (
    Arguments,
    Const,
    LayerObject,
    LoopIndex,
    TensorValue,
    TimeStep,
    Unknown,
    Value,
    integer,
)


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
    if isinstance(value, TensorValue):
        return value.shape
    return UnknownShape(value.reason if isinstance(value, Unknown) else "not a tensor that is known")


def operation(run: Run, name: str, operands: Sequence[Value], node: cst.CSTNode) -> TensorValue:
    """The result of an operation that is not a layer: a node without weights, so that the graph stays connected."""
    tensors = [value for value in operands if isinstance(value, TensorValue)]
    shape = _elementwise_shape(operands)
    key = run.fresh()
    layer = LayerObject(key, f"operation.{name}", Arguments(), site=run.site(node), name=name)
    run.nodes[key] = LayerNode(
        key,
        layer,
        tuple(tensor.shape for tensor in tensors),
        (shape,),
        tuple(edge_of(tensor) for tensor in tensors),
        certain=not run.uncertain,
        site=layer.site,
    )
    return TensorValue(shape, tensors[0].dtype if tensors else None, key)


def _elementwise_shape(operands: Sequence[Value]) -> AnyShape:
    shapes = []
    for value in operands:
        if isinstance(value, TensorValue):
            shapes.append(value.shape)
        elif not (isinstance(value, Const) and isinstance(value.value, int | float)):
            return UnknownShape("computed with something that is not known")
    first = shapes[0]
    return first if all(shape == first for shape in shapes) else UnknownShape("broadcast of different shapes")


def subscript_tensor(run: Run, tensor: TensorValue, index: list[Value | slice], node: cst.CSTNode) -> Value:
    """``x[:, i, 0]``: an int or unknown index takes an axis away, a slice keeps it."""
    if any(isinstance(entry, Const) and entry.value in (..., None) for entry in index):
        return operation(run, "slice", (TensorValue(UnknownShape("sliced with ... or None")), tensor), node)
    _require(run, tensor, len(index))
    result = operation(run, "slice", (tensor,), node)
    shape = _sliced(tensor.shape, index)
    run.nodes[result.producer] = _with_output(run.nodes[result.producer], shape)  # type: ignore[index]
    step = None
    if len(index) >= 2 and _is_full(index[0]) and not isinstance(index[1], slice):
        position = index[1]
        if isinstance(position, LoopIndex) or integer(position) is not None:
            step = TimeStep(tensor.producer, position)
    return TensorValue(shape, tensor.dtype, result.producer, 0, step)


def _with_output(node: LayerNode, shape: AnyShape) -> LayerNode:
    return LayerNode(node.id, node.layer, node.inputs, (shape,), node.edges, certain=node.certain, site=node.site)


def _require(run: Run, tensor: TensorValue, ndim: int) -> None:
    """Remember how many axes the first argument of the function being entered must have."""
    frame = run.frames[-1]
    first = frame.first_argument
    if isinstance(first, TensorValue) and first == tensor and not run.uncertain:
        frame.required_ndim = max(frame.required_ndim or 0, ndim)


def _is_full(entry: Value | slice) -> bool:
    return isinstance(entry, slice) and entry == slice(None, None, None)


def _sliced(shape: AnyShape, index: list[Value | slice]) -> AnyShape:
    if isinstance(shape, UnknownShape):
        return shape
    if len(index) > len(shape):
        return UnknownShape("more indices than axes")
    kept = []
    for dim, entry in zip(shape, index, strict=False):
        if _is_full(entry):
            kept.append(dim)
        elif isinstance(entry, slice):
            kept.append(UnknownDim("a slice"))
        elif not (isinstance(entry, LoopIndex) or integer(entry) is not None):
            return UnknownShape("an index that is not known")
    return (*kept, *shape[len(index) :])
