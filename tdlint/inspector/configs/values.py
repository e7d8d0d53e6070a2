"""Serialized configs, piece by piece, as abstract values. Nothing is imported or run: names stay names.

Forms that are read: Keras 3 (``module``, ``class_name``, ``config``, ``registered_name``) and Keras 2, which leaves the
module out in many places.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import TypeAlias

from tdlint.inspector.errors import ModelFileError
from tdlint.naming import OPERATION, snake_case
from tdlint.shapes import FREE, AnyShape, Dim
from tdlint.spec import layers as layer_spec
from tdlint.spec.initializers import class_name as initializer_class
from tdlint.spec.losses import class_name as loss_class
from tdlint.spec.objects import signature_of
from tdlint.values import Arguments, Const, Instance, LayerObject, Mapping, Sequence, Symbol, Unknown, Value

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_DEPTH = 64
"""How deep objects may be nested in a config; Keras' own stay below 20."""
MAX_DIM = 2**48
"""The largest size of an axis that is taken seriously."""
_NOT_ARGUMENTS = frozenset({"name", "trainable", "dtype", "batch_shape", "batch_input_shape", "build_input_shape"})
_KERAS_ROOTS = ("keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras", "keras_core")
_KERAS_2_OPERATIONS = frozenset({"TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"})
_REGULARIZERS = frozenset({"L1", "L2", "L1L2", "OrthogonalRegularizer"})
_CLASS_NAMES = {"GroupedQueryAttention": "GroupQueryAttention"}
"""Public names of layers whose class is called otherwise, as `.h5` files have it."""
_BYTECODE, _FUNCTION = "Python bytecode of a lambda, which is not read", "a function of the user"
_DOMAINS = {"regularizer": "keras.regularizers", "initializer": "keras.initializers", "constraint": "keras.constraints"}


def expect_object(value: Json, where: str) -> dict[str, Json]:
    """The value as a JSON object.

    Raises:
        ModelFileError: it is something else.
    """
    if not isinstance(value, dict):
        raise ModelFileError(where, f"expected an object, received {_kind(value)}")
    return value


def expect_list(value: Json, where: str) -> list[Json]:
    """The value as a JSON list.

    Raises:
        ModelFileError: it is something else.
    """
    if not isinstance(value, list):
        raise ModelFileError(where, f"expected a list, received {_kind(value)}")
    return value


def expect_text(value: Json, where: str) -> str:
    """The value as text.

    Raises:
        ModelFileError: it is something else.
    """
    if not isinstance(value, str):
        raise ModelFileError(where, f"expected a text, received {_kind(value)}")
    return value


def _kind(value: Json) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def shape_at(value: Json, where: str) -> tuple[Dim, ...]:
    """A serialized shape, null being a free dimension.

    Raises:
        ModelFileError: it is no list of sizes.
    """
    dims: list[Dim] = []
    for number, item in enumerate(expect_list(value, where)):
        if item is None:
            dims.append(FREE)
        elif isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= MAX_DIM:
            dims.append(item)
        else:
            raise ModelFileError(f"{where}[{number}]", f"expected the size of an axis or null, received {item!r}"[:200])
    return tuple(dims)


def input_shapes_at(value: Json, where: str) -> tuple[AnyShape, ...]:
    """The one shape or the list of shapes that a layer was built with; empty where the form is another."""
    if not isinstance(value, list) or not value:
        return ()
    if all(item is None or isinstance(item, int) for item in value):
        return (shape_at(value, where),)
    if all(isinstance(item, list) for item in value):
        return tuple(shape_at(item, f"{where}[{number}]") for number, item in enumerate(value))
    return ()


def built_with(block: dict[str, Json], where: str) -> tuple[AnyShape, ...]:
    """The input shapes in the ``build_config`` of a serialized layer; empty if there are none."""
    build = block.get("build_config")
    if not isinstance(build, dict):
        return ()
    if "shapes_dict" in build:
        shapes = build["shapes_dict"]
        found: tuple[AnyShape, ...] = ()
        for key, shape in shapes.items() if isinstance(shapes, dict) else ():
            found += input_shapes_at(shape, f"{where}.build_config.shapes_dict.{key}")
        return found
    return input_shapes_at(build.get("input_shape"), f"{where}.build_config.input_shape")


def is_keras(module: Json) -> bool:
    """Whether a module name is one of Keras, in any of the packages that it has come in."""
    return isinstance(module, str) and any(module == root or module.startswith(root + ".") for root in _KERAS_ROOTS)


def public_module(module: str) -> str:
    """``keras.src.losses.losses`` as ``keras.losses``."""
    parts = [part for part in module.split(".") if part not in ("src", "tensorflow", "python", "api", "_v2")]
    return ".".join(["keras", *parts[1:2]])


