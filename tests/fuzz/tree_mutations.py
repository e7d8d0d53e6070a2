"""Mutations of a program by its syntax tree: the result is Python nearly always."""

from __future__ import annotations

import ast
import textwrap
from random import Random

from programs import Program

CONSTANTS = (
    *(
        "0",
        "1",
        "-1",
        "2",
        "-3",
        "None",
        "True",
        "False",
        "...",
        "''",
        "b''",
        "'relu'",
        "'softmax'",
        "'same'",
        "'é\\0'",
    ),
    *("1e308", "1e400", "-1e400", "float('nan')", "1j", "0.1", "10**9", "10**30", "2**64", "-(2**63)", "9" * 400),
    *(
        "()",
        "[]",
        "{}",
        "set()",
        "(None,)",
        "(None, None)",
        "(-1, 0)",
        "[[]]",
        "[None, [1, ()]]",
        "{'a': {}}",
        "{1: 2}",
    ),
    *(
        "(10**9, 10**9, 10**9)",
        "[0] * 10**9",
        "'a' * 10**10",
        "range(10**12)",
        "list(range(5000))",
        "lambda *a, **k: a",
    ),
    *(
        "object()",
        "type",
        "int",
        "keras",
        "tf.keras.layers.Dense",
        "keras.Input((3,))",
        "open",
        "input()",
        "unknown_name",
    ),
    *(
        "slice(None)",
        "x[::-1]",
        "f'{x!r:>{10}}'",
        "'%s' % (1, 2)",
        "1 // 0",
        "1 % 0",
        "2 ** 2 ** 2 ** 2 ** 2 ** 2",
        "1 << 10**6",
    ),
    *("(i for i in iter(int, 1))", "[*range(10)][::0]", "{**{}}", "not None", "'a' @ 1", "-'a'", "~1.5", "'abc'[10]"),
)

AROUND_EXPRESSIONS = (
    *("({0})", "[{0}]", "({0},)", "{{{0}}}", "{{{0}: {0}}}", "*{0}", "**{0}", "(x := {0})", "await {0}", "(yield {0})"),
    *(
        "not {0}",
        "-{0}",
        "~{0}",
        "{0} + {0}",
        "{0} @ {0}",
        "{0} * 3",
        "{0} * 10**9",
        "{0} ** 10**8",
        "{0} % {0}",
        "{0} / 0",
    ),
    *(
        "{0} if {0} else {0}",
        "{0} and {0}",
        "{0} or None",
        "{0} < {0} < {0}",
        "{0} in {0}",
        "{0} is None",
        "{0} == {0}",
    ),
    *("{0}[0]", "{0}[-1]", "{0}[...]", "{0}[:, None]", "{0}[{0}]", "{0}[1:2, ::-1, 10**9:]", "{0}()", "{0}({0})"),
    *(
        "{0}.shape",
        "{0}.layers",
        "{0}.T",
        "{0}.add",
        "{0}.__class__",
        "{0}.output[0].shape",
        "{0}.fit({0}, {0})",
        "{0}.x.y.z",
    ),
    *("(lambda: {0})()", "(lambda x={0}: x)()", "[{0} for x in range(3)]", "[x for x in {0}]", "({0} for _ in {0})"),
    *(
        "{{x: {0} for x in {0}}}",
        "[{0} for x in {0} for x in {0} if {0}]",
        "f'{{{0}}}'",
        "str({0})",
        "len({0})",
        "list({0})",
    ),
    *(
        "dict({0})",
        "zip({0}, {0})",
        "sum({0})",
        "max({0}, 1)",
        "map({0}, {0})",
        "next(iter({0}))",
        "getattr({0}, 'shape')",
    ),
    *(
        "isinstance({0}, tuple)",
        "super().__init__({0})",
        "tuple(reversed({0}))",
        "sorted({0})",
        "type({0})({0})",
        "int({0})",
    ),
    *(
        "keras.layers.Dense({0})({0})",
        "keras.Sequential([{0}])",
        "keras.Model({0}, {0})",
        "np.array({0})",
        "np.zeros({0})",
    ),
    *("keras.layers.TimeDistributed({0})", "keras.layers.Bidirectional({0})", "keras.layers.Concatenate()([{0}, {0}])"),
    *("keras.Input({0})", "keras.layers.Reshape({0})({0})", "tf.reshape({0}, {0})", "keras.ops.matmul({0}, {0})"),
)

