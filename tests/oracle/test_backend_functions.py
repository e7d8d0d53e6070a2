"""What the fixes make of calls of ``keras.backend``: the same numbers as Keras 2 computes with the functions."""

from __future__ import annotations

import re

import pytest

from tdlint.config import Settings
from tdlint.linting.fixing import fix_bytes
from tdlint.linting.registry import load_rules
from tdlint.spec import migration
from tdlint.spec.migration.tensors import refuses_symbolic

keras = pytest.importorskip("keras", minversion="3.15")
tf_keras = pytest.importorskip("tf_keras")

GIVEN = """\
import numpy as np
import tensorflow as tf
from keras import backend as K

r = np.random.RandomState(0)
x = r.rand(3, 4).astype("float32") + 0.1
y = r.rand(3, 4).astype("float32") + 0.1
z = x - 0.5
b = r.rand(2, 3, 4).astype("float32")
c = r.rand(2, 4, 3).astype("float32")
w = r.rand(4, 5).astype("float32")
v = r.rand(4).astype("float32")
i = np.array([2, 0, 1], "int32")
p = np.array([[0.2, 0.8], [0.6, 0.4], [0.5, 0.5]], "float32")
q = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]], "float32")
image = r.rand(2, 6, 6, 3).astype("float32")
volume = r.rand(2, 4, 4, 4, 3).astype("float32")
series = r.rand(2, 6, 3).astype("float32")
k1 = r.rand(3, 3, 2).astype("float32")
k2 = r.rand(3, 3, 3, 2).astype("float32")
k3 = r.rand(2, 2, 2, 3, 2).astype("float32")
kd = r.rand(3, 3, 3, 1).astype("float32")
kp = r.rand(1, 1, 3, 2).astype("float32")
x, y, z, b, c, w, v, i, p, q = map(tf.constant, (x, y, z, b, c, w, v, i, p, q))
image, volume, series, k1, k2, k3, kd, kp = map(tf.constant, (image, volume, series, k1, k2, k3, kd, kp))
"""

