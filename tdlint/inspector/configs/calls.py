"""The calls of a layer in a Functional config: ``inbound_nodes`` of Keras 2 and 3, and references to tensors."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from tdlint.inspector.configs.values import MAX_DEPTH, Json, expect_list, expect_object, shape_at
from tdlint.inspector.errors import ModelFileError
from tdlint.shapes import AnyShape


@dataclass(frozen=True)
class Tensor:
    """A reference: output ``output`` of call ``call`` of the layer; ``shape`` where the file has it."""

    layer: str
    call: int
    output: int
    shape: AnyShape | None = None


@dataclass(frozen=True)
class Call:
    """One call of a layer: its input tensors in order, those of keywords last, masks left out."""

    tensors: tuple[Tensor, ...]


def calls_of(block: dict[str, Json], where: str) -> tuple[Call, ...]:
    """The calls of a serialized layer; empty for an input and in a Sequential.

    Raises:
        ModelFileError: a call is not in a form that Keras writes.
    """
    raw = block.get("inbound_nodes")
    if raw is None:
        return ()
    place = f"{where}.inbound_nodes"
    nodes = expect_list(raw, place)
    if nodes and _is_reference(nodes):  # Keras 2 writes the call of an operation without the list around it
        nodes = [nodes]
    return tuple(Call(tuple(_inputs(node, f"{place}[{i}]"))) for i, node in enumerate(nodes))


def _inputs(node: Json, where: str) -> Iterator[Tensor]:
    if isinstance(node, dict):
        yield from _keras_tensors(node.get("args"), f"{where}.args", 0)
        kwargs = expect_object(node.get("kwargs") or {}, f"{where}.kwargs")
        for name, value in kwargs.items():
            if name != "mask":
                yield from _keras_tensors(value, f"{where}.kwargs.{name}", 0)
        return
    yield from _references(expect_list(node, where), where, 0)


def _keras_tensors(value: Json, where: str, depth: int) -> Iterator[Tensor]:
    """All tensors in the arguments of a call, as Keras 3 writes them."""
    if depth > MAX_DEPTH:
        raise ModelFileError(where, f"arguments are nested more than {MAX_DEPTH} deep")
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from _keras_tensors(item, f"{where}[{i}]", depth + 1)
    elif isinstance(value, dict):
        if value.get("class_name") != "__keras_tensor__":
            for key, item in value.items():
                yield from _keras_tensors(item, f"{where}.{key}", depth + 1)
            return
        config = expect_object(value.get("config"), f"{where}.config")
        history = config.get("keras_history")
        if not _is_reference(history):
            raise ModelFileError(f"{where}.config.keras_history", "expected [layer, call, output]")
        shape = config.get("shape")
        yield _tensor(history, shape_at(shape, f"{where}.config.shape") if shape is not None else None)


def _is_reference(value: Json) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 3
        and isinstance(value[0], str)
        and all(isinstance(item, int) and not isinstance(item, bool) and 0 <= item < 2**31 for item in value[1:3])
    )


def _tensor(reference: Json, shape: AnyShape | None = None) -> Tensor:
    assert isinstance(reference, list)
    name, call, output = reference[:3]
    assert isinstance(name, str)
    assert isinstance(call, int)
    assert isinstance(output, int)
    return Tensor(name, call, output, shape)


def _references(value: Json, where: str, depth: int) -> Iterator[Tensor]:
    """All ``[layer, call, output, {keywords}]`` in the arguments of a call, as Keras 2 writes them."""
    if depth > MAX_DEPTH:
        raise ModelFileError(where, f"arguments are nested more than {MAX_DEPTH} deep")
    if isinstance(value, list):
        if _is_reference(value):
            yield _tensor(value)
            keywords = value[3] if len(value) > 3 else None
            if isinstance(keywords, dict):
                for name, item in keywords.items():
                    if name != "mask":
                        yield from _references(item, f"{where}[3].{name}", depth + 1)
            return
        for i, item in enumerate(value):
            yield from _references(item, f"{where}[{i}]", depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _references(item, f"{where}.{key}", depth + 1)


def tensors_at(value: Json, where: str, known: Container[str]) -> tuple[Tensor, ...]:
    """The tensors of ``input_layers`` and ``output_layers``: one reference, or a list or dict of them.

    Raises:
        ModelFileError: there is none, or one of a layer that the model does not have.
    """
    found = tuple(_references(value, where, 0))
    if not found:
        raise ModelFileError(where, "expected [layer, call, output], received nothing like it")
    for tensor in found:
        if tensor.layer not in known:
            raise ModelFileError(where, f"no layer is called {tensor.layer!r}")
    return found
