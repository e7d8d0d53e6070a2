"""Generates layers with arguments and inputs, valid ones mostly, for real Keras and for the spec alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from hypothesis import strategies as st

from tdlint.spec.layers import find
from tdlint.spec.signature import bind
from tdlint.values import Const, LayerObject, Sequence, Value

Draw = Callable[[st.SearchStrategy], object]
Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Recipe:
    """A layer as a class name and arguments; an argument may be a recipe. ``inputs`` are the shapes it is called on."""

    name: str
    arguments: dict[str, object] = field(default_factory=dict)
    inputs: tuple[Shape, ...] = ()
    dtype: str = "float32"

    def __repr__(self) -> str:
        given = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        called = f" on {', '.join(map(str, self.inputs))}" if self.inputs else ""
        return f"{self.name}({given}){called}"


_KEYS = count(1)


def _value(argument: object) -> Value:
    if isinstance(argument, Recipe):
        return layer_object(argument)
    if isinstance(argument, list | tuple):
        kind = "list" if isinstance(argument, list) else "tuple"
        return Sequence(tuple(map(_value, argument)), kind)
    return Const(argument)


def layer_object(recipe: Recipe) -> LayerObject:
    """The recipe as tdlint sees it."""
    spec = find(f"keras.layers.{recipe.name}")
    assert spec is not None, recipe.name
    keywords = {name: (_value(argument), None) for name, argument in recipe.arguments.items()}
    bound = bind(spec.signature, [], keywords)
    assert not bound.unexpected, bound.unexpected
    return LayerObject(next(_KEYS), spec.name, bound)


def real_layer(keras: object, recipe: Recipe) -> object:
    """The recipe as Keras makes it."""

    def made(argument: object) -> object:
        if isinstance(argument, Recipe):
            return real_layer(keras, argument)
        if isinstance(argument, list | tuple):
            return type(argument)(map(made, argument))
        return argument

    arguments = {name: made(argument) for name, argument in recipe.arguments.items()}
    return getattr(keras.layers, recipe.name)(**arguments)


def _often(draw: Draw, usual: st.SearchStrategy, odd: st.SearchStrategy) -> object:
    return draw(odd if draw(st.integers(0, 19)) == 19 else usual)


def _size(draw: Draw, most: int = 6) -> object:
    return _often(draw, st.integers(1, most), st.sampled_from([0, -1, 2.5, None, "3"]))


def _dim(draw: Draw, most: int = 12) -> int | None:
    return _often(draw, st.integers(1, most), st.none())


def _batch(draw: Draw) -> int | None:
    return draw(st.sampled_from([None, None, None, 2, 3]))


def _shape(draw: Draw, ndim: int, most: int = 12) -> Shape:
    ndim = max(1, ndim + _often(draw, st.just(0), st.sampled_from([-1, 1])))
    return (_batch(draw), *(_dim(draw, most) for _ in range(ndim - 1)))


def _any_shape(draw: Draw) -> Shape:
    return _shape(draw, draw(st.integers(2, 5)), 6)


def _window(draw: Draw, rank: int, most: int = 3) -> object:
    one = st.integers(1, most)
    return _often(
        draw,
        st.one_of(one, st.tuples(*[one] * rank), st.lists(one, min_size=rank, max_size=rank)),
        st.sampled_from([0, (1,) * (rank + 1), None, "3", (0,) * rank, -1]),
    )


def _maybe(draw: Draw, arguments: dict[str, object], **options: object) -> dict[str, object]:
    """Adds each option to the arguments or leaves it out; a strategy is drawn from, a function called."""
    for name, option in options.items():
        if draw(st.booleans()):
            continue
        if isinstance(option, st.SearchStrategy):
            arguments[name] = draw(option)
        else:
            arguments[name] = option() if callable(option) else option
    return arguments


def _weight_options(*kinds: str) -> dict[str, st.SearchStrategy]:
    made = st.sampled_from(["zeros", "ones", "he_normal", "lecun_uniform"])
    penalty = st.sampled_from([None, "l1", "l2"])
    return {f"{kind}_initializer": made for kind in kinds} | {f"{kind}_regularizer": penalty for kind in kinds}


_BOOLEAN = st.booleans()
_FORMAT = st.sampled_from(["channels_last", "channels_first", None, "Channels_First"])
_PADDING = st.sampled_from(["valid", "same", "SAME", "same", "valid", "causal", "full"])


def _convolution(draw: Draw, name: str) -> Recipe:
    rank = int(name[name.index("D") - 1]) if not name.startswith("Depthwise") else int(name[-2])
    arguments: dict[str, object] = {}
    if not name.startswith("Depthwise"):
        arguments["filters"] = _size(draw)
    arguments["kernel_size"] = _window(draw, rank)
    strided = draw(st.booleans())
    if strided:
        arguments["strides"] = _window(draw, rank)
    _maybe(draw, arguments, padding=_PADDING, data_format=_FORMAT, use_bias=_BOOLEAN)
    if not strided or draw(st.integers(0, 3)) == 0:
        _maybe(draw, arguments, dilation_rate=lambda: _window(draw, rank))
    if name.startswith(("Depthwise", "Separable")):
        _maybe(draw, arguments, depth_multiplier=lambda: _size(draw, 3), **_weight_options("depthwise", "bias"))
    else:
        _maybe(draw, arguments, **_weight_options("kernel", "bias"))
    if name.endswith("Transpose"):
        _maybe(draw, arguments, output_padding=lambda: draw(st.one_of(st.none(), st.integers(0, 2))))
    elif name.startswith("Conv"):
        _maybe(draw, arguments, groups=lambda: _often(draw, st.sampled_from([1, 1, 2, 3]), st.just(0)))
    return Recipe(name, arguments, (_shape(draw, rank + 2),))


def _pooling(draw: Draw, name: str) -> Recipe:
    rank = int(name[-2])
    shape = (_shape(draw, rank + 2),)
    arguments: dict[str, object] = {}
    if name.startswith("Global"):
        _maybe(draw, arguments, keepdims=_BOOLEAN)
    elif name.startswith("Adaptive"):
        arguments["output_size"] = draw(st.one_of(st.integers(1, 4), st.tuples(*[st.integers(1, 4)] * rank)))
        shape = ((_batch(draw), *(draw(st.integers(4, 9)) for _ in range(rank + 1))),)
    else:
        arguments["pool_size"] = _window(draw, rank, 4)
        _maybe(draw, arguments, strides=lambda: _window(draw, rank), padding=_PADDING)
    _maybe(draw, arguments, data_format=st.sampled_from(["channels_last", "channels_first", None]))
    return Recipe(name, arguments, shape)


def _dense(draw: Draw, name: str) -> Recipe:
    arguments = _maybe(
        draw,
        {"units": _size(draw)},
        use_bias=_BOOLEAN,
        lora_rank=st.sampled_from([None, None, 2]),
        **_weight_options("kernel", "bias"),
    )
    return Recipe(name, arguments, (_any_shape(draw),))


_EQUATIONS = (
    ("ab,bc->ac", 2, (3,), "c"),
    ("abc,cd->abd", 3, (None, 4), "d"),
    ("abc,cde->abde", 3, (None, 2, 3), "de"),
    ("abcd,cde->abe", 4, (None, 5), "e"),
    ("...x,xy->...y", 3, 4, "y"),
    ("...x,xy->...y", 2, 4, None),
    ("ab...,bc->ac...", 3, 4, "c"),
    ("abc,cd->adb", 3, (4, None), "d"),
    ("abc,bcd->ad", 3, 6, "d"),
    ("ab,cd->ad", 2, 3, None),
    ("abc;cd->abd", 3, 4, None),
    ("abc,cd->abd", 3, (7, 4), "b"),
)


def _einsum(draw: Draw, name: str) -> Recipe:
    equation, ndim, output, bias = draw(st.sampled_from(_EQUATIONS))
    arguments = _maybe(
        draw,
        {"equation": equation, "output_shape": output},
        bias_axes=bias,
        lora_rank=st.sampled_from([None, None, None, 2]),
        **_weight_options("kernel", "bias"),
    )
    return Recipe(name, arguments, (_shape(draw, ndim, 8),))


def _embedding(draw: Draw, name: str) -> Recipe:
    arguments: dict[str, object] = {"input_dim": _size(draw, 9), "output_dim": _size(draw)}
    _maybe(draw, arguments, mask_zero=_BOOLEAN, **_weight_options("embeddings"))
    if name == "Embedding":
        _maybe(draw, arguments, lora_rank=st.sampled_from([None, 2]))
    else:
        _maybe(draw, arguments, tie_weights=_BOOLEAN)
    return Recipe(name, arguments, (_shape(draw, draw(st.integers(1, 3))),))


_NUMBER = st.sampled_from([0, 0.1, 0.5, 1, 1.5, -0.1, 0.3])
_SIMPLE: dict[str, dict[str, st.SearchStrategy]] = {
    "Activation": {"activation": st.sampled_from(["relu", "softmax", None])},
    "ActivityRegularization": {"l1": st.sampled_from([0.0, 0.1])},
    "AlphaDropout": {"rate": _NUMBER},
    "Dropout": {"rate": _NUMBER},
    "ELU": {"alpha": _NUMBER},
    "GaussianDropout": {"rate": _NUMBER},
    "GaussianNoise": {"stddev": _NUMBER},
    "Identity": {},
    "LeakyReLU": {"negative_slope": _NUMBER},
    "Masking": {"mask_value": _NUMBER},
    "ReLU": {"max_value": st.sampled_from([None, 6, -1]), "negative_slope": _NUMBER, "threshold": _NUMBER},
    "Rescaling": {"scale": _NUMBER},
    "Softmax": {"axis": st.sampled_from([-1, 1])},
    "UnitNormalization": {"axis": st.sampled_from([-1, 1, 2, -3, (1, 2)])},
}


def _simple(draw: Draw, name: str) -> Recipe:
    options = _SIMPLE[name]
    return Recipe(name, {key: draw(option) for key, option in options.items()}, (_any_shape(draw),))


def _spatial_dropout(draw: Draw, name: str) -> Recipe:
    return Recipe(name, {"rate": draw(_NUMBER)}, (_shape(draw, int(name[-2]) + 2),))


def _prelu(draw: Draw, name: str) -> Recipe:
    axes = st.sampled_from([None, 1, (1,), (1, 2), [2], (4,)])
    return Recipe(name, _maybe(draw, {}, shared_axes=axes, **_weight_options("alpha")), (_any_shape(draw),))


def _normalization(draw: Draw, name: str) -> Recipe:
    axis = st.sampled_from([-1, -1, 1, 2, -2, 5])
    if name in ("LayerNormalization", "RMSNormalization", "Normalization"):
        axis = st.sampled_from([-1, -1, 1, -2, (1, 2), (-1, 1), 5])
    arguments = _maybe(draw, {}, axis=axis)
    if name == "Normalization":
        _maybe(draw, arguments, mean=st.sampled_from([None, 0.5]), variance=st.sampled_from([None, 2.0]))
    elif name != "RMSNormalization":
        _maybe(draw, arguments, center=_BOOLEAN, scale=_BOOLEAN, **_weight_options("gamma", "beta"))
    if name == "BatchNormalization":
        _maybe(draw, arguments, renorm=_BOOLEAN)
    if name == "LayerNormalization":
        _maybe(draw, arguments, rms_scaling=_BOOLEAN)
    if name == "GroupNormalization":
        _maybe(draw, arguments, groups=st.sampled_from([1, 2, 3, -1, 0, 4]))
    return Recipe(name, arguments, (_any_shape(draw),))


def _reshaping(draw: Draw, name: str) -> Recipe:
    if name == "Flatten":
        return Recipe(name, _maybe(draw, {}, data_format=_FORMAT), (_shape(draw, draw(st.integers(1, 5))),))
    if name == "Reshape":
        target = st.sampled_from(
            [(-1,), (2, -1), (4, 3), (-1, 3), (12,), (1, 12), (-1, -1), (None, 4), (0, -1), [6, 2]]
        )
        shape = st.sampled_from([(None, 12), (None, 4, 3), (2, 2, 6), (None, 3, 2, 2), (None, None, 4), (None, 5)])
        return Recipe(name, {"target_shape": draw(target)}, (draw(shape),))
    if name == "Permute":
        dims = draw(st.sampled_from([(2, 1), (1, 2), (3, 1, 2), (1,), (0, 1), (2, 3), [2, 1, 3]]))
        return Recipe(name, {"dims": dims}, (_shape(draw, len(dims) + 1),))
    if name == "RepeatVector":
        return Recipe(name, {"n": _size(draw)}, (_shape(draw, 2),))
    rank = int(name[-2])
    shape = _shape(draw, rank + 2)
    arguments: dict[str, object] = {}
    if rank > 1 or name.startswith("Zero"):
        _maybe(draw, arguments, data_format=_FORMAT)
    if name.startswith("Up"):
        _maybe(draw, arguments, size=lambda: _window(draw, rank))
    else:
        _maybe(
            draw, arguments, **{name[: name.index("ing") + 3].replace("Zero", "").lower(): lambda: _borders(draw, rank)}
        )
    return Recipe(name, arguments, (shape,))


def _borders(draw: Draw, rank: int) -> object:
    one = st.integers(0, 3)
    pair = st.tuples(one, one)
    odd = st.sampled_from([-1, (1, 2, 3, 4), None, "12", (-1, 1)])
    if rank == 1:
        return _often(draw, st.one_of(one, pair), odd)
    return _often(draw, st.one_of(one, st.tuples(*[one] * rank), st.tuples(*[pair] * rank)), odd)


def _merging(draw: Draw, name: str) -> Recipe:
    first = (None, *(draw(st.integers(1, 4)) for _ in range(draw(st.integers(1, 3)))))
    number = draw(st.sampled_from([2, 2, 2, 3, 1]))
    shapes = [first]
    for _ in range(number - 1):
        other = list(first)
        change = draw(st.integers(0, 5))
        place = draw(st.integers(0, len(other) - 1))
        if change == 0:
            other[place] = draw(st.sampled_from([1, 2, 5, None]))
        elif change == 1:
            other = other[:-1] if len(other) > 1 else [*other, 3]
        elif change == 2:
            other[-1] = draw(st.integers(1, 5))
        shapes.append(tuple(other))
    arguments: dict[str, object] = {}
    if name == "Concatenate":
        _maybe(draw, arguments, axis=st.sampled_from([-1, -1, 1, 2, 0, -4]))
    if name == "Dot":
        arguments["axes"] = draw(st.sampled_from([-1, 1, 2, (1, 1), (2, 1), [1, 2], (1,), (-1, -1)]))
    return Recipe(name, arguments, tuple(shapes))


def _attention(draw: Draw, name: str) -> Recipe:
    features, steps = draw(st.integers(1, 6)), _dim(draw)
    query = (_batch(draw), _dim(draw), features)
    other = (query[0], steps, draw(st.sampled_from([features, features, 4])))
    shapes: tuple[Shape, ...] = (query, other)
    if draw(st.booleans()):
        shapes = (*shapes, (query[0], draw(st.sampled_from([steps, steps, 5])), draw(st.integers(1, 5))))
    if draw(st.integers(0, 5)) == 0:
        shapes = tuple((shape[0], 2, *shape[1:]) for shape in shapes)
    arguments: dict[str, object] = {}
    if name.endswith("Attention") and name in ("Attention", "AdditiveAttention"):
        _maybe(draw, arguments, use_scale=_BOOLEAN)
        if name == "Attention":
            _maybe(draw, arguments, score_mode=st.sampled_from(["dot", "concat", "general"]))
        return Recipe(name, arguments, shapes)
    if name == "MultiHeadAttention":
        arguments |= {"num_heads": _size(draw, 3), "key_dim": _size(draw, 4)}
        _maybe(
            draw,
            arguments,
            value_dim=st.integers(1, 3),
            output_shape=st.sampled_from([None, 5, (2, 3), (4,)]),
        )
    else:
        arguments |= {
            "head_dim": draw(st.integers(1, 4)),
            "num_query_heads": draw(st.sampled_from([2, 4, 3])),
            "num_key_value_heads": draw(st.sampled_from([1, 2])),
        }
    _maybe(draw, arguments, use_bias=_BOOLEAN, use_gate=_BOOLEAN, **_weight_options("kernel", "bias"))
    return Recipe(name, arguments, shapes)


def _recurrent_arguments(draw: Draw, name: str) -> dict[str, object]:
    arguments = _maybe(
        draw,
        {"units": _size(draw)},
        use_bias=_BOOLEAN,
        **_weight_options("kernel", "recurrent", "bias"),
    )
    if name.startswith("LSTM"):
        _maybe(draw, arguments, unit_forget_bias=_BOOLEAN)
    if name.startswith("GRU"):
        _maybe(draw, arguments, reset_after=_BOOLEAN)
    return arguments


def _returns(draw: Draw, arguments: dict[str, object], states: bool = True) -> dict[str, object]:
    _maybe(draw, arguments, return_sequences=_BOOLEAN, go_backwards=st.sampled_from([False, False, True]))
    if states:
        _maybe(draw, arguments, return_state=_BOOLEAN, stateful=st.sampled_from([False, False, False, True]))
    return arguments


def _recurrent(draw: Draw, name: str) -> Recipe:
    return Recipe(name, _returns(draw, _recurrent_arguments(draw, name)), (_shape(draw, 3),))


def _cell(draw: Draw, name: str) -> Recipe:
    units = draw(st.integers(1, 5))
    arguments = _recurrent_arguments(draw, name) | {"units": units}
    batch = _batch(draw)
    state = (batch, units)
    states = (state, state) if name == "LSTMCell" else (state,)
    return Recipe(name, arguments, ((batch, _dim(draw)), *states))


_CELLS = ("LSTMCell", "GRUCell", "SimpleRNNCell")


def _some_cell(draw: Draw) -> Recipe:
    cell = draw(st.sampled_from(_CELLS))
    return Recipe(cell, _recurrent_arguments(draw, cell))


def _rnn(draw: Draw, name: str) -> Recipe:
    cells = [_some_cell(draw) for _ in range(draw(st.integers(1, 3)))]
    cell: object = cells[0]
    if len(cells) > 1:
        cell = cells if draw(st.booleans()) else Recipe("StackedRNNCells", {"cells": cells})
    stacked_lstm = len(cells) > 1 and any(one.name == "LSTMCell" for one in cells)
    arguments = _returns(draw, {"cell": cell}, states=not stacked_lstm)
    return Recipe(name, arguments, (_shape(draw, 3),))


def _conv_lstm(draw: Draw, name: str) -> Recipe:
    rank = int(name[-2])
    arguments = _maybe(
        draw,
        {"filters": _size(draw, 3), "kernel_size": _window(draw, rank)},
        strides=lambda: _window(draw, rank),
        padding=st.sampled_from(["valid", "same", "causal"]),
        data_format=_FORMAT,
        use_bias=_BOOLEAN,
        unit_forget_bias=_BOOLEAN,
        **_weight_options("kernel", "recurrent", "bias"),
    )
    return Recipe(name, _returns(draw, arguments), (_shape(draw, rank + 3, 6),))


def _bidirectional(draw: Draw, name: str) -> Recipe:
    inner = draw(st.sampled_from(["LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "Dense"]))
    if inner == "Dense":
        layer = Recipe(inner, {"units": 3})
    else:
        made = RECIPES[inner](draw, inner)
        layer = Recipe(inner, made.arguments)
    arguments = {"layer": layer}
    _maybe(draw, arguments, merge_mode=st.sampled_from(["concat", "sum", "mul", "ave", None, "max"]))
    if inner == "LSTM" and draw(st.booleans()):
        arguments["backward_layer"] = Recipe(inner, _returns(draw, {"units": layer.arguments["units"]}))
    return Recipe(name, arguments, (_shape(draw, 4 if inner == "ConvLSTM1D" else 3),))


_INNER = ("Dense", "Conv1D", "Conv2D", "Flatten", "LSTM", "MaxPooling2D", "Dropout", "BatchNormalization", "Embedding")


def _time_distributed(draw: Draw, name: str) -> Recipe:
    inner = draw(st.sampled_from(_INNER))
    made = RECIPES[inner](draw, inner)
    arguments = {key: value for key, value in made.arguments.items() if key not in ("return_state", "stateful")}
    shape = made.inputs[0]
    return Recipe(name, {"layer": Recipe(inner, arguments)}, ((shape[0], _dim(draw), *shape[1:]),))


def _spectral(draw: Draw, name: str) -> Recipe:
    inner = draw(st.sampled_from(["Dense", "Conv2D", "Embedding", "Conv1DTranspose", "ReLU"]))
    made = RECIPES[inner](draw, inner)
    arguments = {key: value for key, value in made.arguments.items() if key != "lora_rank"}
    outer: dict[str, object] = {"layer": Recipe(inner, arguments)}
    _maybe(draw, outer, power_iterations=st.sampled_from([1, 2, 0]))
    return Recipe(name, outer, made.inputs)


_MODE = st.sampled_from(["int", "one_hot", "multi_hot", "count", "other"])


def _category(draw: Draw, name: str) -> Recipe:
    shape = (_shape(draw, draw(st.integers(1, 3)), 3),)
    arguments = _maybe(draw, {}, output_mode=_MODE)
    dtype = "int64"
    if name == "CategoryEncoding":
        arguments["num_tokens"] = _often(draw, st.integers(1, 5), st.sampled_from([0, None]))
    elif name == "Hashing":
        arguments["num_bins"] = _often(draw, st.integers(1, 5), st.sampled_from([0, -1]))
    elif name == "HashedCrossing":
        arguments["num_bins"] = draw(st.integers(1, 5))
        shape = (shape[0], shape[0]) if draw(st.integers(0, 4)) else (shape[0], (None, 7))
    elif name == "Discretization":
        _maybe(draw, arguments, num_bins=st.integers(1, 5), bin_boundaries=st.just([0.0, 1.0, 2.0]))
        dtype = "float32"
    else:
        _maybe(draw, arguments, max_tokens=st.sampled_from([None, 4, 1]), pad_to_max_tokens=_BOOLEAN)
        dtype = "int64" if name == "IntegerLookup" else "string"
    if name == "TextVectorization":
        _maybe(draw, arguments, output_sequence_length=st.sampled_from([None, 5]))
    return Recipe(name, arguments, shape, dtype)


def _audio(draw: Draw, name: str) -> Recipe:
    if name == "MelSpectrogram":
        arguments = _maybe(draw, {}, sequence_stride=st.integers(1, 9), num_mel_bins=st.integers(1, 9))
        return Recipe(name, arguments, (_shape(draw, draw(st.integers(1, 2)), 50),))
    arguments = _maybe(
        draw,
        {"frame_length": draw(st.integers(2, 9)), "window": None},  # a named window needs scipy
        mode=st.sampled_from(["log", "stft", "real", "imag", "magnitude", "other"]),
        frame_step=st.integers(1, 4),
        fft_length=st.sampled_from([8, 16, None]),
        padding=st.sampled_from(["valid", "same", "causal"]),
        expand_dims=_BOOLEAN,
        data_format=_FORMAT,
    )
    return Recipe(name, arguments, (_shape(draw, 3, 30),))


_IMAGES: dict[str, dict[str, object]] = {
    "AugMix": {},
    "AutoContrast": {},
    "ContrastLimitedAdaptiveHistogramEqualization": {},
    "CutMix": {},
    "Equalization": {},
    "MaxNumBoundingBoxes": {"max_number": 3},
    "MixUp": {},
    "RandAugment": {},
    "RandomBrightness": {"factor": 0.2},
    "RandomColorDegeneration": {"factor": 0.2},
    "RandomColorJitter": {},
    "RandomContrast": {"factor": 0.2},
    "RandomElasticTransform": {},
    "RandomErasing": {},
    "RandomFlip": {},
    "RandomGaussianBlur": {},
    "RandomGrayscale": {},
    "RandomHue": {"factor": 0.2},
    "RandomInvert": {},
    "RandomPerspective": {},
    "RandomPosterization": {"factor": 4},
    "RandomRotation": {"factor": 0.2},
    "RandomSaturation": {"factor": 0.2},
    "RandomSharpness": {"factor": 0.2},
    "RandomShear": {},
    "RandomTranslation": {"height_factor": 0.2, "width_factor": 0.2},
    "RandomZoom": {"height_factor": 0.2},
    "Solarization": {},
}


def _image(draw: Draw, name: str) -> Recipe:
    return Recipe(name, dict(_IMAGES[name]), ((_batch(draw), *(_dim(draw) for _ in range(2)), 3),))


def _sized_image(draw: Draw, name: str) -> Recipe:
    arguments: dict[str, object] = {"height": draw(st.integers(1, 5)), "width": draw(st.integers(1, 5))}
    _maybe(draw, arguments, data_format=st.sampled_from(["channels_last", "channels_first"]))
    return Recipe(name, arguments, (_shape(draw, draw(st.integers(3, 4))),))


def _pipeline(draw: Draw, name: str) -> Recipe:
    layers = [Recipe("Rescaling", {"scale": 0.5}), Recipe("CenterCrop", {"height": 2, "width": 3})]
    return Recipe(name, {"layers": layers}, ((_batch(draw), 8, 9, 3),))


def _named(make: Callable[[Draw, str], Recipe], *names: str) -> dict[str, Callable[[Draw, str], Recipe]]:
    return dict.fromkeys(names, make)


def _ranked(pattern: str, *ranks: int) -> tuple[str, ...]:
    return tuple(pattern.format(rank) for rank in ranks)


RECIPES: dict[str, Callable[[Draw, str], Recipe]] = {
    **_named(_convolution, *_ranked("Conv{}D", 1, 2, 3), *_ranked("Conv{}DTranspose", 1, 2, 3)),
    **_named(_convolution, *_ranked("DepthwiseConv{}D", 1, 2), *_ranked("SeparableConv{}D", 1, 2)),
    **{
        name: _pooling
        for kind in ("{}", "Global{}", "Adaptive{}")
        for mode in ("Average", "Max")
        for name in _ranked(kind.format(mode) + "Pooling{}D", 1, 2, 3)
    },
    **_named(_dense, "Dense"),
    **_named(_einsum, "EinsumDense"),
    **_named(_embedding, "Embedding", "ReversibleEmbedding"),
    **_named(_simple, *_SIMPLE),
    **_named(_spatial_dropout, *_ranked("SpatialDropout{}D", 1, 2, 3)),
    **_named(_prelu, "PReLU"),
    **_named(
        _normalization,
        "BatchNormalization",
        "LayerNormalization",
        "GroupNormalization",
        "RMSNormalization",
        "Normalization",
    ),
    **_named(_reshaping, "Flatten", "Reshape", "Permute", "RepeatVector"),
    **_named(_reshaping, *_ranked("Cropping{}D", 1, 2, 3), *_ranked("ZeroPadding{}D", 1, 2, 3)),
    **_named(_reshaping, *_ranked("UpSampling{}D", 1, 2, 3)),
    **_named(_merging, "Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"),
    **_named(_attention, "Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention"),
    **_named(_recurrent, "LSTM", "GRU", "SimpleRNN"),
    **_named(_cell, *_CELLS),
    **_named(_rnn, "RNN"),
    **_named(_conv_lstm, *_ranked("ConvLSTM{}D", 1, 2, 3)),
    **_named(_bidirectional, "Bidirectional"),
    **_named(_time_distributed, "TimeDistributed"),
    **_named(_spectral, "SpectralNormalization"),
    **_named(_category, "CategoryEncoding", "Hashing", "HashedCrossing", "Discretization"),
    **_named(_category, "IntegerLookup", "StringLookup", "TextVectorization"),
    **_named(_audio, "MelSpectrogram", "STFTSpectrogram"),
    **_named(_image, *_IMAGES),
    **_named(_sized_image, "CenterCrop", "RandomCrop", "Resizing"),
    **_named(_pipeline, "Pipeline"),
}


@st.composite
def recipes(draw: Draw, name: str) -> Recipe:
    """Layers of one class, with arguments and inputs."""
    return RECIPES[name](draw, name)
