"""A live Keras model as a graph with its actual variables. This module and the user's own code may import Keras."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tdlint.graph import LayerNode, ModelGraph
from tdlint.inspector.accounting.held import (
    SHAPES_ONLY,
    Dormant,
    Found,
    Held,
    Inspected,
    fitted,
    match,
    orthogonal_penalty,
    sums_of,
)
from tdlint.inspector.accounting.steps import time_steps
from tdlint.inspector.configs.graph import read_model
from tdlint.inspector.configs.values import MAX_DEPTH, Json, ValueReader, is_keras
from tdlint.inspector.errors import InspectionError, ModelFileError
from tdlint.inspector.files.architecture import Architecture
from tdlint.inspector.files.archive import read_version
from tdlint.inspector.live.regularizers import dormant_in, keras_2_regularizers
from tdlint.spec.layers.base import WeightSpec
from tdlint.spec.regularizers import coefficients
from tdlint.spec.version import NEWEST, KerasVersion
from tdlint.values import NONE, Instance, Unknown, Value


def is_model(thing: object) -> bool:
    """Whether something is a Keras model, of any of the packages that Keras comes in; without importing one."""
    roots = ("keras", "tf_keras", "tensorflow")
    return any(kind.__name__ == "Model" and kind.__module__.split(".")[0] in roots for kind in type(thing).__mro__)


def read_live(model: Any, source: str = "live model", values: bool = True) -> Inspected:
    """A built model; without ``values``, only the shapes of its variables are asked for.

    Raises:
        InspectionError: not a model, or not built yet.
    """
    if not is_model(model):
        raise InspectionError(f"{source}: expected a Keras model, received {type(model).__name__}")
    if not getattr(model, "built", True) or (not model.weights and not _has_shape(model)):
        raise InspectionError(
            f"{source}: the model {model.name!r} is not built, so it has no weights yet; give it an Input, call it on "
            "data or call model.build(input_shape)"
        )
    version = _keras_version(model)
    keras = read_version(version) or NEWEST
    try:
        graph = read_model(_config_of(model, keras), _compile_config(model), origin="live")
    except ModelFileError as problem:
        raise InspectionError(
            f"{source}: the model's own get_config gives something else than Keras': {problem}"
        ) from None
    old = keras_2_regularizers(model) if keras.major < 3 else None
    collector = _Collector(keras, {id(variable) for variable in model.trainable_weights}, old, values)
    graph = collector.collect(graph, model)
    collector.rest(graph, model)
    notes = () if values else (SHAPES_ONLY,)
    return Inspected(
        graph, source, version, keras, collector.held, notes, optimizer=_optimizer(model), dormant=collector.dormant
    )


def architecture_of(model: Any) -> Architecture:
    """The config of a live model, to read weights with that lie in a file."""
    version = _keras_version(model)
    return Architecture(_config_of(model, read_version(version) or NEWEST), _compile_config(model), version)


def _has_shape(model: Any) -> bool:
    return bool(getattr(model, "layers", ()))


def _keras_version(model: Any) -> str:
    """The version of the package that the model's class comes from."""
    import importlib

    root = next(
        kind.__module__.split(".")[0]
        for kind in type(model).__mro__
        if kind.__module__.split(".")[0] in ("keras", "tf_keras", "tensorflow")
    )
    package = importlib.import_module("tf_keras" if root == "tf_keras" else "keras")
    return str(getattr(package, "__version__", ""))


def _serialized(thing: Any, keras: KerasVersion) -> dict[str, Json]:
    """The config of a layer or model; only its class and name where it has none."""
    name = type(thing).__name__
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a lambda is unsafe to load is no news here
            if keras.major >= 3:
                from keras.saving import serialize_keras_object

                block = serialize_keras_object(thing)
            else:
                block = {"class_name": name, "config": thing.get_config(), "module": _public(type(thing))}
        plain = _plain(block)
        if isinstance(plain, dict) and isinstance(plain.get("config"), dict):
            return plain
    except Exception:  # the user's own get_config may do anything; its absence is no reason to give up
        pass
    module = "keras.layers" if type(thing).__module__.split(".")[0] in ("keras", "tf_keras") else None
    return {
        "class_name": name,
        "module": module,
        "registered_name": name,
        "config": {"name": thing.name},
        "partial": True,
    }


def _with_activity(layer: Any, config: dict[str, Json]) -> dict[str, Json]:
    """The config, with the activity regularizers that many layers of Keras 2 leave out, also of what they wrap."""
    wrapped, block = getattr(layer, "layer", None), config.get("layer")
    inner = block.get("config") if isinstance(block, dict) else None
    if wrapped is not None and isinstance(block, dict) and isinstance(inner, dict):
        config = {**config, "layer": {**block, "config": _with_activity(wrapped, inner)}}
    outputs = getattr(layer, "_activity_regularizer", None)
    if outputs is None or "activity_regularizer" in config or not hasattr(outputs, "get_config"):
        return config
    kind = type(outputs)
    block = {"class_name": kind.__name__, "module": _public(kind), "config": _plain(outputs.get_config())}
    return {**config, "activity_regularizer": block}


