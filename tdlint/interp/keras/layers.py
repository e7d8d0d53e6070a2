"""Layers: making them, calling them on tensors, and entering the ``call`` of the program's own."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from tdlint.graph import CallSite, LayerNode
from tdlint.interp.data import preparation
from tdlint.interp.heap import DictObject, Ref
from tdlint.interp.keras import dated, lambdas, nested, own_calls, own_weights
from tdlint.interp.keras.tensors import edge_of, shape_of_tensor
from tdlint.interp.program import StepLayer
from tdlint.interp.python import classes, containers
from tdlint.interp.python.arguments import CallArguments, bound
from tdlint.interp.run import Run
from tdlint.shapes import AnyShape, UnknownDim, UnknownShape
from tdlint.spec import layers as spec
from tdlint.spec.objects import OPEN, signature_of
from tdlint.values import (
    NONE,
    Arguments,
    ArrayValue,
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
    shape_of,
    text,
)


def make_layer(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> LayerObject:
    """An object of a Keras layer class."""
    entry = spec.find(symbol.name)
    arguments = bound(run, args, entry.signature if entry is not None else OPEN)
    if run.data_format is not None:
        arguments = _with_default(arguments, "data_format", run.data_format)
    key = _key(run, node)
    layer = LayerObject(
        key,
        symbol.name,
        arguments,
        symbol.namespace,
        text(arguments.get("name")) if arguments.passes("name") else None,
        run.site(node),
        repeated=run.loops_unknown > 0,
        trainable=_trainable(arguments),
    )
    run.state.heap[key] = layer
    run.activity += 1
    own_weights.notice_made(run, layer)
    if layer.type == lambdas.LAMBDA:
        lambdas.remember(run, layer)
    return layer


def _with_default(arguments: Arguments, name: str, value: Value) -> Arguments:
    """A copy with another default of a parameter that the signature has."""
    changed = tuple((key, value if key == name else old) for key, old in arguments.defaults)
    return replace(arguments, defaults=changed)


def _key(run: Run, node: cst.CSTNode) -> int:
    """A new layer's key; in a loop whose rounds are not counted, one object stands for those of all rounds."""
    if not run.loops_unknown:
        return run.fresh()
    place = (run.site(node).number, run.frame.number)
    if place not in run.repeated_keys:
        run.repeated_keys[place] = run.fresh()
    return run.repeated_keys[place]


def initialized(layer: LayerObject, args: CallArguments) -> LayerObject:
    """A layer of the program after ``Layer.__init__``: what it does not train then depends on when it is built."""
    given = {name: value for name, (value, _) in args.keywords.items()}
    trainable = layer.trainable if given.get("trainable", Const(True)).must_be(True) else None
    name = text(given["name"]) if "name" in given else None
    return replace(layer, name=name or layer.name, trainable=trainable)


def _trainable(arguments: Arguments) -> bool | None:
    if not arguments.passes("trainable"):
        return True
    value = arguments.get("trainable")
    if value.must_be(True):
        return True
    return False if value.must_be(False) else None


def assumed_inputs(layer: LayerObject, inputs: tuple[AnyShape, ...]) -> tuple[AnyShape, ...]:
    """Input shapes where unknown ones get the number of axes that the layer accepts, as it would raise otherwise."""
    entry = spec.find(layer.type)
    if entry is None or entry.ndim.minimum is None or entry.ndim.minimum != entry.ndim.maximum:
        return inputs
    assumed: AnyShape = tuple(UnknownDim("the input shape is not known") for _ in range(entry.ndim.minimum))
    return tuple(assumed if isinstance(shape, UnknownShape) else shape for shape in inputs)


def outputs_of(layer: LayerObject, inputs: tuple[AnyShape, ...], switched: bool | None = False) -> tuple[AnyShape, ...]:
    """Output shapes; unknown with arguments of an older Keras, where positional ones mean something else.

    ``switched`` says whether the call passes a true ``LayerSpec.switch``, None if it can't be told.
    """
    if layer.args.unexpected or layer.args.surplus:
        return (UnknownShape(f"{layer.short_type} has arguments that Keras does not take"),)
    if switched is None:
        return (UnknownShape("an argument of the call is not known"),)
    return spec.outputs(layer, recovered_inputs(layer, inputs), switched)


