"""The models of ``keras.applications``: shapes, numbers of parameters, activations, and how pixels are prepared."""

from __future__ import annotations

from tdlint.spec.applications.models import (
    PREFIX,
    counted_names,
    expected_range,
    family_of,
    find,
    image_shape,
    last_activation,
    last_layer_name,
    model_name,
    preprocess_mode,
)

__all__ = [
    "PREFIX",
    "counted_names",
    "expected_range",
    "family_of",
    "find",
    "image_shape",
    "last_activation",
    "last_layer_name",
    "model_name",
    "preprocess_mode",
]
