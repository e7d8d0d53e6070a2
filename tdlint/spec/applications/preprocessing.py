"""What ``preprocess_input`` makes of the range of pixels."""

from __future__ import annotations

from typing import TypeAlias

from tdlint.spec.applications.base import Mode

Range: TypeAlias = tuple[float, float]

_TORCH = ((0.485, 0.229), (0.456, 0.224), (0.406, 0.225))
_CAFFE = (103.939, 116.779, 123.68)

PIXELS: Range = (0.0, 255.0)


def prepared(mode: Mode, pixels: Range) -> Range:
    """The range of what ``preprocess_input`` makes of an image whose values lie in a range."""
    low, high = pixels
    if mode == "tf":
        return low / 127.5 - 1.0, high / 127.5 - 1.0
    if mode == "torch":
        lows, highs = ([(value / 255.0 - mean) / deviation for mean, deviation in _TORCH] for value in (low, high))
        return min(lows), max(highs)
    if mode == "caffe":
        return low - max(_CAFFE), high - min(_CAFFE)
    return pixels


_MODES: tuple[Mode, ...] = ("tf", "torch", "caffe", "identity")

RANGES: dict[Mode, Range] = {mode: prepared(mode, PIXELS) for mode in _MODES}
"""What ``preprocess_input`` makes of pixels from 0 to 255."""
