"""What is declared beside the weights: activity terms, regularizers that never act, and content that runs code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tdlint.graph import LayerNode
from tdlint.inspector.account import ActivityTerm, Inactive, LayerAccount, Regularizer
from tdlint.inspector.codes import FROZEN, IN_TIME_DISTRIBUTED, INERT
from tdlint.inspector.config_values import inner_layers
from tdlint.shapes import UnknownShape
from tdlint.spec.regularizers import coefficients
from tdlint.spec.version import KerasVersion
from tdlint.values import NONE, Arguments, Instance, LayerObject, Value

if TYPE_CHECKING:
    from tdlint.inspector.penalty import Visit


def _declared(layer: LayerObject) -> Value:
    """The activity regularizer of a layer, None as a constant if it has none."""
    if layer.type == "keras.layers.ActivityRegularization":
        return Instance("keras.regularizers.L1L2", Arguments(layer.args.bound, layer.args.defaults))
    return layer.args.get("activity_regularizer") if layer.args.passes("activity_regularizer") else NONE


def _within(layer: LayerObject, dead: bool = False, depth: int = 0) -> Iterator[tuple[LayerObject, bool]]:
    """The layer and those that it wraps; True for those that Keras 3 calls around ``__call__`` (FACTS B2)."""
    yield layer, dead
    if depth < 16:
        for _, inner in inner_layers(layer):
            yield from _within(inner, dead or layer.type == "keras.layers.TimeDistributed", depth + 1)


def activity_of(
    node: LayerNode, calls: int, keras: KerasVersion, describe: Callable[[Value, KerasVersion], Regularizer | None]
) -> tuple[ActivityTerm, ...]:
    """The activity terms that a layer declares, those of wrapped layers included."""
    terms = []
    shape = node.outputs[0] if node.outputs else UnknownShape()
    over_time = not isinstance(shape, UnknownShape) and len(shape) > 2
    steps = shape[1] if not isinstance(shape, UnknownShape) and over_time else None
    for layer, dead in _within(node.layer):
        regularizer = describe(_declared(layer), keras)
        if regularizer is None:
            continue
        terms.append(
            ActivityTerm(
                regularizer,
                acts=not (dead and keras.major >= 3),
                divided_by_batch=keras.major < 3 or keras >= (3, 14),
                over_time=over_time,
                steps=steps if isinstance(steps, int) else None,
                calls=calls,
            )
        )
    return tuple(terms)


def inactive_of(visit: Visit, account: LayerAccount, keras: KerasVersion) -> Iterator[Inactive]:
    """Regularizers of a layer that are declared and never act."""
    for layer, dead in _within(visit.node.layer):
        if dead and keras.major >= 3 and not _declared(layer).must_be(None):
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
