"""Calling the program's own layers and models: ``build`` with the shapes of the inputs, then ``call``."""

from __future__ import annotations

from dataclasses import dataclass, replace

import libcst as cst

from tdlint.graph import LayerNode
from tdlint.interp.heap import DictObject, ListObject, Ref
from tdlint.interp.keras import own_weights
from tdlint.interp.keras.own_weights import Owner
from tdlint.interp.keras.tensors import shape_of_tensor
from tdlint.interp.python import classes, containers, functions
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import Function, Run
from tdlint.shapes import FREE, AnyShape, UnknownShape
from tdlint.values import ArrayValue, FunctionValue, Mapping, ModelValue, Sequence, TensorValue, Unknown, Value

MAX_NESTING = 4
"""Lists and dicts of tensors in each other that are looked into."""


def enter(run: Run, owner: Owner, method: FunctionValue, args: CallArguments) -> tuple[Value, int | None]:
    """Follow a call; the result, and how many axes ``call`` needs its first argument to have."""
    known = isinstance(run.own_weights.get(owner.key), tuple)
    if not known:
        _build(run, owner, method, args)
    with run.following(owner.key, "call", isinstance(owner, ModelValue)):
        result = functions.enter_call_method(run, method, args, owner)
    if not known:
        run.own_weights[owner.key] = own_weights.held_weights(run, owner)
    return result


def _build(run: Run, owner: Owner, method: FunctionValue, args: CallArguments) -> None:
    """``build``, at the first call, and again if the inputs were not known then and are now."""
    given = args.values[:1] or [value for value, _ in args.keywords.values()][:1]
    shapes = tuple(shape_of_tensor(value) for value in tensors_in(run, given[0])) if given else ()
    if not own_weights.notice_built(run, owner.key, shapes):
        return
    own_weights.start_build(run, owner)
    key = classes.class_key(run, owner)
    build = None if key is None else classes.method(run, key, "build")
    if build is None:
        return
    with run.following(owner.key, "build", isinstance(owner, ModelValue)):
        functions.enter(run, build, _arguments_of_build(run, build, method, args), first=owner)


def _arguments_of_build(run: Run, build: FunctionValue, method: FunctionValue, args: CallArguments) -> CallArguments:
    """The shape of the first input; to a ``build`` with several parameters, each its own by name."""
    wanted = _parameters(run.functions[build.key])
    if len(wanted) <= 1:
        first = args.values[0] if args.values else next(iter(args.everything()), None)
        return CallArguments(((own_weights.shapes_for_build(run, first), None),))
    given = dict(zip(_parameters(run.functions[method.key]), args.values, strict=False))
    given |= {name: value for name, (value, _) in args.keywords.items()}
    shapes: dict[str, tuple[Value, cst.CSTNode | None]] = {
        name: (own_weights.shapes_for_build(run, given[stem]), None)
        for name in wanted
        if (stem := name.removesuffix("_shape")) in given
    }
    return CallArguments((), shapes, complete=len(shapes) == len(wanted))


def _parameters(function: Function) -> list[str]:
    params = function.node.params
    return [param.name.value for param in (*params.posonly_params, *params.params, *params.kwonly_params)][1:]


def tensors_in(run: Run, value: Value, depth: int = 0) -> list[Value]:
    """The tensors of an argument, also those in lists and dicts in each other."""
    listed, named = containers.as_list(run, value), containers.as_dict(run, value)
    if depth > MAX_NESTING or (listed is None and named is None):
        return [value]
    if listed is not None and listed.rest is None:
        return [tensor for item in listed.items for tensor in tensors_in(run, item, depth + 1)]
    if named is not None and named.rest is None:
        return [tensor for _, item in named.items for tensor in tensors_in(run, item, depth + 1)]
    return [Unknown("an unknown number of tensors")]


def as_inputs(run: Run, args: CallArguments, any_batch: bool = False) -> CallArguments:
    """The arguments as ``call`` gets them: arrays are tensors, and where a tensor came from does not matter.

    With ``any_batch``, an array stands for arrays with any number of samples.
    """
    positional = tuple((as_input(run, value, any_batch), node) for value, node in args.positional)
    keywords = {name: (as_input(run, value, any_batch), node) for name, (value, node) in args.keywords.items()}
    return CallArguments(positional, keywords, args.complete)


def as_input(run: Run, value: Value, any_batch: bool = False, depth: int = 0) -> Value:
    """One argument as ``call`` gets it."""
    if isinstance(value, TensorValue | ArrayValue):
        samples = any_batch and isinstance(value, ArrayValue) and not isinstance(value.shape, UnknownShape)
        shape = (FREE, *value.shape[1:]) if samples and value.shape else value.shape  # type: ignore[index]
        return TensorValue(shape, value.dtype)
    if depth > MAX_NESTING:
        return value

    def inner(item: Value) -> Value:
        return as_input(run, item, any_batch, depth + 1)

    if isinstance(value, Sequence):
        return replace(value, items=tuple(map(inner, value.items)))
    if isinstance(value, Mapping):
        return Ref(run.allocate(DictObject(tuple((key, inner(item)) for key, item in value.items), value.rest)))
    thing = run.state.heap.get(value.key) if isinstance(value, Ref) else None
    changed: ListObject | DictObject
    if isinstance(thing, ListObject):
        changed = replace(thing, items=tuple(map(inner, thing.items)))
    elif isinstance(thing, DictObject):
        changed = replace(thing, items=tuple((key, inner(item)) for key, item in thing.items))
    else:
        return value
    return Ref(run.allocate(changed))


@dataclass(frozen=True)
class ModelCall:
    """One call of a model of the program: the calls of layers that it made, its inputs, and what it returned."""

    nodes: tuple[LayerNode, ...]
    inputs: tuple[AnyShape, ...]
    result: Value


def enter_model(run: Run, model: ModelValue, method: FunctionValue, args: CallArguments) -> ModelCall:
    """Follow a call of a model; its arguments must be as ``as_inputs`` gives them."""
    outer, run.recorded = run.recorded, []
    try:
        result = enter(run, model, method, args)[0]
    except RecursionError:
        result = Unknown("the program nests too deeply")
    finally:
        numbers, run.recorded = run.recorded, outer
    first = args.values[:1] or [value for value, _ in args.keywords.values()][:1]
    inputs = tuple(shape_of_tensor(value) for value in tensors_in(run, first[0])) if first else ()
    return ModelCall(tuple(run.nodes[number] for number in numbers), inputs, result)
