"""Which layer classes of Keras extend another public one, besides ``Layer``: what ``isinstance`` says of a layer."""

from __future__ import annotations

import re

from tdlint.spec.layers import find

_EXTENDS = {
    "Dropout": {"SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"},
    "RNN": {"ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GRU", "LSTM", "SimpleRNN"},
    "Wrapper": {"SpectralNormalization", "TimeDistributed"},
}
_IN_ONE_VERSION = {
    "Attention": {"AdditiveAttention"},
    "Conv1D": {"Conv1DTranspose"},
    "Conv2D": {"Conv2DTranspose"},
    "Conv3D": {"Conv3DTranspose"},
    "Embedding": {"ReversibleEmbedding"},
    "JaxLayer": {"FlaxLayer"},
    "Wrapper": {"Bidirectional"},
}
_ALIASES = (
    (r"^Deconvolution(\dD)$", r"Conv\1Transpose"),
    (r"Convolution(\dD)", r"Conv\1"),
    (r"AvgPool(\dD)", r"AveragePooling\1"),
    (r"MaxPool(\dD)", r"MaxPooling\1"),
)
_ANY = frozenset({"keras.Layer", "keras.layers.Layer"})
_MODELS = frozenset({"keras.Model", "keras.Sequential"})


def extends(layer: str, base: str) -> bool | None:
    """Whether a layer of the one class is one of the other, by their canonical names; None if it can't be told."""
    if base in _ANY:
        return True
    if base in _MODELS:
        return False
    if find(layer) is None or find(base) is None:
        return None
    short, other = _first_name(layer), _first_name(base)
    if short in _IN_ONE_VERSION.get(other, ()):
        return None
    return short == other or short in _EXTENDS.get(other, ())


def _first_name(name: str) -> str:
    """The name of a class that its aliases stand for: ``Conv2D`` for ``Convolution2D``."""
    short = name.rpartition(".")[2]
    for old, new in _ALIASES:
        short = re.sub(old, new, short)
    return short
