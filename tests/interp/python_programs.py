"""Generates small Python programs, runs them in CPython under every choice of what is opaque, and checks values."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import libcst as cst
from hypothesis import strategies as st

from tdlint.interp.heap import DictObject, InstanceObject, ListObject, Ref
from tdlint.interp.python import statements
from tdlint.interp.run import OutOfSteps, Run
from tdlint.values import ClassValue, Const, FunctionValue, Instance, OneOf, Sequence, Value

MAX_RUNS = 48
MAX_TICKS = 150


class Endless(BaseException):
    """A program ran for too long."""


def interpreted(source: str) -> Run | None:
    """The program, followed to its end; None if that takes too many steps."""
    run = Run(source.count("\n"))
    try:
        statements.execute_block(run, cst.parse_module(source))
    except OutOfSteps:
        return None
    return run


def names_of(run: Run) -> dict[str, Value]:
    """The names of the module at its end."""
    return run.state.frames[run.frames[0].number]


def executions(source: str) -> Iterator[dict[str, object]]:
    """The names at the end of the real program, for each choice of what ``opaque`` gives, without runs that fail."""
    code = compile(source, "program", "exec")
    pending: deque[tuple[int, ...]] = deque([()])
    for _ in range(MAX_RUNS):
        if not pending:
            return
        choices = pending.popleft()
        taken: list[int] = []
        ticks = 0

        def opaque(choices: tuple[int, ...] = choices, taken: list[int] = taken) -> int:
            taken.append(choices[len(taken)] if len(taken) < len(choices) else 0)
            return taken[-1]

        def tick() -> None:
            nonlocal ticks
            ticks += 1
            if ticks > MAX_TICKS:
                raise Endless

        names: dict[str, object] = {"opaque": opaque, "tick": tick, "__name__": "__main__"}
        try:
            exec(code, names)
        except (Exception, Endless):
            names = {}
        for place in range(len(choices), min(len(taken), 9)):
            pending.append((*taken[:place], 1))
        if names and ticks <= MAX_TICKS:
            yield names


def covers(run: Run, value: Value, real: object, seen: frozenset[int] = frozenset()) -> bool:
    """Whether an abstract value describes a real one."""
    if isinstance(value, OneOf):
        return any(covers(run, option, real, seen) for option in value.options)
    if isinstance(value, Const):
        return type(value.value) is type(real) and value.value == real
    if isinstance(value, Sequence):
        if not isinstance(real, tuple | list | range | set):
            return not isinstance(real, int | str | dict | None)
        return _covers_items(run, value.items, value.rest, list(real), seen)
    if isinstance(value, Ref) and value.key not in seen:
        return _covers_container(run, run.state.heap.get(value.key), real, seen | {value.key})
    if isinstance(value, Instance):
        thing = run.state.heap.get(-value.key)
        return type(real).__name__ == value.type and _covers_object(run, thing, vars(real), seen)
    if isinstance(value, ClassValue):
        thing = run.state.heap.get(value.key)
        return getattr(real, "__name__", "") == value.name and _covers_object(run, thing, vars(real), seen)
    if isinstance(value, FunctionValue):
        return callable(real)
    return True


def _covers_items(
    run: Run, items: tuple[Value, ...], rest: Value | None, real: list[object], seen: frozenset[int]
) -> bool:
    if len(real) < len(items) or (rest is None and len(real) != len(items)):
        return False
    known = zip(items, real, strict=False)
    further = real[len(items) :]
    return all(covers(run, *pair, seen) for pair in known) and all(
        rest is not None and covers(run, rest, item, seen) for item in further
    )


def _covers_container(run: Run, thing: object, real: object, seen: frozenset[int]) -> bool:
    if isinstance(thing, ListObject) and thing.kind == "list":
        return isinstance(real, list) and _covers_items(run, thing.items, thing.rest, real, seen)
    if isinstance(thing, ListObject):
        known = {item.value for item in thing.items if isinstance(item, Const)}
        return isinstance(real, set) and known <= real and (thing.rest is not None or len(known) == len(real))
    if isinstance(thing, DictObject):
        if not isinstance(real, dict):
            return False
        known_keys = [key.value for key, _ in thing.items if isinstance(key, Const)]
        if not all(
            key in real and covers(run, value, real[key], seen)
            for key, value in zip(known_keys, dict(thing.items).values(), strict=True)
        ):
            return False
        if thing.rest is None:
            return list(real) == known_keys
        return all(covers(run, thing.rest, value, seen) for key, value in real.items() if key not in known_keys)
    return True


def _covers_object(run: Run, thing: object, real: dict[str, object], seen: frozenset[int]) -> bool:
    if not isinstance(thing, InstanceObject) or thing.open:
        return True
    for name, value in thing.attributes:
        if name.startswith("__") or name in thing.partial or isinstance(value, FunctionValue):
            continue
        if name not in real or not covers(run, value, real[name], seen):
            return False
    return True


def unsound(source: str) -> str | None:
    """What the interpreter says of the program that is not true of one of its runs; None if there is nothing."""
    run = interpreted(source)
    if run is None:
        return None
    known = names_of(run)
    for names in executions(source):
        if run.state.dead:
            return "the end is said to be unreachable"
        for name, value in known.items():
            if name in names and name not in ("opaque", "tick") and not covers(run, value, names[name]):
                held = run.state.heap.get(getattr(value, "key", 0))
                return f"{name} is {names[name]!r}, and is said to be {value!r} {held!r}"
    return None


def known_share(source: str) -> tuple[int, int]:
    """How many names at the end are constants or containers, and how many there are."""
    run = interpreted(source)
    known = {} if run is None else names_of(run)
    return sum(isinstance(value, Const | Ref | OneOf | Sequence) for value in known.values()), len(known)


def without_failures(source: str) -> str:
    """The program without the statements that fail whenever they are reached with every choice the first."""
    kept = ""
    for statement in ast.parse(source).body:
        text = ast.unparse(statement) + "\n"
        if _ends_at_once(HEAD + kept + text):
            kept += text
    return kept


def _ends_at_once(source: str) -> bool:
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        ticks += 1
        if ticks > MAX_TICKS:
            raise Endless

    try:
        exec(compile(source, "program", "exec"), {"opaque": lambda: 0, "tick": tick, "__name__": "__main__"})
    except (Exception, Endless):
        return False
    return True


Draw = Callable[[st.SearchStrategy], object]

INTEGERS, LISTS, DICTS = ("a", "b", "c"), ("xs", "ys"), ("d", "e")


@dataclass
class Writer:
    """Writes a program line by line; ``depth`` is how many blocks are open."""

    draw: Draw
    lines: list[str] = field(default_factory=list)
    depth: int = 0
    in_loop: bool = False
    in_function: bool = False

    def one(self, *options: object) -> object:
        return self.draw(st.sampled_from(options))

    def write(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def block(self, head: str, size: int = 2, *before: str) -> None:
        self.write(head)
        self.depth += 1
        for line in before:
            self.write(line)
        for _ in range(self.draw(st.integers(1, size))):
            self.statement()
        self.depth -= 1

    def loop(self, head: str, *before: str) -> None:
        outer, self.in_loop = self.in_loop, True
        self.block(head, 3, "tick()", *before)
        self.in_loop = outer
        if self.one(0, 0, 0, 1):
            self.block("else:", 1)

    def integer(self) -> str:
        name, items, table = self.one(*INTEGERS), self.one(*LISTS), self.one(*DICTS)
        return self.one(
            *(
                name,
                name,
                "0",
                "1",
                "2",
                "True",
                f"{name} + 1",
                f"{name} * 2",
                f"len({items})",
                f"{items}[0]",
                f"{items}[-1]",
            ),
            *(
                f"{table}['k']",
                f"{table}.get('k', 7)",
                f"{table}.pop('k', 8)",
                "opaque()",
                f"(3 if opaque() else {name})",
            ),
            *(
                f"len({table})",
                f"sum({items})",
                f"max({name}, 1)",
                f"f({name})",
                f"g({items})",
                "h()",
                "o.v",
                "C.v",
                "o.get()",
            ),
            *(
                f"{items}.pop()",
                f"({name} and {items}.pop())",
                f"(opaque() or {name})",
                f"int({name} in {items})",
                "o.double",
            ),
            *(f"{table}.setdefault('j', {name})", f"(t := {name})", "n1()", f"-{name}", f"int('k' in {table})"),
        )

    def items(self) -> str:
        name, items, table = self.one(*INTEGERS), self.one(*LISTS), self.one(*DICTS)
        return self.one(
            *(
                items,
                items,
                "[]",
                f"[{name}, 1]",
                f"{items}[:9] + [{name}]",
                f"{items}[1:]",
                f"{items}[::-1]",
                f"list({items})",
            ),
            *(f"[{name}] * 2", f"[i + {name} for i in range(2)]", f"[i for i in {items}[:9] if i]", f"list({table})"),
            *(
                f"[*{items}[:9], {name}]",
                f"({items} if opaque() else [9])",
                f"{items} or [5]",
                f"k({name})",
                "o.items",
                "C.items",
            ),
            *(
                f"list({table}.values())",
                "[i for i in range(opaque())]",
                f"sorted({items})",
                f"list(map(f, {items}[:9]))",
                "zs[0]",
            ),
            *(
                f"zs[{name}]",
                f"[(t := i) for i in {items}[:9]]",
                f"list(y({items}[:9]))",
                f"list(reversed({items}))",
                f"{items}.copy()",
            ),
            f"[i + j for i, j in enumerate({items}[:9], start=1)]",
        )

    def table(self) -> str:
        name, table = self.one(*INTEGERS), self.one(*DICTS)
        return self.one(
            *(
                table,
                table,
                "{}",
                f"{{'k': {name}}}",
                f"{{**{table}, 'k': {name}}}",
                f"{{'k': 1, **{table}}}",
                f"dict({table})",
            ),
            *(
                f"dict(k={name})",
                f"({table} if opaque() else {{'j': 1}})",
                "{i: i for i in range(2)}",
                f"{{{name}: 1, 1: 2}}",
            ),
            *(f"{table}.copy()", "{str(i): i for i in range(opaque())}", f"q(**{table})", f"q(k={name})"),
        )

    def simple(self) -> str:
        name, items, table = self.one(*INTEGERS), self.one(*LISTS), self.one(*DICTS)
        number = self.integer()
        if self.draw(st.integers(0, 2)) == 0:  # what shows soonest that a value is out of date
            return self.one(
                *(
                    f"{name} = {self.one(*INTEGERS)}",
                    f"{name} = {self.one(*INTEGERS)}",
                    f"{items} = [{name}]",
                    f"t = {name}",
                ),
                *(
                    f"{name} = {items}[-1]",
                    f"{name} = d.get('k', 0)",
                    f"{items} = {self.one(*LISTS)}",
                    f"{name} = len({items})",
                ),
                *(
                    f"{name} = {self.one(3, 4, 5, 6)}",
                    f"{name} += 1",
                    f"xs[0] = {name}",
                    f"d['k'] = {name}",
                    f"o.v = {name}",
                ),
                *(f"{name} = o.v", f"{name} = n1()", f"{items}.append({name})", f"{name} = h()"),
            )
        return self.one(
            *(f"{name} = {number}", f"{name} += {number}", f"{items} = {self.items()}", f"{table} = {self.table()}"),
            *(
                f"{items}.append({number})",
                f"{items}[0] = {number}",
                f"{items} += [{number}]",
                f"{items}.extend(({self.items()})[:9])",
            ),
            *(
                f"{items}.insert(0, {number})",
                f"del {items}[0]",
                f"{items}[:] = [{number}]",
                f"{items} *= 2 if len({items}) < 9 else 1",
                f"{items}.clear()",
            ),
            *(
                f"{items}.reverse()",
                f"{items}.sort()",
                f"zs = [xs, {self.items()}]",
                f"zs[0].append({number})",
                f"{items}.pop({name})",
            ),
            *(
                f"{items}[{name}] = {number}",
                f"zs[opaque()].append({number})",
                f"{items} = zs[opaque()]",
                "xs, ys = ys, xs",
            ),
            *(
                f"{table}['k'] = {number}",
                f"{table}['j'] = {number}",
                f"{table}.update({self.table()})",
                f"{table} |= {self.table()}",
            ),
            *(
                f"del {table}['k']",
                f"{table}[{name}] = {number}",
                f"{table}[str({name})] = 4",
                f"{table}.update(k={number})",
            ),
            *(
                f"f({number})",
                f"g({items})",
                "h()",
                f"o.v = {number}",
                f"C.v = {number}",
                "o = C()",
                f"o.items.append({number})",
            ),
            *(
                f"o.set({number})",
                f"h = lambda: {name}",
                f"a, b = b, {number}",
                f"p = o; p.v = {number}",
                f"{items} = y({items})",
            ),
            *(
                f"a, *xs = [{number}, 2, 3]",
                f"{name} -= 1",
                f"setattr(o, 'v', {number})",
                f"[xs.append(i) for i in ({self.items()})[:9]]",
            ),
            *(
                f"m(1, *{items}[:9])",
                f"m({name}, c={number})",
                f"o.double = {number}",
                f"w({number})",
                "n1()",
                f"u = {{*{items}}}",
            ),
            *(
                f"{name} = len({{*{items}}})",
                f"{items} = [xs, ys][opaque()]",
                f"(xs if opaque() else ys).append({number})",
            ),
            *(
                f"r(2, {items})",
                f"{name} = r({name}, ys)",
                "del o.v",
                f"list(map(xs.append, ({self.items()})[:9]))",
                f"{items} = list(zip(xs, ys))",
            ),
        )

    def statement(self) -> None:
        kind = self.draw(st.integers(5, 23))
        if self.depth >= 4 or kind < 13:
            self.write(str(self.simple()))
        elif kind < 16:
            condition = self.one(
                "opaque()", "opaque()", f"{self.one(*INTEGERS)} < 2", f"not {self.one(*LISTS)}", "'k' in d"
            )
            self.block(f"if {condition}:")
            if self.one(0, 1):
                self.block("else:")
        elif kind == 16:
            ranges = ("range(2)", "range(opaque() + opaque() + opaque())", "range(opaque() + opaque() + 1)")
            source = self.one(*ranges, "xs", "ys", "list(d)", "zip(xs, ys)", "enumerate(xs)")
            self.loop(f"for i in {source}:")
        elif kind == 17:
            self.loop(
                f"while {self.one('opaque()', 'a < 3', 'xs', 'True')}:",
                *self.one((), ("a += 1",), ("b = a", "a = b + 1")),
            )
        elif kind == 18:
            self.write("try:")
            self.depth += 1
            for _ in range(self.draw(st.integers(1, 3))):
                self.statement()
                self.write("xs[9 * opaque()]" if self.one(0, 1) else "pass")
            self.depth -= 1
            self.block(f"except {self.one('Exception', 'IndexError', 'KeyError')}:")
            if self.one(0, 1):
                self.block("finally:", 1)
        elif kind == 19 and self.in_loop:
            self.block("if opaque():", 1)
            self.write("    " + str(self.one("break", "continue")))
        elif kind == 20 and self.in_function:
            self.block("if opaque():", 1)
            self.write(f"    return {self.integer()}")
        elif kind == 21:
            self.block("with contextlib.suppress(Exception):")
        elif kind == 22:
            self.write(f"match {self.integer()}:")
            self.depth += 1
            self.block("case 1:", 1)
            self.block("case b:", 1)
            self.depth -= 1
        else:
            self.write("if opaque(): raise ValueError")

    def function(self, head: str, end: str, *before: str) -> None:
        outer, self.in_function = self.in_function, True
        self.block(head, 2, "tick()", *before)
        self.write("    " + end)
        self.in_function = outer


HEAD = """\
import contextlib
a, b, c, t, u = 1, 2, 3, 4, 5
xs, ys = [1, 2], [3]
d, e = {'k': 1}, {'j': 2}
zs = [xs, ys]
class B:
    v = 5
    def get(self):
        tick()
        return self.v
