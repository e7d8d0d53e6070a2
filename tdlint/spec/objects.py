"""Signatures of Keras classes other than layers, as far as rules read their arguments; others bind by keyword only."""

from __future__ import annotations

from functools import lru_cache

from tdlint.spec.constructors import CONSTRUCTORS
from tdlint.spec.signature import Param, Signature, parsed

OPEN = Signature((), open=True)
"""For callables whose parameters are not listed: keywords keep their names, positional arguments are surplus."""


def _signature(*params: str | tuple[str, object]) -> Signature:
    return Signature(tuple(Param(p) if isinstance(p, str) else Param(*p) for p in params), open=True)


@lru_cache(maxsize=512)
def _constructor(module: str, name: str) -> Signature:
    """By the name of the class, or one that older versions have for it: ``l1_l2``, ``OrthogonalInitializer``."""
    classes = CONSTRUCTORS[module]
    plain = name.replace("_", "").removesuffix("Initializer").lower()
    declared = classes.get(name) or next((text for known, text in classes.items() if known.lower() == plain), None)
    return OPEN if declared is None else parsed(declared)


OBJECT_MODULES = tuple(CONSTRUCTORS)
"""Modules whose classes become ``Instance`` when called."""


_LOAD = _signature("filepath", ("custom_objects", None), ("compile", True), ("safe_mode", True))
_SAVE = _signature("model", "filepath", ("overwrite", True))

_FUNCTIONS = {
    "keras.models.load_model": _LOAD,
    "keras.saving.load_model": _LOAD,
    "keras.models.save_model": _SAVE,
    "keras.saving.save_model": _SAVE,
    "keras.models.clone_model": _signature("model", ("input_tensors", None), ("clone_function", None)),
    "keras.config.enable_unsafe_deserialization": OPEN,
    "keras.backend.set_learning_phase": OPEN,
    "keras.saving.custom_object_scope": OPEN,
    "keras.saving.CustomObjectScope": OPEN,
    "keras.saving.get_custom_objects": OPEN,
    "keras.utils.custom_object_scope": OPEN,
    "keras.utils.CustomObjectScope": OPEN,
    "keras.utils.get_custom_objects": OPEN,
    "keras.saving.register_keras_serializable": OPEN,
    "keras.utils.register_keras_serializable": OPEN,
    "keras.config.set_dtype_policy": _signature("policy"),
    "keras.mixed_precision.set_dtype_policy": _signature("policy"),
    "keras.mixed_precision.set_global_policy": _signature("policy"),
    "pickle.dump": _signature("obj", "file"),
    "pickle.dumps": _signature("obj"),
    "joblib.dump": _signature("value", "filename"),
    "tensorflow.config.run_functions_eagerly": _signature("run_eagerly"),
    "tensorflow.compat.v1.disable_eager_execution": OPEN,
}

RECORDED = frozenset(_FUNCTIONS) | {"keras.callbacks.ModelCheckpoint"}
"""Functions whose calls rules are told of, those of ``pickle`` only where they are given a model."""


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
    "keras.Layer.add_loss": _signature("loss"),
    "keras.Model.add_loss": _signature("losses", ("inputs", None)),
    "keras.Model.build": _signature(("input_shape", None)),
    "keras.Model.save": _signature("filepath", ("overwrite", True)),
    "keras.Model.save_weights": _signature("filepath", ("overwrite", True)),
    "keras.Model.load_weights": _signature("filepath"),
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
    "keras.Model.evaluate_generator": _signature("generator", ("steps", None), ("callbacks", None)),
    "keras.Model.predict": _signature(
        "x", ("batch_size", None), ("verbose", "auto"), ("steps", None), ("callbacks", None)
    ),
    "keras.Model.predict_generator": _signature("generator", ("steps", None), ("callbacks", None)),
    "keras.Model.predict_on_batch": _signature("x"),
    "keras.Model.test_on_batch": _signature("x", ("y", None), ("sample_weight", None)),
    "keras.Model.train_on_batch": _signature("x", ("y", None), ("sample_weight", None), ("class_weight", None)),
}
"""Methods of ``keras.Model``."""


def signature_of(name: str) -> Signature:
    """The signature of a class or function by canonical name, ``OPEN`` where it is not listed."""
    module, dot, short = name.rpartition(".")
    if module + dot in CONSTRUCTORS:
        return _constructor(module + dot, short)
    return METHODS.get(name) or _FUNCTIONS.get(name, OPEN)
