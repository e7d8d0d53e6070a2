"""keras.layers: dropout, noise and ActivityRegularization. All keep the shape of their input."""

from __future__ import annotations

from dataclasses import replace

from tdlint.spec.layers.base import LayerArgs, LayerSpec, Ndim, OutputFunction, Shapes, identity, signature
from tdlint.spec.signature import Signature


def _between_0_and_1(name: str) -> OutputFunction:
    def output(args: LayerArgs, inputs: Shapes) -> Shapes:
        args.check_between(name, 0, 1)
        return inputs

    return output


def _layer(name: str, arguments: Signature, output: OutputFunction, ndim: int | None = None) -> LayerSpec:
    bounds = Ndim(ndim, ndim)
    return LayerSpec(f"keras.layers.{name}", arguments, output, ndim=bounds, keeps_steps=True, mask="passes")


def _closed(arguments: Signature) -> Signature:
    # these have no **kwargs
    return replace(arguments, extra_keywords=frozenset())


_RATE = _between_0_and_1("rate")
_SPATIAL_1D = _closed(signature("rate", seed=None, name=None, dtype=None))
_SPATIAL = _closed(signature("rate", data_format=None, seed=None, name=None, dtype=None))

LAYERS = (
    _layer("Dropout", signature("rate", noise_shape=None, seed=None), _RATE),
    _layer("AlphaDropout", signature("rate", noise_shape=None, seed=None), _RATE),
    _layer("GaussianDropout", signature("rate", seed=None), _RATE),
    _layer("GaussianNoise", signature("stddev", seed=None), _between_0_and_1("stddev")),
    _layer("SpatialDropout1D", _SPATIAL_1D, _RATE, 3),
    _layer("SpatialDropout2D", _SPATIAL, _RATE, 4),
    _layer("SpatialDropout3D", _SPATIAL, _RATE, 5),
    _layer("ActivityRegularization", signature(l1=0.0, l2=0.0), identity),
)
