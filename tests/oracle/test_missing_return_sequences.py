"""What TDL101 says, against real Keras: every recurrent layer before every layer that may follow it."""

from __future__ import annotations

import keras
import pytest

from tdlint.config import Settings
from tdlint.linting.engine import check_bytes
from tdlint.linting.registry import load_rules

RECURRENT = {
    "LSTM(5{})": (6, 3),
    "GRU(5{})": (6, 3),
    "SimpleRNN(5{})": (6, 3),
    "RNN(layers.GRUCell(5){})": (6, 3),
    "Bidirectional(layers.LSTM(5{}))": (6, 3),
    "ConvLSTM1D(2, 3{})": (6, 9, 1),
    "ConvLSTM2D(2, 3{})": (6, 9, 9, 1),
}
FOLLOWING = [
    "TimeDistributed(layers.Dense(2))",
    "LSTM(4)",
    "Bidirectional(layers.GRU(4))",
    "RNN(layers.LSTMCell(4))",
    "Conv1D(2, 2)",
    "SeparableConv1D(2, 2)",
    "MaxPooling1D(2)",
    "GlobalAveragePooling1D()",
    "SpatialDropout1D(0.1)",
    "UpSampling1D(2)",
    "ZeroPadding1D(1)",
    "Cropping1D(1)",
    "ConvLSTM1D(2, 2)",
    "ConvLSTM2D(2, 2)",
    "Conv2D(2, 2)",
    "Conv3D(2, 2)",
    "MaxPooling2D(2)",
    "TimeDistributed(layers.Conv1D(2, 2))",
    "TimeDistributed(layers.Conv2D(2, 2))",
    "Dense(2)",
    "Flatten()",
    "RepeatVector(4)",
    "Reshape((5, 1))",
    "BatchNormalization()",
    "LayerNormalization()",
]
BETWEEN = ["", "layers.Dropout(0.1),"]
PROGRAM = """
import keras
from keras import layers
model = keras.Sequential([keras.Input({shape}), layers.{recurrent}, {between} layers.{following}])
"""


def _reports(text: str) -> bool:
    settings = Settings(select=("TDL101",))
    return bool(check_bytes(text.encode(), "program.py", settings, load_rules()).diagnostics)


def _raises(text: str) -> bool:
    try:
        with keras.StatelessScope(initialize_variables=False):
            exec(text, {})
    except (ValueError, TypeError, IndexError):
        return True
    return False


def _program(recurrent: str, following: str, between: str, sequences: bool) -> str:
    written = recurrent.format(", return_sequences=True" if sequences else "")
    return PROGRAM.format(shape=RECURRENT[recurrent], recurrent=written, between=between, following=following)


@pytest.mark.parametrize("following", FOLLOWING)
@pytest.mark.parametrize("recurrent", RECURRENT)
def test_reports_exactly_where_return_sequences_is_what_keras_misses(recurrent: str, following: str) -> None:
    """Reported if, and only if, Keras refuses the model and takes it with ``return_sequences=True``."""
    for between in BETWEEN:
        without = _program(recurrent, following, between, sequences=False)
        mended = _program(recurrent, following, between, sequences=True)
        assert _reports(without) == (_raises(without) and not _raises(mended)), without
        assert not _reports(mended), mended
