"""One pass over the data: everything that is measured of a model, as ``model.evaluate`` computes it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from tdlint.data_loss import loss_weights
from tdlint.heads import Head, heads
from tdlint.inspector.accounting.account import Account
from tdlint.inspector.errors import InspectionError
from tdlint.inspector.measure.backends import loss_and_gradients, plain
from tdlint.inspector.measure.checks import check_batch, failure
from tdlint.inspector.measure.data import Batch, Data, mapped
from tdlint.inspector.measure.probe import Watch, layer_paths
from tdlint.inspector.measure.statistics import Bad, InputCollectors, LabelCollectors
from tdlint.inspector.measurement import GradientNorms, MeasuredTerm, Measurement, NonFinite

ON_TIME = ("LSTM", "GRU", "RNN", "Conv1D", "Attention", "TimeDistributed", "Bidirectional")
"""How the classes of layers end that take the second axis of their input for time."""


@dataclass(frozen=True)
class Weight:
    """A trainable variable with its place in the account; ``counted`` if Keras adds its penalty."""

    layer: str
    name: str
    variable: Any
    counted: bool

    @property
    def path(self) -> str:
        """Layer and name."""
        return f"{self.layer}/{self.name}"


@dataclass
class _Sums:
    """What is summed over batches, each weighted by its samples as ``model.evaluate`` does."""

    samples: int = 0
    batches: int = 0
    data: float = 0.0
    at_start: float | None = 0.0
    activity: dict[str, float] = field(default_factory=dict)
    gradients: dict[int, Any] = field(default_factory=dict)


class Measuring:
    """A model while it is measured."""

    def __init__(self, model: Any, account: Account, weights: Sequence[Weight], name: str) -> None:
        graph = account.model
        self.model, self.account, self.weights, self.name = model, account, weights, name
        self.penalized = [
            number for number, one in enumerate(weights) if one.counted and one.variable.regularizer is not None
        ]
        self.training = {"training": False} if model._call_has_training_arg else {}
        self.paths = layer_paths(model)
        self.heads: tuple[Head, ...] = heads(graph, graph.compile) if graph.compile else ()
        self.inputs = InputCollectors()
        self.labels = LabelCollectors(self.heads, loss_weights(graph, self.heads))
        self.sums = _Sums()
        self.non_finite: NonFinite | None = None

    def batch(self, batch: Batch) -> None:
        """Take in one batch."""
        check_batch(self.model, batch, self.name)
        bad_inputs, bad_labels = self.inputs.add(batch.x), self.labels.add(batch.y)
        x, y, weight = (mapped(part, _tensor, "") for part in (batch.x, batch.y, batch.weight))
        output: Any = None

        def data_loss() -> Any:
            nonlocal output
            output = self.model(x, **self.training)
            return self.model._compile_loss(y, output, weight)

        try:
            loss, gradients = loss_and_gradients(data_loss, [one.variable for one in self.weights])
        except Exception as problem:  # of the model, the loss or the backend, for data that do not fit
            raise failure(self.model, batch, problem, self.name) from None
        if loss is None:
            raise InspectionError(f"{self.name}: the compiled loss gives no value")
        if self.non_finite is None:
            watch = Watch(self.model, x, self.training, self.sums.batches + 1)
            pulls = [(one.path, gradient) for one, gradient in zip(self.weights, gradients, strict=True)]
            bad_weight = _bad_weight(self.account) if not self.sums.batches else None
            self.non_finite = watch.first(bad_inputs, bad_weight, output, bad_labels, weight, loss, pulls)
        if weight is not None or _masked(output):
            self.labels.plain = False
        self._add(batch.size, float(plain(loss)), gradients, self._at_start(y, output, weight))

    def _add(self, size: int, loss: float, gradients: Sequence[Any], start: float | None) -> None:
        sums = self.sums
        # before anything else calls the model: what layers added to the loss is of the last call
        for path, value in self._activity():
            sums.activity[path] = sums.activity.get(path, 0.0) + size * value
        sums.samples += size
        sums.batches += 1
        sums.data += size * loss
        sums.at_start = None if start is None or sums.at_start is None else sums.at_start + size * start
        for number in self.penalized:
            if gradients[number] is not None:
                sums.gradients[number] = sums.gradients.get(number, 0.0) + size * gradients[number].astype("float64")

    def _activity(self) -> Iterator[tuple[str, float]]:
        """What layers added to the loss in the last call."""
        for layer in self.model._flatten_layers():
            for term in getattr(layer, "_losses", ()):
                path = self.paths.get(id(layer), (self.model.name, ""))[0]
                yield path, float(plain(term).sum())

    def _at_start(self, y: Any, output: Any, weight: Any) -> float | None:
        """The data loss of what the last activations make of zeros; None if that is not known."""
        import keras
        from keras import tree

        outputs = tree.flatten(output)
        if self.sums.at_start is None or len(self.heads) != len(outputs):
            return None
        made = []
        for head, one in zip(self.heads, outputs, strict=True):
            if head.activation is None or _masked(one):
                return None
            try:
                made.append(keras.activations.get(head.activation)(keras.ops.zeros_like(one)))
            except ValueError:  # an activation that Keras does not know by this name
                return None
        try:
            return float(plain(self.model._compile_loss(y, tree.pack_sequence_as(output, made), weight)))
        except Exception:  # a loss of the user that looks at more than numbers
            return None

    def result(self, data: Data, complete: bool) -> Measurement:
        """All that was found.

        Raises:
            InspectionError: there was no batch.
        """
        import keras

        sums = self.sums
        if not sums.samples:
            raise InspectionError(f"{data.name}: there are no samples in it")
        terms, gradients = self._penalties()
        terms += [MeasuredTerm(path, None, "activity", one / sums.samples, None) for path, one in sums.activity.items()]
        loss = sums.data / sums.samples
        parts = {kind: math.fsum(one.value for one in terms if one.kind == kind) for kind in ("weight", "activity")}
        whole = loss + parts["weight"] + parts["activity"]
        known = whole > 0 and math.isfinite(whole)
        return Measurement(
            data.name,
            keras.backend.backend(),
            data.batch_size,
            sums.batches,
            sums.samples,
            complete,
            whole,
            loss,
            parts["weight"],
            parts["activity"],
            _training_steps(self.model),
            None if sums.at_start is None else sums.at_start / sums.samples,
            tuple(replace(term, share=term.value / whole) if known else term for term in terms),
            tuple(gradients),
            self.inputs.results(self._over_time()),
            self.labels.results(),
            self.non_finite or _bad_term(terms),
            tuple(_notes(self.model)),
        )

    def _penalties(self) -> tuple[list[MeasuredTerm], list[GradientNorms]]:
        """The penalty of each weight that has one, and how hard it pulls."""
        terms, gradients = [], []
        for number in self.penalized:
            one = self.weights[number]
            value, (pull,) = loss_and_gradients(partial(_penalty, one.variable), [one.variable])
            terms.append(MeasuredTerm(one.layer, one.name, "weight", float(plain(value)), None))
            data = self.sums.gradients.get(number)
            by_data = 0.0 if data is None else _norm(data / self.sums.samples)
            gradients.append(GradientNorms(one.layer, one.name, 0.0 if pull is None else _norm(pull), by_data))
        return terms, gradients

    def _over_time(self) -> bool:
        return any(layer.step_copies or layer.type.endswith(ON_TIME) for layer in self.account.layers)


def _tensor(_: str, array: Any) -> Any:
    """As Keras takes arrays: floats of any size as its own."""
    import keras

    if array is None:
        return None
    dtype = keras.config.floatx() if array.dtype.kind == "f" else None
    return keras.ops.convert_to_tensor(array, dtype=dtype)


def _masked(output: Any) -> bool:
    from keras import tree

    return any(getattr(one, "_keras_mask", None) is not None for one in tree.flatten(output))


def _penalty(variable: Any) -> Any:
    import keras

    return keras.ops.sum(variable.regularizer(variable))


def _norm(array: Any) -> float:
    import numpy

    return float(numpy.sqrt(numpy.sum(numpy.square(array.astype("float64")))))


def _training_steps(model: Any) -> int | None:
    steps = getattr(getattr(model, "optimizer", None), "iterations", None)
    return None if steps is None else int(plain(steps))


def _bad_weight(account: Account) -> Bad | None:
    for layer in account.layers:
        for weight in layer.weights:
            if weight.non_finite:
                return f"{layer.layer}/{weight.name}", weight.non_finite, weight.params
    return None


def _bad_term(terms: Sequence[MeasuredTerm]) -> NonFinite | None:
    for term in terms:
        if not math.isfinite(term.value):
            return NonFinite("penalty", f"{term.layer}/{term.weight}" if term.weight else term.layer, 1, 1, 1)
    return None


def _notes(model: Any) -> Iterator[str]:
    own = [
        name
        for name in ("train_step", "test_step", "compute_loss")
        if getattr(type(model), name).__module__.partition(".")[0] != "keras"
    ]
    if own:
        yield (
            f"the class of the model has its own {' and '.join(own)}, which may add or leave out terms: what is "
            "measured is the compiled loss with the penalties that Keras collects"
        )
