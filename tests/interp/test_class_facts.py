"""What is known of the classes of a program: the calls their methods make, and where Python needs a tensor's value."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from tdlint.interp import interpret
from tdlint.interp.reading.class_facts import CallFact, ClassFacts, MethodFacts

HEAD = "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom keras import layers\n"


def classes(source: str) -> tuple[ClassFacts, ...]:
    text = HEAD + textwrap.dedent(source)
    return interpret(cst.parse_module(text), text.count("\n")).program.classes


def method_of(body: str, name: str = "call", parameters: str = "self, x") -> MethodFacts:
    text = f"class A(layers.Layer):\n    def {name}({parameters}):\n" + textwrap.indent(textwrap.dedent(body), " " * 8)
    found = classes(text)[0].method(name)
    assert found is not None
    return found


def call_of(body: str, name: str) -> CallFact:
    (found,) = method_of(body).calls_of(name)
    return found


def test_kind_and_ancestors():
    source = """
    class A(layers.Layer): ...
    class B(A): ...
    class C(tf.keras.Model): ...
    class D(keras.metrics.Mean): ...
    class E(Unknown, layers.Dense): ...
    class F: ...
    """
    found = classes(source)
    assert [(each.name, each.kind, each.direct, each.open) for each in found] == [
        ("A", "layer", True, False),
        ("B", "layer", False, False),
        ("C", "model", True, False),
        ("D", "metric", True, False),
        ("E", "layer", True, True),
    ]
    assert [each.namespace for each in found] == ["keras", "keras", "tf.keras", "keras", "keras"]


def test_inherited_methods_are_found_and_not_own():
    derived = classes("class A(layers.Layer):\n    def call(self, x): ...\nclass B(A): ...\n")[1]
    assert derived.method("call") is not None
    assert derived.has("call")
    assert not list(derived.methods("call"))


def test_parameters_and_registration():
    source = """
    @keras.saving.register_keras_serializable()
    class A(layers.Layer):
        def __init__(self, units, rate=0.1, *, axis, **kwargs): ...
    """
    (found,) = classes(source)
    method = found.method("__init__")
    assert method is not None
    assert [(each.name, each.required, each.keyword_only) for each in method.parameters] == [
        ("units", True, False),
        ("rate", False, False),
        ("axis", True, True),
    ]
    assert method.keywords
    assert found.registered


@pytest.mark.parametrize(
    ("body", "certain"),
    [
        ("layers.Dense(1)", True),
        ("with tf.name_scope('a'):\n    layers.Dense(1)", True),
        ("if x.shape[1] == 2:\n    layers.Dense(1)", False),
        ("if x.shape[1] == 2:\n    return x\nlayers.Dense(1)", False),
        ("if x.shape[1] == 2:\n    if x.shape[2] == 2:\n        return x\nlayers.Dense(1)", False),
        ("if x.shape[1] == 2:\n    y = 1\nlayers.Dense(1)", True),
        ("for i in range(3):\n    layers.Dense(1)", False),
        ("try:\n    layers.Dense(1)\nexcept ValueError:\n    pass", False),
        ("f = lambda y: layers.Dense(1)", False),
        ("def f(y):\n    return layers.Dense(1)", False),
        ("y = layers.Dense(1) if x is None else None", False),
        ("y = x is None and layers.Dense(1)", False),
        ("return layers.Dense(1)", True),
    ],
)
def test_a_call_is_certain_where_every_path_takes_it(body, certain):
    assert call_of(body, "keras.layers.Dense").certain is certain


def test_names_of_the_method_hide_those_of_the_module():
    assert not list(method_of("layers = x\nlayers.Dense(1)").calls_of("keras.layers.Dense"))


def test_a_call_has_its_constants_and_the_attribute_it_goes_to():
    call = call_of("self.w = tf.Variable(1.0, trainable=False, dtype=tf.int64)", "tensorflow.Variable")
    assert (call.attribute, call.constant(""), call.constant("trainable")) == ("w", 1.0, False)
    assert call.constant("dtype") == "tensorflow.int64"


@pytest.mark.parametrize(
    ("body", "conditions"),
    [
        ("if tf.reduce_mean(x) > 0:\n    pass", 1),
        ("y = x * 2.0 - 1\nif tf.abs(y)[0] > 3:\n    pass", 1),
        ("assert tf.reduce_min(x) >= 0", 1),
        ("if tf.shape(x)[0] == 1:\n    pass", 1),
        ("while tf.reduce_sum(x) > 1:\n    x = x / 2", 1),
        ("y = x if tf.reduce_sum(x) > 1 else -x", 1),
        ("if x.shape[0] > 1:\n    pass", 0),
        ("if keras.backend.int_shape(x)[0] == 1:\n    pass", 0),
        ("if x is None:\n    pass", 0),
        ("if tf.reduce_mean(x) is None:\n    pass", 0),
        ("if len(x) > 1:\n    pass", 0),
        ("if self.flag:\n    pass", 0),
        ("y = 3\nif y > 2:\n    pass", 0),
        ("y = tf.abs(x)\nif self.flag:\n    y = 1\nif y > 2:\n    pass", 0),
        ("if self.flag:\n    if tf.reduce_mean(x) > 0:\n        pass", 0),
        ("x, n = x\nif n > 2:\n    pass", 0),
    ],
)
def test_a_condition_counts_where_it_is_certainly_a_tensor(body, conditions):
    assert len(method_of(body).conditions) == conditions


def test_what_is_made_of_the_input_is_marked_where_it_is_given_on():
    assert call_of("y = -x\nnp.exp(y)", "numpy.exp").tensor is not None
    assert call_of("np.prod(x.shape[1:])", "numpy.prod").tensor is None
    assert call_of("np.sqrt(4)", "numpy.sqrt").tensor is None


def test_a_model_called_under_a_tape_is_known_with_what_is_read_of_it():
    source = """
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    other = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    with tf.GradientTape() as tape:
        loss = model(x)
    other(x)
    tape.gradient(loss, model.trainable_variables)
    """
    text = HEAD + textwrap.dedent(source)
    program = interpret(cst.parse_module(text), text.count("\n")).program
    (taped,) = program.taped
    assert taped.model == program.models[0].key
    assert "trainable_variables" in taped.reads
    assert "losses" not in taped.reads


def logs_of(body: str) -> tuple[list[tuple[str, bool, bool]], bool]:
    text = "class A(keras.callbacks.Callback):\n    def on_epoch_end(self, epoch, logs=None):\n"
    found = classes(text + textwrap.indent(textwrap.dedent(body), " " * 8))[0].method("on_epoch_end")
    assert found is not None
    assert found.logs is not None
    return [(key.key, key.raises, key.guarded) for key in found.logs.keys], found.logs.only_read


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ("self.best = logs['acc']", [("acc", True, False)]),
        ("if logs.get('acc') > 0.9: pass", [("acc", False, False)]),
        ("if 'acc' in logs: print(logs['acc'])", [("acc", True, True)]),
        ("try:\n    print(logs['acc'])\nexcept KeyError: pass", [("acc", True, True)]),
        ("logs = logs or {}\nprint(f'{logs}', '%s' % logs, len(logs), logs[self.monitor])", []),
        ("for name, value in logs.items(): self.all[name].append(value)", []),
        ("super().on_epoch_end(epoch, logs)", []),
        ("self.lines.append('{loss:.3f}'.format(**logs))", []),
    ],
)
def test_a_callback_that_only_reads_its_logs(body, keys):
    assert logs_of(body) == (keys, True)


@pytest.mark.parametrize(
    "body",
    [
        "logs['f1'] = 1.0",
        "logs['loss'] += 1.0",
        "del logs['loss']",
        "logs.update(f1=1.0)",
        "self.report(logs)",
        "self.last = logs",
        "last = logs or {}",
        "logs = self.logs",
        "for logs['f1'] in range(3): pass",
    ],
)
def test_a_callback_that_may_change_its_logs(body):
    assert not logs_of(body)[1]
