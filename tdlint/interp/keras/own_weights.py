"""The weights of the program's own layers and models, as Keras tracks them.

Keras counts what ``add_weight`` makes, and the variables and layers that are attributes, also in lists, tuples and
dicts. A layer has weights once it is built, which is when it is called first, or by its ``build``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tdlint.graph import ModelGraph, WeightKey, weights_by_key
from tdlint.interp.data.array_arguments import array_if_any
from tdlint.interp.heap import DictObject, InstanceObject, ListObject, Ref, VariableValue
from tdlint.interp.keras.tensors import shape_of_tensor
from tdlint.interp.python import classes, containers
from tdlint.interp.python.arguments import CallArguments, bound
from tdlint.interp.run import Run
from tdlint.shapes import AnyShape, Free, UnknownDim, UnknownShape
from tdlint.spec import layers as spec
from tdlint.spec.layers.base import WeightSpec
from tdlint.spec.signature import Param, Signature
from tdlint.values import (
    NONE,
    Arguments,
    ArrayValue,
    Const,
    LayerObject,
    Mapping,
    ModelValue,
    OneOf,
    Sequence,
    TensorValue,
    Unknown,
    Value,
    shape_of,
    text,
)

Owner = LayerObject | ModelValue
Weights = tuple[WeightSpec, ...] | Unknown
"""The weights of a layer, or why they are not known."""

SUBCLASS = "a subclass of a Keras model"
"""Why a model of the program is unknown as long as its ``call`` is not followed."""

MADE, BUILT, DOUBT = "__made__", "__built__", "__doubt__"
"""Attributes that no program has: the weights made outside of ``build``, those made in it, and why not all are seen."""

_PLAIN_BASES = frozenset({"keras.Layer", "keras.Model", "builtins.object", "abc.ABC"})


class _Unseen(Exception):
    """Why the weights can't be told."""


@dataclass
class _Held:
    """What an object holds that Keras tracks, each once."""

    layers: dict[int, Owner] = field(default_factory=dict)
    variables: dict[int, VariableValue] = field(default_factory=dict)


def _attributes(run: Run, owner: Owner) -> InstanceObject | None:
    found = run.state.heap.get(-owner.key)
    return found if isinstance(found, InstanceObject) else None


def doubt(run: Run, why: str) -> None:
    """Something happens in a method of the program's own layers and models that may make or call layers unseen."""
    if run.entered:
        key = run.entered[-1].key
        found = run.state.heap.get(-key)
        place = MADE if run.entered[-1].phase == "init" else DOUBT
        if isinstance(found, InstanceObject):
            run.state.heap[-key] = found.set(place, Unknown(why))


def notice_made(run: Run, layer: LayerObject) -> None:
    """A layer is made; in ``call``, Keras does not track it."""
    if run.entered and run.entered[-1].phase == "call" and not _is_weightless(layer):
        doubt(run, f"{layer.short_type} is made when it is called")


def notice_built(run: Run, key: int, shapes: tuple[AnyShape, ...]) -> bool:
    """A layer or model is called or built on inputs of these shapes; whether they are the first, or the first known."""
    have = run.state.built.get(key)
    if have is not None and (not any(map(_is_vague, have)) or any(map(_is_vague, shapes))):
        return False
    run.state.built[key] = shapes
    return True


def _is_vague(shape: AnyShape) -> bool:
    return isinstance(shape, UnknownShape) or any(isinstance(dim, UnknownDim) for dim in shape)


def _is_weightless(layer: LayerObject) -> bool:
    entry = None if layer.custom else spec.find(layer.type)
    return entry is not None and entry.weightless


_ADD_WEIGHT = Signature(
    (Param("shape", None), Param("initializer", None), Param("dtype", None)),
    frozenset({"trainable", "autocast", "regularizer", "constraint", "aggregation", "name"}),
    open=True,
)
_ADD_WEIGHT_2 = Signature(
    tuple(Param(name, None) for name in ("name", "shape", "dtype", "initializer", "regularizer", "trainable")),
    open=True,
)
_VARIABLE = Signature(
    (Param("initializer"), Param("shape", None), Param("dtype", None), Param("trainable", True)), open=True
)


