"""What the penalty costs, and how hard it pulls at the weights against the data of one batch; on a live model.

A ``Gauge`` measures again and again: what it compiles is made at the first reading. Keras 3 on TensorFlow, JAX and
PyTorch, and Keras 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from tdlint.inspector.live.kept_batch import Batch
from tdlint.inspector.live.losses import LiveLosses, is_keras2, live_losses

Squares: TypeAlias = list[tuple[Any, Any]]
"""For each weight the squared norms of the gradients of penalty and data loss."""
Measured: TypeAlias = tuple[list[Any], Any, list[Any], Squares]
"""Penalties, data loss, the weights that are pulled at, and their squares."""


class Pull(NamedTuple):
    """Norms of the gradients of the penalty and of the data loss, over the weights that the penalty pulls at."""

    penalty: float
    data: float

    @property
    def ratio(self) -> float:
        """How many times as hard the penalty pulls; 0 if it does not, infinite if only it does."""
        if not self.penalty:
            return 0.0
        return self.penalty / self.data if self.data else math.inf


@dataclass(frozen=True)
class LayerReading:
    """The penalty of one layer, its activity terms included; ``pull`` is None if there was no batch."""

    layer: str
    penalty: float
    pull: Pull | None


@dataclass(frozen=True)
class Reading:
    """What was measured at one moment; ``data_loss`` and ``pull`` are None if there was no batch."""

    layers: tuple[LayerReading, ...]
    data_loss: float | None

    @property
    def penalty(self) -> float:
        """The sum over the layers."""
        return sum(layer.penalty for layer in self.layers)

    @property
    def pull(self) -> Pull | None:
        """The pull on all weights that a penalty pulls at."""
        if self.data_loss is None:
            return None
        return _joined(layer.pull for layer in self.layers if layer.pull is not None)


def _joined(pulls: Iterable[tuple[float, float]]) -> Pull:
    known = [pull for pull in pulls if pull[0]]
    return Pull(*(math.sqrt(sum(pull[side] ** 2 for pull in known)) for side in (0, 1)))


class Gauge:
    """Measures the penalty of a model, and with a batch its data loss and how hard each of them pulls."""

    def __init__(self, model: Any, batch: Batch | None) -> None:
        self.model = model
        self._losses = live_losses(model)
        self._batch = None if batch is None else self._losses.tensors(batch)
        self._measure: Callable[[], Measured] | None = None

    @property
    def has_activity_terms(self) -> bool:
        """Whether part of the penalty depends on the data."""
        return bool(self._losses.activity)

    def read(self) -> Reading:
        """Measure now."""
        if hasattr(self.model, "jax_state_sync"):
            self.model.jax_state_sync()
        if self._measure is None:
            make = {"tensorflow": _with_tensorflow, "jax": _with_jax, "torch": _with_torch}[self._backend()]
            self._measure = make(self._losses, self._batch)
        penalties, data, weights, squares = self._measure()
        owners = [term.layer for term in self._losses.terms]
        owners += [] if data is None else [path for path, _ in self._losses.activity]
        amounts: dict[str, float] = {}
        for path, penalty in zip(owners, penalties, strict=True):
            amounts[path] = amounts.get(path, 0.0) + float(penalty)
        if data is None:
            return Reading(tuple(LayerReading(path, amount, None) for path, amount in amounts.items()), None)
        pulls: dict[str, list[tuple[float, float]]] = {path: [] for path in amounts}
        for weight, (mine, theirs) in zip(weights, squares, strict=True):
            path = self._losses.owners.get(id(weight), self.model.name)
            pulls.setdefault(path, []).append((math.sqrt(float(mine)), math.sqrt(float(theirs))))
        layers = [LayerReading(path, amounts.get(path, 0.0), _joined(found)) for path, found in pulls.items()]
        return Reading(tuple(one for one in layers if one.layer in amounts or one.pull != (0, 0)), float(data))

    def _backend(self) -> str:
        if is_keras2(self.model):
            return "tensorflow"
        import keras

        return str(keras.backend.backend())


def _with_tensorflow(losses: LiveLosses, batch: Batch | None) -> Callable[[], Measured]:
    import tensorflow as tf

    weights: list[Any] = []

    def square(gradient: Any, scale: Any) -> Any:
        if gradient is None:
            return tf.constant(0.0)
        return tf.reduce_sum(tf.square(tf.cast(tf.convert_to_tensor(gradient), tf.float32) / scale))

    def measure(parts: Any, scale: Any) -> tuple[Any, Any, Any]:
        given = Batch(*parts) if parts else None
        with tf.GradientTape(persistent=True) as tape:
            with losses.isolated():
                penalties, data = losses.losses(given, lambda value: tf.cast(value, tf.float32))
            penalty = tf.add_n(penalties) if penalties else tf.constant(0.0)
            scaled = None if data is None else data * scale
        pulled = [] if data is None else losses.pulled()
        mine = tape.gradient(penalty, pulled) if pulled else []
        found = [(weight, gradient) for weight, gradient in zip(pulled, mine, strict=True) if gradient is not None]
        weights[:] = [weight for weight, _ in found]
        theirs = tape.gradient(scaled, weights) if weights else []
        squares = [(square(one, 1.0), square(other, scale)) for (_, one), other in zip(found, theirs, strict=True)]
        return penalties, data, squares

    eager = bool(getattr(losses.model, "run_eagerly", False))
    compiled = measure if eager else tf.function(measure, autograph=False)

    def run() -> Measured:
        parts = None if batch is None else (batch.x, batch.y, batch.sample_weight)
        with losses.metrics_kept():
            penalties, data, squares = compiled(parts, tf.constant(1.0 if batch is None else losses.scale()))
        return penalties, data, weights, squares

    return run


def _with_jax(losses: LiveLosses, batch: Batch | None) -> Callable[[], Measured]:
    import jax
    import jax.numpy as jnp

    pulled = losses.pulled()
    asked = {id(weight) for weight in pulled}
    others = [variable for variable in losses.model.variables if id(variable) not in asked]

    def both(values: Any, rest: Any, parts: Any, scale: Any) -> Any:
        with losses.isolated([*zip(pulled, values, strict=True), *zip(others, rest, strict=True)]):
            given = None if parts is None else Batch(*parts)
            penalties, data = losses.losses(given, lambda value: jnp.asarray(value, jnp.float32))
        scaled = jnp.zeros(()) if data is None else data * scale
        return (sum(penalties, jnp.zeros(())), scaled), (penalties, data)

    def measure(values: Any, rest: Any, parts: Any, scale: Any) -> Any:
        _, pull, (penalties, data) = jax.vjp(lambda values: both(values, rest, parts, scale), values, has_aux=True)
        if data is None:
            return penalties, None, []
        one, none = jnp.ones(()), jnp.zeros(())
        mine, theirs = pull((one, none))[0], pull((none, one))[0]
        squares = [
            (jnp.sum(jnp.square(a.astype(jnp.float32))), jnp.sum(jnp.square(b.astype(jnp.float32) / scale)))
            for a, b in zip(mine, theirs, strict=True)
        ]
        return penalties, data, squares

    compiled = jax.jit(measure)

    def run() -> Measured:
        parts = None if batch is None else (batch.x, batch.y, batch.sample_weight)
        values, rest = ([variable.value for variable in group] for group in (pulled, others))
        penalties, data, squares = compiled(values, rest, parts, 1.0 if batch is None else losses.scale())
        return penalties, data, [] if data is None else pulled, squares

    return run


def _with_torch(losses: LiveLosses, batch: Batch | None) -> Callable[[], Measured]:
    import torch

    def gradients(loss: Any, values: list[Any]) -> list[Any]:
        if not values or not loss.requires_grad:
            return [torch.zeros(()) for _ in values]
        found = torch.autograd.grad(loss, values, retain_graph=True, allow_unused=True)
        return [torch.zeros(()) if gradient is None else gradient for gradient in found]

    def run() -> Measured:
        scale = 1.0 if batch is None else losses.scale()
        with torch.enable_grad(), losses.isolated():
            penalties, data = losses.losses(batch, lambda value: torch.as_tensor(value).float())
            if data is None:
                return penalties, None, [], []
            pulled = losses.pulled()
            values = [weight.value for weight in pulled]
            mine, theirs = gradients(sum(penalties, torch.zeros(())), values), gradients(data * scale, values)
        squares = [
            (torch.square(a.float()).sum(), torch.square(b.float() / scale).sum())
            for a, b in zip(mine, theirs, strict=True)
        ]
        return penalties, data, pulled, squares

    return run
