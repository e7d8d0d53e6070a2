"""What an einsum equation such as ``abc,cd->abd`` makes of an input: output, kernel and bias, as EinsumDense does."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tdlint.shapes import Dim, Free, Shape, dims_agree, format_dim
from tdlint.spec.layers.arithmetic import known_product
from tdlint.spec.layers.base import Invalid, UnknownAxis


@dataclass(frozen=True)
class Projection:
    """Shapes of the output, the kernel and (None without one) the bias; fan in and fan out of the kernel."""

    output: Shape
    kernel: Shape
    bias: Shape | None
    fans: tuple[float, float] | None


@dataclass(frozen=True)
class _Equation:
    """The letters of input, kernel and output; ``elided`` axes of the input have none, on the left or on the right."""

    input: str
    kernel: str
    output: str
    elided: int
    left: bool


def _parse(equation: str, ndim: int) -> _Equation:
    plain = equation.replace("...", "0")
    for pattern, left in (
        (r"([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)", False),
        (r"0([a-zA-Z]+),([a-zA-Z]+)->0([a-zA-Z]+)", True),
        (r"([a-zA-Z]{2,})0,([a-zA-Z]+)->([a-zA-Z]+)0", False),
    ):
        found = re.match(pattern, plain)
        if found:
            elided = ndim - len(found[1])
            if elided < 0:
                raise Invalid(f"the equation {equation!r} names {len(found[1])} axes of an input that has {ndim}")
            return _Equation(found[1], found[2], found[3], elided, left)
    raise Invalid(f"the equation {equation!r} is not of the form 'ab,bc->ac', '...b,bc->...c' or 'ab...,bc->ac...'")


def _full_output(parts: _Equation, shape: Shape, rest: Shape) -> Shape:
    if parts.elided and parts.left:
        return (shape[0], *shape[1 : parts.elided], *rest)
    if parts.elided:
        return (shape[0], *rest, *shape[len(shape) - parts.elided :])
    return (shape[0], *rest)


def _check(parts: _Equation, shape: Shape, inputs: dict[str, Dim], outputs: dict[str, Dim]) -> None:
    for letter, size in inputs.items():
        declared = outputs.get(letter)
        if declared is None or isinstance(declared, Free):
            continue
        if isinstance(size, Free) or dims_agree(size, declared) is False:
            raise Invalid(
                f"axis {letter!r} is {format_dim(size)} in the input and {format_dim(declared)} in the output shape"
            )
    for letter in parts.output:
        if letter not in parts.input and letter not in parts.kernel:
            raise Invalid(f"axis {letter!r} of the output is neither in the input nor in the kernel")


def _bias(parts: _Equation, outputs: dict[str, Dim], axes: str) -> Shape:
    for letter in axes:
        if letter not in parts.output:
            raise Invalid(f"bias axis {letter!r} is not in the output")
    first = min(parts.output.find(letter) for letter in axes)
    sizes = tuple(outputs[letter] if letter in axes else 1 for letter in parts.output[first:])
    return sizes if parts.left else (*sizes, *(1,) * parts.elided)


def project(equation: str, shape: Shape, rest: Shape, bias_axes: str | None) -> Projection:
    """The shapes for an input of ``shape`` and an output whose axes after the batch are ``rest`` (free: take them).

    Raises:
        Invalid: the equation does not fit.
    """
    parts = _parse(equation, len(shape))
    output = _full_output(parts, shape, rest)
    skipped = parts.elided if parts.left else 0
    if len(output) < skipped + len(parts.output):
        raise Invalid(f"the output shape has fewer axes than the equation {equation!r}")
    inputs = dict(zip(parts.input, shape[skipped:], strict=False))
    outputs = dict(zip(parts.output, output[skipped:], strict=False))
    _check(parts, shape, inputs, outputs)
    kernel: list[Dim] = []
    fan_in: list[Dim] = []
    fan_out: list[Dim] = []
    for letter in parts.kernel:
        if letter not in outputs and letter not in inputs:
            raise Invalid(f"axis {letter!r} of the kernel is neither in the input nor in the output")
        size = outputs[letter] if letter in outputs else inputs[letter]
        (fan_out if letter in outputs else fan_in).append(size)
        if isinstance(size, Free):
            raise UnknownAxis(f"axis {letter!r} of the kernel must be known to make it, received None")
        kernel.append(size)
    bias = _bias(parts, outputs, bias_axes) if bias_axes is not None else None
    if bias is not None and any(isinstance(size, Free) for size in bias):
        raise UnknownAxis("the axes of the bias must be known to make it, received None")
    into, out = known_product(fan_in), known_product(fan_out)
    return Projection(output, tuple(kernel), bias, None if into is None or out is None else (into, out))
