"""Arguments that some version of Keras no longer takes, or takes under another name; tests try each row on Keras.

The table is ``arguments.txt``, a row a line; of two rows about the same, the later one holds. An old argument may be
one value of it: ``reduction='auto'``. In place of a new argument, ``-`` says that the old one may go, ``-(0)`` that it
may if it has this value, ``-?`` that something gets lost then, and ``!`` that more is to be done. ``kernel_size[0]`` is
a part of a tuple. Adding a row needs no code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from tdlint.spec.version import KerasVersion

Effect: TypeAlias = Literal["raises", "ignored", "warned"]
"""What Keras 3 does with it: an error, nothing, or what it did before, with a warning."""

Drop: TypeAlias = Literal["safe", "unsafe", "no"]
"""Whether the argument can be left out."""

Family: TypeAlias = Literal["keras1", "optimizer", "input", "other"]

_VALUES = {
    "dim_ordering": {"tf": "channels_last", "th": "channels_first", "default": None},
}
"""What a value of a renamed argument is called now, where it is not the same."""

_TAKEN = {"Embedding": ("weights", "input_dim"), "InputLayer": ("input_shape", "batch_input_shape", "batch_size")}
"""Arguments that every layer lost and these have for themselves."""


@dataclass(frozen=True, slots=True)
class ArgumentChange:
    """An argument that is not what it was.

    ``only`` has the value that it applies to, if that is one only, ``part`` the place in ``new`` where several old
    arguments are one by now. ``since`` is the first version that does not take it, ``effect`` what Keras 3 does.
    ``drop`` says whether it can be left out; where ``harmless`` has a value, if it is that one.
    """

    old: str
    new: str | None
    since: KerasVersion
    effect: Effect
    family: Family
    help: str | None = None
    only: tuple[object, ...] = ()
    part: int | None = None
    drop: Drop = "no"
    harmless: tuple[object, ...] = ()

    @property
    def values(self) -> Mapping[str, str | None]:
        """What values are called now, as far as that changed."""
        return _VALUES.get(self.old, {})


def _rows() -> Iterator[tuple[tuple[str, ...], ArgumentChange]]:
    family: Any = None
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            family = line.strip("[]")
        elif line and not line.startswith("#"):
            names, old, new, since, effect, *remark = (cell.strip() for cell in line.split("|"))
            old, equals, value = old.partition("=")
            made = ArgumentChange(
                old,
                None,
                KerasVersion(*map(int, since.split("."))),
                effect,  # type: ignore[arg-type]
                family,
                remark[0] if remark else None,
                (ast.literal_eval(value),) if equals else (),
            )
            yield callables(names), _with_new(made, new)


def _with_new(change: ArgumentChange, cell: str) -> ArgumentChange:
    if cell in ("-", "-?", "!"):
        return replace(change, drop={"-": "safe", "-?": "unsafe", "!": "no"}[cell])  # type: ignore[arg-type]
    if cell.startswith("-("):
        return replace(change, harmless=(ast.literal_eval(cell[2:-1]),))
    new, bracket, part = cell.partition("[")
    return replace(change, new=new, part=int(part.rstrip("]")) if bracket else None)


def callables(cell: str) -> tuple[str, ...]:
    """The canonical names of a cell such as ``layers: Dense LSTM`` or ``Model.fit Model.evaluate``."""
    module, colon, names = cell.partition(":")
    if not colon:
        return tuple(f"keras.{name}" for name in module.split())
    return tuple(f"keras.{module}.{name}" for name in names.split())


_ALIASES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
    "MaxPool1D": "MaxPooling1D",
    "MaxPool2D": "MaxPooling2D",
    "MaxPool3D": "MaxPooling3D",
    "AvgPool1D": "AveragePooling1D",
    "AvgPool2D": "AveragePooling2D",
    "AvgPool3D": "AveragePooling3D",
    "max_norm": "MaxNorm",
    "maxnorm": "MaxNorm",
    "min_max_norm": "MinMaxNorm",
    "random_normal": "RandomNormal",
    "random_uniform": "RandomUniform",
    "truncated_normal": "TruncatedNormal",
}
"""Other names of classes, in older versions or by now."""


@cache
def table() -> Mapping[str, Mapping[str, ArgumentChange]]:
    """Every change, by canonical name of the callable (``keras.layers.*`` is every layer) and old argument."""
    found: dict[str, dict[str, ArgumentChange]] = {}
    for names, change in _rows():
        for name in names:
            found.setdefault(name, {})[change.old] = change
    return found


def plain_name(name: str) -> str:
    """The canonical name of a class under its first name: ``AvgPool2D`` is ``AveragePooling2D``."""
    module, dot, short = name.rpartition(".")
    return f"{module}{dot}{_ALIASES.get(short, short)}"


@cache
def changes_of(name: str) -> Mapping[str, ArgumentChange]:
    """The arguments of a class, function or method that are not what they were, by their old names."""
    module, _, short = name.rpartition(".")
    of_all = table().get(f"{module}.*", {}) if short[:1].isupper() else {}
    taken = _TAKEN.get(short, ())
    general = {old: change for old, change in of_all.items() if old not in taken}
    return {**general, **table().get(plain_name(name), {})}
