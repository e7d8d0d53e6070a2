"""Functions of the program: defining, entering, comprehensions, and running two paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from tdlint.interp import outside
from tdlint.interp.heap import DictObject, RangeValue, Ref, ZipValue
from tdlint.interp.keras import own_weights
from tdlint.interp.python import containers, expressions, generators, loops, statements
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import MAIN, MAX_DEPTH, Function, Run, join_returns
from tdlint.interp.state import State, join_states
from tdlint.sources.plain_nodes import LazyBody
from tdlint.values import (
    NONE,
    Const,
    FunctionValue,
    LoopIndex,
    OneOf,
    Sequence,
    Unknown,
    Value,
)

MAX_RECURSION = 12
"""How deep a function of the program that calls itself is followed, where its arguments are known."""

MAX_REENTRIES = 64
"""How often in all a function is entered from within itself; one that calls itself twice would never end."""


def any_path(run: Run, *paths: Callable[[], Value]) -> Value:
    """Evaluate on each path and join the values and what they did."""
    if len(paths) == 1:
        return paths[0]()
    before = run.state
    values: list[Value] = []
    joined: State | None = None
    with run.uncertainly():
        for number, path in enumerate(paths):
            run.keep_going(before.fork() if number < len(paths) - 1 else before)
            value = path()
            if not run.state.dead or number == 0:
                values.append(value)
            joined = run.state if joined is None else join_states(joined, run.state)
    if joined is not None:
        run.keep_going(joined)
    return run.merge(*values)


def either(run: Run, first: Callable[[], Value], second: Callable[[], Value]) -> Value:
    """Evaluate on both paths and join the values and what they did."""
    return any_path(run, first, second)


def define(run: Run, node: cst.FunctionDef | cst.Lambda, name: str, owner: int | None = None) -> FunctionValue:
    """A function as a value; its defaults are evaluated now, as Python does."""
    function = Function(node, run.frame.number, name, owner=owner)
    run.frame.captured = True
    for param in (*node.params.posonly_params, *node.params.params, *node.params.kwonly_params):
        if param.default is not None:
            function.defaults[param.name.value] = expressions.evaluate(run, param.default)
    key = run.fresh()
    run.functions[key] = function
    run.functions_named.setdefault(name, []).append(function)
    made = FunctionValue(key, name)
    if not isinstance(node, cst.FunctionDef):
        return made
    function.generator = _has_yield(node.body)
    getter = _property_of(run, node)
    if getter is not None:
        run.functions[getter.key].setter = key
        return getter
    function.kind = _kind(run, node)
    return made


def _property_of(run: Run, node: cst.FunctionDef) -> FunctionValue | None:
    """The property that a function is the setter of."""
    for decorator in node.decorators:
        target = decorator.decorator
        if isinstance(target, cst.Attribute) and target.attr.value == "setter":
            value = expressions.evaluate(run, target.value)
            if isinstance(value, FunctionValue) and run.functions[value.key].kind == "property":
                return value
    return None


def _has_yield(block: Any) -> bool:
    """Whether a statement of a function body yields, so that calling it runs nothing; functions in it do not count.

    A ``yield`` deeper in an expression is noticed when it is evaluated.
    """
    if type(block.body) is LazyBody:
        return block.body.yields
    if type(block) is cst.SimpleStatementSuite:  # def f(): yield
        return _line_yields(block)
    for statement in block.body:
        kind = type(statement)
        if kind is cst.SimpleStatementLine:
            if _line_yields(statement):
                return True
        elif kind is not cst.FunctionDef and kind is not cst.ClassDef and _block_yields(statement):
            return True
    return False


def _line_yields(line: cst.SimpleStatementLine | cst.SimpleStatementSuite) -> bool:
    return any(type(getattr(small, "value", None)) is cst.Yield for small in line.body)


def _block_yields(statement: Any) -> bool:
    if type(statement) is cst.Match:
        return any(_has_yield(case.body) for case in statement.cases)
    blocks = [statement.body, *(handler.body for handler in getattr(statement, "handlers", ()))]
    after = [getattr(statement, name, None) for name in ("orelse", "finalbody")]
    return any(map(_has_yield, blocks)) or any(_block_yields(each) for each in after if each is not None)


# Decorators after which a function still is called with its own arguments and returns what its body returns.
_TRANSPARENT = frozenset(
    {
        "tensorflow.function",
        "tensorflow.autograph.experimental.do_not_convert",
        "functools.cache",
        "functools.lru_cache",
        "functools.wraps",
        "abc.abstractmethod",
        "keras.api_export.keras_export",
        "keras.saving.register_keras_serializable",
        "keras.utils.register_keras_serializable",
        "typing.override",
        "typing_extensions.override",
    }
)


def _kind(run: Run, node: cst.FunctionDef) -> str:
    kind = "function"
    for decorator in node.decorators:
        target = decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator
        value = expressions.evaluate(run, target)
        name = getattr(value, "name", None) or ""
        if name == "builtins.staticmethod":
            kind = "static"
        elif name == "builtins.classmethod":
            kind = "class"
        elif name == "builtins.property" or name.endswith("cached_property"):
            kind = "property"
        elif name not in _TRANSPARENT:
            return "unknown"
    return kind


def enter(run: Run, value: FunctionValue, args: CallArguments, first: Value | None = None) -> Value:
    """Call a function of the program. ``first`` is ``self`` or the class, where it is bound."""
    function = run.functions[value.key]
    if not _may_enter(run, function, args):
        call_unseen(run, function, args)
        return Unknown(f"{function.name} calls itself" if function.active else "calls are nested too deeply")
    function.entered = True
    if first is None:
        first = value.bound_self
    if first is not None and function.kind != "static":
        args = args.with_first(first)
    if function.kind == "unknown":
        why = Unknown(f"{function.name} is decorated by something that is not known")
        either(run, lambda: enter_function(run, function, args), lambda: why)
        run.lose(*args.everything())
        return why
    if function.generator:
        # whether and when its body runs depends on who takes its items
        since = len(run.yielded)
        either(run, lambda: enter_function(run, function, args), lambda: NONE)
        run.lose(*args.everything())
        return generators.made(run, since)
    return enter_function(run, function, args)


def _may_enter(run: Run, function: Function, args: CallArguments) -> bool:
    if run.depth >= MAX_DEPTH:
        return False
    if not function.active:
        return True
    function.reentries += 1
    known = any(isinstance(value, Const) for value in args.everything())
    known = known and not any(isinstance(value, Unknown | OneOf | LoopIndex) for value in args.everything())
    return function.active < (MAX_RECURSION if known else 1) and function.reentries <= MAX_REENTRIES


def call_unseen(run: Run, function: Function, args: CallArguments) -> None:
    """A function of the program is called and not entered: it may change what it can reach."""
    function.cut = True
    own_weights.doubt(run, f"it calls {function.name}, which is not followed")
    run.spend(1 + len(run.state.heap) // 16)
    run.lose(*args.everything())
    for number in _reached(run, function):
        run.lose(*run.state.frames[number].values())
    for declared in run.declared.values():
        for name, owner in declared.items():
            if owner in run.state.frames:
                run.state.own(owner)[name] = Unknown(f"{name} may be set by a call that is not followed", name)


def call_one_unseen(run: Run, name: str, args: CallArguments) -> None:
    """One of the functions of this name may be called; those that reach the same are as good as one."""
    done = set()
    run.spend(len(run.functions_named.get(name, ())) // 16)
    for function in run.functions_named.get(name, ()):
        function.cut = True
        reached = tuple(_reached(run, function))
        if reached not in done:
            call_unseen(run, function, args)
            done.add(reached)


def _reached(run: Run, function: Function) -> Iterator[int]:
    """The frames around a function that are still there."""
    number: int | None = function.frame
    while number is not None:
        if number in run.state.frames:
            yield number
        number = run.parents[number]


def _doubt_models(run: Run, since: int) -> None:
    """Layers were added to models by a function that calls itself, and was not followed to its end."""
    for key in dict.fromkeys(run.pushed[since:]):
        model = run.model(key)
        why = "it is changed by a function that calls itself"
        if model is not None and why not in model.unknown:
            run.state.heap[key] = replace(model, unknown=(*model.unknown, why))


def enter_function(
    run: Run, function: Function, args: CallArguments, required_ndim: list[int | None] | None = None
) -> Value:
    """Execute a function's body with these arguments and give what it returns.

    ``required_ndim`` gets how many axes the first argument after ``self`` must have for the body's subscripts.
    """
    module = run.modules[function.frame]
    if module == MAIN or run.frames[-1].module != MAIN:
        return _execute(run, function, args, required_ndim)
    calling = run.outside.calling
    entry = run.outside.imported_at[module] if calling is None else run.site(calling)

    def too_large() -> Value:
        if required_ndim is not None:
            required_ndim.append(None)
        call_unseen(run, function, args)
        return run.note_unknown(
            f"{function.name} is in another file, and too large to follow", run.syntax[entry.number]
        )

    with run.entering(entry):
        return outside.within_bounds(run, lambda: _execute(run, function, args, required_ndim), too_large)


def _execute(run: Run, function: Function, args: CallArguments, required_ndim: list[int | None] | None) -> Value:
    frame = run.push_frame(function.frame)
    run.depth += 1
    function.active += 1
    pushed = len(run.pushed)
    depth = len(run.frames)
    try:
        bind_parameters(run, function, args)
        if function.owner is not None and args.positional:
            frame.self_value = args.positional[0][0]
            frame.owner = function.owner
            frame.first_argument = args.positional[1][0] if len(args.positional) > 1 else None
        if isinstance(function.node, cst.Lambda):
            return expressions.evaluate(run, function.node.body)
        statements.execute_block(run, function.node.body)
        if not run.state.dead:
            frame.returns.append((NONE, run.state))
        result = join_returns(frame.returns)
        if result is None:
            # every path raises: nothing after this call runs on this path
            run.state.dead = True
            return Unknown("never returns")
        run.keep_going(result[1])
        run.state.dead = False
        if function.cut and function.active == 1:
            function.cut = False
            _doubt_models(run, pushed)
        return result[0]
    finally:
        if required_ndim is not None:
            required_ndim.append(frame.required_ndim)
        run.depth -= 1
        function.active -= 1
        del run.frames[depth - 1 :]
        run.drop_frame(frame)


def enter_call_method(run: Run, value: FunctionValue, args: CallArguments, owner: Value) -> tuple[Value, int | None]:
    """Enter ``call`` of a layer or model of the program; the result, and how many axes its first argument must have."""
    function = run.functions[value.key]
    if run.depth >= MAX_DEPTH or function.active >= MAX_RECURSION or function.kind == "unknown":
        call_unseen(run, function, args)
        return Unknown("calls are nested too deeply"), None
    function.entered = True
    required: list[int | None] = []
    result = enter_function(run, function, args.with_first(owner), required)
    return result, required[0]


def bind_parameters(run: Run, function: Function, args: CallArguments) -> None:
    """Give the parameters of the frame just pushed their values."""
    params = function.node.params
    names = run.names
    positional = list(args.positional)
    keywords = dict(args.keywords)
    for param in (*params.posonly_params, *params.params):
        name = param.name.value
        if positional:
            names[name] = positional.pop(0)[0]
        elif name in keywords:
            names[name] = keywords.pop(name)[0]
        elif not args.complete:
            names[name] = Unknown(f"argument {name} is not known", name)
        elif name in function.defaults:
            names[name] = function.defaults[name]
        else:
            names[name] = Unknown(f"argument {name} is not known", name)
    if isinstance(params.star_arg, cst.Param):
        rest = None if args.complete else Unknown("passed by *")
        names[params.star_arg.name.value] = Sequence(tuple(value for value, _ in positional), "tuple", rest)
    for param in params.kwonly_params:
        name = param.name.value
        if name in keywords:
            names[name] = keywords.pop(name)[0]
        elif args.complete and name in function.defaults:
            names[name] = function.defaults[name]
        else:
            names[name] = Unknown(f"argument {name} is not known", name)
    if params.star_kwarg is not None:
        items = tuple((Const(key), value) for key, (value, _) in keywords.items())
        rest = None if args.complete else Unknown("passed by **")
        names[params.star_kwarg.name.value] = Ref(run.allocate(DictObject(items, rest)))


def unknown_arguments(function: Function) -> CallArguments:
    """Arguments for a function that nobody in the program calls: those with defaults get them, others are unknown."""
    params = function.node.params
    positional = []
    for param in (*params.posonly_params, *params.params):
        name = param.name.value
        default = function.defaults.get(name)
        if default is None or default.must_be(None):
            positional.append((Unknown(f"argument {name} is not known", name), None))
        else:
            # the default is one value it may have, and the caller may pass any other
            positional.append((Unknown(f"argument {name} has a default that callers may replace", name), None))
    return CallArguments(tuple(positional), {}, False)


Comprehension = cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp


def comprehend(run: Run, node: Comprehension) -> Value:
    """A comprehension: item by item over what is known, once for all items otherwise."""
    frame = run.push_frame(run.frame.number)
    frame.comprehension = True
    frame.first_argument = run.frames[-2].first_argument
    try:
        items: list[tuple[Value | None, Value]] = []
        certain = _rounds(run, node, node.for_in, items)
    finally:
        inner = run.frames.pop()
        outer = run.frames[-1]
        if inner.required_ndim is not None:
            outer.required_ndim = max(outer.required_ndim or 0, inner.required_ndim)
        outer.captured = outer.captured or inner.captured
        run.drop_frame(inner)
    values = tuple(value for _, value in items)
    if isinstance(node, cst.DictComp):
        made = DictObject()
        for key, value in items:
            if isinstance(key, Const) and certain:
                made = containers.with_entry(run, made, key, value)
            else:
                made = containers.blurred(run, made, value)
        if not certain:
            made = DictObject((), made.rest or Unknown("an item of an empty comprehension"))
        return Ref(run.allocate(made))
    make = containers.make_set if isinstance(node, cst.SetComp) else containers.make_list
    return make(run, values) if certain else make(run, (), containers.any_of(run, values))


def _rounds(run: Run, node: Comprehension, clause: cst.CompFor, out: list[tuple[Value | None, Value]]) -> bool:
    """Run one ``for`` of a comprehension; False if the number of items is not known."""
    source = expressions.evaluate(run, clause.iter)
    items, rest = containers.iterate(run, source)
    if rest is None and len(items) <= loops.MAX_ROUNDS:
        certain = True
        for item in items:
            statements.assign(run, clause.target, item)
            certain = _one_round(run, node, clause, out) and certain
        return certain
    item = loop_variable(run, clause.target, source, containers.any_of(run, items, rest))
    found: list[tuple[Value | None, Value]] = []

    def one_round() -> None:
        found.clear()
        statements.assign(run, clause.target, item)
        _one_round(run, node, clause, found)

    loops.widen(run, one_round)
    out.extend(found)
    return False


def _one_round(run: Run, node: Comprehension, clause: cst.CompFor, out: list[tuple[Value | None, Value]]) -> bool:
    certain = True
    for condition in clause.ifs:
        known = expressions.truth(run, expressions.evaluate(run, condition.test))
        if known is False:
            return True
        certain = certain and known is True
    if clause.inner_for_in is not None:
        return _rounds(run, node, clause.inner_for_in, out) and certain
    if isinstance(node, cst.DictComp):
        out.append((expressions.evaluate(run, node.key), expressions.evaluate(run, node.value)))
    else:
        out.append((None, expressions.evaluate(run, node.elt)))
    return certain


def loop_variable(run: Run, target: cst.BaseExpression, source: Value, item: Value) -> Value:
    """What the target of a loop is when the rounds can't be counted: for a range, an index that equals itself."""
    if isinstance(source, RangeValue):
        name = target.value if isinstance(target, cst.Name) else "i"
        return LoopIndex(run.fresh(), name)
    if isinstance(source, ZipValue):
        return Sequence(tuple(loop_variable(run, target, part, _any_item(run, part)) for part in source.parts), "tuple")
    return item


def _any_item(run: Run, value: Value) -> Value:
    return containers.any_of(run, *containers.iterate(run, value))
