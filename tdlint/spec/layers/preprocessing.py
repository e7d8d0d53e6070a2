"""keras.layers: preprocessing of numbers, categories and text."""

from __future__ import annotations

from dataclasses import replace

from tdlint import values
from tdlint.shapes import FREE, Dim, Free, Shape, UnknownDim
from tdlint.spec.layers.arithmetic import at, differ, plus
from tdlint.spec.layers.base import (
    Invalid,
    LayerArgs,
    LayerSpec,
    Shapes,
    Undecided,
    WeightSpec,
    accepting,
    channels,
    identity,
    known_shape,
    signature,
)
from tdlint.spec.layers.registry import output_shapes, weight_specs
from tdlint.values import LayerObject

_MODES = ("int", "one_hot", "multi_hot", "count")
_OLD_MODES = ("binary", "tf_idf", "tf-idf")


def _encoded(shape: Shape, mode: str, depth: Dim) -> Shape:
    # one_hot adds an axis, unless the last one has size 1; the other modes replace the last axis
    if not shape:
        return (depth,)
    if mode != "one_hot":
        return (*shape[:-1], depth)
    if not isinstance(shape[-1], int | Free):
        raise Undecided("the last axis of the input is not known")
    return (*shape[:-1], depth) if shape[-1] == 1 and len(shape) > 1 else (*shape, depth)


def _category_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    mode = args.choice("output_mode", "count", "one_hot", "multi_hot", "binary")
    return (_encoded(known_shape(inputs[0]), mode, args.size("num_tokens")),)


def _hashing_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    mode, bins = args.choice("output_mode", *_MODES), args.size("num_bins")
    shape = known_shape(inputs[0])
    if mode == "int":
        if args.boolean("sparse"):
            raise Invalid("sparse=True needs another output_mode than 'int'")
        return (shape,)
    return ((*shape[:-1], bins),)


def _crossing_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    if len(inputs) != 2:
        raise Invalid(f"HashedCrossing takes two inputs, received {len(inputs)}")
    mode, bins = args.choice("output_mode", "int", "one_hot"), args.size("num_bins")
    left, right = map(known_shape, inputs)
    if not left or not right:
        raise Undecided("its inputs have no axes")
    if differ(left[-1], right[-1]):
        raise Invalid("its inputs must have identical shapes")
    if mode == "int":
        return (left,)
    return (_encoded(left, mode, bins) if len(left) > 1 else (bins,) if left[0] == 1 else (*left, bins),)


def _discretization_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    mode, shape = args.choice("output_mode", *_MODES), known_shape(inputs[0])
    boundaries = args.value("bin_boundaries")
    if boundaries.must_be(None) and args.is_none("num_bins"):
        raise Invalid("either bin_boundaries or num_bins must be set")
    if not boundaries.may_be(None) and not args.value("num_bins").may_be(None):
        raise Invalid("bin_boundaries and num_bins can't both be set")
    if mode == "int":
        if args.boolean("sparse"):
            raise Invalid("sparse=True needs another output_mode than 'int'")
        return (shape,)
    depth: Dim = UnknownDim("the number of bins is not known")
    if isinstance(boundaries, values.Sequence) and boundaries.complete:
        depth = len(boundaries.items) + 1
    elif boundaries.must_be(None):
        depth = args.size("num_bins")
    if mode == "one_hot":
        return (_encoded(shape, mode, depth),)
    return ((shape[0], *shape[2:], depth) if len(shape) > 1 else (depth,),)


def _vocabulary_size(args: LayerArgs) -> Dim:
    if args.boolean("pad_to_max_tokens"):
        if args.is_none("max_tokens"):
            raise Invalid("pad_to_max_tokens needs max_tokens")
        return args.size("max_tokens")
    words = args.value("vocabulary")
    spare = args.value("num_oov_indices") if args.layer.short_type != "TextVectorization" else values.Const(1)
    reserved = [args.value(name) for name in ("oov_token", "mask_token")]
    if isinstance(words, values.Sequence) and words.complete and values.integer(spare) is not None:
        special = ["", "[UNK]", -1, *(value.value for value in reserved if isinstance(value, values.Const))]
        if all(isinstance(word, values.Const) and not word.may_be(*special) for word in words.items):
            return plus(len(words.items), values.dim(spare))
    return UnknownDim("the size of the vocabulary")


def _lookup_mode(args: LayerArgs) -> str:
    if not args.value("max_tokens").may_be(None):
        args.check_between("max_tokens", 2)
    _vocabulary_size(args)
    mode = args.choice("output_mode", *_MODES, *_OLD_MODES)
    if mode == "int" and args.boolean("sparse"):
        raise Invalid("sparse=True needs another output_mode than 'int'")
    return mode


def _lookup_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    mode, shape = _lookup_mode(args), known_shape(inputs[0])
    if args.boolean("invert") and mode != "int":
        raise Invalid("invert=True needs output_mode='int'")
    return (shape if mode == "int" else _encoded(shape, mode, _vocabulary_size(args)),)


