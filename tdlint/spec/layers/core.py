"""keras.layers: Dense, EinsumDense, Embedding and other core layers."""

from __future__ import annotations

from dataclasses import replace

from tdlint import values
from tdlint.shapes import FREE, Dim, Shape, UnknownShape
from tdlint.spec.layers.base import (
    Invalid,
    LayerArgs,
    LayerSpec,
    Ndim,
    Shapes,
    Undecided,
    WeightSpec,
    accepting,
    channels,
    identity,
    known_shape,
    signature,
)
from tdlint.spec.layers.einsum import Projection, project
from tdlint.values import Const


def low_rank(args: LayerArgs, weights: tuple[WeightSpec, ...], kind: str) -> tuple[WeightSpec, ...]:
    """The weights with LoRA applied to the first: it is frozen, and two narrow ones follow."""
    if args.is_none("lora_rank"):
        return weights
    full, rank, prefix = weights[0], args.size("lora_rank"), f"lora_{kind}"
    first = args.weight(f"{prefix}_a", (*full.shape[:-1], rank), kind, initializer=Const("he_uniform"))
    second = args.weight(f"{prefix}_b", (rank, full.shape[-1]), kind, initializer=Const("zeros"))
    return (replace(full, trainable=False), *weights[1:], first, second)


def _dense_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    return ((*known_shape(inputs[0])[:-1], args.size("units")),)


def _dense_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    features, units = channels(known_shape(inputs[0])[-1]), args.size("units")
    weights: tuple[WeightSpec, ...] = (args.weight("kernel", (features, units)),)
    if args.boolean("use_bias"):
        weights = (*weights, args.weight("bias", (units,)))
    return low_rank(args, weights, "kernel")


def partial_shape(args: LayerArgs, name: str) -> Shape:
    """An argument that is a size or a tuple of sizes, None for those taken from the input.

    Raises:
        Undecided: its length is not known.
    """
    value = args.value(name)
    if isinstance(value, values.Sequence):
        found = values.shape_of(value)
        if isinstance(found, UnknownShape):
            raise Undecided(f"the length of {name} is not known")
        return found
    return (args.integer(name),)


def _einsum(args: LayerArgs, inputs: Shapes) -> Projection:
    axes = None if args.is_none("bias_axes") else args.text("bias_axes")
    return project(args.text("equation"), known_shape(inputs[0]), partial_shape(args, "output_shape"), axes)


def _einsum_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    return (_einsum(args, inputs).output,)


def _einsum_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    found = _einsum(args, inputs)
    weights: tuple[WeightSpec, ...] = (args.weight("kernel", found.kernel, fans=found.fans),)
    if found.bias is not None:
        weights = (*weights, args.weight("bias", found.bias))
    return low_rank(args, weights, "kernel")


def _table(args: LayerArgs) -> tuple[Dim, Dim]:
    return args.size("input_dim"), args.size("output_dim")


def _embedding_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    return ((*known_shape(inputs[0]), _table(args)[1]),)


def _embedding_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    return low_rank(args, (args.weight("embeddings", _table(args)),), "embeddings")


def _reversible_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    rows, columns = _table(args)
    table = args.weight("embeddings", (rows, columns))
    if args.boolean("tie_weights"):
        return (table,)
    made_by = args.value("embeddings_initializer")
    return (table, WeightSpec("reverse_embeddings", (columns, rows), made_by, args.layer))


def _reversed_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    return ((*known_shape(inputs[0])[:-1], _table(args)[0]),)


def _lambda_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    # Keras does not run the function if the shape is declared
    if isinstance(args.value("output_shape"), values.Sequence):
        return ((known_shape(inputs[0])[0], *partial_shape(args, "output_shape")),)
    raise Undecided("the function of a Lambda layer is not followed")


def _input_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    for name in ("batch_shape", "batch_input_shape"):
        if args.layer.args.passes(name) and not args.is_none(name):
            return (values.shape_of(args.value(name)),)
    for name in ("shape", "input_shape"):
        if args.layer.args.passes(name) and not args.is_none(name):
            shape = values.shape_of(args.value(name))
            if isinstance(args.value(name), Const):
                raise Invalid(f"{name} must be a tuple")
            if isinstance(shape, UnknownShape):
                return (shape,)
            batch: Dim = FREE if args.is_none("batch_size") else args.size("batch_size")
            return ((batch, *shape),)
    raise Undecided("its shape is not given by an argument")


def _unknown(args: LayerArgs, inputs: Shapes) -> Shapes:
    raise Undecided(f"what {args.layer.short_type} returns is not known")


_DENSE = signature(
    "units",
    activation=None,
    use_bias=True,
    kernel_initializer="glorot_uniform",
    bias_initializer="zeros",
    kernel_regularizer=None,
    bias_regularizer=None,
    activity_regularizer=None,
    kernel_constraint=None,
    bias_constraint=None,
    lora_rank=None,
    lora_alpha=None,
    quantization_config=None,
)
_EINSUM = signature(
    "equation",
    "output_shape",
    activation=None,
    bias_axes=None,
    kernel_initializer="glorot_uniform",
    bias_initializer="zeros",
    kernel_regularizer=None,
    bias_regularizer=None,
    kernel_constraint=None,
    bias_constraint=None,
    lora_rank=None,
    lora_alpha=None,
    gptq_unpacked_column_size=None,
    quantization_config=None,
)
_EMBEDDING = signature(
    "input_dim",
    "output_dim",
    embeddings_initializer="uniform",
    embeddings_regularizer=None,
    embeddings_constraint=None,
    mask_zero=False,
    weights=None,
    lora_rank=None,
    lora_alpha=None,
    quantization_config=None,
)
_REVERSIBLE = signature(
    "input_dim",
    "output_dim",
    tie_weights=True,
    embeddings_initializer="uniform",
    embeddings_regularizer=None,
    embeddings_constraint=None,
    mask_zero=False,
    reverse_dtype=None,
    logit_soft_cap=None,
)
_INPUT = signature(
    shape=None,
    batch_size=None,
    dtype=None,
    sparse=None,
    ragged=None,
    batch_shape=None,
    input_tensor=None,
    optional=False,
    name=None,
)

LAYERS = (
    LayerSpec(
        "keras.layers.Dense",
        _DENSE,
        _dense_output,
        _dense_weights,
        Ndim(minimum=2),
        keeps_steps=True,
        mask="passes",
    ),
    LayerSpec("keras.layers.EinsumDense", _EINSUM, _einsum_output, _einsum_weights, Ndim(minimum=1)),
    LayerSpec(
        "keras.layers.Embedding",
        accepting(_EMBEDDING, "input_length"),
        _embedding_output,
        _embedding_weights,
        mask="makes",
    ),
    LayerSpec(
        "keras.layers.ReversibleEmbedding",
        accepting(_REVERSIBLE, "input_length", "lora_rank", "lora_alpha", "quantization_config"),
        _embedding_output,
        _reversible_weights,
        mask="makes",
        switch=("reverse", _reversed_output),
    ),
    LayerSpec("keras.layers.Identity", signature(), identity, keeps_steps=True, mask="passes"),
    LayerSpec(
        "keras.layers.Lambda",
        signature("function", output_shape=None, mask=None, arguments=None),
        _lambda_output,
    ),
    LayerSpec("keras.layers.Masking", signature(mask_value=0.0), identity, keeps_steps=True, mask="makes"),
    LayerSpec("keras.layers.InputLayer", _INPUT, _input_output),
    LayerSpec("keras.layers.Wrapper", signature("layer"), _unknown),
)
