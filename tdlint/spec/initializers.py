"""Initializers: the penalty that a freshly made weight is expected to have, in closed form.

Source: FACTS C13, checked there by Monte Carlo to 0.4 %, and in tests/oracle against real Keras.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from tdlint import values
from tdlint.spec import stft
from tdlint.spec.moments import CUT, CUT_DEVIATION, AtStart, Moments, normal, orthonormal, uniform
from tdlint.values import Arguments, Const, Instance, Sequence, Symbol, Value


def fans(shape: tuple[int, ...]) -> tuple[float, float]:
    """Fan in and fan out of a weight's shape, as Keras computes them."""
    if not shape:
        return 1.0, 1.0
    if len(shape) == 1:
        return float(shape[0]), float(shape[0])
    if len(shape) == 2:
        return float(shape[0]), float(shape[1])
    field = math.prod(shape[:-2])
    return float(field * shape[-2]), float(field * shape[-1])


_SCALED = {
    "GlorotUniform": (1.0, "fan_avg", "uniform"),
    "GlorotNormal": (1.0, "fan_avg", "truncated_normal"),
    "HeUniform": (2.0, "fan_in", "uniform"),
    "HeNormal": (2.0, "fan_in", "truncated_normal"),
    "LecunUniform": (1.0, "fan_in", "uniform"),
    "LecunNormal": (1.0, "fan_in", "truncated_normal"),
}

_NAMES = {
    "glorot_uniform": "GlorotUniform",
    "glorot_normal": "GlorotNormal",
    "he_uniform": "HeUniform",
    "he_normal": "HeNormal",
    "lecun_uniform": "LecunUniform",
    "lecun_normal": "LecunNormal",
    "orthogonal": "Orthogonal",
    "zeros": "Zeros",
    "zero": "Zeros",
    "ones": "Ones",
    "one": "Ones",
    "normal": "RandomNormal",
    "random_normal": "RandomNormal",
    "uniform": "RandomUniform",
    "random_uniform": "RandomUniform",
    "truncated_normal": "TruncatedNormal",
    "OrthogonalInitializer": "Orthogonal",
    "identity": "Identity",
    "IdentityInitializer": "Identity",
    "constant": "Constant",
    "variance_scaling": "VarianceScaling",
    "stft": "STFT",
    "STFTInitializer": "STFT",
    "forget_gate_ones": "ForgetGateOnes",
}


def class_name(initializer: Value) -> str | None:
    """The class that an initializer argument stands for, None if it can't be told."""
    if isinstance(initializer, Const) and isinstance(initializer.value, str):
        return _NAMES.get(initializer.value, initializer.value)
    if isinstance(initializer, Symbol):
        short = initializer.name.rpartition(".")[2]
        return _NAMES.get(short, short)
    if isinstance(initializer, Instance):
        short = initializer.type.rpartition(".")[2]
        return _NAMES.get(short, short)
    return None


def at_start(
    initializer: Value,
    shape: tuple[int, ...],
    l1: float,
    l2: float,
    weight_fans: tuple[float, float] | None = None,
) -> AtStart | None:
    """The penalty ``l1 * sum(|w|) + l2 * sum(w**2)`` of a fresh weight of this shape; None if it can't be told.

    ``weight_fans`` replaces the fan in and fan out of the shape (``WeightSpec.fans``). ``forget_gate_ones`` is the bias
    of an LSTM with ``unit_forget_bias``: a quarter of it is one, the rest what ``bias_initializer`` makes, zeros if it
    has none.
    """
    name = class_name(initializer)
    if name is None:
        return None
    args = initializer.args if isinstance(initializer, Instance) else Arguments()
    count = math.prod(shape)
    if name == "ForgetGateOnes":
        return _forget_gate(args, shape, l1, l2)
    if name == "Orthogonal":
        gain = _given(args, "gain", 1.0)
        if gain is None or len(shape) < 2 or not count:
            return None
        return orthonormal(math.prod(shape[:-1]), shape[-1], gain, l1, l2)
    constant = _constant(name, args, shape)
    if constant is not None:
        return AtStart(l1 * constant[0] + l2 * constant[1], 0.0)
    element = moments(initializer, shape, weight_fans)
    if element is None:
        return None
    return AtStart(count * element.mean(l1, l2), count * element.variance(l1, l2))


def moments(
    initializer: Value, shape: tuple[int, ...], weight_fans: tuple[float, float] | None = None
) -> Moments | None:
    """The distribution of an element, of initializers that draw each by itself; None for others."""
    name = class_name(initializer)
    args = initializer.args if isinstance(initializer, Instance) else Arguments()
    if name in _SCALED:
        scale, mode, distribution = _SCALED[name]
    elif name == "VarianceScaling":
        known = _given(args, "scale", 1.0)
        mode = _text(args, "mode", "fan_in")
        distribution = _text(args, "distribution", "truncated_normal")
        if known is None or known <= 0:
            return None
        scale = known
    else:
        return _DRAWN[name](args) if name in _DRAWN else None
    fan = _fans_of_axes(args, shape, weight_fans or fans(shape))
    return None if fan is None else _scaled(scale, mode, distribution, fan)


