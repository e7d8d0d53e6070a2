"""Functions of ``keras.ops``, TensorFlow and the old backend on symbolic tensors: the shapes that they give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from tdlint.interp.data.array_arguments import sizes
from tdlint.interp.python import containers
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import Run
from tdlint.shapes import AnyShape, Dim, Shape, UnknownShape, dims_agree
from tdlint.spec import arrays, operations
from tdlint.spec.arrays import Fails
from tdlint.values import ArrayValue, Const, TensorValue, Unknown, Value, dim, integer


class _Unclear(Exception):
    """An argument that the shape depends on is not known."""


@dataclass(frozen=True)
class _Call:
    run: Run
    module: str
    arguments: dict[str, Value]

    def shape(self, name: str = "x") -> Shape:
        return _known(self.any_shape(name))

    def any_shape(self, name: str) -> AnyShape:
        return _shape(self.need(name))

    def need(self, name: str) -> Value:
        if name not in self.arguments:
            raise _Unclear
        return self.arguments[name]

    def shapes(self) -> list[Shape]:
        listed = containers.as_list(self.run, self.need("x"))
        if listed is None or listed.rest is not None or not listed.items:
            raise _Unclear
        return [_known(_shape(item)) for item in listed.items]

    def axis(self, default: int | None = None, name: str = "axis") -> int:
        found = integer(self.arguments.get(name, Const(default)))
        if found is None:
            raise _Unclear
        return found

    def axes(self, name: str = "axis") -> list[int] | None:
        value = self.arguments.get(name)
        return None if value is None or value.must_be(None) else self.integers(value)

    def integers(self, value: Value) -> list[int]:
        if integer(value) is not None:
            return [integer(value) or 0]
        listed = containers.as_list(self.run, value)
        found = [] if listed is None or listed.rest is not None else [integer(item) for item in listed.items]
        if listed is None or listed.rest is not None or None in found:
            raise _Unclear
        return [number for number in found if number is not None]

    def flag(self, name: str) -> bool:
        value = self.arguments.get(name, Const(False))
        if not isinstance(value, Const):
            raise _Unclear
        return bool(value.value)


def _known(shape: AnyShape) -> Shape:
    if isinstance(shape, UnknownShape):
        raise _Unclear
    return shape


def _shape(value: Value) -> AnyShape:
    if isinstance(value, TensorValue | ArrayValue):
        return value.shape
    if isinstance(value, Const) and isinstance(value.value, int | float):
        return ()
    why = value.reason if isinstance(value, Unknown) else "something that is not known"
    return UnknownShape(f"computed with {why}")


Rule: TypeAlias = Callable[[_Call], "AnyShape | list[Shape]"]


def _same(call: _Call) -> AnyShape:
    return call.any_shape("x")


def _broadcast(*names: str) -> Rule:
    return lambda call: operations.broadcast(*(call.any_shape(name) for name in names))


def _reduced(call: _Call) -> Shape:
    axes, keeps = call.axes(), call.flag("keepdims")
    if axes is None and not keeps and isinstance(call.any_shape("x"), UnknownShape):
        return ()  # whatever it is of
    return arrays.reduce(call.shape(), axes, keeps)


def _found(call: _Call) -> Shape:
    if call.module == "tensorflow" and "axis" not in call.arguments:
        raise _Unclear  # the first axis there, all axes in Keras
    return _reduced(call)


def _reshaped(call: _Call) -> Shape:
    return operations.reshape(call.shape(), _known(sizes(call.run, call.need("shape"))))


def _joined(call: _Call) -> Shape:
    return operations.concatenate(call.shapes(), call.axis({"ops": 0, "backend": -1}.get(call.module)))


def _expanded(call: _Call) -> Shape:
    axes = [call.axis(-1)] if call.module == "backend" else call.integers(call.need("axis"))
    return arrays.expand_dims(call.shape(), axes)


def _split(call: _Call) -> list[Shape]:
    parts = call.need("parts")
    number = integer(parts)
    if number is not None:
        return operations.split(call.shape(), number, call.axis(0))
    places = call.integers(parts)
    if call.module == "tensorflow":  # sizes there, places in Keras
        raise _Unclear
    return operations.split(call.shape(), places, call.axis(0))


def _one_hot(call: _Call) -> Shape:
    shape, axis = call.shape(), call.axis(-1)
    place = len(shape) if axis == -1 else arrays.axis_of(axis, len(shape) + 1)
    depth: Dim = dim(call.need("depth"))
    if isinstance(depth, int) and depth < 0:
        raise Fails(f"{depth} classes")
    return (*shape[:place], depth, *shape[place:])


def _repeated(call: _Call) -> Shape:
    counts = integer(call.need("repeats"))
    axis = call.axes()
    if counts is None or axis is None or not isinstance(call.shape()[arrays.axis_of(axis[0], len(call.shape()))], int):
        raise _Unclear
    return arrays.repeat(call.shape(), counts, axis[0])


def _moments(call: _Call) -> list[Shape]:
    if "third" in call.arguments:  # a shift in TensorFlow, keepdims in Keras
        raise _Unclear
    return [_reduced(call)] * 2


def _batch_dot(call: _Call) -> Shape:
    """``K.batch_dot`` of two tensors with three axes or less, along the axes given or those that matmul takes."""
    left, right = call.shape(), call.shape("y")
    axes = call.axes()
    if call.module != "backend" or min(len(left), len(right)) < 2 or max(len(left), len(right)) > 3:
        raise _Unclear
    chosen = [len(left) - 1, 1 if len(right) == 2 else len(right) - 2] if axes is None else axes * (3 - len(axes))
    one, other = arrays.axis_of(chosen[0], len(left)), arrays.axis_of(chosen[1], len(right))
    if 0 in (one, other) or dims_agree(left[one], right[other]) is False:
        raise _Unclear
    kept = (*left[1:one], *left[one + 1 :], *right[1:other], *right[other + 1 :])
    return (left[0], *kept) if kept else (left[0], 1)


def _moved(call: _Call) -> Shape:
    return arrays.moveaxis(call.shape(), call.integers(call.need("source")), call.integers(call.need("target")))


def _swapped(call: _Call) -> Shape:
    return arrays.swapaxes(call.shape(), call.axis(name="axis1"), call.axis(name="axis2"))


_ALIKE = [
    "abs",
    "absolute",
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "swish",
    "sigmoid",
    "hard_sigmoid",
    "hard_silu",
    "softplus",
    "softsign",
    "tanh",
    "softmax",
    "log_softmax",
    "mish",
    "exp",
    "expm1",
    "log",
    "log1p",
    "log2",
    "log10",
    "sqrt",
    "rsqrt",
    "square",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "arcsin",
    "arccos",
    "arctan",
    "negative",
    "sign",
    "floor",
    "ceil",
    "round",
    "reciprocal",
    "logical_not",
    "isnan",
    "isfinite",
    "isinf",
    "zeros_like",
    "ones_like",
    "full_like",
    "cast",
    "stop_gradient",
    "identity",
    "clip",
    "clip_by_value",
    "normalize",
    "l2_normalize",
    "flip",
    "sort",
    "erf",
    "nan_to_num",
    "copy",
]
_BINARY = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "true_divide",
    "floor_divide",
    "mod",
    "power",
    "pow",
    "maximum",
    "minimum",
    "arctan2",
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
]
_REDUCTIONS = ["mean", "sum", "max", "min", "prod", "var", "std", "any", "all", "amax", "amin", "logsumexp"]

_FUNCTIONS: dict[str, tuple[str, Rule]] = {
    **dict.fromkeys(_ALIKE, ("x", _same)),
    **dict.fromkeys(_BINARY, ("x y", _broadcast("x", "y"))),
    **dict.fromkeys((*_REDUCTIONS, *(f"reduce_{name}" for name in _REDUCTIONS)), ("x axis keepdims", _reduced)),
    "argmax": ("x axis keepdims", _found),
    "argmin": ("x axis keepdims", _found),
    "where": ("condition x y", _broadcast("condition", "x", "y")),
    "reshape": ("x shape", _reshaped),
    "concatenate": ("x axis", _joined),
    "concat": ("x axis", _joined),
    "stack": ("x axis", lambda call: operations.stack(call.shapes(), call.axis(0))),
    "expand_dims": ("x axis", _expanded),
    "squeeze": ("x axis", lambda call: operations.squeeze(call.shape(), call.axes())),
    "transpose": ("x axes", lambda call: arrays.transpose(call.shape(), call.axes("axes"))),
    "permute_dimensions": ("x axes", lambda call: arrays.transpose(call.shape(), call.axes("axes"))),
    "swapaxes": ("x axis1 axis2", _swapped),
    "moveaxis": ("x source target", _moved),
    "matmul": ("x y", lambda call: operations.matmul(call.shape(), call.shape("y"))),
    "split": ("x parts axis", _split),
    "one_hot": ("x depth axis", _one_hot),
    "repeat": ("x repeats axis", _repeated),
    "moments": ("x axis third keepdims", _moments),
    "batch_dot": ("x y axis", _batch_dot),
}
# Parameters that have another name in one of the libraries, and those that do not shape the output.
_NAMES = {
    **dict.fromkeys(
        ("x1", "xs", "a", "input", "input_tensor", "tensor", "tensors", "values", "value", "features"), "x"
    ),
    **dict.fromkeys(("indices", "logits", "arrays", "t"), "x"),
    **dict.fromkeys(("x2", "b"), "y"),
    **dict.fromkeys(("newshape", "target_shape"), "shape"),
    **dict.fromkeys(("indices_or_sections", "num_or_size_splits"), "parts"),
    **dict.fromkeys(("num_classes",), "depth"),
    "keep_dims": "keepdims",
    "axes": "axis",
    "pattern": "axes",
    "perm": "axes",
    "destination": "target",
}
_SHAPELESS = frozenset({"name", "dtype", "sparse", "negative_slope", "alpha", "approximate", "x_min", "x_max"})
_MODULES = {"keras.ops.": "ops", "keras.activations.": "ops", "keras.backend.": "backend", "tensorflow.": "tensorflow"}


def output(run: Run, name: str, args: CallArguments) -> AnyShape | list[Shape]:
    """The shape of a function's result, or the shapes of its results; ``name`` is canonical."""
    short = name.rpartition(".")[2]
    module = next((kind for prefix, kind in _MODULES.items() if name.startswith(prefix)), None)
    unknown = UnknownShape(f"computed by {short}")
    if module is None or short not in _FUNCTIONS or not args.complete or name.startswith("tensorflow.compat."):
        return unknown
    parameters, rule = _FUNCTIONS[short]
    names = parameters.split()
    arguments = dict(zip(names, args.values, strict=False))
    for keyword, (value, _) in args.keywords.items():
        key = keyword if keyword in names else _NAMES.get(keyword, keyword)
        if key not in names and key not in _SHAPELESS and rule is not _same:
            return unknown
        arguments[key] = value
    try:
        return rule(_Call(run, module, arguments))
    except _Unclear:
        return unknown
    except Fails as reason:
        return UnknownShape(f"Keras refuses it: {reason}" if module == "ops" else str(reason))
