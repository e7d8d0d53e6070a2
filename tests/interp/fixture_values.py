"""What the interpreter says of a value, and what a real object is, in the notation of ``fixtures/interp``."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from tdlint.graph import ModelGraph
from tdlint.interp.heap import FrameValue
from tdlint.interp.python import containers
from tdlint.interp.run import Run
from tdlint.naming import OPERATION
from tdlint.shapes import AnyShape, UnknownDim, UnknownShape, format_shape
from tdlint.summary import summarize
from tdlint.values import (
    ArrayValue,
    ClassValue,
    Const,
    DatasetValue,
    FunctionValue,
    Instance,
    LayerObject,
    LoopIndex,
    Mapping,
    ModelValue,
    OneOf,
    Sequence,
    Symbol,
    TensorValue,
    Unknown,
    Value,
)

UNKNOWN = "?"
BRACKETS = {"list": ("[", "]"), "tuple": ("(", ")"), "set": ("{", "}")}

Describe = Callable[[Value], str]


def _nested(value: Value, describe: Describe, alone: Callable[[Value], str]) -> str:
    """Lists, dicts and alternatives of what ``alone`` describes."""
    if isinstance(value, OneOf):
        return " | ".join(map(describe, value.options))
    if isinstance(value, Sequence):
        return _items([describe(item) for item in value.items], value.kind, value.complete)
    if isinstance(value, Mapping):
        pairs = [f"{describe_value(key)}: {describe(item)}" for key, item in value.items]
        return "{" + ", ".join([*pairs, *([] if value.rest is None else ["..."])]) + "}"
    return alone(value)


def _items(parts: list[str], kind: str, complete: bool) -> str:
    left, right = BRACKETS[kind]
    if kind == "set":
        parts = sorted(parts)
        if complete and not parts:
            return "set()"
    comma = "," if kind == "tuple" and len(parts) == 1 and complete else ""
    return left + ", ".join(parts if complete else [*parts, "..."]) + comma + right


def describe_value(value: Value) -> str:
    """``value:`` of the interpreter."""
    return _nested(value, describe_value, lambda one: repr(one.value) if isinstance(one, Const) else UNKNOWN)


def describe_shape(value: Value) -> str:
    """``shape:`` of the interpreter."""
    if isinstance(value, DatasetValue):
        return describe_shape(value.element)
    return _nested(value, describe_shape, lambda one: format_shape(_shape(one)))


def _shape(value: Value) -> AnyShape:
    if isinstance(value, TensorValue | ArrayValue):
        return value.shape
    if isinstance(value, FrameValue):
        return (value.rows, value.columns)[: value.ndim]
    return UnknownShape()


def describe_kind(value: Value, run: Run) -> str:
    """``kind:`` of the interpreter."""
    if isinstance(value, OneOf):
        return " | ".join(describe_kind(option, run) for option in value.options)
    if isinstance(value, Symbol | ClassValue | FunctionValue):
        return value.name
    if isinstance(value, LayerObject | Instance):
        return f"{value.type}()"
    if isinstance(value, ModelValue):
        model = run.model(value.key)
        assert model is not None
        if model.instance_of is not None:
            return f"{run.classes[model.instance_of].name}()"
        return "keras.Sequential()" if model.kind == "sequential" else "keras.Model()"
    return UNKNOWN


def describe_array(value: Value, word: str) -> str:
    """``dtype:``, ``range:`` and ``labels:`` of the interpreter."""
    if not isinstance(value, ArrayValue | TensorValue):
        return UNKNOWN
    if word == "dtype":
        return value.dtype or UNKNOWN
    if not isinstance(value, ArrayValue):
        return UNKNOWN
    if word == "range":
        return UNKNOWN if value.range is None else "..".join(f"{bound:g}" for bound in value.range)
    return " ".join(str(part) for part in (value.labels, value.classes) if part is not None) or UNKNOWN


def describe_model(graph: ModelGraph, word: str, expected: str) -> str:
    """``layers:`` and ``summary:`` of a model's graph."""
    rows = {
        node.layer.key: (node.inner.kind.capitalize() if node.inner else node.layer.short_type)
        + ("" if node.certain else UNKNOWN)
        for node in graph.nodes
        if node.type != "keras.layers.InputLayer" and not node.type.startswith(OPERATION)
    }
    if word == "layers":
        return ", ".join(rows.values())
    summary = summarize(graph, {})
    certain = all(node.certain for node in graph.nodes) and (summary.total_params is not None or not graph.unknown)
    shapes = [format_shape(shape) for shape in summary.output_shapes]
    return _summary(len(rows) if certain else None, shapes, summary.total_params, summary.trainable_params, expected)


