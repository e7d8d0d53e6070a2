"""What the rules about outputs call an error, against Keras: every report raises, and what raises is reported."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tdlint.config import Settings
from tdlint.diagnostics import Severity
from tdlint.linting.engine import check_bytes
from tdlint.linting.registry import load_rules

keras = pytest.importorskip("keras", minversion="3.15")
errors = pytest.importorskip("tensorflow").errors
pytestmark = pytest.mark.slow

START = "import numpy as np\nimport keras\nfrom keras import layers\ninputs = keras.Input((4,))\n"


def reports(code: str, *select: str) -> list[str]:
    """The codes of the errors that tdlint reports."""
    found = check_bytes(code.encode(), "program.py", Settings(select=select), load_rules()).diagnostics
    return [one.code for one in found if one.severity is Severity.ERROR]


def raises(code: str) -> bool:
    """Whether the program ends with an exception of Keras."""
    keras.utils.clear_session()
    try:
        exec(code, {"__name__": "program"})
    except (ValueError, KeyError, TypeError, AttributeError, errors.InvalidArgumentError):
        return True
    return False


TWO_OUTPUTS = """
a, b = layers.Dense(1, name="a")(inputs), layers.Dense(1, name="b")(inputs)
model = keras.Model(inputs, [a, b])
model.compile("sgd", loss={}, metrics={}, loss_weights={}, run_eagerly=True)
x, y = np.zeros((2, 4)), np.zeros((2, 1))
model.fit(x, [y, y], verbose=0)
"""
LOSSES = [
    "'mse'",
    "keras.losses.MeanSquaredError()",
    "['mse', 'mae']",
    "['mse', 'mae', 'mse']",
    "{'a': 'mse', 'b': 'mae'}",
    "{'a': 'mse'}",
    "{'a': 'mse', 'c': 'mse'}",
]
METRICS = [
    "None",
    "['mae']",
    "['mae', 'mse']",
    "['mae', 'mse', 'mae']",
    "[['mae'], []]",
    "{'a': 'mae'}",
    "{'c': 'mae'}",
]
WEIGHTS = ["None", "[1.0, 2.0]", "[1.0]", "{'a': 1.0, 'b': 2.0}", "{'a': 1.0}"]


@pytest.mark.parametrize("loss", LOSSES)
def test_arguments_of_compile_for_two_outputs(loss: str) -> None:
    different = {}
    # what is wrong with the metrics and with the weights are two things
    cases = [(metrics, "None") for metrics in METRICS] + [("None", weights) for weights in WEIGHTS]
    for metrics, weights in cases:
        code = START + TWO_OUTPUTS.format(loss, metrics, weights)
        found = reports(code, "TDL410", "TDL411")
        if raises(code) != bool(found):
            different[metrics, weights] = found
    assert not different


CLASSIFIER = """
outputs = layers.Dense({units}, activation="{activation}")(inputs)
model = keras.Model(inputs, outputs)
model.compile("sgd", loss="{loss}", metrics=["{metric}"], run_eagerly=True)
model.fit(np.random.rand(6, 4), {labels}, batch_size=6, verbose=0)
"""
NUMBERS, ONE_HOT, BINARY = "np.array([0, 1, 2] * 2)", "np.eye(3)[[0, 1, 2] * 2]", "np.array([[0.0], [1.0]] * 3)"
HEADS = [
    (3, "softmax", "sparse_categorical_crossentropy", NUMBERS),
    (3, "softmax", "categorical_crossentropy", ONE_HOT),
    (1, "sigmoid", "binary_crossentropy", BINARY),
]
NAMES = [
    *("accuracy", "auc", "binary_accuracy", "categorical_accuracy", "categorical_hinge", "cosine_similarity"),
    *("f1_score", "hinge", "kl_divergence", "mae", "mse", "precision", "recall", "root_mean_squared_error"),
    *("sparse_categorical_accuracy", "top_k_categorical_accuracy", "true_positives"),
]


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head[2])
def test_metrics_of_a_classifier(head: tuple[int, str, str, str]) -> None:
    units, activation, loss, labels = head
    different = {}
    for metric in NAMES:
        code = START + CLASSIFIER.format(units=units, activation=activation, loss=loss, labels=labels, metric=metric)
        found = reports(code, "TDL412")
        if raises(code) != bool(found):
            different[metric] = found
    assert not different


ONE_LOSS = """
outputs = layers.Dense({units}, activation="{activation}")(inputs)
model = keras.Model(inputs, outputs)
model.compile(keras.optimizers.Adam(0.01), loss="{loss}")
"""


@pytest.mark.parametrize(
    ("activation", "loss"),
    itertools.product(
        ["softmax", "linear", "relu", "tanh", "elu", "softplus", "exponential", "log_softmax", "sigmoid"],
        ["categorical_crossentropy", "sparse_categorical_crossentropy"],
    ),
)
def test_heads_that_are_reported_do_not_learn(activation: str, loss: str) -> None:
    """Three separable classes: all other heads learn them."""
    code = START + ONE_LOSS.format(units=3, activation=activation, loss=loss)
    names: dict[str, object] = {}
    keras.utils.set_random_seed(3)
    exec(code, names)
    rng = np.random.RandomState(0)
    x = rng.randn(300, 4).astype("float32")
    labels = (x @ rng.randn(4, 3)).argmax(1)
    model = names["model"]
    assert isinstance(model, keras.Model)
    target = np.eye(3)[labels] if loss.startswith("cat") else labels
    history = model.fit(x, target, epochs=60, verbose=0).history
    right = (model.predict(x, verbose=0).argmax(1) == labels).mean()
    learned = right > 0.9 and np.isfinite(history["loss"][-1])
    assert learned != bool(reports(code, "TDL402"))
