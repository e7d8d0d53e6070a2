"""Calls: from a call expression to whoever answers it."""

from __future__ import annotations

import libcst as cst

from tdlint.interp import attributes, classes, containers, expressions, functions, layers, library, models
from tdlint.interp.arguments import CallArguments
from tdlint.interp.builtin_calls import call_builtin, call_text_method
from tdlint.interp.names import bind_name
from tdlint.interp.run import Run
from tdlint.interp.state import BoundMethod, DictObject, ListObject, ModelObject, Ref, SuperValue
from tdlint.interp.tensors import operation
from tdlint.values import (
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
    text,
)


def call(run: Run, node: cst.Call) -> Value:
    """The value of a call expression, after what it does."""
    target = node.func
    if type(target) is cst.Name and target.value == "super":
        return _super(run)
    callee = expressions.evaluate(run, target)
    args = evaluate_arguments(run, node)
    if isinstance(callee, BoundMethod) and isinstance(callee.owner, Unknown):
        callee = _adopt_model(run, callee, args, target)
    return apply(run, callee, args, node)


def evaluate_arguments(run: Run, node: cst.Call) -> CallArguments:
    """The arguments of a call in the order of the source, ``*`` and ``**`` spread where they are known."""
    positional: list[tuple[Value, cst.CSTNode | None]] = []
    keywords: dict[str, tuple[Value, cst.CSTNode | None]] = {}
    complete = True
    for arg in node.args:
        value = expressions.evaluate(run, arg.value)
        if arg.star == "*":
            items, rest = containers.iterate(run, value)
            positional.extend((item, arg) for item in items)
            complete = complete and rest is None
        elif arg.star == "**":
            spread = containers.as_dict(run, value)
            if spread is None:
                complete = False
                continue
            for key, item in spread.items:
                name = text(key)
                if name is not None:
                    keywords[name] = (item, arg)
            complete = complete and spread.rest is None
        elif arg.keyword is not None:
            keywords[arg.keyword.value] = (value, arg.value)
        else:
            positional.append((value, arg.value))
    return CallArguments(tuple(positional), keywords, complete)


def apply(run: Run, callee: Value, args: CallArguments, node: cst.Call) -> Value:
    """Call a value."""
    if type(callee) is Symbol:
        if callee.name.startswith("builtins."):
            return call_builtin(run, callee.name[9:], args, node)
        return library.call_symbol(run, callee, args, node)
    if isinstance(callee, FunctionValue):
        return functions.enter(run, callee, args)
    if isinstance(callee, ClassValue):
        return classes.instantiate(run, callee, args, node)
    if isinstance(callee, LayerObject):
        return layers.call_layer(run, callee, args, node)
    if isinstance(callee, ModelValue):
        return models.call_model(run, callee, args, node)
    if isinstance(callee, BoundMethod):
        return _call_method(run, callee, args, node)
    if isinstance(callee, OneOf):
        result = apply(run, callee.options[0], args, node)
        for option in callee.options[1:]:
            result = join(result, apply(run, option, args, node))
        return result
    if isinstance(callee, Instance):
        found = attributes.get(run, callee, "__call__", node)
        if isinstance(found, FunctionValue):
            return functions.enter(run, found, args)
    return _unknown_call(run, callee, args)


def _unknown_call(run: Run, callee: Value, args: CallArguments) -> Value:
    for value in args.everything():
        containers.escape(run, value)
        escape_model(run, value)
    return Unknown(callee.reason if isinstance(callee, Unknown) else "called something that is not known")


def escape_model(run: Run, value: Value) -> None:
    """A model goes to code that tdlint does not see: it may be compiled, trained or changed there."""
    if isinstance(value, ModelValue):
        model = run.model(value.key)
        why = "passed to a function that is not known"
        if model is not None and why not in model.unknown:
            run.state.heap[value.key] = models.with_unknown(model, why)


def _call_method(run: Run, method: BoundMethod, args: CallArguments, node: cst.Call) -> Value:
    owner, name = method.owner, method.name
    if isinstance(owner, Ref):
        thing = run.state.heap.get(owner.key)
        if isinstance(thing, ListObject):
            return containers.list_method(run, owner, name, args.values)
        if isinstance(thing, DictObject):
            if name == "update" and args.keywords and not args.positional:
                for key, (value, _) in args.keywords.items():
                    containers.set_item(run, owner, Const(key), value)
                return Const(None)
            return containers.dict_method(run, owner, thing, name, args.values)
    if isinstance(owner, SuperValue):
        if name == "__init__" and isinstance(owner.self_value, ModelValue):
            models.initialize_subclass(run, owner.self_value, args)
        return Unknown(f"{name} of a library class")
    if isinstance(owner, ModelValue):
        return models.call_method(run, owner, name, args, node)
    if isinstance(owner, LayerObject):
        return layers.call_method(run, owner, name, args, node)
    if isinstance(owner, TensorValue):
        return operation(run, name, (owner, Unknown("a method of a tensor")), node)
    if isinstance(owner, Const) and isinstance(owner.value, str):
        return call_text_method(owner.value, name, args)
    if isinstance(owner, Sequence):
        return Unknown(f"the result of {name}")
    return _unknown_call(run, owner, args)


def _adopt_model(run: Run, method: BoundMethod, args: CallArguments, target: cst.BaseExpression) -> Value:
    """``compile(optimizer=…)`` on something unknown: it is a Keras model that was made where tdlint does not see."""
    if method.name != "compile" or not ({"loss", "optimizer", "metrics"} & args.keywords.keys()):
        return Unknown("a method of something that is not known")
    if not isinstance(target, cst.Attribute) or not isinstance(target.value, cst.Name):
        return Unknown("a method of something that is not known")
    key = run.allocate(ModelObject("subclass", run.site(target.value), target.value.value, unknown=("made elsewhere",)))
    bind_name(run, target.value.value, ModelValue(key))
    return BoundMethod(ModelValue(key), method.name)


def _super(run: Run) -> Value:
    for frame in reversed(run.frames):
        if frame.owner is not None and frame.self_value is not None:
            return SuperValue(frame.self_value, frame.owner)
    return Unknown("super() outside of a method")
