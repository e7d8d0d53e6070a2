"""The kernel that the STFT initializer makes, which nothing in it is random."""

from __future__ import annotations

import math

from tdlint import values
from tdlint.values import Arguments

MAX_ELEMENTS = 2**18
"""The largest kernel that is summed up, element by element."""
_COSINES = {
    "boxcar": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
}
"""Windows that are sums of cosines, by their coefficients."""


def sums(args: Arguments, shape: tuple[int, ...]) -> tuple[float, float] | None:
    """``sum |w|`` and ``sum w**2`` of a kernel of this shape; None if an argument or the window is not known."""
    side, scaling = _text(args, "side", "real"), _text(args, "scaling", "density")
    window, periodic = args.get("window"), args.get("periodic")
    name = None if args.passes("window") and window.must_be(None) else _text(args, "window", "hann")
    known = args.complete and side in ("real", "imag") and len(shape) == 3 and shape[1] == 1
    if not known or (name is not None and name not in _COSINES) or math.prod(shape) > MAX_ELEMENTS:
        return None
    length, bands = shape[0], shape[2]
    weights = [1.0] * length
    if name is not None:
        weights = _window(_COSINES[name], length, args.passes("periodic") and periodic.must_be(True))
        scale = {
            "density": math.sqrt(math.fsum(weight * weight for weight in weights)),
            "spectrum": math.fsum(map(abs, weights)),
        }.get(scaling or "", 1.0)
        if scale == 0:
            return None
        weights = [weight / scale for weight in weights]
    if bands < 2:
        return None
    wave = math.cos if side == "real" else math.sin
    angle = math.pi / (bands - 1)
    absolute = square = 0.0
    for step, weight in enumerate(weights):
        row = [weight * wave(angle * (step * band % (2 * bands - 2))) for band in range(bands)]
        absolute += math.fsum(map(abs, row))
        square += math.fsum(value * value for value in row)
    return absolute, square


def _text(args: Arguments, name: str, default: str) -> str | None:
    return values.text(args.get(name)) if args.passes(name) else default


def _window(cosines: tuple[float, ...], length: int, periodic: bool) -> list[float]:
    if length == 1:
        return [1.0]
    turn = 2 * math.pi / (length if periodic else length - 1)
    return [
        math.fsum((-1) ** k * share * math.cos(k * turn * step) for k, share in enumerate(cosines))
        for step in range(length)
    ]
