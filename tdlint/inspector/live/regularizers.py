"""What live layers declare, against what their variables have: a weight gets its regularizer when it is made."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from tdlint.inspector.accounting.held import Dormant
from tdlint.inspector.codes import LATE
from tdlint.spec.version import KerasVersion

_SUFFIX = "_regularizer"
_WEIGHTS = ("{}", "{}_kernel", "_{}", "_{}_kernel")
"""The attributes that may hold the weight of ``{}_regularizer``."""


def keras_2_regularizers(model: Any) -> dict[int, Any] | None:
    """The regularizer of each variable of a Keras 2 model, by the identity of the variable.

    Keras 2 keeps them in functions that compute the losses. None if one is of another kind than it makes for weights.
    """
    found: dict[int, Any] = {}
    for layer in model._flatten_layers():
        for tagged in getattr(layer, "_callable_losses", ()):
            inner = tagged.args[0] if isinstance(tagged, functools.partial) and tagged.args else None
            if not isinstance(inner, functools.partial) or getattr(inner.func, "__name__", "") != "_loss_for_variable":
                return None
            code, cells = inner.func.__code__, inner.func.__closure__ or ()
            closure = dict(zip(code.co_freevars, cells, strict=True))
            if "regularizer" not in closure:
                return None
            found[id(inner.args[0])] = closure["regularizer"].cell_contents
    return found


def dormant_in(layer: Any, keras: KerasVersion, known: Mapping[int, Any] | None) -> Iterator[Dormant]:
    """Regularizers that a layer, or one within it, has as an attribute, and that the weight does not have.

    ``known`` are those of the variables of a Keras 2 model.
    """
    for part in (layer, *layer._flatten_layers(include_self=False)):
        for argument in sorted(name for name in vars(part) if name.endswith(_SUFFIX) and name[0] != "_"):
            declared = getattr(part, argument, None)
            variable = _weight_of(part, argument)
            if declared is None or variable is None or argument == "activity_regularizer":
                continue
            if keras.major >= 3:
                actual = getattr(variable, "regularizer", None)
            elif known is not None:
                actual = known.get(id(variable))
            else:
                continue
            if not _alike(declared, actual):
                yield Dormant(argument, _why(variable, actual), None if _quantized(variable) else LATE)


def _weight_of(part: Any, argument: str) -> Any:
    stem = argument.removesuffix(_SUFFIX)
    for pattern in _WEIGHTS:
        name = pattern.format(stem)
        try:
            found = getattr(part, name, None)
        except Exception:  # a property of a layer that is not built yet
            continue
        if hasattr(found, "shape") and hasattr(found, "assign"):
            return found
    return None


def _quantized(variable: Any) -> bool:
    return "int" in str(variable.dtype) or "float8" in str(variable.dtype)


def _why(variable: Any, actual: Any) -> str:
    if _quantized(variable):
        return f"the weight is quantized to {str(variable.dtype).rpartition('.')[2]}, and has no penalty"
    instead = ", which keeps the regularizer that it was made with" if actual is not None else ""
    return f"it was set after the weight was made{instead}"


def _alike(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if other is None or type(one) is not type(other):
        return False
    try:
        return bool(one.get_config() == other.get_config())
    except Exception:  # a user's own regularizer need not have a config
        return False
