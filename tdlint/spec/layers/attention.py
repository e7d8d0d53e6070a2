"""keras.layers: attention. Inputs are query, value and (optional) key, in this order."""

from __future__ import annotations

from tdlint.shapes import FREE, Dim, Shape, UnknownDim, dims_agree, format_shape
from tdlint.spec.layers.arithmetic import differ
from tdlint.spec.layers.base import (
    Invalid,
    LayerArgs,
    LayerSpec,
    Ndim,
    Shapes,
    WeightSpec,
    accepting,
    channels,
    known_shape,
    signature,
)
from tdlint.spec.layers.core import partial_shape
from tdlint.spec.layers.einsum import project

_SCORES = "return_attention_scores"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _query_value_key(args: LayerArgs, inputs: Shapes) -> tuple[Shape, Shape, Shape]:
    if not 2 <= len(inputs) <= 3:
        raise Invalid(f"{args.layer.short_type} takes query, value and an optional key, received {len(inputs)} input")
    query, value = known_shape(inputs[0]), known_shape(inputs[1])
    return query, value, known_shape(inputs[2]) if len(inputs) == 3 else value


def _attention_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    if args.layer.args.passes("score_mode"):
        args.choice("score_mode", "dot", "concat")
    query, value, _ = _query_value_key(args, inputs)
    return ((*query[:-1], value[-1]),)


def _attention_scores(args: LayerArgs, inputs: Shapes) -> Shapes:
    query, _, key = _query_value_key(args, inputs)
    return (*_attention_output(args, inputs), (*query[:-1], key[-2]))


def _attention_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    _query_value_key(args, inputs)
    scale = (args.plain_weight("scale", (), "ones", trainable=True),) if args.boolean("use_scale") else ()
    if args.text("score_mode") == "concat":
        return (*scale, args.plain_weight("concat_score_weight", (), "ones", trainable=True))
    return scale


def _additive_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    query, _, _ = _query_value_key(args, inputs)
    if not args.boolean("use_scale"):
        return ()
    return (args.plain_weight("scale", (channels(query[-1]),), "glorot_uniform", trainable=True),)


def _check_key(value: Shape, key: Shape) -> None:
    pairs = zip(value[1:-1], key[1:-1], strict=False)
    if len(value) != len(key) or any(differ(a, b) for a, b in pairs):
        raise Invalid(
            "value and key must have equal axes between the first and the last, "
            f"received {format_shape(value)} and {format_shape(key)}"
        )


def _into_heads(ndim: int) -> str:
    # of an input with 3 axes: abc,cde->abde
    free, last, heads = _LETTERS[: ndim - 1], _LETTERS[ndim - 1], _LETTERS[ndim : ndim + 2]
    return f"{free}{last},{last}{heads}->{free}{heads}"


def _out_of_heads(ndim: int, axes: int) -> tuple[str, str]:
    # of a query with 3 axes: abcd,cde->abe, and the letters of the bias
    free, heads = _LETTERS[: ndim - 1], _LETTERS[ndim - 1 : ndim + 1]
    last = _LETTERS[ndim + 1 : ndim + 1 + axes]
    return f"{free}{heads},{heads}{last}->{free}{last}", last


def _projection(
    args: LayerArgs, name: str, equation: str, shape: Shape, rest: Shape, bias_axes: str
) -> tuple[WeightSpec, ...]:
    use_bias = args.boolean("use_bias")
    found = project(equation, shape, rest, bias_axes if use_bias else None)
    kernel = args.weight(f"{name}/kernel", found.kernel, "kernel", fans=found.fans)
    return (kernel,) if found.bias is None else (kernel, args.weight(f"{name}/bias", found.bias, "bias"))


def _multi_head_sizes(args: LayerArgs) -> tuple[Dim, Dim, Dim]:
    key_dim = args.size("key_dim")
    value_dim = key_dim if args.value("value_dim").must_be(None) else args.size("value_dim")
    return args.size("num_heads"), key_dim, value_dim


def _declared_output(args: LayerArgs) -> Shape | None:
    return None if args.is_none("output_shape") else partial_shape(args, "output_shape")


def _multi_head_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    query, value, key = _query_value_key(args, inputs)
    _check_key(value, key)
    _multi_head_sizes(args)
    _check_window(args)
    declared = _declared_output(args)
    return (query if declared is None else (*query[:-1], *declared),)


def _multi_head_scores(args: LayerArgs, inputs: Shapes) -> Shapes:
    query, _, key = _query_value_key(args, inputs)
    # for another number of keys than queries, Keras declares another shape than it computes
    keys = query[1] if dims_agree(query[1], key[1]) else UnknownDim("the number of keys")
    return (*_multi_head_output(args, inputs), (query[0], args.size("num_heads"), query[1], keys))