class C(B):
    items = []
    def set(self, x):
        self.v = x
    @property
    def double(self):
        return self.v * 2
    @double.setter
    def double(self, x):
        self.v = x * 2
o = C()
def q(**kw):
    return kw
def w(x, seen=[]):
    seen.append(x)
    return seen
def y(z):
    xs.append(0)
    for i in z:
        yield i
def r(n, z):
    tick()
    z.append(n)
    if n > 0:
        return r(n - 1, z)
    return n
"""


@st.composite
def programs(draw: Draw) -> str:
    """The text of a program; every name that it reads is bound at its start."""
    writer = Writer(draw)
    globals_ = "global " + ", ".join(INTEGERS)
    for head, end, *before in (
        ("def f(a):", "return a", *draw(st.sampled_from([(), ("global b, xs",)]))),
        ("def g(xs, c=1):", "return c", *draw(st.sampled_from([(), ("global a, d",)]))),
        ("def h():", "return b", *draw(st.sampled_from([(globals_,), (globals_ + ", xs, ys, d, e",)]))),
        ("def k(a, out=[]):", "return out", "out.append(a)", "global xs"),
        ("def m(a, b=2, *xs, c=3, **d):", "return a", "xs = list(xs)"),
    ):
        if "global" not in " ".join(before):
            names = [f"{name} = {name}" for name in ()]
            before = (*before, *names)
        writer.function(
            head,
            end,
            *before,
            "b = 2; c = 3; xs = [1]; ys = [2]; d = {}; e = {}; t = 0; h2 = 0"
            if "global" not in " ".join(before)
            else "t = 0",
        )
    writer.write("def n():")
    writer.depth += 1
    writer.write("t, xs = 0, [1]")
    writer.function("def inner():", "return t", "nonlocal t, xs", "t += 1", "global a, b, c, d, e, ys, o, h, u, zs, p")
    writer.write("return inner")
    writer.depth -= 1
    writer.write("n1 = n()")
    for _ in range(draw(st.integers(1, 7))):
        writer.statement()
    return HEAD + without_failures("\n".join(writer.lines) + "\n")
