"""A model's serialized config as a ``ModelGraph``: Sequential, Functional and nested models, of Keras 2 and 3."""

from __future__ import annotations

from dataclasses import replace

from tdlint.graph import CallSite, Edge, LayerNode, ModelGraph, Origin
from tdlint.inspector.configs.calls import calls_of, tensors_at
from tdlint.inspector.configs.compiled import compile_arguments
from tdlint.inspector.configs.entries import MODEL_TYPES, Entry, declared_input, in_order, saved_shapes, settled
from tdlint.inspector.configs.foreign import foreign_in
from tdlint.inspector.configs.values import (
    MAX_DEPTH,
    Json,
    ValueReader,
    built_with,
    expect_list,
    expect_object,
    expect_text,
    input_shapes_at,
    layer_type,
)
from tdlint.inspector.errors import ModelFileError
from tdlint.naming import OPERATION
from tdlint.shapes import AnyShape, UnknownShape
from tdlint.spec import layers as layer_spec
from tdlint.spec.layers.base import WeightSpec
from tdlint.values import Arguments, LayerObject

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
            arguments = compile_arguments(compiled, reader)
            model = replace(model, compile=CallSite("keras.Model.compile", arguments, models=(model.key,)))
        model = replace(model, foreign=foreign_in(block, compile_config))
    except RecursionError:
        raise ModelFileError("config", "objects are nested too deeply") from None
    return model


def weights_of(layer: LayerObject, inputs: tuple[AnyShape, ...]) -> tuple[WeightSpec, ...] | None:
    """The weights that the spec knows for a layer; None for the user's own and what is not known."""
    return None if layer.custom or not inputs else layer_spec.weights(layer, inputs)


def all_weights(model: ModelGraph) -> tuple[WeightSpec, ...] | None:
    """The weights of all layers of a model in the order of its config, named by layer; None if some are not known."""
    found: list[WeightSpec] = []
    for node in sorted({node.layer.key: node for node in model.nodes}.values(), key=lambda node: node.layer.key):
        if node.type.startswith(OPERATION):
            continue
        specs = all_weights(node.inner) if node.inner is not None else model.weights.get(node.layer.key)
        if specs is None:
            return None
        found.extend(replace(spec, name=f"{node.name}/{spec.name}") for spec in specs)
    return tuple(found)


def _with_steps(shape: AnyShape, sequence: AnyShape) -> AnyShape:
    """The shape of one step's output with the time axis of the whole sequence put back."""
    if isinstance(shape, UnknownShape) or isinstance(sequence, UnknownShape) or len(sequence) < 2:
        return _NOT_SAVED
    return (shape[0], sequence[1], *shape[1:])


