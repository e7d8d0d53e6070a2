"""Rules on data against what Keras, TensorFlow and scikit-learn do with the same program."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tdlint.config import Settings
from tdlint.interp import interpret
from tdlint.linting.engine import check_bytes
from tdlint.testing import load_rules
from tdlint.values import DatasetValue

keras = pytest.importorskip("keras", minversion="3.15")
tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.slow

RULES = load_rules()
METRICS = ["None", "[]", "['accuracy']", "['acc', 'AUC']", "['mse', 'mae', 'Precision']"]
READS = [
    *(f"model.evaluate(x, y, verbose=0)[{index}]" for index in (-3, -1, 0, 1, 2, 3)),
    *(f"model.{method}(x, y)[{index}]" for method in ("train_on_batch", "test_on_batch") for index in (0, 1, 2)),
    *(f"{names} = model.evaluate(x, y, verbose=0)" for names in ("a, b", "a, b, c", "(a,)", "a, b, c, d")),
]
EVALUATED = """
import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy", metrics={metrics})
{read}
"""


def reported(source: str) -> set[str]:
    return {one.code for one in check_bytes(source.encode(), "program.py", Settings(), RULES).diagnostics}


def raises(source: str, names: dict[str, object]) -> bool:
    try:
        exec(source, {"__name__": "program", **names})
    except (TypeError, IndexError, ValueError):
        return True
    return False


@pytest.mark.parametrize(("metrics", "read"), list(itertools.product(METRICS, READS)))
def test_results_of_evaluate(metrics: str, read: str) -> None:
    source = EVALUATED.format(metrics=metrics, read=read)
    data = {"x": np.zeros((4, 2), "float32"), "y": np.array([0, 1, 0, 1])}
    assert ("TDL537" in reported(source)) == raises(source, data)


CHAINS = ["repeat()", "repeat(2)", "repeat(-1)", "take(3)", "take(-1)", "skip(1)", "batch(2)", "prefetch(1)", "cache()"]


@pytest.mark.parametrize("chain", list(itertools.product(CHAINS, repeat=2)), ids=".".join)
def test_data_sets_without_an_end(chain: tuple[str, str]) -> None:
    import libcst

    data = f"tf.data.Dataset.range(8).{'.'.join(chain)}"
    source = f"import keras\nimport tensorflow as tf\nmodel = keras.Model()\nmodel.predict({data})"
    call = interpret(libcst.parse_module(source), 4).program.calls[-1]
    found = call.args.get("x")
    assert isinstance(found, DatasetValue)
    assert found.endless == (eval(data, {"tf": tf}).cardinality() == tf.data.INFINITE_CARDINALITY)


@pytest.mark.parametrize(
    "order", list(itertools.permutations(("x_train", "x_test", "y_train", "y_test"))), ids=",".join
)
def test_parts_of_a_split(order: tuple[str, ...]) -> None:
    source = f"""
import keras
from sklearn.model_selection import train_test_split
{", ".join(order)} = train_test_split(x, y)
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
"""
    names: dict[str, object] = {"x": np.zeros((40, 2)), "y": np.ones((40, 1))}
    exec(source, names)
    sizes = {"x_train": (30, 2), "x_test": (10, 2), "y_train": (30, 1), "y_test": (10, 1)}
    parts = ("train", "test", "train", "test")
    placed = all(name.endswith(part) for name, part in zip(order, parts, strict=True))
    assert ("TDL539" in reported(source)) == (not placed)
    if {name: np.shape(names[name]) for name in order} == sizes:
        assert "TDL539" not in reported(source)