COMPOUND = (
    *("if x:\n{0}", "if x:\n{0}\nelse:\n{0}", "if True:\n{0}", "if False:\n{0}\nelif x:\n{0}\nelse:\n    pass"),
    *("for i in range(3):\n{0}", "for i in range(10**9):\n{0}", "for i in x:\n{0}\nelse:\n{0}", "while True:\n{0}"),
    *("while x:\n{0}\n    break", "while i < 10:\n{0}\n    i += 1", "for x in x:\n    for x in x:\n{1}"),
    *("try:\n{0}\nexcept Exception as x:\n{0}\nelse:\n{0}\nfinally:\n{0}", "try:\n{0}\nexcept* ValueError:\n    pass"),
    *("with x as x:\n{0}", "with open(x), open(x) as (x, y):\n{0}", "with tf.GradientTape() as tape:\n{0}"),
    *("def f():\n{0}", "def f(x, *args, y=1, **kw):\n{0}\n    return f(x)\nf(1)", "async def f():\n{0}\n    await f()"),
    *("def f(f=f):\n{0}\n    return f\nf = f(f)", "def f():\n    global x\n{0}\n    yield x\nlist(f())"),
    *(
        "class A:\n{0}",
        "class A(keras.Model):\n{0}\nA()",
        "class A(keras.layers.Layer):\n    def call(self, x):\n{1}\nA()(x)",
    ),
    *("class A(A):\n    def __init__(self):\n        super().__init__()\n        self.x = A()\n{1}\nA()",),
    *("match x:\n    case [1, *_] | {{'a': _}}:\n{1}\n    case str() as y if y:\n{1}\n    case _:\n{1}",),
    *("async def g():\n    async for x in y:\n{1}\n    async with x as y:\n{1}", "if x: pass\nelif y:\n{0}"),
    *("for a in range(20):\n    for b in range(20):\n        for c in range(20):\n            for d in x:\n{3}",),
    *("def f(n):\n{0}\n    f(n - 1)\n    g(n)\ndef g(n):\n{0}\n    f(n)\n    g(n)\nf(3)",),
)

LOOSE = (
    *("x = x", "x, *y = x", "x += x", "x.y = x", "x[0] = x", "x[:] = x", "x = [x, x]", "x = {{'x': x}}", "x: int = x"),
    *("x.append(x)", "x.extend(x)", "x.update(x)", "x.add(x)", "x.pop()", "del x", "del x[0]", "del x.y", "x = x.x"),
    *("return x", "break", "continue", "yield", "raise", "assert x", "global x", "nonlocal x", "import x", "pass"),
    *("from x import *", "from . import x", "from keras.layers import *", "import tensorflow as x", "x = y = z = x"),
    *("x = lambda: x()", "x = [x for x in x]", "(x, y), z = x", "[x, [y]] = x, x", "x @= x", "x **= x", "x = x or x"),
    *("x.compile(x)", "x.fit(x, x)", "x = x(x)", "x.trainable = x", "x.layers[0].trainable = False", "x.layers.pop()"),
    *(
        "x = keras.Model(x, x)",
        "x = keras.Sequential(x)",
        "x = keras.models.clone_model(x)",
        "x.summary()",
        "x.save('a.h5')",
    ),
    *("@x\n@x(x)\ndef x(x): return x", "class x(x, metaclass=x): x = x", "type X = int", "x = x if x else x"),
    *("for x in x: x = x", "while x: x = x", "with x: x = x", "try: x\nexcept: x", "def x(): return x()", "x = x = x"),
)


def replace_constant(draw: Random, program: Program, donor: Program) -> str:
    """With an odd constant in place of a constant or argument, sometimes in all arguments of a call."""
    if draw.random() < 0.15 and program.calls:
        call = draw.choice(program.calls)
        return program.replaced(*((program.span(each), draw.choice(CONSTANTS)) for each in call.args))
    places = [
        node for node in program.expressions if isinstance(node, ast.Constant | ast.Tuple | ast.List | ast.UnaryOp)
    ]
    return program.replaced((program.span(draw.choice(places or program.expressions)), draw.choice(CONSTANTS)))


def replace_expression(draw: Random, program: Program, donor: Program) -> str:
    """With an expression of another program."""
    new = donor.of(draw.choice(donor.expressions)) if donor.expressions else "None"
    return program.replaced((program.span(draw.choice(program.expressions)), new))


def swap_expressions(draw: Random, program: Program, donor: Program) -> str:
    """With two expressions in each other's place, or one in that of the other alone, which may be within it."""
    one, other = draw.choice(program.expressions), draw.choice(program.expressions)
    (a, b), (c, d) = program.span(one), program.span(other)
    if b <= c or d <= a:
        return program.replaced(((a, b), program.text[c:d]), ((c, d), program.text[a:b]))
    return program.replaced(((a, b), program.text[c:d]))


def wrap_expression(draw: Random, program: Program, donor: Program) -> str:
    """With something around an expression, now and then many times."""
    node = draw.choice(program.expressions)
    around, text = draw.choice(AROUND_EXPRESSIONS), program.of(node)
    times = draw.choice([1] * 18 + [3, 100])
    for _ in range(times):
        if len(text) > 5000:
            break
        text = around.format(text)
    return program.replaced((program.span(node), text))


