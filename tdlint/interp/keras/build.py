"""From the models of the interpreted program to model graphs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from tdlint.graph import Edge, LayerNode, ModelGraph, trains_its_own_way
from tdlint.interp.heap import Either, ModelObject, Repeated, StackEntry
from tdlint.interp.keras import lambdas, layers, nested, own_calls, own_weights
from tdlint.interp.keras.other_sizes import outputs_on
from tdlint.interp.keras.tensors import edge_of, shape_of_tensor
from tdlint.interp.python import classes
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import OutOfSteps, Run
from tdlint.shapes import FREE, AnyShape, UnknownShape
from tdlint.spec import layers as spec
from tdlint.spec.layers.base import WeightSpec
from tdlint.values import (
    ArrayValue,
    Const,
    DatasetValue,
    LayerObject,
    ModelValue,
    Sequence,
    Site,
    TensorValue,
    Unknown,
    Value,
    dim,
    join,
    shape_of,
)

MAX_NESTING = 8
"""Models inside models that are followed."""

_INPUT = "the input of the model"


def build_all(run: Run, done: Collection[int] = ()) -> tuple[ModelGraph, ...]:
    """The graph of every model that the program makes, in the order in which they are made, without those ``done``.

    Those are left out that the program makes to see them fail, and what stands for a class of which it has a model."""
    made = {key: thing for key, thing in run.state.heap.items() if isinstance(thing, ModelObject)}
    stand_ins = {value.key for value in run.generic.values() if isinstance(value, ModelValue)}
    classes_used = {thing.instance_of for key, thing in made.items() if key not in stand_ins}
    idle = {key for key in stand_ins if key in made and made[key].instance_of in classes_used}
    return tuple(build(run, key) for key in sorted(made.keys() - idle) if key not in done and key not in run.expected)


def build(run: Run, key: int, given: tuple[AnyShape, ...] = (), nesting: int = 0) -> ModelGraph:
    """The graph of one model as it is now; ``given`` are the shapes it is called on, where it declares none."""
    model = run.model(key)
    if model is None or nesting > MAX_NESTING:
        return ModelGraph(key, "?", "subclass", (), unknown=("nested too deeply",))
    if model.kind == "sequential":
        return _sequential(run, key, model, given, nesting)
    if model.kind == "functional":
        return _functional(run, key, model)
    args = CallArguments(tuple((TensorValue(shape), None) for shape in given)) if len(given) == 1 else None
    _come_from(run, model.site)
    return build_call(run, key, args or _first_call(run, key, model))[0]


@dataclass
class _Chain:
    """The stack of a Sequential while it is put together: nodes so far, and the tensor at the end."""

    run: Run
    nesting: int
    tip: TensorValue
    fallback: AnyShape | None = None
    certain: bool = True
    nodes: list[LayerNode] = field(default_factory=list)
    inner: dict[tuple[int, AnyShape], ModelGraph] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    late_inputs: list[LayerObject] = field(default_factory=list)
    has_input: bool = False
    begun: bool = False  # by layers that are not known

    def extend(self, entries: Iterable[StackEntry]) -> None:
        for entry in entries:
            if isinstance(entry, TensorValue):
                if not self.nodes:
                    self.tip = replace(entry, producer=None)
                if entry.input is not None:
                    self._notice_input(entry.input)
            elif isinstance(entry, LayerObject):
                self._add_layer(self.run.layer(entry))
            elif isinstance(entry, ModelValue):
                self._add_model(entry)
            elif isinstance(entry, Either):
                self._add_either(entry)
            elif isinstance(entry, Repeated):
                before, self.certain = self.tip, False
                self.extend(entry.body)
                self._meet(before, self.tip)
                self.certain = True
            else:
                self.begun = True
                self.unknown.append(entry.reason)
                self.tip = TensorValue(UnknownShape(entry.reason))

    def _add_either(self, entry: Either) -> None:
        before, certain = self.tip, self.certain
        self.certain = False
        self.extend(entry.left)
        left, self.tip = self.tip, before
        self.extend(entry.right)
        self.certain = certain
        self._meet(left, self.tip)

    def _meet(self, left: TensorValue, right: TensorValue) -> None:
        joined = join(left, right)
        self.tip = joined if isinstance(joined, TensorValue) else TensorValue(UnknownShape("differs between paths"))

    def _add_layer(self, layer: LayerObject) -> None:
        if layer.type == "keras.layers.InputLayer":
            self._notice_input(layer)
            if not self.nodes:
                self.tip = TensorValue(declared_shape(layer) or UnknownShape("the shape of the input is not known"))
            return
        if not self.nodes and not self.begun and isinstance(self.tip.shape, UnknownShape):
            self.tip = TensorValue(declared_shape(layer) or self.fallback or self.tip.shape)
        required: int | None = None
        if layer.custom:
            result, required = _enter(self.run, layer, self.tip)
            shapes: tuple[AnyShape, ...] = (self.tip.shape,)
            outputs = tuple(shape_of_tensor(value) for value in layers.flatten(self.run, result))
        elif lambdas.is_followed(layer):
            shapes = (self.tip.shape,)
            result = lambdas.result_when_built(self.run, layer, self.tip)
            outputs = tuple(shape_of_tensor(value) for value in lambdas.tensors_of(self.run, result))
        else:
            shapes = layers.assumed_inputs(layer, (self.tip.shape,))
            outputs = layers.outputs_of(layer, shapes)
            own_weights.notice_built(self.run, layer.key, shapes)
        self._push(layer, shapes, outputs, required)

    def _notice_input(self, layer: LayerObject) -> None:
        declared = self.has_input or (self.nodes and declared_shape(self.nodes[0].layer) is not None)
        if declared and self.certain:
            self.late_inputs.append(layer)
        self.has_input = self.has_input or (self.certain and not self.nodes)

    def _add_model(self, value: ModelValue) -> None:
        wanted = value.key, self.tip.shape
        if wanted not in self.inner:
            self.inner[wanted] = nested.held(build(self.run, value.key, (self.tip.shape,), self.nesting + 1))
        inner = self.inner[wanted]
        if not self.nodes and isinstance(self.tip.shape, UnknownShape) and len(inner.input_shapes) == 1:
            self.tip = TensorValue(inner.input_shapes[0])
        self._push(model_layer(inner), (self.tip.shape,), outputs_on(inner, (self.tip.shape,)), None, inner)

    def _push(
        self,
        layer: LayerObject,
        shapes: tuple[AnyShape, ...],
        outputs: tuple[AnyShape, ...],
        required: int | None,
        inner: ModelGraph | None = None,
    ) -> None:
        outputs = outputs or (UnknownShape("no output is known"),)
        key = self.run.fresh()
        edge = edge_of(self.tip)
        if edge.producer is None and not self.nodes and not self.begun:
            edge = Edge(None, 0, _INPUT)
        self.nodes.append(LayerNode(key, layer, shapes, outputs, (edge,), required, inner, self.certain, layer.site))
        self.tip = TensorValue(outputs[0], None, key)


def declared_shape(layer: LayerObject) -> AnyShape | None:
    """The input shape that a layer declares for its model, batch axis included."""
    args = layer.args
    for name in ("batch_input_shape", "batch_shape"):
        if args.passes(name):
            return shape_of(args.get(name))
    for name in ("input_shape", "shape"):
        if args.passes(name):
            shape = shape_of(args.get(name))
            batch = dim(args.get("batch_size")) if args.passes("batch_size") else FREE
            return shape if isinstance(shape, UnknownShape) else (batch, *shape)
    if args.passes("input_dim") and layer.type != "keras.layers.Embedding":
        return (FREE, dim(args.get("input_dim")))
    if layer.type == "keras.layers.Embedding" and args.passes("input_length"):
        length = shape_of(args.get("input_length"))
        return (FREE, dim(args.get("input_length"))) if isinstance(length, UnknownShape) else (FREE, *length)
    return None


def _sequential(run: Run, key: int, model: ModelObject, given: tuple[AnyShape, ...], nesting: int) -> ModelGraph:
    shape = given[0] if given else UnknownShape("no input shape is declared")
    chain = _Chain(run, nesting, TensorValue(shape), None if given else shape_it_is_built_with(run, key, model))
    chain.extend(model.stack)
    first = chain.nodes[0].inputs if chain.nodes else (shape,)
    graph = _finish(run, key, model, tuple(chain.nodes), first, (chain.tip,), chain.unknown)
    return replace(graph, late_inputs=tuple(chain.late_inputs))


def shape_it_is_built_with(run: Run, key: int, model: ModelObject) -> AnyShape | None:
    """The shape of a Sequential without declared input: that it is built on, or of the first data it is given."""
    called = run.state.built.get(key)
    if called and not isinstance(called[0], UnknownShape):
        return called[0]
    built = (run.records.calls[each] for each in run.records.builds.get((key,), ()) if each in run.records.calls)
    for call in (*built, *model.fits[:1]):
        if call.models == (key,) and call.certain:
            found = call.args.get("x" if call.name == "keras.Model.fit" else "input_shape")
            if isinstance(found, ArrayValue) and not isinstance(found.shape, UnknownShape) and len(found.shape) > 1:
                return (FREE, *found.shape[1:])
            if isinstance(found, Sequence):
                return shape_of(found)
    return None


def _functional(run: Run, key: int, model: ModelObject) -> ModelGraph:
    ends = {value.producer for value in model.inputs if isinstance(value, TensorValue)}
    wanted = [value.producer for value in model.outputs if isinstance(value, TensorValue)]
    found: dict[int, LayerNode] = {}
    while wanted:
        number = wanted.pop()
        if number is None or number in found or number in ends:
            continue
        node = run.nodes[number]
        found[number] = _as_of_now(run, node)
        wanted.extend(edge.producer for edge in node.edges)
    nodes = tuple(found[number] for number in sorted(found))
    edges = [*(edge for node in nodes for edge in node.edges), *map(edge_of, model.outputs)]
    unknown = [edge.reason for edge in edges if edge.producer is None and edge.input is None]
    inputs = tuple(shape_of_tensor(value) for value in model.inputs)
    graph = _finish(run, key, model, nodes, inputs, model.outputs, unknown)
    return replace(graph, missing_inputs=_missing_inputs(run, model, edges), input_keys=model.input_keys)


def _missing_inputs(run: Run, model: ModelObject, edges: Iterable[Edge]) -> tuple[LayerObject, ...]:
    """The inputs that the edges come from and that are not the model's; none if one of its own is not known."""
    own = [edge_of(value) for value in model.inputs]
    if model.unknown or any(edge.producer is None and edge.input is None for edge in own):
        return ()
    given = {edge.input for edge in own}
    missing = dict.fromkeys(edge.input for edge in edges if edge.input not in given)
    return tuple(run.inputs[key] for key in missing if key in run.inputs)