def _summary(layers: int | None, shapes: list[str], total: int | None, trainable: int | None, expected: str) -> str:
    shape = shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]" if shapes else UNKNOWN
    parts = [f"{UNKNOWN if layers is None else layers} layers", shape]
    parts.append(f"{UNKNOWN if total is None else format(total, ',')} params")
    if expected.endswith("trainable"):
        parts.append(f"{UNKNOWN if trainable is None else format(trainable, ',')} trainable")
    return ", ".join(parts)


def why_unknown(value: Value) -> str:
    """The reasons within a value, for the message of a failing test."""
    from tdlint.values import walk

    reasons = [part.reason for part in walk(value) if isinstance(part, Unknown)]
    shape = getattr(value, "shape", None)
    dims = shape if isinstance(shape, tuple) else (shape,)
    reasons += [dim.reason for dim in dims if isinstance(dim, UnknownDim | UnknownShape)]
    return "; ".join(dict.fromkeys(reasons))


# The real program.


def real_agrees(real: Any, word: str, expected: str) -> str | None:
    """None if a real object is as expected, otherwise what it is."""
    if word in ("range", "labels", "kind", "layers"):
        return _CHECKS[word](real, expected)
    found = _REAL[word](real, expected)
    loose = word == "shape" and (_is_stream(real) or hasattr(real, "numpy"))  # None is a batch of some size
    return None if re.fullmatch(_pattern(expected, word, loose), found) else found


def _pattern(expected: str, word: str, loose: bool) -> str:
    if word == "value" and " | " in expected:
        return "|".join(f"(?:{_pattern(part, word, loose)})" for part in expected.split(" | "))
    pattern = re.escape(expected).replace(r",\ \.\.\.", ".*").replace(r"\.\.\.", ".*").replace(r"\?", ".+")
    if word == "shape":
        # an axis that the source names may have any size, as the batch of an item of a dataset
        pattern = re.sub(r"(?<![\w'])[a-zA-Z_]\w*(?!['\w])", lambda m: _axis(m.group(), loose), pattern)
        pattern = pattern.replace(r"\ \|\ ", "|")
    return pattern


def _axis(name: str, loose: bool) -> str:
    return name if name == "None" and not loose else r"(?:\d+|None)"


def _real_value(real: Any, expected: str) -> str:
    if isinstance(real, set | frozenset):
        return _items([_real_value(item, "") for item in real], "set", True)
    return repr(real)


def _is_stream(real: Any) -> bool:
    return hasattr(real, "element_spec") or (hasattr(real, "__getitem__") and hasattr(real, "on_epoch_end"))


def _real_shape(real: Any, expected: str = "") -> str:
    if hasattr(real, "element_spec"):
        return _real_shape(real.element_spec)
    if _is_stream(real):
        return _real_shape(real[0])
    if isinstance(real, list | tuple) and not hasattr(real, "shape"):
        return _items([_real_shape(item) for item in real], "list" if isinstance(real, list) else "tuple", True)
    if isinstance(real, dict):
        return "{" + ", ".join(f"{key!r}: {_real_shape(item)}" for key, item in real.items()) + "}"
    return str(tuple(real.shape)) if hasattr(real, "shape") else f"{type(real).__name__} has no shape"


def _real_dtype(real: Any, expected: str) -> str:
    dtype = real.dtype
    return getattr(dtype, "name", str(dtype))


