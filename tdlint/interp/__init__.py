"""The abstract interpreter: source text to ``Program``. It knows no rule, and it runs nothing of the user's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tdlint.interp.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import libcst as cst

    from tdlint.interp.project import Project
    from tdlint.interp.relevance import Texts
    from tdlint.interp.run import Run
    from tdlint.values import Site, Value

__all__ = ["Analysis", "NoSuchFunction", "Program", "interpret"]


@dataclass(frozen=True, slots=True)
class Outside:
    """A place in another file: the file, its syntax tree, and the place in the source that leads there."""

    path: Path
    module: cst.Module
    entry: Site


@dataclass(frozen=True)
class Analysis:
    """A program, and the syntax nodes that its sites stand for; ``outside`` has the sites in other files."""

    program: Program
    module: cst.Module
    syntax: Sequence[cst.CSTNode]  # grows when a rule asks for facts about a method
    outside: Mapping[Site, Outside] = field(default_factory=dict)

    def node(self, site: Site) -> cst.CSTNode:
        """The syntax node of a site."""
        return self.syntax[site.number]

    def exact(self, site: Site) -> cst.CSTNode:
        """The syntax node of a site, in LibCST's own tree.

        Raises:
            NeedsLibCST: there is none.
        """
        from tdlint.sources.plain_nodes import exact_node

        found = self.outside.get(site)
        return exact_node(self.module if found is None else found.module, self.syntax[site.number])

    def here(self, site: Site) -> Site:
        """The place in the source itself that leads to a site."""
        found = self.outside.get(site)
        return site if found is None else found.entry


def _stopped(run: Run, why: str, module: cst.Module) -> None:
    """What comes after this place is not seen: any model may still be changed there."""
    from tdlint.interp.heap import ModelObject
    from tdlint.interp.keras import models

    run.muted = 0
    run.note_unknown(why, module)
    for key, thing in list(run.state.heap.items()):
        if isinstance(thing, ModelObject):
            run.state.heap[key] = models.with_unknown(thing, why)


def _models_of_call(run: Run, module: cst.Module, name: str) -> tuple[int, ...]:
    """The keys of the models that a function returns, alone or in a list, tuple or dict."""
    from tdlint.interp.heap import Imported
    from tdlint.interp.python import containers, functions, modules
    from tdlint.interp.python.arguments import CallArguments
    from tdlint.values import FunctionValue, ModelValue, walk

    names = run.state.frames[run.frame.number]
    function = names.get(name)
    if isinstance(function, Imported):
        function = modules.resolve(run, function)
    if not isinstance(function, FunctionValue):
        known = sorted(key for key, value in names.items() if isinstance(value, FunctionValue))
        raise NoSuchFunction(f"no function {name} in this file; there are: {', '.join(known) or 'none'}")
    returned: list[Value] = []
    _follow(run, module, lambda: returned.append(functions.enter(run, function, CallArguments())))
    parts = (part for value in returned for part in walk(containers.snapshot(run, value)))
    return tuple(dict.fromkeys(part.key for part in parts if isinstance(part, ModelValue)))


def _follow(run: Run, module: cst.Module, work: Callable[[], None]) -> None:
    """Do a part of the work; what is too much for the bounds is unknown, and said so."""
    from tdlint.interp.run import OutOfSteps

    try:
        work()
    except OutOfSteps:
        _stopped(run, "the program is too large to follow to its end", module)
    except RecursionError:
        _stopped(run, "the program nests too deeply to follow to its end", module)
    del run.frames[1:]
    run.depth = run.uncertain = run.muted = run.loops_unknown = run.loops = run.in_try = run.taping = 0
    run.unrolled = 1
    run.owners.clear()
    run.loop_floors.clear()
    run.tries.clear()
    run.guards.clear()
    run.state.dead = False


class NoSuchFunction(Exception):
    """There is no function of that name in the module; the text says which there are."""


CALL_STEPS = 20
"""How many times as many steps a function that is entered by name may take."""


def interpret(
    module: cst.Module,
    lines: int = 0,
    texts: Texts | None = None,
    *,
    project: Project | None = None,
    path: Path | None = None,
    call: str | None = None,
    watch: Callable[[cst.CSTNode, Value], None] | None = None,
) -> Analysis:
    """Follow a module from top to bottom, then everything in it that nobody calls.

    ``lines`` is the length of the source; the longer it is, the more steps it may take. With the ``texts`` of its
    functions, those that nobody calls and that name nothing of Keras are left out. With a ``project`` and the ``path``
    of the source, imports from other files of the project are followed. ``call`` names a function of the module that is
    entered with its defaults, in place of what nobody calls; ``Program.returned`` has the models that it returns.
    ``watch`` is told every expression and its value, each time that it is evaluated.

    Raises:
        NoSuchFunction: the module has no function of the name ``call``.
    """
    from tdlint.interp import gathering
    from tdlint.interp.keras import build, references
    from tdlint.interp.python import classes, statements
    from tdlint.interp.relevance import irrelevant_functions
    from tdlint.interp.run import MAIN, Run

    run = Run(lines)
    run.watch = watch
    run.outside.trees[MAIN] = module
    if path is not None and project is not None:
        run.outside.project = project
        run.outside.paths[MAIN] = path
        run.outside.loaded[path] = MAIN
    if call is not None:
        run.max_steps *= CALL_STEPS
        run.outside.max_steps = run.max_steps
    _follow(run, module, lambda: statements.execute_block(run, module))
    returned = None if call is None else _models_of_call(run, module, call)
    if returned is not None:
        models = build.build_all(run)
    else:
        skip = irrelevant_functions(run, texts) if texts is not None else set()
        _follow(run, module, lambda: classes.enter_unused(run, skip, forward=False))
        models = build.build_all(run)
        _follow(run, module, lambda: classes.enter_unused(run, skip, forward=True))
        seen = {model.key for model in models}
        models += tuple(model for model in build.build_all(run, seen))
        references.read_lambdas(run)
    program = gathering.program_of(run, models, returned)
    out = run.outside
    outside = {
        site: Outside(out.paths[module], out.trees[module], entry) for site, (module, entry) in out.sites.items()
    }
    return Analysis(program, module, run.syntax, outside)