def add_weight(run: Run, owner: Owner, args: CallArguments) -> Value:
    """``self.add_weight(…)``; where the name comes first it is that of Keras 2."""
    older = bool(args.values) and text(args.values[0]) is not None
    arguments = bound(run, args, _ADD_WEIGHT_2 if older else _ADD_WEIGHT)
    shape = arguments.get("shape")
    made = _variable(run, arguments, () if shape.must_be(None) else shape_of(shape), Const("glorot_uniform"))
    found = _attributes(run, owner)
    if found is None:
        return made
    entered = run.entered[-1] if run.entered else None
    if entered is not None and (run.loops_unknown > entered.loops or entered.phase == "call"):
        doubt(run, "it makes weights in a loop, or when it is called")
    found = _attributes(run, owner) or found  # a doubt may be new
    place = BUILT if entered is not None and entered.phase == "build" else MADE
    have = found.get(place) or Sequence(())
    if isinstance(have, Sequence):
        seen = entered is not None and (place == BUILT or entered.key == owner.key)
        made_so_far = Sequence((*have.items, made)) if seen else Unknown("weights made outside of __init__ and build")
        run.state.heap[-owner.key] = found.set(place, made_so_far)
    return made


def make_variable(run: Run, args: CallArguments) -> Value:
    """``keras.Variable(…)``; the one that holds it tracks it."""
    arguments = bound(run, args, _VARIABLE)
    initial, shape = arguments.get("initializer"), arguments.get("shape")
    if not shape.must_be(None):
        return _variable(run, arguments, shape_of(shape), initial)
    of_tensor = isinstance(initial, TensorValue)
    return _variable(
        run, arguments, shape_of_tensor(initial) if of_tensor else array_if_any(run, initial).shape, initial
    )


def _variable(run: Run, arguments: Arguments, shape: AnyShape, default: Value) -> VariableValue:
    initializer = arguments.get("initializer")
    dtype = text(arguments.get("dtype"))
    trainable = arguments.get("trainable") if arguments.passes("trainable") else Const(True)
    return VariableValue(
        shape,
        dtype or "float32",
        key=run.fresh(),
        name=text(arguments.get("name")),
        initializer=default if initializer.must_be(None) else initializer,
        regularizer=arguments.get("regularizer") if arguments.passes("regularizer") else NONE,
        trainable=trainable,
    )


def start_build(run: Run, owner: Owner) -> None:
    """``build`` begins: what an earlier one made, on inputs less known, does not count."""
    found = _attributes(run, owner)
    if found is not None:
        run.state.heap[-owner.key] = found.set(BUILT, Sequence(())).without(DOUBT)


def shapes_for_build(run: Run, value: Value | None) -> Value:
    """What ``build`` gets for an argument of ``call``: the shape of a tensor, or those in a list or dict."""
    if isinstance(value, TensorValue | ArrayValue):
        if isinstance(value.shape, UnknownShape):
            return Unknown(value.shape.reason, "input_shape")
        return Sequence(tuple(_as_value(dim) for dim in value.shape), "tuple")
    listed = None if value is None else containers.as_list(run, value)
    if listed is not None and listed.rest is None:
        return Sequence(tuple(shapes_for_build(run, item) for item in listed.items))
    named = None if value is None else containers.as_dict(run, value)
    if named is not None and named.rest is None:
        items = tuple((key, shapes_for_build(run, item)) for key, item in named.items)
        return Ref(run.allocate(DictObject(items)))
    return Unknown("the input shape", "input_shape")


def _as_value(dim: object) -> Value:
    if isinstance(dim, int):
        return Const(dim)
    return NONE if isinstance(dim, Free) else Unknown("a dimension that is not known", getattr(dim, "name", None))


def _held(run: Run, owner: Owner) -> _Held:
    found = _attributes(run, owner)
    if found is None:
        raise _Unseen("it is made elsewhere")
    reason = found.get(DOUBT)
    if reason is not None:
        raise _Unseen(reason.reason if isinstance(reason, Unknown) else "it is not followed in all parts")
    held = _Held()
    for name, value in found.attributes:
        if name == "__class__":
            continue
        parts = list(_parts(run, value, frozenset()))
        if parts and name in found.partial:
            raise _Unseen("it has some of its layers or weights on some paths only")
        if name in (MADE, BUILT) and not isinstance(value, Sequence):
            raise _Unseen(value.reason if isinstance(value, Unknown) else "the weights that it makes differ by path")
        for part in parts:
            if isinstance(part, VariableValue):
                held.variables.setdefault(part.key, part)
            else:
                held.layers.setdefault(part.key, run.layer(part) if isinstance(part, LayerObject) else part)
    return held


