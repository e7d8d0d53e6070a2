"""What changed between two models: matching of layers, and what differs between those that match."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

keras = pytest.importorskip("keras")

import model_zoo  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers, regularizers  # noqa: E402

from tdlint.formatters.inspection import comparison, comparison_json  # noqa: E402
from tdlint.formatters.options import Options  # noqa: E402
from tdlint.inspector import inspect_model, inspect_path  # noqa: E402
from tdlint.inspector.comparison import compare  # noqa: E402
from tdlint.inspector.matching import Matched  # noqa: E402

MODELS = Path(__file__).parents[2] / "fixtures" / "models"


def stack(*parts, name="stack"):
    keras.utils.set_random_seed(1)
    return inspect_model(keras.Sequential([keras.Input((4,)), *parts], name=name))


def dense(units, name=None, **given):
    return layers.Dense(units, name=name, **given)


def statuses(found):
    return {(layer.status, layer.layer.layer) for layer in found.layers if layer.status != "same"}


def changes(found, name):
    (layer,) = (one for one in found.layers if one.layer.layer == name)
    return {(change.weight, change.what): (change.before, change.after) for change in layer.changes}


@pytest.mark.parametrize("path", sorted(MODELS.iterdir()), ids=lambda path: path.name)
def test_a_file_does_not_differ_from_itself(path):
    found = compare(inspect_path(path), inspect_path(path))
    assert not found.differs
    assert {layer.matched for layer in found.layers} <= {Matched.PATH}
    assert "Nothing differs" in comparison.render(found, Options())
    assert json.loads(comparison_json.render(found))["differs"] is False


@pytest.mark.parametrize("name", sorted(model_zoo.ZOO))
def test_two_sessions_of_one_program_do_not_differ(name):
    """Keras counts on, so that all names that it gives are others."""
    keras.backend.clear_session()
    first = model_zoo.ZOO[name]()
    second = model_zoo.ZOO[name]()
    second.set_weights(first.get_weights())
    found = compare(inspect_model(first), inspect_model(second))
    assert statuses(found) == set()
    assert not found.differs


def test_added_and_removed():
    found = compare(stack(dense(3, "a"), dense(2, "b")), stack(dense(3, "a"), layers.ReLU(name="r"), dense(2, "b")))
    assert statuses(found) == {("added", "r")}
    assert [layer.layer.layer for layer in found.layers] == ["a", "r", "b"]
    found = compare(stack(dense(3, "a"), layers.ReLU(name="r"), dense(2, "b")), stack(dense(3, "a"), dense(2, "b")))
    assert statuses(found) == {("removed", "r")}
    assert [layer.layer.layer for layer in found.layers] == ["a", "r", "b"]
    assert found.totals == ()


def test_shapes_and_sums():
    found = compare(stack(dense(3, "a"), dense(2, "b")), stack(dense(5, "a"), dense(2, "b")))
    assert statuses(found) == {("changed", "a"), ("changed", "b")}
    assert changes(found, "b") == {(None, "params"): (8, 12), ("kernel", "shape"): ("(3, 2)", "(5, 2)")}
    assert changes(found, "a")[None, "output shape"] == ("(None, 3)", "(None, 5)")
    totals = {change.what: (change.before, change.after) for change in found.totals}
    assert totals["params"] == (23, 37)


def test_regularizers_and_frozen_layers():
    before = stack(dense(3, "a", kernel_regularizer="l2"), dense(2, "b"))
    after = stack(dense(3, "a", kernel_regularizer=regularizers.L2(0.1)), dense(2, "b", trainable=False))
    found = compare(before, after)
    kernel = changes(found, "a")
    assert kernel["kernel", "regularizer"] == ("L2(l2=0.01)", "L2(l2=0.1)")
    assert kernel["kernel", "penalty"][1] == pytest.approx(10 * kernel["kernel", "penalty"][0])
    assert set(kernel) == {("kernel", "regularizer"), ("kernel", "penalty"), ("kernel", "expected penalty")}
    assert changes(found, "b") == {("kernel", "trainable"): (True, False), ("bias", "trainable"): (True, False)}


def test_a_weight_that_is_no_longer_there():
    found = compare(stack(dense(3, "a")), stack(dense(3, "a", use_bias=False)))
    assert changes(found, "a")["bias", "weight"] == ("(3,)", None)


def test_a_renamed_layer_is_matched_by_kind_and_order():
    found = compare(stack(dense(3, "old"), dense(2, "b")), stack(dense(3, "new"), dense(2, "b")))
    (layer,) = found.with_status("changed")
    assert (layer.matched, layer.renamed, layer.changes) == (Matched.ORDER, True, ())
    text = comparison.render(found, Options())
    assert "new (Dense), was old" in text
    assert "1 layer was matched by kind and order, the others by their path" in text


def test_moved():
    a, b, c = (lambda name=name: dense(4, name) for name in "abc")
    found = compare(stack(a(), b(), c()), stack(b(), c(), a()))
    assert [(layer.layer.layer, layer.moved) for layer in found.layers] == [("b", False), ("c", False), ("a", True)]
    assert {layer.matched for layer in found.layers} == {Matched.PATH}


def test_another_kind_of_layer_under_the_same_name():
    found = compare(stack(dense(3, "a"), dense(2, "b")), stack(layers.ReLU(name="a"), dense(2, "b")))
    assert changes(found, "a")[None, "type"] == ("Dense", "ReLU")


def test_a_layer_between_layers_that_keras_named():
    keras.backend.clear_session()
    before = stack(dense(3), dense(2))
    keras.backend.clear_session()
    after = stack(dense(3), dense(7), dense(2))
    found = compare(before, after)
    assert [layer.status for layer in found.layers] == ["same", "added", "changed"]
    assert found.layers[2].before.layer == "dense_1"
    assert found.layers[2].after.layer == "dense_2"


def test_findings():
    before, after = stack(dense(3, "a")), stack(dense(3, "a"))
    from tdlint.diagnostics import Diagnostic, Location, Severity

    one = Diagnostic("TDL999", "sample", "a text", Location("m", layer="a"), Severity.WARNING)
    found = compare(before, replace(after, diagnostics=(one,)))
    assert found.differs
    assert found.new_findings == ("TDL999 [sample] a",)
    assert compare(replace(before, diagnostics=(one,)), after).gone_findings == ("TDL999 [sample] a",)


def test_random_edits_are_found_as_they_were_made():
    """Named layers are added, removed and changed at random; the comparison must say exactly that."""
    generator = random.Random(3)
    for _ in range(25):
        names = [f"layer{number}" for number in range(generator.randint(2, 8))]
        kinds = {name: generator.choice(["dense", "relu"]) for name in names}

        def build(chosen, strength, kinds=kinds):
            made = []
            for name in chosen:
                given = {"kernel_regularizer": regularizers.L2(strength.get(name, 0.01))}
                made.append(layers.ReLU(name=name) if kinds[name] == "relu" else dense(4, name, **given))
            return stack(*made, dense(1, "last"))

        gone = {name for name in names if generator.random() < 0.2}
        stronger = {name: 0.5 for name in names if kinds[name] == "dense" and generator.random() < 0.3}
        later = [name for name in names if name not in gone]
        for number in range(generator.randint(0, 2)):
            kinds[f"extra{number}"] = "flatten"
            later.insert(generator.randint(0, len(later)), f"extra{number}")

        def build_later(strength, later=later, kinds=kinds):
            made = []
            for name in later:
                if kinds[name] == "flatten":
                    made.append(layers.Flatten(name=name))
                elif kinds[name] == "relu":
                    made.append(layers.ReLU(name=name))
                else:
                    made.append(dense(4, name, kernel_regularizer=regularizers.L2(strength.get(name, 0.01))))
            return stack(*made, dense(1, "last"))

        found = compare(build(names, {}), build_later(stronger))
        expected = {("removed", name) for name in gone}
        expected |= {("added", name) for name in later if kinds[name] == "flatten"}
        # other seeds draw other weights for layers behind one that is gone, so penalties are left out
        told = {
            (layer.status, layer.layer.layer)
            for layer in found.layers
            if layer.status in ("added", "removed") or any(change.what == "regularizer" for change in layer.changes)
        }
        assert told == expected | {("changed", name) for name in stronger if name not in gone}


def test_json_and_table_of_everything_at_once():
    before = stack(dense(3, "a", kernel_regularizer="l2"), layers.ReLU(name="r"), dense(2, "old"))
    after = stack(dense(3, "a", kernel_regularizer="l1"), layers.Dropout(0.1, name="d"), dense(2, "new"))
    after = replace(after, totals=replace(after.totals, penalty=float(np.inf)))
    found = compare(before, after)
    document = json.loads(comparison_json.render(found))
    assert document["version"] == 1
    assert [layer["status"] for layer in document["layers"]] == ["changed", "removed", "added", "changed"]
    assert document["layers"][3]["matched_by"] == "kind and order"
    assert {"what": "penalty", "before": pytest.approx(before.totals.penalty), "after": None} in document["totals"]
    for width in (40, 80, 120):
        text = comparison.render(found, Options(width=width))
        assert max(map(len, text.splitlines())) <= width
    assert "1 layer added, 1 layer removed, 2 layers changed." in text
    assert "L2(l2=0.01)" in text
    assert "\x1b[" in comparison.render(found, Options(color=True))
    assert "\x1b" not in text