def _as_of_now(run: Run, node: LayerNode) -> LayerNode:
    """A node that was made earlier; its layer, or those of its model, may have been frozen since."""
    if node.inner is None:
        return replace(node, layer=run.layer(node.layer))
    model = run.model(node.layer.key)
    inner = replace(node.inner, nodes=tuple(_as_of_now(run, each) for each in node.inner.nodes))
    if model is None:
        return replace(node, inner=inner)
    if model.name is not None and model.name != inner.name:
        inner = replace(inner, name=model.name, named_after=None)
    elif model.name is None and inner.named_after is None:  # it was given a name that is not known
        inner = replace(inner, named_after=inner.name)
    return replace(node, inner=inner, layer=replace(node.layer, trainable=model.trainable, name=inner.name))


def build_call(run: Run, key: int, args: CallArguments) -> tuple[ModelGraph, Value]:
    """The graph of a model with a ``call`` of its own: the layers that this call of it calls; and what it returns."""
    model = run.model(key)
    method = None if model is None or model.instance_of is None else classes.method(run, model.instance_of, "call")
    if model is None or method is None:
        unknown = ModelObject("subclass") if model is None else model
        return _finish(run, key, unknown, (), (), (), []), Unknown("the model has no call that is known")
    known = all(_is_known(run, value) for value in args.everything())
    if known and not isinstance(run.own_weights.get(key), tuple):
        run.first_calls.setdefault(key, own_calls.as_inputs(run, args, any_batch=True))
    try:
        made = own_calls.enter_model(run, ModelValue(key), method, own_calls.as_inputs(run, args))
    except OutOfSteps:
        made = own_calls.ModelCall((), (), Unknown("the program is too large to follow"))
    run.state.dead = False
    nodes = tuple(replace(node, layer=run.layer(node.layer)) for node in made.nodes)
    weights = run.own_weights.get(key, Unknown("it is not followed"))
    reasons = list(model.unknown)
    if not isinstance(weights, Unknown):
        direct = {node.layer.key for node in nodes if node.within is None and not _is_weightless(node)}
        strange = own_weights.unseen_calls(run, ModelValue(key), direct)
        reasons = [reason for reason in reasons if reason != own_weights.SUBCLASS]
        reasons += [strange] if strange is not None else []
    elif own_weights.SUBCLASS in reasons:
        vague = next((shape.reason for shape in made.inputs if isinstance(shape, UnknownShape)), weights.reason)
        reasons[reasons.index(own_weights.SUBCLASS)] = vague
    found = replace(model, unknown=tuple(reasons))
    outputs = tuple(layers.flatten(run, made.result))
    return _finish(run, key, found, nodes, made.inputs, outputs, []), made.result


