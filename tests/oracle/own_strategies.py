"""Generates the text of programs with layers and models of their own, whose weights Keras counts in many ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy], object]

HEADER = """\
import keras
from keras import layers
import numpy as np
UNITS = 4
"""

# Layers that keep the number of axes, for inputs of (batch, features).
_PARTS = (
    "layers.Dense({n})",
    "layers.Dense({n}, use_bias=False, kernel_regularizer='l2')",
    "layers.Dense({n}, trainable=False)",
    "layers.BatchNormalization()",
    "layers.LayerNormalization()",
    "layers.Dropout(0.1)",
    "layers.Activation('relu')",
    "keras.Sequential([layers.Dense({n}), layers.BatchNormalization()])",
    "keras.Sequential([layers.Dropout(0.1)])",
)
_WEIGHTS = (
    "self.add_weight(shape=({d},), initializer='zeros', name='{w}')",
    "self.add_weight(shape=({d}, {n}), initializer='glorot_uniform', trainable=False)",
    "self.add_weight(({d}, {n}), 'zeros')",
    "self.add_weight(shape=[{n}], regularizer='l1', trainable=True)",
    "self.add_weight(name='{w}')",
    "keras.Variable(np.zeros(({n}, 2)))",
    "keras.Variable([1.0, 2.0, 3.0], trainable=False)",
    "keras.Variable('zeros', shape=({n},), name='{w}')",
)


@dataclass
class Writer:
    """Writes a program line by line; ``known`` are the layer classes so far."""

    draw: Draw
    lines: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    names: int = 0

    def one(self, *options: object) -> object:
        return self.draw(st.sampled_from(options))

    def chance(self, of: int) -> bool:
        return self.draw(st.integers(1, of)) == of

    def name(self, stem: str) -> str:
        self.names += 1
        return f"{stem}{self.names}"

    def count(self, least: int, most: int) -> range:
        return range(int(self.draw(st.integers(least, most))))

    def part(self, n: str) -> str:
        """An expression that makes a layer."""
        if self.known and self.chance(3):
            return f"{self.one(*self.known)}({n})"
        return str(self.one(*_PARTS)).format(n=n)

    def weight(self, d: str, n: str) -> str:
        return str(self.one(*_WEIGHTS)).format(d=d, n=n, w=self.name("w"))


def _own(writer: Writer, base: str, stem: str) -> str:
    """A class of its own: what it holds, how that is made, and how ``call`` goes through it."""
    name = writer.name(stem)
    size = str(writer.one("n", "n + 1", "2 * n", "self.n", "UNITS", "3"))
    attributes: list[str] = []
    init, build, call = [], [], []
    for _ in writer.count(0, 3):
        _hold(writer, writer.one(init, init, build), attributes, call, size)
    for _ in writer.count(0, 2):
        where = writer.one(init, build)
        d = "input_shape[-1]" if where is build else str(writer.one("5", "n"))
        made = writer.weight(d, size if where is init else size.replace("n", "self.n").replace("self.self.", "self."))
        where.append(made if writer.chance(5) and "add_weight" in made else f"self.{writer.name('v')} = {made}")
    build = [line.replace("(n)", "(self.n)") for line in build]
    writer.lines += [f"class {name}({base}):"]
    keywords, given = ("n=UNITS, **kwargs", "**kwargs") if writer.one(0, 1) else ("n=UNITS", "")
    writer.lines += [f"    def __init__(self, {keywords}):", f"        super().__init__({given})", "        self.n = n"]
    writer.lines += [f"        {line}" for line in init]
    if build:
        writer.lines.append("    def build(self, input_shape):")
        writer.lines += [f"        {_with_self(line)}" for line in build]
        if writer.one(0, 1):
            writer.lines.append("        super().build(input_shape)")
    training = writer.one("", ", training=None", ", training=False")
    writer.lines += [f"    def call(self, x{training}):"]
    writer.lines += [f"        {line}" for line in call]
    writer.lines.append("        return " + str(writer.one("x", "x", "x * 2.0", "x + x")))
    return name


def _with_self(line: str) -> str:
    """A line of ``__init__`` for ``build``, where ``n`` is an attribute."""
    for old in ("(n)", "(n,", "(n +", "* n)", "in range(n)"):
        line = line.replace(old, old.replace("n", "self.n") if old != "in range(n)" else old)
    return line


def _hold(writer: Writer, where: object, attributes: list[str], call: list[str], size: str) -> None:
    name = writer.name("a")
    kind = writer.draw(st.integers(0, 7))
    assert isinstance(where, list)
    attributes.append(name)
    if kind <= 2:
        where.append(f"self.{name} = {writer.part(size)}")
        call.append(f"x = self.{name}(x)")
        if writer.chance(4):  # twice; it must fit its own output
            where[-1] = f"self.{name} = layers.Dense({size})"
            call[-1] = f"x = self.{name}(x)"
            call.append(f"x = layers.Dropout(0.1)(x) if {writer.one('True', 'False')} else x")
    elif kind == 3:
        where.append(f"self.{name} = [{', '.join(writer.part(size) for _ in writer.count(1, 3))}]")
        call += [f"for each in self.{name}:", "    x = each(x)"]
    elif kind == 4:
        where.append(f"self.{name} = [{writer.part(size)} for _ in range({writer.one(1, 2, 3)})]")
        call += [f"for i in range(len(self.{name})):", f"    x = self.{name}[i](x)"]
    elif kind == 5:
        where.append(f"self.{name} = {{'one': {writer.part(size)}, 'two': {writer.part(size)}}}")
        call.append(f"x = self.{name}['two'](self.{name}['one'](x))")
    elif kind == 6:
        where += [f"self.{name} = []", "for i in range(2):", f"    self.{name}.append({writer.part(size)})"]
        call += [f"x = self.{name}[0](x)", f"x = self.{name}[-1](x)"]
    else:
        where.append(f"self.{name} = {writer.part(size)}")
        call.append(f"x = layers.Concatenate()([x, self.{name}(x)])")


def _use(writer: Writer, layers_made: list[str], models_made: list[str]) -> None:
    size = writer.one(5, 6)
    kind = writer.draw(st.integers(0, 5))
    made = [f"{name}({writer.one(2, 3, 'n=5', '')})" for name in layers_made]
    if models_made and kind <= 3:
        writer.lines.append(f"model = {models_made[-1]}({writer.one('', 3)})")
        if kind == 0:
            writer.lines.append(f"model(np.zeros((2, {size})))")
        elif kind == 1:
            writer.lines.append(f"model(keras.Input(({size},)))")
        elif kind == 2:
            writer.lines.append(f"model.predict(np.zeros((4, {size})), verbose=0)")
        else:
            writer.lines += [f"a = keras.Input(({size},))", "model = keras.Model(a, layers.Dense(2)(model(a)))"]
    elif kind == 4 or not made:
        stack = ", ".join([f"keras.Input(({size},))", *made, "layers.Dense(2)"])
        writer.lines.append(f"model = keras.Sequential([{stack}])")
    else:
        writer.lines += [f"a = x = keras.Input(({size},))"]
        for text in made:
            writer.lines += [f"x = {text}(x)"]
        if writer.chance(3):
            writer.lines += [f"own = {made[0]}", "x = layers.Add()([own(a), own(a)])"]
        writer.lines.append("model = keras.Model(a, x)")
    if writer.chance(5):
        writer.lines.append("model.trainable = False")


@st.composite
def own_programs(draw: Draw) -> str:
    """The text of a program that binds ``model``."""
    writer = Writer(draw)
    layers_made, models_made = [], []
    for _ in writer.count(1, 3):
        layers_made.append(_own(writer, "layers.Layer", "Own"))
        writer.known.append(layers_made[-1])
    if writer.one(0, 1, 1):
        models_made.append(_own(writer, "keras.Model", "Net"))
    _use(writer, layers_made, models_made)
    return HEADER + "\n".join(writer.lines) + "\n"
