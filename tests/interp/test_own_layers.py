"""Layers and models that a program defines itself: their weights as real Keras counts them, or why they are unknown."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from tdlint.interp import interpret
from tdlint.summary import ModelSummary, summarize

HEADER = "import keras\nimport numpy as np\nfrom keras import layers as L\nimport unseen\n"
OWN = """\
class Own(L.Layer):
    def __init__(self, n=3, **kwargs):
        super().__init__(**kwargs)
        self.n = n
{init}
    def build(self, input_shape):
        pass
{build}
    def call(self, x, training=None):
{call}
        return x
"""


def model(source: str) -> ModelSummary:
    """The last model of a program."""
    text = HEADER + textwrap.dedent(source)
    return summarize(interpret(cst.parse_module(text), text.count("\n")).program.models[-1], {})


def own(init: str = "", build: str = "", call: str = "", after: str = "") -> ModelSummary:
    """A model with the class ``Own`` as its only layer, called on five features."""
    parts = (textwrap.indent(textwrap.dedent(part), "        ") for part in (init, build, call))
    text = OWN.format(**dict(zip(("init", "build", "call"), parts, strict=True)))
    return model(f"{text}a = keras.Input((5,))\nown = Own()\nmodel = keras.Model(a, own(a))\n{after}\n")


@pytest.mark.parametrize(
    ("init", "build", "call", "counts"),
    [
        ("", "self.k = self.add_weight(shape=(input_shape[-1], self.n))", "", (15, 15)),
        ("", "self.add_weight((input_shape[1], 2), 'zeros')", "", (10, 10)),
        ("", "self.k = self.add_weight('k', (4,), 'float32', 'zeros', None, False)", "", (4, 0)),
        ("self.k = self.add_weight(name='scale')", "", "", (1, 1)),
        ("self.ks = [self.add_weight(shape=(n,)) for _ in range(2)]", "", "", (6, 6)),
        ("self.k = keras.Variable(np.zeros((2, 3)), trainable=False)", "", "", (6, 0)),
        ("self.k = keras.Variable([1.0, 2.0])", "", "", (2, 2)),
        ("self.d = L.Dense(2)", "", "x = self.d(x)", (12, 12)),
        ("self.d = L.Dense(2)", "self.d.build(input_shape)", "", (12, 12)),
        ("self.d = L.Dense(5)", "", "x = self.d(self.d(x))", (30, 30)),
        ("self.d = L.Dense(5)\nself.e = self.d", "", "x = self.d(x)", (30, 30)),
        (
            "self.d = L.Dense(5, trainable=False)\nself.n = L.BatchNormalization()",
            "",
            "x = self.n(self.d(x))",
            (50, 10),
        ),
        ("self.ls = [L.Dense(5), L.Dense(5)]", "", "for l in self.ls:\n    x = l(x)", (60, 60)),
        ("self.ls = {'a': [L.Dense(5)]}", "", "x = self.ls['a'][0](x)", (30, 30)),
        ("self.m = keras.Sequential([L.Dense(2), L.Dense(1)])", "", "x = self.m(x)", (15, 15)),
        ("self.m = keras.Sequential([keras.Input((7,)), L.Dense(2)])", "", "", (16, 16)),
        ("self.d = L.Dropout(0.5)", "", "x = self.d(x, training=training)", (0, 0)),
        (
            "self.d = L.TimeDistributed(L.Dense(2))",
            "",
            "x = self.d(L.Reshape((5, 1))(x))",
            (4, 4),
        ),
        ("self.metric = keras.metrics.Mean()\nself.seed = keras.random.SeedGenerator(1)", "", "", (0, 0)),
    ],
)
def test_the_weights_that_keras_counts(init: str, build: str, call: str, counts: tuple[int, int]) -> None:
    found = own(init, build, call)
    assert (found.total_params, found.trainable_params) == counts, found.unknown


@pytest.mark.parametrize(
    ("init", "call", "reason"),
    [
        ("", "x = L.Dense(2)(x)", "Dense is made when it is called"),
        ("self.d = L.Dense(2)", "x = unseen.apply(self.d, x)", "not seen to call the Dense layer"),
        ("self.d = unseen.layer()", "x = self.d(x)", "calls something that is not known"),
        ("self.d = L.Dense(2)", "if unseen.flag:\n    x = self.d(x)", "on some paths only"),
        ("self.d = L.Dense(2) if unseen.flag else L.Dense(3)", "x = self.d(x)", "one of several layers"),
        ("if unseen.flag:\n    self.d = L.Dense(2)", "", "some of its layers"),
        ("for _ in range(unseen.n):\n    self.add_weight(shape=(2,))", "", "makes weights in a loop"),
        ("self.ls = [L.Dense(5) for _ in range(unseen.n)]", "for l in self.ls:\n    x = l(x)", "unknown in number"),
        ("self.k = self.add_weight(shape=unseen.shape)", "", "shape of a weight is not known"),
        ("self.k = self.add_weight(shape=(2,), trainable=unseen.flag)", "", "whether a weight is trained"),
    ],
)
def test_what_is_not_seen_has_a_reason(init: str, call: str, reason: str) -> None:
    found = own(init, "", call)
    assert found.total_params is None
    assert any(reason in text for text in found.unknown), found.unknown


def test_freezing_a_layer_freezes_what_it_holds_until_that_is_trained_again() -> None:
    init = "self.d = L.Dense(2)\nself.k = self.add_weight(shape=(3,))"
    frozen = own(init, "", "x = self.d(x)", "own.trainable = False")
    thawed = own(init, "", "x = self.d(x)", "own.trainable = False\nown.d.trainable = True")
    assert (frozen.total_params, frozen.trainable_params) == (15, 0)
    assert (thawed.total_params, thawed.trainable_params) == (15, 12)


def test_a_class_that_extends_a_layer_of_keras_has_weights_that_are_not_known() -> None:
    found = model("class Own(L.Dense):\n    pass\na = keras.Input((5,))\nmodel = keras.Model(a, Own(3)(a))")
    assert found.total_params is None


NET = """\
class Net(keras.Model):
    def __init__(self, n=4):
        super().__init__()
        self.blocks = [L.Dense(n) for _ in range(2)]
        self.head = L.Dense(1)
    def call(self, inputs, training=False):
        x = inputs
        for block in self.blocks:
            x = block(x)
        return self.head(x)
