"""Python's functions that look into objects: ``isinstance``, ``type``, ``getattr`` and the like."""

from __future__ import annotations

import libcst as cst

from tdlint.interp.heap import DictObject, Ref
from tdlint.interp.python import attributes, classes, containers, functions
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import Run
from tdlint.spec import layers as spec
from tdlint.spec.layers import hierarchy
from tdlint.values import (
    NONE,
    ClassValue,
    Const,
    Instance,
    LayerObject,
    ModelValue,
    Sequence,
    Symbol,
    Unknown,
    Value,
    text,
)

_NOWHERE = cst.Call(cst.Name("getattr"))


def call_type(run: Run, args: CallArguments, values: list[Value]) -> Value:
    """``type(x)``."""
    found = classes.attributes_of(run, values[0]) if len(values) == 1 else None
    own = None if found is None else found.get("__class__")
    return own if own is not None else Unknown("the result of type")


def has(run: Run, owner: Value, name: str) -> bool | None:
    """Whether an object of a class of the program has an attribute; None if it can't be told."""
    own = classes.attributes_of(run, owner) if isinstance(owner, Instance) else None
    key = classes.class_key(run, owner)
    if own is None or key is None or run.classes[key].open or own.open:
        return None
    if classes.find_attribute(run, key, name) is not None or (own.get(name) is not None and name not in own.partial):
        return True
    hidden = name.startswith("__") or name in own.partial or run.classes[key].library_bases
    return None if hidden or classes.find_attribute(run, key, "__getattr__") is not None else False


def protocol(run: Run, owner: Value, name: str, *values: Value) -> Value | None:
    """What a method that Python calls by itself gives, None if the program's class does not have it."""
    key = classes.class_key(run, owner)
    method = None if key is None else classes.method(run, key, name)
    if method is None:
        return None
    return functions.enter(run, method, CallArguments(tuple((value, None) for value in values)), first=owner)


def as_index(index: Value | slice) -> Value:
    """What ``__getitem__`` and the like are given."""
    return Unknown("a slice") if isinstance(index, slice) else index


def call_hasattr(run: Run, args: CallArguments, values: list[Value]) -> Value:
    """``hasattr(x, "name")``."""
    name = text(values[1]) if len(values) == 2 else None
    known = None if name is None else has(run, values[0], name)
    return Unknown("the result of hasattr") if known is None else Const(known)


def call_getattr(run: Run, args: CallArguments, values: list[Value]) -> Value:
    """``getattr(x, "name")``, with or without a default."""
    name = text(values[1]) if len(values) > 1 else None
    known = has(run, values[0], name) if len(values) == 3 and name is not None else len(values) == 2
    if name is None or known is None:
        run.lose(*values[:1])
        return Unknown("the result of getattr")
    return attributes.get(run, values[0], name, _NOWHERE) if known else values[2]


_TYPES: dict[str, type] = {
    each.__name__: each for each in (bool, int, float, str, bytes, tuple, list, dict, set, complex, object)
}


def call_isinstance(run: Run, args: CallArguments, values: list[Value]) -> Value:
    """``isinstance(x, y)``."""
    if not values:
        return Unknown("isinstance fails")
    found = containers.as_list(run, values[1]) if len(values) == 2 else None
    wanted = found.items if found is not None and found.rest is None else values[1:]
    names_of = [value.name.removeprefix("builtins.") if isinstance(value, Symbol) else "" for value in wanted]
    of_class = _of_classes(run, values[0], list(wanted))
    if of_class is None and isinstance(values[0], LayerObject | ModelValue):
        of_class = _of_keras(run, values[0], list(wanted))
    if of_class is not None:
        return Const(of_class)
    real: type | None = None
    if isinstance(values[0], Const):
        real = type(values[0].value)
    elif isinstance(values[0], Sequence) and values[0].kind == "tuple":
        return Unknown("the result of isinstance")  # ranges and the like are described as tuples
    elif isinstance(values[0], Ref):
        thing = run.state.heap.get(values[0].key)
        real = dict if isinstance(thing, DictObject) else _TYPES.get(getattr(thing, "kind", ""))
    if real is None or not all(name in _TYPES for name in names_of):
        return Unknown("the result of isinstance")
    return Const(issubclass(real, tuple(_TYPES[name] for name in names_of)))


def _of_classes(run: Run, value: Value, wanted: list[Value]) -> bool | None:
    """Whether an object of a class of the program is of one of the classes; None if it can't be told."""
    key = classes.class_key(run, value)
    if key is None:
        return None
    own = classes.mro(run, key)
    if any(isinstance(each, ClassValue) and each.key in own for each in wanted):
        return True
    plain = all(isinstance(each, ClassValue) and not run.classes[each.key].open for each in wanted)
    abstract = any("abc.ABC" in each.bases for each in wanted if isinstance(each, ClassValue))
    return False if plain and not abstract and not run.classes[key].open else None


def _of_keras(run: Run, value: LayerObject | ModelValue, wanted: list[Value]) -> bool | None:
    """Whether a layer or model of Keras is of one of the classes; None if it can't be told."""
    answers = [_is_one(run, value, each) for each in wanted]
    if True in answers:
        return True
    return False if wanted and all(answer is False for answer in answers) else None


def _is_one(run: Run, value: LayerObject | ModelValue, wanted: Value) -> bool | None:
    if isinstance(wanted, ClassValue):
        return None if "abc.ABC" in wanted.bases else False
    if not isinstance(wanted, Symbol):
        return None
    if isinstance(value, LayerObject):
        mixed = None not in (value.namespace, wanted.namespace) and value.namespace != wanted.namespace
        plain = value.type.startswith("keras.layers.") and not value.custom and not mixed
        return hierarchy.extends(value.type, wanted.name) if plain else None
    model = run.model(value.key)
    if model is None or model.instance_of is not None or model.kind == "subclass":
        return None
    if wanted.name == "keras.Sequential":
        return model.kind == "sequential"
    if wanted.name in ("keras.Model", "keras.Layer", "keras.layers.Layer"):
        return True
    return False if spec.find(wanted.name) is not None else None


def call_setattr(run: Run, args: CallArguments, values: list[Value]) -> Value:
    """``setattr(x, "name", value)``."""
    name = text(values[1]) if len(values) == 3 else None
    if name is None:
        run.lose(*values)
    else:
        attributes.set_attribute(run, values[0], name, values[2], args.positional[2][1])
    return NONE


def call_delattr(run: Run, args: CallArguments, values: list[Value]) -> Value:
    """``delattr(x, "name")``."""
    run.lose(*values)
    return NONE
