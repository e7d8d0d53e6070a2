"""The layers of a model's config, and the order in which a Functional model calls them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tdlint.inspector.configs.calls import Call, Tensor
from tdlint.inspector.configs.values import Json, shape_at
from tdlint.inspector.errors import ModelFileError
from tdlint.shapes import AnyShape
from tdlint.values import LayerObject

MODEL_TYPES = ("keras.Sequential", "keras.Model")


@dataclass(frozen=True)
class Entry:
    """One layer of a model's config: what it is, what it was built with, and the model it is, if it is one."""

    name: str
    block: dict[str, Json]
    where: str
    layer: LayerObject
    built: tuple[AnyShape, ...]
    calls: tuple[Call, ...]

    @property
    def is_model(self) -> bool:
        """Whether the layer is itself a model."""
        return self.layer.type in MODEL_TYPES


def declared_input(entry: Entry) -> tuple[AnyShape, ...]:
    """The input shape that a layer declares, as an InputLayer and the first layer of old Sequential models do."""
    config = entry.block.get("config")
    if not isinstance(config, dict):
        return ()
    for key in ("batch_shape", "batch_input_shape"):
        if config.get(key) is not None:
            return (shape_at(config[key], f"{entry.where}.config.{key}"),)
    return ()


def settled(entries: list[Entry], outputs: tuple[Tensor, ...]) -> tuple[list[Entry], tuple[Tensor, ...]]:
    """The same with every reference to a call being an index of ``Entry.calls``.

    Keras 2 counts the making of a nested model as its call 0, which is not in the file; Keras 3 does so where it names
    the outputs of the model around it, and nowhere else.

    Raises:
        ModelFileError: a call is used that the layer does not have.
    """
    by_name = {entry.name: entry for entry in entries}
    inner = [tensor for entry in entries for call in entry.calls for tensor in call.tensors]
    keras_3 = any(tensor.shape is not None for tensor in inner)
    inner_offsets = _offsets(by_name, inner if keras_3 else [*inner, *outputs])
    output_offsets = _offsets(by_name, outputs, of_keras_3=True) if keras_3 else inner_offsets

    def settle(tensor: Tensor, where: str, offsets: Mapping[str, int] = inner_offsets) -> Tensor:
        entry = by_name.get(tensor.layer)
        if entry is None:
            raise ModelFileError(where, f"no layer is called {tensor.layer!r}")
        call, count = tensor.call - offsets[tensor.layer], max(1, len(entry.calls))
        if not 0 <= call < count:
            raise ModelFileError(where, f"call {tensor.call} of layer {tensor.layer!r} is used, and it has {count}")
        return replace(tensor, call=call)

    done = [
        replace(entry, calls=tuple(Call(tuple(settle(t, entry.where) for t in call.tensors)) for call in entry.calls))
        for entry in entries
    ]
    return done, tuple(settle(tensor, "output_layers", output_offsets) for tensor in outputs)


def _offsets(by_name: Mapping[str, Entry], tensors: Iterable[Tensor], of_keras_3: bool = False) -> dict[str, int]:
    """How many calls count that are not in the file, by layer; ``of_keras_3`` for what Keras 3 names as outputs."""
    used: dict[str, list[Tensor]] = {}
    for tensor in tensors:
        used.setdefault(tensor.layer, []).append(tensor)
    return {name: _offset(by_name[name], found, of_keras_3) for name, found in used.items() if name in by_name}


def _offset(entry: Entry, tensors: list[Tensor], of_keras_3: bool) -> int:
    calls = [tensor.call for tensor in tensors]
    # outputs in Keras 3 bear no shape, as nothing in Keras 2 does; there it does not count the making of a Sequential
    may_count = entry.layer.type == "keras.Model" if of_keras_3 else all(tensor.shape is None for tensor in tensors)
    counts_making = max(calls) >= len(entry.calls) or (min(calls) > 0 and may_count)
    return int(entry.is_model and bool(entry.calls) and counts_making)


def saved_shapes(entries: list[Entry]) -> dict[tuple[str, int], dict[int, AnyShape]]:
    """The shapes of outputs as their consumers have them (Keras 3): by layer, call and output."""
    found: dict[tuple[str, int], dict[int, AnyShape]] = {}
    for entry in entries:
        for call in entry.calls:
            for tensor in call.tensors:
                if tensor.shape is not None:
                    found.setdefault((tensor.layer, tensor.call), {})[tensor.output] = tensor.shape
    return found


def in_order(entries: list[Entry], where: str) -> list[tuple[Entry, int | None]]:
    """Every call, producers first; inputs (which have no call) with None."""
    by_name = {entry.name: entry for entry in entries}
    order: list[tuple[Entry, int | None]] = []
    done: set[tuple[str, int]] = set()
    for entry in entries:
        if not entry.calls:
            order.append((entry, None))
            done.add((entry.name, 0))
    waiting = [(entry, index) for entry in entries for index in range(len(entry.calls))]
    needs = {
        (entry.name, index): {(t.layer, t.call) for t in entry.calls[index].tensors} - done for entry, index in waiting
    }
    consumers: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for key, needed in needs.items():
        for producer in needed:
            consumers.setdefault(producer, []).append(key)
    rank = {(entry.name, index): number for number, (entry, index) in enumerate(waiting)}
    ready = [key for key in needs if not needs[key]]
    while ready:
        ready.sort(key=rank.__getitem__, reverse=True)
        key = ready.pop()
        order.append((by_name[key[0]], key[1]))
        for consumer in consumers.get(key, ()):
            needs[consumer].discard(key)
            if not needs[consumer]:
                ready.append(consumer)
    missing = len(waiting) - sum(index is not None for _, index in order)
    if missing:
        raise ModelFileError(f"{where}.layers", f"{missing} layer calls wait for each other in a circle")
    return order
