"""Classes of the program: defining them, making objects, and entering what nobody calls."""

from __future__ import annotations

import libcst as cst

from tdlint.interp import expressions, functions, layers, statements
from tdlint.interp.arguments import CallArguments
from tdlint.interp.run import Class, Function, Run
from tdlint.interp.state import InstanceObject, ModelObject
from tdlint.shapes import UnknownShape
from tdlint.values import (
    Arguments,
    ClassValue,
    FunctionValue,
    Instance,
    LayerObject,
    ModelValue,
    Symbol,
    TensorValue,
    Value,
)

LAYER_BASES = frozenset({"keras.Layer", "keras.layers.Wrapper", "keras.layers.RNN"})
MODEL_BASES = frozenset({"keras.Model", "keras.Sequential"})


def define(run: Run, node: cst.ClassDef) -> ClassValue:
    """A class as a value; its body is executed in a frame of its own."""
    library: list[str] = []
    own: list[int] = []
    is_open = False
    for base in node.bases:
        value = expressions.evaluate(run, base.value)
        if isinstance(value, Symbol):
            library.append(value.name)
        elif isinstance(value, ClassValue):
            own.append(value.key)
            library.extend(value.bases)
            is_open = is_open or run.classes[value.key].open
        else:
            is_open = True
    frame = run.push_frame(run.frame.number)
    try:
        statements.execute_block(run, node.body)
        run.state.dead = False
        attributes = dict(run.state.frames[frame.number])
    finally:
        run.frames.pop()
    # methods see the module, not the body of their class
    key = run.fresh()
    for value in attributes.values():
        if isinstance(value, FunctionValue) and run.functions[value.key].frame == frame.number:
            run.functions[value.key].frame = run.frame.number
            run.functions[value.key].owner = key
    run.classes[key] = Class(node, node.name.value, tuple(dict.fromkeys(library)), tuple(own), attributes, is_open)
    return ClassValue(key, node.name.value, tuple(dict.fromkeys(library)))


def find_attribute(run: Run, key: int, name: str) -> Value | None:
    """A class attribute or method, from the class or its own ancestors."""
    definition = run.classes[key]
    if name in definition.attributes:
        return definition.attributes[name]
    for base in definition.own_bases:
        found = find_attribute(run, base, name)
        if found is not None:
            return found
    return None


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
        why = f"{value.name} is a subclass of a Keras model"
        run.state.heap[key] = ModelObject("subclass", site, value.name, unknown=(why,), instance_of=value.key)
        made = ModelValue(key)
    elif is_layer(value.bases):
        repeated = run.loops_unknown > 0
        layer = LayerObject(key, value.name, Arguments(complete=False), site=site, custom=True, repeated=repeated)
        run.state.heap[key] = layer
        made = layer
    else:
        made = Instance(value.name, Arguments(complete=False), key, site=site)
    # an object's own attributes are under its negative key
    run.state.heap[-key] = InstanceObject((("__class__", value),), definition.open)
    initializer = method(run, value.key, "__init__")
    if initializer is not None:
        functions.enter(run, initializer, args, first=made)
    return made


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


def set_object_attribute(run: Run, value: Value, name: str, new: Value) -> bool:
    """Set an attribute of an object of a class of the program; False if it is none."""
    found = attributes_of(run, value)
    if found is None:
        return False
    run.state.heap[-_key_of(value)] = found.set(name, new)
    return True


def enter_unused(run: Run, forward: bool) -> None:
    """Enter what the program never calls, with unknown arguments: functions, and each method of each class.

    ``forward`` includes ``build`` and ``call`` of layers that the program does make: building the graphs of its models
    enters most of them, with the shapes that they get there.
    """
    done: set[int] = set()
    while True:
        pending = [
            key
            for key, function in run.functions.items()
            if key not in done and not function.entered and (forward or not _entered_by_building(run, function))
        ]
        if not pending:
            return
        for key in pending:
            done.add(key)
            function = run.functions[key]
            if not function.entered and isinstance(function.node, cst.FunctionDef):
                _enter_unused(run, function)
                run.state.dead = False


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