SAME = """
K.abs(z)
K.cos(x)
K.exp(x)
K.log(x)
K.sign(z)
K.sin(x)
K.square(z)
K.sqrt(x)
K.round(z)
K.sigmoid(z)
K.softplus(z)
K.softsign(z)
K.tanh(z)
K.transpose(x)
K.all(x > 0.5)
K.all(x > 0.5, axis=1)
K.any(x > 0.9, axis=-1, keepdims=True)
K.max(x)
K.max(x, axis=0)
K.min(x, -1, True)
K.sum(x, axis=1, keepdims=True)
K.prod(x, axis=-1)
K.std(x)
K.std(x, axis=1)
K.var(x, axis=0)
K.mean(x)
K.mean(x, axis=-1)
K.mean(K.equal(K.argmax(y), K.argmax(x)))
K.mean(K.square(K.sum(x, axis=-1) - K.max(y, axis=-1)), axis=0)
K.arange(4)
K.arange(1, 9, 2)
K.arange(0, 3, dtype="float32")
K.argmax(x)
K.argmax(x, axis=0)
K.argmin(x)
K.argmin(x, 0)
K.cumsum(x)
K.cumsum(x, axis=1)
K.cumprod(x)
K.batch_dot(b, c, axes=(2, 1))
K.batch_dot(b, c, axes=[2, 1])
K.batch_dot(x, y, axes=1)
K.batch_dot(b, b, axes=2)
K.batch_flatten(b)
K.batch_get_value([K.constant(x), K.constant(y)])[1]
K.batch_normalization(x, v, v + 1, v, v)
K.batch_normalization(x, v, v + 1, v, v, axis=-1, epsilon=0.01)
K.bias_add(x, v)
K.binary_crossentropy(q, p)
K.binary_crossentropy(q, z[:, :2], from_logits=True)
K.categorical_crossentropy(q, p)
K.sparse_categorical_crossentropy(np.array([1, 0, 1]), p)
K.cast(i, "float32")
K.cast(x=i, dtype="float32")
K.cast_to_floatx(i)
K.clip(z, -0.1, 0.2)
K.clip(z, min_value=-0.1, max_value=0.2)
K.clip(z, min_value=0.0, max_value=1.0 + K.epsilon())
K.concatenate([x, y])
K.concatenate([x, y], axis=0)
K.concatenate(tensors=[x, y], axis=0)
K.constant(2)
K.constant([1, 2, 3])
K.constant([1, 2], dtype="int32")
K.conv1d(series, k1)
K.conv1d(series, k1, 2, padding="same")
K.conv2d(image, k2)
K.conv2d(image, k2, strides=(2, 2), padding="same")
K.conv2d(x=image, kernel=k2)
K.conv3d(volume, k3)
K.count_params(K.constant(x))
K.depthwise_conv2d(image, kd)
K.depthwise_conv2d(image, depthwise_kernel=kd, padding="same")
K.separable_conv2d(image, kd, kp)
K.dot(x, w)
K.dot(b, w)
K.dot(x=b, y=w)
K.dtype(K.constant(x))
K.elu(z)
K.elu(z, 0.5)
K.equal(i, i)
K.not_equal(x, y)
K.greater(x, y)
K.greater_equal(x, y)
K.less(x, y)
K.less_equal(x=x, y=y)
K.maximum(x, y)
K.minimum(x, y)
K.eval(K.constant(x))
K.get_value(K.constant(x))
K.expand_dims(x)
K.expand_dims(x, 0)
K.expand_dims(K.expand_dims(K.expand_dims(x)), axis=1)
K.eye(3)
K.eye(3, "int32")
K.flatten(x)
K.gather(x, i)
K.gather(reference=x, indices=i)
K.hard_sigmoid(z * 4)
K.in_top_k(p, np.array([1, 1, 0]), 1)
K.int_shape(K.constant(x))
K.l2_normalize(x, axis=1)
K.map_fn(lambda row: row * 2, x)
K.map_fn(fn=lambda row: row * 2, elems=x)
K.moving_average_update(K.variable(x), y, 0.9)
K.ndim(K.constant(b))
K.one_hot(i, 4)
K.one_hot(indices=i, num_classes=3)
K.ones((2, 3))
K.zeros(shape=(2,), dtype="int32", name="zeros")
K.ones_like(x)
K.zeros_like(x, name="zeros")
K.permute_dimensions(b, (0, 2, 1))
K.permute_dimensions(b, pattern=[1, 0, 2])
K.pow(x, 2)
K.relu(z)
K.relu(z, alpha=0.1)
K.relu(z, 0.1, 0.3)
K.relu(z, max_value=0.3, threshold=0.1)
K.repeat(x, 2)
K.repeat_elements(x, 2, axis=1)
K.repeat_elements(x, rep=3, axis=0)
K.reshape(x, (4, 3))
K.reshape(x, shape=(-1,))
K.resize_images(image, 2, 3, "channels_last")
K.resize_images(image, 2, 2, data_format="channels_last", interpolation="bilinear")
K.resize_volumes(volume, 1, 2, 2, "channels_last")
K.reverse(x, 1)
K.reverse(x, axes=0)
K.shape(K.constant(x))[1]
K.softmax(z)
K.softmax(z, axis=0)
K.spatial_2d_padding(image)
K.spatial_2d_padding(image, ((1, 0), (2, 0)))
K.spatial_3d_padding(volume)
K.temporal_padding(series)
K.temporal_padding(series, (2, 1))
K.squeeze(x[:, :1], 1)
K.stack([x, y])
K.stack([x, y], axis=1)
K.stop_gradient(K.constant(x))
K.switch(x > 0.5, x, y)
K.tile(x, (2, 1))
K.tile(x, n=[1, 3])
K.update(K.variable(x), y)
K.update_add(K.variable(x), y)
K.update_sub(K.variable(x), y)
K.variable(x)
K.variable(1.5, dtype="float64", name="one")
K.variable(np.arange(3.0))
""".strip().splitlines()

SHAPES = """
K.dropout(x, 0.5)
K.dropout(x, level=0.5, seed=1)
K.random_bernoulli((2, 3), 0.5)
K.random_normal((2, 3))
K.random_normal(shape=(2, 3), mean=1.0, stddev=2.0)
K.random_uniform((2, 3), 1.0, 2.0)
K.truncated_normal((2, 3))
K.random_normal_variable((2, 3), 0.0, 1.0)
K.random_uniform_variable((2, 3), 0.0, 1.0)
""".strip().splitlines()
"""Random numbers: only what they are is the same, not their values."""

