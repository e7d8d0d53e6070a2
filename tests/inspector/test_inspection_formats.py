"""The account as a table and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tdlint.diagnostics import Diagnostic, Location, Severity
from tdlint.formatters.inspection import render
from tdlint.formatters.options import Options
from tdlint.inspector.accounting.penalty import account_of
from tdlint.inspector.files.archive import read_archive

MODELS = Path(__file__).parents[2] / "fixtures" / "models"
LAYER = {
    "layer",
    "type",
    "params",
    "trainable_params",
    "regularized_params",
    "penalty",
    "expected_penalty",
    "weights",
    "activity",
}
WEIGHT = {"name", "shape", "params", "trainable", "regularizer", "penalty", "expected_penalty", "counted"}
TOTALS = {
    "params",
    "trainable_params",
    "regularized_params",
    "penalty",
    "expected_penalty",
    "expected_data_loss",
    "penalty_ratio",
}


def account(name):
    return account_of(read_archive(MODELS / name))


@pytest.mark.parametrize("path", sorted(MODELS.iterdir()), ids=lambda path: path.name)
def test_json_keeps_its_contract(path):
    document = json.loads(render("json", account(path.name), Options()))
    assert document["version"] == 1
    assert {"model", "source", "keras_version", "layers", "totals", "inactive", "unsafe", "diagnostics"} <= set(
        document
    )
    assert set(document["totals"]) >= TOTALS
    for layer in document["layers"]:
        assert set(layer) >= LAYER
        assert all(set(weight) >= WEIGHT for weight in layer["weights"])


def test_json_of_a_head_on_a_sequence():
    document = json.loads(render("json", account("sequence_head.keras"), Options()))
    layer = document["layers"][1]
    kernel = layer["weights"][0]
    assert (layer["layer"], layer["type"], layer["params"], layer["regularized_params"]) == (
        "time_distributed", "TimeDistributed", 9, 8)  # fmt: skip
    assert (kernel["name"], kernel["shape"], kernel["regularizer"]) == (
        "kernel", [8, 1], {"type": "L1L2", "l1": 0.01, "l2": 0.01})  # fmt: skip
    ramp = [number / 7 - 0.5 for number in range(8)]
    penalty = sum(0.01 * abs(value) + 0.01 * value * value for value in ramp)
    assert kernel["penalty"] == pytest.approx(penalty, rel=1e-6)
    assert document["totals"]["penalty_ratio"] == pytest.approx(penalty, rel=1e-6)
    assert document["totals"]["expected_data_loss"] == 1.0


@pytest.mark.parametrize("width", [60, 80, 100, 140])
@pytest.mark.parametrize("path", sorted(MODELS.iterdir()), ids=lambda path: path.name)
def test_the_table_fits_and_names_every_layer(path, width):
    pytest.importorskip("rich")
    shown = account(path.name)
    text = render("table", replace(shown, source="model"), Options(width=width))
    assert max(map(len, text.splitlines())) <= width
    squeezed = "".join(text.split())
    for layer in shown.layers:
        assert layer.layer in squeezed or width < 100
    assert "\x1b" not in text
    assert "\x1b[" in render("table", shown, Options(True, width))


def test_the_table_says_what_matters():
    text = " ".join(render("table", account("branches.keras"), Options()).split())
    assert "36 of 112 parameters (32%) are regularized and cost 0.349 now" in text
    assert "ln 3 for 3 classes" in text
    assert "frozen: kernel: the layer is frozen" in text
    assert "twin: it is called 2 times, and its penalty counts once" in text
    once = "its weights are shared by all time steps, so their penalty counts once"
    assert once in " ".join(render("table", account("sequence_head.keras"), Options()).split())
    steps = " ".join(render("table", account("per_timestep.keras"), Options()).split())
    assert "own: it holds 5 copies of one layer, one per time step" in steps
    assert "doubled: function is Python bytecode of a lambda; Keras 3 refuses to load it" in steps


def test_diagnostics_are_shown():
    one = Diagnostic(
        "TDL999", "some-rule", "something is off", Location("m.keras", layer="lstm"), Severity.WARNING, help="mend it"
    )
    shown = replace(account("sequence_head.keras"), diagnostics=(one,))
    assert "warning TDL999 [some-rule] lstm: something is off; mend it" in render("table", shown, Options(width=120))
    (found,) = json.loads(render("json", shown, Options()))["diagnostics"]
    assert (found["code"], found["layer"], found["help"]) == ("TDL999", "lstm", "mend it")


def test_names_from_files_can_not_control_the_terminal():
    shown = account("sequence_head.keras")
    evil = replace(shown, name="\x1b[2Jmodel", layers=(replace(shown.layers[0], layer="a\x1b]0;b\x07"),))
    assert "\x1b" not in render("table", evil, Options())


def test_accounts_of_keras_2_count_what_is_frozen():
    two, three = account("branches_keras2.h5").totals, account("branches.h5").totals
    assert two.regularized_params - three.regularized_params == 30
    assert two.penalty > three.penalty
    assert two.params == three.params
