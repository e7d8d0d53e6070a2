"""What ``fit`` logs in every epoch, and which callbacks read it."""

from __future__ import annotations

from tdlint.api import CallSite, Instance, ModelGraph, Program, Sequence, Value, log_keys, number

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


def keras_callbacks(value: Value) -> tuple[Instance, ...]:
    """The callbacks, if every one of them is a class of Keras, which adds nothing of its own to the logs; else none."""
    listed = value.items if isinstance(value, Sequence) and value.complete else (value,)
    found = tuple(item for item in listed if isinstance(item, Instance) and item.type.startswith("keras.callbacks."))
    named = all(callback.type.rpartition(".")[2] not in ("LambdaCallback", "Callback") for callback in found)
    return found if len(found) == len(listed) and named else ()


def adds_nothing(value: Value) -> bool:
    """Whether no callback can add to the logs: there is none, or each is a class of Keras."""
    if value.must_be(None) or (isinstance(value, Sequence) and value.complete and not value.items):
        return True
    return bool(keras_callbacks(value))


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
