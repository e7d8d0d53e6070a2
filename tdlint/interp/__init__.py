"""The abstract interpreter: source text to ``Program``. It knows no rule, and it runs nothing of the user's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdlint.interp.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable

    import libcst as cst

    from tdlint.interp.relevance import Texts
    from tdlint.interp.run import Run
    from tdlint.values import Site

__all__ = ["Analysis", "Program", "interpret"]


@dataclass(frozen=True)
class Analysis:
    """A program, and the syntax nodes that its sites stand for."""

    program: Program
    syntax: tuple[cst.CSTNode, ...]

    def node(self, site: Site) -> cst.CSTNode:
        """The syntax node of a site."""
        return self.syntax[site.number]


def _stopped(run: Run, why: str, module: cst.Module) -> None:
    """What comes after this place is not seen: any model may still be changed there."""
    from tdlint.interp import models
    from tdlint.interp.state import ModelObject

    run.muted = 0
    run.note_unknown(why, module)
    for key, thing in list(run.state.heap.items()):
        if isinstance(thing, ModelObject):
            run.state.heap[key] = models.with_unknown(thing, why)


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
    run.depth = run.uncertain = run.muted = run.loops_unknown = run.in_try = 0
    run.owners.clear()
    run.loop_floors.clear()
    run.tries.clear()
    run.state.dead = False


def interpret(module: cst.Module, lines: int = 0, texts: Texts | None = None) -> Analysis:
    """Follow a module from top to bottom, then everything in it that nobody calls.

    ``lines`` is the length of the source; the longer it is, the more steps it may take. With the ``texts`` of its
    functions, those that nobody calls and that name nothing of Keras are left out.
    """
    from tdlint.interp import build, classes, statements
    from tdlint.interp.relevance import irrelevant_functions
    from tdlint.interp.run import Run

    run = Run(lines)
    _follow(run, module, lambda: statements.execute_block(run, module))
    skip = irrelevant_functions(run, texts) if texts is not None else set()
    _follow(run, module, lambda: classes.enter_unused(run, skip, forward=False))
    models = build.build_all(run)
    _follow(run, module, lambda: classes.enter_unused(run, skip, forward=True))
    seen = {model.key for model in models}
    models += tuple(model for model in build.build_all(run, seen))
    program = Program(
        models,
        tuple(run.calls.values()),
        tuple(run.imports.values()),
        tuple(run.step_layers.values()),
        tuple(run.namespaces.items()),
        run.legacy_keras,
        tuple(run.unknown),
    )
    return Analysis(program, tuple(run.syntax))
