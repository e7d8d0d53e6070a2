"""The tree that is made from CPython's own is the one that LibCST parses, but for white space."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libcst as cst
import pytest

from tdlint.diagnostics import Span
from tdlint.sources.plain_nodes import LazyBody, PlainModule, exact_node, fields_of
from tdlint.sources.plain_tree import plain_tree
from tdlint.sources.positions import locate, locate_exact
from tdlint.sources.syntax import NeedsLibCST

ROOT = Path(__file__).parent.parent.parent
FILES = [*sorted((ROOT / "fixtures").rglob("*.py"))[::7], *sorted((ROOT / "tdlint").rglob("*.py"))[::5]]

SNIPPETS = [
    "a = b = 1; c = 2\nif a: b; c\nelif b:\n    pass\nelse:\n    if c:\n        pass\n",
    "x = a + b - c * (d + e)\ny = a or b or (c and d) and e\nz = not -x < y <= z is not None\n",
    "f(*a, b=1, *c, **d)(e)(i for i in range(3))\nclass s(B, *C, m=D, **E): x = 1\n",
    "x[1, 2:3, ::-1, ...]\nx[(1, 2)]\nx[(1), (2)]\nx[(1, f(2))]\nx[()]\nx[a,]\nx[*a, 1]\n",
    "'a' 'b'\nr'\\n' ; b''[0]\n'''a\n\"b\"'''\nf'{a!r:>{b}} {{}}'\n('a'\n  f'{b}'  # c\n  'd')\n'\\''\n",
    "f'a{b}{c.d:.2f} e', F\"{b:>10}\", f'', f'{b }', f'{{b}}', f'{b=}', f'{b!r}', f'{b[0]}', f'{é}', f'\\n{b}'\n",
    "é = 'ü'; ö = f(é, 0x1F, 1_000, 1e3, 2j)\nx = 'ß' + ö['ä':é]\n",
    "async def f(a, /, b=1, *c: int, d, e=2, **g) -> int:\n    async for x in y: await z\n"
    "    async with a as b, c: yield\n",
    "def f(*, a): return lambda x, *y, z=1: (yield from x)\n@d.e(1)\ndef g(): 'text'; pass\n",
    "try:\n    pass\nexcept A as b:\n    raise C from d\nexcept: raise\nelse: x\nfinally: y\n",
    "from . import a as b, c\nfrom ..d.e import *\nimport f.g as h, i.j\nglobal k, l\n",
    "del m, n\ndel (o), p[0]\nassert q, r\n",
    "{**a, 'b': c}, {d, *e}, [f, *g], (*h,), {i: j for i in k if l if m for n in o}, {p async for p in q}\n",
    "for a, (b, *c) in d: continue\nelse: e\nwhile (f := g): break\nx: int\ny: 'z' = 1\na.b += 1 if c else 2\n",
    "x = 1; \\\n  y = 2\nif x: \\\n  y = 3\nz = 4\n",
]


def compare(ours: Any, theirs: Any, place: tuple[object, ...] = ()) -> None:
    ours = list(ours) if isinstance(ours, LazyBody) else ours
    if isinstance(ours, list | tuple):
        assert len(ours) == len(theirs), place
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            compare(one, other, (*place, number))
    elif isinstance(ours, cst.CSTNode):
        assert type(ours) is type(theirs) or isinstance(ours, PlainModule), place
        for name in fields_of(type(theirs)):
            compare(getattr(ours, name), getattr(theirs, name), (*place, name))
    else:
        assert ours == theirs, place


def module_of(text: str) -> cst.Module:
    return plain_tree(text, ast.parse(text))


@pytest.mark.parametrize("text", SNIPPETS)
def test_tree_of_every_kind_of_syntax(text):
    if sys.version_info < (3, 11):
        text = text.replace("x[*a, 1]\n", "")
    compare(module_of(text), cst.parse_module(text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_tree_of_a_file(path):
    text = path.read_text(encoding="utf-8")
    try:
        module = module_of(text)
    except NeedsLibCST:
        return
    compare(module, cst.parse_module(text))


def test_body_of_a_function_is_made_when_it_is_looked_at():
    function = module_of("def f():\n    x = 1\n    yield x\n").body[0]
    body = function.body.body
    assert (type(body), body.is_made, body.yields) == (LazyBody, False, True)
    assert [type(statement.body[0]) for statement in body] == [cst.Assign, cst.Expr]
    assert body.is_made


def test_yield_of_an_inner_function_is_not_that_of_the_outer_one():
    module = module_of(
        "def f():\n    def g():\n        yield\n    if g: x = yield\ndef h():\n    def g():\n        yield\n"
    )
    assert [function.body.body.yields for function in module.body] == [True, False]


def test_node_of_the_exact_tree_is_found_also_in_a_body_that_was_looked_at_later():
    text = "y = 1  # comment\ndef f():\n    return g(y, z = 2 )\n"
    module = module_of(text)
    first = module.body[0].body[0]
    assert cst.Module([]).code_for_node(exact_node(module, first)) == "y = 1"
    call = module.body[1].body.body[0].body[0].value
    exact = exact_node(module, call)
    assert cst.Module([]).code_for_node(exact) == "g(y, z = 2 )"
    assert exact_node(module, call.args[1]) is exact.args[1]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_libcst_parses_only_the_statements_that_are_asked_for(end):
    text = "import a\n\n@a.b\ndef f():\n    return g(1)\n\nx = f( 1); y = 2  # two\nz = 3".replace("\n", end)
    module = module_of(text)
    assert isinstance(module, PlainModule)
    function, line, last = module.body[1:]
    nodes = [line.body[0].value, line.body[1], function.body.body[0].body[0].value, last.body[0]]
    exact = [module.exact_node(node) for node in nodes]
    parsed = [piece.text.replace(end, "\n") for piece in module.pieces]
    assert parsed == ["x = f( 1); y = 2  # two\n", "@a.b\ndef f():\n    return g(1)\n", "z = 3"]
    spans = locate_exact(module, exact, text)
    assert spans.exact
    assert [text[spans[node].start : spans[node].end] for node in exact] == ["f( 1)", "y = 2", "g(1)", "z = 3"]


def test_match_is_for_libcst():
    with pytest.raises(NeedsLibCST):
        module_of("match x:\n    case 1:\n        pass\n")


def test_comment_that_ends_with_a_backslash_joins_nothing():
    text = "x = 1  # \\\ny = 2\nz = 3 + \\\n  4\n"
    with pytest.raises(NeedsLibCST):
        module_of(text)


@pytest.mark.parametrize("text", SNIPPETS)
def test_places_are_those_of_libcst(text):
    if sys.version_info < (3, 11):
        text = text.replace("x[*a, 1]\n", "")
    module = module_of(text)
    assert isinstance(module, PlainModule)
    nodes = [node for node in below(module) if module.place_of(node) is not None]
    exact = {node: module.exact_node(node) for node in nodes}
    spans = locate_exact(module, exact.values(), text)
    assert nodes
    for node in nodes:
        assert module.place_of(node) == spans[exact[node]], text


def below(node: Any) -> Iterator[cst.CSTNode]:
    if isinstance(node, LazyBody | list | tuple):
        for each in node:
            yield from below(each)
    elif isinstance(node, cst.CSTNode):
        yield node
        kind = cst.Module if isinstance(node, PlainModule) else type(node)
        for name in fields_of(kind):
            yield from below(getattr(node, name))


def test_place_that_only_libcst_can_tell():
    text = "x = (1, 2)  # comment\n"
    module = module_of(text)
    value = module.body[0].body[0].value
    assert locate(module, [value, module.body[0].body[0]], text).get(value) == Span(5, 9)
