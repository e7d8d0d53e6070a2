"""``tdlint.PenaltyMonitor`` in ``model.fit`` of real Keras."""

from __future__ import annotations

import math
import subprocess
import sys
import warnings

import pytest

keras = pytest.importorskip("keras")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers, regularizers  # noqa: E402

import tdlint  # noqa: E402

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(64, 4)).astype("float32")
Y = (X[:, :1] - X[:, 1:2]).astype("float32")


def small(strength=0.01, **compiled):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(8, "tanh", kernel_regularizer=regularizers.L1L2(strength, strength), name="hidden"),
            layers.Dense(1, kernel_regularizer=regularizers.L2(strength), name="head"),
        ]
    )
    model.compile(**{"optimizer": "sgd", "loss": "mse", **compiled})
    return model


def watch(model, x=X, y=Y, monitor=None, **fit):
    monitor = monitor or tdlint.PenaltyMonitor()
    history = model.fit(x, y, **{"epochs": 2, "verbose": 0, **fit}, callbacks=[monitor])
    return monitor, history.history


class AtEnd(keras.callbacks.Callback):
    """Asks Keras for the same at the end of each epoch, and keeps the logs that it is given."""

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y, self.penalties, self.losses, self.logs = x, y, [], [], []

    def on_epoch_end(self, epoch, logs=None):
        predicted = self.model(self.x, training=True)
        self.penalties.append(float(sum(self.model.losses)))
        self.losses.append(float(self.model.compute_loss(self.x, self.y, predicted)))
        self.logs.append(dict(logs))


def test_history_has_what_keras_says_at_that_time():
    model, monitor, after = small(), tdlint.PenaltyMonitor(), AtEnd(X[::2], Y[::2])
    history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[monitor, after]).history
    assert history["penalty"] == pytest.approx(after.penalties, rel=1e-5)
    expected = [loss - penalty for loss, penalty in zip(after.losses, after.penalties, strict=True)]
    assert history["data_loss"] == pytest.approx(expected, rel=1e-4)
    assert history["penalty_gradient_ratio"] == [record.gradient_ratio for record in monitor.records]
    assert [logs["penalty"] for logs in after.logs] == history["penalty"]  # callbacks after it see it as well
    assert [record.epoch for record in monitor.records] == [0, 1, 2]
    assert [layer.layer for layer in monitor.records[0].layers] == ["hidden", "head"]
    assert sum(layer.penalty for layer in monitor.records[2].layers) == pytest.approx(history["penalty"][2])


def test_it_can_be_watched_by_other_callbacks():
    stop = keras.callbacks.EarlyStopping("penalty", patience=0, mode="max")
    history = small().fit(X, Y, epochs=9, verbose=0, callbacks=[tdlint.PenaltyMonitor(), stop]).history
    assert len(history["penalty"]) == 2


def test_nothing_of_training_changes():
    def trained(callbacks):
        keras.utils.set_random_seed(5)
        model = keras.Sequential(
            [
                keras.Input((4,)),
                layers.Dense(8, kernel_regularizer="l2", activity_regularizer="l1"),
                layers.BatchNormalization(),
                layers.Dropout(0.5),
                layers.Dense(1),
            ]
        )
        model.compile("adam", "mse", metrics=["mae"])
        history = model.fit(X, Y, epochs=3, verbose=0, validation_data=(X, Y), callbacks=callbacks).history
        return model.get_weights(), history, model.get_metrics_result()

    weights, history, metrics = trained([])
    watched, with_monitor, metrics_after = trained([tdlint.PenaltyMonitor()])
    assert all(np.array_equal(one, other) for one, other in zip(weights, watched, strict=True))
    assert {name: with_monitor[name] for name in history} == history
    assert metrics_after == metrics
    assert set(with_monitor) - set(history) == {"penalty", "data_loss", "penalty_gradient_ratio"}


def test_validation_loss_without_the_penalty():
    model = small()
    _, history = watch(model, validation_data=(X, Y))
    data = float(np.mean((model.predict(X, verbose=0) - Y) ** 2))
    assert history["val_data_loss"][-1] == pytest.approx(data, rel=1e-4)


@pytest.mark.parametrize(
    "compiled", [{"jit_compile": True}, {"steps_per_execution": 2}, {"run_eagerly": True}, {"jit_compile": False}]
)
def test_however_steps_are_run(compiled):
    _, plain = watch(small())
    _, history = watch(small(**compiled))
    assert history["penalty"] == pytest.approx(plain["penalty"], rel=1e-4)
    assert history["data_loss"] == pytest.approx(plain["data_loss"], rel=1e-3)
    assert history["penalty_gradient_ratio"] == pytest.approx(plain["penalty_gradient_ratio"], rel=1e-3)


