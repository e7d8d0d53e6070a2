"""A model's serialized config as a ``ModelGraph``: Sequential, Functional and nested models, of Keras 2 and 3."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tdlint.graph import CallSite, Edge, LayerNode, ModelGraph, Origin
from tdlint.inspector.config_calls import Call, Tensor, calls_of, tensors_at
from tdlint.inspector.config_values import (
    MAX_DEPTH,
    Json,
    ValueReader,
    built_with,
    expect_list,
    expect_object,
    expect_text,
    input_shapes_at,
    layer_type,
    shape_at,
)
from tdlint.inspector.errors import ModelFileError
from tdlint.shapes import AnyShape, UnknownShape
from tdlint.spec import layers as layer_spec
from tdlint.spec.layers.base import WeightSpec
from tdlint.values import Arguments, LayerObject

MODEL_TYPES = ("keras.Sequential", "keras.Model")
_NOT_SAVED = UnknownShape("not in the file")


def read_model(config: Json, compile_config: Json = None, origin: Origin = "archive") -> ModelGraph:
    """The graph of a serialized model, ``{"class_name": ..., "config": ...}``.

    Raises:
        ModelFileError: the config is not what Keras writes; the error names the place in it.
    """
    block = expect_object(config, "config")
    reader = ValueReader()
    try:
        model = _Models(reader, origin).read(block, "config", (), 0)
        compiled = compile_config if compile_config is not None else block.get("compile_config")
        if isinstance(compiled, dict) and compiled:
            bound = tuple((key, reader.value(item, f"compile_config.{key}", key)) for key, item in compiled.items())
            model = replace(model, compile=CallSite("keras.Model.compile", Arguments(bound), models=(model.key,)))
    except RecursionError:
        raise ModelFileError("config", "objects are nested too deeply") from None
    return model


def weights_of(layer: LayerObject, inputs: tuple[AnyShape, ...]) -> tuple[WeightSpec, ...] | None:
    """The weights that the spec knows for a layer; None for the user's own and what is not known."""
    return None if layer.custom or not inputs else layer_spec.weights(layer, inputs)


@dataclass(frozen=True)
class _Entry:
    """One layer of a model's config: what it is, what it was built with, and the model it is, if it is one."""

    name: str
    block: dict[str, Json]
    where: str
    layer: LayerObject
    built: tuple[AnyShape, ...]
    calls: tuple[Call, ...]

    @property
    def is_model(self) -> bool:
        return self.layer.type in MODEL_TYPES


