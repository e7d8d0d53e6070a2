"""Models that the program saves and loads again: what ``load_model`` gives is a copy of what is in the file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, replace

import libcst as cst

from tdlint.graph import CallSite
from tdlint.interp.heap import DictObject, ModelObject
from tdlint.interp.keras import cloning, model_layers
from tdlint.interp.python import containers
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import Run
from tdlint.values import Arguments, Const, Instance, LayerObject, ModelValue, Sequence, Value, text

NOT_SEEN = "the result of load_model"

_Picture = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class SavedModel(Value):
    """A model in a file: its key, what it was when it was saved, and how it was compiled."""

    model: int
    picture: _Picture
    compiles: tuple[CallSite, ...]


def save(run: Run, model: Value | None, path: Value | None) -> None:
    """``model.save(path)``: what was in that file is replaced; a path that is not known may be any."""
    name = None if path is None else text(path)
    found = run.model(model.key) if isinstance(model, ModelValue) else None
    if name is None or not isinstance(model, ModelValue) or found is None:
        run.state.heap[run.saved] = DictObject()
        return
    _keep(run, name, SavedModel(model.key, _picture(run, model.key), found.compiles))


def save_in_training(run: Run, key: int, arguments: Arguments) -> None:
    """``model.fit(callbacks=[ModelCheckpoint(path)])``: the file has the model from then on."""
    given = arguments.get("callbacks")
    for callback in given.items if isinstance(given, Sequence) else (given,):
        if not isinstance(callback, Instance) or callback.type != "keras.callbacks.ModelCheckpoint":
            continue
        if callback.args.get("save_weights_only").must_be(True):
            continue
        path = text(callback.args.get("filepath"))
        whole = callback.args.get("save_weights_only").must_be(False)
        before = None if path is None else _in_file(run, path)
        # a checkpoint of the best model only may leave what is there
        other = before is not None and before.model != key and not callback.args.get("save_best_only").must_be(False)
        known = whole and path is not None and "{" not in path and not other
        save(run, ModelValue(key), Const(path) if known else None)


def load(run: Run, args: CallArguments, node: cst.Call) -> ModelValue:
    """``load_model(path)``."""
    from tdlint.interp.keras.build import shape_it_is_built_with  # these two tell what is saved: each needs the other
    from tdlint.interp.keras.models import made_elsewhere

    path = args.first("filepath")
    saved = None if path is None or text(path) is None else _in_file(run, text(path) or "")
    compiled = args.keywords.get("compile", (Const(True), None))[0]
    if saved is None or not args.complete or len(args.values) > 1 or not isinstance(compiled, Const):
        return made_elsewhere(run, NOT_SEEN, node)
    if len(saved.compiles) > 1:
        return made_elsewhere(run, f"{NOT_SEEN}: the model was compiled in several ways", node)
    if _picture(run, saved.model) != saved.picture:
        return made_elsewhere(run, f"{NOT_SEEN}: the model was changed after it was saved", node)
    try:
        copy = cloning.clone(run, ModelValue(saved.model), run.site(node))
    except cloning.NotCloned as reason:
        return made_elsewhere(run, f"{NOT_SEEN}: {reason}", node)
    made, original = run.model(copy.key), run.model(saved.model)
    built = None if original is None else shape_it_is_built_with(run, saved.model, original)
    if built is not None:
        run.state.built[copy.key] = (built,)
    if made is not None and compiled.value:
        compiles = tuple(replace(call, models=(copy.key,)) for call in saved.compiles)
        run.state.heap[copy.key] = replace(made, compiles=compiles)
    return copy


def _keep(run: Run, path: str, saved: SavedModel) -> None:
    files = run.state.heap.get(run.saved)
    if isinstance(files, DictObject):
        run.state.heap[run.saved] = containers.with_entry(run, files, _file(path), saved)


def _in_file(run: Run, path: str) -> SavedModel | None:
    files = run.state.heap.get(run.saved)
    found = containers.lookup(files, _file(path)) if isinstance(files, DictObject) else None
    return found if isinstance(found, SavedModel) else None


def _file(path: str) -> Const:
    return Const(posixpath.normpath(path))


def _picture(run: Run, key: int) -> _Picture:
    """What a model consists of now, to be compared: a file does not change with the model."""
    parts: list[object] = []
    pending: list[LayerObject | ModelValue] = [ModelValue(key)]
    seen: set[int] = set()
    while pending:
        part = pending.pop()
        if part.key in seen:
            continue
        seen.add(part.key)
        thing = run.state.heap.get(part.key)
        parts.append(replace(thing, compiles=(), fits=()) if isinstance(thing, ModelObject) else thing)
        pending += _held(run, part)
    return tuple(parts)


def _held(run: Run, part: LayerObject | ModelValue) -> Iterable[LayerObject | ModelValue]:
    if isinstance(part, ModelValue):
        return model_layers.known_layers(run, part.key)
    return [value for _, value in part.args.bound if isinstance(value, LayerObject | ModelValue)]
