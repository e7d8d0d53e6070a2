"""The names that Keras gives to layers and models that the program does not name: ``dense``, ``dense_1``, …

Keras counts per session, in the order in which things are made. Here a program is a session, and a layer that is in no
model is not counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tdlint.graph import LayerNode, ModelGraph
from tdlint.shapes import UnknownShape
from tdlint.spec.applications import counted_names
from tdlint.values import LayerObject, walk

UNKNOWN_NAME = "?"
"""What stands for a name that the program gives and tdlint can't tell."""

APPLICATION = "keras.applications."
"""What the type of a node starts with that stands for all layers of such a model."""

OPERATION = "operation."
"""What the type of a node starts with that is not a layer, such as ``x + y``."""

_WORD_START = re.compile(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")
_OPERATIONS = {"slice": "get_item", "subscript": "get_item"}


def snake_case(class_name: str) -> str:
    """``ConvLSTM2D`` as ``conv_lstm2d``, as Keras does it."""
    return _WORD_START.sub("_", re.sub(r"\W+", "", class_name)).lower()


_Key: TypeAlias = int | tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class _Made:
    """Something that gets a name: its place in the order of making, and its key, not a number if nobody asks for it.

    ``stem`` is what a counter is added to, None if Keras does not count it, because the program names it, or because
    it has the name of what it is a copy of.
    """

    order: float
    key: _Key
    stem: str | None
    name: str = UNKNOWN_NAME
    copy_of: int | None = None


def automatic_names(models: Iterable[ModelGraph]) -> dict[int, str]:
    """The name of every layer, operation and model of a program by its key."""
    made: dict[_Key, _Made] = {}
    known = tuple(models)
    inner = {node.inner.key for model in known for node in model.nodes if node.inner is not None}
    # a model in another one tells by that call when it was built
    for model in sorted(known, key=lambda model: model.key in inner):
        for one in _in_model(model):
            made.setdefault(one.key, one)
    used: Counter[str] = Counter()
    names: dict[int, str] = {}
    for one in sorted(made.values(), key=lambda one: one.order):
        name = one.name if one.copy_of is None else names.get(one.copy_of, UNKNOWN_NAME)
        if one.stem is not None:
            name = f"{one.stem}_{used[one.stem]}" if used[one.stem] else one.stem
            used[one.stem] += 1
        if isinstance(one.key, int):
            names[one.key] = name
    return names


def _in_model(model: ModelGraph, called: int | None = None) -> Iterator[_Made]:
    yield _model(model)
    for layer in model.input_layers:
        if layer is not None:
            yield _layer(layer)
    yield from _made_inside(model, called)
    for node in model.nodes:
        if node.inner is not None:
            yield from _in_model(node.inner, called=node.id)
        elif node.type.startswith(OPERATION):
            copy = node.layer.copy_of
            yield _Made(node.layer.key, node.layer.key, None if copy else operation_stem(node), copy_of=copy)
        elif node.type.startswith(APPLICATION):
            yield from _application(node.layer)
        else:
            for part in walk(node.layer):
                if isinstance(part, LayerObject):
                    yield _layer(part)


def _application(layer: LayerObject) -> Iterator[_Made]:
    """A model of ``keras.applications``, and the layers in it that have no name of their own."""
    yield _Made(layer.key, layer.key, None, layer.name or UNKNOWN_NAME)
    stems = (stem for stem, count in counted_names(layer) for _ in range(count))
    for number, stem in enumerate(stems):
        yield _Made(layer.key, ("inside", layer.key, number), stem)


def operation_stem(node: LayerNode) -> str:
    """What Keras names the operation after."""
    return _OPERATIONS.get(node.layer.short_type, snake_case(node.layer.short_type))


def _layer(layer: LayerObject) -> _Made:
    if layer.name is not None:
        return _Made(layer.key, layer.key, None, layer.name)
    if layer.args.passes("name") and not layer.args.get("name").must_be(None):
        return _Made(layer.key, layer.key, None)
    if layer.copy_of is not None:
        return _Made(layer.key, layer.key, None, copy_of=layer.copy_of)
    return _Made(layer.key, layer.key, snake_case(layer.short_type))


def _model(model: ModelGraph) -> _Made:
    if model.named_after is None:
        return _Made(model.key, model.key, None, model.name)
    if model.copy_of is not None:
        return _Made(model.key, model.key, None, copy_of=model.copy_of)
    if model.kind == "functional" and not model.nodes and not model.input_shapes:
        # it is loaded or comes with Keras, and has its name from there
        return _Made(model.key, model.key, None)
    return _Made(model.key, model.key, snake_case(model.named_after))


def _made_inside(model: ModelGraph, called: int | None) -> Iterator[_Made]:
    """What a Sequential makes for itself and names: its InputLayer, and a Functional model each time it is built anew.

    With an input it is built when it is made of a list, and then with each layer that is added; without one, when it
    is called for the first time.
    """
    if model.kind != "sequential" or not model.nodes:
        return
    layers = [node.layer.key for node in model.nodes]
    if any(model.input_layers) or _declares_input(model.nodes[0]):
        added = [key for key in layers if key > model.key]
        builds = [key + 0.5 for key in added] if len(added) == len(layers) else [model.key, *(k + 0.5 for k in added)]
    elif called is not None:
        builds = [called - 0.25]
    elif isinstance(model.input_shapes[0], UnknownShape):
        return
    else:
        builds = [max(model.key, *layers) + 0.75]
    if not any(model.input_layers):
        yield _Made(builds[0] - 0.125, ("input", model.key, 0), "input_layer")
    for number, order in enumerate(builds):
        yield _Made(order, ("build", model.key, number), "functional")


def _declares_input(first: LayerNode) -> bool:
    """Whether the first layer of a Sequential tells it its input; a model that has its own does, too."""
    if first.inner is not None:
        return not any(isinstance(shape, UnknownShape) for shape in first.inner.input_shapes)
    return any(first.args.passes(name) for name in ("input_shape", "input_dim", "batch_input_shape"))
