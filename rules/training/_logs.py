"""What ``fit`` logs in every epoch, and which callbacks read it."""

from __future__ import annotations

from dataclasses import replace

from tdlint.api import CallSite, Context, Instance, MethodFacts, ModelGraph, Program, Sequence, Value, log_keys, number

from .._saving import version_of

FITS = ("keras.Model.fit", "keras.Model.fit_generator")
# Logged by callbacks of Keras itself, whatever is compiled.
ALWAYS = frozenset({"loss", "lr", "learning_rate"})
_SHORT_NAMES = {
    "acc": "accuracy",
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
}
_OTHER_NAMES = _SHORT_NAMES | {name: short for short, name in _SHORT_NAMES.items()}
"""What older versions of Keras logged a metric as, whichever of its names ``compile`` was given."""


def callbacks_of(call: CallSite) -> tuple[Value, ...] | None:
    """The callbacks that ``fit`` is given; None if there may be more."""
    value = call.args.get("callbacks")
    if value.must_be(None):
        return ()
    if isinstance(value, Sequence):
        return value.items if value.complete else None
    return (value,)


def logs_nothing_more(call: CallSite, program: Program) -> bool:
    """Whether no callback can add to the logs."""
    found = callbacks_of(call)
    return found is not None and all(_is_kerass(each) or only_reads(each, program) for each in found)


def keras_callbacks(call: CallSite, program: Program) -> tuple[Instance, ...]:
    """The callbacks of Keras, if no other among them can add to the logs; else none."""
    found = (callbacks_of(call) or ()) if logs_nothing_more(call, program) else ()
    return tuple(each for each in found if isinstance(each, Instance) and _is_kerass(each))


def only_kerass(call: CallSite) -> bool:
    """Whether each of the callbacks, if there are any, is one of Keras: no other can end the training."""
    found = callbacks_of(call)
    return found is not None and all(map(_is_kerass, found))


def _is_kerass(callback: Value) -> bool:
    if not isinstance(callback, Instance) or not callback.type.startswith("keras.callbacks."):
        return False
    return callback.type.rpartition(".")[2] not in ("LambdaCallback", "Callback")


def only_reads(callback: Value, program: Program) -> bool:
    """Whether a callback of the program does nothing with its logs but read them."""
    methods = log_methods(callback, program)
    return methods is not None and all(method.logs is not None and method.logs.only_read for method in methods)


def log_methods(callback: Value, program: Program) -> tuple[MethodFacts, ...] | None:
    """The methods of a callback of the program that get logs; None if they are not known."""
    if not isinstance(callback, Instance):
        return None
    if callback.type == "keras.callbacks.LambdaCallback":
        if not callback.args.complete:
            return None
        given = [(name, program.function(value)) for name, value in callback.args.bound if not value.must_be(None)]
        found = [replace(method, name=name) if method else None for name, method in given]
    else:
        facts = program.class_named(callback.type)
        if facts is None or facts.kind != "callback" or facts.open or "keras.callbacks.LambdaCallback" in facts.bases:
            return None
        names = dict.fromkeys(name for name in (*facts.own, *facts.inherited) if name.startswith("on_"))
        found = [facts.method(name) for name in names]
    known = tuple(method for method in found if method is not None)
    return known if len(known) == len(found) else None


def validated(call: CallSite) -> bool | None:
    """Whether ``fit`` gets validation data; None if it can't be told."""
    data = call.args.get("validation_data")
    if not data.must_be(None):
        return None if data.may_be(None) else True
    if call.name == "keras.Model.fit_generator":
        return False
    split = call.args.get("validation_split")
    if split.must_be(None):
        return False
    share = number(split)
    return None if share is None else share > 0


def measured(call: CallSite, program: Program) -> tuple[str, ...] | None:
    """The names of the metrics that a ``fit`` logs beside the loss; None if some of them can't be told."""
    if len(call.models) != 1:
        return None
    model = program.model(call.models[0])
    if any(name.endswith(".add_metric") for name in program.called):
        return None
    if model is None or call.compiled is None or not _logs_only_what_is_compiled(model):
        return None
    args = call.compiled.args
    metrics = log_keys(args.get("metrics"))
    weighted = log_keys(args.get("weighted_metrics"))
    return None if metrics is None or weighted is None or not args.complete else (*metrics, *weighted)


def logged(call: CallSite, program: Program, context: Context) -> tuple[str, ...] | None:
    """The same; before Keras 2.3 they were other names of the same metrics, and each may be there."""
    names = measured(call, program)
    if names is None or version_of(program, context) >= (2, 3):
        return names
    return (*names, *(_OTHER_NAMES[name] for name in names if name in _OTHER_NAMES))


def as_measured(wanted: str, names: tuple[str, ...]) -> str | None:
    """The name under which a metric is logged that is asked for by its other name, ``acc`` for ``accuracy``."""
    other = _OTHER_NAMES.get(wanted.removeprefix("val_"))
    prefix = "val_" if wanted.startswith("val_") else ""
    return f"{prefix}{other}" if other in names else None


def is_measured(wanted: str, names: tuple[str, ...]) -> bool:
    """Whether a name, without ``val_``, is logged; Keras numbers metrics of one name (``auc_1``)."""
    return wanted in ALWAYS or any(wanted == name or wanted.startswith(f"{name}_") for name in names)


def _logs_only_what_is_compiled(model: ModelGraph) -> bool:
    """Subclasses and layers of the program log what they like; with several outputs the names have prefixes."""
    own = model.kind == "subclass" or any(layer.custom for layer in model.layers())
    return not own and len(model.output_edges) == 1 and not model.unknown
