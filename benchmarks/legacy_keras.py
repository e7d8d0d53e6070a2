"""Puts Keras 2 (`tf_keras`) in the place of `keras` and `tf.keras` in this process.

Two things are as they were for the programs that need them, so that more of them can be compared:

- a module that was public before Keras 2.13, such as `keras.utils.np_utils`, is found where 2.15 keeps it, below
  `keras.src`; a part of `keras.layers` or `keras.engine`, such as `keras.layers.core`, is the module with its names;
- an optimizer that is given `lr` or `decay` is the one of `keras.optimizers.legacy`, which alone takes them.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

_OLD_ARGUMENTS = {"lr", "decay"}
_MODULES = {
    "tf_keras.engine": "tf_keras.layers",
    "tf_keras.engine.topology": "tf_keras.layers",
    "tf_keras.engine.base_layer": "tf_keras.layers",
    "tf_keras.engine.training": "tf_keras.models",
    "tf_keras.utils.generic_utils": "tf_keras.utils",
    **{
        f"tf_keras.layers.{name}": "tf_keras.layers"
        for name in (
            *("advanced_activations", "convolutional", "convolutional_recurrent", "core", "embeddings", "local"),
            *("merge", "noise", "normalization", "pooling", "recurrent", "wrappers"),
        )
    },
}
_OPTIMIZERS = ("Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "RMSprop", "SGD")


class _OtherNames(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers an import below one name with the module of the same place below another one."""

    def __init__(self, name: str, real: str) -> None:
        self.name, self.real = name, real

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not f"{fullname}.".startswith(f"{self.name}.") or f"{fullname}.".startswith(f"{self.real}."):
            return None
        real = self.real + fullname.removeprefix(self.name)
        real = _MODULES.get(real, real)
        try:
            importlib.import_module(real)
        except ImportError:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=real)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return sys.modules[spec.origin or ""]

    def exec_module(self, module: ModuleType) -> None:
        """It was executed under its own name."""


def _takes_old_arguments(new: Any, old: Any) -> type:
    class Optimizer(new):  # type: ignore[misc]
        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            if cls is Optimizer and _OLD_ARGUMENTS & set(kwargs):
                return old(*args, **kwargs)
            return super().__new__(cls)

    Optimizer.__name__ = new.__name__
    return Optimizer


def install() -> None:
    """Make every later import of Keras one of Keras 2."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    import tf_keras

    sys.meta_path.insert(0, _OtherNames("keras", "tf_keras"))
    sys.meta_path.append(_OtherNames("tf_keras", "tf_keras.src"))
    sys.modules["keras"] = tf_keras
    import tensorflow as tf
    import tensorflow.keras.optimizers as by_import

    for optimizers in (tf_keras.optimizers, tf.keras.optimizers, by_import):
        for name in _OPTIMIZERS:
            setattr(optimizers, name, _takes_old_arguments(getattr(optimizers, name), getattr(optimizers.legacy, name)))
