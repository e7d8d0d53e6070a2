"""What TDL311 and TDL312 say of data and labels, against real Keras."""

from __future__ import annotations

import itertools

import keras
import numpy as np
import pytest

from tdlint.config import Settings
from tdlint.diagnostics import Diagnostic
from tdlint.linting.engine import check_bytes
from tdlint.linting.registry import load_rules

PROGRAM = """
import keras
import numpy as np
from keras import layers
inputs = keras.Input({input})
model = keras.Model(inputs, {output})
model.compile(loss={loss!r}, run_eagerly=True)
x = np.ones({x})
y = np.ones({y})
model.fit(x, y, batch_size=8, verbose=0)
"""

OUTPUTS = {
    (3,): ["layers.Dense(1)(inputs)", "layers.Dense(3)(inputs)"],
    (4, 3): ["layers.Dense(1)(inputs)", "layers.Dense(3)(inputs)"],
}
LABELS = [(8,), (8, 1), (8, 2), (8, 3), (8, 4), (8, 4, 1), (8, 4, 3)]
LOSSES = ["mse", "mae", "huber", "sparse_categorical_crossentropy", "categorical_crossentropy"]
CASES = [
    (shape, output, labels, loss)
    for shape, outputs in OUTPUTS.items()
    for output, labels, loss in itertools.product(outputs, LABELS, LOSSES)
]


def _diagnostics(text: str, code: str) -> tuple[Diagnostic, ...]:
    return check_bytes(text.encode(), "program.py", Settings(select=(code,)), load_rules()).diagnostics


def _raises(text: str) -> bool:
    keras.utils.clear_session()
    try:
        exec(text, {})
    except Exception:
        return True
    return False


@pytest.mark.parametrize(("shape", "output", "labels", "loss"), CASES)
def test_labels(shape: tuple[int, ...], output: str, labels: tuple[int, ...], loss: str) -> None:
    """A report that says that Keras raises is of a program that does; any other is of one that trains."""
    text = PROGRAM.format(input=shape, output=output, loss=loss, x=(8, *shape), y=labels)
    found = _diagnostics(text, "TDL312")
    if found:
        assert ("Keras raises" in (found[0].fact or "")) == _raises(text), (found[0].message, text)


def test_silent_broadcast_compares_every_prediction_with_every_label() -> None:
    """The first row of the page: the loss is the mean over all pairs of a step and a label of the batch."""
    inputs = keras.Input((4, 3))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    model.compile(loss="mse", run_eagerly=True)
    random = np.random.default_rng(0)
    x, y = random.random((8, 4, 3)), random.random(8)
    predicted = model.predict(x, verbose=0)
    pairs = np.mean((predicted - y[np.newaxis, np.newaxis, :]) ** 2)
    assert model.evaluate(x, y, batch_size=8, verbose=0) == pytest.approx(pairs, rel=1e-5)


@pytest.mark.parametrize("declared", [(4,), (4, 3), (4, 1), (6, 6, 1)])
@pytest.mark.parametrize(
    "given", [(8, 4), (8, 4, 3), (8, 4, 1), (4, 3), (4,), (8, 6, 6), (8, 6, 6, 1), (8, 4, 2), (6, 6)]
)
@pytest.mark.parametrize("kind", ["functional", "sequential"])
def test_data(declared: tuple[int, ...], given: tuple[int, ...], kind: str) -> None:
    """Reported only if ``predict`` raises; and every wrong number of axes is reported."""
    made = "keras.Sequential([inputs, layers.Flatten()])"
    if kind == "functional":
        made = "keras.Model(inputs, layers.Flatten()(inputs))"
    text = f"""
import keras
import numpy as np
from keras import layers
inputs = keras.Input({declared})
model = {made}
model.predict(np.ones({given}), verbose=0)
"""
    reported, raises = bool(_diagnostics(text, "TDL311")), _raises(text)
    assert reported == raises or (kind == "sequential" and not reported), text
