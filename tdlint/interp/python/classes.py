"""Classes of the program: defining them, making objects, and entering what nobody calls."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

import libcst as cst

from tdlint.graph import own_training
from tdlint.interp.heap import InstanceObject, ModelObject
from tdlint.interp.keras import layers, models, own_weights
from tdlint.interp.python import containers, expressions, functions, names, statements
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.python.names import dotted
from tdlint.interp.run import MAIN, Class, Function, OutOfSteps, Run
from tdlint.interp.state import State
from tdlint.shapes import UnknownShape
from tdlint.values import (
    Arguments,
    ClassValue,
    FunctionValue,
    Instance,
    LayerObject,
    ModelValue,
    Site,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    options,
)

LAYER_BASES = frozenset({"keras.Layer", "keras.layers.Wrapper", "keras.layers.RNN"})
MODEL_BASES = frozenset({"keras.Model", "keras.Sequential"})


# Bases that leave the attributes of a class as they are written.
_PLAIN_BASES = ("builtins.object", "abc.ABC", "typing.Generic", "builtins.Exception", "builtins.ValueError", "keras.")
_HOOKS = frozenset({"__new__", "__setattr__", "__getattribute__", "__slots__"})


def define(run: Run, node: cst.ClassDef) -> ClassValue:
    """A class as a value; its body is executed in a frame of its own."""
    library: list[str] = []
    own: list[int] = []
    namespaces: list[str | None] = []
    is_open = bool(node.keywords)
    for base in node.bases:
        value = expressions.evaluate(run, base.value)
        if isinstance(value, Symbol):
            library.append(value.name)
            namespaces.append(value.namespace)
            is_open = is_open or not value.name.startswith(_PLAIN_BASES)
        elif isinstance(value, ClassValue):
            own.append(value.key)
            library.extend(value.bases)
            namespaces.append(run.classes[value.key].namespace)
            is_open = is_open or run.classes[value.key].open
        else:
            is_open = True
    attributes, key = _execute_body(run, node)
    fields = next((found for base in own if (found := run.classes[base].fields) is not None), None)
    decorators = tuple(_decorator_name(run, decorator) for decorator in node.decorators)
    for name in decorators:
        if name in ("dataclasses.dataclass", "flax.struct.dataclass"):
            fields = (*(fields or ()), *(name for name in _annotated_names(node) if name not in (fields or ())))
        elif not name.startswith(("keras.", "typing.")):
            is_open = True
    is_open = is_open or bool(attributes.keys() & _HOOKS)
    bases = tuple(dict.fromkeys(library))
    run.classes[key] = Class(
        node,
        node.name.value,
        bases,
        tuple(own),
        attributes,
        is_open,
        fields=fields,
        module=names.module_of(run, run.frame.number),
        namespace=next((name for name in namespaces if name is not None), None),
        decorators=decorators,
    )
    run.state.heap[key] = InstanceObject(tuple(attributes.items()), is_open)
    return ClassValue(key, node.name.value, bases)


def _execute_body(run: Run, node: cst.ClassDef) -> tuple[dict[str, Value], int]:
    frame = run.push_frame(run.frame.number)
    try:
        statements.execute_block(run, node.body)
        run.state.dead = False
        attributes = dict(run.state.frames[frame.number])
    finally:
        run.frames.pop()
    run.frame.captured = run.frame.captured or frame.captured
    # methods see the module, not the body of their class
    key = run.fresh()
    for value in attributes.values():
        for option in options(value):
            if isinstance(option, FunctionValue) and run.functions[option.key].frame == frame.number:
                run.functions[option.key].frame = run.frame.number
                run.functions[option.key].owner = key
    return attributes, key


def _decorator_name(run: Run, decorator: cst.Decorator) -> str:
    target = decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator
    value = expressions.evaluate(run, target)
    return value.name if isinstance(value, Symbol) else ""


def _annotated_names(node: cst.ClassDef) -> list[str]:
    """The fields of a dataclass, in order."""
    lines = [line for line in node.body.body if isinstance(line, cst.SimpleStatementLine)]
    return [
        small.target.value
        for line in lines
        for small in line.body
        if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name) and _is_parameter(small)
    ]


def _is_parameter(field: cst.AnnAssign) -> bool:
    """Whether ``__init__`` of the dataclass takes the field."""
    annotation = field.annotation.annotation
    kind = annotation.value if isinstance(annotation, cst.Subscript) else annotation
    if dotted(kind).rpartition(".")[2] == "ClassVar":
        return False
    given = field.value.args if isinstance(field.value, cst.Call) else ()
    return not any(arg.keyword is not None and arg.keyword.value == "init" for arg in given)


def mro(run: Run, key: int) -> tuple[int, ...]:
    """The classes of the program in which a class looks for a method, itself first."""
    lists = [list(mro(run, base)) for base in run.classes[key].own_bases] + [list(run.classes[key].own_bases)]
    order = [key]
    while lists := [each for each in lists if each]:
        tails = {other for each in lists for other in each[1:]}
        head = next((each[0] for each in lists if each[0] not in tails), lists[0][0])
        order.append(head)
        lists = [[other for other in each if other != head] for each in lists]
    return tuple(order)


def find_attribute(run: Run, key: int, name: str, after: int | None = None) -> Value | None:
    """A class attribute or method, from the class or its own ancestors; those that come ``after`` one of them."""
    order = mro(run, key)
    if after is not None:
        order = order[order.index(after) + 1 :] if after in order else mro(run, after)[1:]
    for number in order:
        thing = run.state.heap.get(number)
        if not isinstance(thing, InstanceObject):
            continue
        found = thing.get(name)
        if found is not None:
            return found if name not in thing.partial else Unknown(f"{name} is set on some paths only", name)
    return None


def decides_truth(run: Run, value: Value) -> bool:
    """Whether an object of a class of the program may count as false."""
    key = class_key(run, value)
    if key is None:
        return False
    return run.classes[key].open or any(find_attribute(run, key, name) is not None for name in ("__bool__", "__len__"))


def method(run: Run, key: int, name: str) -> FunctionValue | None:
    """A method of a class that is a plain function of the program."""
    found = find_attribute(run, key, name)
    return found if isinstance(found, FunctionValue) else None


def is_layer(bases: tuple[str, ...]) -> bool:
    """Whether a class with these library bases is a layer."""
    return any(base in LAYER_BASES or base.startswith("keras.layers.") for base in bases)


def is_model(bases: tuple[str, ...]) -> bool:
    """Whether a class with these library bases is a model."""
    return any(base in MODEL_BASES for base in bases)


def instantiate(run: Run, value: ClassValue, args: CallArguments, node: cst.CSTNode) -> Value:
    """Make an object of a class of the program: its ``__init__`` is entered."""
    definition = run.classes[value.key]
    definition.used = True
    site = run.site(node)
    key = run.fresh()
    made: Value
    if is_model(value.bases):
        run.state.heap[key] = ModelObject(
            "subclass", site, value.name, unknown=(own_weights.SUBCLASS,), instance_of=value.key
        )
        made = ModelValue(key)
    elif is_layer(value.bases):
        repeated = run.loops_unknown > 0
        layer = LayerObject(key, value.name, Arguments(complete=False), site=site, custom=True, repeated=repeated)
        if find_attribute(run, value.key, "__init__") is None:
            layer = layers.initialized(layer, args)
        run.state.heap[key] = layer
        run.records.made_with[key] = _given(run, args)
        own_weights.notice_made(run, layer)
        made = layer
    else:
        made = Instance(value.name, Arguments(complete=False), key, site=site)
    # an object's own attributes are under its negative key
    run.state.heap[-key] = InstanceObject((("__class__", value),), definition.open)
    initializer = find_attribute(run, value.key, "__init__")
    if isinstance(initializer, FunctionValue):
        with run.following(key, "init", isinstance(made, ModelValue)):
            functions.enter(run, initializer, args, first=made)
    elif definition.fields is not None and initializer is None:
        _set_fields(run, made, definition, value.key, args)
    elif initializer is not None or definition.open:
        run.lose(made, *args.everything())
    elif isinstance(made, ModelValue) and args.complete:
        _initialize_as_keras_does(run, made, value, args)
    return made


def _given(run: Run, args: CallArguments) -> tuple[tuple[Value, Site | None], ...]:
    """What an object is made with, as it is at this moment."""
    pairs = (*args.positional, *args.keywords.values())
    return tuple((containers.snapshot(run, value), None if node is None else run.site(node)) for value, node in pairs)


def _initialize_as_keras_does(run: Run, made: ModelValue, value: ClassValue, args: CallArguments) -> None:
    """A model whose class has no ``__init__``; with methods of its own it may still train in a way of its own."""
    models.initialize_subclass(run, made, args)
    model = run.model(made.key)
    own = {
        name
        for each in mro(run, value.key)
        for name, member in run.classes[each].attributes.items()
        if isinstance(member, FunctionValue)
    }
    if model is not None and own and model.kind != "subclass":
        why = f"{value.name} has methods of its own" if own & _OF_THE_GRAPH else own_training(value.name)
        run.state.heap[made.key] = models.with_unknown(model, why)


# Methods and properties of a model that say what its layers, inputs and weights are, and how they are called.
_OF_THE_GRAPH = frozenset(
    {
        *("__call__", "__getattr__", "__getattribute__", "__new__", "__setattr__", "add", "build", "call", "pop"),
        *("compute_output_shape", "compute_output_spec", "get_layer", "input_shape", "input_spec", "inputs", "layers"),
        *("non_trainable_variables", "non_trainable_weights", "output_shape", "outputs", "trainable"),
        *("trainable_variables", "trainable_weights", "variables", "weights"),
    }
)


def _set_fields(run: Run, made: Value, definition: Class, key: int, args: CallArguments) -> None:
    """What ``__init__`` of a dataclass does."""
    given = dict(zip(definition.fields or (), args.values, strict=False))
    given |= {name: value for name, (value, _) in args.keywords.items()}
    for name in definition.fields or ():
        default = find_attribute(run, key, name)
        made_by_call = isinstance(default, Instance | Unknown) or default is None
        if name in given:
            value = given[name]
        elif args.complete and not made_by_call and default is not None:
            value = default
        else:
            value = Unknown(f"{name} is not known", name)
        set_object_attribute(run, made, name, value)
    if find_attribute(run, key, "__post_init__") is not None:
        after = method(run, key, "__post_init__")
        if after is not None:
            functions.enter(run, after, CallArguments(), first=made)


def _key_of(value: Value) -> int:
    if isinstance(value, LayerObject | ModelValue | Instance):
        return value.key
    raise TypeError(f"expected an object, received {type(value).__name__}")


def attributes_of(run: Run, value: Value) -> InstanceObject | None:
    """The attributes that an object of a class of the program has got."""
    if not isinstance(value, LayerObject | ModelValue | Instance):
        return None
    found = run.state.heap.get(-value.key)
    return found if isinstance(found, InstanceObject) else None


def class_of(run: Run, value: Value) -> Class | None:
    """The class of the program that an object is made of, None for objects of libraries."""
    key = class_key(run, value)
    return None if key is None else run.classes[key]


def class_key(run: Run, value: Value) -> int | None:
    """The key of the class of the program that an object is made of."""
    found = attributes_of(run, value)
    owner = None if found is None else found.get("__class__")
    return owner.key if isinstance(owner, ClassValue) else None


def is_open(run: Run, value: Value) -> bool:
    """Whether an object may have attributes that are not seen: an ancestor of its class is not known."""
    key = class_key(run, value)
    return key is None or run.classes[key].open


def set_object_attribute(run: Run, value: Value, name: str, new: Value) -> bool:
    """Set an attribute of an object of a class of the program; False if it is none."""
    found = attributes_of(run, value)
    if found is None:
        return False
    owner = found.get("__class__")
    member = find_attribute(run, owner.key, name) if isinstance(owner, ClassValue) else None
    if isinstance(member, FunctionValue) and run.functions[member.key].kind in ("property", "unknown"):
        setter = run.functions[member.key].setter
        if setter is None:
            run.lose(value, new)
        else:
            functions.enter(run, FunctionValue(setter, name), CallArguments(((new, None),)), first=value)
        return True
    run.state.heap[-_key_of(value)] = found.set(name, new)
    return True


def set_class_attribute(run: Run, owner: ClassValue, name: str, value: Value) -> None:
    """``A.name = value``."""
    thing = run.state.heap.get(owner.key)
    if isinstance(thing, InstanceObject):
        run.state.heap[owner.key] = thing.set(name, value)


def enter_unused(run: Run, skip: Set[int], forward: bool) -> None:
    """Enter what the program never calls, with unknown arguments: functions, and each method of each class.

    ``forward`` includes ``build`` and ``call`` of layers that the program does make: building the graphs of its models
    enters most of them, with the shapes that they get there. ``skip`` are functions not worth it.
    """
    done = set(skip)
    while True:
        pending = [
            key
            for key, function in run.functions.items()
            if key not in done
            and not function.entered
            and run.modules[function.frame] == MAIN
            and (forward or not _entered_by_building(run, function))
        ]
        if not pending:
            return
        for key in pending:
            done.add(key)
            function = run.functions[key]
            if not function.entered and isinstance(function.node, cst.FunctionDef):
                before = run.state.fork()
                run.outside.calling = None
                whole = _enter_within_bounds(run, function)
                _keep_what_ran(run, before, whole)


FUNCTION_STEPS = 2_500
"""How many steps a function that nobody calls may take at least; at most it gets half of what the program has left.

