"""Signatures of Keras callables, and binding the arguments of a call to them."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tdlint.values import Arguments, Const, Site, Unknown, Value


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()
"""Marks a parameter that has no default."""


@dataclass(frozen=True)
class Param:
    """One parameter; ``default`` is a Python constant, a tuple of constants, or ``REQUIRED``."""

    name: str
    default: object = REQUIRED
    keyword_only: bool = False


@dataclass(frozen=True)
class Signature:
    """Parameters in order. ``extra_keywords`` are accepted although not listed (such as ``name`` of every layer);
    ``open`` says that any keyword is accepted."""

    params: tuple[Param, ...]
    extra_keywords: frozenset[str] = frozenset()
    open: bool = False

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The parameters that positional arguments fill, in order."""
        return tuple(param.name for param in self.params if not param.keyword_only)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every keyword that is taken."""
        return self.extra_keywords | {param.name for param in self.params}

    @cached_property
    def defaults(self) -> tuple[tuple[str, Value], ...]:
        """Every parameter with its default as a value, unknown where it has none."""
        return tuple(
            (param.name, Unknown("required", param.name) if param.default is REQUIRED else constant(param.default))
            for param in self.params
        )


def constant(default: object) -> Value:
    """A default of a signature as a value."""
    from tdlint.values import Sequence as SequenceValue

    if isinstance(default, tuple):
        return SequenceValue(tuple(constant(item) for item in default), "tuple")
    return Const(default)


def parsed(declared: str) -> Signature:
    """A signature from its Python text; classes of older versions take further keywords, so any is accepted."""
    args = ast.parse(f"lambda {declared}: 0", mode="eval").body.args  # type: ignore[attr-defined]
    first_default = len(args.args) - len(args.defaults)
    return Signature(
        tuple(
            Param(arg.arg)
            if number < first_default
            else Param(arg.arg, ast.literal_eval(args.defaults[number - first_default]))
            for number, arg in enumerate(args.args)
        ),
        open=True,
    )


def bind(
    signature: Signature,
    positional: Sequence[tuple[Value, Site | None]],
    keywords: Mapping[str, tuple[Value, Site | None]],
    complete: bool = True,
) -> Arguments:
    """Bind a call's arguments; never fails: what does not fit is in ``unexpected`` and ``surplus``."""
    bound: dict[str, Value] = {}
    sites: dict[str, Site] = {}
    for name, (value, site) in zip(signature.places, positional, strict=False):
        bound[name] = value
        if site is not None:
            sites[name] = site
    unexpected = []
    for name, (value, site) in keywords.items():
        if name not in signature.names and not signature.open:
            unexpected.append(name)
        bound[name] = value
        if site is not None:
            sites[name] = site
    return Arguments(
        tuple(bound.items()),
        tuple(pair for pair in signature.defaults if pair[0] not in bound),
        complete,
        tuple(unexpected),
        max(0, len(positional) - len(signature.places)),
        tuple(sites.items()),
    )
