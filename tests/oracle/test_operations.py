"""Operations on symbolic tensors: the shapes that Keras declares and those that the interpreter tells."""

from __future__ import annotations

import pytest
from test_programs import compare

HEAD = """import keras
from keras import ops
x = keras.Input((4, 6))
y = keras.Input((4, 6))
v = keras.Input((6,))
s = keras.Input((None, 6))
f = keras.Input(batch_shape=(2, 4, 6))
"""

AGREED = [
    *("x + y", "x - v[:, None]", "1 / x", "x ** 2", "-x", "x @ ops.transpose(y, (0, 2, 1))", "x > 0", "x + s", "f + x"),
    *("x[:, 0]", "x[:, -1, :]", "x[..., 0]", "x[:, None]", "x[:, 1:3, ::2]", "x[0]", "s[:, 1:]", "s[:, ::-1]"),
    *("x[..., None, 2]", "x[:, :-1] * x[:, 1:]", "x[:, :, 3:100]", "x[:, 3:1]"),
    *("ops.relu(x)", "ops.softmax(x, axis=1)", "ops.exp(s)", "ops.clip(x, 0, 1)", "ops.cast(x, 'int32')"),
    *("ops.maximum(x, v[:, None, :])", "ops.add(x1=x, x2=2.0)", "ops.where(x > 0, x, y)", "ops.logical_not(x > 0)"),
    *("ops.mean(x)", "ops.mean(x, axis=1)", "ops.sum(x, axis=(1, 2), keepdims=True)", "ops.max(s, axis=1)"),
    *(
        "ops.std(x, axis=-1)",
        "ops.any(x > 0, axis=1)",
        "ops.argmax(x, axis=-1)",
        "ops.argmin(x, axis=1, keepdims=True)",
    ),
    *("ops.logsumexp(x, axis=1)", "ops.prod(f, axis=None)", "ops.var(x, keepdims=True)"),
    *(
        "ops.reshape(x, (-1, 24))",
        "ops.reshape(x, newshape=(-1, 3, 8))",
        "ops.reshape(f, (-1, 12))",
        "ops.reshape(f, (48,))",
    ),
    *("ops.reshape(x, [8, -1])", "ops.reshape(s, (-1, 6))"),
    *("ops.concatenate([x, y])", "ops.concatenate([x, y, s], axis=1)", "ops.concatenate([x, y], 2)"),
    *("ops.concatenate((f, x), axis=0)", "ops.concatenate([s, x], axis=-1)", "ops.stack([x, y])"),
    *("ops.stack((x, y), axis=-1)", "ops.stack([x, s], axis=1)", "ops.stack([s, x], axis=1)"),
    *("ops.expand_dims(x, 0)", "ops.expand_dims(x, axis=-1)", "ops.expand_dims(x, (1, 2))"),
    *(
        "ops.squeeze(x[:, :1], 1)",
        "ops.squeeze(x[:, :, :1])",
        "ops.squeeze(x[:, :1, :1], (1, 2))",
        "ops.squeeze(x[:, :1], axis=-2)",
    ),
    *("ops.transpose(x)", "ops.transpose(x, axes=[0, 2, 1])", "ops.swapaxes(s, 1, 2)", "ops.moveaxis(x, 0, -1)"),
    *("ops.moveaxis(x, (0, 1), (1, 0))", "ops.repeat(x, 3, axis=1)"),
    *(
        "ops.matmul(x, ops.swapaxes(x, -1, -2))",
        "ops.matmul(v, ops.transpose(v))",
        "ops.matmul(s, ops.swapaxes(x, 1, 2))",
    ),
    *(
        "list(ops.split(x, 2, axis=1))",
        "list(ops.split(x, [1, 4], axis=-1))",
        "ops.split(f, 2)[0]",
        "ops.split(x, [2, 3], 1)[1]",
    ),
    *("ops.one_hot(ops.argmax(x, axis=-1), 10)", "ops.one_hot(ops.argmax(x, -1), num_classes=3, axis=1)"),
    *("ops.zeros_like(x)", "ops.stop_gradient(s)", "ops.flip(x, axis=1)", "ops.normalize(x)", "ops.floor(x)"),
    *("keras.activations.relu(x)", "keras.activations.softmax(s)"),
]
REFUSED = [
    "ops.split(x, [3, 2], 1)[1]",
    "ops.split(x, [2, 9], 1)[1]",
    "ops.one_hot(ops.argmax(x, -1), -1)",
    "ops.reshape(x, (-2, 24))",
    *("x + keras.Input((5, 6))", "x[:, 4]", "x[:, 0, 0, 0]", "ops.matmul(x, y)", "ops.split(x, 3, axis=1)[0]"),
    *("ops.squeeze(x, 0)", "ops.squeeze(ops.expand_dims(x, 0), [0, 1])"),
    *("ops.squeeze(x, 1)", "ops.reshape(f, (5, -1))", "ops.stack([x, v])", "ops.concatenate([x, y[:, 1:]])"),
    *("ops.mean(x, axis=3)", "ops.transpose(x, (0, 1))", "ops.expand_dims(x, 5)", "ops.reshape(x, (-1, -1, 6))"),
]


def program(expression: str) -> str:
    return f"{HEAD}out = {expression}\nmodel = keras.Model([x, y, v, s, f], out)\n"


@pytest.mark.parametrize("expression", AGREED)
def test_agrees(expression: str) -> None:
    assert compare(program(expression)) == "agreed"


@pytest.mark.parametrize("expression", REFUSED)
def test_is_refused(expression: str) -> None:
    assert compare(program(expression)) == "refused"
