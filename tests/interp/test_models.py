"""Programs that make models, and what the interpreter knows of those afterwards."""

from __future__ import annotations

import textwrap
import time

import libcst as cst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdlint.graph import ModelGraph
from tdlint.interp import NoSuchFunction, interpret
from tdlint.interp.project import project_of
from tdlint.summary import ModelSummary, summarize
from tdlint.values import Const, Symbol, Unknown, Value, join, options


def models(source: str) -> tuple[ModelGraph, ...]:
    text = textwrap.dedent(source)
    return interpret(cst.parse_module(text), text.count("\n")).program.models


def model(source: str) -> ModelSummary:
    """The last model of a program."""
    return summarize(models(source)[-1], {})


IMPORTS = {
    "import tensorflow as tf\nSequential, L = tf.keras.Sequential, tf.keras.layers": "tf.keras",
    "from tensorflow import keras\nSequential, L = keras.Sequential, keras.layers": "tf.keras",
    "import tensorflow\nkeras = tensorflow.keras\nSequential, L = keras.models.Sequential, keras.layers": "tf.keras",
    "import keras\nimport keras.layers as L\nSequential = keras.Sequential": "keras",
    "from keras.models import *\nfrom keras import layers as L": "keras",
    "import tf_keras as keras\nSequential, L = keras.Sequential, keras.layers": "tf_keras",
    "from keras.engine.sequential import Sequential\nfrom keras import layers as L": "keras",
    "import tensorflow.keras.layers as L\nfrom tensorflow.keras import Sequential as S\nSequential = S": "tf.keras",
}


@pytest.mark.parametrize(("text", "namespace"), IMPORTS.items())
def test_imports(text: str, namespace: str) -> None:
    (graph,) = models(f"{text}\nmodel = Sequential([L.Input((4,)), L.Dense(3)])\n")
    (node,) = graph.nodes
    assert (node.type, node.layer.namespace) == ("keras.layers.Dense", namespace)
    assert summarize(graph, {}).total_params == 15


def test_an_import_with_a_fallback_is_of_either_package() -> None:
    (graph,) = models(
        """
        try:
            from tensorflow.keras.layers import Dense
        except ImportError:
            from keras.layers import Dense
        import keras
        model = keras.Sequential([keras.Input((4,)), Dense(3)])
        """
    )
    assert (graph.nodes[0].type, graph.nodes[0].layer.namespace) == ("keras.layers.Dense", None)


SAME = "import keras\nfrom keras import layers\n"
WAYS = {
    "list": "model = keras.Sequential([layers.Input((4,)), layers.Dense(3), layers.Dense(2)])",
    "add": "model = keras.Sequential()\nfor n in (3, 2):\n    model.add(layers.Dense(n, input_shape=(4,)))",
    "while": (
        "model = keras.Sequential([layers.Input((4,))])\nn = 3\n"
        "while n > 1:\n    model.add(layers.Dense(n))\n    n -= 1"
    ),
    "comprehension": "model = keras.Sequential([layers.Input((4,))] + [layers.Dense(n) for n in range(3, 1, -1)])",
    "function": (
        "def build(sizes, *, last=2, **options):\n    x = i = keras.Input((4,))\n    for n in (*sizes, last):\n"
        "        x = layers.Dense(n, **options)(x)\n    return keras.Model(i, x)\n"
        "model = build([3], activation='relu')"
    ),
    "closure": (
        "def dense(n):\n    def apply(x):\n        return layers.Dense(n)(x)\n    return apply\n"
        "i = keras.Input((4,))\nmodel = keras.Model(i, dense(2)(dense(3)(i)))"
    ),
    "recursion": (
        "def stack(x, n):\n    if n < 2:\n        return x\n    return stack(layers.Dense(n)(x), n - 1)\n"
        "i = keras.Input((4,))\nmodel = keras.Model(i, stack(i, 3))"
    ),
    "class": (
        "class Builder:\n    sizes = [3]\n    def __init__(self, last):\n        self.sizes = self.sizes + [last]\n"
        "    def make(self):\n        self.model = keras.Sequential([layers.Input((4,))])\n"
        "        for n in self.sizes:\n            self.model.add(layers.Dense(n))\n        return self\n"
        "model = Builder(2).make().model"
    ),
    "dictionary": (
        "parts = {'first': layers.Dense(3)}\nparts.update(last=layers.Dense(2))\ni = keras.Input((4,))\n"
        "model = keras.Model(i, parts['last'](parts['first'](i)))"
    ),
    "pop": "model = keras.Sequential([layers.Input((4,)), layers.Dense(3), layers.Dense(9)])\nmodel.pop()\n"
    "model.add(layers.Dense(2))",
    "nested": "inner = keras.Sequential([layers.Dense(3)])\n"
    "model = keras.Sequential([layers.Input((4,)), inner, layers.Dense(2)])",
    "subclass": (
        "class M(keras.Sequential):\n    def __init__(self):\n        super().__init__()\n"
        "        self.add(layers.Input((4,)))\n        self.add(layers.Dense(3))\n        self.add(layers.Dense(2))\n"
        "model = M()"
    ),
}


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_ways_to_build_one_model(text: str) -> None:
    found = model(SAME + text + "\n")
    assert found.total_params == 4 * 3 + 3 + 3 * 2 + 2, found
    assert len(found.output_shapes) == 1
    assert found.output_shapes[0][-1] == 2


