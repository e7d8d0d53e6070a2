"""Signatures of Keras callables, and binding the arguments of a call to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


def constant(default: object) -> Value:
    """A default of a signature as a value."""
    from tdlint.values import Sequence as SequenceValue

    if isinstance(default, tuple):
        return SequenceValue(tuple(constant(item) for item in default), "tuple")
    return Const(default)


def bind(
    signature: Signature,
    positional: Sequence[tuple[Value, Site | None]],
    keywords: Mapping[str, tuple[Value, Site | None]],
    complete: bool = True,
) -> Arguments:
    """Bind a call's arguments; never fails: what does not fit is in ``unexpected`` and ``surplus``."""
    places = [param.name for param in signature.params if not param.keyword_only]
    bound: dict[str, Value] = {}
    sites: dict[str, Site] = {}
    for name, (value, site) in zip(places, positional, strict=False):
        bound[name] = value
        if site is not None:
            sites[name] = site
    unexpected = []
    known = {param.name for param in signature.params} | signature.extra_keywords
    for name, (value, site) in keywords.items():
        if name not in known and not signature.open:
            unexpected.append(name)
        bound[name] = value
        if site is not None:
            sites[name] = site
    defaults = tuple(
        (param.name, Unknown("required", param.name) if param.default is REQUIRED else constant(param.default))
        for param in signature.params
        if param.name not in bound
    )
    return Arguments(
        tuple(bound.items()),
        defaults,
        complete,
        tuple(unexpected),
        max(0, len(positional) - len(places)),
        tuple(sites.items()),
    )
