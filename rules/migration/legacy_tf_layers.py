"""A layer of TensorFlow 1 is used, which Keras 3 left behind.

`tf.layers` was made of the layers of Keras 2, and `tf.compat.v1.layers` needs them still.

## Bad

```python
import tensorflow as tf
from tensorflow import keras

images = keras.Input((28, 28, 1))
hidden = tf.compat.v1.layers.flatten(images)  # expect: TDL822
scores = tf.compat.v1.layers.dense(hidden, 10)  # expect: TDL822
```

```python
import keras
import tensorflow.compat.v1 as tf

cell = tf.nn.rnn_cell.LSTMCell(32)  # expect: TDL822
dense = tf.layers.Dense(10)  # expect: TDL822
optimizer = keras.optimizers.Adam()
```

## Good

```python
from tensorflow import keras

images = keras.Input((28, 28, 1))
hidden = keras.layers.Flatten()(images)
scores = keras.layers.Dense(10)(hidden)
cell = keras.layers.LSTMCell(32)
```

```python
import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import tensorflow as tf

hidden = tf.compat.v1.layers.dense(tf.zeros((2, 3)), 10)
optimizer = tf.keras.optimizers.Adam()
```

## Why

Measured on TensorFlow 2.21 (FACTS L16): `tf.compat.v1.layers.dense` raises ``AttributeError: `dense` is not available
with Keras 3``, and so does all else of `tf.compat.v1.layers` and `tf.compat.v1.nn.rnn_cell`. With TensorFlow up to
2.15, or the package tf_keras and `TF_USE_LEGACY_KERAS=1`, they work. `tf.layers` and `tf.nn.rnn_cell` are gone since
TensorFlow 2.0.

## Fix safety

There is no automatic fix. A function such as `tf.layers.dense` made a layer and called it; which object is to keep the
layer and its weights is for the program to say, and dropout and batch normalization ran as in predictions unless they
were told `training=True`.

## References

- https://www.tensorflow.org/guide/migrate/model_mapping
- https://keras.io/guides/migrating_to_keras_3/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, DatedCall, Place, Program, Report, Rule, Severity, migration

from ._arguments import is_passed_over


class LegacyTfLayers(Rule):
    """Calls of what the modules had."""

    code = "TDL822"
    severity = Severity.ERROR

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at what is called."""
        seen = set()
        for call in program.dated_calls:
            if not call.name.startswith(migration.TF_LAYERS) or call.callee in seen or is_passed_over(call, program):
                continue
            seen.add(call.callee)
            if context.version("tf.keras") >= migration.FIRST_KERAS_3:
                yield _report(call)


def _report(call: DatedCall) -> Report:
    module, _, name = call.name.rpartition(".")
    compat = ".compat.v1" in module
    new = migration.instead_of_tf_layer(call.name)
    shown = module.replace("tensorflow", "tf", 1)
    return Report(
        Place(call.callee),
        f"{shown} has no {name} with Keras 3" if compat else f"TensorFlow 2 has no {shown}, and so no {name} of it",
        fact=f"AttributeError: `{name}` is not available with Keras 3 (FACTS L16)"
        if compat
        else "AttributeError: it is gone since TensorFlow 2.0 (FACTS L16)",
        help=None if new is None else f"make a {new} and call it" if name[:1].islower() else f"use {new}",
    )
