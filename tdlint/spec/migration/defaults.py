"""Defaults that changed without a word; the table is ``defaults.txt``, a row a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from tdlint.spec.migration.arguments import callables, plain_name
from tdlint.spec.version import KerasVersion

Weight: TypeAlias = Literal["raises", "much", "little"]


@dataclass(frozen=True, slots=True)
class DefaultChange:
    """The default of ``argument`` was ``was`` and is ``now``, both as source text; None if it must be given.

    ``weight`` says how much it matters: whether the call fails without it, or computes something else.
    """

    argument: str
    was: str
    now: str | None
    since: KerasVersion
    weight: Weight
    remark: str | None = None


@cache
def _table() -> Mapping[str, tuple[DefaultChange, ...]]:
    found: dict[str, list[DefaultChange]] = {}
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        names, argument, was, now, since, weight, *remark = (cell.strip() for cell in line.split("|"))
        made = DefaultChange(
            argument,
            was,
            None if now == "-" else now,
            KerasVersion(*map(int, since.split("."))),
            weight,  # type: ignore[arg-type]
            remark[0] if remark else None,
        )
        for name in callables(names):
            found.setdefault(name, []).append(made)
    return {name: tuple(changes) for name, changes in found.items()}


def defaults_of(name: str) -> tuple[DefaultChange, ...]:
    """The defaults of a class or function that are not what they were."""
    return _table().get(plain_name(name), ())
