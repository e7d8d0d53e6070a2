"""Calls as other versions of Keras take them: they are kept for the rules, and understood as they were meant."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

import libcst as cst

from tdlint.interp.heap import SomeLayer
from tdlint.interp.keras.references import is_guarded
from tdlint.interp.program import DatedCall, DatedRead
from tdlint.interp.python.arguments import CallArguments, bound
from tdlint.interp.python.containers import snapshot
from tdlint.interp.run import MAIN, Run
from tdlint.spec import layers, migration
from tdlint.spec.migration.arguments import ArgumentChange, changes_of
from tdlint.spec.migration.defaults import defaults_of
from tdlint.spec.migration.members import MemberChange, member
from tdlint.spec.migration.positions import is_keras_1_name, shifts_of, window_axes
from tdlint.spec.migration.tensors import refuses_symbolic, takes
from tdlint.spec.objects import signature_of
from tdlint.values import (
    NONE,
    Const,
    Instance,
    LayerObject,
    ModelValue,
    Sequence,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    integer,
    text,
)


def up_to_date(run: Run, callee: Symbol, args: CallArguments, node: cst.Call) -> CallArguments:
    """The arguments under the names that they have now; the call is kept for the rules if some had others."""
    name = callee.name
    changes, shifts, window = changes_of(name), shifts_of(name), window_axes(name)
    old = bool(changes) and not changes.keys().isdisjoint(args.keywords)
    shifted = bool(shifts) and len(args.positional) > shifts[0].at
    windowed = window is not None and len(args.positional) > window
    defaults = defaults_of(name)
    if not (old or shifted or windowed or defaults or migration.instead_of_legacy(name)):
        return args
    record(run, callee, args, node)
    if defaults and defaults[0].weight == "raises" and not args.positional:
        needed = {each.argument: (Const(ast.literal_eval(each.was)), None) for each in defaults}
        args = CallArguments((), {**needed, **args.keywords}, args.complete)
    if window is not None and windowed and (is_keras_1_name(name) or _is_keras_1(changes, args)):
        args = _with_window(args, window)
    return renamed(changes, _with_shape(name, args)) if old else args


def layer_called(run: Run, layer: LayerObject, args: CallArguments, node: cst.CSTNode) -> None:
    """The call of a layer of Keras, which is kept for the rules if one of its places meant something else."""
    name = f"{layer.type}.call"
    shifts = shifts_of(name)
    if shifts and len(args.positional) > shifts[0].at and isinstance(node, cst.Call):
        record(run, Symbol(name, layer.namespace), args, node)


_RECURRENT = frozenset({"keras.layers.GRU", "keras.layers.LSTM", "keras.layers.RNN", "keras.layers.SimpleRNN"})


def _with_shape(name: str, args: CallArguments) -> CallArguments:
    """``LSTM(8, input_length=10, input_dim=4)`` as ``LSTM(8, input_shape=(10, 4))``."""
    length, size = args.keywords.get("input_length"), args.keywords.get("input_dim")
    axes = name in _RECURRENT or (length is not None and name.endswith((".Conv1D", ".Convolution1D")))
    if not axes or "input_shape" in args.keywords or (length is None and size is None):
        return args
    values = tuple(NONE if each is None else each[0] for each in (length, size))
    at = (size or length or (NONE, None))[1]
    rest = {key: value for key, value in args.keywords.items() if key not in ("input_length", "input_dim")}
    return CallArguments(args.positional, {**rest, "input_shape": (Sequence(values, "tuple"), at)}, args.complete)


def _is_keras_1(changes: Mapping[str, ArgumentChange], args: CallArguments) -> bool:
    return any(changes[name].family == "keras1" for name in args.keywords if name in changes)


def _with_window(args: CallArguments, axes: int) -> CallArguments:
    """``Convolution2D(32, 3, 5)`` as ``Convolution2D(32, (3, 5))``."""
    (filters, *sizes), rest = args.positional[: axes + 1], args.positional[axes + 1 :]
    if rest or any(integer(value) is None for value, _ in sizes):
        return args
    kernel = Sequence(tuple(value for value, _ in sizes), "tuple")
    return CallArguments((filters,), {"kernel_size": (kernel, sizes[0][1]), **args.keywords}, args.complete)


def record(run: Run, callee: Symbol, args: CallArguments, node: cst.Call) -> None:
    """Keep a call for the rules as it is written."""
    if _is_heard(run):
        made = _as_written(run, callee, args, node)
        run.records.dated_calls.setdefault((made.site, made.name, made.args), made)


def _as_written(run: Run, callee: Symbol, args: CallArguments, node: cst.Call) -> DatedCall:
    layer = layers.find(callee.name) if callee.name.startswith("keras.layers.") else None
    signature = signature_of(callee.name) if layer is None else layer.signature
    if callee.name.startswith(("tensorflow.", migration.BACKEND)):
        signature = takes(callee.name)
    return DatedCall(
        callee.name,
        callee.namespace,
        bound(run, args, signature),
        run.site(node),
        run.site(node.func),
        tuple((snapshot(run, value), None if place is None else run.site(place)) for value, place in args.positional),
        certain=not run.uncertain,
    )


def renamed(changes: Mapping[str, ArgumentChange], args: CallArguments) -> CallArguments:
    """Old arguments under their new names; those that are gone, and that do not say what is computed, are left out."""
    keywords: dict[str, tuple[Value, cst.CSTNode | None]] = {}
    parts: dict[str, dict[int, tuple[Value, cst.CSTNode | None]]] = {}
    for name, (value, node) in args.keywords.items():
        change = changes.get(name)
        if change is None or change.only or change.family == "input":
            keywords[name] = value, node
        elif change.new is None:
            if change.family != "keras1":
                keywords[name] = value, node
        elif change.part is not None:
            parts.setdefault(change.new, {})[change.part] = value, node
        elif change.new not in args.keywords:
            keywords[change.new] = _now(change, value), node
    for name, found in parts.items():
        # one of them says where: the whole has no place in the source
        sizes = tuple(value for _, (value, _) in sorted(found.items()))
        keywords.setdefault(name, (Sequence(sizes, "tuple"), found[min(found)][1]))
    return CallArguments(args.positional, keywords, args.complete)


def _now(change: ArgumentChange, value: Value) -> Value:
    said = text(value)
    if said is None or said not in change.values:
        return value
    now = change.values[said]
    return NONE if now is None else Const(now)


def _is_heard(run: Run) -> bool:
    return not run.muted and not run.expecting and run.frames[-1].module == MAIN and not is_guarded(run)


def read(run: Run, owner: Value, name: str, node: cst.CSTNode) -> None:
    """``owner.name``, which is kept for the rules if not every version of Keras has it."""
    change = member(_classes_of(run, owner), name)
    if change is not None and _is_heard(run):
        _read(run, owner, change, node)


def _read(run: Run, owner: Value, change: MemberChange, node: cst.CSTNode) -> None:
    if not isinstance(node, cst.Attribute):
        return
    site = run.site(node)
    namespace = owner.namespace if isinstance(owner, LayerObject | Instance) else None
    models = (owner.key,) if isinstance(owner, ModelValue) else ()
    made = DatedRead(change.owner, change.old, namespace, site, run.site(node.value), run.site(node.attr), None, models)
    run.records.dated_reads.setdefault(site.number, replace(made, certain=not run.uncertain))


def _classes_of(run: Run, owner: Value) -> tuple[str, ...]:
    """The names of the class of an object and its ancestors, as far as the table may have them."""
    if isinstance(owner, Unknown):
        return ("Model",)
    if isinstance(owner, ModelValue):
        model = run.model(owner.key)
        plain = model is not None and model.instance_of is None and model.kind == "sequential"
        return ("Sequential", "Model") if plain and model is not None and not model.unknown else ("Model",)
    if isinstance(owner, SomeLayer):
        return ("Layer",)
    if isinstance(owner, LayerObject):
        return () if owner.custom else (owner.short_type, "Layer")
    if isinstance(owner, Instance):
        module, _, short = owner.type.rpartition(".")
        if module == "keras.metrics":
            return ("Metric",)
        if module == "keras.optimizers" and not short.endswith(("Decay", "Restarts", "Schedule")):
            return ("Optimizer",)
    return ()


def indexed_twice(run: Run, inner: cst.Subscript) -> None:
    """``layer.output_shape[0][1]``: the layer is known to have several shapes, or is an input of Keras 2.3 or newer."""
    site = run.site_of.get(id(inner.value))
    found = None if site is None else run.records.dated_reads.get(site.number)
    if site is not None and found is not None:
        run.records.dated_reads[site.number] = replace(found, of_several=True)


def called(run: Run, target: cst.BaseExpression, args: CallArguments, node: cst.Call) -> None:
    """The call of a method that was just read."""
    site = run.site_of.get(id(target))
    found = None if site is None else run.records.dated_reads.get(site.number)
    if found is not None and found.call is None:
        made = _as_written(run, Symbol(f"keras.{found.owner}.{found.name}", found.namespace), args, node)
        run.records.dated_reads[found.at.number] = replace(found, call=made)


def on_tensors(run: Run, callee: Symbol, args: CallArguments, tensors: list[TensorValue], node: cst.Call) -> None:
    """A function of TensorFlow is called on what Keras 3 has as symbolic tensors outside of layers."""
    if (
        refuses_symbolic(callee.name, callee.namespace)
        and _is_outside_of_layers(run)
        and any(_is_symbolic(run, tensor) for tensor in tensors)
    ):
        record(run, callee, args, node)


def _is_outside_of_layers(run: Run) -> bool:
    """Whether what stands for tensors is symbolic: in layers, and in functions of Lambda, TensorFlow has it."""
    return run.recorded is None and not run.entered and _is_heard(run)


def read_of_tensor(run: Run, tensor: TensorValue, name: str, node: cst.CSTNode) -> None:
    """``tensor.name``, and ``tensor.shape`` whose attributes are read by the next call of ``read_of_shape``."""
    change = member(("KerasTensor",), name)
    if (change is not None or name == "shape") and _is_outside_of_layers(run) and _is_symbolic(run, tensor):
        if change is None:
            run.symbolic_shapes.add(id(node))
        else:
            _read(run, tensor, change, node)


def read_of_shape(run: Run, name: str, node: cst.CSTNode) -> None:
    """``tensor.shape.as_list``."""
    change = member(("Shape",), name)
    if change is not None and isinstance(node, cst.Attribute) and id(node.value) in run.symbolic_shapes:
        _read(run, NONE, change, node)


def _is_symbolic(run: Run, tensor: TensorValue) -> bool:
    """Whether a tensor is certainly computed from a ``keras.Input``."""
    seen: set[int] = set()
    wanted = [tensor.producer]
    if tensor.input is not None:
        return True
    while wanted:
        number = wanted.pop()
        if number is None or number in seen or number not in run.nodes:
            continue
        seen.add(number)
        edges = run.nodes[number].edges
        if any(edge.input is not None for edge in edges):
            return True
        wanted.extend(edge.producer for edge in edges)
    return False


def place_first(run: Run, receiver: cst.BaseExpression | None, layer: cst.CSTNode | None) -> None:
    """A layer is made where a Sequential is given its first: in the list, or by ``add`` of the receiver."""
    if isinstance(layer, cst.Call) and not run.loops and _is_heard(run):
        run.records.placed.setdefault(run.site(layer), None if receiver is None else run.site(receiver))
