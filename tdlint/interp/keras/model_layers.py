"""The layers of a model, as far as they are known, and what is done to them all."""

from __future__ import annotations

from dataclasses import replace

from tdlint.interp.heap import Either, ModelObject, Repeated, StackEntry
from tdlint.interp.keras import own_weights
from tdlint.interp.run import Run
from tdlint.values import LayerObject, ModelValue, TensorValue


def is_input(entry: StackEntry) -> bool:
    return isinstance(entry, TensorValue) or (
        isinstance(entry, LayerObject) and entry.type == "keras.layers.InputLayer"
    )


def known_layers(run: Run, key: int) -> list[LayerObject | ModelValue]:
    """The layers of a model, as far as they are known, in no order."""
    model = run.model(key)
    if model is None:
        return []
    found: list[LayerObject | ModelValue] = []
    if model.instance_of is not None:
        found += own_weights.held_layers(run, ModelValue(key))
    pending = list(model.stack)
    while pending:
        entry = pending.pop()
        if isinstance(entry, LayerObject | ModelValue):
            found.append(entry)
        elif isinstance(entry, Either):
            pending += [*entry.left, *entry.right]
        elif isinstance(entry, Repeated):
            pending += entry.body
    wanted = [value.producer for value in model.outputs if isinstance(value, TensorValue)]
    seen: set[int] = set()
    while wanted:
        number = wanted.pop()
        if number is None or number in seen:
            continue
        seen.add(number)
        node = run.nodes[number]
        found.append(node.layer if node.inner is None else ModelValue(node.layer.key))
        wanted.extend(edge.producer for edge in node.edges)
    return list(dict.fromkeys(found))


def rename(run: Run, thing: LayerObject | ModelValue, name: str | None) -> None:
    """``layer.name = name``, or ``_name``; None if the name is not known."""
    found = run.state.heap.get(thing.key)
    if isinstance(found, LayerObject | ModelObject):
        run.state.heap[thing.key] = replace(found, name=name)


def is_built(run: Run, key: int) -> bool:
    """Whether a Sequential certainly has its weights: it begins with its input."""
    model = run.model(key)
    return model is not None and bool(model.stack) and is_input(model.stack[0])


def has_weights(run: Run, layer: LayerObject) -> bool:
    """Whether a layer was called, or is in a Sequential that begins with its input."""
    if any(node.layer.key == layer.key for node in run.nodes.values()):
        return True
    models_of = (key for key, thing in run.state.heap.items() if isinstance(thing, ModelObject))
    return any(is_built(run, key) and layer in known_layers(run, key) for key in models_of)


def touch_layers(run: Run, key: int, among: tuple[LayerObject | ModelValue, ...] = (), renamed: bool = False) -> None:
    """An attribute of some layer of a model is set, of which one is not known; it is one of ``among`` if given."""
    for layer in among or known_layers(run, key):
        if renamed:
            rename(run, layer, None)
        if isinstance(layer, ModelValue):
            model = run.model(layer.key)
            if model is not None:
                run.state.heap[layer.key] = replace(model, trainable=None)
            if layer.key != key:
                touch_layers(run, layer.key, renamed=renamed)
        else:
            current = run.layer(layer)
            run.state.heap[layer.key] = replace(current, trainable=None)
