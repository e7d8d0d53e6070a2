"""keras.layers: pooling over windows, global and adaptive pooling."""

from __future__ import annotations

from tdlint.spec.layers.arithmetic import conv_length
from tdlint.spec.layers.base import (
    LayerArgs,
    LayerSpec,
    Ndim,
    Shapes,
    Undecided,
    aliases,
    known_shape,
    signature,
)
from tdlint.spec.layers.convolutional import assemble, split
from tdlint.spec.signature import Signature


def _padding(args: LayerArgs) -> str | None:
    # unlike convolutions, these compare the text as it is
    try:
        return args.choice("padding", "valid", "same")
    except Undecided:
        return None


def _pool_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = known_shape(inputs[0])
    space, features = split(args, shape)
    rank = len(space)
    windows = args.sizes("pool_size", rank)
    strides = windows if args.value("strides").must_be(None) else args.sizes("strides", rank)
    padding = _padding(args)
    after = tuple(
        conv_length(length, window, stride, 1, padding)
        for length, window, stride in zip(space, windows, strides, strict=True)
    )
    return (assemble(args, shape[0], after, features),)


def _global_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = known_shape(inputs[0])
    space, features = split(args, shape)
    if args.boolean("keepdims"):
        return (assemble(args, shape[0], (1,) * len(space), features),)
    return ((shape[0], features),)


def _adaptive_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    shape = known_shape(inputs[0])
    if args.value("data_format").must_be(None):
        first = False
    else:
        first = args.choice("data_format", "channels_first", "channels_last") == "channels_first"
    space, features = (shape[2:], shape[1]) if first else (shape[1:-1], shape[-1])
    size = args.sizes("output_size", len(space))
    return ((shape[0], features, *size) if first else (shape[0], *size, features),)


def _pool_signature(mode: str, rank: int) -> Signature:
    # only the maximum has a default window
    window = 2 if rank == 1 else (2,) * rank
    required, defaults = ((), {"pool_size": window}) if mode == "Max" else (("pool_size",), {})
    return signature(*required, **defaults, strides=None, padding="valid", data_format=None, name=None)


_MODES = ("Average", "Max")
_POOLING = tuple(
    LayerSpec(
        f"keras.layers.{mode}Pooling{rank}D", _pool_signature(mode, rank), _pool_output, ndim=Ndim.exactly(rank + 2)
    )
    for mode in _MODES
    for rank in (1, 2, 3)
)
_GLOBAL = tuple(
    LayerSpec(
        f"keras.layers.Global{mode}Pooling{rank}D",
        signature(data_format=None, keepdims=False),
        _global_output,
        ndim=Ndim.exactly(rank + 2),
        mask="consumes" if (mode, rank) == ("Average", 1) else "destroys",
    )
    for mode in _MODES
    for rank in (1, 2, 3)
)
_ADAPTIVE = tuple(
    LayerSpec(
        f"keras.layers.Adaptive{mode}Pooling{rank}D",
        signature("output_size", data_format=None),
        _adaptive_output,
        ndim=Ndim.exactly(rank + 2),
    )
    for mode in _MODES
    for rank in (1, 2, 3)
)

LAYERS = (
    *_POOLING,
    *_GLOBAL,
    *_ADAPTIVE,
    *aliases(*_POOLING[:3], *_GLOBAL[:3], old="AveragePooling", new="AvgPool"),
    *aliases(*_POOLING[3:], *_GLOBAL[3:], old="MaxPooling", new="MaxPool"),
)
