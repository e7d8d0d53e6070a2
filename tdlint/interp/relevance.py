"""Which functions that nobody calls are worth entering: those whose text names something of Keras.

Most functions of a large program never touch Keras, and following them would cost more than parsing them. Their text
comes from CPython's own tree, which has positions, where that of LibCST has none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import libcst as cst

from tdlint.interp.python.classes import is_layer, is_model
from tdlint.interp.run import MAIN, Function, Run
from tdlint.sources.plain_nodes import PlainModule
from tdlint.spec import migration
from tdlint.spec.objects import OBJECT_MODULES
from tdlint.values import ClassValue, FunctionValue, LayerObject, ModelValue, Sequence, Symbol

_Functions = ast.FunctionDef | ast.AsyncFunctionDef

_LINE_END = re.compile(r"\r\n|\n|\r")

_WORD = re.compile(r"[^\W\d]\w*")

# Keras itself, layers of TensorFlow 1, or calls that only make sense on a model, whatever that is called.
_ALWAYS = ("keras", ".fit(", ".compile(", "optimizer=", "tf.layers.", "tf1.layers.", "v1.layers.", ".rnn_cell.")

_MAKING = ("keras.layers", "keras.models", "keras.applications", *(name.rstrip(".") for name in OBJECT_MODULES))
_MODELS = frozenset({"keras", "keras.Sequential", "keras.Model", "keras.Input", "keras.Layer"})

# Modules that are still there, and that names were taken from.
_WITH_REMOVED = frozenset(
    {"keras.backend", "keras.preprocessing", "keras.preprocessing.image", "keras.preprocessing.sequence", "keras.utils"}
)


@dataclass(frozen=True)
class Texts:
    """The source text of every function of a module; CPython's nodes are by the identity of those of LibCST."""

    functions: Mapping[int, _Functions]
    lines: list[str]
    found: dict[int, str] = field(default_factory=dict)
    words: dict[int, frozenset[str]] = field(default_factory=dict)

    def of(self, function: Function) -> str | None:
        """The text of a function, None if it is not known."""
        key = id(function.node)
        node = self.functions.get(key)
        if node is not None and key not in self.found:
            self.found[key] = "\n".join(self.lines[_first_line(node) - 1 : node.end_lineno])
        return self.found.get(key)

    def words_of(self, function: Function) -> frozenset[str]:
        """The names in the text of a function, and other words there."""
        key = id(function.node)
        if key not in self.words:
            self.words[key] = frozenset(_WORD.findall(self.of(function) or ""))
        return self.words[key]


def function_texts(module: cst.Module, tree: ast.Module, text: str) -> Texts:
    """Pair the functions of both trees by their order; nothing is known if they do not agree in number."""
    lines = _LINE_END.split(text)
    if isinstance(module, PlainModule):
        return Texts(module.functions, lines)
    ours = list(_cst_functions(module))
    theirs = list(_ast_functions(tree.body))
    if len(ours) != len(theirs):
        return Texts({}, lines)
    return Texts({id(mine): their for mine, their in zip(ours, theirs, strict=True)}, lines)


def _cst_functions(node: Any) -> Iterator[cst.FunctionDef]:
    """All functions below a block, in the order of the text; only statements are looked at."""
    for statement in node.body:
        kind = type(statement)
        if kind is cst.SimpleStatementLine:
            continue
        if kind is cst.FunctionDef:
            yield statement
        yield from _below(statement)


def _below(statement: Any) -> Iterator[cst.FunctionDef]:
    if type(statement) is cst.Match:
        for case in statement.cases:
            yield from _below(case)
        return
    if type(statement.body) is cst.IndentedBlock:
        yield from _cst_functions(statement.body)
    for handler in getattr(statement, "handlers", ()):
        yield from _below(handler)
    for name in ("orelse", "finalbody"):
        after = getattr(statement, name, None)
        if after is not None:
            yield from _below(after)


