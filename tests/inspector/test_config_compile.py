"""What a config says of ``compile`` and of arguments that nobody chose, in the forms of every version of Keras."""

from __future__ import annotations

import pytest

from tdlint.config import Settings
from tdlint.graph import ModelGraph
from tdlint.inspector.configs.compiled import compile_arguments
from tdlint.inspector.configs.graph import read_model
from tdlint.inspector.configs.values import ValueReader, written
from tdlint.linting.engine import check_graph
from tdlint.spec.metrics import metric_class
from tdlint.testing import load_rules
from tdlint.values import Const, Instance, Sequence

AUC = {"class_name": "AUC", "config": {"name": "auc", "dtype": "float32", "curve": "ROC", "num_labels": None}}
WRAPPED = {
    "class_name": "MeanMetricWrapper",
    "config": {"name": "mae", "dtype": "float32", "fn": "mean_absolute_error"},
}
ADAM = {"class_name": "Custom>Adam", "config": {"name": "Adam", "learning_rate": 0.0010000000474974513, "beta_1": 0.9}}


def test_an_h5_file_leaves_out_modules():
    args = compile_arguments({"metrics": [[AUC, WRAPPED]], "optimizer_config": ADAM, "loss": "mse"}, ValueReader())
    (metrics,) = args.get("metrics").items
    assert isinstance(metrics, Sequence)
    assert [metric_class(metric) for metric in metrics.items] == ["AUC", "MeanAbsoluteError"]
    assert not metrics.items[0].args.passes("curve")
    optimizer = args.get("optimizer")
    assert optimizer.type == "keras.optimizers.Adam"
    assert optimizer.args.get("learning_rate").must_be(0.001)


def test_functions_of_keras_are_no_functions_of_the_user():
    block = {"module": "builtins", "class_name": "function", "config": "binary_accuracy", "registered_name": "function"}
    own = {**block, "config": "my_metric", "registered_name": "my_metric"}
    args = compile_arguments({"metrics": [block, own]}, ValueReader())
    assert list(map(metric_class, args.get("metrics").items)) == ["BinaryAccuracy", None]


@pytest.mark.parametrize(
    ("saved", "expected"),
    [(0.009999999776482582, 0.01), (0.01, 0.01), (0.5, 0.5), (1e300, 1e300), (1 / 3, 1 / 3), (0.0, 0.0)],
)
def test_numbers_of_32_bits_are_read_as_they_were_written(saved, expected):
    assert written(saved) == expected


def dense(name: str, **config: object) -> dict[str, object]:
    return {"module": "keras.layers", "class_name": "Dense", "config": {"name": name, "units": 2, **config}}


def sequential(*layers: object, name: str = "inner") -> dict[str, object]:
    inputs = {
        "class_name": "InputLayer",
        "module": "keras.layers",
        "config": {"batch_shape": [None, 3], "name": name + "_in"},
    }
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": name, "layers": [inputs, *layers]},
    }


def model(*layers: object) -> ModelGraph:
    return read_model(sequential(*layers, name="outer"))


def test_what_nobody_chose_is_not_passed():
    glorot = {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": None}}
    (node,) = model(dense("d", activation="linear", kernel_initializer=glorot, use_bias=True)).nodes
    assert [name for name, _ in node.args.bound] == ["units"]
    (node,) = model(dense("d", kernel_initializer={**glorot, "config": {"seed": 7}})).nodes
    chosen = node.args.get("kernel_initializer")
    assert isinstance(chosen, Instance)
    assert chosen.args.get("seed") == Const(7)


def test_layers_of_a_model_within_are_reported_by_their_path():
    l2 = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.01}}
    inner = sequential(dense("d", kernel_regularizer=l2, trainable=False))
    found = check_graph(model(inner), "m", Settings(select=("frozen-regularizer",)), load_rules())
    assert [one.location.layer for one in found] == ["inner/d"]
