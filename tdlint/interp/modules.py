"""Imports of other files of the same project: each is executed once, in a frame of its own."""

from __future__ import annotations

from pathlib import Path

import libcst as cst

from tdlint.interp import names, statements
from tdlint.interp.run import Run
from tdlint.interp.state import ModuleValue
from tdlint.spec.names import canonical
from tdlint.values import Const, Unknown, Value

# Of Keras' own files only those that build models are followed; of the others the spec knows what they do.
_FOLLOWED_OF_KERAS = "keras.applications."


def imported(run: Run, name: str, level: int = 0) -> ModuleValue | None:
    """A module by its dotted name, if it is a file of the project; None for anything else."""
    here = run.paths.get(names.module_of(run, run.frame.number))
    if run.project is None or here is None:
        return None
    public, namespace = canonical(name)
    if not level and namespace is not None and not f"{public}.".startswith(_FOLLOWED_OF_KERAS):
        return None
    path = run.project.find(name, here, level)
    frame = None if path is None else _frame_of(run, path)
    return None if frame is None else ModuleValue(frame)


def _frame_of(run: Run, path: Path) -> int | None:
    """The frame of a module's names, after it was executed."""
    known = run.loaded.get(path)
    if known is not None and known in run.state.frames:
        return known
    module = run.project.module(path) if run.project is not None else None
    if module is None or len(run.loading) > 8:
        return None
    run.max_steps += run.steps_per_line * len(module.body)
    return _execute(run, module, path)


def _execute(run: Run, module: cst.Module, path: Path) -> int:
    frame = run.push_frame(None)
    frame.captured = True
    run.loaded[path] = frame.number
    run.paths[frame.number] = path
    run.names["__name__"] = Const(path.stem)
    run.loading.append(path)
    try:
        statements.execute_block(run, module)
    finally:
        run.loading.pop()
        del run.frames[run.frames.index(frame) :]
    run.state.dead = False
    return frame.number


def attribute(run: Run, owner: ModuleValue, name: str) -> Value:
    """``module.name``."""
    found = run.state.frames.get(owner.frame, {}).get(name)
    if found is not None:
        return found
    path = run.paths.get(owner.frame)
    if path is not None and path.stem == "__init__" and run.project is not None:
        inner = run.project.find(name, path, 1)
        frame = None if inner is None else _frame_of(run, inner)
        if frame is not None:
            return ModuleValue(frame)
    return Unknown(f"{name} is not defined in {path.name if path else 'the module'}", name)


def public_names(run: Run, owner: ModuleValue) -> dict[str, Value]:
    """What ``from module import *`` brings."""
    frame = run.state.frames.get(owner.frame, {})
    return {name: value for name, value in frame.items() if not name.startswith(("_", "*"))}
