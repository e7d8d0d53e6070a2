"""The account of whole models against what real Keras says of them, live and from both kinds of file."""

from __future__ import annotations

import pytest

keras = pytest.importorskip("keras")

import model_zoo  # noqa: E402  (it imports Keras)
import numpy as np  # noqa: E402

from tdlint.graph import ModelGraph  # noqa: E402
from tdlint.inspector import Account, inspect_model  # noqa: E402
from tdlint.inspector.accounting.penalty import account_of  # noqa: E402
from tdlint.inspector.files.archive import read_archive  # noqa: E402
from tdlint.values import Const, Instance, LayerObject, Mapping, Sequence, Value  # noqa: E402

WAYS = ("live", "keras", "h5")
APART = ("weights", "shards")


def weight_penalty(model):
    """What Keras adds for weights: `model.losses` of a model that was not called with data."""
    return float(sum(float(np.asarray(loss)) for loss in model.losses))


def account(model, way, folder) -> Account:
    if way == "live":
        return inspect_model(model)
    path, architecture = folder / f"model.{way}", None
    if way in APART:
        architecture = folder / "model.json"
        architecture.write_text(model.to_json())
        path = folder / ("model.weights.h5" if way == "weights" else "model.weights.json")
        largest = max(variable.numpy().nbytes for variable in model.weights) / 2**30
        model.save_weights(path, max_shard_size=1.01 * largest if way == "shards" else None)
    else:
        model.save(path)
    return account_of(read_archive(path, architecture))


@pytest.fixture(params=sorted(model_zoo.ZOO))
def model(request):
    return model_zoo.built(request.param)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", [*WAYS, *APART])
def test_account_equals_keras(model, way, tmp_path):
    found = account(model, way, tmp_path)
    assert found.totals.penalty == pytest.approx(weight_penalty(model), rel=1e-6, abs=1e-12)
    assert found.totals.params == model.count_params()
    assert found.totals.trainable_params == sum(int(np.prod(v.shape)) for v in model.trainable_weights)
    regularized = [v for v in model.trainable_weights if v.regularizer is not None]
    assert found.totals.regularized_params == sum(int(np.prod(v.shape)) for v in regularized)
    assert all(weight.understood for layer in found.layers for weight in layer.weights)
    assert found.unknown == ()
    assert not [note for note in found.notes if "has weights of the shapes" in note]


def described(value: Value) -> object:
    """A value without what differs from reading to reading: identities."""
    if isinstance(value, LayerObject):
        return (value.type, value.name, arguments(value), value.trainable, value.custom)
    if isinstance(value, Instance):
        return (value.type, tuple((name, described(item)) for name, item in value.args.bound))
    if isinstance(value, Sequence):
        return (value.kind, tuple(described(item) for item in value.items))
    if isinstance(value, Mapping):
        return tuple((described(key), described(item)) for key, item in value.items)
    return value.value if isinstance(value, Const) else value


def arguments(layer: LayerObject) -> object:
    return {name: described(value) for name, value in layer.args.bound}


def structure(graph: ModelGraph) -> object:
    """A graph in terms that two readings of one model must share."""
    place = {node.layer.key: node.name for node in graph.nodes}
    nodes = [
        (
            (node.name, arguments(node.layer), node.layer.trainable, node.step_copies),
            (node.inputs, node.outputs, node.edges),
            structure(node.inner) if node.inner else None,
        )
        for node in graph.nodes
    ]
    weights = {
        place[key]: specs and [(spec.name, spec.shape, described(spec.regularizer), spec.trainable) for spec in specs]
        for key, specs in graph.weights.items()
    }
    compiled = graph.compile and described(graph.compile.args.get("loss"))
    shapes = (graph.input_shapes, graph.output_shapes, graph.output_edges)
    return (graph.name, graph.kind, nodes, weights, compiled, shapes, graph.unknown)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", [*WAYS[1:], *APART])
def test_a_file_gives_the_graph_of_the_live_model(model, way, tmp_path):
    live, read = inspect_model(model), account(model, way, tmp_path)
    assert structure(read.model) == structure(live.model)
    for there, here in zip(live.layers, read.layers, strict=True):
        assert (there.layer, there.type, there.calls) == (here.layer, here.type, here.calls)
        assert there.penalty == pytest.approx(here.penalty, rel=1e-12)
        ours, theirs = ({weight.name: weight for weight in layer.weights} for layer in (here, there))
        assert ours == pytest.approx(theirs) or ours == theirs


@pytest.mark.filterwarnings("ignore")
def test_a_config_alone_gives_all_but_the_values(model, request, tmp_path):
    path = tmp_path / "model.json"
    path.write_text(model.to_json())
    live, found = inspect_model(model), account_of(read_archive(path))
    assert structure(found.model) == structure(live.model)
    if request.node.callspec.params["model"] == "shared_with_nested":
        return  # the config does not tell that a layer of two models is one
    for there, here in zip(live.layers, found.layers, strict=True):
        assert (there.layer, there.params, there.trainable_params) == (here.layer, here.params, here.trainable_params)
        ours, theirs = here.expected_penalty, there.expected_penalty
        assert ours == theirs or ours == pytest.approx(theirs, rel=1e-12)


def test_output_shapes_are_those_of_keras(model):
    graph = inspect_model(model).model
    outputs = model.outputs if isinstance(model.outputs, list) else [model.outputs]
    shapes = [tuple(dim if isinstance(dim, int) else None for dim in shape) for shape in graph.output_shapes]
    assert shapes == [tuple(output.shape) for output in outputs]