class _Models:
    """Reads models and the models within them."""

    def __init__(self, reader: ValueReader, origin: Origin) -> None:
        self.reader = reader
        self.origin = origin
        # a nested model that is called twice is read twice, and its layers are the same ones
        self._known: dict[str, list[Entry]] = {}

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

    def _unconnected(self, short: str, config: dict[str, Json], entries: list[Entry], depth: int) -> ModelGraph:
        """A subclassed model whose layers are known, and not how it calls them."""
        nodes = [self._node(entry, number, entry.built or (_NOT_SAVED,), depth) for number, entry in enumerate(entries)]
        what = "a model whose config can't be had" if short == "Functional" else "a subclassed model"
        reason = f"{short} is {what}: which layer feeds which is only in its code"
        return ModelGraph(
            self.reader.new_key(),
            _model_name(config, "subclass"),
            "subclass",
            tuple(nodes),
            weights=self._weights(nodes, entries, depth),
            origin=self.origin,
            unknown=(reason, *_not_understood(nodes)),
        )

    def _entries(self, blocks: list[Json], where: str) -> list[Entry]:
        if where in self._known:
            return self._known[where]
        entries: list[Entry] = []
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
            entries.append(Entry(name, block, place, layer, built_with(block, place), calls_of(block, place)))
        self._known[where] = entries
        return entries

    def _node(self, entry: Entry, number: int, inputs: tuple[AnyShape, ...], depth: int) -> LayerNode:
        if entry.is_model:
            inner = self.read(entry.block, entry.where, inputs, depth + 1)
            layer = replace(entry.layer, args=Arguments())
            return LayerNode(number, layer, inputs, inner.output_shapes or (_NOT_SAVED,), inner=inner)
        outputs = layer_spec.outputs(entry.layer, inputs) if inputs else (_NOT_SAVED,)
        wrapped = self._wrapped(entry, inputs, depth)
        if wrapped is not None and all(isinstance(shape, UnknownShape) for shape in outputs):
            outputs = tuple(_with_steps(shape, inputs[0]) for shape in wrapped.output_shapes)
        return LayerNode(number, entry.layer, inputs, outputs)

    def _wrapped(self, entry: Entry, inputs: tuple[AnyShape, ...], depth: int) -> ModelGraph | None:
        """The model that a TimeDistributed applies to every step, None if it applies a plain layer."""
        config = entry.block.get("config")
        inner = config.get("layer") if isinstance(config, dict) else None
        if entry.layer.type != "keras.layers.TimeDistributed" or not isinstance(inner, dict):
            return None
        if layer_type(inner)[0] not in MODEL_TYPES:
            return None
        shape = inputs[0] if inputs else _NOT_SAVED
        step = (shape[0], *shape[2:]) if not isinstance(shape, UnknownShape) and len(shape) > 2 else shape
        return self.read(inner, f"{entry.where}.config.layer", (step,), depth + 1)

    def _weights(
        self, nodes: list[LayerNode], entries: list[Entry], depth: int
    ) -> dict[int, tuple[WeightSpec, ...] | None]:
        by_key = {entry.layer.key: entry for entry in entries}
        found: dict[int, tuple[WeightSpec, ...] | None] = {}
        for node in nodes:
            if node.inner is not None or found.get(node.layer.key):
                continue
            entry = by_key[node.layer.key]
            known = weights_of(node.layer, node.inputs)
            if known is None:  # what the layer was built with decides when a tensor's shape is not in the file
                known = weights_of(node.layer, entry.built)
            if known is None:
                wrapped = self._wrapped(entry, node.inputs, depth)
                known = all_weights(wrapped) if wrapped is not None else None
            found[node.layer.key] = known
        return found

    def _sequential(
        self,
        config: dict[str, Json],
        block: dict[str, Json],
        where: str,
        entries: list[Entry],
        inputs: tuple[AnyShape, ...],
        depth: int,
    ) -> ModelGraph:
        declared = input_shapes_at(config.get("build_input_shape"), f"{where}.build_input_shape") or built_with(
            block, where
        )
        first = declared_input(entries[0]) if entries else ()
        known = () if all(isinstance(shape, UnknownShape) for shape in inputs) else inputs
        current: tuple[AnyShape, ...] = known or first or declared
        model_inputs = current
        nodes: list[LayerNode] = []
        for entry in entries:
            if entry.layer.type == "keras.layers.InputLayer":
                continue
            given = (
                tuple(
                    entry.built[i] if isinstance(shape, UnknownShape) and i < len(entry.built) else shape
                    for i, shape in enumerate(current)
                )
                or entry.built
            )
            node = self._node(entry, len(nodes), given or (_NOT_SAVED,), depth)
            edges = (Edge(len(nodes) - 1),) if nodes else (Edge(None, reason="input of the model"),)
            nodes.append(replace(node, edges=edges))
            current = node.outputs
        return ModelGraph(
            self.reader.new_key(),
            _model_name(config, "sequential"),
            "sequential",
            tuple(nodes),
            weights=self._weights(nodes, entries, depth),
            input_shapes=model_inputs,
            output_edges=(Edge(len(nodes) - 1),) if nodes else (),
            output_shapes=nodes[-1].outputs if nodes else model_inputs,
            origin=self.origin,
            unknown=_not_understood(nodes),
        )

    def _functional(
        self, config: dict[str, Json], where: str, entries: list[Entry], inputs: tuple[AnyShape, ...], depth: int
    ) -> ModelGraph:
        names = {entry.name for entry in entries}
        input_tensors = tensors_at(config["input_layers"], f"{where}.input_layers", names)
        entries, outputs = settled(entries, tensors_at(config["output_layers"], f"{where}.output_layers", names))
        input_shapes = {tensor.layer: shape for tensor, shape in zip(input_tensors, inputs, strict=False)}
        shapes: dict[tuple[str, int, int], AnyShape] = {}
        numbers: dict[tuple[str, int], int] = {}
        nodes: list[LayerNode] = []
        saved = saved_shapes(entries)
        declared = {entry.name: declared_input(entry) for entry in entries if not entry.calls}
        for entry, index in in_order(entries, where):
            if index is None:
                shape = _first_known(input_shapes.get(entry.name), *declared[entry.name])
                shapes[entry.name, 0, 0] = shape
                continue
            call = entry.calls[index]
            edges, given = [], []
            for tensor in call.tensors:
                producer = numbers.get((tensor.layer, tensor.call))
                edges.append(Edge(producer, tensor.output, "" if producer is not None else "input of the model"))
                known = shapes.get((tensor.layer, tensor.call, tensor.output), _NOT_SAVED)
                given.append(tensor.shape if tensor.shape is not None and isinstance(known, UnknownShape) else known)
            node = replace(self._node(entry, len(nodes), tuple(given), depth), edges=tuple(edges))
            node = replace(node, outputs=_filled(node.outputs, saved.get((entry.name, index), {})))
            numbers[entry.name, index] = node.id
            nodes.append(node)
            for output, shape in enumerate(node.outputs):
                shapes[entry.name, index, output] = shape
        return ModelGraph(
            self.reader.new_key(),
            _model_name(config, "functional"),
            "functional",
            tuple(nodes),
            weights=self._weights(nodes, entries, depth),
            input_shapes=tuple(shapes.get((tensor.layer, 0, 0), _NOT_SAVED) for tensor in input_tensors),
            output_edges=tuple(Edge(numbers.get((tensor.layer, tensor.call)), tensor.output) for tensor in outputs),
            output_shapes=tuple(shapes.get((t.layer, t.call, t.output), _NOT_SAVED) for t in outputs),
            origin=self.origin,
            unknown=_not_understood(nodes),
        )


