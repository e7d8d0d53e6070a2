"""Attributes: reading and setting them on everything that a program holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from tdlint.interp.data import arrays, preparation
from tdlint.interp.heap import BoundMethod, InstanceObject, ModuleValue, Ref, SomeLayer, SuperValue, VariableValue
from tdlint.interp.keras import (
    callbacks,
    dated,
    history,
    metric_calls,
    model_layers,
    models,
    own_weights,
    sequential_tensors,
)
from tdlint.interp.program import Assignment
from tdlint.interp.python import classes, containers, functions, modules, names
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import Run
from tdlint.shapes import UnknownShape
from tdlint.spec.migration.members import ONLY_KERAS
from tdlint.values import (
    NONE,
    Arguments,
    ArrayValue,
    ClassValue,
    Const,
    FunctionValue,
    Instance,
    LayerObject,
    ModelValue,
    OneOf,
    Sequence,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    text,
)

WORD_INDEX = "tokenizer.word_index"
"""What the dict of a tokenizer without a limit is called: its numbers start at 1, so there is one more than words."""


def get(run: Run, owner: Value, name: str, node: cst.CSTNode) -> Value:
    """``owner.name``."""
    kind = type(owner)
    if kind is Symbol:
        run.by_version = run.by_version or name == "__version__"
        return names.attribute_of_symbol(run, owner, name, node)  # type: ignore[arg-type]
    if kind is Unknown:
        if name.startswith("reset_state"):
            metric_calls.reset_of_unknown(run, node)
        if name in ONLY_KERAS and name not in run.functions_named:
            dated.read(run, owner, name, node)
        if name in models.METHODS or name == "reshape":
            return BoundMethod(owner, name)
        if name == "optimizer" and owner.name == callbacks.MODEL:  # type: ignore[attr-defined]
            return callbacks.optimizer(run)
        return Unknown(owner.reason, name)  # type: ignore[attr-defined]
    handler = _GETTERS.get(kind)
    return handler(run, owner, name, node) if handler is not None else Unknown(f"attribute {name}", name)


def _of_class(run: Run, owner: ClassValue, name: str, node: cst.CSTNode) -> Value:
    if name == "__name__":
        return Const(owner.name)
    found = classes.find_attribute(run, owner.key, name)
    if isinstance(found, FunctionValue):
        kind = run.functions[found.key].kind
        if kind == "class":
            return replace(found, bound_self=owner)
        return Unknown(f"attribute {name} of a class", name) if kind in ("property", "unknown") else found
    if found is None or run.classes[owner.key].open:
        return Unknown(f"attribute {name} of a class", name)
    return found


def _of_any(run: Run, owner: OneOf, name: str, node: cst.CSTNode) -> Value:
    # None has no attributes: where the program goes on, it was not None
    options = [option for option in owner.options if not option.must_be(None)]
    return functions.any_path(run, *(_got(run, option, name, node) for option in options))


def _got(run: Run, owner: Value, name: str, node: cst.CSTNode) -> Callable[[], Value]:
    return lambda: get(run, owner, name, node)


def _method(run: Run, owner: Value, name: str, node: cst.CSTNode) -> Value:
    return BoundMethod(owner, name)


def _of_sequence(run: Run, owner: Sequence, name: str, node: cst.CSTNode) -> Value:
    dated.read_of_shape(run, name, node)
    return BoundMethod(owner, name)


def _of_constant(run: Run, owner: Const, name: str, node: cst.CSTNode) -> Value:
    return BoundMethod(owner, name) if isinstance(owner.value, str) else Unknown(f"attribute {name}", name)


def _of_object(run: Run, owner: Instance | LayerObject | ModelValue, name: str, node: cst.CSTNode) -> Value:
    attributes = classes.attributes_of(run, owner)
    if attributes is not None:
        if name == "__dict__":
            run.lose(owner)  # whoever has it may set any of them
            return Unknown("the attributes of an object")
        found = attributes.get(name)
        key = classes.class_key(run, owner)
        member = None if key is None else classes.find_attribute(run, key, name)
        if isinstance(member, FunctionValue) and run.functions[member.key].kind == "property":
            return functions.enter(run, replace(member, bound_self=owner), CallArguments())
        if found is not None:
            return found if name not in attributes.partial or member is None else run.merge(found, member)
        if isinstance(member, FunctionValue):
            return _bound(run, member, owner)
        if attributes.open and (member is not None or isinstance(owner, Instance)):
            return run.merge(Unknown(f"attribute {name}", name), *(() if member is None else (member,)))
        if member is not None:
            is_descriptor = type(member) is Instance and classes.class_key(run, member) is not None
            return Unknown(f"attribute {name}, which may be a descriptor", name) if is_descriptor else member
        if isinstance(owner, Instance):
            return callbacks.model(run, owner, name) or Unknown(f"attribute {name} of {owner.type}", name)
    if attributes is None or not classes.is_open(run, owner):
        dated.read(run, owner, name, node)
    if isinstance(owner, ModelValue):
        return models.attribute(run, owner, name)
    if isinstance(owner, LayerObject):
        return _of_layer(run, owner, name)
    if name in arrays.OBJECT_METHODS.get(owner.type, ()) or _is_recorded(owner, name):
        return BoundMethod(owner, name)
    if owner.type == history.HISTORY and name == "history":
        return history.logs(owner)
    if owner.type == history.LOGS and name not in history.READING:
        history.forget(run, owner)
    limited = owner.args.passes("num_words") and not owner.args.get("num_words").must_be(None)
    if name == "word_index" and owner.type.endswith(".text.Tokenizer") and not limited:
        return Unknown("the numbers of the words in texts", WORD_INDEX)
    value = owner.args.get(name)
    return Unknown(f"attribute {name} of {owner.type}", name) if isinstance(value, Unknown) else value


def _is_recorded(owner: Instance, name: str) -> bool:
    return metric_calls.is_followed(owner, name) or preparation.is_followed(owner, name)


def _bound(run: Run, member: FunctionValue, owner: Value) -> Value:
    kind = run.functions[member.key].kind
    if kind == "class":
        own = classes.attributes_of(run, owner)
        found = None if own is None else own.get("__class__")
        return replace(member, bound_self=found)
    if member.bound_self is not None or kind == "static":
        return member
    return replace(member, bound_self=owner)


# Attributes of library layers that are the arguments as they were given; others are made into something else.
_AS_GIVEN = frozenset(
    {
        *("units", "filters", "rate", "use_bias", "input_dim", "output_dim", "mask_zero", "n", "name", "layer"),
        *("return_sequences", "return_state", "stateful", "go_backwards", "center", "scale", "num_heads", "key_dim"),
    }
)


def _of_layer(run: Run, owner: LayerObject, name: str) -> Value:
    layer = run.layer(owner)
    if name == "trainable":
        return Unknown("trainable differs between paths") if layer.trainable is None else Const(layer.trainable)
    if name == "output":
        return _output(run, layer)
    value = layer.args.get(name)
    if isinstance(value, Unknown):
        return BoundMethod(owner, name)
    return value if name in _AS_GIVEN else Unknown(f"attribute {name} of a layer", name)


def _output(run: Run, layer: LayerObject) -> Value:
    """``layer.output``: what came out of the one call of a layer."""
    made = [node for node in run.nodes.values() if node.layer.key == layer.key]
    if not made and not layer.repeated:
        found = sequential_tensors.output_in_model(run, layer)
        if found is not None:
            return found
    if len(made) != 1 or layer.repeated or not made[0].certain:
        return Unknown("the output of a layer that is not called once in sight", "output")
    tensors = tuple(TensorValue(shape, None, made[0].id, index) for index, shape in enumerate(made[0].outputs))
    return tensors[0] if len(tensors) == 1 else Sequence(tensors)


def _of_super(run: Run, owner: SuperValue, name: str, node: cst.CSTNode) -> Value:
    key = classes.class_key(run, owner.self_value)
    if isinstance(owner.self_value, ClassValue):
        key = owner.self_value.key
    member = classes.find_attribute(run, key or owner.owner, name, after=owner.owner)
    if isinstance(member, FunctionValue):
        kind = run.functions[member.key].kind
        if kind == "property":
            return functions.enter(run, replace(member, bound_self=owner.self_value), CallArguments())
        return member if kind == "static" else replace(member, bound_self=owner.self_value)
    return BoundMethod(owner, name)


def _of_function(run: Run, owner: FunctionValue, name: str, node: cst.CSTNode) -> Value:
    return BoundMethod(owner, name)


def _of_tensor(run: Run, owner: TensorValue, name: str, node: cst.CSTNode) -> Value:
    dated.read_of_tensor(run, owner, name, node)
    if name == "shape":
        if isinstance(owner.shape, UnknownShape):
            return Unknown(owner.shape.reason, "shape")
        return Sequence(
            tuple(Const(dim) if isinstance(dim, int) else Unknown("a dimension", None) for dim in owner.shape), "tuple"
        )
    return BoundMethod(owner, name)


def _of_some_layer(run: Run, owner: SomeLayer, name: str, node: cst.CSTNode) -> Value:
    dated.read(run, owner, name, node)
    if name == "output" and owner.output is not None:
        return owner.output
    if name == "add_loss":
        return BoundMethod(owner, name)
    return Unknown(f"attribute {name} of a layer of which it is not known which one it is", name)


_GETTERS: dict[type[Value], Callable[[Run, Any, str, cst.CSTNode], Value]] = {
    **dict.fromkeys(arrays.DATA_TYPES, arrays.attribute),
    ClassValue: _of_class,
    Const: _of_constant,
    FunctionValue: _of_function,
    Instance: _of_object,
    LayerObject: _of_object,
    ModelValue: _of_object,
    ModuleValue: lambda run, owner, name, node: modules.attribute(run, owner, name),
    OneOf: _of_any,
    Ref: _method,
    Sequence: _of_sequence,
    SomeLayer: _of_some_layer,
    SuperValue: _of_super,
    TensorValue: _of_tensor,
    VariableValue: _of_tensor,
}


def set_attribute(run: Run, owner: Value, name: str, value: Value, node: cst.CSTNode | None) -> None:
    """``owner.name = value``; ``node`` is the place of it, None where there is none to show."""
    if isinstance(owner, OneOf):
        _set_on_one(run, owner, name, value, node)
        return
    if isinstance(owner, ArrayValue):
        arrays.set_attribute(run, owner, name)
        return
    if isinstance(owner, ClassValue):
        classes.set_class_attribute(run, owner, name, value)
        return
    if isinstance(owner, ModuleValue):
        run.state.own(owner.frame)[name] = value
        return
    if node is not None:
        _record(run, owner, name, value, node)
    if isinstance(owner, SomeLayer):
        model_layers.touch_layers(run, owner.model, owner.among, renamed=name in ("name", "_name"))
        return
    if isinstance(owner, LayerObject | ModelValue) and name == "trainable":
        _set_trainable(run, owner, value)
    if isinstance(owner, LayerObject | ModelValue) and name in ("name", "_name"):
        model_layers.rename(run, owner, text(value))
    if not classes.set_object_attribute(run, owner, name, value) and isinstance(owner, LayerObject):
        _set_layer_argument(run, owner, name, value)


def _record(run: Run, owner: Value, name: str, value: Value, node: cst.CSTNode) -> None:
    """Tell the rules, if it may mean something to Keras: no attribute that a class of the program has for itself."""
    if isinstance(owner, SomeLayer):
        model = run.model(owner.model)
        built = model is not None and (model.kind == "functional" or model_layers.is_built(run, owner.model))
        made = Assignment(ModelValue(owner.model), name, value, run.site(node), built=built, of_layer=True)
    elif isinstance(owner, LayerObject | ModelValue | Instance):
        if name != "trainable" and classes.attributes_of(run, owner) is not None:
            return
        built = isinstance(owner, LayerObject) and model_layers.has_weights(run, owner)
        made = Assignment(owner, name, value, run.site(node), built=built)
    else:
        return
    run.record_assignment(replace(made, value=containers.snapshot(run, value)))


def _set_on_one(run: Run, owner: OneOf, name: str, value: Value, node: cst.CSTNode | None) -> None:
    def setting(option: Value) -> Callable[[], Value]:
        def work() -> Value:
            set_attribute(run, option, name, value, node)
            return NONE

        return work

    functions.any_path(run, *(setting(option) for option in owner.options if not option.must_be(None)))


def delete_attribute(run: Run, owner: Value, name: str) -> None:
    """``del owner.name``."""
    key = owner.key if isinstance(owner, ClassValue) else None
    if isinstance(owner, Instance | LayerObject | ModelValue):
        key = -owner.key
    thing = None if key is None else run.state.heap.get(key)
    if key is None or not isinstance(thing, InstanceObject):
        run.lose(owner)
    else:
        run.state.heap[key] = thing.without(name)


def _set_trainable(run: Run, owner: LayerObject | ModelValue, value: Value) -> None:
    known = bool(value.value) if isinstance(value, Const) else None
    thing = run.state.heap.get(owner.key)
    if isinstance(thing, LayerObject):
        run.state.heap[owner.key] = replace(thing, trainable=known)
        for layer in own_weights.held_layers(run, owner) if thing.custom else ():
            _set_trainable(run, layer, value)
    model = run.model(owner.key)
    if model is not None:
        run.state.heap[owner.key] = replace(model, trainable=known)
        for layer in model_layers.known_layers(run, owner.key):
            _set_trainable(run, layer, value)


def _set_layer_argument(run: Run, owner: LayerObject, name: str, value: Value) -> None:
    """Setting ``layer.kernel_regularizer`` after the layer is made: whether it acts depends on when; so unknown."""
    current = run.layer(owner)
    if current.args.passes(name) or any(name == key for key, _ in current.args.defaults):
        changed: Arguments = current.args.replace(name, Unknown(f"{name} was set after the layer was made", name))
        run.state.heap[owner.key] = replace(current, args=changed)
