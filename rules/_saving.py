"""Where a program saves and loads whole models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tdlint.api import (
    CallSite,
    Context,
    Instance,
    KerasVersion,
    LayerObject,
    ModelGraph,
    Place,
    Program,
    Sequence,
    text,
)

SAVES = ("keras.Model.save", "keras.models.save_model", "keras.saving.save_model")
LOADS = ("keras.models.load_model", "keras.saving.load_model")
SCOPES = frozenset(
    f"keras.{module}.{name}"
    for module in ("saving", "utils")
    for name in (
        *("custom_object_scope", "CustomObjectScope", "get_custom_objects"),
        "register_keras_serializable",
    )
)


@dataclass(frozen=True)
class Saved:
    """A model and where it is written to as a whole; ``path`` is None if it is not a text that is known."""

    call: CallSite
    model: ModelGraph
    path: str | None
    place: Place


def version_of(program: Program, context: Context) -> KerasVersion:
    """The oldest Keras that a program uses."""
    return min((context.version(name) for name, _ in program.namespaces), default=context.keras)


def saved_models(program: Program) -> Iterator[Saved]:
    """Every model that is certainly saved with its configuration, by a call or a checkpoint callback."""
    for call in program.calls:
        if call.name in SAVES:
            yield from _saved(program, call, text(call.args.get("filepath")), call.place("filepath"))
        elif call.name == "keras.Model.fit":
            callbacks = call.args.get("callbacks")
            for each in callbacks.items if isinstance(callbacks, Sequence) else (callbacks,):
                if not isinstance(each, Instance) or each.type != "keras.callbacks.ModelCheckpoint":
                    continue
                if each.args.get("save_weights_only").must_be(False):
                    place = Place(each.args.site("filepath") or each.site)
                    yield from _saved(program, call, text(each.args.get("filepath")), place)


def _saved(program: Program, call: CallSite, path: str | None, place: Place) -> Iterator[Saved]:
    model = program.model(call.models[0]) if len(call.models) == 1 else None
    if model is not None and "made elsewhere" not in model.unknown:
        yield Saved(call, model, path, place)


def loads(program: Program, path: str | None) -> list[CallSite]:
    """The calls that load the file of this name."""
    return [call for call in program.calls_of(*LOADS) if path is not None and text(call.args.get("filepath")) == path]


def layers_within(model: ModelGraph) -> Iterator[LayerObject]:
    """Every layer of a model and of the models in it."""
    for node in model.nodes:
        if node.inner is not None:
            yield from layers_within(node.inner)
        else:
            yield node.layer