def _grouped_scores(args: LayerArgs, inputs: Shapes) -> Shapes:
    query, _, key = _query_value_key(args, inputs)
    return (*_grouped_output(args, inputs), (query[0], args.size("num_query_heads"), query[1], key[1]))


def _check_window(args: LayerArgs) -> None:
    if not args.value("sliding_window").may_be(None):
        args.size("sliding_window")


def _multi_head_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    query, value, key = _query_value_key(args, inputs)
    _check_key(value, key)
    heads, key_dim, value_dim = _multi_head_sizes(args)
    declared = _declared_output(args) or (query[-1],)

    def into(name: str, shape: Shape, size: Dim) -> tuple[WeightSpec, ...]:
        equation = _into_heads(len(shape))
        rest = (*(FREE for _ in shape[2:]), heads, size)
        return _projection(args, name, equation, shape, rest, equation[-2:])

    gate = into("gate", query, value_dim) if args.boolean("use_gate") else ()
    equation, bias_axes = _out_of_heads(len(query), len(declared))
    rest = (*(FREE for _ in query[2:]), *declared)
    last = _projection(args, "attention_output", equation, (*query[:-1], heads, value_dim), rest, bias_axes)
    return (*into("query", query, key_dim), *into("key", key, key_dim), *gate, *into("value", value, value_dim), *last)


def _grouped_output(args: LayerArgs, inputs: Shapes) -> Shapes:
    query, value, key = _query_value_key(args, inputs)
    if differ(query[-1], value[-1]):
        raise Invalid(
            f"the last axes of query and value must be equal, received {format_shape(query)} and {format_shape(value)}"
        )
    _check_key(value, key)
    _check_window(args)
    heads, groups = args.size("num_query_heads"), args.size("num_key_value_heads")
    if isinstance(heads, int) and isinstance(groups, int) and heads % groups:
        raise Invalid(f"num_query_heads must be divisible by num_key_value_heads, received {heads} and {groups}")
    return (query,)


def _grouped_weights(args: LayerArgs, inputs: Shapes) -> tuple[WeightSpec, ...]:
    query, value, key = _query_value_key(args, inputs)
    heads, groups, size = args.size("num_query_heads"), args.size("num_key_value_heads"), args.size("head_dim")
    ask, answer = "bqm,muh->bquh", "bkm,mvh->bkvh"
    gate = _projection(args, "gate", ask, query, (FREE, heads, size), "uh") if args.boolean("use_gate") else ()
    return (
        *_projection(args, "query", ask, query, (FREE, heads, size), "uh"),
        *_projection(args, "key", answer, key, (FREE, groups, size), "vh"),
        *gate,
        *_projection(args, "value", answer, value, (FREE, groups, size), "vh"),
        *_projection(args, "attention_output", "bquh,uhm->bqm", (FREE, FREE, heads, size), (FREE, query[-1]), "m"),
    )


_WEIGHT_ARGUMENTS = {
    "kernel_initializer": "glorot_uniform",
    "bias_initializer": "zeros",
    "kernel_regularizer": None,
    "bias_regularizer": None,
    "activity_regularizer": None,
    "kernel_constraint": None,
    "bias_constraint": None,
    "use_gate": False,
    "seed": None,
}
_MULTI_HEAD = signature(
    "num_heads",
    "key_dim",
    value_dim=None,
    dropout=0.0,
    use_bias=True,
    output_shape=None,
    attention_axes=None,
    sliding_window=None,
    flash_attention=None,
    **_WEIGHT_ARGUMENTS,
)
_GROUPED = signature(
    "head_dim",
    "num_query_heads",
    "num_key_value_heads",
    dropout=0.0,
    use_bias=True,
    sliding_window=None,
    flash_attention=None,
    **_WEIGHT_ARGUMENTS,
)


LAYERS = (
    LayerSpec(
        "keras.layers.Attention",
        signature(use_scale=False, score_mode="dot", dropout=0.0, seed=None),
        _attention_output,
        _attention_weights,
        mask="passes",
        inputs="many",
        switch=(_SCORES, _attention_scores),
    ),
    LayerSpec(
        "keras.layers.AdditiveAttention",
        accepting(signature(use_scale=True, dropout=0.0), "score_mode", "seed"),
        _attention_output,
        _additive_weights,
        mask="passes",
        inputs="many",
        switch=(_SCORES, _attention_scores),
    ),
    LayerSpec(
        "keras.layers.MultiHeadAttention",
        _MULTI_HEAD,
        _multi_head_output,
        _multi_head_weights,
        Ndim(minimum=2),
        mask="passes",
        inputs="many",
        tensors=3,
        switch=(_SCORES, _multi_head_scores),
    ),
    LayerSpec(
        "keras.layers.GroupQueryAttention",
        _GROUPED,
        _grouped_output,
        _grouped_weights,
        Ndim(minimum=3),
        mask="passes",
        inputs="many",
        tensors=3,
        switch=(_SCORES, _grouped_scores),
    ),
)
