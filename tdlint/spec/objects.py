"""Signatures of Keras classes other than layers, as far as rules read their arguments; others bind by keyword only."""

from __future__ import annotations

from tdlint.spec.signature import Param, Signature

OPEN = Signature((), open=True)
"""For callables whose parameters are not listed: keywords keep their names, positional arguments are surplus."""


def _signature(*params: str | tuple[str, object]) -> Signature:
    return Signature(tuple(Param(p) if isinstance(p, str) else Param(*p) for p in params), open=True)


_REGULARIZERS = {
    "L1": _signature(("l1", 0.01)),
    "L2": _signature(("l2", 0.01)),
    "L1L2": _signature(("l1", 0.0), ("l2", 0.0)),
    "OrthogonalRegularizer": _signature(("factor", 0.01), ("mode", "rows")),
}
# The function-like names of Keras 2 are aliases of the classes in Keras 3 and keep their own defaults in Keras 2.
_REGULARIZERS |= {"l1": _REGULARIZERS["L1"], "l2": _REGULARIZERS["L2"], "l1_l2": _REGULARIZERS["L1L2"]}

_INITIALIZERS = {
    "Constant": _signature(("value", 0.0)),
    "Identity": _signature(("gain", 1.0)),
    "Orthogonal": _signature(("gain", 1.0), ("seed", None)),
    "RandomNormal": _signature(("mean", 0.0), ("stddev", 0.05), ("seed", None)),
    "RandomUniform": _signature(("minval", -0.05), ("maxval", 0.05), ("seed", None)),
    "TruncatedNormal": _signature(("mean", 0.0), ("stddev", 0.05), ("seed", None)),
    "VarianceScaling": _signature(
        ("scale", 1.0), ("mode", "fan_in"), ("distribution", "truncated_normal"), ("seed", None)
    ),
}

_CALLBACKS = {
    "EarlyStopping": _signature(
        ("monitor", "val_loss"),
        ("min_delta", 0),
        ("patience", 0),
        ("verbose", 0),
        ("mode", "auto"),
        ("baseline", None),
        ("restore_best_weights", False),
        ("start_from_epoch", 0),
    ),
    "ModelCheckpoint": _signature(
        "filepath",
        ("monitor", "val_loss"),
        ("verbose", 0),
        ("save_best_only", False),
        ("save_weights_only", False),
        ("mode", "auto"),
        ("save_freq", "epoch"),
        ("initial_value_threshold", None),
    ),
    "ReduceLROnPlateau": _signature(
        ("monitor", "val_loss"),
        ("factor", 0.1),
        ("patience", 10),
        ("verbose", 0),
        ("mode", "auto"),
        ("min_delta", 0.0001),
        ("cooldown", 0),
        ("min_lr", 0.0),
    ),
}

_TABLES = {
    "keras.callbacks.": _CALLBACKS,
    "keras.initializers.": _INITIALIZERS,
    "keras.regularizers.": _REGULARIZERS,
}

OBJECT_MODULES = (
    "keras.callbacks.",
    "keras.constraints.",
    "keras.initializers.",
    "keras.losses.",
    "keras.metrics.",
    "keras.optimizers.",
    "keras.regularizers.",
)
"""Modules whose classes become ``Instance`` when called."""


def signature_of(name: str) -> Signature:
    """The signature of a class or function by canonical name, ``OPEN`` where it is not listed."""
    for prefix, table in _TABLES.items():
        if name.startswith(prefix):
            return table.get(name[len(prefix) :], OPEN)
    return METHODS.get(name, OPEN)


METHODS = {
    "keras.Model.compile": _signature(
        ("optimizer", "rmsprop"),
        ("loss", None),
        ("loss_weights", None),
        ("metrics", None),
        ("weighted_metrics", None),
        ("run_eagerly", False),
        ("steps_per_execution", 1),
        ("jit_compile", "auto"),
        ("auto_scale_loss", True),
    ),
    "keras.Model.build": _signature(("input_shape", None)),
    "keras.Model.fit": _signature(
        ("x", None),
        ("y", None),
        ("batch_size", None),
        ("epochs", 1),
        ("verbose", "auto"),
        ("callbacks", None),
        ("validation_split", 0.0),
        ("validation_data", None),
        ("shuffle", True),
        ("class_weight", None),
        ("sample_weight", None),
        ("initial_epoch", 0),
        ("steps_per_epoch", None),
        ("validation_steps", None),
        ("validation_batch_size", None),
        ("validation_freq", 1),
    ),
    "keras.Model.fit_generator": _signature(
        "generator",
        ("steps_per_epoch", None),
        ("epochs", 1),
        ("verbose", 1),
        ("callbacks", None),
        ("validation_data", None),
        ("validation_steps", None),
    ),
    "keras.Model.evaluate": _signature(
        ("x", None),
        ("y", None),
        ("batch_size", None),
        ("verbose", "auto"),
        ("sample_weight", None),
        ("steps", None),
        ("callbacks", None),
        ("return_dict", False),
    ),
    "keras.Model.predict": _signature(
        "x", ("batch_size", None), ("verbose", "auto"), ("steps", None), ("callbacks", None)
    ),
}
"""Methods of ``keras.Model``."""
