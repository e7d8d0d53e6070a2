"""`predict` is called in a loop for one sample at a time.

`predict` is made for many samples. Each call builds an iterator, callbacks and logs, and that takes longer than the
model.

## Bad

```python
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
state = np.zeros((1, 4))
for step in range(1000):
    action = model.predict(state)  # expect: TDL709
```

## Good

```python
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
state = np.zeros((1, 4))
for step in range(1000):
    action = model(state)
scores = model.predict(np.zeros((1000, 4)))
```

## Why

Measured with a small stack of Dense layers on the CPU (FACTS E11): `predict` of one sample takes 57 ms, `model(x)`
1.4, `predict_on_batch` 0.4, and `predict` of 1,024 samples at once 57 ms. Keras 2: 57, 1.1, 6.9 and 150 ms.

## References

- https://keras.io/api/models/model_training_apis/#predict-method
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import ArrayValue, CallSite, Context, Program, Report, Rule, Severity, UnknownShape


class PredictInLoop(Rule):
    """Advice; only where the data are certainly one sample."""

    code = "TDL709"
    severity = Severity.ADVICE

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the call."""
        data = call.args.get("x") if call.name == "keras.Model.predict" and call.repeated else None
        if not isinstance(data, ArrayValue) or isinstance(data.shape, UnknownShape) or len(data.shape) < 2:
            return
        if data.shape[0] == 1:
            yield Report(
                call.place(),
                "predict is called in a loop for one sample at a time",
                fact="measured: 57 ms for each call, of which the model takes 1.4 ms (FACTS E11)",
                help="call the model itself, model(x), or predict all samples at once",
            )
