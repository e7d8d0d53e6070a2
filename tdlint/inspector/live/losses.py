"""The terms of a live model's loss, one by one: penalties of weights, of activity, and the data loss of a batch.

``LiveLosses`` says what is the same in all versions of Keras, its subclasses what each version does. Measuring changes
nothing of the model: in Keras 3 all updates go to a ``StatelessScope`` and are dropped, so that it is called as in
training; Keras 2 has no such scope, and is called as for predictions.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from tdlint.inspector.live.graph import is_model
from tdlint.inspector.live.kept_batch import Batch, mapped

Tensor: TypeAlias = Any


@dataclass(frozen=True)
class Term:
    """One penalty of a weight, as Keras adds it to the loss: the layer that it belongs to, and how to compute it."""

    layer: str
    amount: Callable[[], Tensor]


def layer_paths(model: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The layers of a model by their path through nested models, as the account has it; each call may repeat one."""
    for layer in model.layers:
        if is_model(layer):
            yield from layer_paths(layer, f"{prefix}{layer.name}/")
        yield prefix + layer.name, layer


class LiveLosses:
    """What a model adds to its loss. ``activity`` are the layers with an activity regularizer, by the owner's path."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.owners: dict[int, str] = {}
        self.activity: list[tuple[str, Any]] = []
        parts: dict[int, Any] = {}
        for path, layer in [*layer_paths(model), (model.name, model)]:
            for part in layer._flatten_layers():
                if id(part) in parts:
                    continue
                parts[id(part)] = part
                for weight in part.weights:
                    self.owners.setdefault(id(weight), path)
                if getattr(part, "activity_regularizer", None) is not None:
                    self.activity.append((path, part))
        self.parts = list(parts.values())
        self.terms = list(self._terms())

    def losses(self, batch: Batch | None, cast: Callable[[Any], Tensor]) -> tuple[list[Tensor], Tensor | None]:
        """Penalties of weights, then those of activity, each as a number of 32 bits; and the data loss of a batch.

        Without a batch there is neither activity nor data loss.
        """
        weights = [cast(term.amount()) for term in self.terms]
        if batch is None:
            return weights, None
        with self._without_terms():
            predicted = self._predict(batch.x)
            loss = self.model.compute_loss(x=batch.x, y=batch.y, y_pred=predicted, sample_weight=batch.sample_weight)
            activity = [cast(sum(self._own_losses(part))) for _, part in self.activity]
        return weights + activity, cast(loss) - sum(activity)

    def pulled(self) -> list[Any]:
        """The weights that a penalty may pull at."""
        raise NotImplementedError

    def scale(self) -> float:
        """By how much the optimizer multiplies the loss before it takes gradients: small ones vanish in float16."""
        raise NotImplementedError

    def tensors(self, batch: Batch) -> Batch:
        """The batch as tensors, real numbers in the type that Keras computes with."""
        floatx, convert = self._conversion()

        def tensor(array: Any) -> Tensor:
            real = "float" in str(getattr(array, "dtype", ""))
            return convert(array, dtype=floatx) if real else convert(array)

        return Batch(*(mapped(part, tensor) for part in (batch.x, batch.y, batch.sample_weight)))

    def isolated(self, values: Any = None) -> contextlib.AbstractContextManager[Any]:
        """A scope in which nothing that the model updates stays, and in which variables may have other values."""
        del values
        return contextlib.nullcontext()

    def metrics_kept(self) -> contextlib.AbstractContextManager[None]:
        """Within it metrics may be updated; afterwards they are as they were, as a user may read them."""
        return contextlib.nullcontext()

    def _terms(self) -> Iterator[Term]:
        raise NotImplementedError

    def _without_terms(self) -> contextlib.AbstractContextManager[None]:
        """Within it ``model.losses`` has no penalty of a weight, so that ``compute_loss`` adds none."""
        raise NotImplementedError

    def _predict(self, x: Any) -> Any:
        raise NotImplementedError

    def _own_losses(self, part: Any) -> list[Tensor]:
        raise NotImplementedError

    def _conversion(self) -> tuple[str, Callable[..., Tensor]]:
        raise NotImplementedError


class Keras3Losses(LiveLosses):
    """Keras 3: every weight carries its regularizer."""

    def pulled(self) -> list[Any]:
        """With activity terms all weights that are trained, else those with a regularizer."""
        trained = list(self.model.trainable_weights)
        return trained if self.activity else [weight for weight in trained if weight.regularizer is not None]

    def scale(self) -> float:
        """1 but for a ``LossScaleOptimizer`` or a ``loss_scale_factor``."""
        optimizer = self.model.optimizer
        return float(optimizer.scale_loss(1.0)) if hasattr(optimizer, "scale_loss") else 1.0

    def isolated(self, values: Any = None) -> contextlib.AbstractContextManager[Any]:
        """Keras' own scope for pure functions."""
        import keras

        scope: contextlib.AbstractContextManager[Any] = keras.StatelessScope(values, collect_losses=True)
        return scope

    def _terms(self) -> Iterator[Term]:
        weights = self.model.weights if self._counts_frozen() else self.model.trainable_weights
        for weight in weights:
            if weight.regularizer is not None:
                yield Term(self.owners[id(weight)], partial(weight.regularizer, weight))

    @staticmethod
    def _counts_frozen() -> bool:
        """Whether Keras adds the penalty of weights that are not trained (FACTS C7)."""
        import keras

        major, minor = str(keras.__version__).split(".")[:2]
        return (int(major), int(minor)) < (3, 1)

    @contextlib.contextmanager
    def _without_terms(self) -> Iterator[None]:
        kept = [(weight, weight.regularizer) for weight in self.model.weights if weight.regularizer is not None]
        for weight, _ in kept:
            weight.regularizer = None
        try:
            yield
        finally:
            for weight, regularizer in kept:
                weight.regularizer = regularizer

    def _predict(self, x: Any) -> Any:
        takes_training = getattr(self.model, "_call_has_training_arg", True)
        return self.model(x, training=True) if takes_training else self.model(x)

    def _own_losses(self, part: Any) -> list[Tensor]:
        return list(part._get_own_losses())

    def _conversion(self) -> tuple[str, Callable[..., Tensor]]:
        import keras

        return keras.backend.floatx(), keras.ops.convert_to_tensor