def test_mixed_precision():
    _, plain = watch(small())
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        _, history = watch(small())
    finally:
        keras.mixed_precision.set_global_policy("float32")
    assert history["penalty"] == pytest.approx(plain["penalty"], rel=1e-2)
    assert history["penalty_gradient_ratio"] == pytest.approx(plain["penalty_gradient_ratio"], rel=5e-2)


def test_several_inputs_and_outputs_by_name():
    a, b = keras.Input((4,), name="a"), keras.Input((2,), name="b")
    joined = layers.Dense(5, kernel_regularizer="l2")(layers.Concatenate()([a, b]))
    outputs = {"kind": layers.Dense(3, "softmax", name="kind")(joined), "size": layers.Dense(1, name="size")(joined)}
    model = keras.Model([a, b], outputs)
    model.compile(
        "sgd", {"kind": "sparse_categorical_crossentropy", "size": "mse"}, loss_weights={"kind": 2.0, "size": 0.5}
    )
    x = {"a": X, "b": X[:, :2]}
    y = {"kind": np.arange(64) % 3, "size": Y}
    _, history = watch(model, x, y, batch_size=64)
    penalty = history["penalty"][-1]
    loss = model.evaluate(x, y, batch_size=64, verbose=0, return_dict=True)["loss"]
    assert history["data_loss"][-1] == pytest.approx(loss - penalty, rel=1e-4)


def test_weights_of_samples_and_of_classes():
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, "softmax", kernel_regularizer="l2")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    labels = (X[:, 0] > 0).astype("int32")
    _, by_class = watch(model, X, labels, class_weight={0: 1.0, 1: 5.0}, batch_size=64, epochs=1)
    weights = np.where(labels == 1, 5.0, 1.0).astype("float32")
    loss = model.evaluate(X, labels, sample_weight=weights, batch_size=64, verbose=0)
    assert by_class["data_loss"][0] == pytest.approx(loss - by_class["penalty"][0], rel=1e-4)
    _, by_sample = watch(model, X, labels, sample_weight=weights, batch_size=64, epochs=1)
    loss = model.evaluate(X, labels, sample_weight=weights, batch_size=64, verbose=0)
    assert by_sample["data_loss"][0] == pytest.approx(loss - by_sample["penalty"][0], rel=1e-4)


def test_resumed_training_goes_on_in_the_same_records():
    model, monitor = small(), tdlint.PenaltyMonitor()
    watch(model, monitor=monitor)
    watch(model, monitor=monitor, epochs=4, initial_epoch=2)
    assert [record.epoch for record in monitor.records] == [0, 1, 2, 3]
    assert monitor.records[-1].penalty == pytest.approx(float(sum(model.losses)), rel=1e-5)


def test_layers_frozen_between_trainings_are_left_out():
    model, monitor = small(), tdlint.PenaltyMonitor()
    watch(model, monitor=monitor)
    model.get_layer("hidden").trainable = False
    model.compile("sgd", "mse")
    watch(model, monitor=monitor)
    assert [layer.layer for layer in monitor.records[-1].layers] == ["head"]


def test_a_dominating_penalty_is_named_with_its_numbers():
    model = small(3.0, optimizer=keras.optimizers.Adam(0.03))
    with pytest.warns(
        tdlint.PenaltyWarning, match=r"epoch \d: the penalty of layer 'hidden' dominates: .* fell"
    ) as seen:
        watch(model, epochs=6)
    assert all(one.filename == __file__ for one in seen)
    hidden = [one for one in seen if "'hidden'" in str(one.message)]
    assert len(hidden) == 1  # once for a layer, not in each epoch


@pytest.mark.parametrize("strength", [0.0, 1e-4, 0.01])
def test_no_warning_where_data_are_fitted(strength):
    with warnings.catch_warnings():
        warnings.simplefilter("error", tdlint.PenaltyWarning)
        watch(small(strength, optimizer=keras.optimizers.Adam(0.03)), epochs=10)


def test_what_is_not_finite_is_named_with_its_cause():
    bad = X.copy()
    bad[5] = np.nan
    with pytest.warns(tdlint.PenaltyWarning, match=r"epoch 1: .* is nan: \d+ weights of layer 'hidden' are NaN"):
        watch(small(), bad, Y)
    with pytest.warns(tdlint.PenaltyWarning, match=r"the data loss is nan: all weights are finite"):
        watch(small(loss=lambda labels, predicted: 0 * keras.ops.mean(predicted - labels) + np.nan))


