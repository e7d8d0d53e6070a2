"""Functions of the standard library that a model can depend on."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Callable
from functools import partial

from tdlint.interp.heap import PartialValue
from tdlint.interp.python import containers
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import Run
from tdlint.values import Const, Unknown, Value, number, text


def set_environment(run: Run, key: Value, value: Value) -> None:
    """``os.environ[key] = value``; variables decide which Keras ``tf.keras`` is, and what Keras runs on."""
    if key.must_be("TF_USE_LEGACY_KERAS") and not value.must_be("0", "False", "false", ""):
        run.legacy_keras = True
    if key.must_be("KERAS_BACKEND"):
        run.backend = text(value)


def _put_environment(run: Run, args: CallArguments) -> Value | None:
    if len(args.values) != 2:
        return None
    set_environment(run, *args.values)
    return Unknown("a variable of the environment")


def _field_of_dataclass(run: Run, args: CallArguments) -> Value | None:
    return args.keywords["default"][0] if "default" in args.keywords else None


def _partial(run: Run, args: CallArguments) -> Value | None:
    if not args.complete or not args.values:
        return None
    keywords = tuple((key, value) for key, (value, _) in args.keywords.items())
    return PartialValue(args.values[0], tuple(args.values[1:]), keywords)


def _joined_path(run: Run, args: CallArguments) -> Value | None:
    if not args.complete or len(args.values) != len(args.everything()):
        return None
    parts = [text(value) for value in args.values]
    known = [part for part in parts if part is not None]
    return Const(posixpath.join(*known)) if known and len(known) == len(parts) else Unknown("a path")


def _deep_copy(run: Run, args: CallArguments) -> Value | None:
    return containers.copied(run, args.values[0]) if len(args.values) == 1 else None


def _computed(function: Callable[[float], float], run: Run, args: CallArguments) -> Value | None:
    if len(args.values) != 1:
        return None
    found = number(args.values[0])
    if found is None:
        return Unknown("computed from what is not known")
    try:
        return Const(function(found))
    except (ValueError, OverflowError):
        return Unknown("an operation that fails")


def _end(run: Run, args: CallArguments) -> Value:
    run.state.dead = True
    return Unknown("ends the program")


FUNCTIONS: dict[str, Callable[[Run, CallArguments], Value | None]] = {
    "copy.deepcopy": _deep_copy,
    "dataclasses.field": _field_of_dataclass,
    "functools.partial": _partial,
    "math.ceil": partial(_computed, math.ceil),
    "math.floor": partial(_computed, math.floor),
    "math.sqrt": partial(_computed, math.sqrt),
    "os.environ.setdefault": _put_environment,
    "os.path.join": _joined_path,
    "os.putenv": _put_environment,
    **dict.fromkeys(("os._exit", "os.abort", "sys.exit"), _end),
}
"""Each gives the value of a call; None: these arguments are not understood."""
