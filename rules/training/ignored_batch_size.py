"""`fit` is given a batch size for data that come in batches already.

## Bad

```python
import numpy as np
import tensorflow as tf
from tensorflow import keras

data = tf.data.Dataset.from_tensor_slices((np.zeros((100, 4)), np.zeros((100, 1)))).batch(8)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(data, batch_size=32)  # expect: TDL511
```

## Good

```python
import numpy as np
import tensorflow as tf
from tensorflow import keras

data = tf.data.Dataset.from_tensor_slices((np.zeros((100, 4)), np.zeros((100, 1)))).batch(32)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(data)
```

## Fixed

```python
import numpy as np
import tensorflow as tf
from tensorflow import keras

data = tf.data.Dataset.from_tensor_slices((np.zeros((100, 4)), np.zeros((100, 1)))).batch(8)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(data)
```

## Why

Measured on Keras 3.15.1 and 2.15.0 (FACTS E6c): datasets and generators are taken as they come, and `batch_size` is
ignored without a word. It is advice, off by default.

## Fix safety

The fix is safe: the argument does nothing.

## References

- https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    CallSite,
    Context,
    DatasetValue,
    FixPlan,
    Program,
    RemoveArgument,
    Report,
    Rule,
    Severity,
)


class IgnoredBatchSize(Rule):
    """The data must be a dataset or a generator."""

    code = "TDL511"
    severity = Severity.ADVICE

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at ``batch_size``."""
        if call.name not in ("keras.Model.fit", "keras.Model.evaluate", "keras.Model.predict"):
            return
        data, size = call.args.get("x"), call.args.get("batch_size")
        if isinstance(data, DatasetValue) and call.args.passes("batch_size") and not size.may_be(None):
            kind = "a dataset" if data.kind == "tf.data" else "a generator"
            site = call.args.site("batch_size")
            fix = None
            if call.site is not None and site is not None:
                fix = FixPlan("Remove batch_size", (RemoveArgument(call.site, site),), Applicability.SAFE)
            yield Report(
                call.place("batch_size"),
                f"batch_size is given for {kind}, which comes in batches of its own",
                fact="Keras ignores it without a word (FACTS E6c)",
                help="batch where the data are made",
                fix=fix,
            )