def _real_summary(real: Any, expected: str) -> str:
    shapes = [str(tuple(output.shape)) for output in getattr(real, "outputs", None) or ()]
    said = re.search(r"layers, (.*), \S+ params", expected)
    if not shapes and said is not None:
        shapes = [said[1]]  # an object of a class of the program has none
    trainable = sum(weight.shape.num_elements() for weight in real.trainable_weights)
    return _summary(len(_real_layers(real)), shapes, real.count_params(), trainable, expected)


def _real_layers(model: Any) -> list[str]:
    return [type(layer).__name__ for layer in model.layers if type(layer).__name__ != "InputLayer"]


_REAL: dict[str, Callable[[Any, str], str]] = {
    "value": _real_value,
    "shape": _real_shape,
    "dtype": _real_dtype,
    "summary": _real_summary,
}


def _check_layers(real: Any, expected: str) -> str | None:
    wanted, have = expected.split(", "), _real_layers(real)
    if not any(name.endswith(UNKNOWN) for name in wanted):
        return None if wanted == have else ", ".join(have)
    left = iter(have)
    certain = [name for name in wanted if not name.endswith(UNKNOWN)]
    return None if all(name in left for name in certain) else ", ".join(have)


def _check_range(real: Any, expected: str) -> str | None:
    low, high = map(float, expected.split(".."))
    return None if low <= real.min() and real.max() <= high else f"{real.min()}..{real.max()}"


def _check_labels(real: Any, expected: str) -> str | None:
    kind, _, classes = expected.partition(" ")
    if kind == "one-hot":
        good = bool((real.sum(axis=-1) == 1).all() and ((real == 0) | (real == 1)).all())
        good = good and classes in ("", str(real.shape[-1]))
    elif kind == "integer":
        good = bool((real % 1 == 0).all()) and (not classes or real.max() < int(classes))
    else:
        good = bool((real % 1 != 0).any())
    return None if good else f"values from {real.min()} to {real.max()} of shape {real.shape}"


def _check_kind(real: Any, expected: str) -> str | None:
    answers = [_is_kind(real, each) for each in expected.split(" | ")]
    return None if any(answers) else f"{real!r}, which is a {type(real).__module__}.{type(real).__qualname__}"


def _is_kind(real: Any, expected: str) -> bool:
    name, called = expected.removesuffix("()"), expected.endswith("()")
    if "." not in name:
        return name in {each.__name__ for each in type(real).__mro__} if called else real.__name__ == name
    return any(isinstance(real, wanted) if called else real is wanted for wanted in _found(name))


def _found(name: str) -> Iterator[Any]:
    """What has a canonical name in the packages that are installed."""
    for package in ("tensorflow.", "", "tf_"):
        module, _, last = f"{package}{name}".rpartition(".")
        try:
            yield getattr(importlib.import_module(module), last)
        except (ImportError, AttributeError):
            try:
                outer, _, inner = module.rpartition(".")
                yield getattr(getattr(importlib.import_module(outer), inner), last)
            except (ImportError, AttributeError, ValueError):
                continue


_CHECKS = {"range": _check_range, "labels": _check_labels, "kind": _check_kind, "layers": _check_layers}


def said(value: Value, word: str, run: Run) -> str:
    """What the interpreter says at a line; models are described at the end."""
    if word == "unknown":
        return value.reason if isinstance(value, Unknown | LoopIndex) else describe_any(value, run)
    if word == "value":
        return describe_value(containers.snapshot(run, value))
    if word == "shape":
        return describe_shape(value if isinstance(value, FrameValue | ArrayValue) else containers.snapshot(run, value))
    return describe_kind(value, run) if word == "kind" else describe_array(value, word)


def describe_any(value: Value, run: Run) -> str:
    """A value that was expected not to be known."""
    found = [said(value, word, run) for word in ("value", "shape", "kind")]
    return "known: " + next((each for each in found if each != UNKNOWN), repr(value))
