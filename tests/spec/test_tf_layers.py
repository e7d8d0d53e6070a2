"""Names of the layers of TensorFlow 1 against those of Keras."""

import pytest

from tdlint.spec.migration import instead_of_tf_layer


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("layers.dense", "Dense"),
        ("layers.conv2d_transpose", "Conv2DTranspose"),
        ("layers.max_pooling3d", "MaxPooling3D"),
        ("layers.separable_conv1d", "SeparableConv1D"),
        ("layers.batch_normalization", "BatchNormalization"),
        ("layers.BatchNormalization", "BatchNormalization"),
        ("nn.rnn_cell.LSTMCell", "LSTMCell"),
        ("nn.rnn_cell.BasicLSTMCell", None),
        ("layers.experimental.keras_style_scope", None),
    ],
)
def test_layers_of_keras_have_the_names(old, new):
    expected = None if new is None else f"keras.layers.{new}"
    assert instead_of_tf_layer(f"tensorflow.compat.v1.{old}") == expected
