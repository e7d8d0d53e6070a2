"""Models made at random: layers of all kinds that have weights, regularized, frozen, shared, nested and wrapped.

Imports Keras, so only tests that need it import this module.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import keras
from keras import layers, regularizers

INITIALIZERS = ("glorot_normal", "he_uniform", "lecun_normal", "orthogonal", "random_uniform", "zeros", "ones")
INSTANCES = (
    lambda dice: keras.initializers.Constant(dice.uniform(-1, 1)),
    lambda dice: keras.initializers.RandomNormal(dice.uniform(-0.2, 0.2), dice.uniform(0.01, 1)),
    lambda dice: keras.initializers.TruncatedNormal(0.0, dice.uniform(0.01, 1)),
    lambda dice: keras.initializers.VarianceScaling(
        dice.uniform(0.1, 3),
        dice.choice(("fan_in", "fan_out", "fan_avg")),
        dice.choice(("uniform", "truncated_normal")),
    ),
    lambda dice: keras.initializers.Orthogonal(dice.uniform(0.5, 2)),
)


class Maker:
    """Makes one model; the same seed makes the same model again."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.shared: dict[tuple[Any, ...], list[Any]] = {}

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def regularizer(self, matrix: bool = False) -> Any:
        strength = round(self.dice.uniform(0.001, 0.5), 4)
        made = [
            lambda: None,
            lambda: "l1",
            lambda: "l2",
            lambda: regularizers.L1(strength),
            lambda: regularizers.L2(strength),
            lambda: regularizers.L1L2(strength, 0.01),
            lambda: regularizers.L1L2(0.0, 0.0),
        ]
        if matrix:
            made.append(lambda: regularizers.OrthogonalRegularizer(strength, self.dice.choice(("rows", "columns"))))
        return self.dice.choice(made)()

    def initializer(self, matrix: bool = True) -> Any:
        if self.chance(0.3):
            return self.dice.choice(INSTANCES if matrix else INSTANCES[:4])(self.dice)
        return self.dice.choice([name for name in INITIALIZERS if matrix or name != "orthogonal"])

    def options(self, *kinds: str, matrix: str = "") -> dict[str, Any]:
        """Regularizers and initializers for the weights of these kinds, and whether the layer is frozen."""
        made: dict[str, Any] = {}
        for kind in kinds:
            flat = kind in ("bias", "beta", "gamma", "alpha")
            if self.chance(0.6):
                made[f"{kind}_regularizer"] = self.regularizer(kind == matrix)
            if self.chance(0.3):
                made[f"{kind}_initializer"] = self.initializer(not flat)
        if self.chance(0.12):
            made["trainable"] = False
        return made

    def size(self) -> int:
        return self.dice.randint(2, 5)

    # Layers by what they take: a vector, a sequence of vectors, or an image.

    def vector_layer(self, shape: tuple[int, ...]) -> Any:
        return self.dice.choice(
            (
                lambda: layers.Dense(self.size(), **self.options("kernel", "bias", matrix="kernel")),
                lambda: layers.Dense(self.size(), use_bias=False, **self.options("kernel")),
                lambda: layers.BatchNormalization(**self.options("beta", "gamma")),
                lambda: layers.LayerNormalization(**self.options("beta", "gamma")),
                lambda: layers.PReLU(**self.options("alpha")),
                lambda: layers.SpectralNormalization(layers.Dense(self.size(), **self.options("kernel", "bias"))),
                lambda: layers.Dropout(0.3),
                lambda: layers.ReLU(),
            )
        )()

    def cell(self) -> Any:
        kind = self.dice.choice((layers.LSTMCell, layers.GRUCell, layers.SimpleRNNCell))
        return kind(self.size(), **self.options("kernel", "recurrent", "bias"))

    def recurrent(self, sequences: bool) -> Any:
        def plain() -> Any:
            kind = self.dice.choice((layers.LSTM, layers.GRU, layers.SimpleRNN))
            return kind(
                self.size(),
                return_sequences=sequences,
                use_bias=self.chance(0.8),
                **self.options("kernel", "recurrent", "bias", matrix="recurrent"),
            )

        return self.dice.choice(
            (
                plain,
                lambda: layers.Bidirectional(plain(), merge_mode=self.dice.choice(("concat", "ave"))),
                lambda: layers.RNN([self.cell() for _ in range(self.dice.randint(1, 3))], return_sequences=sequences),
            )
        )()

    def sequence_layer(self, shape: tuple[int, ...]) -> Any:
        return self.dice.choice(
            (
                lambda: self.recurrent(True),
                lambda: layers.TimeDistributed(self.vector_layer(shape[1:])),
                lambda: layers.TimeDistributed(self.model(2, 2, "vector", shape[1:])),
                lambda: layers.Conv1D(self.size(), 2, padding="same", **self.options("kernel", "bias")),
                lambda: layers.SeparableConv1D(
                    self.size(), 2, padding="same", **self.options("depthwise", "pointwise", "bias")
                ),
                lambda: layers.DepthwiseConv1D(2, padding="same", **self.options("depthwise", "bias")),
                lambda: layers.EinsumDense(
                    "abc,cd->abd", (shape[0], self.size()), bias_axes="d", **self.options("kernel", "bias")
                ),
                lambda: layers.GroupNormalization(1, **self.options("beta", "gamma")),
                lambda: layers.Dense(self.size(), **self.options("kernel", "bias")),
            )
        )()

    def image_layer(self, shape: tuple[int, ...]) -> Any:
        return self.dice.choice(
            (
                lambda: layers.Conv2D(self.size(), 2, padding="same", **self.options("kernel", "bias")),
                lambda: layers.Conv2DTranspose(self.size(), 2, padding="same", **self.options("kernel", "bias")),
                lambda: layers.SeparableConv2D(
                    self.size(), 2, padding="same", **self.options("depthwise", "pointwise", "bias")
                ),
                lambda: layers.DepthwiseConv2D(2, padding="same", **self.options("depthwise", "bias")),
                lambda: layers.BatchNormalization(**self.options("beta", "gamma")),
                lambda: layers.PReLU(shared_axes=[1, 2], **self.options("alpha")),
            )
        )()

    def attention(self, x: Any) -> Any:
        options = self.options("kernel", "bias")
        if self.chance(0.3):
            return layers.GroupQueryAttention(self.size(), 4, 2, **options)(x, x)
        return layers.MultiHeadAttention(2, self.size(), **options)(x, x)

    def layer(self, kind: str, shape: tuple[int, ...]) -> Any:
        make: Callable[[tuple[int, ...]], Any] = getattr(self, f"{kind}_layer")
        return make(shape)

    def step(self, x: Any, depth: int) -> Any:
        """One call of a layer on a tensor: new, used before, a model, or attention."""
        kind = {2: "vector", 3: "sequence", 4: "image"}[x.ndim]
        used = self.shared.setdefault((tuple(x.shape), depth), [])
        if used and self.chance(0.25):
            return self.dice.choice(used)(x)
        if depth < 2 and kind != "image" and self.chance(0.2):
            layer = self.model(2, depth + 1, kind, tuple(x.shape)[1:])
            if self.chance(0.2):
                layer.trainable = False
        elif kind == "sequence" and self.chance(0.15):
            return self.attention(x)
        else:
            layer = self.layer(kind, tuple(x.shape)[1:])
        used.append(layer)
        return layer(x)

    def narrow(self, x: Any) -> Any:
        """From a sequence or an image to a vector."""
        if x.ndim == 3:
            pool = [lambda: self.recurrent(False), layers.GlobalAveragePooling1D, layers.Flatten]
            return self.dice.choice(pool)()(x)
        return self.dice.choice((layers.GlobalAveragePooling2D, layers.Flatten))()(x) if x.ndim == 4 else x

    def model(self, length: int, depth: int = 0, kind: str = "", shape: tuple[int, ...] = ()) -> Any:
        kind = kind or self.dice.choice(("vector", "sequence", "sequence", "image", "tokens"))
        shape = shape or {"vector": (4,), "sequence": (3, 4), "image": (4, 4, 3), "tokens": (5,)}[kind]
        if kind != "tokens" and depth and self.chance(0.5):
            stack, now = keras.Sequential([keras.Input(shape)]), shape
            for _ in range(length):
                stack.add(self.layer(kind, now))
                now = tuple(stack.output_shape)[1:]
            return stack
        source = keras.Input(shape, dtype="int32" if kind == "tokens" else "float32")
        x: Any = source
        if kind == "tokens":
            x = layers.Embedding(7, 3, **self.options("embeddings"))(x)
        for _ in range(length):
            before = x
            x = self.step(x, depth)
            if tuple(before.shape) == tuple(x.shape) and self.chance(0.3):
                x = self.dice.choice((layers.Add, layers.Multiply))()([before, x])
        if depth == 0:
            x = layers.Dense(2, **self.options("kernel", "bias"))(self.narrow(x))
        return keras.Model(source, x)


def random_model(seed: int) -> Any:
    """A model of up to eight layers, some with models within."""
    maker = Maker(seed)
    made = maker.model(maker.dice.randint(1, 7))
    if maker.chance(0.3):
        made.compile(maker.dice.choice(("sgd", "adam")), "mse")
    if maker.chance(0.2):
        maker.dice.choice(made.layers).trainable = False
    if maker.chance(0.05):
        made.trainable = False
    return made
