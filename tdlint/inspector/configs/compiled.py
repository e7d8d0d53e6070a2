"""What a model file says of ``compile``: the forms of `.keras` and of `.h5`, and of Keras 2, brought to one."""

from __future__ import annotations

from tdlint.inspector.configs.values import Json, ValueReader
from tdlint.spec.constructors import CONSTRUCTORS
from tdlint.spec.losses import class_name as loss_class
from tdlint.spec.metrics import metric_class
from tdlint.values import Arguments, Const

_MODULES = {
    "optimizer": "keras.optimizers",
    "loss": "keras.losses",
    "metrics": "keras.metrics",
    "weighted_metrics": "keras.metrics",
}
_NAMED_OTHERWISE = {"optimizer_config": "optimizer"}
_WRAPPERS = frozenset({"MeanMetricWrapper", "SumOverBatchSizeMetricWrapper", "LossFunctionWrapper"})
"""Objects that Keras 2 makes around a function; the function is its argument ``fn``."""


def compile_arguments(raw: dict[str, Json], reader: ValueReader) -> Arguments:
    """The arguments of ``compile``, as ``compile_config`` or the ``training_config`` of an `.h5` file has them.

    Raises:
        ModelFileError: nested too deeply, or broken within.
    """
    bound = {}
    for key, item in raw.items():
        name = _NAMED_OTHERWISE.get(key, key)
        module = _MODULES.get(name)
        plain = _with_modules(item, module) if module is not None else item
        bound[name] = reader.value(plain, f"compile_config.{key}", name)
    return Arguments(tuple(bound.items()))


def _with_modules(raw: Json, module: str, depth: int = 0) -> Json:
    """The same with the modules that an `.h5` file leaves out; what is deeper than Keras goes is left to the reader."""
    if depth > 8:
        return raw
    if isinstance(raw, list):
        return [_with_modules(item, module, depth + 1) for item in raw]
    if not isinstance(raw, dict):
        return raw
    short = raw.get("class_name")
    if not isinstance(short, str) or "config" not in raw:
        return {key: _with_modules(item, module, depth + 1) for key, item in raw.items()}
    return _block(raw, short, module)


def _block(raw: dict[str, Json], short: str, module: str) -> Json:
    config = raw["config"]
    if short in _WRAPPERS and isinstance(config, dict):
        function = config.get("fn")
        return function if isinstance(function, str) and _is_known(function, module) else raw
    if short == "function" and isinstance(config, str) and raw.get("module") in (None, "builtins"):
        return config if _is_known(config, module) else raw
    # Keras 2 wrote its optimizers as if they were registered by somebody
    plain = short.removeprefix("Custom>") if module == "keras.optimizers" else short
    if raw.get("module") is None and plain in CONSTRUCTORS[f"{module}."]:
        return {**raw, "class_name": plain, "module": module, "registered_name": None}
    return raw


def _is_known(function: str, module: str) -> bool:
    named = loss_class if module == "keras.losses" else metric_class
    return named(Const(function)) is not None
