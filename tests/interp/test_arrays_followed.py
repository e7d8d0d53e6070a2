"""Data of a program: what the interpreter knows of the arrays, tables and data sets that a script makes."""

from __future__ import annotations

import libcst
import pytest

from tdlint.interp.python import statements
from tdlint.interp.run import Run
from tdlint.shapes import FREE, Free, UnknownDim, UnknownShape
from tdlint.values import ArrayValue, Const, DatasetValue, Sequence, Unknown, Value

HEAD = """
import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow import keras
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import *
"""


def interpret(source: str) -> dict[str, Value]:
    text = HEAD.replace("import *", "import LabelEncoder, MinMaxScaler, OneHotEncoder, StandardScaler") + source
    run = Run(text.count("\n"))
    statements.execute_block(run, libcst.parse_module(text))
    return run.state.frames[run.frames[0].number]


def last(source: str) -> Value:
    """The value of ``it`` after the program."""
    return interpret(source)["it"]


def array(source: str) -> ArrayValue:
    value = last(source)
    assert isinstance(value, ArrayValue), value
    return value


def shape(source: str) -> tuple[object, ...]:
    """The shape of ``it``: ``?`` for what is not known, None for a free size."""
    found = array(source).shape
    assert not isinstance(found, UnknownShape), found
    return tuple("?" if isinstance(size, UnknownDim) else None if isinstance(size, Free) else size for size in found)


MNIST = "(x, y), (xt, yt) = keras.datasets.mnist.load_data()\n"


def test_images_are_prepared_step_by_step() -> None:
    found = interpret(MNIST + "x = x.reshape((x.shape[0], 28, 28, 1)).astype('float32')\nx /= 255\nn = len(x)\n")
    assert found["x"].shape == (60000, 28, 28, 1)
    assert found["x"].dtype == "float32"
    assert found["x"].range == (0, 1)
    assert found["n"] == Const(60000)
    assert found["xt"].range == (0, 255)
    assert (found["y"].labels, found["y"].classes, found["y"].range) == ("integer", 10, (0, 9))


@pytest.mark.parametrize(
    ("name", "x", "y", "labels", "classes"),
    [
        ("mnist", (60000, 28, 28), (60000,), "integer", 10),
        ("fashion_mnist", (60000, 28, 28), (60000,), "integer", 10),
        ("cifar10", (50000, 32, 32, 3), (50000, 1), "integer", 10),
        ("cifar100", (50000, 32, 32, 3), (50000, 1), "integer", 100),
        ("imdb", (25000,), (25000,), "integer", 2),
        ("reuters", (8982,), (8982,), "integer", 46),
        ("boston_housing", (404, 13), (404,), "real", None),
        ("california_housing", (16512, 8), (16512,), "real", None),
    ],
)
def test_keras_datasets(name: str, x: object, y: object, labels: object, classes: object) -> None:
    found = interpret(f"(x, y), (xt, yt) = keras.datasets.{name}.load_data()\n")
    assert (found["x"].shape, found["y"].shape) == (x, y)
    assert (found["y"].labels, found["y"].classes) == (labels, classes)


def test_parts_of_a_data_set_follow_the_arguments() -> None:
    assert shape("(it, y), _ = keras.datasets.boston_housing.load_data(test_split=0.5)") == (253, 13)
    assert shape("(it, y), _ = keras.datasets.california_housing.load_data(version='small')") == (480, 8)
    assert shape("(it, y), _ = keras.datasets.imdb.load_data(maxlen=100)") == ("?",)
    assert array("(it, y), _ = keras.datasets.imdb.load_data(num_words=500)").range == (0, 499)
    assert array("(x, it), _ = keras.datasets.cifar100.load_data('coarse')").classes == 20


def test_one_hot_labels() -> None:
    found = array(MNIST + "it = keras.utils.to_categorical(y)")
    assert (found.shape, found.labels, found.classes, found.range) == ((60000, 10), "one-hot", 10, (0, 1))
    assert shape("it = keras.utils.to_categorical(np.random.randint(3, size=(8, 1)), num_classes=3)") == (8, 3)
    assert shape("it = keras.utils.to_categorical([0, 1, 2])") == (3, "?")
    assert shape("from keras.utils import np_utils\nit = np_utils.to_categorical(np.zeros(4), 2)") == (4, 2)
    assert array(MNIST + "it = np.argmax(keras.utils.to_categorical(y), axis=1)").labels == "integer"
    assert array(MNIST + "it = keras.utils.to_categorical(y)[:, 0]").labels == "integer"


def test_classes_are_certain_only_of_large_parts() -> None:
    assert array(MNIST + "it = y[:10000]").classes == 10
    assert array(MNIST + "it = y[:50]").classes is None
    assert array(MNIST + "it = y[y > 4]").classes is None
    iris = "from sklearn.datasets import load_iris\nx, y = load_iris(return_X_y=True)\n"
    assert array(iris + "it = y").classes == 3
    assert array(iris + "it = y[:100]").classes is None