def is_normal(initializer: Value) -> bool:
    """Whether an initializer draws every element from one normal distribution around zero that is not cut off."""
    if not isinstance(initializer, Instance | Const | Symbol):
        return False
    args = initializer.args if isinstance(initializer, Instance) else Arguments()
    name = class_name(initializer)
    if name == "VarianceScaling":
        return _text(args, "distribution", "truncated_normal") == "untruncated_normal"
    return name == "RandomNormal" and _given(args, "mean", 0.0) == 0 and _given(args, "stddev", 0.05) != 0


def _given(args: Arguments, key: str, default: float) -> float | None:
    return values.number(args.get(key)) if args.passes(key) or not args.complete else default


def _text(args: Arguments, key: str, default: str) -> str:
    given = args.passes(key) or not args.complete
    return (values.text(args.get(key)) or "").lower() if given else default


def _fans_of_axes(
    args: Arguments, shape: tuple[int, ...], otherwise: tuple[float, float]
) -> tuple[float, float] | None:
    """Keras 3.15 lets initializers say which axes are the input and which the output."""
    sizes = []
    for name in ("input_axes", "output_axes"):
        value = args.get(name) if args.passes(name) else Const(None)
        if value.must_be(None):
            return otherwise
        axes = [values.integer(item) for item in value.items] if isinstance(value, Sequence) else [None]
        if any(axis is None or not -len(shape) <= axis < len(shape) for axis in axes):
            return None
        sizes.append(float(math.prod(shape[axis] for axis in axes if axis is not None)))
    return sizes[0], sizes[1]


def _scaled(scale: float, mode: str, distribution: str, fan: tuple[float, float]) -> Moments | None:
    fan_in, fan_out = fan
    divisor = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}.get(mode)
    if divisor is None:
        return None
    deviation = math.sqrt(scale / max(1.0, divisor))
    if distribution == "uniform":
        return uniform(-math.sqrt(3) * deviation, math.sqrt(3) * deviation)
    if distribution in ("truncated_normal", "normal"):
        return normal(0.0, deviation / CUT_DEVIATION, CUT)
    if distribution == "untruncated_normal":
        return normal(0.0, deviation)
    return None


def _constant(name: str, args: Arguments, shape: tuple[int, ...]) -> tuple[float, float] | None:
    """``sum |w|`` and ``sum w**2`` of weights that always start from the same values, None for others."""
    count = math.prod(shape)
    if name in ("Zeros", "Ones"):
        return (0.0, 0.0) if name == "Zeros" else (float(count), float(count))
    if name == "Identity":
        gain = _given(args, "gain", 1.0)
        return None if gain is None or len(shape) != 2 else (abs(gain) * min(shape), gain * gain * min(shape))
    if name == "STFT":
        return stft.sums(args, shape)
    if name != "Constant":
        return None
    value = args.get("value") if args.passes("value") or not args.complete else Const(0.0)
    numbers = _numbers(value)
    if not numbers or count % len(numbers):
        return None
    repeats = count // len(numbers)  # as numbers are broadcast, each of them is as often in the weight
    return repeats * math.fsum(map(abs, numbers)), repeats * math.fsum(number * number for number in numbers)


def _numbers(value: Value) -> list[float] | None:
    """A number, or those of a list of numbers or of lists."""
    if not isinstance(value, Sequence):
        found = values.number(value)
        return None if found is None else [float(found)]
    parts = [_numbers(item) for item in value.items]
    if not value.complete or any(part is None for part in parts):
        return None
    return [number for part in parts if part is not None for number in part]


def _random_normal(args: Arguments, cut: float = math.inf) -> Moments | None:
    mean, deviation = _given(args, "mean", 0.0), _given(args, "stddev", 0.05)
    return None if mean is None or deviation is None or deviation < 0 else normal(mean, deviation, cut)


def _random_uniform(args: Arguments) -> Moments | None:
    low, high = _given(args, "minval", -0.05), _given(args, "maxval", 0.05)
    return None if low is None or high is None or high <= low else uniform(low, high)


def _forget_gate(args: Arguments, shape: tuple[int, ...], l1: float, l2: float) -> AtStart | None:
    units = math.prod(shape) // 4
    if not args.passes("bias_initializer"):
        return AtStart((l1 + l2) * units, 0.0)
    # Keras makes the bias of three pieces: the input gate, ones, cell and output gate together
    first = at_start(args.get("bias_initializer"), (units,), l1, l2)
    last = at_start(args.get("bias_initializer"), (2 * units,), l1, l2)
    if first is None or last is None:
        return None
    # one object draws both random pieces, from one seed: they are not independent
    same = first.variance == last.variance == 0
    return AtStart(first.mean + (l1 + l2) * units + last.mean, 0.0 if same else None)


_DRAWN: dict[str, Callable[[Arguments], Moments | None]] = {
    "RandomNormal": _random_normal,
    "TruncatedNormal": lambda args: _random_normal(args, CUT),
    "RandomUniform": _random_uniform,
}