class _Models:
    """Reads models and the models within them."""

    def __init__(self, reader: ValueReader, origin: Origin) -> None:
        self.reader = reader
        self.origin = origin
        # a nested model that is called twice is read twice, and its layers are the same ones
        self._known: dict[str, list[_Entry]] = {}

    def read(self, block: dict[str, Json], where: str, inputs: tuple[AnyShape, ...], depth: int) -> ModelGraph:
        """One model; ``inputs`` are the shapes it is called with, where it is nested."""
        if depth > MAX_DEPTH:
            raise ModelFileError(where, f"models are nested more than {MAX_DEPTH} deep")
        short = expect_text(block.get("class_name"), f"{where}.class_name")
        raw = block.get("config")
        inside = f"{where}.config"
        if isinstance(raw, list):  # Keras before 2.2.3 wrote the layers of a Sequential without anything around them
            raw = {"layers": raw}
        config = expect_object(raw, inside)
        kind, custom = layer_type(block)
        if "layers" not in config:
            return self._opaque(short, config)
        entries = self._entries(expect_list(config["layers"], f"{inside}.layers"), f"{inside}.layers")
        if block.get("unconnected") is True:
            return self._unconnected(short, config, entries, depth)
        if "input_layers" in config and "output_layers" in config:
            return self._functional(config, inside, entries, inputs, depth)
        if kind == "keras.Sequential" or custom:
            return self._sequential(config, block, inside, entries, inputs, depth)
        raise ModelFileError(f"{inside}.output_layers", f"expected the outputs of a {short} model, found none")

    def _opaque(self, short: str, config: dict[str, Json]) -> ModelGraph:
        name = config.get("name")
        return ModelGraph(
            self.reader.new_key(),
            name if isinstance(name, str) else short,
            "subclass",
            (),
            origin=self.origin,
            unknown=(f"{short} is a subclassed model: its file does not say which layers it calls",),
        )

    def _unconnected(self, short: str, config: dict[str, Json], entries: list[_Entry], depth: int) -> ModelGraph:
        """A subclassed model whose layers are known, and not how it calls them."""
        nodes = [self._node(entry, number, entry.built or (_NOT_SAVED,), depth) for number, entry in enumerate(entries)]
        reason = f"{short} is a subclassed model: which layer feeds which is only in its code"
        return ModelGraph(
            self.reader.new_key(),
            _model_name(config, "subclass"),
            "subclass",
            tuple(nodes),
            weights=self._weights(nodes, {}),
            origin=self.origin,
            unknown=(reason, *_not_understood(nodes)),
        )

    def _entries(self, blocks: list[Json], where: str) -> list[_Entry]:
        if where in self._known:
            return self._known[where]
        entries: list[_Entry] = []
        seen: set[str] = set()
        for number, raw in enumerate(blocks):
            place = f"{where}[{number}]"
            block = expect_object(raw, place)
            config = expect_object(block.get("config"), f"{place}.config") if "config" in block else {}
            if isinstance(block.get("config"), list):
                config = {}
            name = config.get("name", block.get("name"))
            name = name if isinstance(name, str) else f"{block.get('class_name')}_{number}"
            if name in seen:
                raise ModelFileError(place, f"a second layer is called {name!r}")
            seen.add(name)
            layer = replace(self.reader.layer(block, place), name=name)
            entries.append(_Entry(name, block, place, layer, built_with(block, place), calls_of(block, place)))
        self._known[where] = entries
        return entries

    def _node(self, entry: _Entry, number: int, inputs: tuple[AnyShape, ...], depth: int) -> LayerNode:
        if entry.is_model:
            inner = self.read(entry.block, entry.where, inputs, depth + 1)
            layer = replace(entry.layer, args=Arguments())
            return LayerNode(number, layer, inputs, inner.output_shapes or (_NOT_SAVED,), inner=inner)
        return LayerNode(number, entry.layer, inputs, layer_spec.outputs(entry.layer, inputs))

    def _weights(self, nodes: list[LayerNode], built: dict[int, tuple[AnyShape, ...]]) -> dict[int, tuple[WeightSpec, ...] | None]:
        found: dict[int, tuple[WeightSpec, ...] | None] = {}
        for node in nodes:
            if node.inner is None and not found.get(node.layer.key):
                known = weights_of(node.layer, node.inputs)
                # what the layer was built with decides when a tensor's shape is not in the file
                found[node.layer.key] = known if known is not None else weights_of(node.layer, built.get(node.layer.key, ()))
        return found

    def _sequential(
        self,
        config: dict[str, Json],
        block: dict[str, Json],
        where: str,
        entries: list[_Entry],
        inputs: tuple[AnyShape, ...],
        depth: int,
    ) -> ModelGraph:
        declared = input_shapes_at(config.get("build_input_shape"), f"{where}.build_input_shape") or built_with(block, where)
        first = _declared_input(entries[0]) if entries else ()
        current: tuple[AnyShape, ...] = inputs or first or declared
        model_inputs = current
        nodes: list[LayerNode] = []
        for entry in entries:
            if entry.layer.type == "keras.layers.InputLayer":
                continue
            given = tuple(
                entry.built[i] if isinstance(shape, UnknownShape) and i < len(entry.built) else shape
                for i, shape in enumerate(current)
            ) or entry.built
            node = self._node(entry, len(nodes), given or (_NOT_SAVED,), depth)
            edges = (Edge(len(nodes) - 1),) if nodes else (Edge(None, reason="input of the model"),)
            nodes.append(replace(node, edges=edges))
            current = node.outputs
        return ModelGraph(
            self.reader.new_key(),
            _model_name(config, "sequential"),
            "sequential",
            tuple(nodes),
            weights=self._weights(nodes, {entry.layer.key: entry.built for entry in entries}),
            input_shapes=model_inputs,
            output_edges=(Edge(len(nodes) - 1),) if nodes else (),
            output_shapes=nodes[-1].outputs if nodes else model_inputs,
            origin=self.origin,
            unknown=_not_understood(nodes),
        )

    def _functional(
        self, config: dict[str, Json], where: str, entries: list[_Entry], inputs: tuple[AnyShape, ...], depth: int
    ) -> ModelGraph:
        by_name = {entry.name: entry for entry in entries}
        input_tensors = tensors_at(config["input_layers"], f"{where}.input_layers", by_name)
        input_shapes = {tensor.layer: shape for tensor, shape in zip(input_tensors, inputs, strict=False)}
        shapes: dict[tuple[str, int, int], AnyShape] = {}
        numbers: dict[tuple[str, int], int] = {}
        nodes: list[LayerNode] = []
        saved = _saved_shapes(entries)
        declared = {entry.name: _declared_input(entry) for entry in entries if not entry.calls}
        for entry, index in _in_order(entries, by_name, where):
            if index is None:
                shape = input_shapes.get(entry.name) or next(iter(declared[entry.name]), _NOT_SAVED)
                shapes[entry.name, 0, 0] = shape
                continue
            call = entry.calls[index]
            edges, given = [], []
            for tensor in call.tensors:
                source = _call_index(by_name[tensor.layer], tensor)
                producer = numbers.get((tensor.layer, source))
                edges.append(Edge(producer, tensor.output, "" if producer is not None else "input of the model"))
                known = shapes.get((tensor.layer, source, tensor.output), _NOT_SAVED)
                given.append(tensor.shape if tensor.shape is not None and isinstance(known, UnknownShape) else known)
            node = replace(self._node(entry, len(nodes), tuple(given), depth), edges=tuple(edges))
            node = replace(node, outputs=_filled(node.outputs, saved.get((entry.name, index), {})))
            numbers[entry.name, index] = node.id
            nodes.append(node)
            for output, shape in enumerate(node.outputs):
                shapes[entry.name, index, output] = shape
        outputs = tensors_at(config["output_layers"], f"{where}.output_layers", by_name)
        places = [(tensor, _call_index(by_name[tensor.layer], tensor)) for tensor in outputs]
        return ModelGraph(
            self.reader.new_key(),
            _model_name(config, "functional"),
            "functional",
            tuple(nodes),
            weights=self._weights(nodes, {entry.layer.key: entry.built for entry in entries}),
            input_shapes=tuple(shapes.get((tensor.layer, 0, 0), _NOT_SAVED) for tensor in input_tensors),
            output_edges=tuple(
                Edge(numbers.get((tensor.layer, call)), tensor.output, "" if (tensor.layer, call) in numbers else "input")
                for tensor, call in places
            ),
            output_shapes=tuple(
                shapes.get((tensor.layer, call, tensor.output), _NOT_SAVED) for tensor, call in places
            ),
            origin=self.origin,
            unknown=_not_understood(nodes),
        )