def is_user_code(value: Value) -> bool:
    """Whether a value stands for a function of the user, or for a lambda, that is not read."""
    return isinstance(value, Unknown) and value.reason in (_BYTECODE, _FUNCTION)


def _looks_serialized(value: dict[str, Json]) -> bool:
    return "class_name" in value and "config" in value


class ValueReader:
    """Reads values and gives every layer a key of its own."""

    def __init__(self) -> None:
        self._next_key = 0

    def new_key(self) -> int:
        """A key that no other layer or model of this file has."""
        self._next_key += 1
        return self._next_key

    def value(self, raw: Json, where: str, name: str = "", depth: int = 0) -> Value:
        """Any JSON value; ``name`` is the argument that it is given for, where it is one.

        Raises:
            ModelFileError: nested too deeply, or broken within.
        """
        if depth > MAX_DEPTH:
            raise ModelFileError(where, f"objects are nested more than {MAX_DEPTH} deep")
        if isinstance(raw, list):
            return Sequence(
                tuple(self.value(item, f"{where}[{i}]", name, depth + 1) for i, item in enumerate(raw)), "list"
            )
        if isinstance(raw, dict):
            if _looks_serialized(raw):
                return self._serialized(raw, where, name, depth)
            return Mapping(
                tuple((Const(key), self.value(item, f"{where}.{key}", key, depth + 1)) for key, item in raw.items())
            )
        if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) > 2**63:
            raise ModelFileError(where, "a number with more than 64 bits")
        if isinstance(raw, float) and not math.isfinite(raw):
            return Unknown("not a finite number", name or None)
        return Const(written(raw) if isinstance(raw, float) else raw)

    def _serialized(self, raw: dict[str, Json], where: str, name: str, depth: int) -> Value:
        short = expect_text(raw["class_name"], f"{where}.class_name")
        module, config = raw.get("module"), raw["config"]
        if short == "__lambda__":
            return Unknown(_BYTECODE, name or None)
        if short == "__tuple__" or short == "__set__":
            return self.value(config, f"{where}.config", name, depth + 1)
        if short in ("function", "builtin_function_or_method"):
            return self._function(module, config)
        if short.startswith("__"):
            return Unknown(f"a {short.strip('_')}", name or None)
        if not isinstance(config, dict):
            return Unknown(f"an object of class {short}", name or None)
        if self._is_layer(raw, name):
            return self.layer(raw, where, depth + 1)
        return self._instance(raw, config, where, name, depth)

    def _function(self, module: Json, config: Json) -> Value:
        called = config if isinstance(config, str) else "function"
        if is_keras(module) and isinstance(module, str):
            return Symbol(f"{public_module(module)}.{called}", "keras")
        if module in (None, "builtins") and loss_class(Const(called)):
            return Symbol(f"keras.losses.{called}", "keras")
        return Unknown(_FUNCTION, called)

    def _is_layer(self, raw: dict[str, Json], name: str) -> bool:
        module, short = raw.get("module"), raw["class_name"]
        if isinstance(module, str) and is_keras(module):
            return public_module(module) in ("keras.layers", "keras.models") or short in ("Sequential", "Functional")
        if name in ("layer", "layers", "cell", "cells", "forward_layer", "backward_layer"):
            return True
        return module is None and layer_spec.find(f"keras.layers.{short}") is not None

    def _instance(self, raw: dict[str, Json], config: dict[str, Json], where: str, name: str, depth: int) -> Instance:
        short, module = str(raw["class_name"]), raw.get("module")
        domain = next((full for ending, full in _DOMAINS.items() if name.endswith(ending)), None)
        if is_keras(module) and isinstance(module, str):
            kind = f"{public_module(module)}.{short}"
        elif module is None and domain and ">" not in short and (name[-11:] != "regularizer" or short in _REGULARIZERS):
            kind = f"{domain}.{short}"
        elif module is None and loss_class(Const(short)):
            kind = f"keras.losses.{short}"
        else:
            # the mark keeps a user's own `L2` apart from that of Keras
            kind = f"{module or 'custom'}>{raw.get('registered_name') or short}"
        bound = {key: self.value(item, f"{where}.config.{key}", key, depth + 1) for key, item in config.items()}
        ours = kind.startswith("keras.")
        # all coefficients of a regularizer are shown, chosen or not
        chosen = ours and not kind.startswith("keras.regularizers.")
        args = _chosen(bound, dict(signature_of(kind).defaults)) if chosen else Arguments(tuple(bound.items()))
        return Instance(kind, args, namespace="keras" if ours else None)

    def layer(self, raw: dict[str, Json], where: str, depth: int = 0) -> LayerObject:
        """A serialized layer; its own config becomes its arguments, less those that equal the default.

        ``partial`` marks one of a live model whose config can't be had: its other arguments are unknown, not defaults.
        Within another one (``depth``), a model keeps its layers as the argument ``layers``.

        Raises:
            ModelFileError: something in it is not what Keras writes.
        """
        short = expect_text(raw.get("class_name"), f"{where}.class_name")
        config = expect_object(raw.get("config"), f"{where}.config")
        kind, custom = layer_type(raw)
        bound = {
            key: self.value(item, f"{where}.config.{key}", key, depth + 1)
            for key, item in config.items()
            if key not in _NOT_ARGUMENTS and (key != "layers" or depth > 0)
        }
        axis = bound.get("axis")
        if isinstance(axis, Sequence) and len(axis.items) == 1:  # as Keras 2 writes that of normalization
            bound["axis"] = axis.items[0]
        if short == "Lambda":
            bound["function"] = Unknown("Python code, which is not read", "function")
        given = config.get("name", raw.get("name"))
        trainable = config.get("trainable", True)
        return LayerObject(
            self.new_key(),
            kind,
            _arguments(kind, bound, complete=not custom and raw.get("partial") is not True),
            None if custom else "keras",
            given if isinstance(given, str) else None,
            custom=custom,
            trainable=trainable if isinstance(trainable, bool) else None,
        )


