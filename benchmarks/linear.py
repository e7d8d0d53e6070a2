"""How what linting costs grows with the size of one file, and with the number of files.

    python benchmarks/linear.py [--smoke]

One file in growing sizes, of each of four kinds: models, training functions, classes, loops and branches; one model
of very many layers; the same in one function; functions that make no model. Then growing numbers of files of the first
kind. Each is linted once with the default rules. The goal: the same milliseconds for each line, at every size.
"""

from __future__ import annotations

import argparse
import gc
import time

from tdlint.config import Settings
from tdlint.linting.engine import check_bytes
from tdlint.linting.registry import load_rules
from tdlint.linting.trees import forget

HEAD = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

"""

PART = '''
class Block{n}(layers.Layer):
    """A block of dense layers."""

    def __init__(self, units={units}, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(units, activation="relu")
        self.dropout = layers.Dropout(0.2)

    def call(self, inputs, training=None):
        hidden = self.dense(inputs)
        if training:
            hidden = self.dropout(hidden, training=training)
        return hidden


def make_model_{n}(units={units}, depth=2, regularize=False):
    inputs = keras.Input((28, 28, 1), name="images_{n}")
    hidden = layers.Conv2D(32, 3, activation="relu")(inputs)
    hidden = layers.MaxPooling2D()(hidden)
    hidden = layers.Flatten()(hidden)
    for step in range(depth):
        hidden = layers.Dense(units, activation="relu")(hidden)
        if regularize:
            hidden = layers.Dropout(0.5)(hidden)
    hidden = Block{n}()(hidden)
    outputs = layers.Dense(10, activation="softmax")(hidden)
    return keras.Model(inputs, outputs)


model_{n} = make_model_{n}()
model_{n}.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

x_{n} = np.random.rand(100, 28, 28, 1)
y_{n} = np.random.randint(0, 10, size=(100,))
scores_{n} = []
for epoch in range(3):
    history = model_{n}.fit(x_{n}, y_{n}, batch_size=16, epochs=1)
    scores_{n}.append(history.history["loss"])
if len(scores_{n}) > 2:
    print("loss of model {n}:", scores_{n}[-1])

recurrent_{n} = keras.Sequential(
    [
        keras.Input((10, 8)),
        layers.LSTM({units}, return_sequences=True),
        layers.LSTM({units}),
        layers.Dense(1),
    ]
)
recurrent_{n}.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")


def train_{n}(path, rounds):
    data = np.load(path)
    for number in range(rounds):
        while data is not None:
            recurrent_{n}.fit(data[0], data[1], verbose=0)
            break
    return recurrent_{n}.evaluate(data[0], data[1])
'''


PLAIN = '''
def report_{n}(values, names=("loss", "accuracy")):
    """What there is to say of {units} values."""
    lines = []
    for name, value in zip(names, values):
        if value > {units}:
            lines.append(f"{{name}}: {{value:.3f}}")
        else:
            lines.append(name)
    return "\\n".join(lines)
'''


def program(lines: int) -> str:
    """A program of about so many lines."""
    return HEAD + _repeated(PART, lines)


def one_model(lines: int) -> str:
    """A model with a layer in every line."""
    return f"{HEAD}model = keras.Sequential()\nmodel.add(keras.Input((8,)))\n" + _layers(lines, "")


def one_function(lines: int) -> str:
    """The same, made in a function."""
    head = f"{HEAD}def make():\n    model = keras.Sequential()\n    model.add(keras.Input((8,)))\n"
    return f"{head}{_layers(lines, '    ')}    return model\n\n\nmake().compile('adam', 'mse')\n"


def plain(lines: int) -> str:
    """Functions that nobody calls and that make no model."""
    return HEAD + _repeated(PLAIN, lines)


def _repeated(part: str, lines: int) -> str:
    count = max(1, round((lines - HEAD.count("\n")) / part.count("\n")))
    return "".join(part.format(n=number, units=8 + number % 50) for number in range(count))


def _layers(lines: int, indent: str) -> str:
    return "".join(f"{indent}model.add(layers.Dense({8 + number % 50}))\n" for number in range(lines))


KINDS = {"mixed": program, "one model": one_model, "one function": one_function, "no model": plain}


def cost(texts: list[str]) -> tuple[int, float]:
    """How many lines the files have, and the CPU seconds of linting them in one process."""
    rules, settings = load_rules(), Settings()
    forget()
    gc.collect()
    start = time.process_time()
    for number, text in enumerate(texts):
        check_bytes(text.encode(), f"generated_{number}.py", settings, rules)
    return sum(text.count("\n") for text in texts), time.process_time() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="small sizes only, to see that it runs")
    parser.add_argument("--lines", type=int, nargs="*", default=[100, 1_000, 10_000, 100_000])
    parser.add_argument("--files", type=int, nargs="*", default=[10, 100, 1_000, 10_000])
    options = parser.parse_args()
    sizes, counts = ([100, 300], [3]) if options.smoke else (options.lines, options.files)
    cost([program(100)])  # what is imported at the first file is paid once in a run
    print("| kind | files | lines | CPU s | ms a line |\n|---|---|---|---|---|")
    rows = [(kind, [make(size)]) for kind, make in KINDS.items() for size in sizes]
    for kind, texts in [*rows, *(("mixed", [program(200)] * count) for count in counts)]:
        lines, seconds = cost(texts)
        print(f"| {kind} | {len(texts):,} | {lines:,} | {seconds:.2f} | {1000 * seconds / lines:.3f} |", flush=True)


if __name__ == "__main__":
    main()