def _is_weightless(node: LayerNode) -> bool:
    entry = spec.find(node.type)
    return node.type.startswith("operation.") or (entry is not None and entry.weightless)


def _is_known(run: Run, value: Value) -> bool:
    shapes = [shape_of_tensor(each) for each in own_calls.tensors_in(run, value) if not isinstance(each, Const)]
    return not any(isinstance(shape, UnknownShape) for shape in shapes)


def _first_call(run: Run, key: int, model: ModelObject) -> CallArguments:
    """What a model of the program is called on first, by itself or with data, as far as that is known."""
    found = run.first_calls.get(key)
    if found is not None:
        return found
    for call in run.records.calls.values():
        if call.models == (key,) and call.name in _WITH_DATA:
            value = own_calls.as_input(run, _batch(call.args.get("x")), any_batch=True)
            if _is_known(run, value) and not isinstance(value, Const):
                return CallArguments(((value, None),), {}, False)
    why = f"{model.name or 'the model'} is not seen to be called on inputs of a known shape"
    return CallArguments(((TensorValue(UnknownShape(why)), None),), {}, False)


_WITH_DATA = frozenset(f"keras.Model.{name}" for name in ("fit", "predict", "evaluate", "train_on_batch"))


def _batch(value: Value) -> Value:
    """Data as what a model is called on: of a dataset, the inputs of its batches."""
    if not isinstance(value, DatasetValue):
        return value
    parts = value.element
    pair = isinstance(parts, Sequence) and parts.kind == "tuple" and len(parts.items) in (2, 3)
    inputs = parts.items[0] if pair and isinstance(parts, Sequence) else parts
    return inputs if value.batch_size is not None else Unknown("samples without a batch axis")