def layer_type(raw: dict[str, Json]) -> tuple[str, bool]:
    """The canonical type of a serialized layer, and whether it is a class of the user."""
    short, module, registered = str(raw.get("class_name")), raw.get("module"), raw.get("registered_name")
    short = _CLASS_NAMES.get(short, short)
    if short == "Sequential" and (module is None or is_keras(module)):
        return "keras.Sequential", False
    if short in ("Functional", "Model") and (module is None or is_keras(module)):
        return "keras.Model", False
    config = raw.get("config")
    if short in _KERAS_2_OPERATIONS and isinstance(config, dict):
        return OPERATION + snake_case(str(config.get("function", short)).rpartition(".")[2]), False
    if isinstance(module, str) and is_keras(module):
        public = public_module(module)
        return OPERATION + snake_case(short) if public == "keras.ops" else f"{public}.{short}", False
    if module is None and ">" not in short and layer_spec.find(f"keras.layers.{short}") is not None:
        return f"keras.layers.{short}", False
    if short in ("Lambda", "InputLayer"):
        return f"keras.layers.{short}", False
    if module is None and registered is None and isinstance(config, dict) and "trainable" not in config:
        # an operation such as `x[:, 0]` in an `.h5` file, which leaves modules out; all layers have this key
        return OPERATION + snake_case(short), False
    return (registered if isinstance(registered, str) and registered else short), True


def _arguments(kind: str, bound: dict[str, Value], complete: bool) -> Arguments:
    spec = layer_spec.find(kind)
    if spec is None:
        return Arguments(tuple(bound.items()), complete=complete)
    return _chosen(bound, dict(spec.signature.defaults), complete)


def _chosen(bound: dict[str, Value], defaults: dict[str, Value], complete: bool = True) -> Arguments:
    """A config has every argument; ``bound`` of the result has those that are not as they would be anyway."""
    chosen = {name: value for name, value in bound.items() if not _is_default(name, value, defaults.get(name))}
    left = tuple((name, value) for name, value in defaults.items() if name not in chosen)
    return Arguments(tuple(chosen.items()), left, complete)


def _is_default(name: str, value: Value, default: Value | None) -> bool:
    if not isinstance(default, Const):
        return (
            isinstance(value, Sequence) and isinstance(default, Sequence) and _constants(value) == _constants(default)
        )
    if default.value is None and name.endswith("activation"):
        return value.must_be("linear") or value.must_be(None)
    if default.value is None and name == "data_format":  # the setting of Keras, as it was when the model was made
        return value.must_be("channels_last") or value.must_be(None)
    if isinstance(value, Instance) and isinstance(default.value, str) and name.endswith("_initializer"):
        return not value.args.bound and initializer_class(value) == initializer_class(default)
    return isinstance(value, Const) and value.must_be(default.value)


def _constants(value: Value | None) -> tuple[object, ...] | None:
    if not isinstance(value, Sequence):
        return None
    return tuple(item.value if isinstance(item, Const) else item for item in value.items) if value.complete else None


def written(number: float) -> float:
    """A number as it was written, where Keras kept it in 32 bits: 0.009999999776482582 is 0.01."""
    try:
        if struct.unpack("f", struct.pack("f", number))[0] != number:
            return number
    except OverflowError:
        return number
    for digits in range(1, 9):
        shorter = float(f"{number:.{digits}g}")
        if struct.unpack("f", struct.pack("f", shorter))[0] == number:
            return shorter
    return number


def inner_layers(layer: LayerObject) -> Iterator[tuple[str, LayerObject]]:
    """The layers among a layer's arguments, with the argument's name: those that it wraps."""
    for name, value in layer.args.bound:
        if isinstance(value, LayerObject):
            yield name, value
        elif isinstance(value, Sequence):
            for item in value.items:
                if isinstance(item, LayerObject):
                    yield name, item
