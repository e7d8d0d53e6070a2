"""Models of ``keras.applications``: each is one node whose inside is not seen, but whose numbers are known."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import libcst as cst

from tdlint.graph import LayerNode, ModelGraph
from tdlint.interp.data.array_arguments import Function, Given, NotFollowed, function
from tdlint.interp.data.array_memory import forget
from tdlint.interp.heap import LayerList, ModelObject, SomeLayer
from tdlint.interp.keras.tensors import edge_of, operation
from tdlint.interp.python.arguments import CallArguments, bound
from tdlint.interp.run import Run
from tdlint.layer_order import as_listed
from tdlint.naming import UNKNOWN_NAME
from tdlint.shapes import AnyShape, UnknownShape
from tdlint.spec import applications, layers
from tdlint.spec.applications.base import Mode
from tdlint.spec.applications.families import MODES
from tdlint.spec.applications.preprocessing import prepared
from tdlint.spec.dtypes import is_float
from tdlint.spec.layers.base import Invalid, Undecided
from tdlint.spec.ranges import fit
from tdlint.values import (
    ArrayValue,
    LayerObject,
    ModelValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    text,
)


def is_hidden(layer: LayerObject) -> bool:
    """Whether a layer stands for all layers of a model of ``keras.applications``."""
    return layer.type.startswith(applications.PREFIX)


def make(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> ModelValue | None:
    """``keras.applications.VGG16(…)``; None if there is no such model, or the image data format is not the usual."""
    entry = applications.find(symbol.name)
    if entry is None or run.data_format is not None:
        return None
    arguments = bound(run, args, entry.signature)
    key = run.fresh()
    plain = LayerObject(key, symbol.name, arguments, symbol.namespace, None, run.site(node))
    name = applications.model_name(plain) or UNKNOWN_NAME
    layer = LayerObject(
        key, symbol.name, arguments, symbol.namespace, name, run.site(node), repeated=run.loops_unknown > 0
    )
    run.state.heap[key] = layer
    run.activity += 1
    given = arguments.get("input_tensor")
    tensor = given if isinstance(given, TensorValue) else _own_input(run, layer, node)
    shapes: tuple[AnyShape, ...] = (tensor.shape,)
    made = LayerNode(
        run.fresh(),
        layer,
        shapes,
        layers.outputs(layer, shapes)[:1],
        (edge_of(tensor),),
        certain=not run.uncertain,
        site=run.site(node),
    )
    run.nodes[made.id] = made
    output = TensorValue(made.outputs[0], None, made.id)
    unknown = () if arguments.complete else ("made with arguments that are not known",)
    return ModelValue(
        run.allocate(
            ModelObject("functional", run.site(node), name, (), _sources(run, tensor), (output,), unknown=unknown)
        )
    )


def _own_input(run: Run, layer: LayerObject, node: cst.Call) -> TensorValue:
    shape: AnyShape
    try:
        shape = applications.image_shape(layer)
    except Undecided as reason:
        shape = UnknownShape(str(reason))
    except Invalid as reason:
        shape = UnknownShape(f"Keras refuses it: {reason}")
    made = LayerObject(run.fresh(), "keras.layers.InputLayer", site=run.site(node))
    run.inputs[made.key] = made
    return TensorValue(shape, input=made)


def _sources(run: Run, tensor: TensorValue) -> tuple[Value, ...]:
    """The inputs of the model that a tensor belongs to; Keras takes the first."""
    wanted, seen = [tensor], set()
    while wanted:
        each = wanted.pop()
        if each.producer is None:
            return (each,)
        node = run.nodes[each.producer]
        for edge, shape in zip(node.edges, node.inputs, strict=False):
            if edge.input is not None:
                return (TensorValue(shape, input=run.inputs.get(edge.input)),)
            if edge.producer is not None and edge.producer not in seen:
                seen.add(edge.producer)
                wanted.append(TensorValue(shape, None, edge.producer, edge.index))
    return (Unknown("the input of the model"),)


def listed(run: Run, graph: ModelGraph, key: int) -> LayerList | None:
    """``model.layers`` where a part of them is hidden; None if none is, or their order is not sure."""
    nodes = [node for node in as_listed(graph) if not node.type.startswith("operation.")]
    at = [number for number, node in enumerate(nodes) if is_hidden(node.layer)]
    if len(at) != 1 or any(len(node.edges) > 1 for node in nodes):
        return None
    before, after = (
        tuple(ModelValue(node.layer.key) if node.inner is not None else node.layer for node in part)
        for part in (nodes[: at[0]], nodes[at[0] + 1 :])
    )
    hidden = nodes[at[0]]
    output = TensorValue(hidden.outputs[0], None, hidden.id) if hidden.outputs else None
    return LayerList(key, before, hidden.layer, after, output)


def named(run: Run, found: LayerList, name: str) -> SomeLayer:
    """The layer of this name among the hidden ones."""
    last = applications.last_layer_name(run.layer(found.hidden)) == name
    return SomeLayer(found.model, found.output if last else None)


def preprocess_tensor(run: Run, mode: str, tensor: TensorValue, node: cst.CSTNode) -> TensorValue:
    """``preprocess_input`` in a model: the operations that it consists of."""
    shape = tensor.shape
    if mode == "caffe":
        one = replace(tensor, shape=shape if isinstance(shape, UnknownShape) else shape[:-1])
        channels = [operation(run, "get_item", (one,), node) for _ in range(3)]
        stacked = operation(run, "stack", [replace(each, shape=shape) for each in channels], node)
        return operation(run, "add", (stacked,), node)
    for name in {"tf": ("true_divide", "subtract"), "torch": ("true_divide", "add", "true_divide")}.get(mode, ()):
        tensor = operation(run, name, (tensor,), node)
    return tensor


def _preprocess(mode: Mode, given: Given) -> Value:
    """``preprocess_input`` of an array; of real numbers, it writes the result into the array."""
    array = given.need("x")
    if not isinstance(array, ArrayValue):
        raise NotFollowed("preprocess_input of what is no array")
    chosen = given.get("mode")
    if chosen is not None:
        mode = _MODE_NAMED.get(text(chosen) or "", "identity")
    if mode == "identity":
        if chosen is not None:
            raise NotFollowed("preprocess_input in a mode that is not known")
        return array
    in_place = array.dtype is None or is_float(array.dtype)
    if in_place:
        forget(given.run, array)
    shape = array.shape
    if isinstance(shape, UnknownShape):
        raise NotFollowed(shape.reason)
    last = shape[-1] if shape else None
    if mode != "tf" and given.get("data_format") is None and isinstance(last, int) and last != 3:
        raise NotFollowed(f"preprocess_input of images of {last} channels")
    dtype = array.dtype if in_place else "float32"
    range_ = None if array.range is None else fit(prepared(mode, array.range), dtype)
    return ArrayValue(shape, dtype, range_, memory=array.memory if in_place else frozenset())


_MODE_NAMED: dict[str, Mode] = {"tf": "tf", "torch": "torch", "caffe": "caffe"}

FUNCTIONS: dict[str, Function] = {
    f"{applications.PREFIX}{module}.preprocess_input": function(
        "x data_format mode" if module == "imagenet_utils" else "x data_format", partial(_preprocess, mode)
    )
    for module, mode in MODES.items()
}
"""``preprocess_input`` of every module, by canonical name."""
