"""Which layers of two models are the same one.

Layers are matched by their path; where that can't be, by kind and order: people rename layers, and the names that Keras
gives count the layers of a session, so that they differ between two runs of one program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher
from enum import Enum
from typing import TypeAlias

from tdlint.inspector.accounting.account import LayerAccount
from tdlint.naming import snake_case
from tdlint.shapes import format_shape


class Matched(Enum):
    """How a layer of one model was found in the other."""

    PATH = "path"
    ORDER = "kind and order"


Pair: TypeAlias = tuple[int, int, Matched]
"""Indices of a layer before and after."""


def matches(before: Sequence[LayerAccount], after: Sequence[LayerAccount]) -> list[Pair]:
    """Pairs of layers, each layer in at most one, sorted by the second.

    Sure matches come first: the same path and the same weights, and names of the user's for the same kind of layer;
    then the same kind with the same weights or the same output, in the same order. Names that Keras gave count last.
    """
    pairs: list[Pair] = []
    left, right = list(range(len(before))), list(range(len(after)))

    def take(found: list[tuple[int, int]], how: Matched) -> None:
        for old, new in found:
            pairs.append((old, new, how))
            left.remove(old)
            right.remove(new)

    def by_path(key: Callable[[LayerAccount], Hashable], names_of_keras: bool = True) -> None:
        there = {
            (before[old].layer, key(before[old])): old for old in left if names_of_keras or not _automatic(before[old])
        }
        named = [((after[new].layer, key(after[new])), new) for new in right]
        take([(there[name], new) for name, new in named if name in there], Matched.PATH)

    def by_order(key: Callable[[LayerAccount], Hashable]) -> None:
        matcher = SequenceMatcher(None, [key(before[old]) for old in left], [key(after[new]) for new in right], False)
        found = [
            (left[block.a + step], right[block.b + step])
            for block in matcher.get_matching_blocks()
            for step in range(block.size)
        ]
        take(found, Matched.ORDER)

    by_path(_signature, names_of_keras=not _counted_anew(before, after))
    by_path(lambda layer: layer.type, names_of_keras=False)
    by_order(lambda layer: (_parent(layer), _signature(layer)))
    by_order(lambda layer: (_parent(layer), layer.type, format_shape(layer.output_shape)))
    by_path(lambda layer: layer.type)
    by_order(lambda layer: (_parent(layer), layer.type))
    by_order(_signature)
    by_path(lambda layer: None)
    return sorted(pairs, key=lambda pair: pair[1])


def _signature(layer: LayerAccount) -> Hashable:
    return layer.type, tuple(weight.shape for weight in layer.weights)


def _parent(layer: LayerAccount) -> str:
    return re.sub(r"_\d+(?=/)", "", layer.layer.rpartition("/")[0] + "/")


def _automatic(layer: LayerAccount) -> bool:
    """Whether the name is one that Keras gives: ``dense``, ``dense_1``."""
    name = layer.layer.rpartition("/")[2]
    return re.fullmatch(re.escape(snake_case(layer.type)) + r"(_\d+)?", name) is not None


def _counted_anew(before: Sequence[LayerAccount], after: Sequence[LayerAccount]) -> bool:
    """Whether the names that Keras gave start from other numbers, as they do in another session."""
    starts = [
        {snake_case(layer.type): layer.layer for layer in reversed(layers) if _automatic(layer)}
        for layers in (before, after)
    ]
    return any(starts[1].get(kind, name) != name for kind, name in starts[0].items())


def renamed(before: LayerAccount, after: LayerAccount) -> bool:
    """Whether a layer has another path; numbers that Keras adds to names don't count."""
    old, new = before.layer.rpartition("/")[2], after.layer.rpartition("/")[2]
    other = old != new and not (_automatic(before) and _automatic(after))
    return other or _parent(before) != _parent(after)


def moved(pairs: Sequence[Pair]) -> set[int]:
    """The second indices of pairs that are not in the longest run of pairs with the same order in both models."""
    best: list[tuple[int, int]] = []  # length of the longest run that ends here, and the pair before
    for place, (old, _, _) in enumerate(pairs):
        longest = max(((best[k][0], -k) for k in range(place) if pairs[k][0] < old), default=(0, 1))
        best.append((longest[0] + 1, -longest[1]))
    kept = set()
    place = max(range(len(best)), key=lambda k: best[k][0], default=-1)
    while place >= 0:
        kept.add(place)
        place = best[place][1]
    return {new for place, (_, new, _) in enumerate(pairs) if place not in kept}