def _parts(run: Run, value: Value, seen: frozenset[int]) -> Iterator[Owner | VariableValue]:
    """The layers and variables in an attribute.

    Raises:
        _Unseen: there are some, and it is not known how many or which.
    """
    if isinstance(value, LayerObject | ModelValue | VariableValue):
        yield value
        return
    items: tuple[Value, ...] = ()
    rest: Value | None = None
    if isinstance(value, Ref):
        thing = run.state.heap.get(value.key)
        if value.key not in seen and isinstance(thing, ListObject | DictObject):
            items = thing.items if isinstance(thing, ListObject) else tuple(item for _, item in thing.items)
            rest = thing.rest
        seen = seen | {value.key}
    elif isinstance(value, Sequence):
        items, rest = value.items, value.rest
    elif isinstance(value, Mapping):
        items, rest = tuple(item for _, item in value.items), value.rest
    elif isinstance(value, OneOf) and any(list(_parts(run, option, seen)) for option in value.options):
        raise _Unseen("it holds one of several layers, by path")
    if rest is not None and list(_parts(run, rest, seen)):
        raise _Unseen("it holds layers or weights that are unknown in number")
    for item in items:
        yield from _parts(run, item, seen)


def held_weights(run: Run, owner: Owner) -> tuple[WeightSpec, ...] | Unknown:
    """All weights that Keras counts for an object of the program's own after it was called."""
    try:
        return tuple(_collect(run, owner).values())
    except _Unseen as reason:
        return Unknown(str(reason))


def _as_layer(run: Run, owner: Owner) -> LayerObject:
    """The object as the layer that its own weights belong to."""
    if isinstance(owner, LayerObject):
        return run.layer(owner)
    model = run.model(owner.key)
    return LayerObject(owner.key, "keras.Model", trainable=None if model is None else model.trainable)


def own_variables(run: Run, owner: Owner) -> tuple[WeightSpec, ...] | None:
    """The weights that an object of the program's own makes itself, without those of its layers."""
    try:
        layer = _as_layer(run, owner)
        return tuple(_spec(one, layer) for one in _held(run, owner).variables.values())
    except _Unseen:
        return None