UNSURE = {
    "layer on one path": "x = i\nif flag():\n    x = layers.Dense(3)(x)\nmodel = keras.Model(i, layers.Dense(2)(x))",
    "layer of an unknown loop": (
        "model = keras.Sequential([layers.Input((4,))])\nfor _ in range(count()):\n    model.add(layers.Dense(4))"
    ),
    "list of unknown length": (
        "xs = [layers.Dense(3)(i) for _ in range(count())]\nmodel = keras.Model(i, layers.Concatenate()(xs))"
    ),
    "aliased model on one path": (
        "a = keras.Sequential([layers.Input((4,))])\nb = keras.Sequential([layers.Input((4,))])\n"
        "(a if flag() else b).add(layers.Dense(3))\nmodel = b"
    ),
    "model in unknown code": "model = keras.Sequential([layers.Input((4,)), layers.Dense(3)])\nother.grow(model)",
    "recursion without an end": (
        "model = keras.Sequential([layers.Input((4,))])\ndef grow(n):\n    model.add(layers.Dense(4))\n"
        "    if flag():\n        grow(n + 1)\ngrow(count())"
    ),
    "argument of one path": (
        "options = {}\nif flag():\n    options['use_bias'] = False\n"
        "model = keras.Sequential([layers.Input((4,)), layers.Dense(3, **options)])"
    ),
}


@pytest.mark.parametrize("text", UNSURE.values(), ids=UNSURE)
def test_what_is_not_sure_is_not_counted(text: str) -> None:
    found = model(f"{SAME}from other import flag, count\nimport other\ni = keras.Input((4,))\n{text}\n")
    assert found.total_params is None


def test_a_function_that_nobody_calls_changes_nothing() -> None:
    found = model(
        SAME + "model = keras.Sequential([layers.Input((4,)), layers.Dense(3)])\n"
        "def grow():\n    model.add(layers.Dense(9))\n"
    )
    assert found.total_params == 15


def test_fit_knows_what_was_compiled() -> None:
    (graph,) = models(
        SAME + "m = keras.Sequential([layers.Input((4,)), layers.Dense(3)])\n"
        "m.compile('sgd', 'mse')\nm.fit(1, 2)\nm.compile(loss='mae', optimizer='adam')\nm.fit(3, 4)\n"
    )
    losses = [fit.compiled.args.get("loss").value for fit in graph.fits]
    assert losses == ["mse", "mae"]


@pytest.mark.parametrize(
    "source",
    [
        "for a in range(250):\n  for b in range(250):\n    for c in range(250):\n      x = a + b + c\n",
        "def f(n):\n    return f(n - 1) + f(n - 2)\nf(90)\n",
        "x = [0] * 4000\nx = [x] * 4000\nimport keras\nkeras.layers.Dense(x)\n",
        "x = 'a'\nwhile True:\n    x = x + x\n",
        "".join(f"{' ' * depth}while flag():\n" for depth in range(6)) + "      a = b\n",
    ],
)
def test_what_takes_too_long_ends(source: str) -> None:
    model = "import keras\nm = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])\n"
    start = time.process_time()
    found = models(model + source)
    assert time.process_time() - start < 10
    assert found


def test_a_program_that_is_too_large_leaves_no_model_for_sure() -> None:
    found = model(
        SAME
        + "m = keras.Sequential([layers.Input((4,)), layers.Dense(3)])\n"
        + "x = 1; " * 100_000
        + "\n"
        + "m.add(layers.Dense(2))\n"
    )
    assert found.total_params is None


def test_a_function_is_entered_by_name(tmp_path) -> None:
    (tmp_path / "parts.py").write_text("from keras import layers\ndef head(x, n=2):\n    return layers.Dense(n)(x)\n")
    main = tmp_path / "main.py"
    main.write_text(
        "import keras\nfrom parts import head\ndef build(size=4):\n"
        "    i = keras.Input((size,))\n    return keras.Model(i, head(i))\n"
    )
    module = cst.parse_module(main.read_text())
    project = project_of(main, lambda path, only_plain: cst.parse_module(path.read_bytes()))
    found = interpret(module, 5, project=project, path=main, call="build").program.models[-1]
    assert summarize(found, {}).total_params == 10
    with pytest.raises(NoSuchFunction, match=r"no function make in this file; there are: build"):
        interpret(module, 5, project=project, path=main, call="make")


VALUES = st.one_of(
    st.sampled_from([Const(1), Const(1.0), Const(True), Const(0), Const(None), Const("a"), Unknown("why")]),
    st.sampled_from(
        [Symbol("keras.layers.Dense", "keras"), Symbol("keras.layers.Dense", "tf.keras"), Symbol("os.path")]
    ),
    st.integers(0, 9).map(Const),
)


def kinds(value: Value) -> object:
    """A value without the order of its options and the reason of an unknown."""
    return "unknown" if isinstance(value, Unknown) else frozenset(options(value))


@given(VALUES, VALUES, VALUES)
def test_join_does_not_depend_on_the_order(a: Value, b: Value, c: Value) -> None:
    assert kinds(join(a, b)) == kinds(join(b, a))
    assert kinds(join(a, a)) == kinds(a)
    assert kinds(join(join(a, b), c)) == kinds(join(a, join(b, c)))