def recovered_inputs(layer: LayerObject, inputs: tuple[AnyShape, ...]) -> tuple[AnyShape, ...]:
    """Input shapes as they are meant where one axis is missing, so that what follows can still be understood.

    Keras refuses such a layer; a rule says so where the axis got lost, and not at every layer after it.
    """
    entry = spec.find(layer.type)
    least = None if entry is None else entry.ndim.minimum
    return tuple(
        (shape[0], UnknownDim("an axis is missing"), *shape[1:])
        if not isinstance(shape, UnknownShape) and shape and least == len(shape) + 1
        else shape
        for shape in inputs
    )


def flatten(run: Run, value: Value | None) -> list[Value]:
    """The tensors of an argument: one, or those of a list, tuple or dict."""
    if value is None:
        return []
    listed = containers.as_list(run, value)
    if listed is not None:
        return [*listed.items, *(() if listed.rest is None else (_any_number_of(listed.rest),))]
    named = containers.as_dict(run, value)
    if named is not None:
        return [item for _, item in named.items]
    return [value]


def _any_number_of(value: Value) -> Value:
    """What stands for further tensors of a list, unknown in number."""
    why = "an unknown number of tensors"
    return replace(value, shape=UnknownShape(why)) if isinstance(value, TensorValue) else Unknown(why)


# Arguments of ``call`` in Keras' order, as far as they may be given by keyword; others do not shape the output.
_SHAPING = ("inputs", "query", "value", "key", "sequences", "sequence", "states", "initial_state")


def _tensors(run: Run, layer: LayerObject, args: CallArguments) -> tuple[list[Value], list[TensorValue]]:
    """The tensors that a layer is called on: those that shape its output, and masks and the like."""
    entry = None if layer.custom else spec.find(layer.type)
    shaping_places = len(args.values) if entry is None else 2 if entry.states else entry.tensors
    keywords = {name: value for name, (value, _) in args.keywords.items() if value is not NONE}
    given = [value for value in args.values[:shaping_places] if value is not NONE]
    if not given and keywords:
        first = next((name for name in _SHAPING if name in keywords), None)
        given = [keywords.pop(first or next(iter(keywords)))]
    shaping = flatten(run, given[0] if given else None)
    further = [*given[1:], *(keywords.pop(name) for name in _SHAPING if name in keywords)]
    shaping += [each for value in further for each in flatten(run, value) if isinstance(each, TensorValue)]
    rest = [*args.values[shaping_places:], *keywords.values()]
    others = [each for value in rest for each in flatten(run, value) if isinstance(each, TensorValue)]
    if entry is not None and entry.inputs == "one" and given and containers.as_dict(run, given[0]) is not None:
        # images with their labels and boxes: a dict comes out too
        return [Unknown("a layer called on a dict")], [each for each in shaping if isinstance(each, TensorValue)]
    return shaping, others


def _switched(layer: LayerObject, args: CallArguments) -> bool | None:
    """Whether the call passes a true ``LayerSpec.switch``; None if it can't be told."""
    entry = None if layer.custom else spec.find(layer.type)
    if entry is None or entry.switch is None:
        return False
    given = args.keywords.get(entry.switch[0])
    if given is None:
        # in some place after the tensors
        unclear = any(not (isinstance(value, TensorValue) or value.must_be(None, False)) for value in args.values[2:])
        return False if args.complete and not unclear else None
    return True if given[0].must_be(True) else False if given[0].must_be(None, False) else None


def call_layer(run: Run, layer: LayerObject, args: CallArguments, node: cst.CSTNode) -> Value:
    """``layer(x)``: a new node, and the tensor or tensors that come out of it."""
    layer = run.layer(layer)
    tensors, others = _tensors(run, layer, args)
    if any(isinstance(value, LayerObject | ModelValue | Instance) for value in tensors):
        return Unknown("a layer called on what is not a tensor")
    _notice_step(run, layer, tensors, node)
    result = None
    required = None
    if layer.custom:
        result, required = enter_call(run, layer, _with_tensors(run, args))
    else:
        dated.layer_called(run, layer, args, node)
    if not layer.custom and lambdas.is_followed(layer) and len(args.everything()) == 1:
        result = lambdas.result(run, layer, _with_tensors(run, args).everything()[0])
    return _output(run, layer, tensors, node, result, required, others, _switched(layer, args))