def _public(kind: type) -> str | None:
    return kind.__module__ if kind.__module__.split(".")[0] in ("keras", "tf_keras") else None


def _config_of(model: Any, keras: KerasVersion) -> dict[str, Json]:
    """The config of a model, with the layers of subclassed models in it added."""
    block = dict(_serialized(model, keras))
    config = dict(block["config"]) if isinstance(block["config"], dict) else {}
    layers = {layer.name: layer for layer in model.layers}
    blocks = config.get("layers")
    if isinstance(blocks, list):
        config["layers"] = [_completed(one, layers, keras) for one in blocks]
    else:
        sequential = any(kind.__name__ == "Sequential" and is_keras(kind.__module__) for kind in type(model).__mro__)
        if sequential:
            block = {"class_name": "Sequential", "module": "keras"}
        else:
            block["unconnected"] = True
        unique = {id(layer): layer for layer in model.layers}.values()
        config = {"name": model.name, "trainable": bool(model.trainable)}
        config["layers"] = [_completed(_serialized(layer, keras), layers, keras) for layer in unique]
        if sequential:
            config["build_input_shape"] = _plain(model.input_shape)
    block["config"] = config
    return block


def _completed(block: Json, layers: Mapping[str, Any], keras: KerasVersion) -> Json:
    if not isinstance(block, dict) or not isinstance(block.get("config"), dict):
        return block
    config = block["config"]
    layer = layers.get(str(config.get("name", block.get("name")))) if isinstance(config, dict) else None
    if layer is None or not isinstance(config, dict):
        return block
    if not is_model(layer):
        return {**block, "config": _with_activity(layer, config)} if keras.major < 3 else block
    kept: dict[str, Json] = {key: block[key] for key in ("name", "inbound_nodes", "build_config") if key in block}
    return {**_config_of(layer, keras), **kept}


def _compile_config(model: Any) -> Json:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            config = model.get_compile_config()
    except Exception:  # not compiled, or with something that can't be serialized
        return None
    return _plain(config) if isinstance(config, dict) and config else None


def _optimizer(model: Any) -> Value | None:
    """The optimizer with the settings that it has now, the learning rate above all; None if there is none."""
    optimizer = getattr(model, "optimizer", None)
    try:
        config = _plain(optimizer.get_config()) if optimizer is not None else None
        kind = type(optimizer)
        module = "keras.optimizers" if is_keras(kind.__module__) else kind.__module__
        block: Json = {"module": module, "class_name": kind.__name__, "config": config, "registered_name": None}
        return ValueReader().value(block, "optimizer", "optimizer") if isinstance(config, dict) else None
    except Exception:  # an optimizer of the user may do anything
        return None


