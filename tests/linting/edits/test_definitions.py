"""Where classes that fixes need are defined, and when one that is there is used again."""

from __future__ import annotations

import pytest

from tdlint.diagnostics import Span
from tdlint.linting.edits.changes import Imported
from tdlint.linting.edits.definitions import has_body, inserted, place, with_imports
from tdlint.linting.edits.layout import layout_of
from tdlint.sources.rewriting import apply_edits

CODE = "class A(Layer):\n    def call(self, x):\n        return x\n"


def defined(text: str, before: str) -> str:
    layout = layout_of(text)
    assert layout is not None
    at = text.index(before)
    return apply_edits(text, [inserted(CODE, (), place(layout, Span(at, at + 1)), layout)])


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("import keras\nx = 1\nuse()\n", f"import keras\n\n\n{CODE}\n\nx = 1\nuse()\n"),
        ("import keras\n\n\n@f\ndef g():\n    use()\n", f"import keras\n\n\n{CODE}\n\n@f\ndef g():\n    use()\n"),
        ('"""Text."""\nuse()\n', f'"""Text."""\n\n\n{CODE}\n\nuse()\n'),
        ("use()\nimport keras\n", f"{CODE}\n\nuse()\nimport keras\n"),
        ("import keras\r\nuse()\r\n", "import keras\r\n\r\n\r\n" + CODE.replace("\n", "\r\n") + "\r\n\r\nuse()\r\n"),
    ],
)
def test_behind_the_imports_and_set_off(text, after):
    assert defined(text, "use") == after


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("@saved()\nclass A(keras.layers.Layer):\n    def call(self, x):\n        return x  # as it is\n", True),
        ("class A(Layer):\n    def call(self, x):\n        return 2 * x\n", False),
        ("from b import A\n", False),
        (f"{CODE}A = None\n", False),
    ],
)
def test_a_definition_that_is_there(text, same):
    layout = layout_of(text)
    assert layout is not None
    assert has_body(layout, "A", (CODE,)) is same


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("m = 1\nm.use()\n", True),
        ("for m in n:\n    m.use()\n", True),
        ("m = 1\ndef f():\n    m.use()\n", False),
        ("def f(m):\n    m.use()\n", False),  # the caller would keep the old one
        ("def f():\n    if a:\n        m = 1\n    m.use()\n", True),
        ("def f():\n    def g():\n        m = 1\n    m.use()\n", False),
    ],
)
def test_names_that_the_module_or_function_around_a_statement_binds(text, bound):
    layout = layout_of(text)
    assert layout is not None
    at = text.index("m.use()")
    assert ("m" in layout.bound_in(layout.path_to(Span(at, at + 7)))) is bound


def test_names_may_be_spelled_otherwise():
    layout = layout_of("from keras import ops\ndef f(x):\n    return ops.clip(x, 0, 1)\n")
    assert layout is not None
    assert has_body(layout, "f", ("def f(x):\n    return ", Imported("keras.ops.clip"), "(x, 0, 1)\n"))


@pytest.mark.parametrize(
    ("text", "parts", "roots"),
    [
        ("import keras\nuse()\n", (Imported("keras.ops.clip"), "(x)"), ()),
        ("from keras.layers import Dense\nuse()\n", ("keras.ops.clip", "(x)"), ("keras",)),
        ("from tensorflow import keras\nuse()\n", (Imported("keras.ops.clip"), "(x)"), ()),
    ],
)
def test_modules_that_a_definition_needs(text, parts, roots):
    layout = layout_of(text)
    assert layout is not None
    at = text.index("use")
    assert with_imports((Imported("keras.ops.clip"), "(x)"), Span(at, at), layout) == (parts, roots)