OTHERS = {
    "K.image_dim_ordering()": "tf",
    "K.image_dim_ordering() == 'tf'": "True",
    "K.image_dim_ordering() != 'th'": "True",
    "K.set_image_dim_ordering('tf')": None,
    "K.lesser(x, y)": "x < y",
    "K.lesser_equal(x, y)": "x <= y",
    "K.identity(x)": "x",
    "K.logsumexp(x, axis=1)": "np.log(np.exp(x.numpy()).sum(1))",
    "K.is_tensor(K.constant(x))": "True",
    "K.is_variable(K.variable(x))": "True",
    "K.size(K.constant(x))": "12",
    "K.slice(x, (0, 1), (2, 2))": "x[:2, 1:3]",
    "K.slice(x, start=(0, 1), size=(2, 2))": "x[:2, 1:3]",
    "K.separable_conv1d(series, k1[:, :, :1], k1[:1])": None,
    "K.get_variable_shape(K.variable(x))": "(3, 4)",
    "K.random_binomial((2, 3), p=0.5)": None,
    "K.reset_uids()": None,
}
"""What tf_keras has not got, or not any more: the value that it had, None if it is enough that the fix runs."""

UNTESTED = {"function", "placeholder", "name_scope", "set_learning_phase", "set_value"}
"""What makes no numbers by itself."""


def fixed(program: str, *codes: str) -> str:
    """The program after all fixes of names, or of these codes."""
    settings = Settings(select=codes or ("TDL802", "TDL803", "TDL804"), unsafe_fixes=True)
    result = fix_bytes(program.encode(), "program.py", settings, load_rules())
    assert result.fixing is not None, result.diagnostics
    return result.fixing.after.decode()


def program_of(expressions: list[str]) -> str:
    return GIVEN + "".join(f"result_{number} = {text}\n" for number, text in enumerate(expressions))


def results(program: str) -> list:
    names: dict = {}
    exec(program, names)
    return [value for name, value in names.items() if name.startswith("result_")]


def array(value):
    import numpy as np

    if isinstance(value, str) or value is None:
        return value
    if hasattr(value, "numpy"):
        value = value.numpy()
    return np.asarray(value)


def test_every_fix_of_a_function_is_tried():
    tried = set(re.findall(r"K\.(\w+)\(", "\n".join([*SAME, *SHAPES, *OTHERS])))
    fixable = {row["old"].rpartition(".")[2] for row in migration.rows("backend") if "fix" in row}
    assert fixable - tried == UNTESTED


def test_what_fixes_compute_is_what_keras_2_computed():
    import numpy as np

    program = program_of(SAME)
    after = fixed(program)
    left = re.findall(r"^.*K\.(?!epsilon|standardize_dtype).*$", after, re.M)
    assert left == []
    before = results(program.replace("from keras import backend", "from tf_keras import backend"))
    wrong = []
    for text, line, old, new in zip(SAME, after.splitlines()[-len(SAME) :], before, results(after), strict=True):
        one, other = array(old), array(new)
        same = one == other if isinstance(one, str) else one.shape == other.shape
        if not isinstance(one, str) and same:
            # Keras 3 counts with 32 bits where Keras 2 took 64
            same = one.dtype.kind == other.dtype.kind and np.allclose(one, other, atol=1e-5)
        if not same:
            wrong.append((text, line, one, other))
    assert not wrong


def test_random_numbers_are_of_the_same_kind():
    program = program_of(SHAPES)
    before = results(program.replace("from keras import backend", "from tf_keras import backend"))
    for text, old, new in zip(SHAPES, before, results(fixed(program)), strict=True):
        one, other = array(old), array(new)
        assert (one.shape, one.dtype) == (other.shape, other.dtype), text


def test_functions_that_went_earlier():
    import numpy as np

    program = program_of(list(OTHERS))
    after = fixed(program)
    assert "K." not in after
    names: dict = {}
    exec(GIVEN, names)
    for (text, expected), new in zip(OTHERS.items(), results(after), strict=True):
        if expected == "tf":
            assert new == "tf"
        elif expected is not None:
            assert np.allclose(array(new), eval(expected, names), atol=1e-5), text


def test_a_function_of_tensors_computes_them():
    program = (
        "import numpy as np\nimport keras\nfrom keras import backend as K\n"
        "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name='a'), keras.layers.Dense(1)])\n"
        "layer = K.function([model.inputs[0]], [model.get_layer('a').output])\n"
        "result_0 = layer([np.ones((5, 3))])[0]\n"
        "given = K.placeholder((None, 3), name='given')\n"
        "result_1 = keras.Model(given, model(given)).predict(np.ones((5, 3)), verbose=0)\n"
    )
    assert [array(value).shape for value in results(fixed(program))] == [(5, 2), (5, 1)]