def _first_known(*shapes: AnyShape | None) -> AnyShape:
    return next((shape for shape in shapes if shape is not None and not isinstance(shape, UnknownShape)), _NOT_SAVED)


def _model_name(config: dict[str, Json], default: str) -> str:
    name = config.get("name")
    return name if isinstance(name, str) else default


def _filled(outputs: tuple[AnyShape, ...], saved: dict[int, AnyShape]) -> tuple[AnyShape, ...]:
    count = max([len(outputs), *(index + 1 for index in saved if index < 64)])
    padded = outputs + (_NOT_SAVED,) * (count - len(outputs))
    return tuple(saved.get(i, shape) if isinstance(shape, UnknownShape) else shape for i, shape in enumerate(padded))


def _not_understood(nodes: list[LayerNode]) -> tuple[str, ...]:
    reasons: list[str] = []
    for node in nodes:
        if node.inner is not None:
            reasons.extend(f"{node.name}: {reason}" for reason in node.inner.unknown)
        elif node.layer.custom:
            reasons.append(f"{node.name} is of the class {node.layer.type}, which is the user's own")
        elif layer_spec.find(node.layer.type) is None and node.layer.type.startswith("keras.layers."):
            reasons.append(f"{node.name} is a {node.layer.short_type}, which tdlint does not know")
    return tuple(dict.fromkeys(reasons))
