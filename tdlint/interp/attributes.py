"""Attributes: reading and setting them on everything that a program holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from tdlint.interp import classes, functions, models, names
from tdlint.interp.arguments import CallArguments
from tdlint.interp.run import Run
from tdlint.interp.state import BoundMethod, Ref, SuperValue
from tdlint.shapes import UnknownShape
from tdlint.values import (
    Arguments,
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
    join,
)


def get(run: Run, owner: Value, name: str, node: cst.CSTNode) -> Value:
    """``owner.name``."""
    kind = type(owner)
    if kind is Symbol:
        return names.attribute_of_symbol(run, owner, name, node)  # type: ignore[arg-type]
    if kind is Unknown:
        if name in models.METHODS:
            return BoundMethod(owner, name)
        return Unknown(owner.reason, name)  # type: ignore[attr-defined]
    handler = _GETTERS.get(kind)
    return handler(run, owner, name, node) if handler is not None else Unknown(f"attribute {name}", name)


def _of_class(run: Run, owner: ClassValue, name: str, node: cst.CSTNode) -> Value:
    found = classes.find_attribute(run, owner.key, name)
    return found if found is not None else Unknown(f"attribute {name} of a class")


def _of_any(run: Run, owner: OneOf, name: str, node: cst.CSTNode) -> Value:
    result = get(run, owner.options[0], name, node)
    for option in owner.options[1:]:
        result = join(result, get(run, option, name, node))
    return result


def _method(run: Run, owner: Value, name: str, node: cst.CSTNode) -> Value:
    return BoundMethod(owner, name)


def _of_constant(run: Run, owner: Const, name: str, node: cst.CSTNode) -> Value:
    return BoundMethod(owner, name) if isinstance(owner.value, str) else Unknown(f"attribute {name}", name)


def _of_object(run: Run, owner: Instance | LayerObject | ModelValue, name: str, node: cst.CSTNode) -> Value:
    attributes = classes.attributes_of(run, owner)
    if attributes is not None:
        found = attributes.get(name)
        if found is not None:
            return found
        key = classes.class_key(run, owner)
        member = None if key is None else classes.find_attribute(run, key, name)
        if isinstance(member, FunctionValue):
            function = run.functions[member.key]
            bound = member if function.kind == "static" else replace(member, bound_self=owner)
            return functions.enter(run, bound, CallArguments()) if function.kind == "property" else bound
        if member is not None:
            return member
        if isinstance(owner, Instance):
            return Unknown(f"attribute {name} of {owner.type}", name)
    if isinstance(owner, ModelValue):
        return models.attribute(run, owner, name)
    if isinstance(owner, LayerObject):
        if name == "trainable":
            trainable = run.layer(owner).trainable
            return Unknown("trainable differs between paths") if trainable is None else Const(trainable)
        value = owner.args.get(name)
        return BoundMethod(owner, name) if isinstance(value, Unknown) else value
    value = owner.args.get(name)
    return Unknown(f"attribute {name} of {owner.type}", name) if isinstance(value, Unknown) else value


def _of_super(run: Run, owner: SuperValue, name: str, node: cst.CSTNode) -> Value:
    for base in run.classes[owner.owner].own_bases:
        member = classes.find_attribute(run, base, name)
        if isinstance(member, FunctionValue):
            return replace(member, bound_self=owner.self_value)
    return BoundMethod(owner, name)


def _of_tensor(run: Run, owner: TensorValue, name: str, node: cst.CSTNode) -> Value:
    if name == "shape":
        if isinstance(owner.shape, UnknownShape):
            return Unknown(owner.shape.reason, "shape")
        return Sequence(
            tuple(Const(dim) if isinstance(dim, int) else Unknown("a dimension", None) for dim in owner.shape), "tuple"
        )
    return BoundMethod(owner, name)


_GETTERS: dict[type[Value], Callable[[Run, Any, str, cst.CSTNode], Value]] = {
    ClassValue: _of_class,
    Const: _of_constant,
    Instance: _of_object,
    LayerObject: _of_object,
    ModelValue: _of_object,
    OneOf: _of_any,
    Ref: _method,
    Sequence: _method,
    SuperValue: _of_super,
    TensorValue: _of_tensor,
}


def set_attribute(run: Run, owner: Value, name: str, value: Value, node: cst.CSTNode) -> None:
    """``owner.name = value``."""
    if isinstance(owner, LayerObject | ModelValue) and name == "trainable":
        _set_trainable(run, owner, value)
    if not classes.set_object_attribute(run, owner, name, value) and isinstance(owner, LayerObject):
        _set_layer_argument(run, owner, name, value)


def _set_trainable(run: Run, owner: LayerObject | ModelValue, value: Value) -> None:
    known = bool(value.value) if isinstance(value, Const) else None
    thing = run.state.heap.get(owner.key)
    if isinstance(thing, LayerObject):
        run.state.heap[owner.key] = replace(thing, trainable=known)
    model = run.model(owner.key)
    if model is not None:
        run.state.heap[owner.key] = replace(model, trainable=known)


def _set_layer_argument(run: Run, owner: LayerObject, name: str, value: Value) -> None:
    """Setting ``layer.kernel_regularizer`` after the layer is made: whether it acts depends on when; so unknown."""
    current = run.layer(owner)
    if current.args.passes(name) or any(name == key for key, _ in current.args.defaults):
        changed: Arguments = current.args.replace(name, Unknown(f"{name} was set after the layer was made", name))
        run.state.heap[owner.key] = replace(current, args=changed)
