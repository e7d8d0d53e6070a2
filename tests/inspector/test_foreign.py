"""What in a model file is not of Keras: named with its place, never imported, and a finding."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from tdlint.cli import cli
from tdlint.inspector.configs.foreign import foreign_in
from tdlint.inspector.configs.graph import read_model

MODELS = Path(__file__).parents[2] / "fixtures" / "models"


def layer(short, module="keras.layers", **config):
    return {"module": module, "class_name": short, "config": {"name": "it", **config}, "registered_name": None}


def function(module, name):
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def dense(**config):
    return layer("Dense", units=2, **config)


def sequential(*layers, **more):
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": list(layers)}, **more}


CODE = {"class_name": "__lambda__", "config": {"code": "4wEAAAAA", "defaults": None, "closure": None}}
THING = {"module": "os", "class_name": "popen", "config": {}, "registered_name": "popen"}
OLD_LAMBDA = {"class_name": "Lambda", "config": {"name": "it", "function": ["4wEA", None, None], "module": "__main__"}}
TORCH = {"module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {"name": "it", "module": "gASV"}}
TF_OPERATION = {"class_name": "TFOpLambda", "config": {"name": "it", "function": "io.write_file"}}

FOREIGN = {
    "lambda": (layer("Lambda", function=CODE), "bytecode", "function is Python bytecode of a lambda"),
    "lambda of Keras 2": (OLD_LAMBDA, "bytecode", "function is Python bytecode of a lambda"),
    "layer": (layer("system", "os"), "system", "the layer is os.system"),
    "lambda of os": (layer("Lambda", function=function("posix", "system")), "system", "function is posix.system"),
    "eval": (
        dense(activation=function("builtins", "eval")),
        "system",
        "activation is the function builtins.eval",
    ),
    "regularizer": (dense(kernel_regularizer=THING), "system", "kernel_regularizer is os.popen"),
    "deep": (
        layer("TimeDistributed", layer=dense(kernel_initializer=THING)),
        "system",
        "kernel_initializer is os.popen",
    ),
    "build_config": (
        {**dense(), "build_config": {"input_shape": THING}},
        "system",
        "input_shape is os.popen",
    ),
    "typespec": (
        dense(spec={"class_name": "__typespec__", "spec_name": "call", "module": "subprocess"}),
        "system",
        "spec is subprocess.call",
    ),
    "get_file": (
        layer("Lambda", function=function("keras.utils", "get_file")),
        "function of Keras",
        "function is keras.utils.get_file, which is no part of a model",
    ),
    "write_file": (TF_OPERATION, "operation", "the layer is the function tf.io.write_file"),
    "SavedModel": (layer("TFSMLayer", filepath="/else"), "external", "the layer loads the SavedModel '/else'"),
    "torch": (TORCH, "external", "the layer holds a pickled PyTorch module"),
    "vocabulary": (layer("StringLookup", vocabulary="/etc/x"), "file", "vocabulary is the file '/etc/x'"),
    "class": (
        layer("Mine", "my_package.layers"),
        "custom",
        "the layer is of the class my_package.layers.Mine, which is not of Keras",
    ),
    "registered": (
        {**dense(), "class_name": "Mine", "module": None, "registered_name": "pkg>Mine"},
        "custom",
        "the layer is of the class pkg>Mine, which is not of Keras",
    ),
    "function": (
        dense(activation=function("builtins", "my_activation")),
        "custom",
        "activation is the function my_activation, which is not of Keras",
    ),
}

OF_KERAS = [
    dense(activation=function("builtins", "softmax_v2"), kernel_initializer={"class_name": "HeNormal", "config": {}}),
    dense(dtype={"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}),
    {
        "module": "keras.src.ops.nn",
        "class_name": "Sigmoid",
        "config": {"name": "sigmoid"},
        "registered_name": "Sigmoid",
    },
    {"class_name": "GetItem", "config": {"name": "get_item"}},
    {"class_name": "TFOpLambda", "config": {"name": "add", "function": "math.add"}},
    {
        "class_name": "Dense",
        "config": {"name": "it", "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.1}}},
    },
    layer("Lambda", function=function("keras.ops", "abs")),
    layer("StringLookup", vocabulary=["a", "b"]),
    layer("RNN", cell=layer("LSTMCell", units=2)),
]


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_foreign_is_named_with_its_place(name):
    block, kind, what = FOREIGN[name]
    (found,) = foreign_in(sequential(dense(), block))
    assert (found.kind, found.what, found.layer) == (kind, what, "it")
    assert found.where.startswith("config.config.layers[1]")


@pytest.mark.parametrize("block", OF_KERAS, ids=lambda block: block["class_name"])
def test_what_keras_itself_writes_is_not(block):
    assert foreign_in(sequential(block)) == ()


def test_layers_of_models_within_are_named_by_their_path():
    inner = sequential(layer("Lambda", function=CODE))
    inner["config"]["name"] = "inner"
    (found,) = foreign_in(sequential(inner))
    assert found.layer == "inner/it"


def test_what_compile_was_given_counts():
    compiled = {"optimizer": layer("Adam", "keras.optimizers"), "loss": function("subprocess", "run")}
    (found,) = foreign_in(sequential(dense(), compile_config=compiled))
    assert (found.layer, found.where, found.what) == (None, "config.compile_config.loss", "loss is subprocess.run")
    (found,) = read_model(sequential(dense()), compiled).foreign
    assert found.where == "compile_config.loss"
    h5 = {"loss": "mse", "metrics": [function("builtins", "mean_squared_error"), "accuracy"]}
    assert read_model(sequential(dense()), h5).foreign == ()


def test_deep_nesting_costs_no_stack():
    value: object = THING
    for _ in range(5000):
        value = [value]
    assert [one.what for one in foreign_in({"build_config": value})] == ["build_config is os.popen"]


def hostile(folder: Path) -> Path:
    """A file as Keras writes it, but for one layer that names a module of the program's folder."""
    path = folder / "hostile.keras"
    (folder / "would_run.py").write_text("raise SystemExit('imported')")
    with zipfile.ZipFile(MODELS / "sequence_head.keras") as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "config.json":
                config = json.loads(data)
                last = config["config"]["layers"][-1]["config"]
                last["activity_regularizer"] = {"module": "would_run", "class_name": "Thing", "config": {}}
                last["kernel_constraint"] = THING
                data = json.dumps(config).encode()
            target.writestr(name, data)
    return path


def test_it_is_a_finding_that_can_be_selected_and_nothing_is_imported(tmp_path, monkeypatch):
    path = hostile(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    run = CliRunner().invoke(cli, ["inspect", str(path), "--output-format", "json", "--select", "code-in-model-file"])
    assert run.exit_code == 1, run.output
    document = json.loads(run.stdout)
    assert {(one["code"], one["severity"]) for one in document["diagnostics"]} == {
        ("TDL915", "error"),
        ("TDL915", "advice"),
    }
    assert {one["code"] for one in document["unsafe"]} == {"TDL915"}
    assert any("os.popen" in one["reason"] and "kernel_constraint" in one["where"] for one in document["unsafe"])
    assert "would_run" not in sys.modules
    ignored = CliRunner().invoke(cli, ["inspect", str(path), "--ignore", "TDL915", "--ignore", "TDL7"])
    assert ignored.exit_code == 0, ignored.output
