"""A callback that watches the penalty of a model while it is trained.

    monitor = tdlint.PenaltyMonitor()
    history = model.fit(x, y, epochs=20, callbacks=[monitor])
    history.history["penalty"]  # also "data_loss" and "penalty_gradient_ratio"
    monitor.records[-1].layers  # the same by layer

It needs no Keras to be imported, and works with Keras 3 on every backend and with Keras 2.
"""

from __future__ import annotations

import math
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tdlint.inspector.live.kept_batch import NoBatch, batch_of_fit, check_data, given_batch

if TYPE_CHECKING:
    from tdlint.inspector.live.gradients import Gauge, LayerReading, Reading
    from tdlint.inspector.live.kept_batch import Batch


class PenaltyWarning(UserWarning):
    """A penalty dominates the data loss, is not finite, or can't be compared with it."""


@dataclass(frozen=True)
class LayerRecord:
    """One layer at the end of an epoch; ``gradient_ratio`` is None if there was no batch to measure on."""

    layer: str
    penalty: float
    gradient_ratio: float | None


@dataclass(frozen=True)
class PenaltyRecord:
    """What was measured at the end of an epoch, counted from 0 as callbacks do.

    ``penalty`` is that of weights and, if there was a batch, of activity. ``data_loss`` is that of the batch without
    the penalty, ``gradient_ratio`` how many times as hard the penalty pulls at the regularized weights as the data do;
    both are None without a batch. ``val_data_loss`` is ``val_loss`` without the penalty, None if it can't be told.
    """

    epoch: int
    penalty: float
    data_loss: float | None
    gradient_ratio: float | None
    val_data_loss: float | None
    layers: tuple[LayerRecord, ...]


