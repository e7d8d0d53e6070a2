"""keras.layers: spectrograms."""

from __future__ import annotations

import math

from tdlint import values
from tdlint.shapes import FREE, Dim, Free, UnknownDim
from tdlint.spec.layers.arithmetic import conv_length, times
from tdlint.spec.layers.base import (
    Invalid,
    LayerArgs,
    LayerSpec,
    Ndim,
    Shapes,
    WeightSpec,
    channels,
    known_shape,
    signature,
)
from tdlint.spec.layers.convolutional import split


def _mel_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = known_shape(inputs[0])
    if not shape:
        raise Invalid("its input must have at least 1 axis")
    if not args.value("sequence_length").must_be(None):
        longest, length = args.value("fft_length"), args.value("sequence_length")
        if (values.number(longest) or math.inf) < (values.number(length) or 0):
            raise Invalid("fft_length must be at least sequence_length")
    length_in, stride = shape[0] if len(shape) == 1 else shape[1], args.size("sequence_stride")
    frames: Dim = FREE if isinstance(length_in, Free) else UnknownDim("depends on a size that is not known")
    if isinstance(length_in, int) and isinstance(stride, int):
        frames = (length_in + stride + 1) // stride
    bands = args.size("num_mel_bins")
    return ((bands, frames) if len(shape) == 1 else (shape[0], bands, frames),)


def _frames(args: LayerArgs) -> tuple[Dim, Dim, Dim]:
    # frame length, frame step and the number of frequencies
    frame = args.size("frame_length")
    step: Dim = UnknownDim("depends on frame_length")
    if not args.value("frame_step").must_be(None):
        step = args.size("frame_step")
        if isinstance(step, int) and isinstance(frame, int) and step > frame:
            raise Invalid(f"frame_step must not exceed frame_length, received {step} and {frame}")
    elif isinstance(frame, int):
        step = frame // 2
    if not args.value("fft_length").must_be(None):
        fft = args.size("fft_length")
        if isinstance(fft, int) and isinstance(frame, int) and fft < frame:
            raise Invalid(f"fft_length must not be below frame_length, received {fft} and {frame}")
    else:
        fft = 2 ** math.ceil(math.log2(frame)) if isinstance(frame, int) else UnknownDim("depends on frame_length")
    return frame, step, fft // 2 + 1 if isinstance(fft, int) else fft


_SPECTRA = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


def _stft_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape, mode = known_shape(inputs[0]), args.choice("mode", *_SPECTRA)
    padding = args.choice("padding", "valid", "same")
    frame, step, frequencies = _frames(args)
    if mode == "stft":
        frequencies = times(frequencies, 2)
    space, features = split(args, shape)
    steps = conv_length(space[0], frame, step, 1, padding)
    features = channels(features, "the channels axis of the input")
    first = args.channels_first()
    if args.boolean("expand_dims"):
        return ((shape[0], features, steps, frequencies) if first else (shape[0], steps, frequencies, features),)
    width = times(frequencies, features)
    return ((shape[0], width, steps) if first else (shape[0], steps, width),)


def _stft_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    mode = args.choice("mode", *_SPECTRA)
    frame, _, frequencies = _frames(args)
    names = [name for name, without in (("real_kernel", "imag"), ("imag_kernel", "real")) if mode != without]
    return tuple(args.plain_weight(name, (frame, 1, frequencies), "stft", trainable=True) for name in names)


LAYERS = (
    LayerSpec(
        "keras.layers.MelSpectrogram",
        signature(
            fft_length=2048,
            sequence_stride=512,
            sequence_length=None,
            window="hann",
            sampling_rate=16000,
            num_mel_bins=128,
            min_freq=20.0,
            max_freq=None,
            power_to_db=True,
            top_db=80.0,
            mag_exp=2.0,
            min_power=1e-10,
            ref_power=1.0,
        ),
        _mel_output,
    ),
    LayerSpec(
        "keras.layers.STFTSpectrogram",
        signature(
            mode="log",
            frame_length=256,
            frame_step=None,
            fft_length=None,
            window="hann",
            periodic=False,
            scaling="density",
            padding="valid",
            expand_dims=False,
            data_format=None,
        ),
        _stft_output,
        _stft_weights,
        Ndim.exactly(3),
    ),
)