def _with_tensors(run: Run, args: CallArguments) -> CallArguments:
    """The arguments with tensors in place of arrays."""
    if not any(isinstance(value, ArrayValue) for value in args.everything()):
        return args
    return own_calls.as_inputs(run, args)


def _misfit(layer: LayerObject) -> UnknownShape:
    """What a shared layer gives for an input that its weights do not fit; recurrent layers fail only when run."""
    short = layer.short_type
    checked = short in ("Dense", "BatchNormalization") or ("Conv" in short and "LSTM" not in short)
    says = "Keras refuses it: " if checked else ""
    return UnknownShape(f"{says}it was called before on an input that needs other weights")


def _output(
    run: Run,
    layer: LayerObject,
    tensors: list[Value],
    node: cst.CSTNode,
    result: Value | None = None,
    required: int | None = None,
    others: list[TensorValue] | None = None,
    switched: bool | None = False,
) -> Value:
    shapes = assumed_inputs(layer, tuple(shape_of_tensor(value) for value in tensors))
    if layer.custom or result is not None:
        outputs = tuple(shape_of_tensor(value) for value in flatten(run, result))
    elif not _fits_its_weights(run, layer, shapes):
        outputs = (_misfit(layer),)
    else:
        outputs = outputs_of(layer, shapes, switched) if shapes else (UnknownShape("called without a tensor"),)
    if not layer.custom:
        own_weights.notice_built(run, layer.key, shapes)
    edges = tuple(edge_of(value) for value in (*tensors, *(others or ())))
    certain = not run.uncertain
    made = _add_node(
        run,
        LayerNode(
            run.fresh(),
            layer,
            shapes,
            outputs,
            edges,
            required,
            certain=certain,
            site=run.site(node),
            within=run.within,
        ),
    )
    return made if result is None else structured(run, result, made)


def structured(run: Run, result: Value, made: Value) -> Value:
    """The tensors that come out of a node in the list or dict in which ``call`` returns them."""
    tensors = made.items if isinstance(made, Sequence) else (made,)
    listed = containers.as_list(run, result)
    if listed is not None and listed.rest is None:
        return Sequence(tensors, "tuple") if isinstance(result, Sequence) else containers.make_list(run, tensors)
    named = containers.as_dict(run, result)
    if named is not None and named.rest is None:
        pairs = zip(named.items, tensors, strict=False)
        return Ref(run.allocate(DictObject(tuple((key, tensor) for (key, _), tensor in pairs))))
    return made


def _fits_its_weights(run: Run, layer: LayerObject, shapes: tuple[AnyShape, ...]) -> bool:
    """Whether a layer that was called before can be called on these inputs, as its weights are made at the first."""
    if not shapes or layer.repeated:
        return True
    first = run.first_inputs.setdefault(layer.key, shapes)
    if first == shapes:
        return True
    made, needed = spec.weights(layer, first), spec.weights(layer, shapes)
    if made is None or needed is None:
        return True
    pairs = zip((weight.shape for weight in made), (weight.shape for weight in needed), strict=False)
    sizes = [(one, other) for pair in pairs for one, other in zip(*pair, strict=False)]
    return not any(isinstance(one, int) and isinstance(other, int) and one != other for one, other in sizes)


def enter_call(run: Run, layer: LayerObject, args: CallArguments) -> tuple[Value, int | None]:
    """Enter ``build`` and ``call`` of a layer of the program; the result and the axes that ``call`` needs."""
    key = classes.class_key(run, layer)
    method = None if key is None else classes.method(run, key, "call")
    if key is None or method is None:
        return Unknown("the layer has no call that is known"), None
    run.owners.append((layer.key, run.classes[key].name))
    try:
        return own_calls.enter(run, layer, method, args)
    finally:
        run.owners.pop()


