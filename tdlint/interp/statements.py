"""Statements: what they do to the state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from tdlint.interp import attributes, classes, containers, expressions, functions, library, names
from tdlint.interp.run import Run
from tdlint.interp.state import ListObject, Ref, State, join_states
from tdlint.values import NONE, Symbol, Unknown, Value


def execute_block(run: Run, block: cst.BaseSuite | cst.Module) -> None:
    """Execute statements in order until no path goes on."""
    for statement in block.body:
        if run.state.dead:
            return
        # `type(…) is`: the nodes of LibCST are abstract base classes, and isinstance on those is slow
        if type(statement) is cst.SimpleStatementLine:
            for small in statement.body:
                execute(run, small)
        else:
            execute(run, statement)


def execute(run: Run, node: cst.CSTNode) -> None:
    """Execute one statement."""
    if run.state.dead:
        return
    handler = _HANDLERS.get(type(node))
    if handler is None:
        return
    handler(run, node)


def _expression(run: Run, node: cst.Expr) -> None:
    if type(node.value) is not cst.SimpleString:  # a docstring
        expressions.evaluate(run, node.value)


def _assign(run: Run, node: cst.Assign) -> None:
    value = named(run, expressions.evaluate(run, node.value), node.targets[0].target)
    for target in node.targets:
        assign(run, target.target, value)


def named(run: Run, value: Value, target: cst.BaseExpression) -> Value:
    """An unknown that gets a name of the source keeps it: shapes then show ``timesteps`` and not ``?``."""
    if type(value) is Unknown and value.name is None and type(target) is cst.Name:
        return Unknown(value.reason, target.value)
    return value


def _annotated(run: Run, node: cst.AnnAssign) -> None:
    if node.value is not None:
        assign(run, node.target, expressions.evaluate(run, node.value))


def _augmented(run: Run, node: cst.AugAssign) -> None:
    left = expressions.evaluate(run, node.target)
    right = expressions.evaluate(run, node.value)
    if isinstance(left, Ref) and isinstance(run.state.heap.get(left.key), ListObject):
        items, rest = containers.iterate(run, right)
        containers.extend(run, left, items, rest)
        return
    assign(run, node.target, expressions.binary(run, node, left, right))


def assign(run: Run, target: Any, value: Value) -> None:
    """Bind a target: name, attribute, item, or a pattern of these."""
    kind = type(target)
    if kind is cst.Name:
        names.bind_name(run, target.value, value)
    elif kind is cst.Tuple or kind is cst.List:
        _unpack(run, target.elements, value)
    elif kind is cst.Attribute:
        attributes.set_attribute(run, expressions.evaluate(run, target.value), target.attr.value, value, target)
    elif kind is cst.Subscript:
        owner = expressions.evaluate(run, target.value)
        index = [element.slice for element in target.slice]
        if len(index) == 1 and isinstance(index[0], cst.Index):
            key = expressions.evaluate(run, index[0].value)
            if isinstance(owner, Symbol) and owner.name == "os.environ":
                library.set_environment(run, key, value)
            containers.set_item(run, owner, key, value)
        else:
            containers.set_item(run, owner, Unknown("an index that is not followed"), value)


def _unpack(run: Run, targets: Sequence[cst.BaseElement], value: Value) -> None:
    starred = next((i for i, target in enumerate(targets) if isinstance(target, cst.StarredElement)), None)
    if containers.as_list(run, value) is None:
        for target in targets:
            name = target.value.value if isinstance(target.value, cst.Name) else None
            assign(run, target.value, Unknown("unpacked from something that is not known", name))
        return
    items, rest = containers.iterate(run, value)
    if starred is not None and rest is None and len(items) >= len(targets) - 1:
        after = len(targets) - starred - 1
        middle = items[starred : len(items) - after]
        items = (*items[:starred], Ref(run.allocate(ListObject(middle))), *items[len(items) - after :])
    for position, target in enumerate(targets):
        if starred is not None and len(items) != len(targets):
            found: Value = Unknown("unpacked from a list whose length is not known")
        elif position < len(items):
            found = items[position]
        else:
            found = rest if rest is not None else Unknown("fewer values than names")
        assign(run, target.value, found)


def _delete(run: Run, node: cst.Del) -> None:
    targets = [e.value for e in node.target.elements] if isinstance(node.target, cst.Tuple) else [node.target]
    for target in targets:
        if isinstance(target, cst.Name):
            names.bind_name(run, target.value, Unknown(f"{target.value} was deleted"))


def _return(run: Run, node: cst.Return) -> None:
    value = NONE if node.value is None else expressions.evaluate(run, node.value)
    if not run.state.dead:
        run.frame.returns.append((value, run.state.fork()))
        run.state.dead = True


def _raise(run: Run, node: cst.Raise) -> None:
    if node.exc is not None:
        expressions.evaluate(run, node.exc)
    run.state.dead = True


def _assert(run: Run, node: cst.Assert) -> None:
    if expressions.truth(run, expressions.evaluate(run, node.test)) is False:
        run.state.dead = True


def _global(run: Run, node: cst.Global) -> None:
    run.frame.global_names.update(item.name.value for item in node.names)


def branch(run: Run, *paths: Callable[[], None]) -> None:
    """Run each path from the present state and join where they lead."""
    before = run.state
    results: list[State] = []
    with run.uncertainly():
        for number, path in enumerate(paths):
            run.keep_going(before.fork() if number < len(paths) - 1 else before)
            path()
            results.append(run.state)
    joined = results[0]
    for state in results[1:]:
        joined = join_states(joined, state)
    run.keep_going(joined)


def _if(run: Run, node: cst.If) -> None:
    known = expressions.truth(run, expressions.evaluate(run, node.test))
    orelse = node.orelse

    def otherwise() -> None:
        if isinstance(orelse, cst.If):
            _if(run, orelse)
        elif orelse is not None:
            execute_block(run, orelse.body)

    if known is True:
        execute_block(run, node.body)
    elif known is False:
        otherwise()
    else:
        branch(run, lambda: execute_block(run, node.body), otherwise)


def _for(run: Run, node: cst.For) -> None:
    source = expressions.evaluate(run, node.iter)
    items, rest = containers.iterate(run, source)
    if rest is None and len(items) <= functions.MAX_ROUNDS:
        outer_breaks, outer_continues = run.frame.breaks, run.frame.continues
        run.frame.breaks, run.frame.continues = [], []
        for item in items:
            if run.state.dead:
                break
            assign(run, node.target, item)
            execute_block(run, node.body)
            _resume(run, run.frame.continues)
        _resume(run, run.frame.breaks)
        run.frame.breaks, run.frame.continues = outer_breaks, outer_continues
    else:
        item = functions.loop_variable(run, node.target, source, rest or Unknown("an item"))
        _widened(run, node.body, lambda: assign(run, node.target, item))
    if node.orelse is not None:
        execute_block(run, node.orelse.body)


def _resume(run: Run, states: list[State]) -> None:
    for state in states:
        state.dead = False
        run.keep_going(join_states(run.state, state))
    states.clear()


def _while(run: Run, node: cst.While) -> None:
    condition = expressions.evaluate(run, node.test)
    if expressions.truth(run, condition) is not False:
        _widened(run, node.body, lambda: None)
    if node.orelse is not None:
        execute_block(run, node.orelse.body)


def _widened(run: Run, body: cst.BaseSuite, start: Callable[[], None]) -> None:
    """A loop whose rounds can't be counted.

    A first, silent round finds out which names change; in the second, which counts, they are unknown from the start.
    Afterwards the loop may have run any number of times, none included.
    """
    outer_breaks, outer_continues = run.frame.breaks, run.frame.continues
    run.frame.breaks, run.frame.continues = [], []
    before = run.state
    trial = before.fork()
    run.keep_going(trial)
    run.loops_unknown += 1
    try:
        with run.silently(), run.uncertainly():
            start()
            execute_block(run, body)
            _resume(run, run.frame.continues)
        run.frame.breaks.clear()
        _forget_changes(before, run.state)
        skipped = before.fork()
        run.keep_going(before)
        with run.uncertainly():
            start()
            execute_block(run, body)
            _resume(run, run.frame.continues)
            _resume(run, run.frame.breaks)
    finally:
        run.loops_unknown -= 1
    run.keep_going(join_states(run.state, skipped))
    run.frame.breaks, run.frame.continues = outer_breaks, outer_continues


def _forget_changes(before: State, after: State) -> None:
    for key, frame in list(before.frames.items()):
        changed = after.frames.get(key)
        if changed is None or after.dead:
            continue
        for name, now in changed.items() if changed is not frame else ():
            value = frame.get(name)
            if value is not None and now is not value and now != value:
                before.own(key)[name] = Unknown(f"{name} changes in a loop", name)
    for number, thing in before.heap.items():
        other = after.heap.get(number)
        if other is not None and other is not thing and isinstance(thing, ListObject) and isinstance(other, ListObject):
            before.heap[number] = other if other.rest is not None else thing


def _break(run: Run, node: cst.Break) -> None:
    run.frame.breaks.append(run.state.fork())
    run.state.dead = True


def _continue(run: Run, node: cst.Continue) -> None:
    run.frame.continues.append(run.state.fork())
    run.state.dead = True


def _try(run: Run, node: cst.Try | cst.TryStar) -> None:
    before = run.state.fork()
    run.in_try += 1
    try:
        execute_block(run, node.body)
        after_body = run.state
        if node.orelse is not None:
            execute_block(run, node.orelse.body)
            after_body = run.state
        results = [after_body]
        for handler in node.handlers:
            # The body may have stopped anywhere: what it bound is there on some paths only.
            run.keep_going(join_states(before.fork(), after_body.fork()) if not after_body.dead else before.fork())
            with run.uncertainly():
                if handler.name is not None and isinstance(handler.name.name, cst.Name):
                    names.bind_name(run, handler.name.name.value, Unknown("an exception"))
                execute_block(run, handler.body)
            results.append(run.state)
    finally:
        run.in_try -= 1
    joined = results[0]
    for state in results[1:]:
        joined = join_states(joined, state)
    run.keep_going(joined)
    if node.finalbody is not None:
        dead = run.state.dead
        run.state.dead = False
        execute_block(run, node.finalbody.body)
        run.state.dead = run.state.dead or dead


def _with(run: Run, node: cst.With) -> None:
    for item in node.items:
        value = expressions.evaluate(run, item.item)
        if item.asname is not None:
            assign(run, item.asname.name, value)
    execute_block(run, node.body)


def _match(run: Run, node: cst.Match) -> None:
    expressions.evaluate(run, node.subject)

    def path(case: cst.MatchCase) -> Callable[[], None]:
        def take() -> None:
            for name in _captures(case.pattern):
                names.bind_name(run, name, Unknown("captured by a pattern", name))
            execute_block(run, case.body)

        return take

    branch(run, *(path(case) for case in node.cases), lambda: None)


def _captures(pattern: cst.CSTNode) -> list[str]:
    found = []
    for child in pattern.children:
        if isinstance(pattern, cst.MatchAs | cst.MatchStar) and isinstance(child, cst.Name):
            found.append(child.value)
        else:
            found.extend(_captures(child))
    return found


def _function(run: Run, node: cst.FunctionDef) -> None:
    names.bind_name(run, node.name.value, functions.define(run, node, node.name.value))


def _class(run: Run, node: cst.ClassDef) -> None:
    names.bind_name(run, node.name.value, classes.define(run, node))


_HANDLERS: dict[type[cst.CSTNode], Callable[[Run, Any], None]] = {
    cst.AnnAssign: _annotated,
    cst.Assert: _assert,
    cst.Assign: _assign,
    cst.AugAssign: _augmented,
    cst.Break: _break,
    cst.ClassDef: _class,
    cst.Continue: _continue,
    cst.Del: _delete,
    cst.Expr: _expression,
    cst.For: _for,
    cst.FunctionDef: _function,
    cst.Global: _global,
    cst.If: _if,
    cst.Import: names.execute_import,
    cst.ImportFrom: names.execute_import_from,
    cst.Match: _match,
    cst.Raise: _raise,
    cst.Return: _return,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.While: _while,
    cst.With: _with,
}
