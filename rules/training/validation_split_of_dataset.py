"""`validation_split` for data that can't be split.

## Bad

```python
import numpy as np
import tensorflow as tf
from tensorflow import keras

data = tf.data.Dataset.from_tensor_slices((np.zeros((100, 4)), np.zeros((100, 1)))).batch(8)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(data, validation_split=0.2)  # expect: TDL512
```

## Good

```python
import numpy as np
import tensorflow as tf
from tensorflow import keras

data = tf.data.Dataset.from_tensor_slices((np.zeros((100, 4)), np.zeros((100, 1)))).batch(8)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(data.skip(3), validation_data=data.take(3))
```

## Why

Measured (FACTS E6): Keras 3.15.1 raises ValueError, `validation_split` is only supported for tensors or NumPy arrays;
Keras 2 ValueError too.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, DatasetValue, Program, Report, Rule, Severity, number


class ValidationSplitOfDataset(Rule):
    """A dataset or generator in place of arrays, and a share that is not zero."""

    code = "TDL512"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at ``validation_split``."""
        if call.name != "keras.Model.fit" or not isinstance(call.args.get("x"), DatasetValue):
            return
        share = number(call.args.get("validation_split"))
        if share and call.args.get("validation_data").must_be(None):
            yield Report(
                call.place("validation_split"),
                "validation_split is given for a dataset or generator",
                fact="Keras raises ValueError: it is only supported for tensors or NumPy arrays (FACTS E6)",
                help="pass a dataset of its own as validation_data: data.take(n), and train on data.skip(n)",
            )