def _model_name(config: dict[str, Json], default: str) -> str:
    name = config.get("name")
    return name if isinstance(name, str) else default


def _declared_input(entry: _Entry) -> tuple[AnyShape, ...]:
    config = entry.block.get("config")
    if not isinstance(config, dict):
        return ()
    for key in ("batch_shape", "batch_input_shape"):
        if config.get(key) is not None:
            return (shape_at(config[key], f"{entry.where}.config.{key}"),)
    return ()


def _call_index(entry: _Entry, tensor: Tensor) -> int:
    """The call that a reference means; Keras before 2.3 counted the making of a nested model as a call."""
    count = max(1, len(entry.calls))
    if tensor.call < count:
        return tensor.call
    if tensor.call - 1 < count and entry.is_model:
        return tensor.call - 1
    raise ModelFileError(entry.where, f"call {tensor.call} of layer {entry.name!r} is used, and it has {count}")


def _saved_shapes(entries: list[_Entry]) -> dict[tuple[str, int], dict[int, AnyShape]]:
    """The shapes of outputs as their consumers have them (Keras 3): by layer, call and output."""
    found: dict[tuple[str, int], dict[int, AnyShape]] = {}
    for entry in entries:
        for call in entry.calls:
            for tensor in call.tensors:
                if tensor.shape is not None:
                    found.setdefault((tensor.layer, tensor.call), {})[tensor.output] = tensor.shape
    return found


def _filled(outputs: tuple[AnyShape, ...], saved: dict[int, AnyShape]) -> tuple[AnyShape, ...]:
    count = max([len(outputs), *(index + 1 for index in saved if index < 64)])
    padded = outputs + (_NOT_SAVED,) * (count - len(outputs))
    return tuple(saved.get(i, shape) if isinstance(shape, UnknownShape) else shape for i, shape in enumerate(padded))


def _in_order(entries: list[_Entry], by_name: dict[str, _Entry], where: str) -> list[tuple[_Entry, int | None]]:
    """Every call, producers first; inputs (which have no call) with None."""
    order: list[tuple[_Entry, int | None]] = []
    done: set[tuple[str, int]] = set()
    for entry in entries:
        if not entry.calls:
            order.append((entry, None))
            done.add((entry.name, 0))
    waiting = [(entry, index) for entry in entries for index in range(len(entry.calls))]
    needs = {
        (entry.name, index): {(t.layer, _call_index(by_name[t.layer], t)) for t in entry.calls[index].tensors} - done
        for entry, index in waiting
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


def _not_understood(nodes: list[LayerNode]) -> tuple[str, ...]:
    reasons = []
    for node in nodes:
        if node.inner is not None:
            reasons.extend(f"{node.name}: {reason}" for reason in node.inner.unknown)
        elif node.layer.custom:
            reasons.append(f"{node.name} is of the class {node.layer.type}, which is the user's own")
        elif layer_spec.find(node.layer.type) is None and node.layer.type.startswith("keras.layers."):
            reasons.append(f"{node.name} is a {node.layer.short_type}, which tdlint does not know")
    return tuple(dict.fromkeys(reasons))
