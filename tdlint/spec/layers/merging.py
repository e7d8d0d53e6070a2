"""keras.layers: layers that merge several inputs."""

from __future__ import annotations

from tdlint import values
from tdlint.shapes import FREE, Dim, Free, Shape, dims_agree, format_shape
from tdlint.spec.layers.arithmetic import at, broadcast, differ, plus
from tdlint.spec.layers.base import (
    Invalid,
    LayerArgs,
    LayerSpec,
    MergeMismatch,
    OutputFunction,
    Shapes,
    known_shape,
    signature,
)


def _batch(shapes: tuple[Shape, ...]) -> Dim:
    # the one batch size that is not free
    found = [shape[0] for shape in shapes if shape and not isinstance(shape[0], Free)]
    for other in found[1:]:
        if dims_agree(found[0], other) is False:
            raise MergeMismatch(f"the inputs have different batch sizes: {', '.join(map(format_shape, shapes))}")
    return found[0] if found else FREE


def _elementwise(left: Shape, right: Shape) -> Shape:
    if len(left) < len(right):
        left, right = right, left
    lead = len(left) - len(right)
    return (*left[:lead], *(broadcast(a, b) for a, b in zip(left[lead:], right, strict=True)))


def _merge_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shapes = tuple(map(known_shape, inputs))
    merged = shapes[0][1:]
    for shape in shapes[1:]:
        merged = _elementwise(merged, shape[1:])
    return ((_batch(shapes), *merged),)


def _subtract_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    if len(inputs) != 2:
        raise Invalid(f"Subtract takes two inputs, received {len(inputs)}")
    return _merge_output(args, inputs)


def _check_concatenated(shapes: tuple[Shape, ...], axis: int) -> None:
    others = []
    for shape in shapes:
        at(shape, axis)
        place = axis % len(shape)
        others.append((*shape[:place], *shape[place + 1 :]))
    for other in others[1:]:
        if len(other) != len(others[0]) or any(
            dims_agree(a, b) is False for a, b in zip(others[0], other, strict=True)
        ):
            shown = " and ".join(format_shape(shape) for shape in shapes)
            raise MergeMismatch(f"the inputs must have equal shapes except for axis {axis}: {shown}")


def _concatenate_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shapes, axis = tuple(map(known_shape, inputs)), args.integer("axis")
    if len(shapes) == 1 and axis >= 0:
        return inputs  # Keras does not look at the axis then
    _check_concatenated(shapes, axis)
    total = shapes[0][axis]
    for shape in shapes[1:]:
        total = FREE if isinstance(shape[axis], Free) else plus(total, shape[axis])
        if isinstance(total, Free):
            break
    place = axis % len(shapes[0])
    return ((*shapes[0][:place], total, *shapes[0][place + 1 :]),)


def _dot_axes(args: LayerArgs, left: Shape, right: Shape) -> tuple[int, int]:
    value = args.value("axes")
    if isinstance(value, values.Sequence):
        axes = args.axes("axes")
        if len(axes) != 2:
            raise Invalid(f"axes must be an integer or two of them, received {len(axes)}")
        return axes[0], axes[1]
    axis = args.integer("axes")
    return (axis % len(left), axis % len(right)) if axis < 0 else (axis, axis)


def _dot_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    if len(inputs) != 2:
        raise Invalid(f"Dot takes two inputs, received {len(inputs)}")
    left, right = map(known_shape, inputs)
    first, second = _dot_axes(args, left, right)
    if differ(at(left, first), at(right, second)):
        raise MergeMismatch(
            f"axis {first} of {format_shape(left)} and axis {second} of {format_shape(right)} must have the same size"
        )
    rest_left, rest_right = list(left), list(right)
    del rest_left[first]
    del rest_right[second]
    output = (*rest_left, *rest_right[1:])
    return (output if len(output) > 1 else (*output, 1),)


def _layer(name: str, output: OutputFunction, *required: str, **defaults: object) -> LayerSpec:
    arguments = signature(*required, **defaults)
    return LayerSpec(f"keras.layers.{name}", arguments, output, mask="passes", inputs="many")


LAYERS = (
    *(_layer(name, _merge_output) for name in ("Add", "Average", "Maximum", "Minimum", "Multiply")),
    _layer("Subtract", _subtract_output),
    _layer("Concatenate", _concatenate_output, axis=-1),
    _layer("Dot", _dot_output, "axes", normalize=False),
)
