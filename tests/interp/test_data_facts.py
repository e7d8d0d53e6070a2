"""What rules are told of data: splits, fitted scalers, results that are read, and where images come from."""

from __future__ import annotations

import libcst
import pytest

from tdlint.graph import CallSite
from tdlint.interp import Program, interpret
from tdlint.values import Const, DatasetValue, Instance, Sequence, integer

HEAD = """
import keras
import tensorflow as tf
from keras.preprocessing.image import ImageDataGenerator
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
"""
SPLIT = "sklearn.model_selection.train_test_split"
RESULT = "keras.Model.evaluate.result"


def program(source: str) -> Program:
    text = HEAD + source
    return interpret(libcst.parse_module(text), text.count("\n")).program


def calls(source: str, name: str) -> list[CallSite]:
    return [call for call in program(source).calls if call.name == name]


def test_the_names_that_the_parts_of_a_split_get() -> None:
    (split,) = calls("a, b, *c = train_test_split(x, y)[:3]\nd, e, f.g, h = train_test_split(x, y)", SPLIT)
    targets, arrays = split.args.get("targets"), split.args.get("arrays")
    assert isinstance(targets, Sequence)
    assert isinstance(arrays, Sequence)
    assert [target.value if isinstance(target, Const) else None for target in targets.items] == ["d", "e", None, "h"]
    assert len(arrays.items) == 2


def test_a_split_that_is_not_unpacked_where_it_is_called_is_not_told() -> None:
    assert not calls("parts = train_test_split(x, y)\na, b = f(train_test_split(x))", SPLIT)


@pytest.mark.parametrize(
    ("source", "name", "number"),
    [
        ("score = model.evaluate(x, y)\nscore[1]", "index", 1),
        ("print('loss', model.evaluate(x, y)[0])", "index", 0),
        ("print(f'{model.evaluate(x, y)[-1]:.2f}')", "index", -1),
        ("loss, (a, b) = model.evaluate(x, y)", "count", 2),
    ],
)
def test_a_result_of_evaluate_that_is_read(source: str, name: str, number: int) -> None:
    (read,) = calls(source, RESULT)
    assert integer(read.args.get(name)) == number
    assert read.result_of is not None
    assert read.result_of.name == "keras.Model.evaluate"
    assert read.compiled is read.result_of.compiled is not None


@pytest.mark.parametrize("use", ["first, *others = score", "score[0:1]", "score[i]", "f(score)"])
def test_other_uses_of_a_result_tell_nothing(use: str) -> None:
    assert not calls(f"score = model.evaluate(x, y)\n{use}", RESULT)


def test_what_a_scaler_is_fitted_to() -> None:
    found = program("scaler = StandardScaler()\nscaler.fit(data[1:])\nscaler.transform(x)")
    (fit,) = [call for call in found.calls if call.name == "sklearn.preprocessing.StandardScaler.fit"]
    site = fit.args.site("X")
    assert site is not None
    assert found.text(site) == "data[1:]"
    assert isinstance(fit.args.get("owner"), Instance)


def test_where_images_come_from() -> None:
    source = "data = ImageDataGenerator(rotation_range=20).flow_from_directory('a', shuffle=s)\nmodel.fit(data)"
    (fit,) = calls(source, "keras.Model.fit")
    data = fit.args.get("x")
    assert isinstance(data, DatasetValue)
    assert data.images is not None
    assert data.images.method == "flow_from_directory"
    assert data.images.generator.get("rotation_range").must_be(20)
    assert data.images.flow.passes("shuffle")
    assert data.images.flow.get("shuffle").may_be(False)


def test_classes_that_are_read() -> None:
    source = "data = ImageDataGenerator().flow_from_directory('a')\ndata.classes"
    (read,) = calls(source, "keras.preprocessing.image.DirectoryIterator.classes")
    assert isinstance(read.args.get("generator"), DatasetValue)


@pytest.mark.parametrize(
    ("chain", "endless"),
    [
        ("data", False),
        ("data.repeat()", True),
        ("data.repeat(None).batch(2).prefetch(1)", True),
        ("data.repeat(-1).map(f)", True),
        ("data.repeat(2)", False),
        ("data.repeat(count)", False),
        ("data.repeat().take(5)", False),
        ("data.repeat().take(-1)", True),
        ("data.concatenate(data.repeat())", True),
        ("tf.data.Dataset.zip((data.repeat(), data))", False),
        ("tf.data.Dataset.zip((data.repeat(), data.repeat()))", True),
    ],
)
def test_data_sets_without_an_end(chain: str, endless: bool) -> None:
    (fit,) = calls(f"data = tf.data.Dataset.range(8)\nmodel.fit({chain})", "keras.Model.fit")
    data = fit.args.get("x")
    assert isinstance(data, DatasetValue)
    assert data.endless is endless
