"""``try`` and ``with``: what holds where the work before may have stopped anywhere."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Literal, TypeAlias

import libcst as cst

from tdlint.interp.keras import references
from tdlint.interp.python import classes, expressions, names, objects, statements
from tdlint.interp.run import Run
from tdlint.interp.state import State, join_states
from tdlint.values import Instance, Symbol, Unknown, Value

Swallowing: TypeAlias = Literal["suppresses", "expects"]


def remember(run: Run) -> None:
    """Within ``try``: an exception may come after this statement."""
    if not run.state.dead:
        run.tries[-1] = join_states(run.tries[-1], run.state.fork())


def _attempt(run: Run, work: Callable[[], None]) -> State:
    """Do the work; the state that whoever catches an exception of it finds."""
    run.tries.append(run.state.fork())
    try:
        work()
        remember(run)
    finally:
        stopped = run.tries.pop()
    if run.tries:  # it may pass on to the next one
        run.tries[-1] = join_states(run.tries[-1], stopped.fork())
    return stopped


def execute_try(run: Run, node: cst.Try | cst.TryStar) -> None:
    """``try`` with all its parts."""
    frame = run.frame
    exits = (frame.returns, frame.breaks, frame.continues)
    counts = [len(each) for each in exits]
    with references.trying(run, node):
        stopped = _attempt(run, lambda: _body_and_handlers(run, node))
    if node.finalbody is None:
        return
    _finally_before_leaving(run, node.finalbody, counts)
    dead = run.state.dead
    if dead:
        run.keep_going(stopped)  # an exception passes through
        run.state.dead = False
    statements.execute_block(run, node.finalbody.body)
    run.state.dead = run.state.dead or dead


def _body_and_handlers(run: Run, node: cst.Try | cst.TryStar) -> None:
    run.in_try += 1
    try:
        stopped = _attempt(run, lambda: statements.execute_block(run, node.body))
        if node.orelse is not None and not run.state.dead:
            statements.execute_block(run, node.orelse.body)
        results = [run.state]
        for handler in node.handlers:
            run.keep_going(stopped.fork())
            with run.uncertainly():
                if handler.name is not None and isinstance(handler.name.name, cst.Name):
                    names.bind_name(run, handler.name.name.value, Unknown("an exception"))
                statements.execute_block(run, handler.body)
            results.append(run.state)
    finally:
        run.in_try -= 1
    joined = results[0]
    for state in results[1:]:
        joined = join_states(joined, state)
    run.keep_going(joined)


def _finally_before_leaving(run: Run, final: cst.Finally, counts: list[int]) -> None:
    """``finally`` also runs before a ``return``, ``break`` or ``continue`` in the body."""
    frame, here = run.frame, run.state
    returned = frame.returns[counts[0] :]
    del frame.returns[counts[0] :]
    for value, state in returned:
        after = _after_final(run, final, state)
        if after is not None:
            frame.returns.append((value, after))
    for states, count in ((frame.breaks, counts[1]), (frame.continues, counts[2])):
        left = states[count:]
        del states[count:]
        states.extend(after for state in left if (after := _after_final(run, final, state)) is not None)
    run.keep_going(here)


def _after_final(run: Run, final: cst.Finally, state: State) -> State | None:
    state.dead = False
    run.keep_going(state)
    statements.execute_block(run, final.body)
    return None if run.state.dead else run.state


def execute_with(run: Run, node: cst.With) -> None:
    """``with``; some managers swallow exceptions, and then the program goes on after the block."""
    swallows: Swallowing | None = None
    managers: list[Value] = []
    for item in node.items:
        value = expressions.evaluate(run, item.item)
        managers.append(value)
        swallows = swallows or _swallows(run, item.item, value)
        entered = _entered(run, value)
        if item.asname is not None:
            statements.assign(run, item.asname.name, entered)
    tapes = sum(map(_is_tape, managers))
    run.taping += tapes
    if swallows is None:
        statements.execute_block(run, node.body)
    else:
        with run.expecting_faults() if swallows == "expects" else nullcontext():
            stopped = _attempt(run, lambda: statements.execute_block(run, node.body))
        run.keep_going(join_states(run.state, stopped))
    run.taping -= tapes
    run.lose(*(value for value in managers if type(value) is Instance))  # __exit__ may change them


def _is_tape(value: Value) -> bool:
    return isinstance(value, Unknown) and value.reason == "the result of tensorflow.GradientTape"


def _entered(run: Run, value: Value) -> Value:
    """What ``as`` binds: the manager itself, unless a class of the program says otherwise."""
    if classes.class_key(run, value) is None:
        return value
    found = objects.protocol(run, value, "__enter__")
    if found is None:
        run.lose(value)
    return Unknown("what a context manager gives") if found is None else found


def _swallows(run: Run, node: cst.BaseExpression, value: Value) -> Swallowing | None:
    """Whether exceptions end at this manager, and whether the program even says that there is one."""
    if isinstance(value, Instance) and value.namespace is None:
        return "suppresses"  # a class of the program may do anything in __exit__
    if not isinstance(node, cst.Call):
        return None
    called = expressions.evaluate(run, node.func) if isinstance(node.func, cst.Name | cst.Attribute) else value
    name = called.name if isinstance(called, Symbol | Unknown) else None
    short = "" if name is None else name.rpartition(".")[2]
    if short == "raises" or short.startswith("assertRaises"):
        return "expects"
    return "suppresses" if short == "suppress" else None