def _first_line(function: _Functions) -> int:
    """The first line of the body after a docstring, as those of Keras' own code are full of Keras."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return (first.end_lineno or first.lineno) + 1 if documented else function.lineno


def _ast_functions(body: list[ast.stmt]) -> Iterator[_Functions]:
    for statement in body:
        if isinstance(statement, _Functions):
            yield statement
        for name in ("body", "cases", "handlers", "orelse", "finalbody"):
            for child in getattr(statement, name, ()):
                if isinstance(child, ast.match_case | ast.ExceptHandler):
                    yield from _ast_functions(child.body)
                elif isinstance(child, ast.stmt):
                    yield from _ast_functions([child])


def irrelevant_functions(run: Run, texts: Texts) -> set[int]:
    """The keys of functions whose text names neither Keras nor anything of the module that is made with it.

    What uses names that Keras 3 does not have is relevant, too.
    """
    names = run.state.frames[run.frames[0].number]
    words = {name for name, value in names.items() if _makes_or_is_keras(value)}
    functions = {value.name: run.functions[value.key] for value in names.values() if isinstance(value, FunctionValue)}
    classes = {name: value for name, value in names.items() if isinstance(value, ClassValue)}
    words |= {name for name, value in classes.items() if is_layer(value.bases) or is_model(value.bases)}
    members = {name: _functions_of_class(run, value) for name, value in classes.items()}
    members |= {name: [function] for name, function in functions.items()}
    members = {name: found for name, found in members.items() if name not in words}
    while True:
        found = {name for name, parts in members.items() if any(_names_one(texts, part, words) for part in parts)}
        if not found:
            break
        words |= found
        members = {name: parts for name, parts in members.items() if name not in found}
    uses_removed = uses_of_removed(run)
    return {
        key
        for key, function in run.functions.items()
        if run.modules[function.frame] == MAIN
        and not _of_keras_class(run, function)
        and not _names_one(texts, function, words)
        and not uses_removed(texts.of(function) or "")
    }


def _makes_or_is_keras(value: object) -> bool:
    if isinstance(value, Symbol):
        return value.name in _MODELS or value.name.startswith(_MAKING)
    return isinstance(value, LayerObject | ModelValue)


def uses_of_removed(run: Run) -> Callable[[str], bool]:
    """Tells whether a text has names in it that Keras 3 does not have; who calls a function with one matters less."""
    if run.keras_source:
        return lambda text: False  # its own modules have the names of the public ones, and other contents
    names = run.state.frames[run.frames[0].number]
    starred = names.get("*")
    if isinstance(starred, Sequence):
        modules = [each.name for each in starred.items if isinstance(each, Symbol)]
        if "keras.backend" in modules:
            return lambda text: True
    symbols = {name: value.name for name, value in names.items() if _may_hold_removed(value)}
    if not symbols:
        return lambda text: False
    uses = re.compile(rf"\b({'|'.join(map(re.escape, symbols))})((?:\s*\.\s*\w+)*)")
    return lambda text: any(_has_removed(symbols[name], members) for name, members in uses.findall(text))


def _may_hold_removed(value: object) -> TypeGuard[Symbol]:
    if not isinstance(value, Symbol) or value.namespace != "keras":
        return False
    return value.name in _WITH_REMOVED or value.name.startswith("keras.backend.")


def _has_removed(name: str, members: str) -> bool:
    """Whether Keras 3 does not have a name, or one of those below it that come after a dot each."""
    if migration.removed(name, "keras") is not None:
        return True
    for member in members.split(".")[1:]:
        name = f"{name}.{member.strip()}"
        if migration.removed_attribute(name, "keras") is not None:
            return True
    return False


def _names_one(texts: Texts, function: Function, words: Set[str]) -> bool:
    """Whether the text of a function speaks of Keras or has one of the words in it."""
    text = texts.of(function)
    return text is None or any(word in text for word in _ALWAYS) or not words.isdisjoint(texts.words_of(function))


def _functions_of_class(run: Run, value: ClassValue) -> list[Function]:
    """The methods of a class."""
    members = run.classes[value.key].attributes.values()
    return [run.functions[member.key] for member in members if isinstance(member, FunctionValue)]


def _of_keras_class(run: Run, function: Function) -> bool:
    """Whether a function is a method of a layer or model: there ``self`` holds what is of Keras."""
    if function.owner is None:
        return False
    bases = run.classes[function.owner].library_bases
    return is_layer(bases) or is_model(bases)
