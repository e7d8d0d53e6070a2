"""Imports of other files of the same project: each is executed once, in a frame of its own, when it is first used."""

from __future__ import annotations

from pathlib import Path

import libcst as cst

from tdlint.interp import outside
from tdlint.interp.heap import Imported, ModuleValue
from tdlint.interp.python import containers, statements
from tdlint.interp.run import MAIN, Run
from tdlint.spec.names import canonical
from tdlint.values import Const, Site, Symbol, Unknown, Value, text

# Of Keras' own files only those that build models are followed; of the others the spec knows what they do.
_FOLLOWED_OF_KERAS = "keras.applications."

MAX_LOADING = 12
"""Files that are executed because another one uses them, one in the other."""


def imported(run: Run, name: str, node: cst.CSTNode, level: int = 0, member: str | None = None) -> Imported | None:
    """A module by its dotted name, or a ``member`` of it, if it is of the project; None for anything else."""
    here = run.outside.paths.get(run.frame.module)
    project = run.outside.project
    if project is None or here is None:
        return None
    path = project.find(name, here, level)
    if path is None:
        return None
    public, namespace = canonical(name)
    own = not level and namespace is not None and project.is_in_package(here, name)
    if own and (project.only_plain or not f"{public}.".startswith(_FOLLOWED_OF_KERAS)):
        return None
    dotted = "" if level else f"{name}.{member}" if member else name
    return Imported(path, member, run.site(node), dotted)


def resolve(run: Run, value: Imported) -> Value:
    """What an import brings, after its file was executed."""
    frame = _frame_of(run, value.path, run.here(value.site))
    if frame is None:
        why = f"{value.path.name} is not followed: {run.outside.failed[value.path]}"
        if not run.muted:
            run.records.unknown.append((why, run.here(value.site)))
        public, namespace = canonical(value.dotted)
        # of what is not followed, the name is known, as of a library
        return Symbol(public) if public and namespace is None else Unknown(why, value.name)
    module = ModuleValue(frame)
    return module if value.name is None else attribute(run, module, value.name)


def _frame_of(run: Run, path: Path, entry: Site) -> int | None:
    """The frame of a module's names, after it was executed."""
    out = run.outside
    known = out.loaded.get(path)
    if known is not None and known in run.state.frames:
        return known
    if path in out.failed or out.project is None:
        return None
    module = out.project.module(path)
    if isinstance(module, cst.Module) and out.loading >= MAX_LOADING:
        module = "imports are nested too deeply"
    if isinstance(module, str):
        out.failed[path] = module
        return None
    return _execute(run, module, path, entry)


def _execute(run: Run, module: cst.Module, path: Path, entry: Site) -> int | None:
    out, parents = run.outside, list(run.frames)
    frame = run.push_frame(None)
    frame.captured = True
    out.loaded[path] = frame.number
    out.paths[frame.number] = path
    out.trees[frame.number] = module
    out.imported_at[frame.number] = entry
    run.names["__name__"] = Const(path.stem)

    def work() -> bool:
        statements.execute_block(run, module)
        return True

    def too_large() -> bool:
        out.failed[path] = "what is imported is too large to follow"
        del out.loaded[path]
        return False

    dead, out.loading = run.state.dead, out.loading + 1
    try:
        with outside.from_the_top(run), run.entering(entry):
            whole = outside.within_bounds(run, work, too_large) if parents[-1].module == MAIN else work()
    finally:
        out.loading -= 1
        run.frames[:] = parents
    run.state.dead = dead
    return frame.number if whole else None


def use(run: Run, frame: int, name: str, value: Imported) -> Value:
    """What an imported name of a frame stands for; from now on it stands for that.

    Meanwhile it is not defined: files that import it from each other would never come to an end.
    """
    run.state.own(frame).pop(name, None)
    found = resolve(run, value)
    if frame in run.state.frames:
        run.state.own(frame)[name] = found
    return found


def attribute(run: Run, owner: ModuleValue, name: str) -> Value:
    """``module.name``."""
    found = run.state.frames.get(owner.frame, {}).get(name)
    path = run.outside.paths.get(owner.frame)
    if type(found) is Imported:
        found = use(run, owner.frame, name, found)
    if found is not None:
        return found
    project = run.outside.project
    if path is not None and project is not None and (path.stem == "__init__" or path.suffix != ".py"):
        package = path if path.suffix == ".py" else path / "__init__.py"
        inner = project.find(name, package, 1)
        if inner is not None:
            return resolve(run, Imported(inner, None, _entry(run, owner.frame)))
    return Unknown(f"{name} is not defined in {path.name if path else 'the module'}", name)


def _entry(run: Run, frame: int) -> Site:
    """The import that brought a module; a package of which the source itself is a part has none."""
    return run.outside.imported_at.get(frame) or run.outside.entry or run.site(run.outside.trees[MAIN])


def public_names(run: Run, owner: ModuleValue) -> dict[str, Value]:
    """What ``from module import *`` brings."""
    frame = run.state.frames.get(owner.frame, {})
    listed = containers.as_list(run, frame["__all__"]) if "__all__" in frame else None
    if listed is not None and listed.rest is None:
        names = {text(item) for item in listed.items}
        return {name: value for name, value in frame.items() if name in names}
    return {name: value for name, value in frame.items() if not name.startswith(("_", "*"))}