net = Net()
"""


@pytest.mark.parametrize(
    "use",
    [
        "net(np.zeros((2, 5)))",
        "net(keras.Input((5,)))",
        "for x in unseen.data:\n    net(x)\nnet(np.zeros((2, 5)), training=True)",
        "net.compile('sgd', 'mse')\nnet.fit(np.zeros((9, 5)), np.zeros((9, 1)))",
        "net.predict(np.zeros((9, 5)))",
        "net.evaluate(np.zeros((9, 5)), np.zeros((9, 1)))",
    ],
)
def test_a_model_of_its_own_is_built_by_what_it_is_called_on(use: str) -> None:
    found = model(NET + use)
    assert (found.total_params, found.unknown) == (24 + 20 + 5, ())
    assert [row.type for row in found.rows] == ["Dense"] * 3


def test_a_model_of_its_own_is_one_layer_of_another() -> None:
    found = model(NET + "a = keras.Input((5,))\nmodel = keras.Model(a, L.Dense(2)(net(a)))")
    assert [row.type for row in found.rows] == ["InputLayer", "Net", "Dense"]
    assert found.total_params == 49 + 4


@pytest.mark.parametrize(
    ("parameters", "first", "given"),
    [
        ("inputs", "a, b = inputs", "[keras.Input((2,)), keras.Input((3,))]"),
        ("inputs", "a, b = inputs['a'], inputs['b']", "{'a': keras.Input((2,)), 'b': keras.Input((3,))}"),
        ("inputs", "a, b = inputs", "(np.zeros((1, 2)), np.zeros((1, 3)))"),
        ("a, b=None", "pass", "keras.Input((2,)), b=keras.Input((3,))"),
    ],
)
def test_several_inputs(parameters: str, first: str, given: str) -> None:
    found = model(
        f"""
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.one, self.two = L.Dense(4), L.Dense(4)
            def call(self, {parameters}):
                {first}
                return {{"sum": self.one(a) + self.two(b), "one": self.one(a)}}
        net = Net()
        out = net({given})
        """
    )
    assert found.total_params == 12 + 16
    assert len(found.output_shapes) == 2


def test_a_model_that_calls_what_it_does_not_hold_is_unknown() -> None:
    found = model(
        """
        shared = L.Dense(2)
        class Net(keras.Model):
            def call(self, x):
                return shared(x)
        net = Net()
        net(keras.Input((5,)))
        """
    )
    assert found.total_params is None
    assert any("does not hold" in text for text in found.unknown)


def test_own_layers_in_each_other_show_as_one_row() -> None:
    found = model(
        """
        class Inner(L.Layer):
            def build(self, shape):
                self.k = self.add_weight(shape=(shape[-1],))
            def call(self, x):
                return x * self.k
        class Outer(L.Layer):
            def __init__(self):
                super().__init__()
                self.inner, self.dense = Inner(), L.Dense(3)
            def call(self, x):
                return self.dense(self.inner(x))
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.outer = Outer()
            def call(self, x):
                return self.outer(x)
        net = Net()
        net(keras.Input((5,)))
        """
    )
    assert [(row.type, row.params) for row in found.rows] == [("Outer", 5 + 18)]
    assert found.output_shapes[0][1:] == (3,)  # type: ignore[index]


def test_a_layer_called_on_a_number_is_unknown() -> None:
    text = (
        HEADER + "layer = L.TextVectorization(10)\nx = layer(np.array('a b'))\nmodel = keras.Sequential([L.Dense(1)])\n"
    )
    assert interpret(cst.parse_module(text), 6).program.models
