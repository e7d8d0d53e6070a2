"""Generates the text of programs that build one Keras model, most of them valid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy], object]

_ANY = (
    "Dropout({rate})",
    "BatchNormalization()",
    "BatchNormalization(scale=False)",
    "LayerNormalization()",
    "Activation('relu')",
    "LeakyReLU()",
    "GaussianNoise(0.1)",
    "Dense({n})",
    "Dense({n}, activation='relu', use_bias=False)",
    "Dense(units={n}, kernel_regularizer='l2', trainable=False)",
    "UnitNormalization()",
    "Flatten()",
    "Identity()",
)
_LAYERS: dict[int, tuple[tuple[str, int], ...]] = {
    2: (
        ("Dense({n}, 'relu')", 2),
        ("RepeatVector({n})", 3),
        ("Reshape((-1, 1))", 3),
        ("Reshape(({n}, -1))", 3),
        ("Reshape((1, 1, -1))", 4),
        ("Embedding(10, {n})", 3),
    ),
    3: (
        ("LSTM({n})", 2),
        ("LSTM({n}, return_sequences=True)", 3),
        ("GRU({n}, return_sequences={flag})", 3),
        ("SimpleRNN({n}, use_bias=False)", 2),
        ("Bidirectional(layers.LSTM({n}, return_sequences=True))", 3),
        ("Bidirectional(layers.GRU({n}), merge_mode='sum')", 2),
        ("TimeDistributed(layers.Dense({n}))", 3),
        ("RNN(layers.LSTMCell({n}), return_sequences=True)", 3),
        ("Conv1D({n}, {k}, padding='{padding}')", 3),
        ("Conv1D({n}, {k}, strides=2)", 3),
        ("SeparableConv1D({n}, {k})", 3),
        ("MaxPooling1D({k})", 3),
        ("AveragePooling1D(2, padding='same')", 3),
        ("GlobalAveragePooling1D()", 2),
        ("GlobalMaxPooling1D(keepdims=True)", 3),
        ("Permute((2, 1))", 3),
        ("SpatialDropout1D(0.1)", 3),
        ("UpSampling1D({k})", 3),
        ("ZeroPadding1D(({k}, 1))", 3),
        ("Cropping1D(1)", 3),
        ("Flatten()", 2),
        ("PReLU()", 3),
    ),
    4: (
        ("Conv2D({n}, {k}, padding='{padding}')", 4),
        ("Conv2D({n}, ({k}, 1), strides=(2, 1), activation='relu')", 4),
        ("Conv2D(filters={n}, kernel_size={k}, dilation_rate=2, use_bias=False)", 4),
        ("DepthwiseConv2D({k}, depth_multiplier=2)", 4),
        ("SeparableConv2D({n}, {k}, padding='same')", 4),
        ("Conv2DTranspose({n}, {k}, strides=2, padding='{padding}')", 4),
        ("MaxPooling2D(({k}, 2))", 4),
        ("AveragePooling2D(2, strides=1)", 4),
        ("GlobalAveragePooling2D()", 2),
        ("GlobalMaxPooling2D()", 2),
        ("ZeroPadding2D({k})", 4),
        ("Cropping2D(1)", 4),
        ("UpSampling2D(2)", 4),
        ("SpatialDropout2D(0.1)", 4),
        ("TimeDistributed(layers.LSTM({n}))", 3),
        ("TimeDistributed(layers.Flatten())", 3),
        ("ConvLSTM1D({n}, {k}, padding='same')", 3),
        ("Flatten()", 2),
    ),
}

_OPERATIONS: dict[int, tuple[tuple[str, int], ...]] = {
    2: (
        ("x[:, {i}]", 1),
        ("x[:, :{k}]", 2),
        ("x[:, None]", 3),
        ("ops.expand_dims(x, {i})", 3),
        ("ops.expand_dims(x, axis=-1)", 3),
        ("ops.reshape(x, (-1, {n}))", 2),
        ("ops.stack([x, x], axis={i})", 3),
        ("ops.split(x, {k}, axis=1)[0]", 2),
        ("ops.matmul(x, ops.transpose(x))", 2),
        ("ops.one_hot(ops.argmax(x, axis=-1), {n})", 2),
        ("ops.swapaxes(x, 0, 1)", 2),
    ),
    3: (
        ("x[:, {i}]", 2),
        ("x[:, {i}, :]", 2),
        ("x[:, -{k}:, :]", 3),
        ("x[..., 0]", 2),
        ("x[:, ::-1]", 3),
        ("x[..., None]", 4),
        ("ops.reshape(x, (-1, {n}, 7))", 3),
        ("ops.transpose(x, (0, 2, 1))", 3),
        ("ops.mean(x, axis={i})", 2),
        ("ops.max(x, axis=1, keepdims=True)", 3),
        ("ops.sum(x, axis=(1, 2))", 1),
        ("ops.squeeze(x, axis=1)", 2),
        ("ops.matmul(x, ops.transpose(x, axes=[0, 2, 1]))", 3),
        ("x @ ops.swapaxes(x, 1, 2)", 3),
        ("ops.split(x, [1, {k}], axis=-1)[{i}]", 3),
        ("ops.repeat(x, {k}, axis=2)", 3),
        ("ops.moveaxis(x, 1, -1)", 3),
        ("x + x[:, :1]", 3),
        ("x * ops.mean(x, axis=-1, keepdims=True)", 3),
    ),
    4: (
        ("x[:, 0]", 3),
        ("x[:, 1:-1, {k}:]", 4),
        ("ops.mean(x, axis=(1, 2))", 2),
        ("ops.reshape(x, (-1, {n}))", 2),
        ("ops.transpose(x, (0, 3, 1, 2))", 4),
        ("ops.concatenate([x, x], axis={i})", 4),
        ("ops.squeeze(ops.max(x, axis=-1, keepdims=True), -1)", 3),
        ("ops.stack([x, x])[0]", 4),
    ),
}
_ALIKE_OPERATIONS = (
    "x + x",
    "2 * x - 1",
    "x / (1 + ops.exp(-x))",
    "x ** 2",
    "ops.relu(x)",
    "ops.softmax(x, axis=-1)",
    "ops.where(x > 0, x, 0.1 * x)",
    "ops.maximum(x, 0)",
    "ops.clip(x, -1, 1)",
    "ops.concatenate([x, x], axis=-1)",
    "ops.add(x, ops.multiply(x, 0.5))",
    "ops.cast(x, 'float32')",
    "ops.sqrt(ops.abs(x))",
    "ops.zeros_like(x)",
    "keras.activations.gelu(x)",
)
_IMPOSSIBLE = ("x[:, 20]", "ops.matmul(x, x)", "ops.split(x, 11, axis=1)[0]", "ops.squeeze(x, 1)", "x + x[..., 1:]")

IMPORTS = (
    "import keras\nfrom keras import layers",
    "import keras\nimport keras.layers as layers",
    "import tensorflow as tf\nkeras = tf.keras\nlayers = keras.layers",
    "from tensorflow import keras\nfrom tensorflow.keras import layers",
    "import tensorflow.keras as keras\nlayers = keras.layers",
    "try:\n    from tensorflow import keras\nexcept ImportError:\n    import keras\nlayers = keras.layers",
)


@dataclass
class Writer:
    """Writes a program line by line; ``ndim`` is about what the tensor at hand has."""

    draw: Draw
    ndim: int = 2
    lines: list[str] = field(default_factory=list)
    names: int = 0

    def one(self, *options: object) -> object:
        return self.draw(st.sampled_from(options))

    def name(self, stem: str) -> str:
        self.names += 1
        return f"{stem}{self.names}"

    def number(self) -> str:
        return str(
            self.one(
                1, 2, 3, 4, 5, 8, "UNITS", "UNITS * 2", "SIZES[1]", "CONFIG['n']", "UNITS // 2", 0, -1, 6, 7, 9, 12
            )
        )

    def shape(self) -> str:
        self.ndim = int(self.draw(st.sampled_from([2, 3, 3, 4])))
        sizes = [
            self.one(*(5, 6, 8, 9), "None" if place < self.ndim - 2 and self.ndim == 3 else 7)
            for place in range(self.ndim - 1)
        ]
        return f"({', '.join(map(str, sizes))},)"

    def layer(self) -> str:
        """An expression that makes a layer."""
        ndim = self.ndim if self.draw(st.integers(0, 24)) else int(self.one(2, 3, 4))
        if self.draw(st.integers(0, 2)) == 0:
            text = str(self.one(*_ANY))
            self.ndim = 2 if text == "Flatten()" else self.ndim
        else:
            text, self.ndim = self.draw(st.sampled_from(_LAYERS[ndim]))
        return "layers." + text.format(
            n=self.number(),
            k=self.one(1, 2, 3),
            rate=self.one(0.1, 0.5),
            flag=self.one("True", "False"),
            padding=self.one("valid", "same"),
        )

    def operation(self) -> str:
        """A line that computes with the tensor at hand."""
        which = self.draw(st.integers(0, 19))
        if which < 8 or self.ndim not in _OPERATIONS:
            text = str(self.one(*_ALIKE_OPERATIONS))
        elif which == 8:
            text = str(self.one(*_IMPOSSIBLE))
        else:
            text, self.ndim = self.draw(st.sampled_from(_OPERATIONS[self.ndim]))
            if self.ndim == 1:  # what follows needs two axes
                text, self.ndim = f"ops.expand_dims({text}, -1)", 2
        return "x = " + text.format(n=self.number(), k=self.one(1, 2, 3), i=self.one(0, 1, 1, 2))

    def stack(self, least: int = 1) -> list[str]:
        return [self.layer() for _ in range(int(self.draw(st.integers(least, 4))))]


def _sequential(writer: Writer) -> None:
    shape = writer.shape()
    start = writer.one(
        f"keras.Input({shape})", f"layers.Input(shape={shape})", f"keras.layers.InputLayer(shape={shape})"
    )
    kind = writer.draw(st.integers(0, 5))
    if kind == 0:
        writer.lines.append(f"model = keras.Sequential([{', '.join([start, *writer.stack()])}])")
        return
    if kind == 1:
        writer.lines.append(f"stack = [{start}]")
        writer.lines += [f"stack.append({layer})" for layer in writer.stack()]
        writer.lines.append(f"stack += [{', '.join(writer.stack())}]")
        writer.lines.append("model = keras.models.Sequential(stack)")
        return
    writer.lines += ["model = keras.Sequential()", f"model.add({start})"]
    writer.lines += [f"model.add({layer})" for layer in writer.stack()]
    if kind == 2:
        writer.lines.append("for size in SIZES:")
        writer.lines += [f"    model.add({layer.replace('UNITS', 'size')})" for layer in writer.stack()]
    elif kind == 3:
        writer.lines += [
            "def block(n, rate=0.2):",
            f"    return [{', '.join(writer.stack())}, layers.Dropout(rate), layers.Dense(n)]",
        ]
        writer.lines += ["for layer in block(UNITS):", "    model.add(layer)"]
    elif kind == 4:
        inner = f"inner = keras.Sequential([{', '.join(writer.stack())}], name='inner')"
        writer.lines.insert(writer.lines.index("model = keras.Sequential()"), inner)
        writer.lines += ["model.pop()", "model.add(inner)"]
    else:
        writer.lines += ["while len(model.layers) < 3:", f"    model.add({writer.layer()})"]


def _functional(writer: Writer) -> None:
    writer.lines.append(f"inputs = keras.Input(shape={writer.shape()})")
    writer.lines.append(f"x = {writer.layer()}(inputs)" if writer.one(0, 1) else "x = inputs")
    outputs = ["x"]
    for _ in range(int(writer.draw(st.integers(1, 4)))):
        _step(writer, outputs)
    given = f"[{', '.join(outputs)}]" if len(outputs) > 1 or writer.one(0, 1) else "x"
    writer.lines.append(
        str(
            writer.one(
                f"model = keras.Model(inputs, {given})",
                f"model = keras.models.Model(inputs=inputs, outputs={given}, name='m')",
            )
        )
    )


def _step(writer: Writer, outputs: list[str]) -> None:
    kind = writer.draw(st.integers(0, 11))
    before = writer.ndim
    if kind <= 2:
        writer.lines += [f"x = {layer}(x)" for layer in writer.stack()]
    elif kind == 3:  # a branch that meets again
        writer.lines += ["y = x", f"y = {_keeping(writer)}(y)", f"z = {_keeping(writer)}(x)"]
        merge = writer.one("Concatenate()", "Concatenate(axis=1)", "Add()", "Multiply()", "Average()", "Maximum()")
        writer.lines.append(
            str(
                writer.one(
                    f"x = layers.{merge}([y, z])",
                    "x = layers.concatenate([x, y, z])",
                    "x = layers.add([z, y])",
                    f"x = layers.{merge}([y, z, z])",
                )
            )
        )
    elif kind == 4:
        name = writer.name("shared")
        writer.lines += [
            f"{name} = {_keeping(writer)}",
            f"x = {name}(x)",
            f"x = {name}(x)" if writer.one(0, 1) else f"x = layers.Concatenate()([x, {name}(x)])",
        ]
    elif kind == 5:
        name = writer.name("inner")
        writer.lines += [f"{name} = keras.Sequential([{', '.join(writer.stack())}])", f"x = {name}(x)"]
    elif kind == 6:
        name = writer.name("block")
        writer.lines.append(f"def {name}(t, n=UNITS, *, twice=False):")
        writer.lines += [f"    t = {layer.replace('UNITS', 'n')}(t)" for layer in writer.stack()]
        writer.lines += ["    if twice:", f"        t = {writer.layer()}(t)", "    return t"]
        writer.lines.append(f"x = {name}({writer.one('x', 'x, 3', 'x, twice=True', 'n=2, t=x')})")
    elif kind == 7:
        writer.lines += ["for i in range(2):", f"    x = {writer.layer()}(x)"]
    elif kind == 8:
        name = writer.name("towers")
        writer.ndim = before
        writer.lines += [f"{name} = [layers.Dense(n)(x) for n in SIZES]", f"x = layers.Concatenate()({name})"]
    elif kind <= 10:
        writer.lines += [writer.operation() for _ in range(int(writer.draw(st.integers(1, 3))))]
    else:
        name = writer.name("out")
        writer.lines.append(f"{name} = layers.Dense({writer.number()}, name='{name}')(x)")
        outputs.append(name)


def _keeping(writer: Writer) -> str:
    """A layer that keeps the number of axes."""
    before = writer.ndim
    made = writer.layer()
    writer.ndim = before
    return str(
        writer.one(made, f"layers.Dense({writer.number()})", "layers.Dropout(0.1)", f"layers.Dense({writer.number()})")
    )


@st.composite
def programs(draw: Draw) -> str:
    """The text of a program that binds ``model``."""
    writer = Writer(draw)
    writer.lines += [
        str(draw(st.sampled_from(IMPORTS))),
        "from keras import ops",
        "UNITS = 4",
        "SIZES = (3, 5)",
        "CONFIG = {'n': 6, 'rate': 0.1}",
    ]
    draw(st.sampled_from([_sequential, _functional, _functional]))(writer)
    if writer.one(0, 0, 0, 1):
        writer.lines.append(
            str(
                writer.one(
                    "model.trainable = False",
                    "model.layers[-1].trainable = False",
                    "for layer in model.layers[:-1]:\n    layer.trainable = False",
                )
            )
        )
    return "\n".join(writer.lines) + "\n"
