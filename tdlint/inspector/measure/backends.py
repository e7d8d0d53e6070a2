"""Gradients on whatever Keras computes with: TensorFlow, JAX or PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def plain(tensor: Any) -> Any:
    """A tensor as a NumPy array."""
    import keras

    return keras.ops.convert_to_numpy(tensor)


def loss_and_gradients(loss: Callable[[], Any], variables: Sequence[Any]) -> tuple[Any, list[Any]]:
    """What ``loss`` returns, and its gradient by each variable: an array, or None if it does not depend on it."""
    import keras

    by_backend = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
    value, gradients = by_backend[keras.backend.backend()](loss, variables)
    return value, [None if gradient is None else plain(gradient) for gradient in gradients]


def has_gradients() -> bool:
    """Whether there are gradients on the backend in use."""
    import keras

    return keras.backend.backend() in ("tensorflow", "jax", "torch")


def _tensorflow(loss: Callable[[], Any], variables: Sequence[Any]) -> tuple[Any, list[Any]]:
    import tensorflow

    values = [variable.value for variable in variables]
    with tensorflow.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(values)
        found = loss()
    gradients = tape.gradient(found, values)
    # an Embedding gives the rows that it used
    return found, [None if one is None else tensorflow.convert_to_tensor(one) for one in gradients]


def _jax(loss: Callable[[], Any], variables: Sequence[Any]) -> tuple[Any, list[Any]]:
    import jax
    import keras

    def of(values: list[Any]) -> Any:
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return loss()

    # what layers add to the loss stays on them only outside of the scope
    return loss(), list(jax.grad(of)([variable.value for variable in variables]))


def _torch(loss: Callable[[], Any], variables: Sequence[Any]) -> tuple[Any, list[Any]]:
    import torch

    values = [variable.value for variable in variables]
    with torch.enable_grad():
        found = loss()
        if not values or not found.requires_grad:
            return found, [None] * len(values)
        return found, list(torch.autograd.grad(found, values, allow_unused=True))
