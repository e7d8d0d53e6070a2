"""Losses: their canonical class, and whether they read raw outputs."""

from __future__ import annotations

from tdlint.values import Arguments, Const, Instance, Symbol, Value

_NAMES = {
    "mse": "MeanSquaredError",
    "mean_squared_error": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mean_absolute_error": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "huber": "Huber",
    "huber_loss": "Huber",
    "log_cosh": "LogCosh",
    "logcosh": "LogCosh",
    "hinge": "Hinge",
    "squared_hinge": "SquaredHinge",
    "categorical_hinge": "CategoricalHinge",
    "poisson": "Poisson",
    "cosine_similarity": "CosineSimilarity",
    "kld": "KLDivergence",
    "kl_divergence": "KLDivergence",
    "kullback_leibler_divergence": "KLDivergence",
    "bce": "BinaryCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}
_CLASSES = frozenset(_NAMES.values())
_LOWER = {name.lower(): name for name in _CLASSES}


def class_name(loss: Value) -> str | None:
    """The class of a Keras loss given as text, function, class or object; None for others and unknown ones."""
    if isinstance(loss, Const) and isinstance(loss.value, str):
        name = loss.value
    elif isinstance(loss, Symbol) and loss.name.startswith("keras."):
        name = loss.name.rpartition(".")[2]
    elif isinstance(loss, Instance) and loss.type.startswith("keras."):
        name = loss.type.rpartition(".")[2]
    else:
        return None
    if name in _CLASSES:
        return name
    return _NAMES.get(name) or _NAMES.get(name.lower()) or _LOWER.get(name.lower())


def arguments(loss: Value) -> Arguments:
    """The arguments that a loss was made with, none where it is given as text, function or class."""
    return loss.args if isinstance(loss, Instance) else Arguments()


def from_logits(loss: Value) -> bool | None:
    """Whether a loss reads raw outputs, and not probabilities; None if it is not known."""
    args = arguments(loss)
    if not args.passes("from_logits"):
        return False if args.complete else None
    value = args.get("from_logits")
    return bool(value.value) if isinstance(value, Const) else None