def test_sequences_are_padded() -> None:
    imdb = "(x, y), _ = keras.datasets.imdb.load_data(num_words=1000)\n"
    pad = "keras.preprocessing.sequence.pad_sequences"
    found = array(imdb + f"it = {pad}(x, maxlen=80)")
    assert (found.shape, found.dtype, found.range) == ((25000, 80), "int32", (0, 999))
    assert shape(imdb + f"it = {pad}(x)") == (25000, "?")
    assert shape(f"it = {pad}([[1, 2], [3]], maxlen=4)") == (2, 4)
    words = "t = keras.preprocessing.text.Tokenizer(num_words=50)\ns = t.texts_to_sequences(texts())\n"
    found = array(words + f"it = {pad}(s, maxlen=7)")
    assert found.range == (0, 49)
    assert shape(words + f"it = {pad}(s, maxlen=7)") == ("?", 7)
    assert isinstance(last(f"it = {pad}(what(), maxlen=7)"), Unknown)


def test_training_and_test_parts() -> None:
    both = MNIST + "a, b, c, d = train_test_split(x, y, test_size=0.25)\n"
    assert shape(both + "it = a") == (45000, 28, 28)
    assert shape(both + "it = d") == (15000,)
    assert shape("_, it = train_test_split(np.zeros((7, 2)), test_size=3)") == (3, 2)
    assert shape("it, _ = train_test_split(np.zeros((7, 2)), train_size=0.5)") == (3, 2)
    assert shape("it, _, _, _ = train_test_split(np.array(f()).reshape(-1, 4), [1, 2])") == (1, 4)
    assert isinstance(last("it, _ = train_test_split(np.zeros((7, 2)), test_size=9)"), Unknown)
    assert isinstance(last("it, _ = train_test_split(f())"), Unknown)


def test_scalers_keep_the_shape() -> None:
    found = array("it = MinMaxScaler().fit_transform(np.random.randn(5, 3))")
    assert (found.shape, found.range) == ((5, 3), (0, 1))
    found = array("it = MinMaxScaler(feature_range=(-1, 1)).fit_transform(np.random.randn(5, 3))")
    assert found.range == (-1, 1)
    found = array("s = MinMaxScaler()\ns.fit(np.ones((5, 3)))\nit = s.transform(np.random.randn(4, 3))")
    assert (found.shape, found.range) == ((4, 3), None)
    assert isinstance(last("it = StandardScaler().fit_transform(np.zeros(5))"), Unknown)
    assert array("it = LabelEncoder().fit_transform(['a', 'b'])").labels == "integer"
    found = array("it = OneHotEncoder(sparse_output=False).fit_transform(np.zeros((6, 1)))")
    assert found.labels == "one-hot"


def test_tables() -> None:
    table = "df = pd.read_csv('data.csv')\n"
    assert shape(table + "it = df.values") == ("?", "?")
    assert shape(table + "it = df['y'].values") == ("?",)
    assert shape(table + "it = df[['a', 'b']].to_numpy()") == ("?", 2)
    assert shape(table + "it = df.iloc[:, 1:2].values") == ("?", 1)
    assert shape(table + "it = df.iloc[:, 1].values") == ("?",)
    assert shape(table + "it = np.array(df.drop('y', axis=1))") == ("?", "?")
    assert shape(table + "a = df[['a', 'b']]\na['c'] = 1\nit = a.values") == ("?", "?")
    assert isinstance(last(table + "it = df.shape[0]"), Unknown)


def test_what_an_unknown_array_becomes() -> None:
    assert shape("x = load()\nit = x.reshape((x.shape[0], 28, 28, 1))")[1:] == (28, 28, 1)
    assert isinstance(last("it = load().astype('float32')"), Unknown)
    assert isinstance(last("x = load()\nit = x.shape[1]"), Unknown)
    assert isinstance(last("it = np.zeros((3, 4)) + load()"), Unknown)
    assert isinstance(last("it = np.zeros((3, 4))[f()]"), Unknown)


def test_one_size_that_is_not_known_is_computed_back() -> None:
    assert shape("n = f()\nx = np.zeros((60, 4))\nit = x.reshape(n, 2, 2)") == (60, 2, 2)
    assert shape("n = f()\nx = np.zeros((n, 28, 28))\nit = x.reshape(n, -1)")[1:] == (784,)


def test_elements_that_are_set_widen_the_range_of_every_name() -> None:
    found = interpret("a = np.zeros(6)\nb = a[2:]\nc = a * 1\nb[:] = 5\n")
    assert found["a"].range == found["b"].range == (0, 5)
    assert found["c"].range == (0, 0)
    found = interpret("a = np.zeros(6)\nf(a)\n")
    assert found["a"].range is None
    assert found["a"].shape == (6,)
    found = interpret("a = np.zeros(6)\nh = [a]\na.fill(3)\nb = h[0]\n")
    assert found["b"].range == (0, 3)
    assert isinstance(interpret("a = np.zeros((2, 3))\na.shape = (6,)\nb = a + 1")["b"], Unknown)