def _plain(value: Any, depth: int = 0) -> Json:
    """A live config as its file would have it: lists for tuples, plain numbers, a class name for other objects."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if depth > 2 * MAX_DEPTH:
        raise ModelFileError("config", "objects are nested too deeply")
    if isinstance(value, dict):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return _plain(value.item(), depth + 1)
    return {"class_name": f"__{type(value).__name__}__", "config": {}}


@dataclass
class _Collector:
    """Finds the variables of every layer of a graph; each variable once. ``old`` are the regularizers of Keras 2."""

    keras: KerasVersion
    trainable: set[int]
    old: dict[int, Any] | None
    values: bool = True
    held: dict[int, tuple[Held, ...]] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    dormant: dict[int, tuple[Dormant, ...]] = field(default_factory=dict)

    def collect(self, graph: ModelGraph, model: Any) -> ModelGraph:
        """Fill ``held``, and set ``step_copies`` in the graph."""
        layers = {layer.name: layer for layer in model.layers}
        nodes = []
        for node in graph.nodes:
            layer = layers.get(node.name)
            if layer is not None and node.inner is not None:
                node = replace(node, inner=self.collect(node.inner, layer))
                self.rest(node.inner, layer)
            elif layer is not None:
                if node.layer.key not in self.held:
                    self.held[node.layer.key] = self._layer(layer, graph.weights.get(node.layer.key), node)
                    self.dormant[node.layer.key] = tuple(dormant_in(layer, self.keras, self.old))
                if node.layer.custom:
                    copies = _step_copies(layer, node)
                    held = self.held[node.layer.key] if copies else ()
                    regularized = any(not one.regularizer.must_be(None) for one in held)
                    node = replace(node, step_copies=copies, copies_regularized=regularized)
            nodes.append(node)
        return replace(graph, nodes=tuple(nodes))

    def rest(self, graph: ModelGraph | None, model: Any) -> None:
        """Variables that the model owns beside its layers."""
        left = [variable for variable in model.weights if id(variable) not in self.seen]
        if left and graph is not None:
            self.held[graph.key] = tuple(self._variable(variable, _path(variable), None) for variable in left)

    def _layer(self, layer: Any, specs: tuple[WeightSpec, ...] | None, node: LayerNode) -> tuple[Held, ...]:
        variables = [variable for variable in layer.weights if id(variable) not in self.seen]
        names = _short_names([_path(variable) for variable in variables])
        if node.layer.custom:
            parts = _specs_of_parts(layer, self.keras)
            return tuple(self._variable(v, name, parts.get(id(v))) for v, name in zip(variables, names, strict=True))
        by_path = {str(number): variable for number, variable in enumerate(variables)}
        found = [Found(key, tuple(variable.shape), None) for key, variable in by_path.items()]
        if specs is None:
            specs = fitted(node.layer, [one.shape for one in found])
        return tuple(
            self._variable(by_path[one.path], spec.name if spec else names[int(one.path)], spec)
            for one, spec in match(found, specs)
        )

    def _variable(self, variable: Any, name: str, spec: WeightSpec | None) -> Held:
        self.seen.add(id(variable))
        shape = tuple(int(size) for size in variable.shape)
        found = Found(name, shape, _reader(variable) if self.values else None)
        if self.keras.major >= 3:
            raw = getattr(variable, "regularizer", None)
            regularizer = _regularizer(raw)
        elif self.old is not None:
            raw = self.old.get(id(variable))
            regularizer = _regularizer(raw)
        else:
            raw = None
            regularizer = spec.regularizer if spec else Unknown("Keras 2 does not say what regularizes a variable")
        trainable = id(variable) in self.trainable
        counted = trainable or self.keras < (3, 1)
        measured = orthogonal_penalty(regularizer, found)
        exact = coefficients(regularizer, self.keras) is not None and "16" not in str(variable.dtype)
        if self.values and measured is None and raw is not None and not exact:
            # what sums of half precision come to is a matter of the backend
            measured = _called(raw, variable)
        return Held(
            name,
            shape,
            sums_of(found.read()) if found.read else None,
            spec,
            regularizer,
            trainable,
            measured,
            counted,
            variable,
        )


def _specs_of_parts(layer: Any, keras: KerasVersion) -> dict[int, WeightSpec]:
    """What the spec knows of the layers of Keras that a user's own layer holds, by the identity of the variable."""
    found: dict[int, WeightSpec] = {}
    for part in layer._flatten_layers(include_self=False):
        try:
            described = ValueReader().layer(_serialized(part, keras), "config")
        except ModelFileError:  # of the user's own making; its variables still tell size and regularizer
            continue
        specs = fitted(described, [tuple(weight.shape) for weight in part.weights]) or ()
        found.update((id(weight), spec) for weight, spec in zip(part.weights, specs, strict=False))
    return found


def _regularizer(raw: Any) -> Value:
    """The regularizer that a variable carries, as a value."""
    if raw is None:
        return NONE
    kind = type(raw)
    try:
        config = raw.get_config()
    except Exception:  # a user's own regularizer need not have one
        config = {}
    module = kind.__module__ if kind.__module__.split(".")[0] in ("keras", "tf_keras") else None
    name = getattr(raw, "__name__", None) if not hasattr(raw, "get_config") else None
    block: Json = {
        "module": module or "custom",
        "class_name": name or kind.__name__,
        "registered_name": name or kind.__name__,
        "config": {key: item for key, item in config.items() if isinstance(item, int | float | str | bool | None)},
    }
    value = ValueReader().value(block, "regularizer")
    return value if isinstance(value, Instance) else Unknown(f"a regularizer of the class {kind.__name__}")


def _called(regularizer: Any, variable: Any) -> float | None:
    """What a user's own regularizer says of a variable; None if it fails."""
    try:
        return float(regularizer(variable))
    except Exception:  # the user's code; the account goes on without this amount
        return None


def _reader(variable: Any) -> Any:
    def read() -> Iterator[Any]:
        import numpy

        value = variable.numpy() if hasattr(variable, "numpy") else variable
        yield numpy.asarray(value)

    return read


def _path(variable: Any) -> str:
    return str(getattr(variable, "path", None) or variable.name).partition(":")[0]


def _short_names(paths: list[str]) -> list[str]:
    """Paths without the parts that all of them start with."""
    split = [path.split("/") for path in paths]
    common = 0
    while all(len(parts) > common + 1 and parts[common] == split[0][common] for parts in split):
        common += 1
        if not split:
            break
    return ["/".join(parts[common:]) for parts in split]


def _step_copies(layer: Any, node: LayerNode) -> int | None:
    """The number of layers in a list of this layer, if they are alike and as many as the input has time steps."""
    steps = time_steps(node)
    if steps is None or steps < 2:
        return None
    for value in list(vars(layer).values()):
        if isinstance(value, list | tuple) and len(value) == steps and all(hasattr(item, "weights") for item in value):
            alike = {(type(item), tuple(tuple(weight.shape) for weight in item.weights)) for item in value}
            if len(alike) == 1 and len({id(item) for item in value}) == steps and value[0].weights:
                return steps
    return None
