"""The modules of ``keras.applications``: their models, arguments, sizes and ways to prepare pixels."""

from __future__ import annotations

from tdlint.spec.applications.base import Family, Step

_STANDARD = (
    *("include_top", "weights", "input_tensor", "input_shape", "pooling", "classes", "classifier_activation", "name"),
)
_CONVNEXT = ("include_top", "include_preprocessing", *_STANDARD[1:])
_EFFICIENTNET_V2 = (*_STANDARD[:-1], "include_preprocessing", "name")
_MOBILENET = (
    *("input_shape", "alpha", "depth_multiplier", "dropout", "include_top", "weights", "input_tensor", "pooling"),
    *("classes", "classifier_activation", "name"),
)
_MOBILENET_V2 = ("input_shape", "alpha", *_MOBILENET[4:])
_MOBILENET_V3 = (
    *("input_shape", "alpha", "minimalistic", "include_top", "weights", "input_tensor", "classes", "pooling"),
    *("dropout_rate", "classifier_activation", "include_preprocessing", "name"),
)
_NASNET = ("input_shape", *_MOBILENET[4:])
_REGNET = ("model_name", *_CONVNEXT[:-1])  # of Keras 2 only, as is the next
_RESNET_RS = (
    *("include_top", "weights", "classes", "input_shape", "input_tensor", "pooling", "classifier_activation"),
    "include_preprocessing",
)

DEFAULTS: dict[str, object] = {
    "alpha": 1.0,
    "classes": 1000,
    "classifier_activation": "softmax",
    "depth_multiplier": 1,
    "dropout": 0.001,
    "dropout_rate": 0.2,
    "include_preprocessing": True,
    "include_top": True,
    "input_shape": None,
    "input_tensor": None,
    "minimalistic": False,
    "model_name": None,
    "name": None,
    "pooling": None,
    "weights": "imagenet",
}
"""The default of each parameter; that of ``name`` is in the table of what was measured."""

_HALF_UP: tuple[Step, ...] = ("half up",) * 5
_HALF: tuple[Step, ...] = ("half",) * 5
_PADDED: tuple[Step, ...] = ("half up", *_HALF[1:])
"""Explicit padding for an even size, as Keras chooses where it does not know the size, after a convolution."""

_INCEPTION: tuple[Step, ...] = ((3, 2), (3, 1), (3, 2), (3, 1), (3, 2), (3, 2), (3, 2))
_XCEPTION: tuple[Step, ...] = ((3, 2), (3, 1), *_HALF_UP[1:])
_CONVNEXT_STEPS: tuple[Step, ...] = ((4, 4), *_HALF[:3])
_DENSENET: tuple[Step, ...] = (*_HALF_UP[:2], *_HALF[:3])
_REGNETS = ("002", "004", "006", "008", "016", "032", "040", "064", "080", "120", "160", "320")


def _names(stem: str, *ends: str) -> tuple[str, ...]:
    return tuple(stem + end for end in ends)


FAMILIES = (
    Family(
        "convnext",
        _names("ConvNeXt", "Tiny", "Small", "Base", "Large", "XLarge"),
        _CONVNEXT,
        _CONVNEXT_STEPS,
        _CONVNEXT_STEPS,
        "identity",
        preprocesses=True,
    ),
    Family("densenet", _names("DenseNet", "121", "169", "201"), _STANDARD, _DENSENET, _DENSENET, "torch"),
    Family(
        "efficientnet",
        _names("EfficientNetB", *"01234567"),
        _STANDARD,
        _HALF_UP,
        _HALF,
        "identity",
        preprocesses=True,
    ),
    Family(
        "efficientnet_v2",
        _names("EfficientNetV2", "B0", "B1", "B2", "B3", "S", "M", "L"),
        _EFFICIENTNET_V2,
        _HALF_UP,
        _HALF_UP,
        "identity",
        preprocesses=True,
    ),
    Family("inception_resnet_v2", ("InceptionResNetV2",), _STANDARD, _INCEPTION, _INCEPTION, "tf", min_size=75),
    Family("inception_v3", ("InceptionV3",), _STANDARD, _INCEPTION, _INCEPTION, "tf", min_size=75),
    Family("mobilenet", ("MobileNet",), _MOBILENET, _PADDED, _PADDED, "tf"),
    Family("mobilenet_v2", ("MobileNetV2",), _MOBILENET_V2, _HALF_UP, _PADDED, "tf"),
    Family(
        "mobilenet_v3",
        _names("MobileNetV3", "Small", "Large"),
        _MOBILENET_V3,
        _HALF_UP,
        _PADDED,
        "identity",
        preprocesses=True,
    ),
    Family("nasnet", _names("NASNet", "Mobile", "Large"), _NASNET, ((3, 2), *_HALF_UP[1:]), None, "tf"),
    Family(
        "regnet",
        (*_names("RegNetX", *_REGNETS), *_names("RegNetY", *_REGNETS)),
        _REGNET,
        _HALF_UP,
        None,
        "identity",
        preprocesses=True,
    ),
    Family("resnet", _names("ResNet", "50", "101", "152"), _STANDARD, _HALF_UP, _HALF_UP, "caffe"),
    Family(
        "resnet_rs",
        _names("ResNetRS", "50", "101", "152", "200", "270", "350", "420"),
        _RESNET_RS,
        _HALF_UP,
        None,
        "identity",
        preprocesses=True,
    ),
    Family("resnet_v2", _names("ResNet", "50V2", "101V2", "152V2"), _STANDARD, _HALF_UP, _HALF_UP, "tf"),
    Family("vgg16", ("VGG16",), _STANDARD, _HALF, _HALF, "caffe", flattens=True),
    Family("vgg19", ("VGG19",), _STANDARD, _HALF, _HALF, "caffe", flattens=True),
    Family("xception", ("Xception",), _STANDARD, _XCEPTION, _XCEPTION, "tf", min_size=71),
)

FAMILY_OF = {name: family for family in FAMILIES for name in family.models}
"""The family of each model by the name of its function."""

MODES = {family.module: family.mode for family in FAMILIES} | {"imagenet_utils": "caffe", "resnet50": "caffe"}
"""What ``preprocess_input`` of each module does; in ``imagenet_utils`` it is the default of an argument."""