def change_arguments(draw: Random, program: Program, donor: Program) -> str:
    """With arguments of a call less, twice, in another order, by another name, by position or as stars."""
    if not program.calls:
        return program.text
    call = draw.choice(program.calls)
    parts = [program.of(each) for each in (*call.args, *call.keywords)]
    at = draw.randrange(len(parts))
    name, equals, value = parts[at].partition("=")
    kind = draw.randrange(9)
    if kind == 0:
        del parts[at]
    elif kind == 1:
        parts.insert(draw.randint(0, len(parts)), parts[at])
    elif kind == 2:
        draw.shuffle(parts)
    elif kind == 3:
        parts[at] = value if equals else f"{draw.choice(program.names)}={parts[at]}"
    elif kind == 4:
        parts[at] = (
            f"{draw.choice(['x', 'units', 'input_shape', 'name', 'loss', 'shape', 'y', 'axis'])}={value or name}"
        )
    elif kind == 5:
        parts[at:] = [f"*[{', '.join(part for part in parts[at:] if '=' not in part)}]"]
    elif kind == 6:
        parts[at:] = [f"**dict({', '.join(part for part in parts[at:] if '=' in part)})"]
    elif kind == 7:
        parts.append(
            draw.choice(["*x", "**x", "*args", "**kwargs", "*range(3)", "**{'units': 1}", "**{1: 2}", "*[x] * 9"])
        )
    else:
        parts = []
    return program.replaced((program.span(call), f"{program.of(call.func)}({', '.join(parts)})"))


def wrap_statement(draw: Random, program: Program, donor: Program) -> str:
    """With statements in a loop, branch, function, class and so on, perhaps in several."""
    statement = draw.choice(program.statements)
    start, end = program.lines_of(statement)
    text = textwrap.dedent(program.text[start:end]).rstrip("\n")
    for _ in range(draw.choice([1, 1, 1, 2, 3, 8])):
        levels = [textwrap.indent(text, "    " * depth) for depth in (1, 2, 3, 4)]
        if len(text) > 4000:
            break
        text = draw.choice(COMPOUND).format(*levels)
    return program.replaced(((start, end), textwrap.indent(text, " " * _indent(program, statement)) + "\n"))


def wrap_end(draw: Random, program: Program, donor: Program) -> str:
    """With all that follows a statement of the module in a loop, branch, function and so on."""
    assert program.tree is not None
    start, _ = program.lines_of(draw.choice(program.tree.body))
    rest = program.text[start:].rstrip("\n")
    levels = [textwrap.indent(rest, "    " * depth) for depth in (1, 2, 3, 4)]
    return program.text[:start] + draw.choice(COMPOUND).format(*levels) + "\n"


def change_statements(draw: Random, program: Program, donor: Program) -> str:
    """With a statement less, twice, elsewhere, or with one of another program."""
    statement = draw.choice(program.statements)
    span = start, end = program.lines_of(statement)
    own = program.text[start:end]
    kind = draw.randrange(5)
    if kind == 0:
        return program.replaced((span, " " * _indent(program, statement) + "pass\n"))
    if kind == 1:
        return program.replaced((span, own * draw.choice([2, 2, 3, 40])))
    other = draw.choice(program.statements)
    to = program.lines_of(other)
    if kind == 2 and (to[0] >= end or to[1] <= start):
        moved = textwrap.indent(textwrap.dedent(own), " " * _indent(program, other))
        return program.replaced((span, ""), ((to[0], to[0]), moved))
    if donor.statements:
        own = donor.text[slice(*donor.lines_of(draw.choice(donor.statements)))]
    return program.replaced(((to[0], to[0]), textwrap.indent(textwrap.dedent(own), " " * _indent(program, other))))


def insert_loose(draw: Random, program: Program, donor: Program) -> str:
    """With a statement about names of the program that goes nowhere or in circles."""
    statement = draw.choice(program.statements)
    start, _ = program.lines_of(statement)
    names = {name: draw.choice(program.names) for name in ("x", "y", "z")}
    new = "\n".join(draw.choice(LOOSE).replace("{{", "{").replace("}}", "}") for _ in range(draw.choice([1, 1, 2, 4])))
    loose = Program(new)
    new = loose.replaced(*(((a, b), names[new[a:b]]) for a, b in loose.tokens if new[a:b] in names))
    return program.replaced(((start, start), textwrap.indent(new, " " * _indent(program, statement)) + "\n"))


def cross(draw: Random, program: Program, donor: Program) -> str:
    """The start of one program and the end of another."""
    if not donor.tree or not donor.tree.body or not program.tree or not program.tree.body:
        return program.text
    _, end = program.lines_of(draw.choice(program.tree.body))
    start, _ = donor.lines_of(draw.choice(donor.tree.body))
    return program.text[:end] + "\n" + donor.text[start:]


def _indent(program: Program, statement: ast.stmt) -> int:
    start, end = program.lines_of(statement)
    line = program.text[start:end]
    return len(line) - len(line.lstrip(" "))


MUTATIONS = (
    *(replace_constant, replace_constant, replace_expression, replace_expression, swap_expressions, wrap_expression),
    *(change_arguments, change_arguments, wrap_statement, wrap_end, change_statements, insert_loose, cross),
)
