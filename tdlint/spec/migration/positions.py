"""Positional arguments that mean something else than they did; the table is ``positions.txt``, a row a line.

``looks`` says how a value looks that was meant as what the place was: values that may be meant either way are not told.
``none`` is None as it is written, ``any`` is whatever is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from tdlint.spec.migration.arguments import Effect, callables
from tdlint.spec.version import KerasVersion

Looks: TypeAlias = Literal["names", "text", "number", "bool", "tiny", "zero", "none", "any"]


@dataclass(frozen=True, slots=True)
class PositionChange:
    """The place ``at`` of a callable, from 0, was the parameter ``was`` and is ``now``, None if it is gone."""

    at: int
    was: str
    now: str | None
    looks: Looks
    effect: Effect
    since: KerasVersion


@cache
def _table() -> Mapping[str, tuple[PositionChange, ...]]:
    found: dict[str, list[PositionChange]] = {}
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        names, at, was, now, looks, effect, since = (cell.strip() for cell in line.split("|"))
        version = KerasVersion(*map(int, since.split(".")))
        made = PositionChange(int(at), was, None if now == "-" else now, looks, effect, version)  # type: ignore[arg-type]
        for name in callables(names):
            found.setdefault(name, []).append(made)
    return {name: tuple(changes) for name, changes in found.items()}


def shifts_of(name: str) -> tuple[PositionChange, ...]:
    """The places of a class, function or method that are not what they were, in order."""
    return _table().get(name, ())


_WINDOWS = {"Conv2D": 2, "Conv2DTranspose": 2, "SeparableConv2D": 2, "Conv3D": 3}


def window_axes(name: str) -> int | None:
    """How many places after the first Keras 1 took for the window: ``Convolution2D(32, 3, 3)``."""
    module, _, short = name.rpartition(".")
    plain = short.replace("Convolution", "Conv").replace("Deconv2D", "Conv2DTranspose").replace("Deconv", "Conv")
    return _WINDOWS.get(plain) if module == "keras.layers" else None


def is_keras_1_name(name: str) -> bool:
    """Whether programs for Keras 1 named a convolution so; the name still works."""
    return "onvolution" in name.rpartition(".")[2]
