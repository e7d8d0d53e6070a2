"""Loops: round by round where the rounds are known, otherwise once for all rounds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

import libcst as cst

from tdlint.interp.heap import DictObject, HeapObject, InstanceObject, LayerList, ListObject, ModelObject, Ref, Repeated
from tdlint.interp.joining import differing_names, join_objects, lose
from tdlint.interp.keras import metric_calls
from tdlint.interp.python import attributes, containers, expressions, functions, statements
from tdlint.interp.run import Run
from tdlint.interp.state import State, join_states
from tdlint.values import ArrayValue, ClassValue, FunctionValue, LayerObject, Symbol, TensorValue, Unknown, Value, join

MAX_ROUNDS = 256
"""Rounds of a loop that are followed one by one, those of the loops around it counted in."""

FEW_ROUNDS = 8

MAX_PLAIN_ROUNDS = 16
"""Rounds of a loop that are followed one by one if the first two make and call no layer."""

MAX_TRIALS = 8
"""How often a loop is tried to find out what its rounds change; what changes is forgotten after each trial."""


def execute_for(run: Run, node: cst.For) -> None:
    """``for``."""
    source = expressions.evaluate(run, node.iter)
    watched = _read_while_looping(run, node.iter)
    outer_breaks, outer_continues = run.frame.breaks, run.frame.continues
    run.frame.breaks, run.frame.continues = [], []
    items, rest = containers.iterate(run, source)
    position = 0
    epochs = metric_calls.is_epoch(node.target)
    run.loops += 1
    run.epochs += epochs
    activity, around, most = run.activity, run.unrolled, MAX_ROUNDS // run.unrolled
    most = most if len(items) <= most else 0
    while not run.state.dead and rest is None and position < min(len(items), most):
        run.unrolled = around * len(items)
        statements.assign(run, node.target, items[position])
        statements.execute_block(run, node.body)
        resume(run, run.frame.continues)
        run.unrolled = around
        position += 1
        if position == 2 and len(items) > MAX_PLAIN_ROUNDS and run.activity == activity:
            most = 2  # it builds no model: how often it runs does not matter
        if isinstance(source, Ref) and not run.state.dead and containers.as_list(run, source) is not None:
            items, rest = containers.iterate(run, source)  # the body may have changed the list
        elif any(run.state.heap.get(key) is not thing for key, thing in watched):
            rest = Unknown("an item of a list that the loop changes")
    if not run.state.dead and (rest is not None or position < len(items)):
        item = functions.loop_variable(run, node.target, source, containers.any_of(run, items, rest))

        def one_round() -> None:
            statements.assign(run, node.target, item)
            statements.execute_block(run, node.body)

        widen(run, one_round)
        if isinstance(source, LayerList):
            _set_on_all(run, node, source)
    run.loops -= 1
    run.epochs -= epochs
    _end(run, node, outer_breaks, outer_continues)


def _set_on_all(run: Run, node: cst.For, source: LayerList) -> None:
    """``for layer in model.layers: layer.trainable = False``: each of them gets it, though not all are seen."""
    lines = [node.body] if isinstance(node.body, cst.SimpleStatementSuite) else node.body.body
    small = [each for line in lines for each in (line.body if isinstance(line, _LINES) else (line,))]
    if not isinstance(node.target, cst.Name) or not all(isinstance(each, _PLAIN) for each in small):
        return
    for statement in small:
        if not isinstance(statement, cst.Assign) or not isinstance(statement.value, cst.Name):
            continue
        value = expressions.evaluate(run, statement.value)
        for target in (each.target for each in statement.targets):
            if isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name):
                for layer in source.layers if target.value.value == node.target.value else ():
                    attributes.set_attribute(run, layer, target.attr.value, value, statement)


_LINES = (cst.SimpleStatementLine, cst.SimpleStatementSuite)
_PLAIN = (cst.Assign, cst.Expr, cst.Pass)
"""Statements that do not end a round of a loop, nor depend on a condition."""


def _read_while_looping(run: Run, node: cst.BaseExpression) -> list[tuple[int, HeapObject | None]]:
    """The lists that ``zip``, ``enumerate`` and the like take their items from while the loop runs."""
    given = [arg.value for arg in node.args if type(arg.value) is cst.Name] if isinstance(node, cst.Call) else []
    found = [expressions.evaluate(run, each) for each in given]
    return [(value.key, run.state.heap.get(value.key)) for value in found if isinstance(value, Ref)]


def execute_while(run: Run, node: cst.While) -> None:
    """``while``."""
    outer_breaks, outer_continues = run.frame.breaks, run.frame.continues
    run.frame.breaks, run.frame.continues = [], []
    run.loops += 1
    known: bool | None = None
    literal = isinstance(node.test, cst.Name | cst.Integer)  # `while True` ends by `break`, or not at all
    for _ in range(FEW_ROUNDS if literal else MAX_ROUNDS):
        known = expressions.truth(run, expressions.evaluate(run, node.test))
        # once a path may have left the loop, the others need not have as many rounds
        if known is not True or run.frame.breaks or run.state.dead:
            break
        statements.execute_block(run, node.body)
        resume(run, run.frame.continues)
    if not run.state.dead and known is not False:

        def one_round() -> None:
            if expressions.truth(run, expressions.evaluate(run, node.test)) is not False:
                statements.execute_block(run, node.body)

        widen(run, one_round)
    run.loops -= 1
    _end(run, node, outer_breaks, outer_continues)


def _end(run: Run, node: cst.For | cst.While, breaks: list[State], continues: list[State]) -> None:
    """``else``, which is for those who did not break, and the way on."""
    broken, run.frame.breaks, run.frame.continues = run.frame.breaks, breaks, continues
    if node.orelse is not None and not run.state.dead:
        statements.execute_block(run, node.orelse.body)
    resume(run, broken)


def resume(run: Run, states: list[State]) -> None:
    """Those who went another way to this place meet the others here."""
    for state in states:
        state.dead = False
        run.keep_going(join_states(run.state, state))
    states.clear()


def widen(run: Run, one_round: Callable[[], None]) -> None:
    """A loop whose rounds can't be counted.

    Rounds are tried until one changes nothing that is not forgotten already: that is the one that counts, and what the
    others recorded is taken back. Afterwards the loop may have run any number of times, none included.
    """
    frame, before = run.frame, run.state
    returns = len(frame.returns)
    skipped = before.fork()
    run.loops_unknown += 1
    run.loop_floors.append(run.next_key)
    try:
        for trial in range(MAX_TRIALS + 1):
            if trial == MAX_TRIALS:
                _forget_everything(before)
            records = run.records.sizes()
            run.keep_going(before.fork())
            # the first round hardly ever is the one: most loops change something
            with run.silently() if trial == 0 else nullcontext(), run.uncertainly():
                one_round()
                resume(run, frame.continues)
            settled = not _forget_changes(before, run.state)
            if trial == MAX_TRIALS or (settled and (trial > 0 or run.muted)):
                break
            run.records.take_back(records)
            frame.breaks.clear()
            del frame.returns[returns:]
        after_some = before.fork()
    finally:
        run.loops_unknown -= 1
        run.loop_floors.pop()
    # a name that only the loop binds is unknown after some rounds, and unbound after none
    for key in after_some.frames.differing(skipped.frames):
        names, known = after_some.frames.get(key), skipped.frames.get(key)
        if names is not None and known is not None:
            for name in differing_names(names, known):
                if name not in known:
                    del after_some.own(key)[name]
    run.keep_going(join_states(run.state, join_states(after_some, skipped)))


def _forget_changes(before: State, after: State) -> bool:
    """Make unknown what a round changed; whether there was anything."""
    if after.dead:
        return False
    changed = False
    lost: list[Value] = []
    for key in before.frames.differing(after.frames):
        frame, now = before.frames.get(key), after.frames.get(key)
        if frame is None or now is None:
            continue
        for name in differing_names(frame, now):
            have, value = frame.get(name), now.get(name)
            if value is not None and have != value and not isinstance(have, Unknown):
                if isinstance(have, ArrayValue) and isinstance(value, ArrayValue):
                    joined = join(have, value)
                    changed = changed or joined != have
                    before.own(key)[name] = joined
                    continue
                before.own(key)[name] = Unknown(f"{name} changes in a loop", name)
                lost += [each for each in (have, value) if each is not None]
                changed = True
    for number in before.heap.differing(after.heap):
        thing, other = before.heap.get(number), after.heap.get(number)
        if thing is None or other is None or other == thing:
            continue
        widened = _widened(thing, other, lost)
        if widened != thing:
            before.heap[number] = widened
            changed = True
    lose(before.heap, lost)
    return changed


def _forget_everything(state: State) -> None:
    """For a loop whose rounds never stop changing more: only what is defined stays known."""
    for key, frame in list(state.frames.items()):
        lose(state.heap, frame.values())
        kept = {name: value for name, value in frame.items() if isinstance(value, _DEFINED)}
        changed = {name: Unknown(f"{name} changes in a loop", name) for name in frame if name not in kept}
        state.own(key).update(changed)


_DEFINED = (FunctionValue, ClassValue, Symbol)

_CHANGES = Unknown("it changes in a loop")


def _widened(thing: HeapObject, other: HeapObject, lost: list[Value]) -> HeapObject:
    """An object after any number of rounds, of which one makes ``other`` of it."""
    if isinstance(thing, ListObject) and isinstance(other, ListObject):
        return _widened_list(thing, other, lost)
    if isinstance(thing, DictObject) and isinstance(other, DictObject):
        values = dict(other.items)
        certain = tuple((key, value) for key, value in thing.items if values.get(key) == value)
        lost += [value for key, value in (*thing.items, *other.items) if (key, value) not in certain]
        return DictObject(certain, _CHANGES)
    if isinstance(thing, InstanceObject) and isinstance(other, InstanceObject):
        joined = join_objects(thing, other, lost)
        assert isinstance(joined, InstanceObject)
        for name, value in joined.attributes:
            if thing.get(name) != value:
                lost.append(value)
                joined = replace(joined.set(name, _CHANGES), partial=joined.partial)
        return joined
    if isinstance(thing, ModelObject) and isinstance(other, ModelObject):
        mark = Repeated(())
        stack = thing.stack
        if other.stack != stack and (not stack or stack[-1] != mark):
            stack = (*stack, mark)  # how it ends is not known within the loop
        joined = join_objects(replace(thing, stack=()), replace(other, stack=()), lost)
        assert isinstance(joined, ModelObject)
        return replace(joined, stack=stack, compiles=thing.compiles, fits=thing.fits)
    return join_objects(thing, other, lost)


def _widened_list(thing: ListObject, other: ListObject, lost: list[Value]) -> ListObject:
    same = 0
    while same < min(len(thing.items), len(other.items)) and thing.items[same] == other.items[same]:
        same += 1
    if len(thing.items) == len(other.items) and thing.rest == other.rest and thing.kind == "list":
        pairs = list(zip(thing.items, other.items, strict=True))
        lost += [value for one, two in pairs if one != two for value in (one, two)]
        return replace(thing, items=tuple(one if one == two else _CHANGES for one, two in pairs))
    further = [*other.items[same:], *(() if other.rest is None else (other.rest,))]
    if same < len(thing.items):
        lost += [*thing.items[same:], *further]
        return replace(thing, items=thing.items[:same], rest=_CHANGES)
    # it only grew
    rest = thing.rest
    for value in further:
        joined = value if rest is None else join(rest, value)
        stable = rest is None or joined == rest or isinstance(joined, TensorValue | LayerObject)
        rest = joined if stable else _CHANGES
        lost += [] if stable else [value]
    return replace(thing, rest=rest)