def _notice_step(run: Run, layer: LayerObject, tensors: list[Value], node: cst.CSTNode) -> None:
    """``self.layers[i](x[:, i])`` inside a layer of the program: one copy per time step."""
    if not run.owners or run.muted or layer.site is None or len(tensors) != 1:
        return
    tensor = tensors[0]
    if not isinstance(tensor, TensorValue) or tensor.step is None:
        return
    index = integer(tensor.step.index)
    if index is None and not layer.repeated:
        return
    owner, name = run.owners[-1]
    copies = run.step_calls.setdefault((owner, layer.site.number), set())
    copies.add((layer.key, index))
    distinct = len({key for key, _ in copies})
    if layer.repeated or (distinct > 1 and len({step for _, step in copies}) > 1):
        found = StepLayer(name, layer, run.site(node), None if layer.repeated else distinct)
        known = run.records.step_layers.get((name, layer.site.number))
        if known is None or not layer.repeated:
            run.records.step_layers[name, layer.site.number] = found


def call_submodel(
    run: Run, model: LayerObject, args: CallArguments, node: cst.CSTNode, is_own_model: bool = False
) -> Value:
    """A model called as a layer: one node that holds the model's own graph."""
    # these two call layers, too
    from tdlint.interp.keras.build import build, build_call
    from tdlint.interp.keras.other_sizes import outputs_on

    given = args.first("inputs") or next(iter(args.everything()), None)
    tensors = [] if given is None else own_calls.tensors_in(run, given)
    shapes = tuple(shape_of_tensor(value) for value in tensors)
    result: Value | None = None
    if is_own_model:
        inner, result = build_call(run, model.key, args)
    else:
        own_weights.notice_built(run, model.key, shapes)
        inner = build(run, model.key, shapes)
    run.spend(nested.size(inner) // 8)  # what holds it will be made of it again and again
    inner = nested.held(inner)
    made = _add_node(
        run,
        LayerNode(
            run.fresh(),
            replace(model, name=inner.name),
            shapes,
            outputs_on(inner, shapes) or (UnknownShape("the model's output is not known"),),
            tuple(edge_of(value) for value in tensors),
            inner=inner,
            certain=not run.uncertain,
            site=run.site(node),
            within=run.within,
        ),
    )
    return made if result is None else structured(run, result, made)


def _add_node(run: Run, node: LayerNode) -> Value:
    run.add_node(node)
    run.activity += 1
    made = tuple(TensorValue(shape, None, node.id, index) for index, shape in enumerate(node.outputs))
    return made[0] if len(made) == 1 else Sequence(made, "tuple")


def call_functional_form(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> Value:
    """``concatenate([a, b])`` and the like: the class of that name, made and called at once."""
    short = symbol.name.rpartition(".")[2]
    class_name = f"keras.layers.{short[:1].upper()}{short[1:]}"
    tensors = flatten(run, args.first("inputs"))
    if spec.find(class_name) is None or not all(isinstance(value, TensorValue) for value in tensors):
        return Unknown(f"the result of {symbol.name}")
    rest = CallArguments(args.positional[1:], {k: v for k, v in args.keywords.items() if k != "inputs"}, args.complete)
    layer = make_layer(run, replace(symbol, name=class_name), rest, node)
    return _output(run, layer, tensors, node)


def add_loss(run: Run, layer: LayerObject | None, args: CallArguments, node: cst.Call) -> Value:
    """``layer.add_loss(…)``; None for a layer of which it is not known which one it is."""
    arguments = bound(run, args, signature_of("keras.Layer.add_loss"))
    if layer is not None:
        arguments = replace(arguments, bound=(*arguments.bound, ("self", layer)))
    run.record_call(CallSite("keras.Layer.add_loss", arguments, run.site(node), certain=not run.uncertain))
    return NONE


def call_method(run: Run, layer: LayerObject, name: str, args: CallArguments, node: cst.Call) -> Value:
    """A method call on a layer."""
    if name in ("__call__", "call"):
        return call_layer(run, layer, args, node)
    if name == "adapt":
        preparation.called(run, layer, name, args, node)
        return NONE
    if name == "add_loss":
        return add_loss(run, layer, args, node)
    if name in ("add_weight", "add_variable"):
        return own_weights.add_weight(run, layer, args)
    if name == "build":
        shape = args.first("input_shape")
        shapes = () if shape is None else (shape_of(containers.snapshot(run, shape)),)
        own_weights.notice_built(run, layer.key, shapes)
        return NONE
    return Unknown(f"the result of {name} of a layer")