class Keras2Losses(LiveLosses):
    """Keras 2 (``tf_keras``): layers hold functions that compute the penalties of their weights."""

    def pulled(self) -> list[Any]:
        """A function does not say of which weight it is, so all that are trained."""
        return list(self.model.trainable_weights)

    def scale(self) -> float:
        """1 but for a ``LossScaleOptimizer``."""
        return float(getattr(self.model.optimizer, "loss_scale", 1.0))

    @contextlib.contextmanager
    def metrics_kept(self) -> Iterator[None]:
        """``compute_loss`` updates metrics."""
        kept = [(variable, variable.numpy()) for metric in self.model.metrics for variable in metric.variables]
        try:
            yield
        finally:
            for variable, value in kept:
                variable.assign(value)

    def _terms(self) -> Iterator[Term]:
        for part in self.parts:
            path = next((self.owners[id(weight)] for weight in part.weights), self.model.name)
            yield from (Term(path, amount) for amount in part._callable_losses)

    @contextlib.contextmanager
    def _without_terms(self) -> Iterator[None]:
        kept = [(part._callable_losses, list(part._callable_losses)) for part in self.parts]
        for terms, _ in kept:
            terms.clear()
        try:
            yield
        finally:
            for terms, former in kept:
                terms.extend(former)

    def _predict(self, x: Any) -> Any:
        return self.model(x, training=False)

    def _own_losses(self, part: Any) -> list[Tensor]:
        return list(part._eager_losses)

    def _conversion(self) -> tuple[str, Callable[..., Tensor]]:
        import tensorflow
        import tf_keras

        return tf_keras.backend.floatx(), tensorflow.convert_to_tensor


def live_losses(model: Any) -> LiveLosses:
    """The terms of a model's loss, by the version of Keras that it is made of."""
    return Keras2Losses(model) if is_keras2(model) else Keras3Losses(model)


def is_keras2(model: Any) -> bool:
    """Whether a model is one of ``tf_keras``, of a ``keras`` before 3, or of ``tf.keras`` as it was then."""
    root = next(kind.__module__.split(".")[0] for kind in type(model).__mro__ if kind.__name__ == "Model")
    if root != "keras":
        return True
    import keras

    return str(keras.__version__).startswith("2.")


def non_finite_weights(model: Any) -> dict[str, int]:
    """How many elements are NaN or infinite by layer, in the order of the layers; only layers that have some."""
    import numpy

    found: dict[str, int] = {}
    seen: set[int] = set()
    for path, layer in [*layer_paths(model), (model.name, model)]:
        for variable in layer.weights:
            if id(variable) in seen:
                continue
            seen.add(id(variable))
            value = numpy.asarray(variable.numpy() if hasattr(variable, "numpy") else variable)
            if value.dtype.kind not in "biu":
                count = value.size - int(numpy.isfinite(value.astype("float32")).sum())
                found.update({path: found.get(path, 0) + count} if count else {})
    return found
