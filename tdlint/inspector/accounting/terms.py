"""What is declared beside the weights: activity terms, regularizers that never act, and content that runs code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdlint.graph import LayerNode
from tdlint.inspector.accounting.account import ActivityTerm, Inactive, LayerAccount, Regularizer
from tdlint.inspector.accounting.held import Dormant
from tdlint.inspector.codes import FROZEN, IN_TIME_DISTRIBUTED, INERT
from tdlint.inspector.configs.values import inner_layers
from tdlint.shapes import UnknownShape
from tdlint.spec.regularizers import coefficients
from tdlint.spec.version import KerasVersion
from tdlint.values import NONE, Arguments, Instance, LayerObject, Value

if TYPE_CHECKING:
    from tdlint.inspector.accounting.penalty import Visit

_OF_FOUR = frozenset({"MultiHeadAttention", "GroupedQueryAttention", "GroupQueryAttention"})
"""Layers that hand an activity regularizer to the layers for query, key, value and output."""


def _declared(layer: LayerObject) -> Value:
    """The activity regularizer of a layer, None as a constant if it has none."""
    if layer.type == "keras.layers.ActivityRegularization":
        return Instance("keras.regularizers.L1L2", Arguments(layer.args.bound, layer.args.defaults))
    return layer.args.get("activity_regularizer") if layer.args.passes("activity_regularizer") else NONE


def _within(
    layer: LayerObject, parent: LayerObject | None = None, depth: int = 0, in_model: bool = False
) -> Iterator[_Part]:
    """The layer and those that it wraps, each with the one around it."""
    yield _Part(layer, parent, depth > 0, in_model)
    timed = parent is not None and parent.type == "keras.layers.TimeDistributed"
    in_model = in_model or (timed and layer.type in ("keras.Sequential", "keras.Model"))
    if depth < 16:
        for _, inner in inner_layers(layer):
            yield from _within(inner, layer, depth + 1, in_model)


@dataclass(frozen=True)
class _Part:
    """A layer, or one that it wraps: ``around`` calls it; ``in_model``: as part of a model within TimeDistributed."""

    layer: LayerObject
    around: LayerObject | None
    wrapped: bool
    in_model: bool = False

    def calls(self, keras: KerasVersion) -> int:
        """How often it is called in one call of the outermost: Keras 2 calls a model again for its mask (FACTS B2b)."""
        return 2 if self.in_model and keras.major < 3 else 1

    def passed_by(self, keras: KerasVersion) -> bool:
        """Whether its ``__call__``, which adds activity terms, is never called (FACTS B2)."""
        return keras.major >= 3 and self.around is not None and self.around.type == "keras.layers.TimeDistributed"

    def tensors(self, keras: KerasVersion, outputs: int) -> int:
        """The number of tensors that its activity regularizer is put on (FACTS C6b).

        ``outputs`` is how many the outermost layer gives.
        """
        if keras.major >= 3 and self.layer.short_type in _OF_FOUR:
            return 4
        if self.around is None:
            return max(outputs, 1)
        if self.around.type != "keras.layers.Bidirectional":
            return 1
        # an output of each direction, unless they are merged, and the states of both
        merged = 2 if self.around.args.get("merge_mode").must_be(None) else 1
        one = 1 + max(outputs - merged, 0) // 2
        # Keras 2 keeps one layer in the config, of which it makes two
        return one if keras.major >= 3 or self.around.args.passes("backward_layer") else 2 * one


def activity_of(
    node: LayerNode, calls: int, keras: KerasVersion, describe: Callable[[Value, KerasVersion], Regularizer | None]
) -> tuple[ActivityTerm, ...]:
    """The activity terms that a layer declares, those of wrapped layers included."""
    terms = []
    for part in _within(node.layer):
        regularizer = describe(_declared(part.layer), keras)
        if regularizer is None:
            continue
        # Keras 2 takes the steps of TimeDistributed for samples, and divides by them
        shared = keras.major < 3 and part.wrapped and node.type == "keras.layers.TimeDistributed"
        over_time, steps = _positions(node, 2 if shared else 1)
        terms.append(
            ActivityTerm(
                regularizer,
                acts=not part.passed_by(keras),
                divided_by_batch=keras.major < 3 or keras >= (3, 14),
                over_time=over_time,
                steps=steps,
                calls=calls * part.calls(keras),
                tensors=part.tensors(keras, len(node.outputs)),
            )
        )
    return tuple(terms)


def _positions(node: LayerNode, leading: int) -> tuple[bool, int | None]:
    """Whether an output has axes between the ``leading`` ones and the features, such as time; how long the first is.

    The leading axes are batch and, where Keras takes its entries for samples, time.
    """
    shape = node.outputs[0] if node.outputs else UnknownShape()
    if isinstance(shape, UnknownShape) or len(shape) <= leading + 1:
        return False, None
    first = shape[leading]
    return True, first if isinstance(first, int) else None


def inactive_of(
    visit: Visit, account: LayerAccount, keras: KerasVersion, dormant: Iterable[Dormant]
) -> Iterator[Inactive]:
    """Regularizers of a layer that are declared and never act; ``dormant`` are those of a live layer."""
    yield from (Inactive(visit.path, one.argument, one.reason, one.code) for one in dormant)
    for part in _within(visit.node.layer):
        layer = part.layer
        if part.passed_by(keras) and not _declared(layer).must_be(None):
            reason = "inside TimeDistributed Keras 3 never adds it; give it to TimeDistributed itself"
            yield Inactive(visit.path, "activity_regularizer", reason, IN_TIME_DISTRIBUTED)
        for argument, value in layer.args.bound:
            if not argument.endswith("_regularizer") or value.must_be(None):
                continue
            found = coefficients(value, keras)
            if found is not None and not found.active:
                yield Inactive(visit.path, argument, "its coefficients are 0", INERT)
            elif argument != "activity_regularizer" and _without_weight(visit, layer, argument):
                yield Inactive(visit.path, argument, "the layer has no such weight")
    frozen = [weight for weight in account.weights if weight.regularizer is not None and not weight.counted]
    if frozen:
        names = ", ".join(dict.fromkeys(weight.name for weight in frozen))
        yield Inactive(
            visit.path, names, "the layer is frozen, and Keras since 3.1 leaves out what is not trained", FROZEN
        )


def _without_weight(visit: Visit, layer: LayerObject, argument: str) -> bool:
    if visit.specs is None:
        return False
    mine = [spec for spec in visit.specs if spec.layer.key == layer.key]
    return bool(mine) and all(spec.regularizer_arg != argument for spec in mine)
