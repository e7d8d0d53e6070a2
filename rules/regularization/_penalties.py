"""What the rules about regularization have in common."""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Const, Instance, LayerObject, ModelGraph, OneOf, Sequence, Symbol, Value

REGULARIZERS = "keras.regularizers."
NOT_OF_WEIGHTS = "activity_regularizer"


def see(what: str, model: ModelGraph | None = None) -> str:
    """The end of a help text that names the account; empty where the model is inspected already."""
    if model is not None and model.origin != "source":
        return ""
    return f"; `tdlint inspect` of the built model (model.keras, or train.py:build_model) {what}"


def regularizer_arguments(layer: LayerObject) -> Iterator[tuple[str, Value]]:
    """Every argument of a layer of Keras that is a regularizer and is passed, with its value."""
    if layer.custom or not layer.type.startswith("keras.layers."):
        return
    for name, value in layer.args.bound:
        if name.endswith("_regularizer") and not value.must_be(None):
            yield name, value


def with_inner(model: ModelGraph) -> Iterator[LayerObject]:
    """Every distinct layer, and the layer inside of a wrapper after it."""
    seen = set()
    for outer in model.layers():
        inner = outer.args.get("layer") if not outer.custom else None
        for layer in (outer, inner):
            if isinstance(layer, LayerObject) and layer.key not in seen:
                seen.add(layer.key)
                yield layer


def described(value: Value) -> str:
    """A value as a reader of the source knows it."""
    if isinstance(value, Const):
        return repr(value.value)
    if isinstance(value, Instance):
        return value.type.rpartition(".")[2]
    if isinstance(value, Symbol):
        return value.name.rpartition(".")[2]
    if isinstance(value, Sequence):
        return f"a {value.kind}"
    return "one of several" if isinstance(value, OneOf) else "something"
