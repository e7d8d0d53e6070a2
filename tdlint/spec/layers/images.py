"""keras.layers: preprocessing of images. All but cropping and resizing keep the shape."""

from __future__ import annotations

from tdlint.spec.layers.base import (
    Invalid,
    LayerArgs,
    LayerSpec,
    Ndim,
    Shapes,
    accepting,
    identity,
    known_shape,
    signature,
)
from tdlint.spec.signature import Signature

_PIXELS = (0, 255)


def _sized_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = list(known_shape(inputs[0]))
    height = len(shape) - 2 if args.channels_first() else len(shape) - 3
    if height < 0:
        raise Invalid(f"its input must have at least 3 axes, received {len(shape)}")
    shape[height], shape[height + 1] = args.size("height"), args.size("width")
    return (tuple(shape),)


def _image(arguments: Signature) -> Signature:
    return accepting(arguments, "factor", "bounding_box_format", "data_format")


def _same(name: str, /, *required: str, **defaults: object) -> LayerSpec:
    return LayerSpec(f"keras.layers.{name}", _image(signature(*required, **defaults)), identity)


def _sized(name: str, ndim: Ndim, /, **defaults: object) -> LayerSpec:
    arguments = _image(signature("height", "width", **defaults))
    return LayerSpec(f"keras.layers.{name}", arguments, _sized_output, ndim=ndim)


LAYERS = (
    _same(
        "AugMix",
        value_range=_PIXELS,
        num_chains=3,
        chain_depth=3,
        factor=0.3,
        alpha=1.0,
        all_ops=True,
        interpolation="bilinear",
        seed=None,
        data_format=None,
    ),
    _same("AutoContrast", value_range=_PIXELS),
    _same(
        "ContrastLimitedAdaptiveHistogramEqualization",
        value_range=_PIXELS,
        clip_limit=4.0,
        tile_grid_size=(8, 8),
        data_format=None,
    ),
    _same("CutMix", factor=1.0, seed=None, data_format=None),
    _same("Equalization", value_range=_PIXELS, bins=256, data_format=None),
    _same("MaxNumBoundingBoxes", "max_number", fill_value=-1),
    _same("MixUp", alpha=0.2, data_format=None, seed=None),
    _same(
        "RandAugment", value_range=_PIXELS, num_ops=2, factor=0.5, interpolation="bilinear", seed=None, data_format=None
    ),
    _same("RandomBrightness", "factor", value_range=_PIXELS, seed=None),
    _same("RandomColorDegeneration", "factor", value_range=_PIXELS, data_format=None, seed=None),
    _same(
        "RandomColorJitter",
        value_range=_PIXELS,
        brightness_factor=None,
        contrast_factor=None,
        saturation_factor=None,
        hue_factor=None,
        seed=None,
        data_format=None,
    ),
    _same("RandomContrast", "factor", value_range=_PIXELS, seed=None),
    _same(
        "RandomElasticTransform",
        factor=1.0,
        scale=1.0,
        interpolation="bilinear",
        fill_mode="reflect",
        fill_value=0.0,
        value_range=_PIXELS,
        seed=None,
        data_format=None,
    ),
    _same(
        "RandomErasing",
        factor=1.0,
        scale=(0.02, 0.33),
        fill_value=None,
        value_range=_PIXELS,
        seed=None,
        data_format=None,
    ),
    _same("RandomFlip", mode="horizontal_and_vertical", seed=None, data_format=None),
    _same("RandomGaussianBlur", factor=1.0, kernel_size=3, sigma=1.0, value_range=_PIXELS, data_format=None, seed=None),
    _same("RandomGrayscale", factor=0.5, data_format=None, seed=None),
    _same("RandomHue", "factor", value_range=_PIXELS, data_format=None, seed=None),
    _same("RandomInvert", factor=1.0, value_range=_PIXELS, seed=None, data_format=None),
    _same(
        "RandomPerspective",
        factor=1.0,
        scale=1.0,
        interpolation="bilinear",
        fill_value=0.0,
        seed=None,
        data_format=None,
    ),
    _same("RandomPosterization", "factor", value_range=_PIXELS, data_format=None, seed=None),
    _same(
        "RandomRotation",
        "factor",
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
    ),
    _same("RandomSaturation", "factor", value_range=_PIXELS, data_format=None, seed=None),
    _same("RandomSharpness", "factor", value_range=_PIXELS, data_format=None, seed=None),
    _same(
        "RandomShear",
        x_factor=0.0,
        y_factor=0.0,
        interpolation="bilinear",
        fill_mode="reflect",
        fill_value=0.0,
        data_format=None,
        seed=None,
    ),
    _same(
        "RandomTranslation",
        "height_factor",
        "width_factor",
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
    ),
    _same(
        "RandomZoom",
        "height_factor",
        width_factor=None,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
    ),
    _same("Solarization", addition_factor=0.0, threshold_factor=0.0, value_range=_PIXELS, seed=None),
    _sized("CenterCrop", Ndim(3, 4), data_format=None),
    _sized("RandomCrop", Ndim(minimum=3), seed=None, data_format=None, name=None),
    _sized(
        "Resizing",
        Ndim(3, 4),
        interpolation="bilinear",
        crop_to_aspect_ratio=False,
        pad_to_aspect_ratio=False,
        fill_mode="constant",
        fill_value=0.0,
        antialias=False,
        data_format=None,
    ),
)
