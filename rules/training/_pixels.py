"""Data that are images with pixels from 0 to 255, and how they enter a model."""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import ArrayValue, CallSite, GivenInput, LayerNode, ModelGraph, Program, UnknownShape, inputs_given

RAW = (0, 255)

_PASSING = frozenset(
    {
        *("Dropout", "SpatialDropout2D", "Flatten", "Reshape", "Permute", "ZeroPadding2D", "Cropping2D", "Identity"),
        *("InputLayer", "Resizing", "CenterCrop", "RandomFlip", "RandomRotation", "RandomZoom"),
        *("RandomTranslation", "RandomCrop", "RandomContrast", "RandomHeight", "RandomWidth", "MaxPooling2D"),
        *("AveragePooling2D", "GaussianNoise"),
    }
)
"""Layers that leave pixels about as large as they are."""


def images_given(call: CallSite, program: Program) -> Iterator[tuple[ModelGraph, GivenInput]]:
    """Arrays of images, or of images made flat, whose range is known, for the only input of a model."""
    model = program.model(call.models[0]) if len(call.models) == 1 else None
    if model is None or model.doubts or len(model.input_shapes) != 1:
        return
    for given in inputs_given(call, model):
        if given.array.range is not None and _is_image(given.array):
            yield model, given


def _is_image(array: ArrayValue) -> bool:
    """Whether a batch has two axes of some size, or is as wide as an image made flat."""
    if isinstance(array.shape, UnknownShape):
        return False
    sample = array.shape[1:]
    if len(sample) == 1:
        return isinstance(sample[0], int) and sample[0] >= 64
    return len(sample) in (2, 3) and all(isinstance(size, int) and size >= 8 for size in sample[:2])


def is_raw(array: ArrayValue) -> bool:
    """Whether pixels certainly lie between 0 and 255 and nothing was done to them."""
    return array.range == RAW


def entered(model: ModelGraph) -> LayerNode | None:
    """The first layer that does more to the pixels than move them; None if there is not one, or layers are unknown."""
    if model.unknown or model.kind == "subclass" or not model.nodes:
        return None
    nodes = list(model.nodes)
    if any(len(node.edges) > 1 for node in nodes[:1]):
        return None
    for node in nodes:
        if node.inner is not None:
            return node
        if node.layer.custom or not node.type.startswith("keras.layers.") or node.layer.short_type not in _PASSING:
            return node
    return None