@pytest.mark.parametrize("phase", [0, 1])
def test_the_learning_phase_was_no_matter_where_models_are_trained_and_predict(phase):
    import numpy as np

    seen: list = []

    class Watched(tf_keras.layers.Layer):
        def call(self, inputs, training=None):
            seen.append(training)
            return inputs

    model = tf_keras.Sequential([tf_keras.Input((2,)), Watched(), tf_keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((2, 2)), np.ones((2, 1))
    tf_keras.backend.set_learning_phase(phase)
    try:
        seen.clear()
        model.fit(x, y, verbose=0)
        assert set(seen) == {True}
        seen.clear()
        model.predict(x, verbose=0)
        model.evaluate(x, y, verbose=0)
        assert set(seen) == {False}
        seen.clear()
        model(x)
        assert seen == [bool(phase)]
    finally:
        tf_keras.backend.clear_session()


SHAPES_OF = {
    **dict.fromkeys("xyz", (3, 4)),
    **dict.fromkeys("pq", (3, 2)),
    "b": (2, 3, 4),
    "c": (2, 4, 3),
    "w": (4, 5),
    "v": (4,),
    "image": (2, 6, 6, 3),
    "volume": (2, 4, 4, 4, 3),
    "series": (2, 6, 3),
    "k1": (3, 3, 2),
    "k2": (3, 3, 3, 2),
    "k3": (2, 2, 2, 3, 2),
    "kd": (3, 3, 3, 1),
    "kp": (1, 1, 3, 2),
}
SYMBOLIC = "import numpy as np\nimport keras\nfrom tensorflow.keras import backend as K\n" + "".join(
    f"{name} = keras.Input(batch_shape={shape})\n" for name, shape in SHAPES_OF.items()
)
SYMBOLIC += "i = keras.Input(batch_shape=(3,), dtype='int32')\n"


def test_functions_of_tf_keras_refuse_symbolic_tensors_and_what_is_put_there_takes_them():
    calls = [text for text in [*SAME, *SHAPES] if text.count("K.") == 1]
    calls = [text for text in calls if refuses_symbolic(f"keras.backend.{text[2:].partition('(')[0]}", "tf.keras")]
    wrong = []
    names: dict = {}
    exec(SYMBOLIC, names)
    for text in calls:
        try:
            wrong.append((text, eval(text, names)))
        except (AttributeError, TypeError, ValueError):
            continue
    assert not wrong
    program = SYMBOLIC + "".join(f"print({text})\n" for text in calls)
    after = fixed(program, "TDL818")
    assert len(after.splitlines()) >= len(calls)
    exec(after[: after.index("print(")], names)
    for line, text in zip(after[after.index("print(") :].splitlines(), calls, strict=True):
        try:
            assert "K." not in line, line
            eval(line, names)
        except Exception as error:
            wrong.append((text, line, repr(error)[:300]))
    assert not wrong


CALLS = """\
from keras.layers import merge, ThresholdedReLU, TimeDistributedDense
from keras.utils import np_utils
result_0 = merge([x, y], mode="sum")
result_1 = merge([x, y], "mul")
result_2 = merge(inputs=[x, y], mode="ave")
result_3 = merge([x, y], mode="max", name="largest")
result_4 = merge([x, y], mode="concat", concat_axis=0)
result_5 = merge([x, y], mode="dot", dot_axes=1)
result_6 = merge([x, x], mode="cos")
result_7 = merge([x, y])
result_8 = ThresholdedReLU(theta=0.5)(x)
result_9 = ThresholdedReLU()(x * 2)
result_10 = np_utils.probas_to_classes(x)
result_11 = TimeDistributedDense(2)(b).shape
"""


def test_calls_of_what_is_gone_compute_what_it_did():
    import numpy as np

    after = fixed(GIVEN + CALLS)
    names: dict = {}
    exec(GIVEN, names)
    one, other = names["x"].numpy(), names["y"].numpy()
    thresholded = tf_keras.layers.ThresholdedReLU
    expected = [
        *(one + other, one * other, (one + other) / 2, np.maximum(one, other), np.concatenate([one, other])),
        *((one * other).sum(1, keepdims=True), np.ones((3, 1)), one + other),
        *(thresholded(0.5)(one), thresholded()(one * 2), one.argmax(1), (2, 3, 2)),
    ]
    for number, (value, made) in enumerate(zip(expected, results(after), strict=True)):
        assert np.allclose(array(made), array(value), atol=1e-5), number