def _text_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    mode, shape = _lookup_mode(args), known_shape(inputs[0])
    length = args.value("output_sequence_length")
    if mode == "int":
        return ((*shape[:1], FREE if length.must_be(None) else args.size("output_sequence_length")),)
    if not length.may_be(None):
        raise Invalid("output_sequence_length needs output_mode='int'")
    if not args.value("split").must_be(None):
        shape = (*shape, FREE)
    elif len(shape) == 1:
        shape = (*shape, 1)
    return (_encoded(shape, mode, _vocabulary_size(args)),)


def _normalized_axes(args: LayerArgs, shape: Shape) -> Shape:
    if args.value("axis").must_be(None):
        return ()
    for axis in args.axes():
        at(shape, axis)
    kept = sorted(axis % len(shape) for axis in args.axes())
    if any(kept.count(axis) > 1 and isinstance(shape[axis], int) and shape[axis] != 1 for axis in kept):
        raise Invalid(f"axis names an axis twice, received {args.axes()}")
    return tuple(channels(shape[axis], "a normalized axis of the input") for axis in kept)


def _normalization_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    given = tuple(args.value(name) for name in ("mean", "variance"))
    if any(value.must_be(None) for value in given) and not all(value.may_be(None) for value in given):
        raise Invalid("mean and variance must be set together")
    _normalized_axes(args, known_shape(inputs[0]))
    return inputs


def _normalization_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    shape = _normalized_axes(args, known_shape(inputs[0]))
    if not args.is_none("mean"):
        return ()
    return (
        args.plain_weight("mean", shape, "zeros"),
        args.plain_weight("variance", shape, "ones"),
        replace(args.plain_weight("count", (), "zeros"), dtype="int32"),
    )


def _layers_of(args: LayerArgs) -> tuple[LayerObject, ...]:
    value = args.value("layers")
    if isinstance(value, values.Sequence) and value.complete:
        layers = tuple(item for item in value.items if isinstance(item, LayerObject))
        if len(layers) == len(value.items):
            return layers
    raise Undecided("its layers are not known")


def _pipeline_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    for layer in _layers_of(args):
        inputs = output_shapes(layer, inputs)
    return inputs


def _pipeline_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    result: list[WeightSpec] = []
    for layer in _layers_of(args):
        result += weight_specs(layer, inputs)
        inputs = output_shapes(layer, inputs)
    return tuple(result)


_LOOKUP = {"max_tokens": None, "num_oov_indices": 1, "mask_token": None}

LAYERS = (
    LayerSpec(
        "keras.layers.CategoryEncoding",
        signature(num_tokens=None, output_mode="multi_hot", sparse=False),
        _category_output,
    ),
    LayerSpec(
        "keras.layers.Hashing",
        signature("num_bins", mask_value=None, salt=None, output_mode="int", sparse=False),
        _hashing_output,
    ),
    LayerSpec(
        "keras.layers.HashedCrossing",
        signature("num_bins", output_mode="int", sparse=False, name=None, dtype=None),
        _crossing_output,
        inputs="many",
    ),
    LayerSpec(
        "keras.layers.Discretization",
        replace(
            signature(
                bin_boundaries=None,
                num_bins=None,
                epsilon=0.01,
                output_mode="int",
                sparse=False,
                dtype=None,
                name=None,
            ),
            extra_keywords=frozenset(),
        ),
        _discretization_output,
    ),
    LayerSpec(
        "keras.layers.IntegerLookup",
        accepting(
            signature(
                **_LOOKUP,
                oov_token=-1,
                vocabulary=None,
                vocabulary_dtype="int64",
                idf_weights=None,
                invert=False,
                output_mode="int",
                sparse=False,
                pad_to_max_tokens=False,
                oov_method="floormod",
                salt=None,
                name=None,
            ),
            "vocabulary_size",
            "has_input_vocabulary",
        ),
        _lookup_output,
    ),
    LayerSpec(
        "keras.layers.StringLookup",
        accepting(
            signature(
                **_LOOKUP,
                oov_token="[UNK]",
                vocabulary=None,
                idf_weights=None,
                invert=False,
                output_mode="int",
                pad_to_max_tokens=False,
                sparse=False,
                encoding="utf-8",
                name=None,
                salt=None,
            ),
            "vocabulary_size",
            "has_input_vocabulary",
            "oov_method",
        ),
        _lookup_output,
    ),
    LayerSpec(
        "keras.layers.TextVectorization",
        accepting(
            signature(
                max_tokens=None,
                standardize="lower_and_strip_punctuation",
                split="whitespace",
                ngrams=None,
                output_mode="int",
                output_sequence_length=None,
                pad_to_max_tokens=False,
                vocabulary=None,
                idf_weights=None,
                sparse=False,
                ragged=False,
                encoding="utf-8",
                name=None,
            ),
            "vocabulary_size",
            "has_input_vocabulary",
        ),
        _text_output,
    ),
    LayerSpec(
        "keras.layers.Normalization",
        signature(axis=-1, mean=None, variance=None, invert=False),
        _normalization_output,
        _normalization_weights,
        keeps_steps=True,
        mask="passes",
    ),
    LayerSpec("keras.layers.Rescaling", signature("scale", offset=0.0), identity, keeps_steps=True, mask="passes"),
    LayerSpec(
        "keras.layers.Pipeline",
        replace(signature("layers", name=None), extra_keywords=frozenset()),
        _pipeline_output,
        _pipeline_weights,
    ),
)