def _enter(run: Run, layer: LayerObject, tensor: TensorValue) -> tuple[Value, int | None]:
    _come_from(run, layer.site)
    try:
        entered = layers.enter_call(run, layer, CallArguments(((tensor, None),)))
    except (OutOfSteps, RecursionError):
        entered = (Unknown("the program is too large to follow"), None)
    run.state.dead = False
    return entered


def _come_from(run: Run, site: Site | None) -> None:
    """What is entered in other files is entered because of what was made here."""
    run.outside.calling = None if site is None else run.syntax[run.here(site).number]


def model_layer(inner: ModelGraph) -> LayerObject:
    """A model as the layer that it is in another model."""
    kind = "keras.Sequential" if inner.kind == "sequential" else "keras.Model"
    return LayerObject(inner.key, kind, name=inner.name, site=inner.site)


def _finish(
    run: Run,
    key: int,
    model: ModelObject,
    nodes: tuple[LayerNode, ...],
    inputs: tuple[AnyShape, ...],
    outputs: tuple[Value, ...],
    unknown: list[str],
) -> ModelGraph:
    if model.trainable is False:
        nodes = tuple(replace(node, layer=replace(node.layer, trainable=False)) for node in nodes)
    weights: dict[int, tuple[WeightSpec, ...] | None] = {}
    why_unknown: dict[int, str] = {}
    for node in nodes:
        if node.layer.key not in weights and node.inner is None and not node.layer.type.startswith("operation."):
            inputs_meant = layers.recovered_inputs(node.layer, node.inputs)
            found = _weights(run, model, node.layer, inputs_meant)
            weights[node.layer.key] = None if isinstance(found, Unknown) else found
            if isinstance(found, Unknown):
                why_unknown[node.layer.key] = found.reason
    if model.kind == "subclass":
        weights[key] = own_weights.own_variables(run, ModelValue(key)) if model.instance_of is not None else ()
    # A shape is told as unknown once, where it starts to be.
    shapes = [
        node.outputs[0].reason
        for node in nodes
        if node.outputs
        and isinstance(node.outputs[0], UnknownShape)
        and not any(isinstance(shape, UnknownShape) for shape in node.inputs)
    ]
    own_class = run.classes.get(model.instance_of or 0)
    class_name = own_class.name if own_class is not None else model.kind.capitalize()
    return ModelGraph(
        key,
        model.name or f"{model.kind}_{key}",
        model.kind,
        nodes,
        weights,
        inputs,
        tuple(edge_of(value) for value in outputs),
        tuple(shape_of_tensor(value) for value in outputs),
        model.compiles[0] if len(model.compiles) == 1 else None,
        model.fits,
        "source",
        model.site,
        tuple(
            reason for reason in dict.fromkeys((*model.unknown, *unknown, *shapes)) if not trains_its_own_way(reason)
        ),
        tuple(map(_input_layer, model.inputs or model.stack[:1])),
        class_name if model.name in (None, class_name) else None,
        model.output_keys,
        model.unknown,
        copy_of=model.copy_of,
        why_unknown=why_unknown,
    )


def _weights(run: Run, model: ModelObject, layer: LayerObject, inputs: tuple[AnyShape, ...]) -> own_weights.Weights:
    """The weights of a layer of a model, or why they are not known."""
    if not layer.custom:
        if model.kind == "subclass" and run.state.built.get(layer.key, inputs) is None:
            return Unknown("it is called on some paths only")
        refused = layer.args.unexpected or layer.args.surplus
        found = None if refused else spec.weights(layer, inputs)
        return Unknown("its number of parameters depends on sizes that are not known") if found is None else found
    at_first = run.own_weights.get(layer.key, Unknown("its call is not followed"))
    if isinstance(at_first, Unknown):
        return at_first
    now = own_weights.held_weights(run, layer)  # what it holds may have been frozen since
    specs = at_first if isinstance(now, Unknown) else now
    if model.trainable is False:
        return tuple(replace(weight, trainable=False) for weight in specs)
    return tuple(replace(weight, layer=run.layer(weight.layer)) for weight in specs)


def _input_layer(start: Value | StackEntry) -> LayerObject | None:
    if isinstance(start, LayerObject):
        return start if start.type == "keras.layers.InputLayer" else None
    return start.input if isinstance(start, TensorValue) else None
