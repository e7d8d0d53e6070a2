"""The layer spec: one module per Keras family, found by name.

``find`` gives the entry of a class; ``outputs``, ``weights`` and ``fault`` answer for a layer and its input shapes.
"""

from __future__ import annotations

from tdlint.shapes import AnyShape, UnknownShape
from tdlint.spec.layers.base import Fault, Invalid, LayerSpec, Shapes, Undecided, WeightSpec
from tdlint.spec.layers.registry import entries, find, output_shapes, weight_specs
from tdlint.values import LayerObject

__all__ = ["LayerSpec", "entries", "fault", "find", "outputs", "weights"]


def outputs(layer: LayerObject, inputs: Shapes, switched: bool = False) -> tuple[AnyShape, ...]:
    """The shapes of a layer's outputs; one unknown shape, with the reason, where they can't be told."""
    try:
        return output_shapes(layer, inputs, switched)
    except Undecided as reason:
        return (UnknownShape(str(reason)),)
    except Invalid as reason:
        return (UnknownShape(f"Keras refuses it: {reason}"),)


def weights(layer: LayerObject, inputs: Shapes) -> tuple[WeightSpec, ...] | None:
    """The weights that a layer makes for these inputs, in Keras' order; None where they can't be told."""
    try:
        return weight_specs(layer, inputs)
    except (Undecided, Invalid):
        return None


def fault(layer: LayerObject, inputs: Shapes) -> Fault | None:
    """Why Keras raises when this layer is made and called on these inputs; None if it does not or can't be told."""
    for ask in (output_shapes, weight_specs):
        try:
            ask(layer, inputs)
        except Undecided:
            continue  # the other one may still tell
        except Invalid as reason:
            return Fault(reason.kind, str(reason))
    return None
