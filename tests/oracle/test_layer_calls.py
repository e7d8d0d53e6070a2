"""Calls of layers on more than one input: masks, scores, initial states; Keras and the interpreter agree on each."""

from __future__ import annotations

import pytest
from test_programs import compare

HEAD = """import keras
from keras import layers
x = keras.Input((5, 8))
y = keras.Input((5, 8))
z = keras.Input((3, 8))
words = keras.Input((5,), dtype="int32")
mask = keras.Input((5,), dtype="bool")
keys = keras.Input((3,), dtype="bool")
pairs = keras.Input((5, 3))
"""

AGREED = [
    "layers.Attention()([x, z], mask=[mask, keys])",
    "layers.Attention()([x, z], [mask, keys])",
    "layers.Attention()([x, z], return_attention_scores=True)",
    "layers.Attention(use_scale=True, score_mode='concat')([x, z, z], return_attention_scores=True)",
    "layers.AdditiveAttention()([x, z], mask=[mask, keys], return_attention_scores=True)",
    "layers.MultiHeadAttention(2, 3)(x, z, attention_mask=pairs)",
    "layers.MultiHeadAttention(2, 3)(query=x, value=z, attention_mask=pairs, use_causal_mask=False)",
    "layers.MultiHeadAttention(2, 3)(x, x, return_attention_scores=True)",
    "layers.MultiHeadAttention(2, 3, value_dim=4, output_shape=6)(x, y, return_attention_scores=True)",
    "layers.GroupQueryAttention(2, 4, 2)(x, z, return_attention_scores=True)",
    "layers.GlobalAveragePooling1D()(x, mask)",
    "layers.GlobalAveragePooling1D()(x, mask=mask)",
    "layers.LSTM(4)(x, mask=mask)",
    "layers.LSTM(8)(x, initial_state=[z[:, 0], z[:, 1]], mask=mask)",
    "layers.GRU(8)(x, z[:, 0], mask)",
    "layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x, mask=mask)",
    "layers.TimeDistributed(layers.Dense(3))(x, mask=mask)",
    "layers.BatchNormalization()(x, mask=mask)",
    "layers.BatchNormalization()(x, training=False)",
    "layers.Softmax()(x, mask=y)",
    "layers.CategoryEncoding(10, output_mode='count')(words, count_weights=words)",
    "layers.ReversibleEmbedding(10, 8)(words)",
    "layers.ReversibleEmbedding(10, 8)(x, reverse=True)",
    "layers.Conv1D(6, 2, lora_rank=2)(x)",
    "layers.Conv1D(6, 2, groups=2, use_bias=False, lora_rank=3, lora_alpha=2)(x)",
    "layers.IntegerLookup(vocabulary=[3, 4, 5], output_mode='multi_hot')(words)",
    "layers.IntegerLookup(vocabulary=[3, 4, 5], num_oov_indices=2, output_mode='one_hot')(words)",
    "layers.HashedCrossing(4, output_mode='one_hot')((words, words))",
]
UNKNOWN = [
    "layers.Dense(6, dtype='int8_from_float32')(x)",
    "layers.Dense(6, dtype='float8_from_float32')(x)",
    "layers.RandomFlip(seed=1)({'images': keras.Input((8, 8, 3)), 'labels': keras.Input((1,))})['images']",
]


def program(call: str) -> str:
    return f"{HEAD}out = {call}\nmodel = keras.Model([x, y, z, words, mask, keys, pairs], out)\n"


@pytest.mark.parametrize("call", AGREED)
def test_agrees(call: str) -> None:
    assert compare(program(call)) == "agreed"


@pytest.mark.parametrize("call", UNKNOWN)
def test_nothing_wrong_is_said(call: str) -> None:
    assert compare(program(call)) == "unknown"


def test_refuses_keys_that_are_not_masks() -> None:
    assert compare(program("layers.MultiHeadAttention(2, 3)(x, z, x)")) == "refused"


def test_refuses_states_of_a_stateful_bidirectional() -> None:
    call = (
        "layers.Bidirectional(layers.LSTM(1, stateful=True, return_state=True))(keras.Input(batch_shape=(2, 5, 3)))[0]"
    )
    assert compare(program(call)) == "refused"