One that builds all variants of a large model is left early, and the functions after it still get their turn.
"""


def _enter_within_bounds(run: Run, function: Function) -> bool:
    """Enter a function that nobody calls; False if it takes too long to follow to its end."""
    whole_program = run.max_steps
    share = max(FUNCTION_STEPS, (whole_program - run.steps) // 2)
    run.max_steps = min(whole_program, run.steps + share)
    try:
        _enter_unused(run, function)
    except OutOfSteps:
        if run.steps > whole_program:
            raise
        run.muted, run.unrolled = 0, 1
        run.note_unknown(f"{function.name} is too large to follow to its end", function.node)
        return False
    finally:
        run.max_steps = whole_program
    return True


def _keep_what_ran(run: Run, before: State, whole: bool) -> None:
    """A function that nobody calls did not change what was there before; what it made is kept."""
    after = run.state
    for key in before.heap.differing(after.heap):
        thing, now = before.heap.get(key), after.heap.get(key)
        if thing is None and now is not None:  # what it made
            if not whole and isinstance(now, ModelObject):
                now = models.with_unknown(now, "its function is too large to follow to its end")
            before.heap[key] = now
        elif isinstance(thing, ModelObject) and isinstance(now, ModelObject) and now.stack == thing.stack:
            # how it is compiled and trained is worth knowing, whoever calls that
            # which of several is in force when another one is called is not known
            compiles = tuple(dict.fromkeys((*thing.compiles, *now.compiles)))
            before.heap[key] = replace(thing, compiles=compiles, fits=now.fits)
    for number in before.frames.differing(after.frames):
        frame = after.frames.get(number)
        if frame is not None:
            before.frames.setdefault(number, frame)
    before.dead = False
    run.keep_going(before)


def _entered_by_building(run: Run, function: Function) -> bool:
    return function.owner is not None and function.name in ("build", "call") and run.classes[function.owner].used


def _enter_unused(run: Run, function: Function) -> None:
    args = functions.unknown_arguments(function)
    if function.owner is not None and function.kind != "static":
        owner = _generic_object(run, function.owner)
        if function.entered:  # by making the object
            return
        if isinstance(owner, LayerObject) and function.name in ("build", "call"):
            tensor = TensorValue(UnknownShape("the input of a layer that the program does not use"))
            layers.enter_call(run, owner, CallArguments(((tensor, None),), {}, False))
            return
        if isinstance(owner, ModelValue) and function.name == "call":
            return  # entered when the model's graph is built
        args = CallArguments(((owner, None), *args.positional[1:]), {}, False)
    function.entered = True
    functions.enter_function(run, function, args)


def _generic_object(run: Run, owner: int) -> Value:
    """``self`` for the methods of a class that the program does not call: one object, made with unknown arguments."""
    known = run.generic.get(owner)
    if known is None:
        definition = run.classes[owner]
        value = ClassValue(owner, definition.name, definition.library_bases)
        known = instantiate(run, value, CallArguments((), {}, False), definition.node)
        run.generic[owner] = known
    return known
