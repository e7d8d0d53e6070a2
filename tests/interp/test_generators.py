"""How many samples the batches of generators of the program have."""

from __future__ import annotations

import libcst
import pytest

from tdlint.interp import interpret
from tdlint.values import Instance, integer

HEAD = (
    "import keras\nimport numpy as np\nx = np.zeros((100, 4))\n"
    "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\nmodel.compile('sgd', 'mse')\n"
    "def plain(n=8):\n    while True:\n        yield np.zeros((n, 4)), np.zeros((n, 1))\n"
)


@pytest.mark.parametrize(
    ("source", "size"),
    [
        ("model.fit(plain())\n", 8),
        ("model.fit(plain(20))\n", 20),
        ("model.fit(plain(unknown))\n", None),
        ("def g():\n    yield x[:8], x[:8]\n    yield x[:4], x[:4]\nmodel.fit(g())\n", None),
        ("def g():\n    for i in range(0, 96, 16):\n        yield x[i:i + 16], x[i:i + 16]\nmodel.fit(g())\n", 16),
        ("def g():\n    for i in range(0, 100, 16):\n        yield x[i:i + 16], x[i:i + 16]\nmodel.fit(g())\n", None),
        ("def g():\n    yield from plain()\nmodel.fit(g())\n", None),
        ("def g():\n    plain(20)\n    yield [x[:8], x[:8]], x[:8]\nmodel.fit(g())\n", 8),
        ("def g():\n    yield\nmodel.fit(g())\n", None),
    ],
)
def test_size_of_batches(source, size):
    (fit,) = interpret(libcst.parse_module(HEAD + source)).program.calls_of("keras.Model.fit")
    data = fit.args.get("x")
    assert (integer(data.args.get("samples")) if isinstance(data, Instance) else None) == size