def test_an_array_filled_in_a_loop_keeps_its_shape() -> None:
    loop = "x = np.zeros((n(), 5, 3))\nfor i, line in enumerate(lines()):\n    x[i, 0] = 1\nit = x\n"
    assert shape(loop)[1:] == (5, 3)
    assert array("it = np.zeros((5, 2))\nfor i in range(1000):\n    it[i % 5] = i\n").range is None
    grows = "it = np.zeros((1, 3))\nfor part in parts():\n    it = np.concatenate([it, np.ones((2, 3))])\n"
    assert shape(grows) == ("?", 3)


def test_lists_become_arrays() -> None:
    windows = "d = np.random.rand(900, 2)\nw = []\nfor i in range(800):\n    w.append(d[5])\nit = np.array(w)\n"
    assert shape(windows) == ("?", 2)
    assert isinstance(last("it = np.array([[1, 2], [3]])"), Unknown)
    found = array("it = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])")
    assert (found.shape, found.dtype, found.range, found.labels) == ((4, 2), "int64", (0, 1), "integer")


def test_batches_of_a_data_set() -> None:
    chain = "it = tf.data.Dataset.from_tensor_slices((np.zeros((9, 4), 'float32'), np.ones(9))).shuffle(9)"
    value = last(chain + ".batch(3)")
    assert isinstance(value, DatasetValue)
    assert isinstance(value.element, Sequence)
    assert [item.shape for item in value.element.items] == [(FREE, 4), (FREE,)]
    assert value.batch_size == 3
    full = last(chain + ".batch(3, drop_remainder=True).prefetch(1).repeat()")
    assert full.element.items[0].shape == (3, 4)
    assert isinstance(last(chain + ".map(f)").element, Unknown)
    assert last(chain + ".batch(2).unbatch()").batch_size is None


def test_images_in_a_directory() -> None:
    flow = "keras.preprocessing.image.ImageDataGenerator({}).flow_from_directory('d', target_size=(64, 48){})"
    value = last("it = " + flow.format("rescale=1 / 255.0", ", class_mode='binary', batch_size=8"))
    images, labels = value.element.items
    assert (images.shape, images.range) == ((FREE, 64, 48, 3), (0, 1))
    assert (labels.shape, labels.labels, value.batch_size) == ((FREE,), "integer", 8)
    images, labels = last("it = " + flow.format("", ", color_mode='grayscale', classes=['a', 'b', 'c']")).element.items
    assert images.shape[-1] == 1
    assert (labels.shape, labels.labels) == ((FREE, 3), "one-hot")
    read = "it = keras.utils.image_dataset_from_directory('d', image_size=(32, 32){})"
    images, labels = last(read.format("")).element.items
    assert (images.shape, labels.shape, labels.dtype) == ((FREE, 32, 32, 3), (FREE,), "int32")
    images, labels = last(read.format(", label_mode='binary'")).element.items
    assert labels.shape == (FREE, 1)
    assert isinstance(last(read.format(", label_mode=None")).element, ArrayValue)


def test_windows_of_a_series_and_augmented_images() -> None:
    windows = "it = keras.utils.timeseries_dataset_from_array(np.zeros((90, 4)), np.zeros((90, 2)), sequence_length=7)"
    series, targets = last(windows).element.items
    assert (series.shape, targets.shape, last(windows).batch_size) == ((FREE, 7, 4), (FREE, 2), 128)
    generator = "g = keras.preprocessing.image.ImageDataGenerator(rotation_range=9)\n"
    images, labels = last(generator + "it = g.flow(np.zeros((5, 8, 8, 1)), np.zeros(5), batch_size=2)").element.items
    assert (images.shape, labels.shape) == ((FREE, 8, 8, 1), (FREE,))


def test_numbers_stay_numbers() -> None:
    assert last("it = np.prod((28, 28, 1))") == Const(784)
    assert last("import math\nit = math.ceil(1000 / 32)") == Const(32)
    assert last("it = int(np.ceil(1000 / 32))") == Const(32)
    assert last("it = np.zeros((3, 5)).shape[1]") == Const(5)


def test_rules_see_no_memory() -> None:
    run = Run(10)
    source = "import numpy as np\nfrom keras import Sequential\nm = Sequential()\nm.fit(np.zeros((4, 2)), np.ones(4))\n"
    statements.execute_block(run, libcst.parse_module(source))
    (call,) = run.records.calls.values()
    assert call.args.get("x") == ArrayValue((4, 2), "float64", (0, 0), "integer")