class PenaltyMonitor:
    """Records the penalty, the data loss and the ratio of their gradients at the end of each epoch of ``model.fit``.

    Adds ``penalty``, ``data_loss``, ``penalty_gradient_ratio`` and, with validation, ``val_data_loss`` to the logs of
    the epoch, so that they are in the history, and in what callbacks after this one see. ``records`` has them by layer.
    Warns (``PenaltyWarning``) if the penalty of a layer dominates the data loss, so that training shrinks weights and
    does not fit, or if something is not finite.

    It measures on one batch that it keeps: ``batch_size`` samples, evenly spread over the arrays that ``fit`` is given,
    or what ``data`` says. It costs one to four steps of training for each epoch, and once what it takes to compile; it
    changes nothing of what is trained.

    Args:
        data: One batch, ``(x, y)`` or ``(x, y, sample_weight)``, or something that yields batches, such as a
            ``tf.data.Dataset``, of which the first is taken. Needed if ``fit`` reads from a data set or a generator,
            which this callback does not touch.
        log_dir: Where to write the same as TensorBoard scalars; needs TensorFlow.
    """

    async_safe = True  # it has no hooks for batches, so Keras need not wait for it
    _chief_worker_only = None
    _supports_tf_logs = False

    def __init__(self, data: Any = None, *, log_dir: str | os.PathLike[str] | None = None) -> None:
        check_data(data)
        if log_dir is not None and not isinstance(log_dir, str | os.PathLike):
            raise TypeError(f"log_dir= takes a path; received {type(log_dir).__name__}")
        self.records: list[PenaltyRecord] = []
        self.params: dict[str, Any] | None = None
        self._data = data
        self._model: Any = None
        self._gauge: Gauge | None = None
        self._batch: Batch | None = None
        self._start: Reading | None = None
        self._told: set[str] = set()
        self._writer = None if log_dir is None else _Writer(Path(log_dir))

    @property
    def model(self) -> Any:
        """The model that is trained."""
        return self._model

    def set_model(self, model: Any) -> None:
        """Called by Keras."""
        self._model = model

    def set_params(self, params: dict[str, Any] | None) -> None:
        """Called by Keras."""
        self.params = params

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Keep a batch to measure on, and measure where training starts from."""
        del logs
        self._told.clear()
        self._gauge = None
        self._batch = self._kept_batch()
        # Keras 2 may build the model in the first step only
        self._start = self._read() if self.model.built else None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Measure, record, add to the logs, and warn."""
        reading = self._read()
        record = _record(epoch, reading, self._val_data_loss(reading, logs or {}))
        self.records.append(record)
        if logs is not None:
            logs.update(scalars(record))
        if self._writer is not None:
            self._writer.write(record)
        self._warn(epoch, reading, logs or {})
        self._start = self._start or reading

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Let go of the batch and of what was compiled."""
        del logs
        self._gauge = None
        self._batch = None
        if self._writer is not None:
            self._writer.flush()

    def _nothing(self, *args: Any, **named: Any) -> None:
        """The hooks of a callback that this one does not need."""

    on_epoch_begin = on_batch_begin = on_batch_end = _nothing
    on_train_batch_begin = on_train_batch_end = on_test_batch_begin = on_test_batch_end = _nothing
    on_predict_batch_begin = on_predict_batch_end = on_predict_begin = on_predict_end = _nothing
    on_test_begin = on_test_end = _nothing

    def _no(self) -> bool:
        """Asked by Keras 2."""
        return False

    _implements_train_batch_hooks = _implements_test_batch_hooks = _implements_predict_batch_hooks = _no

    def _kept_batch(self) -> Batch | None:
        try:
            return batch_of_fit(self.model) if self._data is None else given_batch(self._data)
        except NoBatch as reason:
            _warn(
                f"{reason}, so only the penalty of the weights is recorded, not the data loss or the gradients; "
                "give PenaltyMonitor one batch, such as PenaltyMonitor(data=dataset.take(1))"
            )
            return None

    def _read(self) -> Reading:
        """Measure; without the batch if that fails, as watching must not end the training."""
        from tdlint.inspector.live.gradients import Gauge

        if self._gauge is None:
            self._gauge = Gauge(self.model, self._batch)
        try:
            return self._gauge.read()
        except Exception as problem:
            if self._batch is None:
                raise
            _warn(
                f"the loss of {self.model.name!r} can't be measured on a batch ({type(problem).__name__}: {problem}), "
                "so only the penalty of the weights is recorded"
            )
            self._batch = None
            self._gauge = Gauge(self.model, None)
            return self._gauge.read()

    def _val_data_loss(self, reading: Reading, logs: dict[str, Any]) -> float | None:
        """``evaluate`` saw the weights that were measured, so the penalty is the same; that of activity is not."""
        if "val_loss" not in logs or self._gauge is None or self._gauge.has_activity_terms:
            return None
        return float(logs["val_loss"]) - reading.penalty

    def _warn(self, epoch: int, reading: Reading, logs: dict[str, Any]) -> None:
        for subject, text in findings(self._start, reading, float(logs.get("loss", 0.0)), self.model):
            if subject not in self._told:
                self._told.add(subject)
                _warn(f"epoch {epoch + 1}: {text}")


def scalars(record: PenaltyRecord) -> dict[str, float]:
    """What of a record goes into the logs: what is known of it."""
    known = {
        "penalty": record.penalty,
        "data_loss": record.data_loss,
        "penalty_gradient_ratio": record.gradient_ratio,
        "val_data_loss": record.val_data_loss,
    }
    return {name: value for name, value in known.items() if value is not None}


def _record(epoch: int, reading: Reading, val_data_loss: float | None) -> PenaltyRecord:
    layers = tuple(
        LayerRecord(one.layer, one.penalty, None if one.pull is None else one.pull.ratio) for one in reading.layers
    )
    ratio = None if reading.pull is None else reading.pull.ratio
    return PenaltyRecord(epoch, reading.penalty, reading.data_loss, ratio, val_data_loss, layers)


def findings(start: Reading | None, reading: Reading, loss: float, model: Any) -> Iterator[tuple[str, str]]:
    """What is wrong at the end of an epoch: what it concerns, and the text for the user."""
    from tdlint.inspector.dominance import dominating

    if not all(math.isfinite(number) for number in (reading.penalty, reading.data_loss or 0.0, loss)):
        yield "not finite", _not_finite(reading, loss, model)
    elif start is not None:
        for layer, first in dominating(start, reading):
            yield layer.layer, _dominating(layer, first, start, reading)


def _dominating(layer: LayerReading, first: float, start: Reading, now: Reading) -> str:
    ratio = layer.pull.ratio if layer.pull is not None else 0.0
    return (
        f"the penalty of layer {layer.layer!r} dominates: since training began it fell from {first:.4g} to "
        f"{layer.penalty:.4g}, the data loss from {start.data_loss:.4g} to {now.data_loss:.4g}, and it pulls at the "
        f"weights {ratio:.3g} times as hard as the data; divide the coefficients of its regularizers by about "
        f"{10 * first / (start.data_loss or 1.0):.2g}, so that it starts at a tenth of the data loss"
    )


def _not_finite(reading: Reading, loss: float, model: Any) -> str:
    from tdlint.inspector.live.losses import non_finite_weights

    amounts = [(f"the penalty of layer {one.layer!r}", one.penalty) for one in reading.layers]
    amounts += [("the data loss", reading.data_loss or 0.0), ("the loss", loss)]
    what, amount = next((what, amount) for what, amount in amounts if not math.isfinite(amount))
    weights = non_finite_weights(model)
    if weights:
        layer, count = next(iter(weights.items()))
        cause = (
            f"{count:,} weights of layer {layer!r} are NaN or infinite, and they stay so; start again with a smaller "
            "learning rate or with clipnorm= in the optimizer, and look for NaN in the data"
        )
    elif what.startswith("the penalty"):
        cause = (
            "its weights are finite, and their sum is too large for their dtype; train with the policy mixed_float16"
        )
    else:
        cause = "all weights are finite; look for NaN in the data, and for a logarithm or a division in the loss"
    return f"{what} is {amount}: {cause}"


class _Writer:
    """Writes scalars as TensorBoard reads them."""

    def __init__(self, folder: Path) -> None:
        try:
            import tensorflow
        except ImportError as problem:
            raise ImportError(
                "log_dir= needs TensorFlow to write what TensorBoard reads; run: pip install 'tdlint[inspect]'"
            ) from problem
        self._tensorflow = tensorflow
        self._writer = tensorflow.summary.create_file_writer(str(folder))
        # as tf.summary.scalar has it, which needs the package tensorboard
        self._kind = tensorflow.compat.v1.SummaryMetadata(plugin_data={"plugin_name": "scalars"}, data_class=1)

    def write(self, record: PenaltyRecord) -> None:
        """One epoch: the totals, and below ``penalty/`` and ``penalty_gradient_ratio/`` each layer."""
        named = scalars(record)
        for layer in record.layers:
            named[f"penalty/{layer.layer}"] = layer.penalty
            if layer.gradient_ratio is not None:
                named[f"penalty_gradient_ratio/{layer.layer}"] = layer.gradient_ratio
        with self._writer.as_default():
            for name, value in named.items():
                self._tensorflow.summary.write(
                    name, self._tensorflow.constant(value, "float32"), record.epoch, metadata=self._kind
                )

    def flush(self) -> None:
        """Bring to the disk what was written."""
        self._writer.flush()


def _warn(text: str) -> None:
    """Warn at the line of the user's that called Keras."""
    level, frame = 1, sys._getframe(0)
    while frame.f_back is not None and _is_machinery(frame.f_globals.get("__name__", "")):
        frame, level = frame.f_back, level + 1
    warnings.warn(text, PenaltyWarning, stacklevel=level)


def _is_machinery(module: str) -> bool:
    return module.split(".")[0] in ("tdlint", "keras", "tf_keras")
