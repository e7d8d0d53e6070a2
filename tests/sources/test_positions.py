"""Spans of nodes, against LibCST's own position metadata."""

from __future__ import annotations

import libcst
import pytest
from hypothesis import given
from hypothesis import strategies as st
from libcst.metadata import MetadataWrapper, PositionProvider

from tdlint.sources.positions import locate
from tdlint.sources.source_file import SourceFile, read_source

PROGRAM = '''\
"""Docstring é."""

from a import (b, c as d,)  # comment
import e.f as g

@decorator ( 1 , )
class  A ( B , metaclass = C ) :

    x : int = (  1  )

    def f ( self , a , /, b = 1 , * args , c , ** kwargs ) -> None :
        # comment

        if  a  :  pass
        elif ( b ) : return  1
        else :
            raise E ( "é" ) from e

    async def g(self):
        async with a as b , c : await d
        async for x in y : yield  z

for i , j in enumerate ( [ 1 , 2 , * k ] ) :
    while ( not i ) : break
    else : continue
try :
    a = b = c [ 1 : 2 , ... ]
except ( A , B ) as e : del a , b
except C: pass
else :
    assert x , "m"
finally : global y ; y += 1 ; z = lambda x , y = 1 : x
with ( a as b , c ) :
    d = { ** e , "k" : 1 , } ; f = { 1 , 2 } ; g = ( x for x in y if x if y )
    h = f"{ a !r:>{ width }} b" "c"   'd'
    i = a if b else c ; j = not a and b or c ; k = - a ** b ; l = a < b <= c is not d not in e
match a :
    case [ 1 , x , * rest ] | { "k" : v , ** r } if x : pass
    case A ( b , c = d ) as e : pass
    case _ : pass
x = (yield)
print ( a , * b , c = 1 , ** d )
LSTM(
    64,

    input_shape=(timesteps, features),  # comment
)   . f ( )
'''


def nodes_below(node: libcst.CSTNode) -> list[libcst.CSTNode]:
    found, pending = [], [node]
    while pending:
        current = pending.pop()
        found.append(current)
        pending.extend(current.children)
    return found


def assert_same_as_metadata(source: SourceFile) -> None:
    module = libcst.parse_module(source.parse_text)
    expected = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    # the newline that a text lacks at its end is a node with a place behind the end
    nodes = [
        node for node in expected if not isinstance(node, libcst.Module | libcst.Newline | libcst.TrailingWhitespace)
    ]
    spans = locate(module, nodes, source.parse_text)
    assert spans.exact
    for node in nodes:
        start, end = source.position(spans[node].start), source.position(spans[node].end)
        range_ = expected[node]
        assert (start.line, start.column - 1, end.line, end.column - 1) == (
            range_.start.line,
            range_.start.column,
            range_.end.line,
            range_.end.column,
        ), type(node)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_spans_are_those_of_the_position_provider(newline, mark):
    assert_same_as_metadata(read_source("m.py", (mark + PROGRAM).replace("\n", newline).encode()))


NAMES = st.sampled_from(["a", "bé", "x1"])
SPACES = st.sampled_from(["", " ", "  "])
LEAVES = NAMES | st.sampled_from(["1", "'é'", "(  a )", "[]"])


def _compound(children):
    def join(parts):
        left, operator, right, space = parts
        return f"{left}{space}{operator}{space}{right}"

    return (
        st.tuples(children, st.sampled_from(["+", "*", ".", ","]), children, SPACES).map(
            lambda parts: join(parts) if parts[1] in "+*" else f"({parts[0]}{parts[3]},{parts[2]})"
        )
        | st.tuples(NAMES, SPACES, children, SPACES).map(
            lambda parts: f"{parts[0]}{parts[1]}({parts[3]}{parts[2]} , k=1)"
        )
        | st.tuples(children, SPACES).map(lambda parts: f"[\n{parts[1]}{parts[0]}  # é\n]")
    )


EXPRESSIONS = st.recursive(LEAVES, _compound, max_leaves=12)
STATEMENTS = st.lists(
    st.tuples(st.sampled_from(["", "y = ", "if a:\n\n    z = "]), EXPRESSIONS).map("".join), min_size=1, max_size=5
).map("\n".join)


@given(STATEMENTS)
def test_spans_of_generated_code(text):
    assert_same_as_metadata(read_source("m.py", text.encode()))


@given(STATEMENTS)
def test_a_call_is_where_its_text_is(text):
    module = libcst.parse_module(text)
    calls = [node for node in nodes_below(module) if isinstance(node, libcst.Call)]
    spans = locate(module, calls, text)
    for call in calls:
        span = spans[call]
        bare = call.with_changes(lpar=(), rpar=())
        assert text[span.start : span.end] == module.code_for_node(bare)


def test_blank_lines_at_the_end_do_not_matter():
    text = "f(1)\n\n   \n# end\n  \n"
    module = libcst.parse_module(text)
    assert module.code != text, "LibCST keeps them now: the comment in positions.py is out of date"
    call = next(node for node in nodes_below(module) if isinstance(node, libcst.Call))
    assert locate(module, [call], text).exact


def test_a_text_that_differs_in_white_space_is_told_and_still_located():
    text = "try: pass\nexcept A : pass\ndef f():\n    g( 2 )\n"
    module = libcst.parse_module(text)
    call = next(node for node in nodes_below(module) if isinstance(node, libcst.Call))
    spans = locate(module, [call], text)
    assert not spans.exact
    assert text[spans[call].start : spans[call].end] == "g( 2 )"
    assert locate(module, [call], text.replace("g", "h")).get(call) is None
