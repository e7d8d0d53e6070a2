"""Statements: what they do to the state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from tdlint.interp.heap import ListObject, Ref
from tdlint.interp.keras import evaluation, layer_lists, references
from tdlint.interp.python import (
    attributes,
    classes,
    containers,
    expressions,
    functions,
    loops,
    names,
    objects,
    patterns,
    standard_library,
    trying,
)
from tdlint.interp.run import Run
from tdlint.interp.state import State, join_states
from tdlint.values import NONE, Instance, Symbol, Unknown, Value


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
        if run.tries:
            trying.remember(run)


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
    if type(node.value) is cst.Call:
        layer_lists.notice_method(run, node.value)


def _assign(run: Run, node: cst.Assign) -> None:
    run.assigning = node
    value = named(run, expressions.evaluate(run, node.value), node.targets[0].target)
    if type(node.value) is cst.GeneratorExp:
        run.lose(value)  # whoever takes items of it leaves fewer
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
    assign(run, node.target, expressions.augment(run, node, left, right))


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
        key = expressions.index_of(run, target)
        layer_lists.notice_item(run, target)
        if isinstance(owner, Symbol) and owner.name == "os.environ" and not isinstance(key, slice):
            standard_library.set_environment(run, key, value)
        if type(owner) is not Instance or not objects.protocol(run, owner, "__setitem__", objects.as_index(key), value):
            containers.set_item(run, owner, key, value)


def _unpack(run: Run, targets: Sequence[cst.BaseElement], value: Value) -> None:
    starred = next((i for i, target in enumerate(targets) if isinstance(target, cst.StarredElement)), None)
    if containers.as_list(run, value) is None:
        if type(value) is Instance and value.type == evaluation.RESULT and starred is None and targets:
            evaluation.unpacked(run, value, len(targets), targets[0])
        run.lose(value)
        why = value.reason if isinstance(value, Unknown) else "unpacked from something that is not known"
        for target in targets:
            name = target.value.value if isinstance(target.value, cst.Name) else None
            assign(run, target.value, Unknown(why, name))
        return
    items, rest = containers.iterate(run, value)
    if starred is not None and rest is None and len(items) >= len(targets) - 1:
        after = len(targets) - starred - 1
        middle = items[starred : len(items) - after]
        items = (*items[:starred], Ref(run.allocate(ListObject(middle))), *items[len(items) - after :])
    for position, target in enumerate(targets):
        if starred is not None and len(items) != len(targets):
            found: Value = Unknown("unpacked from a list whose length is not known")
            run.lose(*items)
        elif position < len(items):
            found = items[position]
        else:
            found = rest if rest is not None else Unknown("fewer values than names")
        assign(run, target.value, found)


def _delete(run: Run, node: cst.Del) -> None:
    _delete_target(run, node.target)


def _delete_target(run: Run, target: cst.BaseExpression) -> None:
    if isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            _delete_target(run, element.value)
    elif isinstance(target, cst.Name):
        names.unbind_name(run, target.value)
    elif isinstance(target, cst.Attribute):
        attributes.delete_attribute(run, expressions.evaluate(run, target.value), target.attr.value)
    elif isinstance(target, cst.Subscript):
        owner = expressions.evaluate(run, target.value)
        key = expressions.index_of(run, target)
        layer_lists.notice_item(run, target)
        if type(owner) is not Instance or not objects.protocol(run, owner, "__delitem__", objects.as_index(key)):
            containers.delete_item(run, owner, key)


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
        with references.choosing(run, node.test):
            branch(run, lambda: execute_block(run, node.body), otherwise)


def _break(run: Run, node: cst.Break) -> None:
    run.frame.breaks.append(run.state.fork())
    run.state.dead = True


def _continue(run: Run, node: cst.Continue) -> None:
    run.frame.continues.append(run.state.fork())
    run.state.dead = True


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
    cst.For: lambda run, node: loops.execute_for(run, node),
    cst.FunctionDef: _function,
    cst.Global: names.execute_global,
    cst.If: _if,
    cst.Import: names.execute_import,
    cst.ImportFrom: names.execute_import_from,
    cst.Match: lambda run, node: patterns.execute_match(run, node),
    cst.Nonlocal: names.execute_nonlocal,
    cst.Raise: _raise,
    cst.Return: _return,
    cst.Try: lambda run, node: trying.execute_try(run, node),
    cst.TryStar: lambda run, node: trying.execute_try(run, node),
    cst.While: lambda run, node: loops.execute_while(run, node),
    cst.With: lambda run, node: trying.execute_with(run, node),
}
