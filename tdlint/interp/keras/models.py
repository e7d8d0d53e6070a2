"""Models: making them, and what is done with them."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from tdlint.graph import ESCAPED, CallSite
from tdlint.interp.data.array_arguments import with_memory
from tdlint.interp.data.array_items import size_value
from tdlint.interp.heap import BoundMethod, LayerList, ModelObject, Repeated, SomeLayer, StackEntry
from tdlint.interp.keras import (
    applications,
    evaluation,
    history,
    layers,
    model_layers,
    own_weights,
    saving,
    sequential_tensors,
)
from tdlint.interp.keras.tensors import shape_of_tensor
from tdlint.interp.python import classes, containers
from tdlint.interp.python.arguments import CallArguments, bound
from tdlint.interp.run import Run
from tdlint.shapes import FREE, AnyShape, UnknownDim, UnknownShape
from tdlint.spec import layers as spec
from tdlint.spec.objects import signature_of
from tdlint.values import (
    NONE,
    Arguments,
    ArrayValue,
    Const,
    Instance,
    LayerObject,
    ModelValue,
    Sequence,
    TensorValue,
    Unknown,
    Value,
    dim,
    number,
    shape_of,
    text,
)

METHODS = frozenset(
    [
        "add",
        "add_loss",
        "add_metric",
        "build",
        "compile",
        "evaluate",
        "evaluate_generator",
        "fit",
        "fit_generator",
        "get_layer",
        "load_weights",
        "pop",
        "predict",
        "predict_classes",
        "predict_generator",
        "predict_on_batch",
        "predict_proba",
        "save",
        "save_weights",
        "summary",
        "train_on_batch",
        "test_on_batch",
        "reset_states",
        "export",
        "get_config",
        "to_json",
    ]
)
"""Methods of a model that tdlint follows or records."""


def make_input(run: Run, args: CallArguments, node: cst.Call) -> TensorValue:
    """``keras.Input(shape)``; the batch axis is free."""
    value = args.first("shape")
    shape: AnyShape = UnknownShape("the shape of the input is not known")
    batch = args.keywords.get("batch_shape") or args.keywords.get("batch_input_shape")
    if batch is not None:
        shape = shape_of(containers.snapshot(run, batch[0]))
    elif value is not None:
        declared = shape_of(containers.snapshot(run, value))
        if not isinstance(declared, UnknownShape):
            size = args.keywords.get("batch_size")
            shape = (FREE if size is None else dim(size[0]), *declared)
    if "tensor" in args.keywords:
        return TensorValue(shape_of_tensor(args.keywords["tensor"][0]))
    layer = LayerObject(run.fresh(), "keras.layers.InputLayer", name=_name(args), site=run.site(node))
    run.inputs[layer.key] = layer
    return TensorValue(shape, input=layer)


def make_sequential(run: Run, args: CallArguments, node: cst.Call) -> ModelValue:
    """``Sequential()`` or ``Sequential([…])``."""
    key = run.allocate(ModelObject("sequential", run.site(node), _name(args)))
    _fill(run, key, args.first("layers"))
    return ModelValue(key)


def _name(args: CallArguments) -> str | None:
    found = args.keywords.get("name")
    return None if found is None else text(found[0])


def _fill(run: Run, key: int, stack: Value | None) -> None:
    if stack is None or stack.must_be(None):
        return
    items, rest = containers.iterate(run, stack)
    for item in items:
        add(run, key, item)
    if rest is not None:
        if isinstance(rest, LayerObject):
            _push(run, key, Repeated((rest,)))
        else:
            _push(run, key, Unknown("layers of a list that is not known"))


def _push(run: Run, key: int, entry: StackEntry) -> None:
    model = run.model(key)
    if model is not None:
        run.pushed.append(key)
        run.state.heap[key] = replace(model, stack=(*model.stack, entry))


def add(run: Run, key: int, value: Value) -> None:
    """``model.add(layer)``; in a loop whose rounds are not counted it is added an unknown number of times."""
    entry: StackEntry
    if isinstance(value, LayerObject | ModelValue | TensorValue):
        entry = value
    else:
        entry = Unknown(value.reason if isinstance(value, Unknown) else "an added layer that is not known")
    _push(run, key, Repeated((entry,)) if _in_uncounted_loop(run, key) else entry)


def _in_uncounted_loop(run: Run, key: int) -> bool:
    """Whether a loop whose rounds are not counted runs, and the model was made before it."""
    return bool(run.loop_floors) and key <= run.loop_floors[-1]


def _functional_layers(run: Run, key: int) -> Sequence | LayerList:
    """``model.layers`` of a functional model, in the order in which Keras has them."""
    from tdlint.interp.keras.build import build  # builds graphs by calling layers: each needs the other
    from tdlint.layer_order import as_listed

    graph = build(run, key)
    if any(applications.is_hidden(node.layer) for node in graph.nodes):
        return applications.listed(run, graph, key) or Sequence((), "list", SomeLayer(key))
    if graph.unknown:
        return Sequence((), "list", SomeLayer(key))
    found = {node.layer.key: node for node in as_listed(graph) if not node.type.startswith("operation.")}
    layers_of = (ModelValue(at) if node.inner is not None else node.layer for at, node in found.items())
    return Sequence(tuple(layers_of))


def make_model(run: Run, args: CallArguments, node: cst.Call) -> ModelValue:
    """``keras.Model(inputs, outputs)``."""
    key = run.allocate(ModelObject("functional", run.site(node), _name(args)))
    initialize_functional(run, key, args)
    return ModelValue(key)


def initialize_functional(run: Run, key: int, args: CallArguments) -> bool:
    """Give a model its inputs and outputs; False if the arguments do not have them."""
    model = run.model(key)
    values = args.values
    named = [args.keywords.get(name) for name in ("inputs", "input", "outputs", "output")]
    inputs = values[0] if values else next((found[0] for found in named[:2] if found), None)
    outputs = values[1] if len(values) > 1 else next((found[0] for found in named[2:] if found), None)
    if model is None or inputs is None or outputs is None:
        return False
    run.state.heap[key] = replace(
        model,
        kind="functional",
        inputs=tuple(layers.flatten(run, inputs)),
        outputs=tuple(layers.flatten(run, outputs)),
        output_keys=_keys(run, outputs),
        input_keys=_keys(run, inputs),
        unknown=() if args.complete or values else ("made with arguments that are not known",),
    )
    return True


def _keys(run: Run, outputs: Value) -> tuple[str | None, ...] | None:
    """The keys of outputs that are given as a dict."""
    named = containers.as_dict(run, outputs)
    return None if named is None else tuple(text(key) for key, _ in named.items)


def initialize_subclass(run: Run, model: ModelValue, args: CallArguments) -> None:
    """``super().__init__(…)`` in a class of the program that is a model."""
    found = run.model(model.key)
    if found is None or initialize_functional(run, model.key, args):
        return
    name = _name(args)
    definition = run.classes.get(found.instance_of or 0)
    if definition is not None and "keras.Sequential" in definition.library_bases:
        run.state.heap[model.key] = replace(found, kind="sequential", name=name or found.name, unknown=())
        _fill(run, model.key, args.first("layers"))


def made_elsewhere(run: Run, why: str, node: cst.Call) -> ModelValue:
    """A model whose layers tdlint does not see."""
    return ModelValue(run.allocate(ModelObject("functional", run.site(node), None, unknown=(why,))))


def _refused(run: Run, key: int) -> str | None:
    """Why Keras refused the last layer when it was added, if it did: taking it away comes too late."""
    from tdlint.interp.keras.build import build  # builds graphs by calling layers: each needs the other

    last = build(run, key).nodes[-1:]
    for node in last:
        # a lost time axis is taken as there, so that one fault is one report: the shapes that come out do not tell
        plain = node.inner is None and not node.layer.custom and node.type.startswith("keras.layers.")
        fault = spec.fault(node.layer, node.inputs) if plain and node.inputs else None
        if fault is not None:
            return f"Keras refuses it: {fault.reason}"
    shapes = [shape for node in last for shape in node.outputs]
    reasons = [shape.reason for shape in shapes if isinstance(shape, UnknownShape)]
    return next((reason for reason in reasons if reason.startswith("Keras refuses it")), None)


def with_unknown(model: ModelObject, why: str) -> ModelObject:
    """The model, with one more reason why it is not all known."""
    return model if why in model.unknown else replace(model, unknown=(*model.unknown, why))


def attribute(run: Run, owner: ModelValue, name: str) -> Value:
    """``model.layers``, ``model.output`` and the like."""
    model = run.model(owner.key)
    if model is None:
        return Unknown(f"attribute {name} of a model", name)
    run.records.model_reads.setdefault(owner.key, set()).add(name)
    if name in METHODS or name in ("add_weight", "add_variable"):
        return BoundMethod(owner, name)
    if name == "layers":
        stack = model.stack[1:] if model.stack and model_layers.is_input(model.stack[0]) else model.stack
        known = tuple(entry for entry in stack if isinstance(entry, LayerObject | ModelValue))
        if model.kind == "sequential" and len(known) == len(stack):
            return Sequence(known)
        if model.kind == "functional" and not model.unknown:
            return _functional_layers(run, owner.key)
        return Sequence((), "list", SomeLayer(owner.key))
    if name == "name" and model.name is not None and model.instance_of is None:
        return Const(model.name)
    if name == "optimizer":
        return _optimizer(model)
    if name in ("input_shape", "output_shape"):
        return _shape(run, owner.key, name)
    if name in ("inputs", "outputs", "input", "output") and model.kind == "functional" and model.outputs:
        tensors = model.inputs if name.startswith("input") else model.outputs
        return tensors[0] if len(tensors) == 1 and not name.endswith("s") else Sequence(tensors)
    if name in ("inputs", "outputs", "input", "output") and model.kind == "sequential":
        return _of_sequential(run, owner.key, name)
    return Unknown(f"attribute {name} of a model", name)


def _of_sequential(run: Run, key: int, name: str) -> Value:
    found = sequential_tensors.tensors_of(run, key)
    if found is None:
        return Unknown(f"attribute {name} of a model", name)
    tensor = found.input if name.startswith("input") else found.output
    return Sequence((tensor,)) if name.endswith("s") else tensor


def _shape(run: Run, key: int, name: str) -> Value:
    """``model.input_shape`` and ``model.output_shape``, of a model with one of these."""
    from tdlint.interp.keras.build import build  # builds graphs by calling layers: each needs the other

    graph = build(run, key)
    shapes = graph.input_shapes if name == "input_shape" else graph.output_shapes
    if len(shapes) != 1 or isinstance(shapes[0], UnknownShape) or graph.kind == "subclass":
        return Unknown(f"attribute {name} of a model", name)
    sizes = (NONE if size == FREE else size_value(size) for size in shapes[0])
    return Sequence(tuple(sizes), "tuple")


def _as_keras_2_orders(run: Run, args: CallArguments) -> CallArguments:
    """``compile("adam", "mse", ["accuracy"])``: the third argument is the metrics in Keras 2, weights in Keras 3."""
    third = containers.snapshot(run, args.positional[2][0]) if len(args.positional) > 2 else None
    if not isinstance(third, Sequence) or any(number(item) is not None for item in third.items):
        return args
    named = dict(zip(("metrics", "loss_weights", "weighted_metrics"), args.positional[2:], strict=False))
    return CallArguments(args.positional[:2], {**named, **args.keywords}, args.complete)


def _optimizer(model: ModelObject) -> Value:
    """``model.optimizer``: what ``compile`` was given, or what Keras makes of its text."""
    given = model.compiles[0].args.get("optimizer") if len(model.compiles) == 1 else Unknown("not compiled in sight")
    if text(given) is None:
        return given
    return Instance("keras.optimizers.Optimizer", Arguments(complete=False), namespace=_namespace(model))


def _namespace(model: ModelObject) -> str | None:
    return next((entry.namespace for entry in model.stack if isinstance(entry, LayerObject)), None)


def call_method(run: Run, owner: ModelValue, name: str, args: CallArguments, node: cst.Call) -> Value:
    """A method call on a model."""
    model = run.model(owner.key)
    if model is None:
        return Unknown("a method of a model that is not known")
    if name == "add" and args.first("layer") is not None:
        value = args.first("layer")
        add(run, owner.key, value if value is not None else NONE)
        return NONE
    if name == "pop":
        last = model.stack[-1] if model.stack else None
        counted = isinstance(last, LayerObject | ModelValue) and not _in_uncounted_loop(run, owner.key)
        shorter = replace(model, stack=model.stack[:-1]) if counted else with_unknown(model, "layers were taken away")
        refused = _refused(run, owner.key)
        run.state.heap[owner.key] = with_unknown(shorter, refused) if refused else shorter
        run.disown_calls(owner.key)
        run.record_call(CallSite("keras.Model.pop", Arguments(), run.site(node), (owner.key,), not run.uncertain))
        return Unknown("a layer that was taken away")
    if name in ("__call__", "call"):
        return call_model(run, owner, args, node)
    if name in ("add_weight", "add_variable"):
        return own_weights.add_weight(run, owner, args)
    if name == "build" and args.values:
        own_weights.notice_built(run, owner.key, (shape_of(containers.snapshot(run, args.values[0])),))
    if name == "get_layer":
        return _layer_of_name(run, owner, args)
    full_name = f"keras.Model.{name}"
    arguments = bound(run, _as_keras_2_orders(run, args) if name == "compile" else args, signature_of(full_name))
    compiled = model.compiles[0] if len(model.compiles) == 1 and name != "compile" else None
    call = run.record_call(CallSite(full_name, arguments, run.site(node), (owner.key,), not run.uncertain, compiled))
    if not run.muted:
        if name == "compile":
            run.state.heap[owner.key] = replace(model, compiles=(call,) if call.certain else (*model.compiles, call))
        elif name in ("fit", "fit_generator"):
            run.state.heap[owner.key] = replace(model, fits=(*model.fits, call))
            saving.save_in_training(run, owner.key, arguments)
        elif name == "save":
            saving.save(run, owner, args.first("filepath"))
    if name in ("predict", "predict_on_batch"):
        return _predicted(run, owner.key, node)
    if name in ("fit", "fit_generator"):
        return history.made(run, call, node)
    if name in evaluation.METHODS:
        return evaluation.made(run, call, node)
    return Unknown(f"the result of {name}")


def _predicted(run: Run, key: int, node: cst.Call) -> Value:
    """What ``predict`` gives: one array like the only output, of as many samples as it gets."""
    shape = _only_output(run, key)
    if isinstance(shape, UnknownShape):
        return Unknown("the result of predict")
    sizes = tuple(size if isinstance(size, int) else UnknownDim("a free axis of the output") for size in shape[1:])
    return with_memory(run, ArrayValue((UnknownDim("as many as there are samples"), *sizes)), node)


def _only_output(run: Run, key: int) -> AnyShape:
    """The shape of the only output of a model that is certain; kept until layers come or go, as loops predict."""
    from tdlint.interp.keras.build import build  # builds graphs by calling layers: each needs the other

    model = run.model(key)
    made_of = None if model is None else (model.stack, model.inputs, model.outputs, model.unknown)
    kept = run.output_shapes.get(key)
    if kept is not None and kept[0] == made_of:
        return kept[1]
    graph = build(run, key)
    shape: AnyShape = graph.output_shapes[0] if len(graph.output_shapes) == 1 else UnknownShape("not one output")
    if graph.kind == "subclass" or graph.doubts or graph.output_keys:
        shape = UnknownShape("the outputs are not certain")
    run.output_shapes[key] = made_of, shape
    return shape


def _layer_of_name(run: Run, owner: ModelValue, args: CallArguments) -> Value:
    """``model.get_layer(name)``."""
    wanted = args.first("name")
    name = None if wanted is None else text(wanted)
    known = model_layers.known_layers(run, owner.key)
    found = [layer for layer in known if name is not None and _has_name(run, layer, name)]
    if len(found) == 1:
        return found[0]
    hidden = None if name is None else attribute(run, owner, "layers")
    if isinstance(hidden, LayerList) and name is not None:
        return applications.named(run, hidden, name)
    return SomeLayer(owner.key)


def _has_name(run: Run, layer: LayerObject | ModelValue, name: str) -> bool:
    if isinstance(layer, LayerObject):
        return layer.name == name and not applications.is_hidden(layer)
    model = run.model(layer.key)
    return model is not None and model.name == name


def call_model(run: Run, owner: ModelValue, args: CallArguments, node: cst.Call) -> Value:
    """``model(x)``: a model used as a layer."""
    model = run.model(owner.key)
    if run.taping and not run.muted:
        run.records.taped.setdefault(owner.key, run.site(node))
        if "training" in args.keywords or len(args.positional) > 1 or not args.complete:
            run.records.taped_training.add(owner.key)
    key = None if model is None else model.instance_of
    method = None if key is None else classes.method(run, key, "call")
    own = method is not None and model is not None and model.kind == "subclass"
    layer = LayerObject(owner.key, _type(model), Arguments(), name=model.name if model else None, site=run.site(node))
    return layers.call_submodel(run, layer, args, node, is_own_model=own)


def _type(model: ModelObject | None) -> str:
    return "keras.Sequential" if model is not None and model.kind == "sequential" else "keras.Model"


def escape(run: Run, value: Value) -> None:
    """A model goes to code that tdlint does not see: it may be compiled, trained or changed there.

    From within a callback it does not: a callback watches a model, and adds no layers.
    """
    model = run.model(value.key) if isinstance(value, ModelValue) else None
    if not isinstance(value, ModelValue) or model is None or ESCAPED in model.unknown:
        return
    owners = (run.classes[frame.owner] for frame in run.frames if frame.owner is not None)
    if not any("keras.callbacks.Callback" in owner.library_bases for owner in owners):
        run.state.heap[value.key] = with_unknown(model, ESCAPED)
