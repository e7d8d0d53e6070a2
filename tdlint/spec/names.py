"""Public names of Keras: from the path a program imports through to one canonical name and a namespace."""

from __future__ import annotations

from functools import lru_cache

NAMESPACES = {
    "tensorflow.keras": "tf.keras",
    "tensorflow.compat.v1.keras": "tf.compat.v1.keras",
    "tensorflow.compat.v2.keras": "tf.keras",
    "tensorflow.python.keras": "tensorflow.python.keras",
    "tensorflow.contrib.keras": "tensorflow.contrib.keras",
    "tensorflow_core.keras": "tf.keras",
    "tf_keras": "tf_keras",
    "keras_core": "keras_core",
    "keras": "keras",
}
"""Where Keras has lived, by import path, longest first where one is a prefix of another."""

_TOP_LEVEL = {
    "keras.models.Sequential": "keras.Sequential",
    "keras.models.Model": "keras.Model",
    "keras.models.Functional": "keras.Model",
    "keras.Functional": "keras.Model",
    "keras.layers.Input": "keras.Input",
    "keras.engine.Input": "keras.Input",
    "keras.engine.Model": "keras.Model",
    "keras.engine.Sequential": "keras.Sequential",
    "keras.engine.Functional": "keras.Model",
    "keras.engine.Layer": "keras.Layer",
    "keras.layers.Layer": "keras.Layer",
    "keras.engine.InputSpec": "keras.InputSpec",
    "keras.layers.InputSpec": "keras.InputSpec",
}

# Packages whose classes have one public name wherever they are defined: keras.layers.core.dense.Dense is
# keras.layers.Dense
_FLAT = frozenset(
    {
        "activations",
        "callbacks",
        "constraints",
        "engine",
        "initializers",
        "layers",
        "losses",
        "metrics",
        "models",
        "optimizers",
        "regularizers",
    }
)


@lru_cache(maxsize=4096)
def canonical(path: str) -> tuple[str, str | None]:
    """The canonical name and the namespace of a dotted import path; a name not of Keras is its own, without one.

    ``tensorflow.keras.layers.Dense`` gives ``("keras.layers.Dense", "tf.keras")``.
    """
    name, namespace = spelled(path)
    return (path, None) if namespace is None else (_public(name), namespace)


@lru_cache(maxsize=4096)
def spelled(path: str) -> tuple[str, str | None]:
    """The path as it is written, but for the package that Keras is in, and the namespace.

    ``tensorflow.keras.layers.core.Dense`` gives ``("keras.layers.core.Dense", "tf.keras")``.
    """
    for prefix, namespace in NAMESPACES.items():
        if path == prefix or path.startswith(prefix + "."):
            return "keras" + path[len(prefix) :], namespace
    return path, None


@lru_cache(maxsize=4096)
def member(name: str, namespace: str | None, attribute: str) -> tuple[str, str | None]:
    """The canonical name and namespace of an attribute of a named module or class."""
    if namespace is None:
        return canonical(f"{name}.{attribute}")
    return _public(f"{name}.{attribute}"), namespace


def _public(name: str) -> str:
    parts = name.split(".")
    if len(parts) > 1 and parts[1] in ("src", "api", "_tf_keras", "v2", "v1"):
        parts = [parts[0], *parts[2:]]
        if parts[1:2] == ["keras"]:
            parts = [parts[0], *parts[2:]]
    if len(parts) > 3 and parts[1] in _FLAT and parts[-1][:1].isupper():
        # only modules are skipped: keras.losses.Reduction.SUM is a member of a class
        # and the optimizers of Keras 2 under "legacy" are others than those of their names
        if not any(part[:1].isupper() or part == "legacy" for part in parts[2:-1]):
            parts = [*parts[:2], parts[-1]]
    elif len(parts) > 3 and (parts[1] == "utils" or (parts[1] == "applications" and parts[-1][:1].isupper())):
        parts = [*parts[:2], parts[-1]]
    joined = ".".join(parts)
    return _TOP_LEVEL.get(joined, joined)