def test_a_penalty_too_large_for_its_dtype():
    model = small(optimizer=keras.optimizers.SGD(0.0))
    model.get_layer("head").kernel.assign(np.full((8, 1), 1e30))
    with pytest.warns(tdlint.PenaltyWarning, match=r"penalty of layer 'head' is inf: its weights are finite"):
        watch(model, 0 * X, 0 * Y)


def dataset():
    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(16)


def test_a_dataset_is_not_touched_and_data_gives_the_batch():
    with pytest.warns(tdlint.PenaltyWarning, match=r"fit\(\) reads from a _BatchDataset.*data=dataset.take"):
        monitor, history = watch(small(), dataset(), None)
    assert "data_loss" not in history
    assert monitor.records[0].gradient_ratio is None
    assert len(history["penalty"]) == 2
    for data in (dataset(), dataset().take(1), (X[:16], Y[:16]), [(X[:16], Y[:16])], (X[:16], Y[:16], np.ones(16))):
        with warnings.catch_warnings():
            warnings.simplefilter("error", tdlint.PenaltyWarning)
            monitor, history = watch(small(), dataset(), None, tdlint.PenaltyMonitor(data))
        assert len(history["data_loss"]) == 2
    assert monitor.records[0].gradient_ratio is not None


def test_a_loss_that_cannot_be_measured_does_not_end_the_training():
    wrong = tdlint.PenaltyMonitor((np.zeros((3, 9), "float32"), np.zeros((3, 1), "float32")))
    with pytest.warns(tdlint.PenaltyWarning, match="can't be measured on a batch"):
        _, history = watch(small(), monitor=wrong)
    assert len(history["penalty"]) == 2
    assert "data_loss" not in history


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"data": X}, TypeError, "received ndarray"),
        ({"data": 3}, TypeError, "received int"),
        ({"data": {"x": X}}, TypeError, "received dict"),
        ({"data": (X,)}, ValueError, "tuple of 1"),
        ({"log_dir": 3}, TypeError, "log_dir= takes a path; received int"),
    ],
)
def test_wrong_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        tdlint.PenaltyMonitor(**arguments)


def test_scalars_for_tensorboard(tmp_path):
    monitor, _ = watch(small(), monitor=tdlint.PenaltyMonitor(log_dir=tmp_path / "logs"))
    found = {}
    for path in (tmp_path / "logs").iterdir():
        for raw in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(raw.numpy())
            for value in event.summary.value:
                assert value.metadata.plugin_data.plugin_name == "scalars"
                found[value.tag, event.step] = float(tf.make_ndarray(value.tensor))
    record = monitor.records[1]
    assert found["penalty", 1] == pytest.approx(record.penalty)
    assert found["penalty/hidden", 1] == pytest.approx(record.layers[0].penalty)
    assert found["penalty_gradient_ratio/head", 1] == pytest.approx(record.layers[1].gradient_ratio)
    assert {step for _, step in found} == {0, 1}


def test_log_dir_without_tensorflow(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ImportError, match=r"needs TensorFlow .* pip install 'tdlint\[inspect\]'"):
        tdlint.PenaltyMonitor(log_dir=tmp_path)


def test_it_needs_no_keras_to_be_imported():
    code = (
        "import sys, tdlint; tdlint.PenaltyMonitor(); sys.exit(bool({'keras', 'tensorflow', 'numpy'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_keras_2():
    old = pytest.importorskip("tf_keras")

    def trained(callbacks):
        old.utils.set_random_seed(1)
        hidden = old.layers.Dense(8, "tanh", kernel_regularizer=old.regularizers.L2(0.1), name="hidden")
        head = old.layers.Dense(1, kernel_regularizer="l1", activity_regularizer="l2", name="head")
        model = old.Sequential([hidden, old.layers.BatchNormalization(), old.layers.Dropout(0.5), head])
        model.compile("sgd", "mse", metrics=["mae"])
        history = model.fit(X, Y, epochs=2, verbose=0, batch_size=64, callbacks=callbacks).history
        return model, history

    plain, _ = trained([])
    monitor = tdlint.PenaltyMonitor()
    model, history = trained([monitor])
    assert all(np.array_equal(a, b) for a, b in zip(plain.get_weights(), model.get_weights(), strict=True))
    assert [layer.layer for layer in monitor.records[-1].layers if layer.penalty] == ["hidden", "head"]
    loss = model.evaluate(X, Y, batch_size=64, verbose=0)[0]
    model(X)
    assert history["penalty"][-1] == pytest.approx(float(sum(model.losses)), rel=1e-5)
    assert history["data_loss"][-1] == pytest.approx(loss - history["penalty"][-1], rel=1e-4)
    assert math.isfinite(history["penalty_gradient_ratio"][-1])
