"""Models that the user's own code makes: attributes of modules, functions called with arguments."""

from __future__ import annotations

import ast
import contextlib
import difflib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, TypeAlias

from tdlint.inspector.errors import InspectionError
from tdlint.inspector.live.graph import is_model

Arguments: TypeAlias = tuple[tuple[str, object], ...]


def parse_argument(text: str) -> tuple[str, object]:
    """``name=value``, the value being a literal of Python, or else a text.

    Raises:
        InspectionError: it has no such form.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise InspectionError(f"{text}: expected NAME=VALUE, such as units=64")
    try:
        return name, ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return name, value


def attribute_of(module: ModuleType, attribute: str, target: str) -> Any:
    """The attribute of a module that a target names, dots leading further in.

    Raises:
        InspectionError: there is none.
    """
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            public = [name for name in dir(found) if not name.startswith("_")]
            raise InspectionError(f"{target}: there is no {part!r}{_did_you_mean(part, public)}")
        found = getattr(found, part)
    return found


def model_from(found: Any, arguments: Arguments, target: str) -> Any:
    """A model, or the one that a function returns when called with the arguments.

    Raises:
        InspectionError: it is neither, the arguments do not fit, or the call fails.
    """
    if is_model(found):
        if arguments:
            raise InspectionError(f"{target}: a model takes no arguments; they are for a function that makes one")
        return found
    if not callable(found):
        raise InspectionError(
            f"{target}: expected a model or a function that returns one, found {type(found).__name__}"
        )
    given = dict(arguments)
    _check_arguments(found, given, target)
    try:
        made = found(**given)
    except Exception as problem:
        how = f"with {', '.join(f'{name}={value!r}' for name, value in arguments)}" if given else "without arguments"
        raise InspectionError(f"{target}: calling it {how} failed: {type(problem).__name__}: {problem}") from problem
    if not is_model(made):
        raise InspectionError(f"{target}: expected it to return a Keras model, it returned {type(made).__name__}")
    return made


def _check_arguments(function: Callable[..., Any], given: dict[str, object], target: str) -> None:
    try:
        params = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a function that does not tell; the call itself will
        return
    names = [param.name for param in params if param.kind in (param.POSITIONAL_OR_KEYWORD, param.KEYWORD_ONLY)]
    if not any(param.kind is param.VAR_KEYWORD for param in params):
        for name in given:
            if name not in names:
                takes = f"it takes {', '.join(names)}" if names else "it takes none"
                raise InspectionError(f"{target}: there is no argument {name!r} ({takes}){_did_you_mean(name, names)}")
    needed = [param.name for param in params if param.default is param.empty and param.name in names]
    missing = [name for name in needed if name not in given]
    if missing:
        raise InspectionError(f"{target}: it needs the argument {missing[0]!r}; give it as --arg {missing[0]}=VALUE")


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


@contextlib.contextmanager
def weightless_keras_3() -> Iterator[None]:
    """Keras 3 makes variables of known shape and no value in here, on any backend (FACTS I1)."""
    if importlib.util.find_spec("keras") is None:
        yield
        return
    keras = importlib.import_module("keras")
    if not hasattr(keras, "StatelessScope"):
        yield
        return
    with keras.StatelessScope(initialize_variables=False):
        yield


@contextlib.contextmanager
def weightless_keras_2() -> Iterator[None]:
    """Keras 2, where the user's code has imported it, makes variables without values in here (FACTS I2)."""
    keras = sys.modules.get("tf_keras") or sys.modules.get("keras")
    if keras is None or hasattr(keras, "StatelessScope"):
        yield
        return
    with importlib.import_module("tensorflow").Graph().as_default():
        yield
