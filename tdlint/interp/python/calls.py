"""Calls: from a call expression to whoever answers it."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from tdlint.interp.data import arrays, preparation
from tdlint.interp.heap import BoundMethod, ModelObject, PartialValue, Ref, SomeLayer, SuperValue
from tdlint.interp.keras import dated, layers, library, metric_calls, models, own_weights, references
from tdlint.interp.keras.tensors import computed, operation
from tdlint.interp.python import attributes, classes, container_methods, containers, expressions, functions, texts
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.python.builtin_calls import call_builtin
from tdlint.interp.python.names import bind_name
from tdlint.interp.run import MAIN, Run
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
    text,
)


def call(run: Run, node: cst.Call) -> Value:
    """The value of a call expression, after what it does."""
    target = node.func
    if type(target) is cst.Name and target.value == "super":
        return _super(run)
    callee = expressions.evaluate(run, target)
    if type(callee) is Symbol and callee.name.startswith(_INERT):
        return _inert_call(run, callee, node)
    args = evaluate_arguments(run, node)
    if run.records.dated_reads:
        dated.called(run, target, args, node)
    if type(callee) is Symbol and callee.name.startswith("keras."):
        references.called(run, callee, args, node)
    if isinstance(callee, BoundMethod) and isinstance(callee.owner, Unknown):
        callee = _adopt_model(run, callee, args, target)
    if run.frames[-1].module == MAIN:
        run.outside.calling = node
    return apply(run, callee, args, node)


# What these are called with matters to nobody, and they change nothing that a model depends on.
_INERT = ("builtins.print", "logging.", "matplotlib.", "warnings.", "seaborn.")


_FOLLOWED = frozenset({cst.Attribute, cst.BinaryOperation, cst.Call, cst.Subscript, cst.FormattedString})


def _inert_call(run: Run, callee: Symbol, node: cst.Call) -> Value:
    """Of the arguments, plain names and texts are not followed, ``print(model.evaluate(x, y)[1] * 100)`` is."""
    by_version = run.by_version
    for arg in node.args:
        if type(arg.value) in _FOLLOWED:
            expressions.evaluate(run, arg.value)
    run.by_version = by_version  # what is shown decides nothing
    return Unknown(f"the result of {callee.name}")


def evaluate_arguments(run: Run, node: cst.Call) -> CallArguments:
    """The arguments of a call in the order of the source, ``*`` and ``**`` spread where they are known."""
    positional: list[tuple[Value, cst.CSTNode | None]] = []
    keywords: dict[str, tuple[Value, cst.CSTNode | None]] = {}
    complete = True
    counted = True
    hidden: list[Value] = []
    for arg in node.args:
        value = expressions.evaluate(run, arg.value)
        if arg.star == "*":
            items, rest = containers.iterate(run, value)
            if counted:
                positional.extend((item, arg) for item in items)
            else:
                hidden.extend(items)
            if rest is not None:
                # the places of what follows are not known
                complete = counted = False
                hidden.append(rest)
        elif arg.star == "**":
            spread = containers.as_dict(run, value)
            if spread is None or spread.rest is not None:
                complete = False
                hidden.append(value)
            for key, item in spread.items if spread is not None else ():
                name = text(key)
                if name is not None:
                    keywords[name] = (item, arg)
        elif arg.keyword is not None:
            keywords[arg.keyword.value] = (value, arg.value)
        elif counted:
            positional.append((value, arg.value))
        else:
            hidden.append(value)
    if hidden:
        run.lose(*hidden)
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
        return functions.any_path(run, *(_applied(run, option, args, node) for option in callee.options))
    if isinstance(callee, PartialValue):
        return apply(run, callee.callee, _completed(callee, args), node)
    if isinstance(callee, Instance):
        if metric_calls.is_followed(callee, "__call__"):
            metric_calls.called(run, callee, "__call__", node)
        found = attributes.get(run, callee, "__call__", node)
        if isinstance(found, FunctionValue):
            return functions.enter(run, found, args)
    return _unknown_call(run, callee, args)


def _completed(partial: PartialValue, args: CallArguments) -> CallArguments:
    """The arguments of a call of ``functools.partial``: what the call gives by keyword goes first."""
    kept = {name: (value, None) for name, value in partial.keywords if args.complete or name in args.keywords}
    positional = (*((value, None) for value in partial.positional), *args.positional)
    return CallArguments(positional, {**kept, **args.keywords}, args.complete)


def _applied(run: Run, callee: Value, args: CallArguments, node: cst.Call) -> Callable[[], Value]:
    return lambda: apply(run, callee, args, node)


def _unknown_call(run: Run, callee: Value, args: CallArguments) -> Value:
    if (
        run.entered
        and run.entered[-1].phase != "init"
        and any(isinstance(value, TensorValue) for value in args.everything())
    ):
        called = f"{callee.name}, which" if isinstance(callee, Unknown) and callee.name else "something that"
        own_weights.doubt(run, f"it calls {called} is not known")
    run.lose(*args.everything())
    if isinstance(callee, Unknown) and callee.name is not None:
        # a function of that name may have been lost where paths or rounds meet
        functions.call_one_unseen(run, callee.name, args)
    for value in args.everything():
        models.escape(run, value)
    return Unknown(callee.reason if isinstance(callee, Unknown) else "called something that is not known")


def _call_method(run: Run, method: BoundMethod, args: CallArguments, node: cst.Call) -> Value:
    owner, name = method.owner, method.name
    if isinstance(owner, Ref):
        return container_methods.call(run, owner, name, args)
    if isinstance(owner, SuperValue):
        if name == "__init__" and isinstance(owner.self_value, ModelValue):
            models.initialize_subclass(run, owner.self_value, args)
        elif name == "__init__" and isinstance(owner.self_value, LayerObject):
            run.state.heap[owner.self_value.key] = layers.initialized(run.layer(owner.self_value), args)
        elif name in ("add_weight", "add_variable") and isinstance(owner.self_value, LayerObject | ModelValue):
            return own_weights.add_weight(run, owner.self_value, args)
        return _of_library(run, owner, name, args, node)
    if isinstance(owner, ModelValue):
        if name == "add" and len(args.positional) == 1 and isinstance(node.func, cst.Attribute):
            model = run.model(owner.key)
            if model is not None and not model.stack:
                dated.place_first(run, node.func.value, args.positional[0][1])
        args = dated.up_to_date(run, Symbol(f"keras.Model.{name}"), args, node)
        return models.call_method(run, owner, name, args, node)
    if isinstance(owner, LayerObject):
        return layers.call_method(run, owner, name, args, node)
    if isinstance(owner, SomeLayer):
        return layers.add_loss(run, None, args, node)
    if isinstance(owner, TensorValue):
        return operation(run, name, (owner, Unknown("a method of a tensor")), node)
    if isinstance(owner, Const) and isinstance(owner.value, str):
        return texts.call_method(run, owner.value, name, args)
    if isinstance(owner, Sequence):
        return Unknown(f"the result of {name}")
    if type(owner) in arrays.DATA_TYPES:
        return arrays.call_method(run, owner, name, args, node)
    if isinstance(owner, Instance) and name in arrays.OBJECT_METHODS.get(owner.type, ()):
        _record(run, owner, name, args, node)
        return arrays.call_object_method(run, owner, name, args, node)
    if isinstance(owner, Instance):
        _record(run, owner, name, args, node)
        if name == "fit" and preparation.makes(owner.type):
            return owner
    if isinstance(owner, Unknown) and name == "reshape":
        return arrays.reshape_unknown(run, owner, args, node)
    run.lose(owner)
    return _unknown_call(run, owner, args)


def _record(run: Run, owner: Instance, name: str, args: CallArguments, node: cst.Call) -> None:
    if metric_calls.is_followed(owner, name):
        metric_calls.called(run, owner, name, node)
    elif preparation.is_followed(owner, name):
        preparation.called(run, owner, name, args, node)


def _of_library(run: Run, owner: SuperValue, name: str, args: CallArguments, node: cst.Call) -> Value:
    """A method of the class of Keras that a class of the program extends."""
    key = classes.class_key(run, owner.self_value)
    given = args.first("inputs")
    bases = () if key is None else run.classes[key].library_bases
    if name == "call" and len(bases) == 1 and bases[0] in own_weights.KEEPING and isinstance(given, TensorValue):
        return computed(run, bases[0].rpartition(".")[2], [given], given.shape, node)
    return Unknown(f"{name} of a library class")


def _adopt_model(run: Run, method: BoundMethod, args: CallArguments, target: cst.BaseExpression) -> Value:
    """``compile(optimizer=…)`` on something unknown: it is a Keras model that was made where tdlint does not see."""
    if method.name == "reshape":
        return method
    if method.name != "compile" or not ({"loss", "optimizer", "metrics"} & args.keywords.keys()):
        return _method_of(method.owner)
    if not isinstance(target, cst.Attribute) or not isinstance(target.value, cst.Name):
        return _method_of(method.owner)
    why = _method_of(method.owner).reason
    key = run.allocate(
        ModelObject("subclass", run.site(target.value), target.value.value, unknown=(why, "made elsewhere"))
    )
    bind_name(run, target.value.value, ModelValue(key))
    return BoundMethod(ModelValue(key), method.name)


def _method_of(owner: Value) -> Unknown:
    return Unknown(owner.reason if isinstance(owner, Unknown) else "a method of something that is not known")


def _super(run: Run) -> Value:
    for frame in reversed(run.frames):
        if frame.owner is not None and frame.self_value is not None:
            return SuperValue(frame.self_value, frame.owner)
    return Unknown("super() outside of a method")