KEEPING = frozenset(
    f"keras.layers.{name}"
    for name in (
        *("Activation", "ActivityRegularization", "AlphaDropout", "Dropout", "ELU", "GaussianDropout", "GaussianNoise"),
        *("Identity", "LeakyReLU", "ReLU", "Softmax", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
    )
)
"""Layers without weights whose ``call`` gives what has the shape of its input."""


def _check_class(run: Run, owner: Owner) -> None:
    definition = classes.class_of(run, owner)
    if definition is None or definition.open:
        raise _Unseen("its class is not wholly known")
    strange = next((base for base in definition.library_bases if base not in _PLAIN_BASES | KEEPING), None)
    if strange is not None:
        raise _Unseen(f"its class extends {strange.rpartition('.')[2]}")


def _collect(run: Run, owner: Owner) -> dict[WeightKey, WeightSpec]:
    _check_class(run, owner)
    if run.steps > run.max_steps:
        raise _Unseen("the program is too large to follow")
    held = _held(run, owner)
    layer = _as_layer(run, owner)
    found = dict(weights_by_key(layer, tuple(_spec(one, layer) for one in held.variables.values())))
    uncalled: list[Owner] = []
    for part in held.layers.values():
        shapes = run.state.built.get(part.key, ())
        if shapes == () and not _is_built_when_made(run, part):
            uncalled.append(part)
        elif isinstance(part, ModelValue):
            found.update(_of_model(run, part, shapes))
        else:
            found.update(weights_by_key(part, _of_layer(run, part, shapes)))
    counted = {key for key, _, _ in found}
    for part in uncalled:
        if part.key not in counted and not (isinstance(part, LayerObject) and _is_weightless(part)):
            raise _Unseen(f"it is not seen to call {_name(run, part)}")
    return found


def _name(run: Run, part: Owner) -> str:
    if isinstance(part, LayerObject):
        return f"the {part.short_type} layer that it holds"
    model = run.model(part.key)
    return f"the model {model.name} that it holds" if model is not None and model.name else "a model that it holds"


def _spec(variable: VariableValue, layer: LayerObject) -> WeightSpec:
    if isinstance(variable.shape, UnknownShape):
        raise _Unseen(f"the shape of {variable.name or 'a weight'} is not known")
    shape = tuple(UnknownDim("free") if isinstance(dim, Free) else dim for dim in variable.shape)
    if not isinstance(variable.trainable, Const):
        raise _Unseen(f"whether {variable.name or 'a weight'} is trained is not known")
    return WeightSpec(
        variable.name or "variable",
        shape,
        variable.initializer,
        layer,
        regularizer=variable.regularizer,
        trainable=bool(variable.trainable.value),
        dtype=variable.dtype or "float32",
    )


def _of_layer(run: Run, layer: LayerObject, shapes: tuple[AnyShape, ...] | None) -> tuple[WeightSpec, ...]:
    if not layer.custom and _is_weightless(layer):
        return ()
    if layer.repeated:
        raise _Unseen(f"it holds {layer.short_type} layers that are made in a loop")
    if shapes is None:
        raise _Unseen(f"it calls {_name(run, layer)} on some paths only")
    if layer.custom:
        known = run.own_weights.get(layer.key, Unknown("it is not seen when called"))
        if isinstance(known, Unknown):
            raise _Unseen(f"{layer.short_type}: {known.reason}")
        return known
    from tdlint.interp.keras.layers import recovered_inputs  # layers calls this module

    refused = layer.args.unexpected or layer.args.surplus
    found = None if refused else spec.weights(layer, recovered_inputs(layer, shapes))
    if found is None:
        raise _Unseen(f"the weights of {_name(run, layer)} depend on sizes that are not known")
    return found


def _is_built_when_made(run: Run, part: Owner) -> bool:
    """Whether a model has its weights before it is called: one whose inputs are declared."""
    model = run.model(part.key) if isinstance(part, ModelValue) else None
    return model is not None and model.kind != "subclass"


def _of_model(run: Run, value: ModelValue, shapes: tuple[AnyShape, ...] | None) -> dict[WeightKey, WeightSpec]:
    from tdlint.interp.keras.build import build  # builds graphs by calling layers: each needs the other

    model = run.model(value.key)
    if model is None:
        raise _Unseen("it holds a model that is not known")
    if model.kind == "subclass":
        known = run.own_weights.get(value.key, Unknown("it is not seen when called"))
        if isinstance(known, Unknown) or shapes is None:
            raise _Unseen(f"{_name(run, value)}: {known.reason if isinstance(known, Unknown) else 'its calls differ'}")
        return dict(weights_by_key(LayerObject(value.key, "keras.Model"), known))
    return of_graph(build(run, value.key, shapes or ()))


def of_graph(graph: ModelGraph) -> dict[WeightKey, WeightSpec]:
    """The weights of a model by its graph.

    Raises:
        _Unseen: they are not all known.
    """
    if graph.may_miss_layers:
        raise _Unseen(f"the model {graph.name}: {graph.unknown[0]}")
    found = dict(weights_by_key(LayerObject(graph.key, "keras.Model"), graph.weights.get(graph.key) or ()))
    for node in graph.nodes:
        if node.within is not None or (graph.kind == "subclass" and node.type.startswith("operation.")):
            continue
        if node.inner is not None:
            trained = node.layer.trainable
            if trained is None:
                raise _Unseen(f"whether {node.name} is trained is not known")
            inner = of_graph(node.inner)
            found.update({key: one if trained else replace(one, trainable=False) for key, one in inner.items()})
            continue
        if node.type == "keras.layers.InputLayer":
            continue
        known = graph.weights.get(node.layer.key)
        uncertain = (not node.certain and graph.kind != "functional") or node.layer.repeated
        if known is None or (known and uncertain):
            raise _Unseen(f"the weights of {node.name} in the model {graph.name} are not known")
        found.update(weights_by_key(node.layer, known))
    return found


def held_layers(run: Run, owner: Owner) -> list[Owner]:
    """The layers and models that an object of the program's own certainly holds."""
    try:
        return list(_held(run, owner).layers.values())
    except _Unseen:
        return []


def unseen_calls(run: Run, owner: ModelValue, called: set[int]) -> str | None:
    """Which layer with weights is called by a model that does not hold it, so that Keras does not count it."""
    try:
        held = set(_held(run, owner).layers)
    except _Unseen:
        return None
    return None if called <= held else "it calls layers that it does not hold, which Keras does not count"
